"""float16: what is remembered and summed up is in float32, where the square of 300 is finite."""

import numpy as np
import pytest

import nn
from autograd import Tensor

from .test_optim import OPTIMIZERS, reference_of
from .test_optim_state import ALL, BUILD

SHAPES = {"together": [(3,), (2, 2)], "alone": [(3, 4)], "large": [(70, 70)]}


@pytest.mark.parametrize("name, options", OPTIMIZERS, ids=lambda part: str(part).replace("'", ""))
@pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES)
def test_steps_as_in_float32_and_rounded(torch, name, options, shapes):
    """PyTorch in float32, its weights rounded to float16 after every step: to the last digit but one."""
    rng = np.random.default_rng(1)
    start = [rng.standard_normal(shape).astype(np.float16) for shape in shapes]
    ours = [Tensor(array.copy()) for array in start]
    theirs = [torch.nn.Parameter(torch.tensor(array.astype(np.float32))) for array in start]
    optimizer, reference = getattr(nn, name)(ours, **options), reference_of(torch, name)(theirs, **options)
    for _ in range(10 if max(map(np.size, start)) < 100 else 4):
        for parameter, twin in zip(ours, theirs):
            size = 300 if name != "SGD" else 3  # follows the gradient as it is: 30 at a time
            parameter.grad = (size * rng.standard_normal(parameter.shape)).astype(np.float16)
            twin.grad = torch.tensor(parameter.grad.astype(np.float32))
        optimizer.step()
        reference.step()
        for parameter, twin in zip(ours, theirs):
            found = parameter.data
            expected = twin.detach().numpy().astype(np.float16)
            assert found.dtype == np.float16 and np.isfinite(found).all()
            np.testing.assert_allclose(found.astype(float), expected.astype(float), rtol=1.1e-3, atol=1e-6)
            twin.data = torch.tensor(found.astype(np.float32))
    if optimizer.lr > 5e-4:  # half a digit at 1: shorter steps are rounded away
        assert all((parameter.data != array).any() for parameter, array in zip(ours, start))


def test_the_compiled_step_of_adam(torch):
    rng = np.random.default_rng(2)
    start = rng.standard_normal((300, 300)).astype(np.float16)
    ours, theirs = Tensor(start.copy()), torch.nn.Parameter(torch.tensor(start.astype(np.float32)))
    optimizer, reference = nn.Adam([ours], lr=0.1), torch.optim.Adam([theirs], lr=0.1)
    for _ in range(3):
        ours.grad = (300 * rng.standard_normal(start.shape)).astype(np.float16)
        theirs.grad = torch.tensor(ours.grad.astype(np.float32))
        optimizer.step()
        reference.step()
        expected = theirs.detach().numpy().astype(np.float16).astype(float)
        np.testing.assert_allclose(ours.data.astype(float), expected, rtol=1.1e-3, atol=1e-6)
        theirs.data = torch.tensor(ours.data.astype(np.float32))


def weights():
    rng = np.random.default_rng(3)
    return [Tensor(rng.standard_normal(shape).astype(np.float16)) for shape in [(3,), (2, 2), (70, 70)]]


def steps(optimizer, first, last):
    def parabola():
        errors = [parameter - 0.5 for parameter in optimizer.parameters]
        return sum((3.0 * error * error).sum() for error in errors)

    for number in range(first, last):
        rng = np.random.default_rng(number)
        if isinstance(optimizer, nn.LBFGS):
            optimizer.step(parabola)
            continue
        for parameter in optimizer.parameters:
            parameter.grad = (300 * rng.standard_normal(parameter.shape)).astype(np.float16)
        optimizer.step()


