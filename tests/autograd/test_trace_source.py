"""Source runs on its own, whatever the operations, labels and numbers; and latex is the same as equations."""

from __future__ import annotations

import ast
import math
import re

import pytest

import autograd
from autograd import Value, define, ops, trace

LABELS = [
    "math", "x", "lambda", "t1", "parameters", "", " ", "é", "λ", "é", "x²", "a\nimport os", "a\r\tb",
    "sigmoid", "exp", "value", "value_and_grad", "None", "int", "float", "max", "abs", "sum", "arguments",
    "\x00", "\ud800", "\u2028", "\u202e", "# no", '"""', "\\", "d_w", "_", "0", "w0,1,2", "def", "match",
    "x[0]", "x_0",
]  # fmt: skip
# numbers that every row has a value and a derivative for
SAFE = dict.fromkeys(("log", "log1p", "log2", "log10", "sqrt", "pow"), 0.7)


def run(program, *arguments):
    """What its source gives in a namespace of its own; there is nothing in it but math and functions."""
    scope = {}
    tree = ast.parse(program.source)
    exec(compile(tree, "<source>", "exec"), scope)
    imported = [node for node in statements(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert [alias.name for node in imported for alias in node.names] == ["math"]
    return scope["value_and_grad"](*arguments, [p.data for p in program.parameters])


def statements(inside):
    for node in ast.iter_child_nodes(inside):
        if isinstance(node, ast.stmt):
            yield node
            yield from statements(node)


def agrees(program, *arguments):
    value, gradients = program.value_and_grad(*arguments)
    assert run(program, *arguments) == (value, gradients.parameters, gradients.arguments)
    return value, gradients


@pytest.mark.parametrize("name", sorted(ops.ELEMENTWISE))
@pytest.mark.parametrize("sign", [1, -1])
def test_every_row(name, sign):
    row = ops.ELEMENTWISE[name]
    count = len(row.partials)
    numbers = [SAFE.get(name, sign * 0.7), 0.3, 0.9][:count]
    values = [Value(x) for x in numbers]
    out = row(*values) * 3.0
    program = trace(lambda *xs: row(*xs) * 3.0, *numbers)
    value, gradients = agrees(program, *numbers)
    assert value == pytest.approx(out.data, rel=1e-15)
    assert gradients.arguments == pytest.approx(autograd.gradients(out, values), rel=1e-13)
    assert program.latex.startswith("\\begin{aligned}") and program.latex.count("&=") >= 2


def squares(xs):
    return autograd.dot(xs, xs)


def test_rows_of_many_numbers():
    for size in (1, 2, 49):
        ws = [Value(0.5, "h") for _ in range(size)]
        for fn in (autograd.sum, autograd.logsumexp, lambda xs, ws=ws: autograd.dot(ws, xs)):
            agrees(trace(lambda x, fn=fn, ws=ws: fn([x * w for w in ws]), 1.0, parameters=ws), 0.7)


@pytest.mark.parametrize(
    "fn",
    [autograd.sum, *(pytest.param(fn, marks=pytest.mark.thorough) for fn in (autograd.logsumexp, squares))],
)
def test_rows_of_very_many_numbers(fn):
    """So many terms nested would be too deep for Python's compiler."""
    ws = [Value(0.5, "h") for _ in range(2000)]
    agrees(trace(lambda x: fn([x * w for w in ws]), 1.0, parameters=ws), 0.7)


def test_rows_that_a_person_defined():
    cube = define("Cubed", lambda x: x**3 + autograd.sigmoid(x) * x, lambda out, x: 3.0 * x**2)
    program = trace(lambda x: cube(x * 2).tanh(), 0.1)
    agrees(program, 0.2)
    assert "def Cubed(x):" in program.source and "def sigmoid(x):" in program.source
    again = define("Cubed", lambda x: -x, lambda out, x: -1.0)
    assert program(0.2) == math.tanh(0.4**3 + 0.4 / (1 + math.exp(-0.4)))
    with pytest.raises(ValueError, match="two operations are called Cubed"):
        _ = trace(lambda x: cube(x) + again(x), 1.0).source


@pytest.mark.parametrize("label", LABELS)
def test_any_label(label):
    w, v = Value(2.0, label), Value(3.0, label)

    def fn(x, parameters, math, value, lists):
        n = x * w + v * parameters + lists[0]
        n.label = label
        out = n.sigmoid().exp()
        out.label = label
        return autograd.where(out > 0.0, out * math + value, abs(x) + autograd.sign(x))

    program = trace(fn, 0.1, 0.2, 0.3, 0.4, [0.5], parameters=[w, v])
    assert agrees(program, 0.2, 0.3, 0.4, 0.5, [0.6])[0] > 0
    assert program.latex.replace("\n", "").isprintable()
    assert re.fullmatch(r"[^\r\x00\u2028]*", program.javascript)


def test_an_argument_list_and_an_argument_called_like_its_elements():
    agrees(trace(lambda x, x_0, x_1: x[0] * 3 + x_0 * x[1] + x_1, [1.0, 1.0], 2.0, 3.0), [1.0, 4.0], 2.0, 5.0)
    agrees(trace(lambda é, ü: é * ü, 1.0, 2.0), 3.0, 4.0)


def test_many_equal_labels_take_no_more_time():
    ws = [Value(1.0, "w") for _ in range(20_000)]
    assert "w_20000 = parameters[19999]" in trace(lambda: autograd.sum(ws), parameters=ws).source


def test_numbers_that_are_hard_to_write():
    def fn(x):
        far = autograd.maximum(x, -math.inf) + autograd.minimum(x, math.inf) * 1e308 * 5e-324
        return autograd.where(x > -math.inf, far, math.inf) + x * -0.0 + 0.1 * x**-2 + x**1e9 * 0.0

    program = trace(fn, 0.5)
    agrees(program, 0.75)
    assert "math.inf" in program.source and r"\infty" in program.latex and "Infinity" in program.javascript
    assert trace(lambda x: autograd.where(x > 0, math.inf, -math.inf), 1.0)(-2) == -math.inf


def test_the_small_expression_reads_as_one_would_write_it():
    program = trace(lambda a, b: ((a + b) - (a * b + b**3)) ** 2 / 2, 2.0, 3.0)
    forward, backward = program.source.split("    # backward\n")
    assert forward.splitlines()[4:] == [
        "    # forward", "    t1 = a + b", "    t2 = a * b", "    t3 = b ** 3", "    t4 = t2 + t3",
        "    t5 = t1 - t4", "    t6 = t5 ** 2", "    t7 = t6 / 2.0",
    ]  # fmt: skip
    assert backward.splitlines()[-1] == "    return t7, [], [d_a, d_b]"


def test_latex_names():
    w, greek, odd = Value(2.0, "w0,1,0"), Value(3.0, "λ"), Value(1.0, "50% of $x_1^2 \\frac{")

    def fn(x):
        h = x * w - (-0.5 * greek)
        h.label = "hidden1"
        return (h / odd) ** 2 + autograd.sqrt(abs(x - -1e-9))

    text = trace(fn, 1.0).latex
    for part in (
        r"\bar{w}_{0,1,0} &=", r"\mathrm{hidden}_{1} &=", r"\lambda", r"\sqrt{", r"\left|", r"\\[1ex]",
        r"\mathrm{50\%\ of\ \$x\_1\ 2\ \ frac\ }", r"10^{-9}", r"\bar{\lambda}",
    ):  # fmt: skip
        assert part in text, part
    assert text.count("{") == text.count("}") and text.endswith("\\end{aligned}\n")


def test_latex_renders():
    from matplotlib.mathtext import MathTextParser

    w = Value(2.0, "50% of $x_1^2")

    def fn(x, i):
        rows = [x * w, 0.3, autograd.take([x, w], i)]
        unary = [row for row in ops.ELEMENTWISE.values() if len(row.partials) == 1]
        inner = autograd.where(x > 0.5, rows[0], (-x) ** 2 - (x - 1) ** 3)
        return autograd.sum([row(autograd.sigmoid(inner)) for row in unary]) / 3 + autograd.dot(rows, rows)

    parser = MathTextParser("agg")
    lines = trace(fn, 1.0, 1).latex.splitlines()[1:-1]
    for line in {re.sub(r"\d+", "1", line): line for line in lines}.values():  # one of each form
        parser.parse(f"${line.replace('&', '').split(chr(92) * 2)[0]}$")
