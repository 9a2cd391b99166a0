"""RNN and LSTM: against PyTorch, from 0 and from a state that is handed in."""

import numpy as np
import pytest

import nn

from .against import compare, loaded, moved, numbers

KINDS = ["RNN", "LSTM"]
SHAPES = [(2, 5, 3), (1, 1, 3), (3, 1, 1), (1, 7, 1)]


def flat(outputs, state):
    """What a layer gives, as a list of arrays."""
    return [outputs, *(state if isinstance(state, tuple) else [state])]


def pair(torch, kind, shape, hidden, **settings):
    layer = moved(getattr(nn, kind)(shape[-1], hidden, dtype=np.float64, rng=0, **settings))
    theirs = loaded(torch, getattr(torch.nn, kind)(shape[-1], hidden, batch_first=True, **settings), layer)
    return layer, theirs


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bias", [True, False])
def test_against_pytorch(torch, kind, shape, bias):
    layer, theirs = pair(torch, kind, shape, 4, bias=bias)
    compare(
        torch, lambda x: flat(*layer(x)), lambda x: flat(*theirs(x)),
        layer.parameters(), [*theirs.parameters()], numbers(*shape),
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_that_is_handed_in(torch, kind):
    """Its gradient too: that of what came before."""
    layer, theirs = pair(torch, kind, (2, 3, 3), 4)
    begun = [numbers(1, 2, 4), 0.5 * numbers(1, 2, 4)][: layer.states]

    def called(module):
        return lambda x, *state: flat(*module(x, state if kind == "LSTM" else state[0]))

    compare(
        torch, called(layer), called(theirs), layer.parameters(), [*theirs.parameters()],
        numbers(2, 3, 3), *begun,
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_two_halves_are_the_whole(kind):
    layer, x = getattr(nn, kind)(3, 4, dtype=np.float64, rng=0), numbers(2, 6, 3)
    outputs, state = layer(x)
    first, between = layer(x[:, :2])
    second, end = layer(x[:, 2:], between)
    np.testing.assert_allclose(np.concatenate([first.data, second.data], axis=1), outputs.data, rtol=1e-13)
    for one, other in zip(flat(second, end)[1:], flat(outputs, state)[1:]):
        np.testing.assert_allclose(one.data, other.data, rtol=1e-13)


@pytest.mark.parametrize("kind", KINDS)
def test_it_starts_as_in_pytorch(torch, kind):
    layer, theirs = getattr(nn, kind)(20, 64, rng=0), getattr(torch.nn, kind)(20, 64)
    for (name, ours), (other, tensor) in zip(
        layer.named_parameters(), theirs.named_parameters(), strict=True
    ):
        assert name == other and ours.shape == tuple(tensor.shape) and ours.dtype == np.float32
        for drawn in (ours.data, tensor.detach().numpy()):
            assert 0.1 < abs(drawn).max() <= 1 / 8 and abs(np.mean(drawn)) < 0.04


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (
            lambda: nn.RNN(3, 4)(np.zeros((2, 3))),
            ValueError,
            r"RNN: the input has shape \(2, 3\); expected \(B, T, 3\)",
        ),
        (lambda: nn.LSTM(3, 4)(np.zeros((2, 5, 4))), ValueError, r"LSTM: the input has shape \(2, 5, 4\)"),
        (lambda: nn.RNN(3, 4)(np.zeros((2, 0, 3))), ValueError, "one step at least"),
        (
            lambda: nn.RNN(3, 4)(np.zeros((2, 1, 3)), np.zeros((2, 4))),
            ValueError,
            r"the state has shape \(2, 4\); expected \(1, B, H\), here \(1, 2, 4\)",
        ),
        (
            lambda: nn.LSTM(3, 4)(np.zeros((2, 1, 3)), np.zeros((1, 2, 4))),
            TypeError,
            r"expected the pair \(h, c\)",
        ),
    ],
)
def test_what_they_refuse(call, error, says):
    with pytest.raises(error, match=says):
        call()
