"""Two programs side by side, one on stepgrad and its twin on PyTorch: do they stay together?

A program is a generator that trains. After every ``backward()`` and before the update it yields its loss and
its parameters by name, and :func:`stay_together` looks at both programs at that moment: at the losses, at
every gradient, and at every parameter, so at what the optimizers made of the gradients before. A parameter is
a Tensor, or Values in nested lists where the twin has an array of that shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

TOLERANCE = 1e-10  # of a difference, relative to max(1, |PyTorch's number|), element by element

Program = Iterator[tuple[Any, Any]]


def numbers(nodes: Any, attribute: str = "data") -> np.ndarray:
    """The data or the gradients of a Tensor, of PyTorch's, or of Values in nested lists, as an array."""
    return np.asarray(_plain(nodes, attribute), float)


def copied(torch: Any, parameters: Any) -> dict[str, Any]:
    """The numbers of named parameters as tensors, for the ``load_state_dict`` of the twin's module."""
    return {name: torch.tensor(numbers(nodes)) for name, nodes in dict(parameters).items()}


def leaves(torch: Any, parameters: Any) -> dict[str, Any]:
    """The same as tensors that ask for a gradient, for a twin that has no module."""
    return {name: tensor.requires_grad_() for name, tensor in copied(torch, parameters).items()}


def stay_together(ours: Program, theirs: Program, moments: int) -> list[float]:
    """Run both for as many moments, and fail at the first number that differs; gives the losses."""
    losses = []
    for moment, ((loss, own), (other_loss, others)) in enumerate(zip(ours, theirs, strict=True)):
        own, others = dict(own), dict(others)
        _same(f"loss {moment}", numbers(loss), numbers(other_loss))
        assert own.keys() == others.keys(), f"moment {moment}: {own.keys() ^ others.keys()} in one of them"
        for name in own:
            for attribute in ("grad", "data"):
                where = f"moment {moment}, {attribute} of {name}"
                _same(where, numbers(own[name], attribute), numbers(others[name], attribute))
        losses.append(float(numbers(loss)))
    assert len(losses) == moments, f"{len(losses)} moments, not {moments}"
    return losses


def batches(count: int, size: int, steps: int) -> Iterable[np.ndarray]:
    """For each step, which of ``count`` examples are in its batch: the same for both programs."""
    rng = np.random.default_rng(0)
    return [rng.permutation(count)[:size] for _ in range(steps)]


def _plain(nodes: Any, attribute: str) -> Any:
    if isinstance(nodes, (list, tuple)):
        return [_plain(node, attribute) for node in nodes]
    found = getattr(nodes, attribute)
    assert found is not None, f"{attribute} is None"
    return found


def _same(where: str, ours: np.ndarray, theirs: np.ndarray) -> None:
    assert ours.shape == theirs.shape, f"{where}: shape {ours.shape}, PyTorch's is {theirs.shape}"
    error = np.abs(ours - theirs)
    if np.max(error, initial=0.0) <= TOLERANCE:
        return
    error /= np.maximum(1.0, np.abs(theirs))
    assert np.all(error <= TOLERANCE), f"{where}: off by {error.max():.3g}"  # nan is not <= anything
