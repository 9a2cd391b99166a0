"""Elementwise losses: pair the numbers of a batch with their targets, and reduce the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import autograd
from autograd import Tensor, Value
from autograd.value_array import numbers, wrapped

from ..checks import array, shown, wrong
from ..inputs import has_values
from ..leaves import is_array_of_values
from ..precision import HALF, wide

REDUCTIONS = ("mean", "sum", "none")

# (caller, numbers of the prediction, numbers of the target): raises if the loss is undefined for them
Check = Callable[[str, np.ndarray, np.ndarray], None]


def per_element(
    caller: str,
    loss: Callable[[Any, Any], Any],
    prediction: Any,
    target: Any,
    reduction: str,
    check: Check | None = None,
    name: str = "prediction",
) -> Any:
    """Compute ``loss`` for every pair of prediction and target: arrays at once, lists of Values one by one.

    ``name`` is what error messages call the prediction.
    """
    check_reduction(reduction, caller)
    prediction = unpacked(prediction)
    if is_array(prediction) and prediction.dtype == HALF:
        return per_element(caller, loss, wide(prediction), target, reduction, check, name).astype(np.float16)
    if is_array(prediction):
        check_dtype(caller, prediction, name)
        if prediction.dtype.kind in "biu":  # 0 - 20 is 236 in uint8
            prediction = prediction.astype(float)
        given, target = raw(target), beside(prediction, target, caller, "target", name)
        check_same_shape(caller, prediction, target, name)
        # Check the target as given: a bool, say, before it becomes a float.
        _check(caller, looked_at(prediction), looked_at(np.asarray(given)), check)
        losses = loss(prediction, target)
        return reduced(losses if is_array(losses) else np.asarray(losses), reduction)
    pairs = list(_pairs(caller, prediction, raw(target), name))
    predicted = floats(caller, [p for p, _ in pairs], name)
    if not np.isfinite(predicted).all() and not all(isinstance(p, Value) for p, _ in pairs):
        raise ValueError(f"{caller}: the {name} has inf or nan among plain numbers; expected finite ones")
    _check(caller, predicted, floats(caller, [t for _, t in pairs], "target"), check)
    costs = [loss(p, t if isinstance(t, Value) else float(t)) for p, t in pairs]
    if reduction == "none":
        return _nested_like(prediction, iter(costs))
    return reduced(costs, reduction)


def reduced(losses: Any, reduction: str, weight: float | None = None) -> Any:
    """Return the losses, their sum, or their mean: the sum over ``weight``, or over their number if None."""
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum() if is_array(losses) else autograd.sum(losses)
    if is_array(losses) and weight is None:
        return losses.mean()
    total = losses.sum() if is_array(losses) else autograd.sum(losses)
    return total / (float(len(losses)) if weight is None else weight)


def check_reduction(reduction: Any, caller: str) -> None:
    """Raise ValueError unless it is one of the three words."""
    if not isinstance(reduction, str) or reduction not in REDUCTIONS:
        raise ValueError(f"{caller}: reduction is {reduction!r}; expected {', '.join(map(repr, REDUCTIONS))}")


def check_same_shape(caller: str, prediction: Any, target: Any, name: str) -> None:
    """Raise ValueError unless shapes are equal: a column and a row would broadcast to a table of losses."""
    if target.shape != prediction.shape:
        raise ValueError(
            f"{caller}: the target has shape {target.shape}, but the {name} {prediction.shape}; "
            "they must be equal (reshape one: a column (B, 1) is not (B,))"
        )


def check_dtype(caller: str, batch: Any, name: str, kinds: str = "biuf") -> None:
    """Raise TypeError for an array of anything but numbers."""
    if batch.dtype.kind not in kinds and not is_array_of_values(batch):
        expected = "floats" if kinds == "f" else "numbers"
        raise TypeError(f"{caller}: the {name} is of dtype {batch.dtype}; expected {expected}")


def is_array(data: Any) -> bool:
    """Check whether it is computed all at once, and not Value by Value."""
    return isinstance(data, (Tensor, np.ndarray))


def raw(data: Any) -> Any:
    """Return the numbers of a Tensor, and anything else as it is."""
    return data.data if isinstance(data, Tensor) else data


def looked_at(batch: Any) -> Any:
    """Return the numbers of a Tensor or an array (also of Values), to check them; lists as they are."""
    if isinstance(batch, Tensor):
        return batch.data
    return numbers(batch) if isinstance(batch, np.ndarray) and batch.dtype.hasobject else batch


def unpacked(data: Any) -> Any:
    """Convert an array with Values to one of Values alone, one without axes to its element."""
    return wrapped(data) if isinstance(data, np.ndarray) and data.dtype.hasobject else data


def float_dtype(batch: Any) -> Any:
    """Return the dtype for data that accompany a batch of floats, or of Values, which are float64."""
    return np.dtype(float) if batch.dtype.hasobject else batch.dtype


def beside(prediction: Any, data: Any, caller: str, name: str, leading: str) -> Any:
    """Convert data to the dtype of the prediction, called ``leading``; keep nodes that want gradients."""
    of_values = prediction.dtype.hasobject
    if isinstance(data, Tensor) and data.requires_grad and not of_values:
        return data
    try:
        found = np.asarray(data.data if isinstance(data, Tensor) and not data.requires_grad else data)
    except (TypeError, ValueError):  # lists of different lengths, or Tensors in a list
        found = np.array(None)
    if of_values and has_values(found.ravel().tolist()):
        return unpacked(found)
    if found.dtype.kind not in "biuf":
        kind = "an array of Values" if of_values else "an array"
        expected = f"a Tensor, an array or lists of numbers, beside the {leading}, which is {kind}"
        raise wrong(data, name, caller, expected)
    return found if prediction.dtype.kind in "biu" else found.astype(float_dtype(prediction), copy=False)


def floats(caller: str, items: list[Any], name: str) -> np.ndarray:
    """Return the numbers of Values and plain numbers, to check them."""
    data = [item.data if isinstance(item, Value) else raw(item) for item in items]
    if set(map(type, data)) == {float}:  # the usual case
        return np.array(data)
    for item in items:
        if is_array(item) and item.ndim:
            raise TypeError(
                f"{caller}: the {name} is a list with an array of shape {item.shape} in it; expected one "
                "Tensor or array for the whole batch (autograd.stack makes one), or Values"
            )
        if not isinstance(item, (Value, Tensor, np.ndarray, int, float, np.generic)):
            raise wrong(
                item, name if len(items) == 1 else f"a number of the {name}", caller, "a Value or a number"
            )
    return array(data, name, caller)


def first(mask: np.ndarray) -> Any:
    """Return the index of the first True."""
    where = tuple(int(i) for i in np.argwhere(mask)[0])
    return where[0] if len(where) == 1 else where


def _check(caller: str, prediction: np.ndarray, target: np.ndarray, check: Check | None) -> None:
    if not target.size:
        raise ValueError(f"{caller}: the batch is empty; there is nothing to take the mean of")
    missing = ~np.isfinite(target)
    if missing.any():
        at = f", at index {first(missing)}" if target.ndim else ""
        raise ValueError(f"{caller}: {target[missing][0]:g} in the target{at}; expected finite numbers")
    if check is not None:
        check(caller, prediction, target)


def _pairs(caller: str, prediction: Any, target: Any, name: str) -> Iterator[tuple[Any, Any]]:
    """Pair prediction and target, through nested lists."""
    if isinstance(target, np.ndarray):
        target = target.tolist()
    if not isinstance(prediction, (list, tuple)):
        if isinstance(target, (list, tuple)):
            raise ValueError(
                f"{caller}: {len(target)} targets but the {name} is {shown(prediction)}; expected one for "
                "each"
            )
        yield prediction, target
        return
    if not isinstance(target, (list, tuple)) or len(target) != len(prediction):
        is_list = isinstance(target, (list, tuple))
        got = f"{len(target)} targets" if is_list else f"the target {shown(target)}"
        raise ValueError(
            f"{caller}: {len(prediction)} predictions but {got}; expected one target for each in the {name}"
        )
    for p, t in zip(prediction, target):
        yield from _pairs(caller, p, t, name)


def _nested_like(prediction: Any, losses: Iterator[Any]) -> Any:
    if isinstance(prediction, (list, tuple)):
        return [_nested_like(p, losses) for p in prediction]
    return next(losses)