@ALL
def test_a_run_that_was_saved_ends_as_one_that_was_not(build):
    whole, half, resumed = weights(), weights(), weights()
    steps(build(whole), 0, 6)
    first = build(half)
    steps(first, 0, 3)
    for source, target in zip(half, resumed):
        target.data[...] = source.data
    second = build(resumed)
    second.load_state_dict(first.state_dict())
    steps(second, 3, 6)
    for one, other in zip(whole, resumed):
        assert one.dtype == np.float16 and one.data.tobytes() == other.data.tobytes()


def test_what_is_remembered_is_float32_and_states_from_before_fit():
    optimizer = nn.Adam(weights())
    steps(optimizer, 0, 2)
    state = optimizer.state_dict()
    for entry in state["groups"]["0"]["tensors"].values():
        for name in ("mean", "square"):
            assert entry[name].dtype == np.float32 and np.isfinite(entry[name]).all()
            entry[name] = (entry[name] / 1e3).astype(np.float16)  # as they were kept once
    nn.Adam(weights()).load_state_dict(state)


def test_lbfgs_comes_to_the_minimum(torch):
    """of a parabola that begins at a slope of 600."""
    w = Tensor(np.array([100.0, -3.0], np.float16))
    aim, scale = np.array([1.0, 2.0], np.float16), np.array([3.0, 1.0], np.float16)
    optimizer = nn.LBFGS([w])
    for _ in range(3):
        optimizer.step(lambda: ((w - aim) * (w - aim) * scale).sum())
    assert w.dtype == np.float16
    np.testing.assert_allclose(w.data.astype(float), aim.astype(float), atol=2e-3)


@pytest.mark.parametrize("build", [build for name, build in BUILD.items() if name.startswith("Ad")])
def test_fit_is_not_silent_and_still(build):
    """Every weight moves, though each gradient is above 256, whose square no float16 holds."""
    rng = np.random.default_rng(0)
    x, y = 30 + rng.standard_normal((20, 4)), np.full((20, 1), -200.0)
    model = nn.Linear(4, 1, dtype=np.float16, rng=0)
    before = model.state_dict()
    seen = []

    class Look(nn.training.Callback):
        def before_step(self, run):
            seen.append(min(abs(p.grad).min() for p in model.parameters()))

    nn.training.fit(
        model, (x, y), nn.mse, build(model.parameters()), epochs=2, callbacks=[Look()], progress=False
    )
    assert min(seen) > 256
    for name, array in model.state_dict().items():
        assert np.isfinite(array).all() and (array != before[name]).all()


# Losses of so many numbers that float16 cannot count them, beside PyTorch's in float64.

MANY = 70000


def columns(*parts):
    """A batch of many examples that are all alike, so that mean and gradient are known to all digits."""
    return np.tile(np.array(parts, np.float16), (MANY, 1))


LOSSES = {  # the loss, PyTorch's, the prediction, the target
    nn.mse: ("mse_loss", columns(3.0), columns(1.0)),
    nn.mae: ("l1_loss", columns(3.0), columns(1.0)),
    nn.huber: ("huber_loss", columns(3.0), columns(1.0)),
    nn.poisson_nll: ("poisson_nll_loss", columns(1.0), columns(2.0)),
    nn.binary_cross_entropy: ("binary_cross_entropy", columns(0.25), columns(1.0)),
    nn.binary_cross_entropy_with_logits: ("binary_cross_entropy_with_logits", columns(2.0), columns(0.0)),
    nn.cross_entropy: ("cross_entropy", columns(1.0, 2.0, -1.0), np.zeros(MANY, int)),
    nn.nll: ("nll_loss", columns(-1.0, -2.0), np.ones(MANY, int)),
    nn.multiclass_hinge: ("multi_margin_loss", columns(1.0, 2.0, 0.5), np.zeros(MANY, int)),
}


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)
def test_means_over_many(torch, loss):
    name, x, target = LOSSES[loss]
    theirs = getattr(torch.nn.functional, name)
    ours, reference = Tensor(x), torch.tensor(x.astype(float), requires_grad=True)
    found = loss(ours, target)
    expected = theirs(reference, torch.tensor(target if target.dtype == int else target.astype(float)))
    found.backward()
    expected.backward()
    assert found.dtype == ours.grad.dtype == np.float16
    assert float(found.data) == pytest.approx(expected.item(), rel=1e-3)
    exact = reference.grad.numpy()
    assert np.abs(exact).max() < 1e-4  # rounded to the numbers that float16 has there, 6e-8 apart
    np.testing.assert_allclose(ours.grad.astype(float), exact, rtol=1e-3, atol=6e-8)
    plain = loss(x, target)
    assert plain.dtype == np.float16 and float(plain) == float(found.data)


