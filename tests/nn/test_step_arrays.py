"""Training a traced program: steps of whole arrays are the steps that eager Values take."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value, gradcheck, trace
from autograd.tracing.blocks import Window

OPTIMIZERS = {
    "SGD": lambda p: nn.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    "Adagrad": lambda p: nn.Adagrad(p, lr=0.05),
    "Adadelta": lambda p: nn.Adadelta(p, lr=1.0),
    "RMSprop": lambda p: nn.RMSprop(p, lr=0.01, momentum=0.5, centered=True),
    "Adam": lambda p: nn.Adam(p, lr=0.01, amsgrad=True),
    "AdamW": lambda p: nn.AdamW(p, lr=0.01, weight_decay=0.1),
    "Adamax": lambda p: nn.Adamax(p, lr=0.01),
    "NAdam": lambda p: nn.NAdam(p, lr=0.01),
    "RAdam": lambda p: nn.RAdam(p, lr=0.01),
    "Lion": lambda p: nn.Lion(p, lr=0.003),
    "Lookahead": lambda p: nn.Lookahead(nn.Adam(p, lr=0.01), k=3),
    "groups": lambda p: nn.Adam([{"params": p[::2], "lr": 0.02}, {"params": p[1::2]}], lr=0.005),
    "some": lambda p: nn.Adam(p[3:7], lr=0.01),
}
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(6, 2)), RNG.choice([-1.0, 1.0], 6)


def traced(model, parameters=None, dtype=float):
    """The loss of one example, and its program."""
    parameters = model.parameters() if parameters is None else parameters

    def loss(x, y):
        return (1 - y * model(x)) ** 2 + 0.01 * sum(p * p for p in parameters)

    return loss, trace(loss, [0.0, 0.0], 1.0, parameters=parameters).batched(dtype)


def network(dtype=float):
    model = nn.MLP(2, [3, 1], "tanh", rng=0)
    return model, model.parameters(), *traced(model, dtype=dtype)


def eager_step(loss, optimizer, xs=X, ys=Y):
    total = sum(loss(x, y) for x, y in zip(xs.tolist(), ys.tolist())) * (1 / len(xs))
    optimizer.zero_grad()
    total.backward()
    optimizer.step()
    return total.data


def numbers(parameters):
    return np.array([parameter.data for parameter in parameters])


def test_every_optimizer_is_here():
    found = {name for name, made in vars(nn.optim).items() if isinstance(made, type)}
    assert {name for name in found if name in OPTIMIZERS or name == "LBFGS"} >= {
        name
        for name in found
        if issubclass(getattr(nn.optim, name), nn.optim.Optimizer) and name != "Optimizer"
    }


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_traced_steps_are_eager_steps_and_may_be_mixed(name):
    _, theirs, loss, _ = network()
    _, ours, our_loss, batched = network()
    their_optimizer, optimizer = OPTIMIZERS[name](theirs), OPTIMIZERS[name](ours)
    for step in range(20):
        expected = eager_step(loss, their_optimizer)
        mixed = step % 7 == 5  # an eager step in between
        found = eager_step(our_loss, optimizer) if mixed else batched.step(X, Y, optimizer)
        assert found == pytest.approx(expected, rel=1e-10)
        assert numbers(ours) == pytest.approx(numbers(theirs), rel=1e-9, abs=1e-10)
    if name == "Lookahead":
        return
    state, expected_state = (o.state_dict()["groups"]["0"]["values"] for o in (optimizer, their_optimizer))
    for key in state:
        assert state[key] == pytest.approx(expected_state[key], rel=1e-8, abs=1e-10)


def test_a_run_resumes_from_the_state_of_traced_steps():
    _, ours, _, batched = network()
    optimizer = nn.Adam(ours, lr=0.01)
    for _ in range(3):
        batched.step(X, Y, optimizer)
    model, again, _, other = network()
    for mine, parameter in zip(again, ours):
        mine.data = parameter.data
    resumed = nn.Adam(again, lr=0.01)
    resumed.load_state_dict(optimizer.state_dict())
    for _ in range(3):
        batched.step(X, Y, optimizer)
        other.step(X, Y, resumed)
    assert np.array_equal(numbers(ours), numbers(again))


def test_values_are_windows_on_what_is_trained():
    model, parameters, loss, batched = network()
    before = numbers(parameters)
    batched.step(X, Y, nn.SGD(parameters, lr=0.1))
    assert type(parameters[0]) is Window and isinstance(parameters[0], Value)
    assert not np.array_equal(numbers(parameters), before)
    parameters[0].data = 0.25  # what is set is read by the program
    assert parameters[0].data == 0.25
    eager = sum(loss(x, y).data for x, y in zip(X.tolist(), Y.tolist())) / len(X)
    assert batched.value_and_grad(X, Y)[0] == pytest.approx(eager, rel=1e-12)
    assert gradcheck(lambda w: w * w + parameters[1], [1.5]).ok
    state = model.state_dict()
    model.load_state_dict({name: array * 0 + 0.5 for name, array in state.items()})
    assert batched.value_and_grad(X, Y)[0] != pytest.approx(eager)
    with pytest.raises(ValueError, match="nan"):
        parameters[0].data = float("nan")


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])  # noqa: S301
def test_a_copy_of_a_window_is_a_value_of_its_own(copied):
    _, parameters, _, batched = network()
    batched.step(X, Y, nn.SGD(parameters, lr=0.1))
    value = copied(parameters[0])
    assert (type(value), value.data, value.label) == (Value, parameters[0].data, parameters[0].label)
    value.data = 7.0
    assert parameters[0].data != 7.0


def test_two_programs_over_the_same_parameters():
    model, parameters, _, first = network()
    second = trace(lambda x: model(x), [0.0, 0.0], parameters=parameters[::-1]).batched()
    third = trace(lambda x: model(x), [0.0, 0.0], parameters=parameters).batched(np.float32)
    optimizer = nn.SGD(parameters, lr=0.05)
    expected = network()
    their_optimizer = nn.SGD(expected[1], lr=0.05)
    for _ in range(3):
        first.step(X, Y, optimizer)
        eager_step(expected[2], their_optimizer)
    for program, tolerance in ((second, 1e-12), (third, 1e-6)):
        outputs = [expected[0](x).data for x in X.tolist()]
        assert program(X) == pytest.approx(np.array(outputs), rel=tolerance)
    third.step(X, nn.SGD(parameters, lr=1e-30))  # the numbers move to its array, and the first one follows
    value = np.mean([expected[2](x, y).data for x, y in zip(X.tolist(), Y.tolist())])
    assert first.value_and_grad(X, Y)[0] == pytest.approx(value, rel=1e-5)
    first.step(X, Y, optimizer)
    eager_step(expected[2], their_optimizer)
    assert numbers(parameters) == pytest.approx(numbers(expected[1]), rel=1e-4)


def test_float32_stays_float32():
    _, parameters, _, batched = network(np.float32)
    value, gradients = batched.value_and_grad(X, Y)
    assert gradients.flat.dtype == np.float32
    _, exact = network()[3].value_and_grad(X, Y)
    assert gradients.flat == pytest.approx(exact.flat, rel=1e-4, abs=1e-6)
    batched.step(X, Y, nn.Adam(parameters, lr=0.01))
    assert all(np.float32(p.data) == p.data for p in parameters)


def test_what_cannot_be_stepped():
    model, parameters, _, batched = network()
    before = numbers(parameters)
    with pytest.raises(TypeError, match="step: the last argument is .*expected an optimizer"):
        batched.step(X, Y)
    with pytest.raises(ValueError, match="not among those that the program was traced with"):
        batched.step(X, Y, nn.SGD([*parameters, Value(1.0)], lr=0.1))
    with pytest.raises(FloatingPointError, match="gradient of .*not finite"):
        with np.errstate(all="ignore"), pytest.warns(RuntimeWarning, match="not finite"):
            batched.step(X, Y * 1e200, nn.SGD(parameters, lr=0.1))
    with pytest.raises(TypeError, match="closure"):
        batched.step(X, Y, nn.LBFGS(parameters))
    assert np.array_equal(numbers(parameters), before)


ACTIONS = ["traced", "traced", "reversed", "eager", "resumed", "copied", "apart"]


@given(st.sampled_from(sorted(OPTIMIZERS)), st.lists(st.sampled_from(ACTIONS), max_size=12), st.booleans())
@settings(max_examples=settings.default.max_examples // 3)
def test_any_way_of_taking_steps_is_the_eager_way(name, actions, shuffled):
    """Eager and traced steps, two programs, a third that takes some of the parameters, resumed and copied."""
    _, theirs, loss, _ = network()
    model, ours, our_loss, batched = network()
    order = np.random.default_rng(3).permutation(len(ours)) if shuffled else range(len(ours))
    their_optimizer = OPTIMIZERS[name]([theirs[i] for i in order])
    optimizer = OPTIMIZERS[name]([ours[i] for i in order])
    for action in actions:
        expected = eager_step(loss, their_optimizer)
        if action == "copied":
            model, optimizer = copy.deepcopy((model, optimizer))
            ours = model.parameters()
            our_loss, batched = traced(model)
        elif action == "resumed":
            model.load_state_dict(model.state_dict())
            again = OPTIMIZERS[name]([ours[i] for i in order])
            again.load_state_dict(optimizer.state_dict())
            optimizer = again
        elif action == "apart":
            some = ours[2:5]
            nothing = trace(lambda x, some=some: x * sum(some, 0.0), 1.0, parameters=some).batched()
            nothing.step([0.0], nn.SGD(some, lr=0.1))
        if action == "eager":
            found = eager_step(our_loss, optimizer)
        elif action == "reversed":
            found = traced(model, ours[::-1])[1].step(X, Y, optimizer)
        else:
            found = batched.step(X, Y, optimizer)
        assert found == pytest.approx(expected, rel=1e-9)
        assert numbers(ours) == pytest.approx(numbers(theirs), rel=1e-9, abs=1e-10)


NETWORKS = {
    "deep": lambda: nn.MLP(2, [4, 4, 1], "gelu", rng=1),
    "wide": lambda: nn.MLP(2, [9, 1], "relu", rng=1),
    "one unit": lambda: nn.MLP(2, [1, 1], "tanh", rng=1),
    "linear": lambda: nn.MLP(2, [1], rng=1),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_twenty_steps_on_batches_are_those_of_eager_training(name):
    theirs, ours = NETWORKS[name](), NETWORKS[name]()
    loss, (_, batched) = traced(theirs)[0], traced(ours)
    their_optimizer, optimizer = (nn.Adam(model.parameters(), lr=0.02) for model in (theirs, ours))
    rng = np.random.default_rng(4)
    for _ in range(20):
        chosen = rng.permutation(len(X))[: rng.integers(1, 5)]
        expected = eager_step(loss, their_optimizer, X[chosen], Y[chosen])
        assert batched.step(X[chosen], Y[chosen], optimizer) == pytest.approx(expected, rel=1e-10)
    assert numbers(ours.parameters()) == pytest.approx(numbers(theirs.parameters()), rel=1e-10, abs=1e-12)


class Twice(nn.SGD):
    """An optimizer with a step of its own."""

    def step(self, closure=None):
        super().step(closure)
        return super().step()


@pytest.mark.parametrize(
    "make", [Twice, nn.SGD, lambda p, lr: nn.Lookahead(nn.SGD(p, lr=lr)), lambda p, lr: nn.LBFGS(p)]
)
def test_gradients_of_values_are_left_alone(make):
    _, parameters, _, batched = network()
    parameters[0].grad = 3.0
    try:
        batched.step(X, Y, make(parameters, lr=0.1))
    except TypeError as error:
        assert "LBFGS" in str(error)
    assert [p.grad for p in parameters] == [3.0, *[None] * (len(parameters) - 1)]


@pytest.mark.parametrize("dtype, large", [(np.float32, 1e25), (np.float64, 1e200)])
def test_gradients_whose_squares_overflow_are_finite(dtype, large):
    w = [Value(1.0), Value(2.0)]
    batched = trace(lambda x: (w[0] + w[1]) * x, 1.0, parameters=w).batched(dtype)
    batched.step([large], nn.SGD(w, lr=0.5 / large))
    assert numbers(w) == pytest.approx([0.5, 1.5])


def test_a_parameter_that_the_loss_does_not_depend_on_is_left_alone():
    """As in an eager step, where it has no gradient: weight decay does not wear it off."""
    w = [Value(1.0), Value(2.0)]
    batched = trace(lambda x: w[0] * x, 1.0, parameters=w).batched()
    batched.step([1.0], nn.AdamW(w, lr=0.1, weight_decay=0.5))
    assert w[0].data < 1.0 and w[1].data == 2.0


@pytest.mark.parametrize(
    "name, wrong",
    [
        ("values", None), ("values", "ab"), ("values", [1.0, 2.0]), ("values", [Value(1.0)]),
        ("data", None), ("data", [1.0, 2.0]), ("data", np.ones(3)), ("data", np.ones(2, int)),
        ("grad", None), ("grad", [1.0, 2.0]), ("grad", np.ones(3)), ("grad", np.ones(2, int)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", [False, True])
def test_wrong_arrays_are_refused_before_anything_changes(name, wrong, around):
    values = [Value(1.0), Value(2.0)]
    optimizer = nn.Adam(values)
    optimizer = nn.Lookahead(optimizer) if around else optimizer
    arguments = {"values": values, "data": np.array([1.0, 2.0]), "grad": np.ones(2)}
    before = repr(optimizer.state_dict())
    with pytest.raises((TypeError, ValueError), match=f"(Adam|Lookahead): .*({name}|data) is "):
        optimizer.step_arrays(**arguments | {name: wrong})
    assert repr(optimizer.state_dict()) == before and [value.data for value in values] == [1.0, 2.0]


def test_read_only_numbers_are_refused():
    values = [Value(1.0), Value(2.0)]
    data = np.array([1.0, 2.0])
    data.flags.writeable = False
    with pytest.raises(ValueError, match="^SGD: the array of data is read-only"):
        nn.SGD(values).step_arrays(values, data, np.ones(2))
