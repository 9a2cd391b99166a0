"""Program: a traced function, as source text one can read and as the function that this text is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..ops import CONSTANT
from ..value import Value
from . import python
from .code import ARGUMENT, PARAMETER, Code, Step
from .names import identifier, identifiers
from .passes import differentiated, simplified
from .recording import Recorded, TraceError, record

if TYPE_CHECKING:
    from .batched import Batched


class Gradients:
    """The gradients of one number: ``parameters``, in their order, and ``arguments``, nested as these are.

    ``gradients[parameter]`` is that of one parameter. An argument that selects has None.
    """

    __slots__ = ("parameters", "arguments", "_places")

    def __init__(self, parameters: Any, arguments: Any, places: dict[Value, int]) -> None:
        self.parameters, self.arguments, self._places = parameters, arguments, places

    @property
    def flat(self) -> Any:
        """The gradients of the parameters as one vector (N,)."""
        return np.asarray(self.parameters)

    def __getitem__(self, parameter: Value) -> Any:
        try:
            return float(self.parameters[self._places[parameter]])
        except (KeyError, TypeError):
            raise KeyError(f"{parameter!r} is not one of the {len(self._places)} traced parameters") from None

    def __repr__(self) -> str:
        return f"Gradients(parameters={self.parameters!r}, arguments={self.arguments!r})"


class Program:
    """What :func:`trace` gives: the straight-line program that a function of scalars is.

    Call it as the function was called, with plain numbers; parameters are read from their Values at each call.

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
        t3 = 1.0 - t2 * t2
        d_w = t3 * x
        d_x = t3 * w
        return t2, [d_w], [d_x]
    <BLANKLINE>
    """

    def __init__(self, recorded: Recorded) -> None:
        self._recorded = recorded
        self.parameters: tuple[Value, ...] = recorded.parameters
        self._places = {parameter: index for index, parameter in enumerate(self.parameters)}

    @property
    def code(self) -> Code:
        """The forward pass, as it was recorded: with equal steps shared, and constants folded."""
        return self._recorded.code

    @cached_property
    def forward(self) -> Code:
        """The forward pass, simplified."""
        return simplified(self._recorded.code)

    @cached_property
    def backward(self) -> Code:
        """The forward pass and the backward pass: value, gradients of the parameters, of the arguments."""
        if self._recorded.results is not None:
            raise TraceError(
                f"value_and_grad: {self._recorded.signature.function} gives several numbers; a gradient is "
                "that of one: trace a function that gives a loss"
            )
        return differentiated(self.forward, self._wanted())

    def _wanted(self) -> list[Step]:
        """What there are gradients to: all parameters, then all arguments that do not select."""
        wanted = [Step(PARAMETER, (), index, p.label) for index, p in enumerate(self.parameters)]
        return wanted + [
            Step(ARGUMENT, (), index, leaf.name)
            for index, leaf in enumerate(self._recorded.signature.leaves)
            if index not in self._recorded.selects
        ]

    def __call__(self, *arguments: Any) -> Any:
        """The function's result, as plain numbers nested as its own were."""
        return self._value(*self._checked(arguments), self._numbers())

    def value_and_grad(self, *arguments: Any) -> tuple[float, Gradients]:
        """The function's number, and its gradients to all parameters and arguments."""
        value, parameters, found = self._value_and_grad(*self._checked(arguments), self._numbers())
        return value, Gradients(parameters, found, self._places)

    def _checked(self, arguments: Sequence[Any]) -> Sequence[Any]:
        flat = self._recorded.signature.flat(arguments)
        for index in self._recorded.selects:
            if not float(flat[index]).is_integer() or flat[index] < 0:
                name = self._recorded.signature.leaves[index].name
                raise TypeError(
                    f"{self._recorded.signature.function}: {name} is {flat[index]!r}; it selects, so a whole "
                    "number from 0 on is expected"
                )
        return arguments

    def _numbers(self) -> list[float]:
        return [parameter.data for parameter in self.parameters]

    @cached_property
    def source(self) -> str:
        """The program as Python that runs with ``math`` alone: one line a step, forward and then backward.

        ``value_and_grad(*arguments, parameters)`` gives the value, the gradients of the parameters as a list,
        and those of the arguments, nested as these. Of a function that gives several numbers it is
        ``value(*arguments, parameters)``, the forward pass.
        """
        return self._written(self.backward if self._recorded.results is None else self.forward)

    def _written(self, code: Code) -> str:
        signature = self._recorded.signature
        arguments = [identifier(name) for name in signature.names]
        names = identifiers(code, arguments_of_lists(signature))
        lines = self._given(code, names)
        steps = python.statements(code, names)
        count = sum(step.op not in (ARGUMENT, PARAMETER, CONSTANT) for step in self._forward_steps(code))
        lines += ["# forward", *steps[:count]] if steps else []
        outputs = [python.result(code, place, names) for place in code.outputs]
        if code is self.forward:
            name, answer = "value", nested(outputs, self._recorded.results)
        else:
            lines += ["# backward", *steps[count:]]
            name = "value_and_grad"
            size = len(self.parameters)
            slopes = iter(outputs[1 + size :])
            of_arguments = ", ".join(
                nested_like(tree, lambda leaf: "None" if self._selects(leaf) else next(slopes))
                for tree in signature.trees
            )
            answer = f"{outputs[0]}, [{', '.join(outputs[1 : 1 + size])}], [{of_arguments}]"
        body = "\n".join(f"    {line}" for line in [*lines, f"return {answer}"])
        text = f"def {name}({', '.join([*arguments, 'parameters'])}):\n{body}\n"
        helpers = python.definitions(python.calls(body))
        return "\n\n\n".join(part for part in ("import math", helpers, text) if part)

    def _forward_steps(self, code: Code) -> Sequence[Step]:
        """Those of the steps that are of the forward pass, where both are in one."""
        last = code.outputs[0] if code is not self.forward else len(code.steps) - 1
        return code.steps[: last + 1]

    def _selects(self, leaf: Any) -> bool:
        return self._recorded.signature.leaves.index(leaf) in self._recorded.selects

    def _given(self, code: Code, names: list[str]) -> list[str]:
        """The lines that give the arguments and parameters that are used their names."""
        paths = dict(zip(range(len(self._recorded.signature.leaves)), self._paths()))
        lines = []
        for step, name in zip(code.steps, names):
            if step.op is ARGUMENT and paths[step.detail] != name:
                lines.append(f"{name} = {paths[step.detail]}")
            elif step.op is PARAMETER:
                lines.append(f"{name} = parameters[{step.detail}]" + python.comment(step))
        return lines

    def _paths(self) -> list[str]:
        """Where each number is among the arguments, such as ``x[0][2]``."""
        found: list[str] = []

        def visit(path: str, tree: Any) -> None:
            if isinstance(tree, list):
                for index, part in enumerate(tree):
                    visit(f"{path}[{index}]", part)
            else:
                found.append(path)

        for name, tree in zip(self._recorded.signature.names, self._recorded.signature.trees):
            visit(identifier(name), tree)
        return found

    @cached_property
    def _value(self) -> Callable[..., Any]:
        return built(self._written(self.forward), "value")

    @cached_property
    def _value_and_grad(self) -> Callable[..., Any]:
        return built(self._written(self.backward), "value_and_grad")

    def batched(self, dtype: Any = float) -> Batched:
        """The array program over a leading batch axis; see :class:`~autograd.tracing.batched.Batched`."""
        from .batched import Batched

        return Batched(self, self._recorded, dtype)

    def __repr__(self) -> str:
        signature = self._recorded.signature
        return (
            f"Program({signature.function}({', '.join(signature.names)}), {len(self.code.steps):,} steps, "
            f"{len(self.parameters):,} parameters)"
        )


