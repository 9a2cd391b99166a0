"""Layers beside PyTorch's: outputs, gradients, and the gradients of the sum of squares of these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
from autograd import Tensor


def numbers(*shape: int) -> np.ndarray:
    """Numbers of a shape, the same at every call."""
    return np.random.default_rng(sum(shape)).standard_normal(shape)


def loaded(torch: Any, theirs: Any, layer: Any) -> Any:
    """PyTorch's module with the numbers of ours, whose names it knows."""
    theirs.load_state_dict({name: torch.tensor(array) for name, array in layer.state_dict().items()})
    return theirs


def moved(layer: Any) -> Any:
    """The layer with no number where it began: biases often are 0, where a mistake could hide."""
    rng = np.random.default_rng(1)
    for parameter in layer.parameters():
        parameter.data[...] += 0.1 * rng.random(parameter.shape)
    return layer


def compare(
    torch: Any,
    ours: Callable[..., Any],
    theirs: Callable[..., Any],
    parameters: list[Any],
    their_parameters: list[Any],
    *inputs: np.ndarray,
) -> None:
    """Outputs, a list of arrays, of both from the same inputs; their gradients, of first and second order."""
    x, their_x = (
        [Tensor(each) for each in inputs],
        [torch.tensor(each, requires_grad=True) for each in inputs],
    )
    with torch.nn.attention.sdpa_kernel(
        torch.nn.attention.SDPBackend.MATH
    ):  # the others have no second order
        found, expected = ours(*x), theirs(*their_x)
    assert len(found) == len(expected)
    for one, other in zip(found, expected):
        assert one.shape == tuple(other.shape)
        np.testing.assert_allclose(one.data, other.detach(), rtol=1e-10, atol=1e-10)
    upstream = [numbers(*each.shape) for each in found]
    total = autograd.sum([autograd.sum(g * out * out) for g, out in zip(upstream, found)])
    their_total = sum((torch.tensor(g) * out * out).sum() for g, out in zip(upstream, expected))
    leaves, their_leaves = [*x, *parameters], [*their_x, *their_parameters]
    first = autograd.gradients(total, leaves, create_graph=True)
    their_first = torch.autograd.grad(their_total, their_leaves, create_graph=True)
    for one, other in zip(first, their_first):
        np.testing.assert_allclose(one.data, other.detach(), rtol=1e-10, atol=1e-10)
    norm = autograd.sum([autograd.sum(g * g) for g in first])
    second = torch.autograd.grad(sum((g * g).sum() for g in their_first), their_leaves)
    for one, other in zip(autograd.gradients(norm, leaves), second):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-9)


def compare_layer(torch: Any, layer: Any, theirs: Any, *inputs: np.ndarray) -> None:
    """A layer that gives one array, and PyTorch's with the same numbers."""
    loaded(torch, theirs, moved(layer))
    named = dict(theirs.named_parameters())
    in_order = [named[name] for name, _ in layer.named_parameters()]
    compare(torch, lambda *x: [layer(*x)], lambda *x: [theirs(*x)], layer.parameters(), in_order, *inputs)
