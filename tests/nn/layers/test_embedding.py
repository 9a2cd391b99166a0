"""Embedding: against PyTorch; tokens of every shape, and those that are none."""

import numpy as np
import pytest

import nn
from autograd import trace

from .against import compare, loaded


@pytest.mark.parametrize("tokens", [[[0, 2, 2], [1, 0, 2]], [1], 3, [[[3]]]])
def test_against_pytorch(torch, tokens):
    """Of tokens that come up twice, too: both gradients go to the row."""
    layer = nn.Embedding(4, 3, dtype=np.float64, rng=0)
    theirs = loaded(torch, torch.nn.Embedding(4, 3), layer)
    tokens = np.array(tokens, int)
    compare(
        torch, lambda: [layer(tokens)], lambda: [theirs(torch.tensor(tokens))],
        layer.parameters(), [*theirs.parameters()],
    )  # fmt: skip


def test_it_starts_from_a_normal_distribution():
    weight = nn.Embedding(500, 40, rng=0).weight.data
    assert weight.dtype == np.float32
    assert np.mean(weight) == pytest.approx(0.0, abs=0.03) and np.std(weight) == pytest.approx(1.0, abs=0.03)


def test_lists_of_tokens_and_arrays_are_the_same():
    layer = nn.Embedding(4, 3, rng=0)
    np.testing.assert_array_equal(layer([[1, 2]]).data, layer(np.array([[1, 2]], np.uint8)).data)
    assert layer(np.zeros((2, 0), int)).shape == (2, 0, 3)


def test_traced_tokens_select():
    """What a call is made with decides, not what the trace was made with."""
    layer = nn.Embedding(4, 2, rng=0).scalars()
    program = trace(lambda tokens: layer(tokens).tolist(), [[0, 1]], parameters=layer.parameters())
    for tokens in ([[0, 1]], [[3, 3]]):
        np.testing.assert_array_equal(program(tokens), layer(tokens).data)


@pytest.mark.parametrize(
    ("tokens", "error", "says"),
    [
        ([1, 4], IndexError, "Embedding: tokens from 1 to 4; expected 0 to 3"),
        ([-1], IndexError, "tokens from -1 to -1"),
        ([0.0], TypeError, "Embedding: tokens is .* expected whole numbers"),
        ([[0], [1, 2]], TypeError, "in lists of equal lengths"),
    ],
)
def test_tokens_that_are_none(tokens, error, says):
    with pytest.raises(error, match=says):
        nn.Embedding(4, 3)(tokens)
