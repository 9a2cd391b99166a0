"""Calls of nn: activations, layers, normalization, and networks of Values."""

from __future__ import annotations

import numpy as np

import nn

from .kinds import (
    ARRAYS,
    CALLS,
    above0,
    array,
    axis,
    count,
    count0,
    dtype,
    entries,
    flag,
    from0,
    given,
    made,
    number,
    seed,
    share,
    text,
    values,
    word,
)
from .things import linear, model

for name in ("Identity", "Mish", "ReLU", "SELU", "SiLU", "Sigmoid", "Softplus", "Tanh", "Flatten", "Module"):
    CALLS[f"nn.{name}"] = {}

entries(
    "nn",
    Activation={"name": word("elu"), "*settings": [number(1.0) | "Value Tensor"]},
    Activation____call__=dict(x=array(2, 3, takes=ARRAYS + " Value Values")),
    ELU=dict(alpha=from0(1.0)),
    GELU=dict(approximate=word("none")),
    Hardtanh=dict(low=number(-1.0), high=above0(1.0) | "0"),
    LeakyReLU=dict(slope=from0(0.01)),
    PReLU=dict(channels=count(1), slope=number(0.25) | "Value", dtype=dtype()),
    PReLU____call__=dict(x=array(2, 3, takes=ARRAYS)),
    Swish=dict(beta=number(1.0) | "Value Tensor"),
    Softmax=dict(axis=axis() | "3"),
    Softmax____call__=dict(x=array(2, 3, takes="array0d array75 nans Tensor Values [] [1.0] ()")),
    LogSoftmax=dict(axis=axis() | "3"),
    LogSoftmax____call__=dict(x=array(2, 3, takes="array0d array75 nans Tensor Values [] [1.0] ()")),
    Conv2d=dict(
        nin=count(2),
        nout=count(3),
        kernel=count(3),
        stride=count(1),
        padding=count0(1),
        bias=flag(),
        dtype=dtype(),
        rng=seed() | "None",
    ),
    Conv2d____call__=dict(x=array(2, 2, 4, 4)),
    Embedding=dict(count=count(4), size=count(3), dtype=dtype(), rng=seed() | "None"),
    Embedding____call__=dict(tokens=given([[0, 3]], "3 0 [] () array([])")),
    **dict.fromkeys(
        ("RNN", "LSTM"),
        dict(nin=count(3), hidden=count(4), bias=flag(), dtype=dtype(), rng=seed() | "None"),
    ),
    RNN____call__=dict(x=array(2, 5, 3), state=array(1, 2, 4, takes="None")),
    LSTM____call__=dict(x=array(2, 5, 3), state=given((np.zeros((1, 2, 4)),) * 2, "None")),
    scaled_dot_product_attention=dict(query=array(2, 3), key=array(4, 3), value=array(4, 5), causal=flag()),
    MultiHeadAttention=dict(
        channels=count(6), heads=count(2), causal=flag(), bias=flag(), dtype=dtype(), rng=seed() | "None"
    ),
    MultiHeadAttention____call__=dict(x=array(2, 5, 6)),
    TransformerBlock=dict(
        channels=count(6),
        heads=count(2),
        hidden=count(5) | "None",
        activation=word("relu"),
        causal=flag(),
        bias=flag(),
        norm=given(nn.LayerNorm, "None"),
        dtype=dtype(),
        rng=seed() | "None",
    ),
    TransformerBlock____call__=dict(x=array(2, 5, 6)),
    SAGEConv=dict(nin=count(3), nout=count(2), bias=flag(), dtype=dtype(), rng=seed() | "None"),
    SAGEConv____call__=dict(x=array(4, 3), edges=given([[0, 1], [1, 3]])),
    Linear=dict(nin=count(3), nout=count(2), bias=flag(), dtype=dtype(), rng=seed() | "None"),
    Linear____call__=dict(x=array(2, 3)),
    Dropout=dict(p=share(0.5), rng=seed() | "None"),
    Dropout____call__=dict(x=array(2, 3, takes=ARRAYS + " Value Values")),
    Flatten____call__=dict(x=array(2, 3, takes="[] [1.0] () array([]) array75 nans Tensor Values")),
    Sequential={"*modules": [model(), made(nn.ReLU)]},
    Sequential____call__=dict(x=array(2, 3)),
    BatchNorm1d=dict(
        features=count(3), eps=above0(1e-5), momentum=share(0.1) | "None", affine=flag(), dtype=dtype()
    ),
    BatchNorm1d____call__=dict(x=array(2, 3)),
    BatchNorm2d=dict(
        features=count(3), eps=above0(1e-5), momentum=share(0.1) | "None", affine=flag(), dtype=dtype()
    ),
    BatchNorm2d____call__=dict(x=array(2, 3, 4, 4)),
    LayerNorm=dict(shape=count(3), eps=above0(1e-5), affine=flag(), bias=flag(), dtype=dtype()),
    LayerNorm____call__=dict(x=array(2, 3)),
    RMSNorm=dict(shape=count(3), eps=above0(1e-5) | "None", affine=flag(), dtype=dtype()),
    RMSNorm____call__=dict(x=array(2, 3)),
    Neuron=dict(
        nin=count(2), activation=word("tanh") | "None", dot=flag(), rng=seed() | "None", label=text()
    ),
    Neuron____call__=dict(x=values(1.0, 2.0, takes="Tensor Values")),
    Layer=dict(
        nin=count(2),
        nout=count(3),
        activation=word("tanh") | "None",
        dot=flag(),
        rng=seed() | "None",
        label=text(),
    ),
    Layer____call__=dict(x=values(1.0, 2.0, takes="Values")),
    MLP=dict(
        nin=count(2), nouts=given([3, 1]), activation=word("tanh") | "None", dot=flag(), rng=seed() | "None"
    ),
    MLP____call__=dict(x=values(1.0, 2.0, takes="Values")),
    Neuron__vectorized=dict(dtype=dtype() | "None"),
    Layer__vectorized=dict(dtype=dtype() | "None"),
    MLP__vectorized=dict(dtype=dtype() | "None"),
    Module__scalars={},
    Module__vectorized=dict(dtype=dtype() | "None"),
    Module__load_state_dict=dict(state=made(lambda: linear().state_dict()), allow_nonfinite=flag()),
    seed=dict(number=count0(3)),
    Module__train=dict(mode=flag()),
    Module__eval={},
    Module__modules={},
    Module__named_modules={},
    Module__named_parameters={},
    Module__parameters={},
    Module__state_dict={},
    Module__zero_grad={},
)
