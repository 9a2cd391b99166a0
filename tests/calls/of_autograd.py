"""Calls of autograd: the operations of the table, also those that are added later, and everything else."""

from __future__ import annotations

import numpy as np

import autograd
import nn
from autograd import Tensor, ops

from .kinds import (
    ARRAYS,
    CALLS,
    NUMBERS,
    above0,
    array,
    axes,
    axis,
    count,
    count0,
    dtype,
    entries,
    flag,
    from0,
    function,
    given,
    made,
    nothing,
    number,
    of_tensors,
    operand,
    path,
    tensor,
    text,
    value,
    values,
    word,
)
from .things import frame, graph, network, program, weight, whatever

for row in ops.ELEMENTWISE.values():
    others = [operand() for _ in row.partials[1:]]
    CALLS[f"autograd.Value.{row.name}"] = dict(zip(row.operands[1:], others))
    CALLS[f"autograd.Tensor.{row.name}"] = {"*operands": [of_tensors() for _ in others]}
    if row.name in autograd.__all__:
        CALLS[f"autograd.{row.name}"] = {"*operands": [operand(), *others]}

REDUCTIONS = ("sum", "mean", "max", "min", "logsumexp")
entries("autograd", **{f"Tensor__{name}": dict(axis=axes(), keepdims=flag()) for name in REDUCTIONS})
entries(
    "autograd",
    Value=dict(data=number(0.5) | "inf True array0d", label=text() | "None"),
    Value__backward=dict(gradient=number(2.0) | "None inf True array0d Value"),
    Value__zero_grad={},
    Tensor=dict(
        data=array(2, 3, takes=ARRAYS.replace("Tensor", "")),
        requires_grad=flag() | "None",
        label=text() | "None",
    ),
    Tensor__backward=dict(gradient=array(2, 3)),
    Tensor__zero_grad={},
    Tensor__argmax=dict(axis=axis() | "None"),
    Tensor__astype=dict(dtype=dtype()),
    Tensor__detach={},
    Tensor__item={},
    Tensor__numpy={},
    Tensor__softmax=dict(axis=axis()),
    Tensor__log_softmax=dict(axis=axis()),
    Tensor__var=dict(axis=axes(), keepdims=flag(), ddof=given(0, "3 -1 0")),
    Tensor__reshape={"*shape": [given(3, "-1"), given(2, "-1")]},
    Tensor__transpose={"*axes": [given(1, "-1"), given(0)]},
    sum=[
        dict(
            values=tensor(2, 3, takes="array([]) array75 array0d nans Tensor [] [1.0] ()"),
            axis=axes(),
            keepdims=flag(),
        ),
        dict(values=values(0.5, 1.0, takes="array([]) array75 array0d nans Tensor Values [] [1.0] ()")),
    ],
    logsumexp=[
        dict(values=tensor(2, 3, takes="array75 array0d nans Tensor [1.0]"), axis=axes(), keepdims=flag()),
        dict(values=values(0.5, 1.0, takes="array75 array0d nans Tensor Values [1.0]")),
    ],
    softmax=[
        dict(values=tensor(2, 3, takes="array75 nans Tensor [] [1.0] ()"), axis=axis()),
        dict(values=values(0.5, 1.0, takes="array75 nans Tensor Values [] [1.0] ()")),
    ],
    log_softmax=[
        dict(values=tensor(2, 3, takes="array75 nans Tensor [] [1.0] ()"), axis=axis()),
        dict(values=values(0.5, 1.0, takes="array75 nans Tensor Values [] [1.0] ()")),
    ],
    dot=[
        dict(ws=values(0.5, 1.0, takes="Values"), xs=values(1.0, 2.0, takes="Tensor Values")),
        dict(ws=tensor(2, 3), xs=tensor(3)),
    ],
    take=[
        dict(rows=tensor(5, 2, takes="array75"), index=given([0, 4], "3 -1 0 [] () array([])")),
        dict(rows=values(0.5, 1.0, 2.0, 3.0, takes="array75"), index=given(2, "3 -1 0")),
    ],
    concatenate=dict(tensors=made(lambda: [Tensor([[1.0]]), np.ones((1, 1))]), axis=axis()),
    stack=dict(tensors=made(lambda: [Tensor([1.0]), np.ones(1)]), axis=axis()),
    where=[
        dict(condition=given(True, "True"), x=operand(), y=operand()),
        dict(
            condition=given(np.array([True, False]), "True"),
            x=tensor(2, takes=NUMBERS + " nan Tensor"),
            y=number(0.5),
        ),
    ],
    backward_steps=dict(root=made(graph, "Value"), gradient=number(2.0) | "None inf True array0d Value"),
    topological_order=dict(root=made(graph, "Value Tensor")),
    gradients=dict(
        output=made(graph, "Value"),
        inputs=value(),
        create_graph=flag(False),
        gradient=number(2.0) | "None inf True array0d Value",
    ),
    jacobian=[
        dict(outputs=values(0.5, 1.0, takes="Value [] ()"), inputs=values(0.5, 1.0, takes="Value [] ()")),
        dict(outputs=tensor(2, takes="Tensor"), inputs=tensor(2, 3, takes="Tensor [] ()")),
    ],
    hessian=[
        dict(output=made(graph, "Value"), inputs=values(0.5, 1.0, takes="Value [] ()")),
        dict(output=tensor(), inputs=tensor(2, takes="Tensor [] ()")),
    ],
    hvp=[
        dict(output=made(graph, "Value"), inputs=values(0.5), vector=given([1.0], "[1.0]")),
        dict(output=tensor(), inputs=tensor(2, takes="Tensor"), vector=array(2, takes="Tensor")),
    ],
    gradcheck=dict(
        fn=function(lambda x: x * x),
        inputs=given([0.5], NUMBERS + " [1.0] Value Tensor array75"),
        step=above0(1e-4),
        rtol=from0(1e-6),
        atol=from0(1e-8),
    ),
    define=dict(
        name=word("made_of_test") | "x",
        value_of=function(lambda x: x * x),
        partials=function(lambda out, x: 2 * x),
        symbol=text("²") | "None",
        on_array=function(np.square) | "None",
        domain=text(""),
    ),
    formula=dict(node=made(graph), index=given(0, "-1 0")),
    name_of=dict(node=value(takes="Value Tensor")),
    no_grad={},
    no_grad____call__=dict(function=function(nothing)),
    detect_anomaly={},
    detect_anomaly____call__=dict(function=function(nothing)),
    draw=dict(
        root=made(graph, "Value Tensor"),
        direction=word("LR"),
        local_grads=flag(),
        title=text() | "None",
        max_nodes=count(9),
    ),
    stepper=dict(
        root=made(graph, "Value"),
        title=text() | "None",
        parameters=values(0.5) | "None [] () array([]) Values",
        fold_above=count0(500),
        max_nodes=count(9),
    ),
    film=dict(
        model=made(network),
        examples=given([[0.0, 1.0], [1.0, 0.0]]),
        targets=given([1.0, -1.0], "None"),
        loss=function(nn.mse) | "None",
        title=text(),
        note=text(),
        level=number(0.5) | "None",
    ),
    Film__record=dict(loss=value(0.5, "Value 3 -1 0 2.5 nan inf huge")),
    Film__save=dict(path=path("film.html")),
    Film__gradient_norms=dict(frame=made(frame)),
    Film__dead=dict(frame=made(frame)),
    Drawing__save=dict(path=path("graph.dot")),
    Drawing=dict(graph=made(lambda: autograd.draw(graph()).graph), direction=word("LR"), title=text()),
    Stepper=dict(lesson=made(lambda: autograd.stepper(graph()).lesson), fold_above=count0(500)),
    Program=dict(recorded=made(lambda: program()._recorded)),
    Stepper__save=dict(path=path("page.html")),
    Stepper__terminal=dict(predict=flag(False)),
    trace={
        "fn": function(whatever),
        "*arguments": [given(0.5, NUMBERS + " [1.0] Value Values () [] array([]) array75")],
        "parameters": made(list, "None [] () array([]) Values"),
    },
    traced=dict(
        fn=function(lambda x, n=2: x * n),
        static=word("x") | "() [] x",
        parameters=made(list, "None [] () array([]) Values"),
    ),
    Traced=dict(
        fn=function(lambda x, n=2: x * n),
        static=word("x") | "() [] x",
        parameters=made(list, "None [] () array([]) Values"),
    ),
    Traced____call__={"*args": [given(0.5, NUMBERS + " Value Values [] [1.0] () array([]) array75")]},
    Traced__value_and_grad={"*args": [given(0.5, NUMBERS + " Value Values [] [1.0] () array([]) array75")]},
    Traced__program={"*args": [given(0.5, NUMBERS + " Value Values [] [1.0] () array([]) array75")]},
    Batched____call__={"*arguments": [array(3, takes="[1.0] Values")]},
    Batched__value_and_grad={"*arguments": [array(3, takes="[1.0] Values")]},
    Batched__step={"*arguments": [array(3, takes="[1.0] Values"), made(lambda: nn.SGD([weight]))]},
    Batched__summary={},
    Compiled____call__={"*arguments": [given(0.5, NUMBERS + " Value")]},
    Compiled__value_and_grad={"*arguments": [given(0.5, NUMBERS + " Value")]},
    Compiled__map={"*arrays": [array(3, takes="[1.0] nans Values")]},
    Program____call__={"*arguments": [given(0.5, NUMBERS + " Value")]},
    Program__value_and_grad={"*arguments": [given(0.5, NUMBERS + " Value")]},
    Program__batched=dict(dtype=dtype(float)),
    Program__compiled={},
    Symbol=dict(text=text("x"), binding=given(None, "None 3 0")),
    Op=dict(
        name=text("made"),
        symbol=text("m"),
        on_float=function(abs),
        on_array=function(np.abs),
        partials=given((nothing,)),
        domain=text(""),
        defaults=given((), "()"),
        is_defined=flag(False),
    ),
    Op____call__={"*operands": [operand()]},
    Op__complete=dict(operands=given((0.5,)), named=given({}, "{}")),
    NaryOp=dict(
        name=text("made"),
        symbol=text("m"),
        on_float=function(max),
        partials=function(nothing),
        domain=text(""),
    ),
    ArrayOp=dict(
        name=text("made"),
        symbol=text("m"),
        on_array=function(np.abs),
        partials=given((nothing,), "function class"),
    ),
    ArrayOp____call__={"*operands": [tensor(2, takes="Tensor"), tensor(2, takes="Tensor")]},
    Report=dict(entries=made(lambda: autograd.gradcheck(lambda x: x * x, 0.5).entries, "()")),
    GradientError=dict(report=made(lambda: autograd.gradcheck(lambda x: x * x, 0.5))),
)
