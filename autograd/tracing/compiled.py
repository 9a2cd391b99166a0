"""Compiled: run a traced program at the speed of C with Numba (``pip install stepgrad[numba]``)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..languages import python
from .batches import BatchLayout
from .calling import Gradients
from .code import Code
from .recording import Recorded, TraceError
from .writing import written

if TYPE_CHECKING:
    from .program import Program

LARGEST = 20_000  # steps; Numba takes about a millisecond each, so 20 seconds for these
# Options for rows that only compiled code calls: no wrappers for callers in Python or C.
ALONE = "error_model='numpy', no_cpython_wrapper=True, no_cfunc_wrapper=True"
# Replacements for library functions that Numba cannot compile as written for Python.
LIBRARY = {
    "logsumexp": """\
def logsumexp(*xs):
    largest = -math.inf
    for x in xs:
        if x != x:
            return x
        largest = max(largest, x)
    if math.isinf(largest):
        return largest
    total = 0.0
    for x in xs:
        total += math.exp(x - largest)
    return largest + math.log(total)""",
}


class Compiled:
    """A compiled program: call it like the program, or map it over a leading axis at the speed of C.

    ``compiled(*arguments)`` and ``compiled.value_and_grad(*arguments)`` return what the program returns;
    :meth:`map` takes arrays with an extra first axis. Use ``compiled.function`` in your own Numba loops: it
    takes the numbers of the arguments, then those of the parameters, and returns
    ``(value, *gradients of the parameters, *gradients of the arguments)``. As in C, it returns inf and nan
    where the program raises, and a branch that is not taken may be undefined. The first call compiles, which
    takes a tenth of a second or more.
    """

    def __init__(self, program: Program, recorded: Recorded) -> None:
        self._numba = _numba()
        self.program, self._recorded = program, recorded
        is_loss = recorded.results is None
        steps = len((program.backward if is_loss else program.forward).steps)
        if steps > LARGEST:
            raise TraceError(
                f"compiled: the program has {steps:,} steps, and Numba would take very long above "
                f"{LARGEST:,}; program.batched() is for large programs"
            )

    def __call__(self, *arguments: Any) -> Any:
        """Return the function's result as plain numbers, nested as the traced result was."""
        flat = np.array(self.program._flat(arguments), float)
        out = np.empty(len(self.program.forward.outputs))
        self._value(flat, self._parameters(), out)
        if not np.isfinite(out).all():  # the program raises an error that names the step
            return self.program(*arguments)
        results = self._recorded.results
        found = out.tolist()
        return found[0] if results is None else _placed(results, found)

    def value_and_grad(self, *arguments: Any) -> tuple[float, Gradients]:
        """Return the function's number and its gradients for all parameters and arguments."""
        flat = np.array(self.program._flat(arguments), float)
        out = np.empty(len(self.program.backward.outputs))
        self._value_and_grad(flat, self._parameters(), out)
        if not np.isfinite(out).all():
            return self.program.value_and_grad(*arguments)
        value, *slopes = out.tolist()
        size = len(self.program.parameters)
        found = iter(slopes[size:])
        moving = [None if i in self._recorded.selects else next(found) for i in range(len(flat))]
        return value, self.program._gradients(slopes[:size], moving)

    def map(self, *arrays: Any) -> tuple[NDArray[Any], Gradients]:
        """Return the values (N,) and gradients of N calls; each argument has an extra first axis of length N.

        Gradients for the parameters form an array (N, P), one row for each call; for a batch, take the mean
        over the first axis. Gradients for arguments have the arguments' shapes, or are None for one that
        selects. A call without a value gives nan and a RuntimeWarning.

        With ``w = Value(3.0)`` and ``compiled = trace(lambda x: x * w, 0.0, parameters=[w]).compiled()``,
        ``compiled.map([1.0, 2.0])`` gives the values [3, 6], and gradients [[1], [2]] for w, [3, 3] for x.
        """
        program, layout = self.program, self._layout
        program.backward  # noqa: B018  (raises if there is more than one result)
        batch = layout.arrays(arrays, float, whole=False)
        layout.refuse(batch, np.isnan, "numbers")
        flat = np.concatenate([array.reshape(len(array), -1) for array in batch], axis=1)
        size, selects = len(program.parameters), self._recorded.selects
        moving = [index for index in range(flat.shape[1]) if index not in selects]
        out = np.empty((len(flat), 1 + size + len(moving)))
        self._loop(np.ascontiguousarray(flat), self._parameters(), out)
        out[np.isnan(out[:, 0])] = np.nan  # without a value there is no gradient
        if not np.isfinite(out).all():
            layout.warn(out, "the value or a gradient", np.isfinite(flat).all(axis=1))
        slopes = np.full(flat.shape, np.nan)
        slopes[:, moving] = out[:, 1 + size :]
        of_arguments = [
            None
            if selects.issuperset(range(start, stop)) and stop > start
            else slopes[:, start:stop].reshape(len(flat), *shape)
            for shape, start, stop in zip(layout.shapes, layout.starts, layout.starts[1:])
        ]
        return out[:, 0].copy(), Gradients(out[:, 1 : 1 + size], of_arguments, program._places)

    @cached_property
    def _layout(self) -> BatchLayout:
        return BatchLayout("map", self._recorded.signature, self.program._rows)

    def _parameters(self) -> NDArray[Any]:
        return np.array(self.program._numbers(), float)

    @cached_property
    def function(self) -> Callable[..., Any]:
        """The program as a Numba function of plain numbers: see the class."""
        is_loss = self._recorded.results is None
        code = self.program.backward if is_loss else self.program.forward
        numbers = len(self._recorded.signature.leaves), len(self.program.parameters)
        arguments, parameters = ([f"{letter}{i}" for i in range(n)] for letter, n in zip("xp", numbers))
        names = ", ".join([*arguments, *parameters])
        inner = self._text(code, is_loss)
        text = (
            f"{inner}\n\n@njit(inline='never', error_model='numpy')\ndef function({names}):\n"
            f"    return flat(({_tuple(arguments)}), ({_tuple(parameters)}))\n"
        )
        return self._run(text)["function"]

    @cached_property
    def _value(self) -> Callable[..., Any]:
        return self._filling(self.program.forward, False)

    @cached_property
    def _value_and_grad(self) -> Callable[..., Any]:
        return self._filling(self.program.backward, True)

    @cached_property
    def _loop(self) -> Callable[..., Any]:
        fill = self._value_and_grad

        @self._numba.njit(error_model="numpy")
        def loop(arguments, parameters, out):  # type: ignore[no-untyped-def]
            for i in range(len(arguments)):
                fill(arguments[i], parameters, out[i])

        return loop

    def _filling(self, code: Code, backward: bool) -> Callable[..., Any]:
        """Return the code as a Numba function that reads arrays and writes its outputs into one."""
        text = self._text(code, backward, fill=True)
        return self._run(text)["flat"]

    def _text(self, code: Code, backward: bool, fill: bool = False) -> str:
        language = _Language(fill)
        return written(self._recorded, code, backward, language, flat=True)

    def _run(self, text: str) -> dict[str, Any]:
        scope: dict[str, Any] = {"njit": self._numba.njit}
        exec(compile(text, "<autograd trace compiled>", "exec"), scope)
        return scope


