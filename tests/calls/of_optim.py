"""Calls of nn: optimizers, schedules, penalties and constraints on weights."""

from __future__ import annotations

import numpy as np

import nn
from autograd import Value

from .kinds import (
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
    number,
    path,
    seed,
    share,
    tensor,
    values,
    word,
)
from .things import TRAINED, model, optimizer, parameters, sgd, weights

BETAS = given((0.9, 0.99))
entries(
    "nn",
    Optimizer={"parameters": parameters(), "lr": above0(0.1)},
    Optimizer__step=dict(closure=made(lambda: None, "None")),
    Optimizer__evaluate=dict(closure=function(lambda: Value(1.0) * 2.0)),
    Optimizer__load_state_dict=dict(state=made(lambda: sgd().state_dict())),
    Optimizer__lr=dict(lr=from0(0.1)),
    Optimizer__state_dict={},
    Optimizer__not_finite={},
    Lookahead__not_finite={},
    Optimizer__zero_grad={},
    SGD=dict(
        parameters=parameters(),
        lr=above0(0.1),
        momentum=from0(0.9),
        weight_decay=from0(0.0),
        nesterov=flag(False),
    ),
    Adadelta=dict(
        parameters=parameters(), lr=above0(0.1), rho=share(0.9), eps=from0(1e-6), weight_decay=from0(0.0)
    ),
    Adagrad=dict(
        parameters=parameters(),
        lr=above0(0.1),
        lr_decay=from0(0.0),
        weight_decay=from0(0.0),
        initial_accumulator_value=from0(0.0),
        eps=from0(1e-6),
    ),
    Adam=dict(
        parameters=parameters(),
        lr=above0(0.1),
        betas=BETAS,
        eps=from0(1e-8),
        weight_decay=from0(0.0),
        amsgrad=flag(),
    ),
    AdamW=dict(
        parameters=parameters(),
        lr=above0(0.1),
        betas=BETAS,
        eps=from0(1e-8),
        weight_decay=from0(0.0),
        amsgrad=flag(),
    ),
    Adamax=dict(
        parameters=parameters(), lr=above0(0.1), betas=BETAS, eps=from0(1e-8), weight_decay=from0(0.0)
    ),
    Lion=dict(parameters=parameters(), lr=above0(0.1), betas=BETAS, weight_decay=from0(0.0)),
    NAdam=dict(
        parameters=parameters(),
        lr=above0(0.1),
        betas=BETAS,
        eps=from0(1e-8),
        weight_decay=from0(0.0),
        momentum_decay=from0(0.004),
        decoupled_weight_decay=flag(),
    ),
    RAdam=dict(
        parameters=parameters(),
        lr=above0(0.1),
        betas=BETAS,
        eps=from0(1e-8),
        weight_decay=from0(0.0),
        decoupled_weight_decay=flag(),
    ),
    RMSprop=dict(
        parameters=parameters(),
        lr=above0(0.1),
        alpha=share(0.9),
        eps=from0(1e-8),
        weight_decay=from0(0.0),
        momentum=from0(0.0),
        centered=flag(),
    ),
    LBFGS=dict(
        parameters=parameters(),
        lr=above0(0.1),
        max_iter=count(20),
        max_eval=count(25) | "None",
        tolerance_grad=from0(1e-7),
        tolerance_change=from0(1e-9),
        history_size=count(5),
    ),
    LBFGS__step=dict(closure=function(lambda: TRAINED * TRAINED)),
    LBFGS__load_state_dict=dict(state=made(lambda: nn.LBFGS(weights()).state_dict())),
    LBFGS__state_dict={},
    Lookahead=dict(optimizer=optimizer(), k=count(5), alpha=given(0.5)),
    Lookahead__step=dict(closure=given(None, "None")),
    Lookahead__load_state_dict=dict(state=made(lambda: nn.Lookahead(sgd()).state_dict())),
    Lookahead__state_dict={},
)

# nn: schedules, regularization, augmentation, data.

