"""Wrong objects, and kinds of argument: one that is right, and which of the wrong ones are right here too."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import Tensor, Value


class Anything:
    """A class that takes whatever it is given, and is nothing that anybody expects."""

    def __init__(self, *args: Any, **named: Any) -> None:
        pass


def nothing(*args: Any, **named: Any) -> None:
    """A function that takes whatever it is given, and gives nothing that anybody expects."""


# What each argument is replaced by, one after the other; each a new one.
OBJECTS: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "x": lambda: "x",
    "empty": lambda: "",
    "bytes": lambda: b"",
    "3": lambda: 3,
    "-1": lambda: -1,
    "0": lambda: 0,
    "2.5": lambda: 2.5,
    "nan": lambda: math.nan,
    "inf": lambda: math.inf,
    "True": lambda: True,
    "[]": list,
    "[1.0]": lambda: [1.0],
    "()": tuple,
    "{}": dict,
    "object": object,
    "function": lambda: nothing,
    "class": lambda: Anything,
    "array([])": lambda: np.array([]),
    "array75": lambda: np.arange(35.0).reshape(7, 5),
    "array0d": lambda: np.array(2.0),
    "1j": lambda: 1j,
    "nans": lambda: np.array([math.nan]),
    "words": lambda: np.array(["a", "b"]),
    "Value": lambda: Value(2.0, "v"),
    "Tensor": lambda: Tensor([1.0, 2.0], label="t"),
    "Values": lambda: np.array([Value(1.0), Value(2.0)], object),
    "huge": lambda: 10**400,
}


@dataclass(frozen=True)
class Argument:
    """One that is right, made anew for each call; ``takes`` are the others that may be taken too."""

    good: Callable[[], Any]
    takes: frozenset[str] = frozenset()

    def __or__(self, more: str) -> Argument:
        """The same where more is taken: ``count(3) | "None"``."""
        return Argument(self.good, self.takes | frozenset(more.split()))


def made(good: Callable[[], Any], takes: str = "") -> Argument:
    """An argument that is an object with a state of its own."""
    return Argument(good, frozenset(takes.split()))


def given(good: Any, takes: str = "") -> Argument:
    """An argument that never changes."""
    return made(lambda: good, takes)


# Kinds of argument.


def number(good: float) -> Argument:
    return given(good, "3 -1 0 2.5")


def above0(good: float) -> Argument:
    return given(good, "3 2.5")


def from0(good: float) -> Argument:
    return given(good, "3 0 2.5")


def share(good: float) -> Argument:
    """From 0 to 1."""
    return given(good, "0")


def count(good: int) -> Argument:
    return given(good, "3")


def count0(good: int) -> Argument:
    return given(good, "3 0")


def flag(good: bool = True) -> Argument:
    return given(good, "True")


def word(good: str) -> Argument:
    """One of several."""
    return given(good)


def text(good: str = "a name") -> Argument:
    return given(good, "x empty")


def seed() -> Argument:
    return made(lambda: np.random.default_rng(0), "3 0 huge")


def axis(good: int | None = 0) -> Argument:
    return given(good, "-1 0")


def axes(good: Any = 0) -> Argument:
    return given(good, "None -1 0 () []")


def dtype(good: Any = np.float32) -> Argument:
    return given(good)


def path(good: str) -> Argument:
    """A file that may be written, or is there."""
    return given(good, "x")


def function(good: Callable[..., Any]) -> Argument:
    return given(good, "function class")


NUMBERS = "3 -1 0 2.5 inf True array0d"
ARRAYS = NUMBERS + " nan [] [1.0] () array([]) array75 nans Tensor"


def array(*shape: int, takes: str = "") -> Argument:
    """Numbers in an array of one shape."""
    return made(lambda: np.linspace(0.1, 0.9, math.prod(shape)).reshape(shape), takes)


def tensor(*shape: int, takes: str = "") -> Argument:
    return made(lambda: Tensor(np.linspace(0.1, 0.9, math.prod(shape)).reshape(shape)), takes)


def value(data: float = 0.5, takes: str = "Value") -> Argument:
    return made(lambda: Value(data, "x"), takes)


def values(*data: float, takes: str = "") -> Argument:
    return made(lambda: [Value(each) for each in data], takes)


def operand(data: float = 0.5) -> Argument:
    """Of an elementwise operation."""
    return value(data, NUMBERS + " nan array([]) array75 nans Value Tensor Values")


def of_tensors() -> Argument:
    return given(0.5, NUMBERS + " nan [] [1.0] () array([]) array75 nans Tensor")


# The calls: by name, the arguments in the order of the signature; "*name" is a list of those by position.

Call = dict[str, Any]  # or what makes one, where arguments have to fit one another
CALLS: dict[str, Any] = {}


def entries(package: str, **calls: Any) -> None:
    CALLS.update({f"{package}.{name.replace('__', '.', 1)}": call for name, call in calls.items()})
