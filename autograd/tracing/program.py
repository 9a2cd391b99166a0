"""Program: a traced function, as readable source and as the function that this source defines."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..checks import function, instance, wrong
from ..choice_ops import select
from ..float_node import as_float
from ..languages import javascript_program, python
from ..value import ERRORS, Value
from . import latex
from .calling import Gradients, built
from .code import ARGUMENT, PARAMETER, Code, Instruction
from .explaining import explained
from .passes import differentiated, simplified
from .recording import Recorded, TraceError, is_whole, leaves_in, leaves_of, record
from .writing import renested, written

if TYPE_CHECKING:
    from .batched import Batched
    from .compiled import Compiled


class Program:
    """A traced function of scalars as a straight-line program; :func:`trace` makes one.

    Call it like the function, with plain numbers. Each call reads the parameters from their Values.

    >>> from autograd import Value, trace
    >>> w = Value(3.0, "w")
    >>> program = trace(lambda x: (x * w).tanh(), 0.5, parameters=[w])
    >>> program(0.0), program.value_and_grad(0.0)
    (0.0, (0.0, Gradients(parameters=[0.0], arguments=[3.0])))
    >>> print(program.source)
    import math
    <BLANKLINE>
    <BLANKLINE>
    def value_and_grad(x, parameters):
        w = parameters[0]
        # forward
        t1 = x * w
        t2 = math.tanh(t1)
        # backward
        t3 = t2 * t2
        t4 = 1.0 - t3
        d_x = w * t4
        d_w = x * t4
        return t2, [d_w], [d_x]
    <BLANKLINE>
    """

    def __init__(self, recorded: Recorded) -> None:
        self._recorded = instance(recorded, Recorded, "recorded", "Program", "what trace() records")
        self.parameters: tuple[Value, ...] = recorded.parameters
        self._places = {parameter: index for index, parameter in enumerate(self.parameters)}

    @property
    def code(self) -> Code:
        """The forward pass as recorded, with equal steps shared and constants folded."""
        return self._recorded.code

    @cached_property
    def forward(self) -> Code:
        """The forward pass, simplified."""
        return simplified(self._recorded.code)

    @cached_property
    def backward(self) -> Code:
        """The forward and backward pass: the value, then the gradients of parameters and arguments."""
        if self._recorded.results is not None:
            raise TraceError(
                f"value_and_grad: {self._recorded.signature.function} gives several numbers; a gradient is "
                "that of one: trace a function that gives a loss"
            )
        return differentiated(self.forward, self._wanted())

    def _wanted(self) -> list[Instruction]:
        """List what gets gradients: all parameters, then all arguments that do not select."""
        wanted = [Instruction(PARAMETER, (), index, p.label) for index, p in enumerate(self.parameters)]
        return wanted + [
            Instruction(ARGUMENT, (), index, leaf.name)
            for index, leaf in enumerate(self._recorded.signature.leaves)
            if index not in self._recorded.selects
        ]

    def __call__(self, *arguments: Any) -> Any:
        """Return the function's result as plain numbers, nested as the traced result was."""
        flat, numbers = self._flat(arguments), self._numbers()
        try:
            found = self._value(flat, numbers)
        except ERRORS as error:
            raise self._explained(self.forward, flat, numbers) or error from None
        results = self._recorded.results
        if results is None:
            if found != found:
                raise self._explained(self.forward, flat, numbers) or _nan(self)
            return found
        if any(map(math.isnan, leaves_of(found))):
            raise self._explained(self.forward, flat, numbers) or _nan(self)
        return found

    def value_and_grad(self, *arguments: Any) -> tuple[float, Gradients]:
        """Return the function's number and its gradients for all parameters and arguments."""
        flat, numbers = self._flat(arguments), self._numbers()
        try:
            value, of_parameters, of_arguments = self._value_and_grad(flat, numbers)
        except ERRORS as error:
            raise self._explained(self.backward, flat, numbers) or error from None
        # one sum finds a nan faster than checking each number
        total = value + sum(of_parameters) + sum(filter(None, of_arguments))
        if total != total:
            self._check(value, of_parameters, of_arguments, flat, numbers)
        return value, self._gradients(of_parameters, of_arguments)

    def _gradients(self, of_parameters: list[float], of_arguments: list[Any]) -> Gradients:
        found = iter(of_arguments)
        trees = self._recorded.signature.trees
        return Gradients(of_parameters, [renested(tree, found) for tree in trees], self._places)

    def _check(self, value: float, parameters: Any, arguments: Any, flat: Any, numbers: Any) -> None:
        if any(map(math.isnan, [value, *parameters, *(g for g in arguments if g is not None)])):
            raise self._explained(self.backward, flat, numbers) or _nan(self)

    def _explained(self, code: Code, flat: Sequence[float], numbers: Sequence[float]) -> Exception | None:
        """Return the error that Values would raise at the first step that fails for these numbers."""
        return explained(code, len(self.forward.steps), flat, numbers)

    def _flat(self, arguments: Sequence[Any]) -> list[float]:
        """Return the checked numbers among the arguments."""
        signature = self._recorded.signature
        flat = signature.flat(arguments)
        for index, rows in self._rows.items():
            number = flat[index]
            if not (number.is_integer() and 0 <= number < rows):
                kind = IndexError if number.is_integer() else TypeError
                raise kind(
                    f"{signature.function}: {signature.leaves[index].name} is {number:g}; it selects one of "
                    f"{rows} rows, so a whole number from 0 to {rows - 1} is expected"
                )
        return flat

    @cached_property
    def _rows(self) -> dict[int, int]:
        """The number of rows that each selecting argument selects from."""
        rows: dict[int, int] = {}
        steps = self._recorded.code.steps
        for step in steps:
            if step.op is select:
                index, size = steps[step.operands[0]].detail, len(step.operands) - 1
                rows[index] = min(size, rows.get(index, size))
        return rows

    def _numbers(self) -> list[float]:
        # read the slot: the property, parameter.data, takes as long as a small program
        return [parameter._data for parameter in self.parameters]

    @cached_property
    def source(self) -> str:
        """The program as Python that needs only ``math``: one line per step, forward and then backward.

        ``value_and_grad(*arguments, parameters)`` returns the value, a list of the parameters' gradients, and
        the gradients of the arguments, nested as these. For a function with several results it is
        ``value(*arguments, parameters)``, the forward pass. Raise ValueError for an operation of your own
        that uses a library for its value or derivative: it has no formula.
        """
        return self._written(python)

    @cached_property
    def javascript(self) -> str:
        """The program as JavaScript for a page: ``value_and_grad(*arguments, parameters)`` returns a list.

        Where :attr:`source` raises, this gives infinity or NaN, as JavaScript does.
        """
        return self._written(javascript_program)

    @cached_property
    def latex(self) -> str:
        r"""The program as equations, one per step, in an ``aligned`` environment; \bar{w} is a gradient.

        >>> from autograd import Value, trace
        >>> w = Value(3.0, "w0,1")
        >>> print(trace(lambda x: (x * w).tanh(), 0.5, parameters=[w]).latex)
        \begin{aligned}
        t_{1} &= x \cdot w_{0,1} \\
        t_{2} &= \tanh\left(t_{1}\right) \\[1ex]
        t_{3} &= t_{2} \cdot t_{2} \\
        t_{4} &= 1 - t_{3} \\
        \bar{x} &= w_{0,1} \cdot t_{4} \\
        \bar{w}_{0,1} &= x \cdot t_{4}
        \end{aligned}
        <BLANKLINE>
        """
        is_loss = self._recorded.results is None
        code = self.backward if is_loss else self.forward
        return latex.written(code, code.outputs[0] + 1 if is_loss else len(code.steps))

    def compiled(self) -> Compiled:
        """Compile the program with Numba, to run at the speed of C; see :class:`Compiled`."""
        from .compiled import Compiled

        return Compiled(self, self._recorded)

    def _written(self, language: Any) -> str:
        is_loss = self._recorded.results is None
        return written(self._recorded, self.backward if is_loss else self.forward, is_loss, language)

    @cached_property
    def _value(self) -> Callable[..., Any]:
        return self._built(self.forward, backward=False)

    @cached_property
    def _value_and_grad(self) -> Callable[..., Any]:
        return self._built(self.backward, backward=True)

    def _built(self, code: Code, backward: bool) -> Callable[..., Any]:
        """Build a function of flat lists of numbers from the code."""
        called: dict[str, Any] = {}
        text = written(self._recorded, code, backward, flat=True, called=called)
        scope = {name: checked(op) for name, op in called.items()}
        return built(text, "value_and_grad" if backward else "value", scope)

    def batched(self, dtype: Any = float) -> Batched:
        """Return the array program over a batch axis; see :class:`~autograd.tracing.batched.Batched`."""
        from .batched import Batched

        return Batched(self, self._recorded, dtype)

    def __repr__(self) -> str:
        signature = self._recorded.signature
        return (
            f"Program({signature.function}({', '.join(signature.names)}), {len(self.code.steps):,} steps, "
            f"{len(self.parameters):,} parameters)"
        )


