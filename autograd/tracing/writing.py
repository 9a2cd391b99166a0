"""Writing: write scalar code as a function in some language, one line per step, forward and then backward.

A language is a module such as :mod:`~autograd.languages.python` that writes values, lines and functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..languages import python
from ..nary_ops import NARY
from ..ops import CONSTANT, ELEMENTWISE, Op
from ..symbols import ATOM
from .code import ARGUMENT, GIVEN, Code
from .identifiers import distinct, identifiers
from .recording import Recorded


def written(
    recorded: Recorded,
    code: Code,
    backward: bool,
    language: Any = python,
    flat: bool = False,
    called: dict[str, Callable[..., Any]] | None = None,
) -> str:
    """Write the code as a function ``value_and_grad``, or as ``value`` if it has no backward pass.

    With ``flat`` it takes the numbers of the arguments as one list, and returns their gradients as one list.
    A row without a formula becomes a function in ``called`` that the text calls; if None, raise ValueError.
    """
    rows = _rows(code)
    words = {*language.WORDS, *rows, *NARY, "arguments"}
    signature = recorded.signature
    arguments = ["arguments"] if flat else distinct(signature.names, words)
    trees = [list(range(len(signature.leaves)))] if flat else _numbered(signature.trees)
    paths = [path for name, tree in zip(arguments, trees) for path in _paths(name, tree)]
    own = {index: path for index, path in enumerate(paths) if "[" not in path}
    names = identifiers(code, {*words, *arguments}, own)

    given: list[str] = []
    lines: list[str] = []
    statements: list[str] = []
    forward = code.outputs[0] + 1 if backward else len(code.steps)  # the value is the last forward step
    lines.append(f"{language.MARK} forward")
    for place, (step, name) in enumerate(zip(code.steps, names)):
        if place == forward:
            lines.append(f"{language.MARK} backward")
        if step.op is CONSTANT:
            continue
        if step.op in GIVEN:
            text = paths[step.detail] if step.op is ARGUMENT else f"parameters[{step.detail}]"
            if text == name:
                continue
        else:
            operands = [
                code.steps[operand].detail
                if code.steps[operand].op is CONSTANT
                else language.Scalar(names[operand], ATOM)
                for operand in step.operands
            ]
            text = _value(language, step.op, operands, called)
        line = language.assigned(name, text)
        if step.op in GIVEN:
            given.append(line + comment(language, step, name))
        else:
            statements.append(line)
            lines.append(line + comment(language, step, name))

    outputs = [
        str(language.number(code.steps[place].detail)) if code.steps[place].op is CONSTANT else names[place]
        for place in code.outputs
    ]
    if backward:
        size = len(recorded.parameters)
        slopes = iter(outputs[1 + size :])

        def slope(index: int) -> str:
            return language.NOTHING if index in recorded.selects else next(slopes)

        parts = [nested(language, tree, slope) for tree in trees]
        inner = parts[0] if flat else language.listed(parts)
        answer = [outputs[0], language.listed(outputs[1 : 1 + size]), inner]
    else:
        results = recorded.results
        answer = [outputs[0] if results is None else nested(language, results, outputs.__getitem__)]
    if not statements:
        lines = []
    name = "value_and_grad" if backward else "value"
    body = [*given, *lines, language.answered(answer)]
    text = language.function(name, [*arguments, "parameters"], body)
    if called is not None:
        rows = {name: row for name, row in rows.items() if name not in called}
    return str(language.complete(text, statements, rows))


def _rows(code: Code) -> dict[str, Any]:
    """Return the rows that source may call, by name: those of the code and of the table."""
    rows: dict[str, Any] = {}
    for step in code.steps:
        if step.op in GIVEN or not isinstance(step.op, Op):
            continue
        if rows.setdefault(step.op.name, step.op) is not step.op:
            raise ValueError(f"two operations are called {step.op.name}: a program can have one of a name")
    return ELEMENTWISE | rows


def _value(language: Any, op: Any, operands: list[Any], called: dict[str, Any] | None) -> str:
    try:
        text: str = language.value(op, operands)
        if called is None or not isinstance(op, Op) or not op.is_defined:
            return text
        language.complete("", [text], ELEMENTWISE | {op.name: op})  # raise if what it calls has no formula
        return text
    except ValueError:
        if called is None:
            raise
        called[op.name] = op
        numbers = [x if isinstance(x, language.Scalar) else language.number(x) for x in operands]
        return f"{op.name}({', '.join(map(str, numbers))})"


def comment(language: Any, step: Any, name: str) -> str:
    """Return the label of a step as a comment, unless it is the step's name."""
    if not step.label or step.label == name:
        return ""
    label = step.label if step.label.isprintable() else repr(step.label)[1:-1]
    if language.MARK == "//":  # a label must not end the script of a page
        label = label.replace("<", "< ")
    return f"  {language.MARK} {label}"


def nested(language: Any, tree: Any, text: Callable[[Any], str]) -> str:
    """Write lists nested like ``tree``, with the text of each leaf."""
    if isinstance(tree, list):
        return str(language.listed([nested(language, part, text) for part in tree]))
    return text(tree)


def renested(tree: Any, leaves: Iterator[Any]) -> Any:
    """Nest the leaves, in order, like ``tree``."""
    return [renested(part, leaves) for part in tree] if isinstance(tree, list) else next(leaves)


def _numbered(trees: Sequence[Any]) -> list[Any]:
    """Replace each number in the trees of the arguments by its index."""
    count = iter(range(10**9))
    return [renested(tree, count) for tree in trees]


def _paths(path: str, tree: Any) -> Iterator[str]:
    """Yield the path of each number of an argument, such as ``x[0][2]``."""
    if isinstance(tree, list):
        for index, part in enumerate(tree):
            yield from _paths(f"{path}[{index}]", part)
    else:
        yield path
