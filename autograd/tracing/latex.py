r"""LaTeX: write scalar code as equations, one per step, forward and then backward.

>>> from autograd import ops
>>> print(value(ops.div, [Scalar("x"), Scalar("w_{0}")]), "and", value(ops.tanh, [Scalar("x")]))
\frac{x}{w_{0}} and \tanh\left(x\right)
>>> name("w0,1,0"), name("loss"), name("d_w1"), name("λ"), name("t12")
('w_{0,1,0}', '\\mathrm{loss}', '\\bar{w}_{1}', '\\lambda', 't_{12}')
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from ..choice_ops import CHOICES, select
from ..languages.python import products
from ..ops import CONSTANT, Op
from ..symbols import ATOM, NEGATION, POWER, PRODUCT, SUM, Symbol
from ..symbols import number as finite
from .code import GIVEN, Code

GREEK = dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψω",
        (
            "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
            "upsilon varphi chi psi omega"
        ).split(),
    )
)
# functions with a LaTeX command, and functions with a notation of their own
NAMED = {
    "exp", "log", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "max", "min",
}  # fmt: skip
WRITTEN = {
    "sqrt": r"\sqrt{%s}", "abs": r"\left|%s\right|", "square": r"\left(%s\right)^{2}", "exp2": "2^{%s}",
    "log2": r"\log_{2}\left(%s\right)", "log10": r"\log_{10}\left(%s\right)",
    "floor": r"\left\lfloor %s\right\rfloor", "ceil": r"\left\lceil %s\right\rceil",
}  # fmt: skip
RELATIONS = {"<": "<", "<=": r"\le", "==": "="}
MIRRORED = {"<": ">", r"\le": r"\ge", "=": "="}
_INDEXED = re.compile(r"([^\W\d_]+|[^\W\d_]+(?:_[^\W\d_]+)*)_?((?:\d+(?:[,_ ]\d+)*)?)")


class Scalar(Symbol):
    """A piece of a formula in LaTeX."""

    __slots__ = ()

    @classmethod
    def call(cls, name: str, operands: list[str]) -> str:
        """Write a row as a function call."""
        inside = ", ".join(operands)
        if name in WRITTEN:
            return WRITTEN[name] % inside
        name = {"maximum": "max", "minimum": "min", "largest": "max"}.get(name, name)
        command = rf"\{name}" if name in NAMED else rf"\mathrm{{{_escaped(name)}}}"
        return rf"{command}\left({inside}\right)"

    @classmethod
    def choice(cls, test: str, yes: str, no: str) -> str:
        """Write a choice of one of two by a condition."""
        return rf"{yes} \;\mathrm{{if}}\; {test} \;\mathrm{{else}}\; {no}"

    @classmethod
    def _infix(cls, op: Op, x: Any, y: Any) -> Any:
        if op.name == "div":
            return cls(rf"\frac{{{_text(x)}}}{{{_text(y)}}}", ATOM)
        if op.name == "pow":
            return cls(f"{_place(x, ATOM)}^{{{_text(y)}}}", POWER)
        binding = PRODUCT if op.name == "mul" else SUM
        symbol = {"mul": r" \cdot ", "add": " + ", "sub": " - "}[op.name]
        right = _place(y, binding + 1)
        if right.startswith("-"):
            right = rf"\left({right}\right)"
        return cls(f"{_place(x, binding)}{symbol}{right}", binding)

    @classmethod
    def _negated(cls, x: Any) -> Any:
        return cls(f"-{_place(x, PRODUCT)}", NEGATION)


def number(value: float) -> Symbol:
    """Write a number as by hand: 3 for 3.0, and a power of ten for an exponent."""
    if math.isnan(value):
        return Scalar(r"\mathrm{nan}", ATOM)
    if math.isinf(value):
        return Scalar(r"\infty", ATOM) if value > 0 else Scalar(r"-\infty", NEGATION)
    text = str(finite(value)).removesuffix(".0")
    if "e" in text:
        mantissa, exponent = text.split("e")
        text = rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
        return Scalar(text, PRODUCT)
    return Scalar(text, NEGATION if text[0] == "-" else ATOM)


def _text(operand: Any) -> str:
    return str(operand if isinstance(operand, Symbol) else number(operand))


def _place(operand: Any, binding: int) -> str:
    symbol = operand if isinstance(operand, Symbol) else number(operand)
    return symbol.text if symbol.binding >= binding else rf"\left({symbol.text}\right)"


def value(op: Any, operands: Sequence[Any]) -> str:
    """Write a row applied to ``operands`` (symbols and numbers) as an expression."""
    symbols: list[Any] = [operand if isinstance(operand, Symbol) else number(operand) for operand in operands]
    if op in CHOICES:
        left, right, yes, no = symbols
        relation = RELATIONS[CHOICES[op]]
        if not isinstance(operands[0], Symbol):
            left, right, relation = right, left, MIRRORED[relation]
        return Scalar.choice(f"{left} {relation} {right}", str(yes), str(no))
    if op is select:
        return rf"\left({', '.join(map(str, symbols[1:]))}\right)_{{{symbols[0]}}}"
    if op.name in ("sum", "dot") and not isinstance(op, Op):
        terms: list[Any] = symbols if op.name == "sum" else products(symbols)
        return str(sum(terms[1:], terms[0]))
    if not isinstance(op, Op):
        return Scalar.call(op.name, list(map(str, symbols)))
    return str(Scalar._apply(op, *symbols))


def name(label: str) -> str:
    """Write a label as a name: numbers as an index, and a gradient ``d_w`` with a bar."""
    if label.startswith("d_") and len(label) > 2:
        inner = name(label[2:])
        base, index = inner.split("_{", 1) if re.fullmatch(r"[^_]*_\{[\d,]*\}", inner) else (inner, "")
        return rf"\bar{{{base}}}" + (f"_{{{index}" if index else "")
    found = _INDEXED.fullmatch(label)
    if not found:
        return rf"\mathrm{{{_escaped(label)}}}"
    letters, index = found.groups()
    if letters in GREEK:
        letters = rf"\{GREEK[letters]}"
    elif len(letters) > 1 or not letters.isascii():
        letters = rf"\mathrm{{{_escaped(letters)}}}"
    return letters + (f"_{{{re.sub('[_ ]', ',', index)}}}" if index else "")


def _escaped(text: str) -> str:
    """Escape text for upright letters, so that LaTeX reads no commands in it."""
    text = text if text.isprintable() else repr(text)[1:-1]
    text = re.sub(r"[\\^~{}]", " ", text)
    return re.sub(r"([%&#$_])", r"\\\1", text).replace(" ", r"\ ")


def names(code: Code) -> list[str]:
    """Return a unique name for each step: a repeated name gets a number in parentheses."""
    used: set[str] = set()
    counts: dict[str, int] = {}
    found = []
    count = 0
    for step in code.steps:
        if step.op is CONSTANT:
            found.append("")
            continue
        text = name(step.label) if step.label and step.label.strip() else ""
        while not text:
            count += 1
            text = f"t_{{{count}}}" if f"t_{{{count}}}" not in used else ""
        base = text
        while text in used:
            counts[base] = counts.get(base, 1) + 1
            text = rf"{{{base}}}^{{({counts[base]})}}"
        used.add(text)
        found.append(text)
    return found


def written(code: Code, forward: int) -> str:
    """Write the code as equations; the first ``forward`` steps are the forward pass."""
    texts = names(code)
    lines: list[str] = []
    before: int | None = None  # the number of equations before the backward pass
    for place, (step, text) in enumerate(zip(code.steps, texts)):
        if step.op in GIVEN:
            continue
        operands = [
            code.steps[operand].detail if code.steps[operand].op is CONSTANT else Scalar(texts[operand], ATOM)
            for operand in step.operands
        ]
        if place >= forward and before is None:
            before = len(lines)
        lines.append(f"{text} &= {value(step.op, operands)}")
    if not lines:
        (place,) = code.outputs[:1]
        step = code.steps[place]
        lines = [f"&{number(step.detail) if step.op is CONSTANT else texts[place]}"]
    ends = [r" \\[1ex]" if place + 1 == before else r" \\" for place in range(len(lines) - 1)] + [""]
    body = "\n".join(map("".join, zip(lines, ends)))
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n"
