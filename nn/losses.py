"""Losses: how far a prediction is from its target, as one number to differentiate.

One definition of each serves lists of Values and Tensors. All are means over the batch. Targets are data:
numbers, lists or NumPy arrays; they take the dtype of the prediction, so that float32 stays float32. B is the
batch, C the classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import autograd
from autograd import Tensor
from autograd.array_ops import log_softmax
from autograd.ops import ArrayOp

from .checks import numbers


def mse(prediction: Any, target: Any) -> Any:
    """Mean squared error: mean((prediction - target)**2), over all elements.

    ``prediction`` is a Tensor of any shape, a Value, or a list of Values (or lists of them), and ``target``
    numbers of the same shape. Gradient: 2 (prediction - target) / n. Raises ValueError where shapes differ.

    >>> from autograd import Value
    >>> mse([Value(1.0), Value(3.0)], [1.0, 1.0]).data
    2.0
    >>> mse(Tensor([1.0, 3.0]), np.array([1.0, 1.0])).item()
    2.0
    """
    return _mean("mse", _squared_error, prediction, target)


def hinge(score: Any, target: Any) -> Any:
    """Hinge loss of a classifier of two classes: mean(relu(1 - target * score)).

    ``target`` is +1 or -1; a score on the right side by 1 or more costs nothing. Shapes as for :func:`mse`.
    Gradient: -target / n where target * score < 1, else 0. Cortes and Vapnik, "Support-vector networks".

    >>> from autograd import Value
    >>> hinge([Value(0.5), Value(-3.0)], [1, -1]).data
    0.25
    """
    labels = np.asarray(_numbers(target))
    if labels.dtype.kind not in "iuf":
        raise TypeError(f"hinge: the targets are of dtype {labels.dtype}; expected the numbers +1 and -1")
    if not (np.abs(labels) == 1).all():
        wrong = labels[np.abs(labels) != 1][0]
        raise ValueError(
            f"hinge: got the target {wrong:g}; expected +1 or -1 (for labels 0 and 1: 2 * label - 1)"
        )
    return _mean("hinge", _shortfall, score, target)


def cross_entropy(logits: Any, target: Any) -> Any:
    """Cross-entropy of the softmax of ``logits`` with the right class: mean(-log_softmax[target]).

    ``logits`` is a Tensor (B, C) and ``target`` integers (B,) from 0 to C-1; or a list of C Values and one
    integer, or a list of such lists and a list of integers. Stable for logits of any size.
    Gradient: (softmax(logits) - one_hot(target)) / B. Raises TypeError for labels that are no integers, and
    IndexError for one that is no class.

    >>> logits = Tensor([[0.0, 0.0], [1000.0, 0.0]])
    >>> loss = cross_entropy(logits, np.array([0, 0]))
    >>> loss.backward()
    >>> round(loss.item(), 4), logits.grad.tolist()
    (0.3466, [[-0.25, 0.25], [0.0, 0.0]])
    >>> from autograd import Value
    >>> round(cross_entropy([Value(0.0), Value(0.0)], 1).data, 4)
    0.6931
    """
    if isinstance(logits, (Tensor, np.ndarray)):
        if logits.dtype.kind != "f":
            raise TypeError(f"cross_entropy: the logits are of dtype {logits.dtype}; expected floats")
        if logits.ndim != 2:
            raise ValueError(
                f"cross_entropy: the logits have shape {logits.shape}; expected (B, C), a row an example"
            )
        target = _labels(target, logits.shape)
        log_probabilities = log_softmax.on_array(_numbers(logits), axis=1)
        # Where in memory the right classes are: 100 single numbers of a flat array take a third of the time.
        order = "F" if log_probabilities.flags.f_contiguous else "C"
        right = _places(target, logits.shape, order)
        return cross_entropy_row(logits, target=target, right=right, log_probabilities=log_probabilities)
    if not isinstance(logits, (list, tuple)):
        raise TypeError(
            f"cross_entropy: got logits of type {type(logits).__name__}; expected a Tensor or list of Values"
        )
    one = bool(logits) and not isinstance(logits[0], (list, tuple))
    rows, targets = ([logits], [target]) if one else (logits, target)
    shape = (len(rows), len(rows[0]) if rows else 0)
    if any(len(row) != shape[1] for row in rows):
        raise ValueError(
            f"cross_entropy: rows of {sorted({len(row) for row in rows})} logits; expected as many in each"
        )
    labels = _labels(targets, shape)
    _places(labels, shape)  # none is no class
    losses = [autograd.logsumexp(row) - row[label] for row, label in zip(rows, labels.tolist())]
    return autograd.sum(losses) / len(losses)


def _flat(array: np.ndarray) -> np.ndarray:
    """All elements in the order in which they are in memory, not a copy."""
    return array.ravel(order="K")


def _mean_nll(logits: Any, *, target: np.ndarray, right: np.ndarray, log_probabilities: np.ndarray) -> Any:
    """Minus the mean logarithm of the probability of the right class."""
    return np.add.reduce(_flat(log_probabilities)[right]) / -len(target)


def _to_logits(
    out: Any, logits: Any, *, target: np.ndarray, right: np.ndarray, log_probabilities: np.ndarray
) -> Any:
    """(softmax(logits) - one_hot(target)) / B, on arrays from the logarithms that are there already."""

    def share(g: Any) -> Any:
        if isinstance(g, Tensor):  # to be differentiated again: as a function of the logits
            one_hot = np.zeros(logits.shape, logits.dtype)
            one_hot[np.arange(len(target)), target] = 1
            return (autograd.softmax(logits) - one_hot) * (g / float(len(target)))
        error = np.exp(log_probabilities)
        _flat(error)[right] -= 1
        error *= g / len(target)
        return error

    return share


# One node for softmax, logarithm, choice and mean.
cross_entropy_row = ArrayOp("cross_entropy", "cross_entropy", on_array=_mean_nll, partials=(_to_logits,))


def _squared_error(prediction: Any, target: Any) -> Any:
    error = prediction - target
    return error * error


def _shortfall(score: Any, target: Any) -> Any:
    return autograd.relu(1.0 - score * target)


def _mean(caller: str, loss: Callable[[Any, Any], Any], prediction: Any, target: Any) -> Any:
    """The mean of ``loss`` over pairs of prediction and target."""
    if isinstance(prediction, (Tensor, np.ndarray)):
        if not isinstance(target, Tensor) or not target.requires_grad:  # a target that is learned stays one
            dtype = prediction.dtype if prediction.dtype.kind == "f" else None
            target = numbers(_numbers(target), dtype, caller)
        if target.shape != prediction.shape:
            raise ValueError(
                f"{caller}: the target has shape {target.shape}, but the prediction {prediction.shape}; "
                "they must be equal (reshape one: a column (B, 1) is not (B,))"
            )
        if not target.size:
            raise ValueError(f"{caller}: the batch is empty; there is nothing to take the mean of")
        if np.isnan(_numbers(target)).any():
            raise ValueError(f"{caller}: nan in the target, at index {_first(np.isnan(_numbers(target)))}")
        return loss(prediction, target).mean()
    losses = [loss(p, t) for p, t in _pairs(caller, prediction, target)]
    if not losses:
        raise ValueError(f"{caller}: the batch is empty; there is nothing to take the mean of")
    return autograd.sum(losses) / len(losses)


def _pairs(caller: str, prediction: Any, target: Any) -> Iterator[tuple[Any, Any]]:
    """Prediction and target side by side, through lists in lists."""
    target = _numbers(target)
    if not isinstance(prediction, (list, tuple)):
        yield prediction, target
        return
    if isinstance(target, np.ndarray):
        target = target.tolist()
    if not isinstance(target, (list, tuple)) or len(target) != len(prediction):
        got = f"{len(target)} targets" if isinstance(target, (list, tuple)) else f"the target {target!r}"
        raise ValueError(f"{caller}: {len(prediction)} predictions but {got}; expected one target for each")
    for p, t in zip(prediction, target):
        yield from _pairs(caller, p, t)


def _labels(target: Any, shape: tuple[int, ...]) -> np.ndarray:
    """The labels of a batch as an array of integers, checked against the (B, C) of the logits."""
    batch, classes = shape
    labels = np.asarray(_numbers(target))
    if not batch or not classes:
        raise ValueError(
            f"cross_entropy: the logits have shape {shape}; there is no example or no class in them"
        )
    if labels.shape != (batch,):
        raise ValueError(
            f"cross_entropy: the target has shape {labels.shape}; expected ({batch},), one label an example"
        )
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"cross_entropy: the labels are of dtype {labels.dtype}; expected integers, 0 to {classes - 1} "
            "(labels.astype(int) makes them of whole numbers)"
        )
    return labels


def _places(labels: np.ndarray, shape: tuple[int, ...], order: Any = "C") -> np.ndarray:
    """The place of each example's logit of the right class in all (B, C) logits end to end."""
    batch, classes = shape
    try:
        return np.ravel_multi_index((np.arange(batch), labels), (batch, classes), order=order)
    except ValueError:
        bad = (labels < 0) | (labels >= classes)
        raise IndexError(
            f"cross_entropy: the label {labels[bad][0]}, at index {_first(bad)}, is not one of the {classes} "
            f"classes, 0 to {classes - 1}"
        ) from None


def _numbers(target: Any) -> Any:
    return target.data if isinstance(target, Tensor) else target


def _first(mask: np.ndarray) -> Any:
    where = tuple(int(i) for i in np.argwhere(mask)[0])
    return where[0] if len(where) == 1 else where
