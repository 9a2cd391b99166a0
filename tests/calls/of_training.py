"""Calls of nn: data and its augmentation, initialization, training."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import nn
from nn import training

from .kinds import (
    Argument,
    Call,
    above0,
    array,
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
    path,
    seed,
    text,
    word,
)
from .things import examples, history, linear, model, sgd

# nn.init.

SHAPE = given((2, 3))
DRAWN = dict(rng=seed(), gain=from0(1.0))
FAN = dict(mode=word("fan_in"))
entries(
    "nn.init",
    gain=dict(activation=word("relu") | "None"),
    fans=dict(shape=SHAPE),
    uniform=dict(shape=SHAPE | "[] ()", bound=from0(1.0), rng=seed(), dtype=dtype()),
    normal=dict(shape=SHAPE | "[] ()", std=from0(1.0), rng=seed(), dtype=dtype()),
    **{
        name: dict(shape=SHAPE, **DRAWN, **(FAN if "kaiming" in name else {}), dtype=dtype())
        for name in (
            "xavier_uniform",
            "xavier_normal",
            "kaiming_uniform",
            "kaiming_normal",
            "lecun_uniform",
            "lecun_normal",
            "orthogonal",
        )
    },
    variances=dict(model=made(lambda: nn.Sequential(linear())), x=array(2, 3), rng=seed()),
)

# nn.training.

LOADER = made(lambda: nn.Loader(*examples(), 2))
METRICS = given(training.accuracy, "None [] () {} function class")
CHECKPOINTED = "of_test.checkpoint"
entries(
    "nn.training",
    AfterStep=dict(act=function(nothing)),
    BeforeStep=dict(act=function(nothing)),
    AfterStep__state_dict={},
    BeforeStep__state_dict={},
    CSVLog=dict(path=path("log.csv")),
    JSONLinesLog=dict(path=path("log.jsonl")),
    Callback={},
    Callback__state_dict={},
    Checkpoint=dict(path=path(CHECKPOINTED), steps=count(5) | "None", every=count(1), resume=flag()),
    EarlyStopping=dict(
        monitor=text("loss") | "None",
        patience=count0(5),
        mode=word("min"),
        min_delta=from0(0.0),
        restore=flag(),
    ),
    EarlyStopping__load_state_dict=dict(state=made(lambda: training.EarlyStopping().state_dict())),
    EarlyStopping__state_dict={},
    History={},
    History__columns={},
    History__plot=dict(path=path("history.svg")),
    History__load_state_dict=dict(state=made(lambda: history().state_dict())),
    History__state_dict={},
    RangeTest=dict(rates=given([0.1, 0.2], "[1.0]"), losses=given([0.5, 0.4], "[1.0]")),
    RangeTest__plot=dict(path=path("rates.svg")),
    Scheduling=dict(
        schedule=made(lambda: nn.StepDecay(sgd(), 2)), every=word("step"), monitor=text("loss") | "None"
    ),
    Scheduling__load_state_dict=dict(state=made(lambda: nn.StepDecay(sgd(), 2).state_dict())),
    Scheduling__state_dict={},
    accuracy=dict(
        prediction=array(2, 3, takes="Tensor Values"), target=given(np.array([0, 1]), "Tensor Values")
    ),
    predict=dict(model=model(), x=array(4, 3), batch_size=count(2)),
    evaluate=dict(
        model=model(),
        x=made(lambda: examples()[0]),
        y=made(lambda: examples()[1]),
        loss=given(nn.cross_entropy, "None function class"),
        metrics=METRICS,
        batch_size=count(2),
    ),
    split=dict(x=array(4, 3), y=array(4), held_out=given(0.5, "3"), seed=seed()),
    read_checkpoint=dict(path=path("saved.checkpoint")),
)


def of_training(**more: Argument) -> Callable[[], Call]:
    """A model, its data, and an optimizer of its parameters."""

    def call() -> Call:
        model = linear()
        return dict(
            model=given(model),
            data=LOADER,
            loss=function(nn.cross_entropy),
            optimizer=given(nn.SGD(model.parameters(), lr=0.1)),
            **more,
        )

    return call


OF_XY = dict(batch_size=count(2) | "None", seed=seed() | "None")
entries(
    "nn.training",
    fit=[
        of_training(
            epochs=count(1),
            metrics=METRICS,
            schedule=given(None, "None"),
            callbacks=given([], "[] () array([])"),
            progress=flag(False),
        ),
        lambda: (
            of_training(epochs=count(1), validation=given(0.5, "None 3"), **OF_XY, progress=flag(False))()
            | dict(data=given(examples()))
        ),
    ],
    range_test=[
        of_training(low=above0(1e-3), high=above0(10.0), steps=count(3)),
        lambda: of_training(**OF_XY)() | dict(data=given(examples())),
    ],
)