def _nan(program: Program) -> Exception:
    return ValueError(f"{program!r}: a result or a gradient is not a number (nan); scale the numbers down")


def checked(op: Any) -> Callable[..., float]:
    """Wrap a user's operation as a function of floats that returns a checked float."""
    return lambda *operands: as_float(op.on_float(*operands), op.name)


def trace(fn: Callable[..., Any], *arguments: Any, parameters: Sequence[Value] | None = None) -> Program:
    """Run ``fn`` once on Values, record what it does, and return a :class:`Program`.

    ``arguments`` are numbers or nested lists of numbers; whole numbers may also select, in
    :func:`autograd.take`. Only their nesting matters, not the numbers. ``parameters`` are the leaves that the
    function reads and that get gradients; by default, all leaves that it reads.

    A branch, ``float()``, ``int()`` or a comparison on a traced number raises a :class:`TraceError` that
    names the line: use :func:`autograd.where`, ``maximum`` and the like. A number read with ``.data`` becomes
    a constant.

    >>> from autograd import Value
    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> program = trace(lambda x: a * x + b, 1.0, parameters=[a, b])
    >>> program(10.0), program.value_and_grad(10.0)[1][a]
    (17.0, 10.0)
    >>> a.data = 3.0
    >>> program(10.0)
    27.0
    """
    function(fn, "fn", "trace", "Values")
    return Program(record(fn, arguments, parameters))


