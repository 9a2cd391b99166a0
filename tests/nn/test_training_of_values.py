"""Training a model in its scalar form: the same numbers as on Tensors, whoever looks at its parameters."""

import copy

import numpy as np
import pytest

import nn
from autograd import Tensor, Value, values
from nn import init, optim

TIGHT = {"rtol": 1e-11, "atol": 1e-12}
X = np.random.default_rng(0).standard_normal((8, 3))
Y = np.array([0, 1, 1, 0, 1, 0, 0, 1])


def network():
    return nn.Sequential(
        # Without a bias: behind it the mean is taken off, and its gradient would be rounding errors alone.
        nn.Linear(3, 4, bias=False, rng=0, dtype=np.float64), nn.BatchNorm1d(4, dtype=np.float64),
        nn.PReLU(4, dtype=np.float64), nn.Dropout(0.3, rng=1), nn.Linear(4, 2, rng=2, dtype=np.float64),
    )  # fmt: skip


def both():
    model = network()
    return model, model.scalars()


def check_same_numbers(fast, scalar):
    state = scalar.state_dict()
    for name, array in fast.state_dict().items():
        np.testing.assert_allclose(state[name], array, err_msg=name, **TIGHT)


def with_gradients():
    models = both()
    for model in models:
        nn.cross_entropy(model(X), Y).backward()
    return models


def check_same_gradients(fast, scalar):
    found = dict(scalar.named_parameters())
    for name, parameter in fast.named_parameters():
        np.testing.assert_allclose(found[name].grad, parameter.grad, err_msg=name, **TIGHT)


RULES = sorted(
    {kind for kind in vars(optim).values() if isinstance(kind, type) and issubclass(kind, nn.Optimizer)}
    - {nn.Optimizer, nn.Lookahead, nn.LBFGS},
    key=lambda kind: kind.__name__,
)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("given", ["flat", "arrays", "groups"])
def test_every_optimizer_makes_the_same_steps(rule, given):
    models = both()
    for model in models:
        named = model.named_parameters()
        parameters = {
            "flat": model.parameters(),
            "arrays": [found for _, found in named],
            "groups": [
                {"params": [found for name, found in named if "weight" in name], "weight_decay": 0.1},
                {"params": [found for name, found in named if "weight" not in name]},
            ],
        }[given]
        if given == "groups" and "weight_decay" not in rule(model.parameters()).groups[0]:
            return
        optimizer = rule(parameters, lr=0.01)
        for _ in range(3):
            optimizer.zero_grad()
            nn.cross_entropy(model(X), Y).backward()
            optimizer.step()
    check_same_numbers(*models)


def test_lookahead_and_lbfgs_too():
    models = both()
    for model in models:
        model[3].p = 0.0
        slow = nn.Lookahead(nn.SGD(model.parameters(), lr=0.1), k=2)
        for _ in range(3):
            slow.zero_grad()
            nn.cross_entropy(model(X), Y).backward()
            slow.step()
        nn.LBFGS(model.parameters()).step(lambda model=model: nn.cross_entropy(model(X), Y))
    state = models[1].state_dict()
    for name, array in models[0].state_dict().items():
        np.testing.assert_allclose(state[name], array, rtol=1e-8, atol=1e-9, err_msg=name)


def test_fit_trains_both_alike_and_predicts_batches():
    histories = []
    models = both()
    for model in models:
        optimizer = nn.AdamW(model.parameters(), lr=0.05)
        histories.append(
            nn.training.fit(
                model, (X, Y), nn.cross_entropy, optimizer, epochs=3, batch_size=4, validation=(X, Y),
                metrics=nn.training.accuracy, progress=False,
            )
        )  # fmt: skip
    for name in ("loss", "accuracy", "validation_loss", "validation_accuracy"):
        np.testing.assert_allclose(histories[1][name], histories[0][name], **TIGHT)
    check_same_numbers(*models)
    fast, scalar = (nn.training.predict(model, X, batch_size=3) for model in models)
    assert fast.shape == scalar.shape == (8, 2) and scalar.dtype == np.float64
    np.testing.assert_allclose(scalar, fast, **TIGHT)
    tests = [
        nn.training.range_test(model, (X, Y), nn.cross_entropy, nn.SGD(model.parameters()), steps=5)
        for model in models
    ]
    np.testing.assert_allclose(tests[1].losses, tests[0].losses, **TIGHT)