class _Language:
    """Python for Numba: outputs go into an array, or come back as one flat tuple of numbers."""

    def __init__(self, fill: bool) -> None:
        self._fill = fill

    WORDS = python.WORDS | {"out", "flat", "njit"}
    Scalar, NOTHING, MARK = python.Scalar, "", python.MARK
    value = staticmethod(python.value)
    number = staticmethod(python.number)
    assigned = staticmethod(python.assigned)

    @staticmethod
    def listed(parts: Any) -> str:
        """Join the non-empty parts with commas."""
        return ", ".join(filter(None, parts))

    def answered(self, parts: Any) -> str:
        """Return the lines that return or store the numbers."""
        numbers = self.listed(parts).split(", ")
        if not self._fill:
            return f"return ({_tuple(numbers)})"
        return "; ".join([f"out[{place}] = {number}" for place, number in enumerate(numbers)])

    def function(self, name: str, arguments: Any, body: Any) -> str:
        """Return the definition of the compiled function ``flat``."""
        more = ["out"] if self._fill else []
        return "@njit(error_model='numpy')\n" + python.function("flat", [*arguments, *more], body)

    @staticmethod
    def complete(text: str, statements: Any, rows: Any) -> str:
        """Return the program after the rows that it calls, all compiled."""
        helpers = python.definitions(set().union(*(python.calls(line, rows) for line in statements)), rows)
        for name, definition in LIBRARY.items():
            helpers = helpers.replace(python.LIBRARY[name], definition)
        helpers = re.sub("^def ", f"@njit({ALONE})\ndef ", helpers, flags=re.M)
        return "\n\n\n".join([part for part in ("import math", helpers, text) if part])


def _tuple(parts: list[str]) -> str:
    return ", ".join(parts) + ("," if len(parts) == 1 else "")


def _placed(results: Any, found: list[Any]) -> Any:
    return [_placed(part, found) for part in results] if isinstance(results, list) else found[results]


def _numba() -> Any:
    try:
        import numba
    except ModuleNotFoundError as missing:
        if missing.name != "numba":
            raise
        raise ImportError(
            "compiled: Numba, which compiles programs, is not installed: pip install stepgrad[numba]"
        ) from None
    return numba