def traced(fn: Callable[..., Any], *, static: Any = (), parameters: Sequence[Value] | None = None) -> Traced:
    """Trace ``fn`` at its first call for each kind of arguments, and cache the programs.

    ``static`` names the arguments that are not traced, such as the length of a loop. Each value of the static
    arguments, and each nesting of the others, gets a program of its own.

    >>> from autograd import Value
    >>> w = Value(3.0, "w")
    >>> def power(x, n):
    ...     out = w
    ...     for _ in range(n):
    ...         out = out * x
    ...     return out
    >>> power = traced(power, static="n")
    >>> power(2.0, 3), power(2.0, n=4), len(power.programs)
    (24.0, 48.0, 2)
    """
    return Traced(fn, static, parameters)


class Traced:
    """A function that is traced when it is called: see :func:`traced`. ``programs`` is the cache."""

    def __init__(self, fn: Callable[..., Any], static: Any, parameters: Sequence[Value] | None) -> None:
        self.fn = function(fn, "fn", "traced", "Values")
        self._parameters = None if parameters is None else leaves_in(parameters, "traced")
        self.static = (static,) if isinstance(static, str) else static
        if not isinstance(self.static, (list, tuple)) or not all(
            isinstance(each, str) for each in self.static
        ):
            raise wrong(static, "static", "traced", "the name of an argument, or a list of names")
        self._signature = inspect.signature(fn)
        if unknown := [name for name in self.static if name not in self._signature.parameters]:
            raise TypeError(
                f"traced: static names {', '.join(map(repr, unknown))}; the function has the arguments "
                f"{', '.join(self._signature.parameters)}"
            )
        self.programs: dict[Any, Program] = {}

    def program(self, *args: Any, **named: Any) -> tuple[Program, list[Any]]:
        """Return the program for these arguments, and the arguments to call it with."""
        bound = self._signature.bind(*args, **named)
        bound.apply_defaults()
        kinds = {name: parameter.kind for name, parameter in self._signature.parameters.items()}
        for name in [name for name, kind in kinds.items() if kind is kind.VAR_KEYWORD]:
            bound.arguments.update(bound.arguments.pop(name))
        moving = {name: value for name, value in bound.arguments.items() if name not in self.static}
        fixed = {name: value for name, value in bound.arguments.items() if name in self.static}
        try:
            # with their types, since 1 == 1.0 == True
            known = tuple([(name, type(value), value) for name, value in fixed.items()])
            key = (known, tuple(moving), tuple(map(_shape, moving.values())))
            found = self.programs.get(key)
        except TypeError:
            raise TypeError(
                f"traced: the static arguments {fixed!r} cannot be kept apart; expected numbers, strings or "
                "tuples"
            ) from None
        if found is None:

            def fn(*numbers: Any) -> Any:
                given = {**fixed, **dict(zip(moving, numbers))}
                by_place: list[Any] = []
                for name, kind in kinds.items():
                    if kind in (kind.POSITIONAL_ONLY, kind.POSITIONAL_OR_KEYWORD):
                        by_place.append(given.pop(name))
                    elif kind is kind.VAR_POSITIONAL:
                        by_place.extend(given.pop(name))
                return self.fn(*by_place, **given)

            fn.__name__ = getattr(self.fn, "__name__", "traced")
            recorded = record(fn, list(moving.values()), self._parameters, list(moving))
            found = self.programs[key] = Program(recorded)
        return found, list(moving.values())

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Return the function's result as plain numbers."""
        program, arguments = self.program(*args, **named)
        return program(*arguments)

    def value_and_grad(self, *args: Any, **named: Any) -> tuple[float, Gradients]:
        """Return the function's number and its gradients for all parameters and non-static arguments."""
        program, arguments = self.program(*args, **named)
        return program.value_and_grad(*arguments)


def _shape(argument: Any) -> Any:
    """Return how an argument is nested, and which of its numbers are whole."""
    if hasattr(argument, "tolist"):
        argument = argument.tolist()
    if isinstance(argument, (list, tuple)):
        return tuple(map(_shape, argument))
    return "whole" if is_whole(argument) else "number"