def test_what_is_not_finite_is_found_in_the_scalar_form():
    model = nn.Sequential(nn.Linear(3, 2, rng=0), nn.Linear(2, 2, rng=0)).scalars()
    model[1].weight.data = 1e308
    with pytest.raises(nn.training.NonFiniteError, match=r"in 1 \(Linear\)"):
        nn.training.fit(
            model, (100 * X, Y), nn.cross_entropy, nn.SGD(model.parameters()), epochs=1, progress=False
        )


def test_a_run_goes_on_from_a_checkpoint(tmp_path):
    def run(model, epochs, resume=False):
        optimizer = nn.Adam(model.parameters(), lr=0.05)
        checkpoint = nn.training.Checkpoint(tmp_path / "run", resume=resume)
        nn.training.fit(
            model, (X, Y), nn.cross_entropy, optimizer, epochs=epochs, batch_size=4, callbacks=checkpoint,
            progress=False,
        )  # fmt: skip
        return {name: array.tolist() for name, array in model.state_dict().items()}

    whole = run(network().scalars(), 3)
    run(network().scalars(), 1)
    assert run(network().scalars(), 3, resume=True) == whole


@pytest.mark.parametrize(
    "clip",
    [
        lambda given: nn.clip_grad_norm(given, 0.1), lambda given: nn.clip_grad_norm(given, 0.1, 1.0),
        lambda given: nn.clip_grad_value(given, 0.01),
        lambda given: nn.GradientNoise(given, rng=0).step(),
    ],
)  # fmt: skip
@pytest.mark.parametrize("named", [False, True])
def test_gradients_are_clipped_and_shaken_alike(clip, named):
    models = with_gradients()
    before = models[0].parameters()[0].grad.copy()
    norms = [
        clip([found for _, found in model.named_parameters()] if named else model.parameters())
        for model in models
    ]
    assert norms[0] is None or norms[0] == pytest.approx(norms[1], rel=1e-12)
    check_same_gradients(*models)
    assert np.abs(models[0].parameters()[0].grad - before).max() > 1e-6


@pytest.mark.parametrize("penalty", [nn.l1, nn.l2, lambda given: nn.elastic_net(given, 0.3, 0.2)])
@pytest.mark.parametrize("named", [False, True])
def test_penalties_are_the_same(penalty, named):
    models, found = both(), []
    for model in models:
        given = [each for _, each in model.named_parameters()] if named else model.parameters()
        found.append(penalty(given))
        found[-1].backward()
    assert found[1].data == pytest.approx(found[0].item(), rel=1e-12)
    check_same_gradients(*models)


def test_a_weight_in_two_arrays_is_clipped_and_penalised_once():
    w = values([3.0, -4.0])
    assert nn.l2([w, w[:1], w[0]]).data == 25.0
    w[0].grad, w[1].grad = 3.0, 4.0
    assert nn.clip_grad_norm([w, w.T, w[1]], 10.0) == 5.0
    assert nn.clip_grad_norm([np.array([w[0], w[1]])], 10.0) == 5.0


@pytest.mark.parametrize("given", ["one", "plain", "named", "list"])
def test_max_norm_shrinks_the_same_rows(given):
    numbers = np.array([[3.0, 4.0], [0.3, 0.4]])
    tensor, array, bias = Tensor(numbers.copy()), values(numbers), values([9.0])
    nn.max_norm(tensor, 1.0)
    nn.max_norm(
        {
            "one": array, "plain": array.view(np.ndarray), "named": [array, bias],
            "list": list(array[0]),
        }[given], 1.0,
    )  # fmt: skip
    np.testing.assert_allclose(array.data, tensor.data, **TIGHT)
    assert bias.data.tolist() == [9.0]


def test_signals_are_the_same_in_both_forms():
    layers = (
        nn.Flatten(),
        nn.Linear(3, 4, rng=0, dtype=np.float64),
        nn.Tanh(),
        nn.Linear(4, 2, rng=1, dtype=np.float64),
    )
    model = nn.Sequential(*layers)
    fast, scalar = init.variances(model, X), init.variances(model.scalars(), X)
    assert [signal.layer for signal in scalar] == [signal.layer for signal in fast]
    for one, other in zip(fast, scalar):
        assert (other.forward, other.backward) == pytest.approx((one.forward, one.backward), rel=1e-12)


