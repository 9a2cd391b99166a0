"""Losses for yes-or-no questions. A logit is a score whose sigmoid is the probability of yes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd
from autograd import elementary, kinds, ops

from ..checks import real
from .elements import is_array, per_element, raw
from .targets import bits, bounded, signs, within

LOWEST = -100.0  # logarithms of probabilities are clipped to this
TINIEST = math.exp(LOWEST)
HOPELESS = -100.0  # a logit whose sigmoid, 4e-44, vanishes next to 1 in any float


def binary_cross_entropy(probability: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Compute the binary cross-entropy of probabilities: -(t log(p) + (1 - t) log(1 - p)).

    Gradient: (p - t) / (p (1 - p)), over n for the mean. Logarithms are clipped to -100, so that a wrong
    answer given as certain costs 100. There the gradient is 0; in float32 from -87, where 1 / p overflows.
    Shapes: a Tensor or array of any shape, a Value or (nested) list of Values, and targets of the same shape,
    from 0 to 1.
    Use it if a model gives only probabilities. Not if you have the logits, since a sigmoid may
    round to 0 or 1: use :func:`binary_cross_entropy_with_logits`.
    Raises ValueError for numbers outside 0 to 1, and for different shapes. Source: I. J. Good, "Rational
    decisions" (1952); D. R. Cox, "The regression analysis of binary sequences" (1958).

    >>> from autograd import Value
    >>> round(binary_cross_entropy([Value(0.5), Value(1.0)], [1, 1]).data, 4)
    0.3466
    """

    def loss(p: Any, t: Any) -> Any:
        return -(t * _log(p) + (1.0 - t) * _log_of_the_rest(p))

    return per_element(
        "binary_cross_entropy", loss, probability, target, reduction, _PROBABILITIES, "probability"
    )


def binary_cross_entropy_with_logits(
    logit: Any, target: Any, *, positive_weight: float = 1.0, reduction: str = "mean"
) -> Any:
    """Compute the binary cross-entropy of logits: -(t log(sigmoid(x)) + (1 - t) log(1 - sigmoid(x))).

    It is computed as t softplus(-x) + (1 - t) softplus(x), which is exact for logits of any size.
    ``positive_weight`` multiplies the term with t: above 1, a missed yes costs more than a false one.
    Gradient: sigmoid(x) - t; with a positive weight w, (1 - t) sigmoid(x) - w t sigmoid(-x); over n for the
    mean. Shapes as for :func:`binary_cross_entropy`.
    Use it for two classes, and for several labels that can hold together. Not for exclusive classes: use
    :func:`cross_entropy`.
    Raises ValueError for targets outside 0 to 1, and for different shapes. Source: as for
    :func:`binary_cross_entropy`.

    >>> from autograd import Tensor
    >>> logits = Tensor([0.0, 10000.0, 10000.0])
    >>> loss = binary_cross_entropy_with_logits(logits, [1, 1, 0], reduction="sum")
    >>> loss.backward()
    >>> round(loss.item(), 4), logits.grad.tolist()
    (10000.6931, [-0.5, 0.0, 1.0])
    """
    caller = "binary_cross_entropy_with_logits"
    weight = real(positive_weight, "positive_weight", caller, low=0.0)

    def loss(x: Any, t: Any) -> Any:
        return weight * t * autograd.softplus(-x) + (1.0 - t) * autograd.softplus(x)

    def check(caller: str, logit: Any, target: Any) -> None:
        bounded(caller, "target", target, 0.0, 1.0)

    return per_element(caller, loss, logit, target, reduction, check, "logit")


