"""The two switches that change how operations run: ``no_grad`` and ``detect_anomaly``.

Each is on for the thread that entered it. Looking that up costs as much as an operation on a Value, so
the hot path first reads a plain count: how many blocks are open in all threads, nearly always 0.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

paused = 0  # open no_grad blocks, in all threads
watched = 0  # open detect_anomaly blocks, in all threads
scopes: list[dict[str, Any]] = []  # globals of generated code that reads its own copy of ``paused``
traces = 0  # functions being traced, in all threads
changes = 0  # how often the array of any Tensor was changed
_lock = threading.Lock()
_here = threading.local()


def recording() -> bool:
    """Tell whether operations in this thread record the graph."""
    return not paused or getattr(_here, "no_grad", 0) == 0


def watching() -> bool:
    """Tell whether operations in this thread check for inf and nan."""
    return watched > 0 and getattr(_here, "detect_anomaly", 0) > 0


@contextmanager
def unwatched() -> Iterator[None]:
    """Turn ``detect_anomaly`` off in this thread for a block."""
    before = getattr(_here, "detect_anomaly", 0)
    _here.detect_anomaly = 0
    try:
        yield
    finally:
        _here.detect_anomaly = before


def recorder() -> Any:
    """Return the recorder, which checks reads of Values, if this thread traces a function; else None."""
    return getattr(_here, "recorder", None) if traces else None


@contextmanager
def tracing(recorder: Any) -> Iterator[None]:
    """Record Values for a trace in this thread, even inside ``no_grad``."""
    global traces
    before = vars(_here).copy()
    with _lock:
        traces += 1
    _here.recorder, _here.no_grad = recorder, 0
    try:
        yield
    finally:
        _here.recorder, _here.no_grad = before.get("recorder"), before.get("no_grad", 0)
        with _lock:
            traces -= 1


def changed() -> int:
    """Advance the clock of changes, and return its time."""
    global changes
    with _lock:
        changes += 1
        return changes


class _Switch:
    """A context manager that is also a decorator (of generators too); it may be nested and used again."""

    def __enter__(self) -> None:
        self._count(+1)

    def __exit__(self, *error: object) -> None:
        self._count(-1)

    def __call__(self, function: F) -> F:
        if not callable(function):
            raise TypeError(f"{type(self).__name__}: got {function!r}; expected a function, or no argument")
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(
                f"{type(self).__name__}: {function.__qualname__} is asynchronous: others run while it waits; "
                "use a with block in its body instead, with no await inside"
            )
        if inspect.isgeneratorfunction(function):
            return self._generating(function)

        @wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return inside  # type: ignore[return-value]

    def _generating(self, function: Any) -> Any:
        """Wrap a generator function to have the switch on while its body runs, and off while it waits."""

        @wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            running = function(*args, **kwargs)
            resume: Any = running.send
            given: tuple[Any, ...] = (None,)
            while True:
                try:
                    with self:
                        found = resume(*given)
                except StopIteration as stop:
                    return stop.value
                try:
                    resume, given = running.send, ((yield found),)
                except GeneratorExit:
                    with self:
                        running.close()
                    raise
                except BaseException as error:
                    resume, given = running.throw, (error,)

        return inside

    def _count(self, change: int) -> None:
        raise AssertionError("each switch defines _count")


class no_grad(_Switch):  # noqa: N801  (its usual name)
    """Compute without recording: results have no parents and no local gradients.

    Such a result is a constant: ``backward()`` from it, and gradients to it, are errors. If it is later an
    operand next to another Value, it does get a gradient, like a leaf: checking for constants would slow down
    every operation, and the extra gradient changes no other. (Plain numbers, operands of sums and dot
    products, and Tensors are checked, and get none.)

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.parents
    (9.0, ())
    >>> @no_grad()
    ... def evaluate(x):
    ...     return x * x
    >>> evaluate(x).parents
    ()
    """

    def _count(self, change: int) -> None:
        global paused
        if change > 0 and recorder() is not None:
            raise TypeError(
                "no_grad: inside a traced function, its results would be frozen into the program; remove it, "
                "and ask only for the gradients that you need"
            )
        with _lock:
            paused += change
            for scope in scopes:
                scope["paused"] = paused
        _here.no_grad = getattr(_here, "no_grad", 0) + change


class detect_anomaly(_Switch):  # noqa: N801
    """Stop at the first Tensor operation that makes an inf or nan, forward or backward, and name it.

    The backward pass must run inside the block too. Values do not need this: they never hold a nan, and
    raise errors on their own.

    >>> import numpy as np
    >>> from autograd import Tensor
    >>> with np.errstate(divide="ignore"), detect_anomaly():
    ...     Tensor([1.0, 0.0]).log()
    Traceback (most recent call last):
    ...
    FloatingPointError: log made -inf at index (1,), from operands of shape (2,): its value is not
    finite there
    """

    def _count(self, change: int) -> None:
        global watched
        with _lock:
            watched += change
        _here.detect_anomaly = getattr(_here, "detect_anomaly", 0) + change