entries(
    "nn",
    Schedule=dict(optimizer=optimizer(), total_steps=count(10) | "None"),
    Schedule__lr_at=dict(step=count0(3), group=given(0, "0")),
    Schedule__load_state_dict=dict(state=made(lambda: nn.StepDecay(sgd(), 2).state_dict())),
    Schedule__observe=dict(metric=number(0.5) | "nan inf array0d Value nans"),
    Schedule__plot=dict(path=path("schedule.svg"), steps=count(5)),
    Schedule__preview=dict(steps=count(5), group=given(0, "0")),
    Schedule__state_dict={},
    Schedule__step={},
    Cosine=dict(optimizer=optimizer(), total_steps=count(9), min_lr=from0(0.0)),
    CosineWarmRestarts=dict(optimizer=optimizer(), period=count(9), multiplier=count(1), min_lr=from0(0.0)),
    ExponentialDecay=dict(optimizer=optimizer(), gamma=from0(0.9)),
    LinearWarmup=dict(after=made(lambda: nn.Cosine(sgd(), 9)), steps=count(3), start_factor=from0(0.0)),
    LinearWarmup__observe=dict(metric=number(0.5) | "nan inf array0d Value nans"),
    LinearWarmup__step={},
    LinearWarmup__state_dict={},
    MultiStepDecay=dict(optimizer=optimizer(), milestones=given([2, 3], "[] () array([])"), gamma=from0(0.1)),
    OneCycle=dict(
        optimizer=optimizer(),
        max_lr=above0(1.0) | "[1.0]",
        total_steps=count(9),
        pct_start=share(0.3),
        div_factor=above0(25.0),
        final_div_factor=above0(1e4),
        anneal=word("cosine"),
        three_phase=flag(),
        momentum=given((0.85, 0.95), "None"),
    ),
    OneCycle__momentum_at=dict(step=count0(3)),
    PolynomialDecay=dict(optimizer=optimizer(), total_steps=count(9), power=above0(1.0), min_lr=from0(0.0)),
    ReduceOnPlateau=dict(
        optimizer=optimizer(),
        factor=share(0.1),
        patience=count0(3),
        mode=word("min"),
        threshold=from0(1e-4),
        threshold_mode=word("rel"),
        cooldown=count0(0),
        min_lr=from0(0.0),
        eps=from0(1e-8),
    ),
    ReduceOnPlateau__observe=dict(metric=number(0.5) | "nan inf array0d Value nans"),
    ReduceOnPlateau__plot=dict(
        path=path("plateau.svg"),
        steps=count(5) | "None",
        metrics=given([0.5, 0.4], "None [] () [1.0] array([]) nans Tensor Values"),
    ),
    ReduceOnPlateau__preview=dict(
        steps=count(5) | "None",
        group=given(0, "0"),
        metrics=given([0.5, 0.4], "None [] () [1.0] array([]) nans Tensor Values"),
    ),
    ReduceOnPlateau__state_dict={},
    StepDecay=dict(optimizer=optimizer(), step_size=count(2), gamma=from0(0.1)),
    l1=dict(parameters=parameters()),
    l2=dict(parameters=parameters()),
    elastic_net=dict(parameters=parameters(), l1=from0(0.1), l2=from0(0.1)),
    max_norm=[
        dict(weights=parameters(), limit=above0(1.0)),
        dict(weights=tensor(2, 3, takes="Values"), limit=above0(1.0)),
        dict(weights=values(0.5, 3.0, takes="Values"), limit=above0(1.0)),
    ],
    GradientNoise=dict(
        parameters=parameters() | "[] () array([])", eta=from0(0.01), gamma=from0(0.55), rng=seed()
    ),
    GradientNoise__load_state_dict=dict(state=made(lambda: nn.GradientNoise(weights(), rng=0).state_dict())),
    GradientNoise__state_dict={},
    GradientNoise__step={},
    clip_grad_norm=dict(
        parameters=parameters() | "[] () array([])", max_norm=from0(1.0), norm_type=above0(2.0) | "inf"
    ),
    clip_grad_value=dict(parameters=parameters() | "[] () array([])", clip_value=from0(1.0)),
    Shift=dict(pixels=count0(1)),
    Rotate=dict(degrees=from0(10.0)),
    Elastic=dict(alpha=from0(34.0), sigma=above0(4.0)),
    Augment={"*warps": [made(lambda: nn.Shift(1)), made(lambda: nn.Rotate(5))]},
    **{
        f"{name}____call__": dict(images=array(2, 4, 4), rng=seed())
        for name in ("Shift", "Rotate", "Elastic", "Augment")
    },
    Elastic__field=dict(shape=given((2, 4, 4)), rng=seed(), dtype=dtype()),
    Mixup=dict(alpha=from0(0.2), classes=count(3) | "None"),
    Mixup____call__=dict(x=array(2, 3), y=given(np.array([0, 1])), rng=seed()),
    batches=dict(
        x=array(4, 3), y=array(4), batch_size=count(2), seed=seed(), shuffle=flag(), drop_last=flag()
    ),
    Loader=dict(
        x=array(4, 3),
        y=array(4),
        batch_size=count(2),
        rng=seed(),
        shuffle=flag(),
        augment=given(None, "None [] () function class"),
        drop_last=flag(False),
    ),
    Loader__load_state_dict=dict(state=made(lambda: nn.Loader(np.ones(4), np.ones(4), 2).state_dict())),
    Loader__break_off={},
    Loader__state_dict={},
    save=dict(model=model(), path=path("model.npz")),
    load=dict(model=model(), path=path("saved.npz"), allow_nonfinite=flag()),
)
