"""The elementary functions and rounding where they are awkward: at the ends, at the origin, far out."""

import math

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, gradients


def slopes(fn, *numbers, dtype=float):
    """The derivatives to each operand on Tensors, of which no step may overflow."""
    tensors = [Tensor(np.array(number, dtype)) for number in numbers]
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        return [each.item() for each in gradients(fn(*tensors), tensors)]


def second(fn, *numbers):
    tensors = [Tensor(number) for number in numbers]
    first = gradients(fn(*tensors), tensors, create_graph=True)
    return [[float(each) for each in gradients(slope, tensors)] for slope in first]


@pytest.mark.parametrize("x", [1.0, -1.0])
def test_the_slope_at_the_ends_of_an_arc_is_infinite(x):
    for fn, sign in ((autograd.arcsin, 1.0), (autograd.arccos, -1.0)):
        with pytest.raises(ZeroDivisionError, match=rf"{fn.name}.*its derivative is not finite here.*"):
            fn(Value(x)).backward()
        tensor = Tensor(x)
        with np.errstate(divide="ignore"):
            fn(tensor).backward()
        assert tensor.grad == sign * np.inf
    with pytest.raises(ValueError, match="arcsin.* it needs -1 <= x <= 1"):
        autograd.arcsin(Value(1.5))


def test_near_the_ends_no_digit_is_lost():
    gap = 2.0**-40
    expected = 1 / math.sqrt(gap * (2 - gap))
    assert slopes(autograd.arcsin, 1 - gap) == [pytest.approx(expected, rel=1e-15)]
    assert slopes(autograd.arccos, gap - 1) == [pytest.approx(-expected, rel=1e-15)]


def test_no_square_overflows():
    assert slopes(autograd.arctan, 1e200) == slopes(autograd.arctan, -1e300) == [0.0]
    assert slopes(autograd.arctan, 1e150) == [pytest.approx(1e-300, rel=1e-14)]
    assert slopes(autograd.arctan, 300.0, dtype=np.float16) == [pytest.approx(1 / 90_001, rel=5e-3)]
    half = math.sqrt(0.5)
    for size in (1.0, 1e200, 1e-200, 1e-300):
        assert slopes(autograd.hypot, size, -size) == pytest.approx([half, -half], rel=1e-15)
        expected = [0.5 / size, -0.5 / size]
        assert slopes(autograd.arctan2, size, size) == pytest.approx(expected, rel=1e-14)
        y, x = Value(size), Value(size)
        autograd.arctan2(y, x).backward()
        assert [y.grad, x.grad] == pytest.approx(expected, rel=1e-14)


def test_at_the_origin_which_has_no_direction_slopes_are_0(torch):
    for fn, theirs in ((autograd.arctan2, torch.atan2), (autograd.hypot, None)):
        assert slopes(fn, 0.0, 0.0) == [0.0, 0.0]
        assert second(fn, 0.0, 0.0) == [[0.0, 0.0], [0.0, 0.0]]
        y, x = Value(0.0), Value(0.0)
        fn(y, x).backward()
        assert (y.grad, x.grad) == (0.0, 0.0)
        if theirs is not None:  # PyTorch's of hypot is nan
            leaves = [torch.zeros((), requires_grad=True) for _ in range(2)]
            assert [each.item() for each in torch.autograd.grad(theirs(*leaves), leaves)] == [0.0, 0.0]


def test_nan_passes_on_arrays():
    nan = np.array([np.nan])
    for fn in (
        autograd.floor,
        autograd.ceil,
        autograd.round,
        autograd.square,
        autograd.log2,
        autograd.arctan,
    ):
        assert np.isnan(fn(nan)) and math.isnan(
            fn.on_float(math.nan) if hasattr(fn, "on_float") else fn(math.nan)
        )
    assert np.isnan(autograd.arctan2(nan, 1.0)) and np.isnan(autograd.clip(nan, 0.0, 1.0))


def test_too_large_is_an_error_on_a_value_and_inf_on_a_tensor():
    for fn in (autograd.sinh, autograd.cosh, autograd.exp2):
        with pytest.raises(OverflowError, match=f"{fn.name}.*too large for a float"):
            fn(Value(2000.0))
        with np.errstate(over="ignore"):
            assert fn(Tensor(2000.0)).item() == np.inf


def test_small_integers_are_computed_in_double_precision():
    for dtype in (np.int8, np.uint8, np.int16, bool):
        x = np.ones(2, dtype)
        for fn in (
            autograd.exp2,
            autograd.log2,
            autograd.sinh,
            autograd.arctan,
            autograd.round,
            autograd.floor,
        ):
            assert fn(x).dtype == fn(Tensor(x)).dtype == float
        assert autograd.arctan2(x, 1.0).dtype == autograd.hypot(Tensor(x), x).dtype == float
    assert autograd.arctan2(np.ones(2, np.float32), 1.0).dtype == np.float32
