"""Checks of targets: signs, probabilities, counts, classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..checks import array, real, whole
from .elements import Check, first, raw


def within(low: float, high: float, name: str, hint: str) -> Check:
    """Make a check that prediction and target are between two numbers, or equal to them."""

    def check(caller: str, prediction: np.ndarray, target: np.ndarray) -> None:
        bounded(caller, name, prediction, low, high, hint)
        bounded(caller, "target", target, low, high)

    return check


def bounded(
    caller: str,
    name: str,
    array: np.ndarray,
    low: float,
    high: float = np.inf,
    hint: str = "",
    slack: float = 0.0,
) -> None:
    """Raise ValueError unless all numbers are in the closed interval, give or take ``slack``; nan is not."""
    inside = (array >= low) & (array <= high + slack)
    if not inside.all():
        index = first(~inside) if array.ndim else None
        at = "" if index is None else f", at index {index}"
        bounds = f"from {low:g} to {high:g}" if high < np.inf else f"of at least {low:g}"
        raise ValueError(
            f"{caller}: the {name} has {array[~inside][0]:g}{at}; expected numbers {bounds}"
            + (f" ({hint})" if hint else "")
        )


def signs(caller: str, prediction: np.ndarray, target: np.ndarray) -> None:
    """Check that each target is +1 or -1, a number and not a bool."""
    if target.dtype.kind not in "iuf":
        raise TypeError(f"{caller}: the targets are of dtype {target.dtype}; expected the numbers +1 and -1")
    wrong = np.abs(target) != 1
    if wrong.any():
        raise ValueError(
            f"{caller}: got the target {target[wrong][0]:g}; expected +1 or -1 (for labels 0 and 1: "
            "2 * label - 1)"
        )


def bits(caller: str, prediction: np.ndarray, target: np.ndarray) -> None:
    """Check that each target is 0 or 1."""
    wrong = (target != 0) & (target != 1)
    if wrong.any():
        raise ValueError(
            f"{caller}: got the target {target[wrong][0]:g}; expected 0 or 1 (for signs -1 and +1: "
            "(sign + 1) / 2)"
        )


def labels(caller: str, target: Any, shape: tuple[int, ...], name: str) -> np.ndarray:
    """Return the labels of a batch as integers (B,), for the scores ``name`` of ``shape`` (B, C)."""
    batch, classes = shape
    found = array(raw(target), "target", caller)
    if not batch or not classes:
        raise ValueError(f"{caller}: the scores have shape {shape}; there is no example or no class in them")
    if found.shape != (batch,):
        raise ValueError(
            f"{caller}: the target has shape {found.shape}; expected ({batch},), one label for each of the "
            f"{name}"
        )
    if found.dtype.kind not in "iu":
        raise TypeError(
            f"{caller}: the labels are of dtype {found.dtype}; expected integers, 0 to {classes - 1} "
            "(labels.astype(int) converts whole numbers)"
        )
    return found


def places(caller: str, labels: np.ndarray, shape: tuple[int, ...], order: Any = "C") -> np.ndarray:
    """Return the index of each example's right class in the flattened scores (B, C)."""
    batch, classes = shape
    try:
        return np.ravel_multi_index((np.arange(batch), labels), (batch, classes), order=order)
    except ValueError:
        bad = (labels < 0) | (labels >= classes)
        raise IndexError(
            f"{caller}: the label {labels[bad][0]}, at index {first(bad)}, is not one of the {classes} "
            f"classes, 0 to {classes - 1}"
        ) from None


def one_hot(
    caller: str, target: np.ndarray, shape: tuple[int, ...], ignored: int | None = None
) -> np.ndarray:
    """Return zeros (B, C) with a 1 at the class of each example, except for ignored ones."""
    rows = np.zeros(shape)
    kept = np.ones(len(target), bool) if ignored is None else target != ignored
    places(caller, np.where(kept, target, 0), shape)  # raises its error, as a label below 0 is a valid index
    rows[kept, target[kept]] = 1.0
    return rows


def weight_of_each_class(caller: str, weights: Any, classes: int, name: str) -> np.ndarray:
    """Return the weight of each class as an array (C,); all 1 for None."""
    if weights is None:
        return np.ones(classes)
    found = array(raw(weights), "class_weights", caller).astype(float)
    if found.shape != (classes,):
        raise ValueError(
            f"{caller}: class_weights has shape {found.shape}; expected ({classes},), one for each class in "
            f"the {name}"
        )
    wrong = ~((found >= 0) & (found < np.inf))
    if wrong.any():
        raise ValueError(
            f"{caller}: class_weights has {found[wrong][0]:g}, for class {first(wrong)}; expected finite "
            "numbers of at least 0"
        )
    return found


def shares(
    caller: str,
    target: Any,
    shape: tuple[int, ...],
    name: str,
    weights: Any = None,
    smoothing: float = 0.0,
    ignored: int | None = None,
) -> tuple[np.ndarray, float]:
    """Return the weight of each log-probability (B, C), and the divisor of the mean.

    ``target`` is labels (B,) or soft targets, which are probabilities (B, C). ``smoothing`` takes that share
    from the target and spreads it evenly over all classes. The mean over labels is weighted by their classes.
    """
    batch, classes = shape
    smoothing = real(smoothing, "label_smoothing", caller, low=0.0, high=1.0)
    by_class = weight_of_each_class(caller, weights, classes, name)
    if ignored is not None:
        whole(ignored, "ignore_index", caller)
    given = array(raw(target), "target", caller)
    if given.shape == shape and given.dtype.kind == "f":
        if ignored is not None:
            raise ValueError(
                f"{caller}: ignore_index is {ignored}, but the target is probabilities, in which there is no "
                "label to ignore; set the rows to ignore to zero"
            )
        # Mixing in float32 can raise two equal labels to slightly above 1.
        bounded(caller, "target", given, 0.0, 1.0, "a row of probabilities for each example", slack=1e-5)
        counts, over = given.astype(float), float(batch)
    elif given.ndim == 2:
        raise ValueError(
            f"{caller}: the target has shape {given.shape}; expected ({batch},), a label for each of the "
            f"{name}, or {shape}, probabilities as floats (this is of dtype {given.dtype}; astype(float) "
            "makes them of a one-hot code)"
        )
    else:
        counts = one_hot(caller, labels(caller, target, shape, name), shape, ignored)
        over = float((counts @ by_class).sum())
    if smoothing:
        rest = counts.any(axis=1, keepdims=True) * (smoothing / classes)  # a row of zeros stays zero
        counts = (1.0 - smoothing) * counts + rest
    return counts * by_class, over
