"""Conv2d: against PyTorch, with awkward sizes; what it starts from, and what it refuses."""

import numpy as np
import pytest

import nn
from autograd import Value, values

from .against import compare_layer, numbers

SIZES = {
    "as large as before": ((2, 2, 5, 6), 3, {"padding": 1}),
    "every other place": ((2, 2, 7, 6), 3, {"stride": 2, "padding": 1}),
    "rows and columns apart": ((2, 3, 6, 9), (1, 4), {"stride": (3, 2), "padding": (0, 2)}),
    "kernel as large as the image": ((1, 2, 3, 4), (3, 4), {}),
    "kernel as large as the padded image": ((2, 1, 1, 1), 3, {"padding": 1}),
    "stride past the end": ((2, 2, 4, 4), 2, {"stride": 5}),
    "one pixel": ((1, 1, 1, 1), 1, {}),
    "no bias": ((3, 2, 4, 4), 2, {"bias": False}),
}


@pytest.mark.parametrize("name", SIZES)
def test_against_pytorch(torch, name):
    shape, kernel, settings = SIZES[name]
    layer = nn.Conv2d(shape[1], 3, kernel, **settings, dtype=np.float64, rng=0)
    compare_layer(torch, layer, torch.nn.Conv2d(shape[1], 3, kernel, **settings), numbers(*shape))


def test_it_starts_as_in_pytorch(torch):
    """Evenly from -1/sqrt(fan in) to that: the largest of many numbers is near it, and so is PyTorch's."""
    layer, theirs = nn.Conv2d(16, 64, 3, rng=0), torch.nn.Conv2d(16, 64, 3)
    bound = 1 / 12
    for ours, other in (
        (layer.weight.data, theirs.weight.detach().numpy()),
        (layer.bias.data, theirs.bias.detach().numpy()),
    ):
        assert ours.dtype == np.float32 and ours.shape == other.shape
        for drawn in (ours, other):
            assert 0.9 * bound < abs(drawn).max() <= bound
            assert np.std(drawn) == pytest.approx(bound / np.sqrt(3), rel=0.2)


def test_numbers_are_data_in_the_dtype_of_the_layer():
    layer = nn.Conv2d(1, 2, 2, rng=0)
    assert layer(np.ones((1, 1, 3, 3))).dtype == np.float32
    assert layer(np.ones((1, 1, 3, 3), np.uint8).tolist()).shape == (1, 2, 2, 2)
    assert layer(np.zeros((0, 1, 3, 3))).shape == (0, 2, 2, 2)


def test_the_dot_products_of_values_leave_out_what_is_outside_the_image():
    layer = nn.Conv2d(1, 1, 3, padding=1, rng=0).scalars()
    out = layer(values(np.ones((1, 1, 4, 4))))
    corner, inside = (_weights(out[0, 0, at, at]) for at in (0, 1))
    assert (corner, inside) == (4, 9)


def _weights(node):
    """How many of the kernel's weights a number depends on."""
    seen, found = [node], set()
    while seen:
        each = seen.pop()
        assert isinstance(each, Value)
        seen += each.parents
        found |= {each} if (each.label or "").startswith("weight") else set()
    return len(found)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (
            lambda: nn.Conv2d(1, 1, 3)(np.zeros((1, 2, 5, 5))),
            ValueError,
            r"shape \(1, 2, 5, 5\); expected \(B, 1, H, W\)",
        ),
        (lambda: nn.Conv2d(1, 1, 3)(np.zeros((1, 5, 5))), ValueError, r"expected \(B, 1, H, W\)"),
        (
            lambda: nn.Conv2d(1, 1, 5, padding=1)(np.zeros((1, 1, 2, 9))),
            ValueError,
            r"\(4, 11\) rows and columns; expected at least",
        ),
        (
            lambda: nn.Conv2d(1, 1, (1, 2, 3)),
            ValueError,
            r"Conv2d: kernel is \(1, 2, 3\); expected a whole number, or one",
        ),
        (
            lambda: nn.Conv2d(1, 1, 3, padding=-1),
            ValueError,
            "Conv2d: padding is -1; expected a whole number of at least 0",
        ),
        (lambda: nn.Conv2d(1, 1, 3, stride=0), ValueError, "Conv2d: stride is 0"),
        (lambda: nn.Conv2d(1, 1, 0), ValueError, "Conv2d: kernel is 0"),
    ],
)
def test_what_it_refuses(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_it_shows_its_settings():
    assert repr(nn.Conv2d(1, 2, (3, 5), 2, (0, 1), bias=False)).startswith(
        "Conv2d(1, 2, (3, 5), stride=2, padding=(0, 1), bias=False)"
    )
