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
    for _ in range(10):
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
