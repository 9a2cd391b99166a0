"""A traced program as JavaScript gives in Chromium what it gives in Python."""

from __future__ import annotations

import math

import pytest

import autograd
from autograd import Value, define, kinds, ops, trace


def run(show, program, *arguments):
    page = show(f"<!doctype html><meta charset=utf-8><script>{program.javascript}</script>")
    return page.evaluate(
        "(all) => value_and_grad(...all)", [*arguments, [p.data for p in program.parameters]]
    )


def agrees(show, program, *arguments):
    value, of_parameters, of_arguments = run(show, program, *arguments)
    expected, gradients = program.value_and_grad(*arguments)
    assert value == pytest.approx(expected, rel=1e-12)
    assert of_parameters == pytest.approx(gradients.parameters, rel=1e-12, abs=1e-14)
    assert flat(of_arguments) == pytest.approx(flat(gradients.arguments), rel=1e-12, abs=1e-14)


def flat(tree):
    return [x for part in tree for x in flat(part)] if isinstance(tree, list) else [tree or 0.0]


def test_every_row_and_every_choice(show):
    w, v = Value(2.0, "w0,1"), Value(-0.5, "</script><script>throw 1</script>\n\u2028throw 2")
    cube = define("cubed", lambda x: x**3 * autograd.tanh(x), lambda out, x: 3.0 * x**2)

    def fn(x, i, rows, new, function):
        safe = {"log": 1.5, "log1p": 0.5, "log2": 1.5, "log10": 1.5, "sqrt": 1.5, "pow": 1.5, "div": 1.5}
        terms = []
        for name, row in ops.ELEMENTWISE.items():
            first = ops.tanh(x * w) + safe.get(name, 0.0)
            terms.append(
                row(*[first, v * x + 0.3, first + 0.1][: max(1, len(row.partials) - len(row.defaults))])
            )
        terms.append(autograd.where(x > 1.0, autograd.take(rows, i), new))
        terms.append(autograd.where(kinds.equal(x, 2.0), function, autograd.maximum(x, -math.inf)))
        terms.append(cube(x))
        out = autograd.logsumexp(terms) + autograd.dot(terms, terms) + autograd.sum([x, -x, -1.5])
        out.label = "class"
        return out * -1.0 * 2.0

    program = trace(fn, 1.0, 0, [1.0, 2.0], 3.0, 4.0, parameters=[w, v])
    for x in (0.4, 2.0):
        agrees(show, program, x, 1, [0.3, -0.4], 0.2, 0.7)


def test_names_that_are_words_of_the_language(show):
    values = [
        Value(0.1 * k, word) for k, word in enumerate(["let", "rows", "library", "Math", "λ", "x", "t1", ""])
    ]
    agrees(
        show,
        trace(lambda x, var, Math: autograd.sum([x * var * Math, *values]).exp(), 1.0, 2.0, 3.0),
        0.1,
        0.2,
        3,
    )


def test_several_numbers_are_a_list(show):
    program = trace(lambda x: [x, [x * 2, math.inf]], 1.0)
    page = show(f"<!doctype html><script>{program.javascript}</script>")
    assert page.evaluate("value(3, [])") == [3, [6, math.inf]]
