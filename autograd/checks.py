"""Checks of arguments: one function for each kind, so that all errors read alike.

Each returns the argument, converted to its type. The wrong kind of thing is a TypeError; the right kind with
a wrong value is a ValueError. Both name the function and the argument, what came in, and what was expected.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
LONGEST = 60  # characters of an argument in an error


class TooLarge(OverflowError, ValueError):
    """A whole number too large for a float, where a float is needed."""


def wrong(given: Any, name: str, caller: str, expected: str, kind: type[Exception] = TypeError) -> Exception:
    """Make the error for an argument that is not what was expected.

    >>> wrong("no", "bias", "Linear", "True or False")
    TypeError("Linear: bias is 'no'; expected True or False")
    """
    return kind(f"{caller}: {name} is {shown(given)}; expected {expected}")


def shown(given: Any) -> str:
    """Write an argument for an error message: short, whatever it is.

    >>> shown(2.5), shown(10**400), shown(np.zeros((3, 4)))
    ('2.5', 'a whole number of 401 digits', 'an array of shape (3, 4)')
    """
    if isinstance(given, np.ndarray):
        kind = "" if given.dtype.kind in "biuf" else f" and dtype {given.dtype}"
        return f"an array of shape {given.shape}{kind}"
    if isinstance(given, int) and abs(given) >> 100:
        return f"a whole number of {int(math.log10(abs(given))) + 1} digits"
    try:
        text = " ".join(repr(given).split())
    except Exception:  # a list of numbers with too many digits, or an object with a faulty repr
        text = f"an object of type {type(given).__name__}"
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def whole(given: Any, name: str, caller: str, low: int = -sys.maxsize, high: int = sys.maxsize) -> int:
    """Check for a whole number from ``low`` to ``high``, and return it as an int.

    >>> whole(np.int8(-1), "axis", "softmax")
    -1
    """
    is_whole = isinstance(given, (int, np.integer)) and not isinstance(given, bool)
    if is_whole and low <= given <= high:
        return int(given)
    expected = "a whole number"
    if high == low + 1:
        expected = f"{low} or {high}"
    elif low > -sys.maxsize:
        expected += f" of at least {low}" if high == sys.maxsize else f" from {low} to {high}"
    if is_whole and given > high == sys.maxsize:
        expected += " that a machine can count to"
    raise wrong(given, name, caller, expected, ValueError if is_whole else TypeError)


def count(number: Any, name: str, caller: str, low: int = 1) -> int:
    """Check for a whole number of at least ``low``, and return it as an int.

    >>> count(3, "nin", "Linear")
    3
    """
    return whole(number, name, caller, low)


def real(
    number: Any,
    name: str,
    caller: str,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    open_low: bool = False,
    closed_high: bool = False,
) -> float:
    """Check for a finite number from ``low`` (excluded if ``open_low``) to ``high`` (included if
    ``closed_high``), and return it as a float.

    >>> real(0.5, "p", "Dropout", low=0, high=1)
    0.5
    """
    if isinstance(number, bool) or not isinstance(number, (int, float, np.integer, np.floating)):
        raise TypeError(
            f"{caller}: {name} is {shown(number)} of type {type(number).__name__}; expected a number"
        )
    found = math.nan if is_huge(number) else float(number)
    fits = low <= found <= high and math.isfinite(found)
    if fits and not (open_low and found == low) and (closed_high or found < high):
        return found
    bounds = [f"{'above' if open_low else 'of at least'} {low:g}"] if low > -math.inf else []
    bounds += [f"{'of at most' if closed_high else 'below'} {high:g}"] if high < math.inf else []
    expected = f"a finite number {' and '.join(bounds)}".strip()
    raise wrong(number, name, caller, expected, ValueError)


def is_huge(number: Any) -> bool:
    """Tell whether it is a whole number too large for a float.

    >>> is_huge(10**400), is_huge(10**300), is_huge(1e308)
    (True, False, False)
    """
    return isinstance(number, int) and abs(number) > sys.float_info.max


def flag(given: Any, name: str, caller: str) -> bool:
    """Check for True or False; other values that count as true or false are errors.

    >>> flag(np.True_, "nesterov", "SGD")
    True
    """
    if isinstance(given, (bool, np.bool_)):
        return bool(given)
    raise wrong(given, name, caller, "True or False")


def choice(given: Any, known: Collection[str], name: str, caller: str) -> str:
    """Check for one of several words.

    >>> choice("sum", ("mean", "sum"), "reduction", "mse")
    'sum'
    """
    if isinstance(given, str) and given in known:
        return given
    *others, last = map(repr, known)
    expected = f"{', '.join(others)} or {last}" if others else last
    raise wrong(given, name, caller, expected, ValueError if isinstance(given, str) else TypeError)


def text(given: Any, name: str, caller: str) -> str:
    """Check for a string.

    >>> text("w0", "label", "Neuron")
    'w0'
    """
    if isinstance(given, str):
        return given
    raise wrong(given, name, caller, "a string")


def path(given: Any, name: str, caller: str) -> Path:
    """Convert the name of a file to a Path.

    >>> path("model.npz", "path", "save").suffix
    '.npz'
    """
    if not isinstance(given, (str, bytes, os.PathLike)):
        raise wrong(given, name, caller, "the name of a file, as text or as a pathlib.Path")
    found = os.fsdecode(given)
    if not found:
        raise wrong(given, name, caller, "the name of a file", ValueError)
    return Path(found)


def function(given: Any, name: str, caller: str, of: str) -> Any:
    """Check for a function; ``of`` names its arguments.

    >>> function(max, "metric", "evaluate", "(prediction, target)") is max
    True
    """
    if callable(given):
        return given
    raise wrong(given, name, caller, f"a function of {of}")


def instance(given: Any, kind: type[T] | tuple[type[T], ...], name: str, caller: str, expected: str) -> T:
    """Check for an object of a class.

    >>> instance(3, int, "k", "Lookahead", "a whole number")
    3
    """
    if isinstance(given, kind):
        return given
    raise wrong(given, name, caller, f"{expected}, not {type(given).__name__}")


def named_dtype(given: Any, name: str, caller: str) -> np.dtype[Any]:
    """Return the dtype that ``given`` names.

    >>> named_dtype(float, "dtype", "astype")
    dtype('float64')
    """
    try:
        found = np.dtype(given) if isinstance(given, (str, type, np.dtype)) else None
    except TypeError:  # a word that names no dtype
        found = None
    if found is None:
        raise wrong(given, name, caller, "one of NumPy's dtypes, such as numpy.float32")
    return found


def floating(given: Any, name: str, caller: str) -> np.dtype[Any]:
    """Return the dtype that ``given`` names, which must be one of floats.

    >>> floating("float32", "dtype", "Linear")
    dtype('float32')
    """
    found = named_dtype(given, name, caller)
    if found.kind != "f":
        raise TypeError(f"{caller}: {name} is {found}; expected a dtype of floats, since gradients need them")
    return found


def array(given: Any, name: str, caller: str) -> np.ndarray:
    """Convert real numbers, one or nested lists of them, to an array.

    >>> array([[1, 2], [3, 4]], "vector", "hvp").shape
    (2, 2)
    """
    try:
        found = np.asarray(given)
    except (TypeError, ValueError):  # lists of different lengths, or a Tensor
        found = np.array(None)
    if found.dtype.kind not in "biuf":
        raise wrong(given, name, caller, "real numbers: one, an array, or nested lists of equal lengths")
    return found


def listed(given: Any, name: str, caller: str, expected: str) -> list[Any]:
    """Convert a tuple, an array or another collection to a list. A string is an error.

    >>> listed((1, 2), "milestones", "MultiStepDecay", "a list of steps")
    [1, 2]
    """
    single = isinstance(given, (str, bytes, Mapping)) or getattr(given, "ndim", 1) == 0
    if single or not isinstance(given, Iterable):
        raise wrong(given, name, caller, expected)
    return list(given)