def test_an_optimizer_takes_each_value_once():
    w = values([1.0, 2.0])
    with pytest.raises(ValueError, match="is listed twice"):
        nn.SGD([w, w[:1]])
    with pytest.raises(ValueError, match="is computed, or needs no gradient"):
        nn.SGD([np.tanh(w)])
    assert len(nn.SGD([w, Value(1.0), np.array([Value(2.0)])]).parameters) == 4


# Each kind of array through everything that is done with a model.


class Squares(nn.Module):
    """The sum of squares of whatever it keeps."""

    def __init__(self, kept):
        self.kept = kept

    def __call__(self, x):
        several = self.kept if isinstance(self.kept, list) else [self.kept]
        sums = [np.sum(each * each) if np.ndim(each) else each * each for each in several]
        return sum(sums[1:], sums[0]) * float(np.mean(x))


KINDS = {
    "of values()": (lambda: values([[1.0, 2.0], [3.0, 4.0]], "w"), 4, {"kept": (2, 2)}),
    "plain": (lambda: np.frompyfunc(Value, 1, 1)(np.array([1.0, 2.0])), 2, {"kept": (2,)}),
    "without axes": (lambda: values(2.0, "w"), 1, {"kept": ()}),
    "plain, without axes": (lambda: np.array(Value(2.0), object), 1, {"kept": ()}),
    "transposed": (lambda: values([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]).T, 6, {"kept": (2, 3)}),
    "a row": (lambda: values([[1.0, 2.0], [3.0, 4.0]])[0], 2, {"kept": (2,)}),
    "every second": (lambda: values(np.arange(1.0, 7.0))[::2], 3, {"kept": (3,)}),
    "a list of Values": (lambda: [Value(1.0), Value(2.0)], 2, {"kept.0": (), "kept.1": ()}),
    "a list of arrays": (lambda: [values([1.0]), values([2.0])], 2, {"kept.0": (1,), "kept.1": (1,)}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_array_goes_through_everything(kind, tmp_path):
    make, count, shapes = KINDS[kind]
    model, x = Squares(make()), np.full(3, 0.5)
    state = model.state_dict()
    assert {name: array.shape for name, array in state.items()} == shapes
    assert {array.dtype for array in state.values()} == {np.dtype(float)}
    squares = sum((array**2).sum() for array in state.values())
    assert model(x).data == pytest.approx(0.5 * squares)

    parameters = model.parameters()
    assert len(parameters) == count and all(type(each) is Value for each in parameters)
    assert nn.l2([found for _, found in model.named_parameters()]).data == pytest.approx(squares)
    model.load_state_dict({name: array + 1.0 for name, array in state.items()})
    nn.save(model, tmp_path / "model.npz")
    other = nn.load(Squares(make()), tmp_path / "model.npz")
    copied = copy.deepcopy(other)
    for each in (other, copied):
        for name, array in each.state_dict().items():
            np.testing.assert_array_equal(array, state[name] + 1.0)
    assert not set(map(id, copied.parameters())) & set(map(id, other.parameters()))

    optimizer = nn.SGD(model.parameters(), lr=1.0)
    model.train()(x).backward()
    gradients = {name: np.array(found.grad) for name, found in model.named_parameters()}
    for name, array in state.items():
        np.testing.assert_allclose(gradients[name], array + 1.0)
    norm = np.sqrt(sum((slope**2).sum() for slope in gradients.values()))
    assert nn.clip_grad_norm(model.parameters(), norm / 2) == pytest.approx(norm)
    optimizer.step()
    for name, array in model.state_dict().items():
        np.testing.assert_allclose(array, (state[name] + 1.0) / 2, rtol=1e-5)
    model.zero_grad()
    assert all(each.grad is None for each in parameters)

    fast, scalar = model.eval().vectorized(), model.scalars()
    assert fast(x).item() == pytest.approx(scalar(x).data) == pytest.approx(model(x).data)
    assert all(isinstance(each, Tensor) for each in fast.parameters()) and not fast.training
    assert len(scalar.parameters()) == count and not set(scalar.parameters()) & set(parameters)
    data = np.full((4, 1), 0.5), np.zeros(4)
    nn.training.fit(scalar, data, lambda out, y: out if isinstance(out, Value) else out[0],
                    nn.SGD(scalar.parameters(), lr=0.1), epochs=1, progress=False)  # fmt: skip
    assert scalar(x).data < model(x).data