def hinge(score: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Compute the hinge loss of a classifier with two classes: relu(1 - target * score).

    ``target`` is +1 or -1; a score on the right side by at least 1 costs nothing. Shapes as for
    :func:`binary_cross_entropy`. Gradient: -target if target * score < 1, else 0 (also at 1); over n for the
    mean.
    Use it for a decision with a margin, as in a support-vector machine: only points near the boundary pull.
    Not if the score is to become a probability.
    Raises ValueError for other targets, and for different shapes. Source: C. Cortes and V. Vapnik,
    "Support-vector networks" (1995).

    >>> from autograd import Value
    >>> hinge([Value(0.5), Value(-3.0)], [1, -1]).data
    0.25
    """
    return per_element(
        "hinge", lambda x, t: autograd.relu(1.0 - x * t), score, target, reduction, signs, "score"
    )


def focal(
    logit: Any, target: Any, *, gamma: float = 2.0, alpha: float | None = 0.25, reduction: str = "mean"
) -> Any:
    """Compute the focal loss, a cross-entropy that discounts easy examples: -a (1 - q)**gamma log(q).

    q is the probability of the right answer: sigmoid(x) for target 1, 1 - sigmoid(x) for target 0. a is
    ``alpha`` for target 1 and 1 - alpha for target 0, or 1 for both if it is None. With gamma = 0 and no
    alpha this is the binary cross-entropy. Gradient for target 1: a (1 - q)**gamma (gamma q log(q) + q - 1),
    for target 0 its negative; over n for the mean. Shapes as for :func:`binary_cross_entropy`; targets are 0
    or 1. For C classes, the targets are one_hot(label) with logits (B, C): a yes or no for each class, as in
    the paper, without a softmax.
    Use it if easy negatives outnumber the rest by thousands, as in detection. Not if probabilities must be
    calibrated: it is not a proper score, its minimum is nearer to 1/2 than the truth.
    Raises ValueError for other targets, a gamma below 0, an alpha outside 0 to 1. Source: T.-Y. Lin, P.
    Goyal, R. Girshick, K. He and P. Dollár, "Focal loss for dense object detection" (2017).

    >>> from autograd import Value
    >>> easy, hard = Value(3.0), Value(-3.0)
    >>> costs = focal([easy, hard], [1, 1], alpha=None, reduction="none")
    >>> print(*(f"{cost.data:.5f}" for cost in costs))
    0.00011 2.76628
    >>> import numpy as np
    >>> labels = np.array([2, 0])
    >>> focal(np.zeros((2, 3)), np.eye(3)[labels], reduction="none").shape
    (2, 3)
    """
    gamma = real(gamma, "gamma", "focal", low=0.0)
    if alpha is not None:
        alpha = real(alpha, "alpha", "focal", low=0.0, high=1.0, closed_high=True)

    def loss(x: Any, t: Any) -> Any:
        margin = x * (2.0 * t - 1.0)  # the logit of the right answer
        cost = autograd.softplus(-margin)
        if gamma:
            # (1 - q)**gamma from its logarithm: a power of a number that rounds to 0 has no slope. Where q is
            # nearly 0 it is 1 with slope 0, which must not meet an infinite cost.
            lost = margin < HOPELESS
            weight = autograd.exp(-gamma * autograd.softplus(kinds.where(lost, 0.0, margin)))
            cost = kinds.where(lost, cost, weight * kinds.where(lost, 0.0, cost))
        return cost if alpha is None else (alpha * t + (1.0 - alpha) * (1.0 - t)) * cost

    return per_element("focal", loss, logit, target, reduction, bits, "logit")


_PROBABILITIES = within(0.0, 1.0, "probability", "for logits: binary_cross_entropy_with_logits")


def _log(p: Any) -> Any:
    """Compute log(p), clipped to -100; where 1 / p overflows the dtype, the slope is 0."""
    lowest: Any = LOWEST
    steepest = TINIEST
    if (
        is_array(p) and p.dtype.kind == "f"
    ):  # in float32, 1 / p overflows below log(p) = -87, and the logits behind a sigmoid would get inf
        numbers, limits = raw(p), np.finfo(p.dtype)
        steepest = max(TINIEST, float(limits.tiny))
        lowest = np.where(numbers > TINIEST, np.log(np.maximum(numbers, limits.smallest_subnormal)), LOWEST)
    return kinds.where(p > steepest, ops.log(kinds.where(p > steepest, p, 1.0)), lowest)


def _log_of_the_rest(p: Any) -> Any:
    """Compute log(1 - p), clipped to -100; no float below 1 gives less than -37."""
    return kinds.where(p < 1.0, elementary.log1p(kinds.where(p < 1.0, -p, 0.0)), LOWEST)
