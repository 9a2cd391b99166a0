"""Passes, each alone: what they leave out, share and add; and that labels stay."""

from __future__ import annotations

import math

import pytest

from autograd import Value, define, ops, trace
from autograd.tracing.code import ARGUMENT, PARAMETER, Builder, Instruction
from autograd.tracing.passes import differentiated, pruned, put, simplified


def given():
    builder = Builder()
    return builder, builder.add(ARGUMENT, detail=0, label="x"), builder.add(PARAMETER, detail=0, label="w")


def test_pruned_leaves_out_what_nobody_uses():
    builder, x, w = given()
    builder.add(ops.exp, (w,))
    out = builder.add(ops.tanh, (x,))
    assert str(pruned(builder.code([out]))) == "%0 = argument 0  # x\n%1 = tanh %0\n-> %1"


def test_equal_steps_are_one_and_constants_are_folded():
    builder, x, w = given()
    first, second = builder.add(ops.mul, (x, w)), builder.add(ops.mul, (x, w), label="p")
    assert first == second and builder.steps[first].label == "p"
    builder.label(first, "q")
    assert builder.steps[first].label == "p"
    two, three = builder.constant(2.0), builder.constant(3.0)
    assert builder.number_of(builder.add(ops.pow, (two, three))) == 8.0
    assert builder.constant(0.0) != builder.constant(-0.0)
    infinite = builder.constant(math.inf)
    for op, operands in ((ops.log, (builder.constant(-1.0),)), (ops.sub, (infinite, infinite))):
        assert builder.steps[builder.add(op, operands)].op is op  # it has no value: it fails where it runs


@pytest.mark.parametrize(
    ("op", "operands", "expected"),
    [
        ("mul", (1.0, "x"), "x"), ("mul", ("x", 1.0), "x"), ("div", ("x", 1.0), "x"),
        ("add", ("x", 0.0), "x"), ("add", (0.0, "x"), "x"),
        ("sub", ("x", 0.0), "x"), ("pow", ("x", 1.0), "x"),
        ("mul", (-1.0, "x"), "neg x"), ("mul", ("x", -1.0), "neg x"), ("div", ("x", -1.0), "neg x"),
        ("mul", (-1.0, "-w"), "w"), ("neg", ("-w",), "w"), ("add", ("x", "-w"), "sub x w"),
        ("add", ("-w", "x"), "sub x w"), ("sub", ("x", "-w"), "add x w"), ("sub", (0.0, "x"), "sub 0.0 x"),
        ("mul", (0.0, "x"), "mul 0.0 x"), ("add", ("x", "x"), "add x x"),
    ],
)  # fmt: skip
def test_what_has_a_shorter_form(op, operands, expected):
    builder, x, w = given()
    named = {"x": x, "w": w, "-w": builder.add(ops.neg, (w,))}

    def place(operand):
        return named[operand] if isinstance(operand, str) else builder.constant(operand)

    found = put(builder, ops.ELEMENTWISE[op], tuple(map(place, operands)))
    step = builder.steps[found]
    texts = {p: n for n, p in named.items() if n != "-w"}
    shown = [texts.get(o) or str(builder.number_of(o)) for o in step.operands]
    assert texts.get(found, " ".join([step.op.name, *shown])) == expected


def test_simplified_keeps_the_labels_of_what_it_leaves_out():
    w = Value(2.0, "w")

    def fn(x):
        h = x * w
        same = h * 1.0
        same.label = "h"
        out = 1 * x
        out.label = "not x"
        return same.tanh() + out

    code = trace(fn, 1.0).forward
    assert [step.label for step in code.steps] == ["x", "w", "h", None, None]


def test_differentiated_goes_the_way_of_the_walk():
    builder, x, w = given()
    h = builder.add(ops.mul, (w, x), label="h")
    code = builder.code([builder.add(ops.tanh, (h,))])
    assert str(differentiated(code, [Instruction(PARAMETER, (), 0, "w")])) == "\n".join(
        [
            "%0 = argument 0  # x", "%1 = parameter 0  # w", "%2 = mul %1 %0  # h", "%3 = tanh %2",
            "%4 = mul %3 %3", "%5 = constant 1.0",
            "%6 = sub %5 %4  # d_h", "%7 = mul %0 %6  # d_w", "-> %3 %7",
        ]
    )  # fmt: skip
    constant = builder.code([builder.constant(1.0)])
    assert differentiated(constant, [Instruction(ARGUMENT, (), 0, "x")]).evaluate([], []) == [1.0, 0.0]


def test_a_minus_is_written_as_one():
    source = trace(lambda x, y: (x - y) * (2 - x), 1.0, 2.0).source
    assert "-1.0" not in source and "d_y = -t" in source


def test_derivatives_that_cannot_be_written_are_called():
    atan = define("arctangent", lambda x: math.atan(x), lambda out, x: 1.0 / (1.0 + float(x) ** 2))
    kinked = define("kinked", lambda x: x if x > 0 else 2 * x, lambda out, x: 1.0 if x > 0 else 2.0)
    program = trace(lambda x: atan(x * 2) + kinked(x), 1.0)
    value, gradients = program.value_and_grad(-1.0)
    assert value == math.atan(-2.0) - 2.0 and gradients.arguments[0] == pytest.approx(2.4)
    assert program(1.0) == math.atan(2.0) + 1.0
    with pytest.raises(ValueError, match="the value of arctangent has no formula"):
        _ = program.source


def chain(length):
    def fn(x):
        for _ in range(length):
            x = x * 1.0001 + 0.1
        return x

    return trace(fn, 1.0)


def to_x(code):
    return differentiated(code, [Instruction(ARGUMENT, (), 0, "x")])


@pytest.mark.parametrize("a_pass", [pruned, simplified, to_x])
def test_a_long_chain_takes_work_in_proportion(a_pass, work):
    short, double = (work(a_pass, chain(n).code) for n in (500, 1000))
    assert double < 2.6 * short


def test_a_chain_of_many_steps():
    program = chain(10_000)
    assert len(program.backward.steps) == 20_004
    assert program.source.count("\n") > 20_000
