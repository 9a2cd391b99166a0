"""Calls of nn: losses, each of arrays and of Values."""

from __future__ import annotations

import numpy as np

from autograd import Tensor

from .kinds import (
    CALLS,
    NUMBERS,
    Argument,
    above0,
    entries,
    flag,
    from0,
    given,
    made,
    share,
    tensor,
    value,
    values,
    word,
)

REDUCTION = dict(reduction=word("mean"))
TARGET = "3 -1 0 2.5 True array0d Value"  # where one number is wanted


def of_numbers(
    name: str, target: float, prediction: str = "prediction", answers: str = TARGET, **options: Argument
) -> None:
    many = np.full(2, target)
    CALLS[f"nn.{name}"] = [
        {
            prediction: tensor(2, takes="Tensor Values"),
            "target": given(many, "Tensor"),
            **options,
            **REDUCTION,
        },
        {
            prediction: value(0.5, NUMBERS + " nan Value"),
            "target": given(target, answers),
            **options,
            **REDUCTION,
        },
    ]


of_numbers("mse", 1.0)
of_numbers("mae", 1.0)
of_numbers("huber", 1.0, delta=above0(1.0))
of_numbers("poisson_nll", 1.0, log_rate=flag(), full=flag(), eps=from0(1e-8))
of_numbers("hinge", 1.0, "score")
of_numbers("focal", 1.0, "logit", gamma=from0(2.0), alpha=share(0.25) | "None")
of_numbers("binary_cross_entropy", 1.0, "probability")
of_numbers("binary_cross_entropy_with_logits", 1.0, "logit", positive_weight=from0(1.0))

SMALL = "nans Tensor Values"
VECTORS = dict(x1=tensor(2, 3), x2=tensor(2, 3), target=given([1, -1]))
VECTOR = dict(
    x1=values(0.5, 1.0, takes="Values"), x2=values(1.0, 2.0, takes="Values Tensor"), target=given(1, "-1")
)
CLASSES = dict(target=given([0, 1]), class_weights=given([1.0, 2.0, 3.0], "None"))
CLASS = dict(target=given(1, "0 3"), class_weights=given([1.0, 2.0], "None Tensor"))
ENTROPY = dict(label_smoothing=share(0.1), ignore_index=given(-1, "None 3 -1 0"))
PAIRS = dict(anchor=tensor(2, 3), positive=tensor(2, 3), negative=tensor(2, 3))
PAIR = dict(
    anchor=values(0.5, 1.0, takes="Values"),
    positive=values(1.0, 2.0, takes="Values Tensor"),
    negative=values(3.0, 2.0, takes="Values Tensor"),
)
TRIPLET = dict(margin=above0(1.0), p=above0(2.0), swap=flag())
MASKS = [
    dict(prediction=tensor(2, 3), target=given(np.eye(2, 3)), smooth=from0(1.0), **REDUCTION),
    dict(prediction=values(0.5, 1.0), target=given([0.0, 1.0]), smooth=from0(1.0), **REDUCTION),
]
LOGARITHMS = made(lambda: Tensor(np.log(np.full((2, 3), 1 / 3))))
entries(
    "nn",
    cosine_embedding=[dict(call, margin=share(0.0) | "-1", **REDUCTION) for call in (VECTORS, VECTOR)],
    contrastive=[dict(call, margin=above0(1.0), **REDUCTION) for call in (VECTORS, VECTOR)],
    triplet=[dict(call, **TRIPLET, **REDUCTION) for call in (PAIRS, PAIR)],
    dice=MASKS,
    iou=MASKS,
    cross_entropy=[
        dict(logits=tensor(2, 3), **CLASSES, **ENTROPY, **REDUCTION),
        dict(logits=values(0.5, 1.0, takes="Values"), **CLASS, **ENTROPY, **REDUCTION),
        dict(logits=tensor(2, 3), target=given([0, 1])),
    ],
    nll=[
        dict(log_probabilities=LOGARITHMS, **CLASSES, ignore_index=ENTROPY["ignore_index"], **REDUCTION),
        dict(
            log_probabilities=values(-0.5, -1.0), **CLASS, ignore_index=ENTROPY["ignore_index"], **REDUCTION
        ),
    ],
    kl_divergence=[
        dict(
            log_probabilities=LOGARITHMS,
            target=given(np.full((2, 3), 1 / 3)),
            log_target=flag(False),
            **REDUCTION,
        ),
        dict(
            log_probabilities=values(-0.5, -1.0),
            target=given([0.5, 0.5], "Tensor Values"),
            log_target=flag(False),
            **REDUCTION,
        ),
    ],
    multiclass_hinge=[
        dict(
            scores=tensor(2, 3),
            target=CLASSES["target"],
            margin=from0(1.0),
            power=given(1),
            class_weights=CLASSES["class_weights"],
            **REDUCTION,
        ),
        dict(
            scores=values(0.5, 1.0, takes="Values"),
            target=given(1, "0"),
            margin=from0(1.0),
            power=given(1),
            class_weights=CLASS["class_weights"],
            **REDUCTION,
        ),
    ],
)