def arguments_of_lists(signature: Any) -> list[str]:
    """The names of arguments that are lists: no step may take them."""
    return [identifier(n) for n, tree in zip(signature.names, signature.trees) if isinstance(tree, list)]


def nested(texts: Sequence[str], results: Any) -> str:
    """The results as a function gave them: one number, or lists."""
    return texts[0] if results is None else nested_like(results, lambda place: texts[place])


def nested_like(tree: Any, text: Callable[[Any], str]) -> str:
    """Lists nested like ``tree``, with the text of each leaf."""
    if isinstance(tree, list):
        return f"[{', '.join(nested_like(part, text) for part in tree)}]"
    return text(tree)


def built(source: str, name: str) -> Callable[..., Any]:
    """The function of that name that a piece of source defines."""
    scope: dict[str, Any] = {}
    exec(compile(source, f"<autograd trace {name}>", "exec"), scope)
    function: Callable[..., Any] = scope[name]
    return function


def trace(
    fn: Callable[..., Any], *arguments: Any, parameters: Sequence[Value] | None = None
) -> Program:
    """Run ``fn`` once on Values, record what it does, and give it as a :class:`Program`.

    ``arguments`` are numbers, or nested lists of numbers; whole numbers may also select, in
    :func:`autograd.take`. What they are does not matter, only how they are nested. ``parameters`` are the leaves
    that the function reads and that there are gradients to; left out, they are all that it meets.

    A branch, ``float()``, ``int()`` or a comparison on a traced number is a :class:`TraceError` that names the
    line: use :func:`autograd.where`, ``maximum`` and the like. A number read by ``.data`` is that of this one
    run, and becomes a constant.

    >>> from autograd import Value
    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> program = trace(lambda x: a * x + b, 1.0, parameters=[a, b])
    >>> program(10.0), program.value_and_grad(10.0)[1][a]
    (17.0, 10.0)
    >>> a.data = 3.0
    >>> program(10.0)
    27.0
    """
    return Program(record(fn, arguments, parameters))