@pytest.mark.parametrize("options", [{"class_weights": [1.0, 3.0, 2.0]}, {"label_smoothing": 0.1}])
def test_weighted_means_over_many(torch, options):
    x, labels = columns(1.0, 2.0, -1.0), np.arange(MANY) % 3
    ours, reference = Tensor(x), torch.tensor(x.astype(float), requires_grad=True)
    theirs = dict(options)
    if "class_weights" in theirs:
        theirs = {"weight": torch.tensor(theirs["class_weights"])}
    found = nn.cross_entropy(ours, labels, **options)
    expected = torch.nn.functional.cross_entropy(reference, torch.tensor(labels), **theirs)
    found.backward()
    expected.backward()
    assert float(found.data) == pytest.approx(expected.item(), rel=1e-3)
    np.testing.assert_allclose(ours.grad.astype(float), reference.grad.numpy(), rtol=1e-3, atol=6e-8)


def test_masks_of_many_pixels():
    """Half of 140,000 pixels are right: the sums are beyond float16, their ratio is not."""
    prediction, target = np.ones((1, 2 * MANY), np.float16), np.arange(2 * MANY)[None] % 2
    for loss, exact in ((nn.dice, 1 - 2 * MANY / (3 * MANY)), (nn.iou, 0.5)):
        x = Tensor(prediction)
        found = loss(x, target)
        found.backward()
        assert float(found.data) == pytest.approx(exact, rel=1e-3) and np.isfinite(x.grad).all()


@pytest.mark.parametrize("name", ["cosine_embedding", "contrastive"])
def test_vectors_whose_squares_are_large(name):
    x1, x2 = np.full((4, 8), 200.0), np.full((4, 8), 100.0)
    target = [1, -1, 1, -1]
    ours = Tensor(x1.astype(np.float16))
    exact = Tensor(x1)
    scale = 1e-3 if name == "contrastive" else 1.0  # so that the loss itself is in range
    for node in (ours, exact):
        (getattr(nn, name)(node * scale, x2 * scale, target)).backward()
    assert np.isfinite(ours.grad).all()
    np.testing.assert_allclose(ours.grad.astype(float), exact.grad, atol=1e-4)


# Clipping.


def test_the_norm_of_many_small_gradients(torch):
    rng = np.random.default_rng(0)
    grads = [np.array([1.0], np.float16), (1e-4 * rng.standard_normal(10**6)).astype(np.float16)]
    for norm_type in (2.0, 3.0):
        ours = [Tensor(np.zeros_like(grad)) for grad in grads]
        theirs = [torch.nn.Parameter(torch.zeros(grad.shape)) for grad in grads]
        for parameter, twin, grad in zip(ours, theirs, grads):
            parameter.grad, twin.grad = grad.copy(), torch.tensor(grad.astype(float))
        found = nn.clip_grad_norm(ours, 1e-5, norm_type)
        assert found == pytest.approx(
            torch.nn.utils.clip_grad_norm_(theirs, 1e-5, norm_type).item(), rel=1e-6
        )
        for parameter, twin in zip(ours, theirs):
            assert parameter.grad.dtype == np.float16
            np.testing.assert_allclose(parameter.grad.astype(float), twin.grad.numpy(), rtol=1e-3, atol=6e-8)