def traced(fn: Callable[..., Any], *, static: Any = (), parameters: Sequence[Value] | None = None) -> Traced:
    """``fn`` traced at its first call for each kind of arguments, and kept.

    ``static`` names the arguments that are not traced, such as a length that a loop runs to: for each of their
    values there is a program of its own. A trace is also made anew where the others are nested in another way.

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
    """A function that is traced when it is called: see :func:`traced`. ``programs`` has what is kept."""

    def __init__(self, fn: Callable[..., Any], static: Any, parameters: Sequence[Value] | None) -> None:
        self.fn, self._parameters = fn, parameters
        self.static = (static,) if isinstance(static, str) else tuple(static)
        self._signature = inspect.signature(fn)
        if unknown := [name for name in self.static if name not in self._signature.parameters]:
            raise TypeError(
                f"traced: static names {', '.join(map(repr, unknown))}; the function has the arguments "
                f"{', '.join(self._signature.parameters)}"
            )
        self.programs: dict[Any, Program] = {}

    def program(self, *args: Any, **named: Any) -> tuple[Program, list[Any]]:
        """The program for such arguments, and those of them that it is called with."""
        bound = self._signature.bind(*args, **named)
        bound.apply_defaults()
        moving = {name: value for name, value in bound.arguments.items() if name not in self.static}
        fixed = {name: value for name, value in bound.arguments.items() if name in self.static}
        try:
            key = (tuple(fixed.items()), tuple(map(_shape, moving.values())))
            found = self.programs.get(key)
        except TypeError:
            raise TypeError(
                f"traced: the static arguments {fixed!r} cannot be kept apart; expected numbers, strings or tuples"
            ) from None
        if found is None:

            def fn(*numbers: Any) -> Any:
                return self.fn(**dict(zip(moving, numbers)), **fixed)

            fn.__name__ = getattr(self.fn, "__name__", "traced")
            recorded = record(fn, list(moving.values()), self._parameters, list(moving))
            found = self.programs[key] = Program(recorded)
        return found, list(moving.values())

    def __call__(self, *args: Any, **named: Any) -> Any:
        """The function's result, as plain numbers."""
        program, arguments = self.program(*args, **named)
        return program(*arguments)

    def value_and_grad(self, *args: Any, **named: Any) -> tuple[float, Gradients]:
        """The function's number, and its gradients to all parameters and arguments but the static ones."""
        program, arguments = self.program(*args, **named)
        return program.value_and_grad(*arguments)


def _shape(argument: Any) -> Any:
    """How an argument is nested, and which of its numbers are whole."""
    if hasattr(argument, "tolist"):
        argument = argument.tolist()
    if isinstance(argument, (list, tuple)):
        return tuple(map(_shape, argument))
    return "whole" if isinstance(argument, int) else "number"
