"""Losses for a choice among C classes. Logits are scores whose softmax gives the probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from autograd import Tensor, kinds
from autograd.array_ops import ArrayOp, log_softmax
from autograd.rows import Draw

from ..checks import array, flag, real, whole
from ..precision import HALF, wide
from .elements import (
    check_dtype,
    check_reduction,
    first,
    float_dtype,
    is_array,
    looked_at,
    raw,
    reduced,
    unpacked,
)
from .examples import Examples, each, total, weighted
from .targets import bounded, labels, one_hot, places, shares, weight_of_each_class


def cross_entropy(
    logits: Any,
    target: Any,
    *,
    class_weights: Any = None,
    label_smoothing: float = 0.0,
    ignore_index: int | None = None,
    reduction: str = "mean",
) -> Any:
    """Compute the cross-entropy of logits and the right class: -log(softmax(logits)[target]).

    ``logits`` is a Tensor or array (B, C) and ``target`` integers (B,) from 0 to C-1; or a list of C Values
    and one integer, or a list of such lists and a list of integers. Soft targets, as from mixup or a teacher,
    are probabilities: floats in the shape of the logits. With soft targets t the loss is
    -sum(t log(softmax(logits))). Targets are data and get no gradient.
    It is stable for logits of any size, and for a logit of -inf, which rules a class out. Reshape scores with
    more axes, such as one per pixel, to (B, C) first, with the classes last.

    - ``class_weights`` (C,): the weight of each class. The mean is then weighted:
      sum(weight * loss) / sum(weight). With soft targets each term is weighted, and the mean is over B.
    - ``label_smoothing`` e: the target becomes (1 - e) one_hot(target) + e / C.
    - ``ignore_index``: a label outside the classes, for unlabelled examples, which do not count.

    Gradient: softmax(logits) - one_hot(target), over B for the mean.
    Use it for exclusive classes. Not if several may hold: use :func:`binary_cross_entropy_with_logits`.
    Raises TypeError for labels that are not integers, IndexError for one that is not a class, ValueError for
    shapes that do not fit and for a mean over nothing. Source: J. S. Bridle, "Probabilistic interpretation of
    feedforward classification network outputs" (1990); smoothing: C. Szegedy et al., "Rethinking the
    Inception architecture for computer vision" (2016).

    >>> logits = Tensor([[0.0, 0.0], [1000.0, 0.0]])
    >>> loss = cross_entropy(logits, np.array([0, 0]))
    >>> loss.backward()
    >>> round(loss.item(), 4), logits.grad.tolist()
    (0.3466, [[-0.25, 0.25], [0.0, 0.0]])
    >>> from autograd import Value
    >>> round(cross_entropy([Value(0.0), Value(0.0)], 1).data, 4)
    0.6931
    """
    logits = unpacked(logits)
    if is_array(logits) and logits.dtype == HALF:
        return cross_entropy(
            wide(logits), target, class_weights=class_weights, label_smoothing=label_smoothing,
            ignore_index=ignore_index, reduction=reduction,
        ).astype(np.float16)  # fmt: skip
    has_options = class_weights is not None or ignore_index is not None or label_smoothing
    of_values = not is_array(logits) or logits.dtype.hasobject
    if of_values and not has_options and _is_traced(target):
        rows = logits.tolist() if is_array(logits) else logits
        if not isinstance(target, (list, tuple, np.ndarray)):
            return -autograd.take(autograd.log_softmax(rows), target)
        pairs = zip(rows, target, strict=True)
        return reduced([-autograd.take(autograd.log_softmax(row), label) for row, label in pairs], reduction)
    plain = not has_options and reduction == "mean"
    if (
        plain
        and is_array(logits)
        and logits.ndim == 2
        and array(raw(target), "target", "cross_entropy").ndim == 1
    ):
        check_dtype("cross_entropy", logits, "logits", "f")
        target = labels("cross_entropy", target, logits.shape, "logits")
        log_probabilities = log_softmax.on_array(looked_at(logits), axis=1)
        # Flat indices of the right classes: picking 100 numbers from a flat array takes a third of the time.
        order = "F" if log_probabilities.flags.f_contiguous else "C"
        right = places("cross_entropy", target, logits.shape, order)
        return cross_entropy_row(logits, target=target, right=right, log_probabilities=log_probabilities)
    examples = Examples("cross_entropy", logits=logits)
    check_reduction(reduction, "cross_entropy")
    options = (class_weights, label_smoothing, ignore_index)
    counts, over = _shares(examples, target, *options, reduction=reduction)
    if not examples.are_arrays:
        return examples.loss(
            lambda row, counts: -weighted(counts, autograd.log_softmax(row)),
            counts, reduction=reduction, weight=over,
        )  # fmt: skip
    (logits,) = examples.batches
    log_probabilities = log_softmax.on_array(looked_at(logits), axis=1)
    if log_probabilities.flags.f_contiguous:  # arrays with the same memory order combine fastest
        counts = np.asfortranarray(counts)
    return expected_cross_entropy_row(
        logits,
        counts=counts.astype(float_dtype(logits)),
        over=over if reduction == "mean" else 1.0,
        axis=1 if reduction == "none" else None,
        log_probabilities=log_probabilities,
    )


def _is_traced(target: Any) -> bool:
    """Check whether it contains placeholders for whole numbers, in a function that is being traced."""
    if isinstance(target, (list, tuple, np.ndarray)):
        return any(map(_is_traced, target))
    return hasattr(type(target), "_take")


def nll(
    log_probabilities: Any,
    target: Any,
    *,
    class_weights: Any = None,
    ignore_index: int | None = None,
    reduction: str = "mean",
) -> Any:
    """Compute the negative log-likelihood: minus the log-probability of the right class.

    Shapes, ``class_weights``, ``ignore_index`` and soft targets as for :func:`cross_entropy`, which equals
    this loss of log_softmax(logits). Gradient: -one_hot(target), over B for the mean.
    Use it if a model ends in log-probabilities. Not for probabilities, nor for logits, which need a softmax
    first.
    Raises as :func:`cross_entropy` does, and ValueError for a log-probability above 0. Source: R. A. Fisher,
    "On the mathematical foundations of theoretical statistics" (1922), maximum likelihood.

    >>> from math import log
    >>> nll(Tensor([[log(0.5), log(0.5)], [log(0.25), log(0.75)]]), [0, 0], reduction="none").data
    array([0.69314718, 1.38629436])
    """
    examples = Examples("nll", log_probabilities=log_probabilities)
    _check_logarithms("nll", examples.numbers()[0])
    check_reduction(reduction, "nll")
    counts, over = _shares(examples, target, class_weights, 0.0, ignore_index, reduction=reduction)
    return examples.loss(lambda row, counts: -weighted(counts, row), counts, reduction=reduction, weight=over)


def kl_divergence(
    log_probabilities: Any, target: Any, *, log_target: bool = False, reduction: str = "mean"
) -> Any:
    """Compute the Kullback-Leibler divergence of prediction from target: sum(t (log(t) - log(p))).

    ``log_probabilities`` is log(p), as from log_softmax; ``target`` is t, or log(t) with ``log_target``. Both
    are (B, C), one distribution per row, or lists of Values as for :func:`cross_entropy`. Where t is 0, the
    term is 0. The loss of an example is the sum over its classes, so "mean" here is PyTorch's "batchmean".
    Gradient: -t for log(p), log(t) - log(p) + 1 for t; over B for the mean.
    Use it to bring one distribution close to another: distillation, variational inference. Not if the target
    is a label: log(t) is then constant, and :func:`cross_entropy` does the same with less work.
    Raises ValueError for a log-probability above 0, a target below 0, and different shapes. Source: S.
    Kullback and R. A. Leibler, "On information and sufficiency" (1951).

    >>> logits = Tensor([[0.0, 0.0]])
    >>> round(kl_divergence(logits.log_softmax(), [[1.0, 0.0]]).item(), 4)
    0.6931
    """
    flag(log_target, "log_target", "kl_divergence")
    examples = Examples("kl_divergence", log_probabilities=log_probabilities, target=target)
    predicted, given = examples.numbers()
    _check_logarithms("kl_divergence", predicted)
    if log_target:
        _check_logarithms("kl_divergence", given)
    else:
        bounded("kl_divergence", "target", given, 0.0, hint="probabilities; log_target=True takes logarithms")
    terms = _relative_entropy_of_logarithms if log_target else _relative_entropy
    return examples.loss(lambda row, t: total(each(terms, row, t)), reduction=reduction)


def multiclass_hinge(
    scores: Any,
    target: Any,
    *,
    margin: float = 1.0,
    power: int = 1,
    class_weights: Any = None,
    reduction: str = "mean",
) -> Any:
    """Compute the multi-class hinge loss: the right score should lead every other by ``margin``.

    With y the right class: sum over j != y of relu(margin - scores[y] + scores[j])**power, over C. ``power``
    is 1 or 2. ``class_weights`` multiply the loss of an example, without changing the divisor of the mean.
    Shapes as for :func:`cross_entropy`.
    Gradient, with power 1: 1 / C to each score within the margin, and minus their sum to the right one; over
    B for the mean.
    Use it if only the order of the scores matters. Not if they are to become probabilities.
    Raises as :func:`cross_entropy` does. Source: J. Weston and C. Watkins, "Support vector machines for
    multi-class pattern recognition" (1999), there without the division by C.

    >>> multiclass_hinge(Tensor([[2.0, 1.5, 0.0]]), [0]).item() == (1 - 2 + 1.5) / 3
    True
    """
    margin = real(margin, "margin", "multiclass_hinge", low=0.0)
    whole(power, "power", "multiclass_hinge", 1, 2)
    examples = Examples("multiclass_hinge", scores=scores)
    classes = examples.shape[1]
    chosen = labels("multiclass_hinge", examples.listed(target), examples.shape, "scores")
    right = one_hot("multiclass_hinge", chosen, examples.shape)
    weights = weight_of_each_class("multiclass_hinge", class_weights, classes, "scores")
    others = (1.0 - right) * weights[chosen, None]

    def loss(row: Any, right: Any, others: Any) -> Any:
        lead = weighted(right, row) - margin

        def shortfall(score: Any, counts: Any) -> Any:
            some = counts != 0  # exclude the right one: it may be infinite, and has no lead over itself
            short = autograd.relu(kinds.where(some, score, 0.0) - kinds.where(some, lead, 0.0))
            return short if power == 1 else short * short

        return weighted(others, each(shortfall, row, others)) / float(classes)

    return examples.loss(loss, right, others, reduction=reduction)


def _shares(examples: Examples, target: Any, *options: Any, reduction: str) -> tuple[np.ndarray, float]:
    """Return the weight of each log-probability (B, C), and the divisor of the mean."""
    counts, over = shares(examples.caller, examples.listed(target), examples.shape, examples.name, *options)
    if not over and reduction == "mean":
        raise ValueError(
            f"{examples.caller}: every label is ignored or of a class with weight 0; there is nothing to "
            "take the mean of (reduction='sum' gives 0)"
        )
    return counts, over


def _check_logarithms(caller: str, log_probabilities: np.ndarray) -> None:
    # Allow a little above 0: float32 logarithms are rounded.
    hint = "logarithms of probabilities, such as log_softmax gives"
    above = log_probabilities > 1e-5
    if above.any():
        raise ValueError(
            f"{caller}: got the log-probability {log_probabilities[above][0]:g}, at index {first(above)}; "
            f"expected numbers of at most 0 ({hint})"
        )


def _relative_entropy(log_p: Any, t: Any) -> Any:
    some = t > 0
    ratio = autograd.log(kinds.where(some, t, 1.0)) - kinds.where(some, log_p, 0.0)
    return kinds.where(some, t, 0.0) * ratio


def _relative_entropy_of_logarithms(log_p: Any, log_t: Any) -> Any:
    some = log_t > -np.inf
    return autograd.exp(log_t) * (kinds.where(some, log_t, 0.0) - kinds.where(some, log_p, 0.0))


def _flat(array: np.ndarray) -> np.ndarray:
    """View all elements flat, in memory order."""
    return array.ravel(order="K")


def _mean_nll(logits: Any, *, target: np.ndarray, right: np.ndarray, log_probabilities: np.ndarray) -> Any:
    """Compute minus the mean log-probability of the right class."""
    return 0.0 - np.add.reduce(_flat(log_probabilities)[right]) / len(target)  # a bare minus gives -0.0


def _to_logits(
    out: Any, logits: Any, *, target: np.ndarray, right: np.ndarray, log_probabilities: np.ndarray
) -> Any:
    """Compute (softmax(logits) - one_hot(target)) / B from the existing logarithms."""

    def share(g: Any) -> Any:
        if isinstance(g, Tensor):  # to differentiate again: as a function of the logits
            one_hot = np.zeros(logits.shape, logits.dtype)
            one_hot[np.arange(len(target)), target] = 1
            return (autograd.softmax(logits) - one_hot) * (g / float(len(target)))
        error = np.exp(log_probabilities)
        _flat(error)[right] -= 1
        error *= g / len(target)
        return error

    return share


def _example(draw: Draw) -> Any:
    logits, target = draw(4, 3), np.array([0, 2, 2, 1])
    log_probabilities = log_softmax.on_array(logits, axis=1)
    order = "F" if log_probabilities.flags.f_contiguous else "C"
    right = places("cross_entropy", target, logits.shape, order)
    return (logits,), {"target": target, "right": right, "log_probabilities": log_probabilities}


# One node for softmax, logarithm, selection and mean.
cross_entropy_row = ArrayOp(
    "cross_entropy", "cross_entropy",
    on_array=_mean_nll,
    partials=(_to_logits,),
    examples=(_example,),
    plain=lambda logits, *, target, **_: -log_softmax(logits, axis=1)[np.arange(len(target)), target].mean(),
)  # fmt: skip


def _expected_nll(
    logits: Any, *, counts: np.ndarray, over: float, axis: int | None, log_probabilities: np.ndarray
) -> Any:
    """Sum minus the log-probabilities with their weights, for each example or for all."""
    terms = np.where(counts, log_probabilities, 0)  # those with weight 0 may be infinite
    terms *= counts
    return 0.0 - terms.sum(axis=axis) / over


def _expected_to_logits(
    out: Any,
    logits: Any,
    *,
    counts: np.ndarray,
    over: float,
    axis: int | None,
    log_probabilities: np.ndarray,
) -> Any:
    """Compute softmax(logits) * (sum of the example's weights) - weights."""

    def share(g: Any) -> Any:
        of_examples = (g / over).reshape(-1, 1)  # or a single one for all examples
        total = counts.sum(axis=1, keepdims=True)
        if isinstance(g, Tensor):  # to differentiate again: as a function of the logits
            return (autograd.softmax(logits) * total - counts) * of_examples
        error = np.exp(log_probabilities)
        error *= total
        error -= counts
        error *= of_examples
        return error

    return share


def _expected_example(axis: int | None) -> Any:
    def draw_one(draw: Draw) -> Any:
        logits = draw(4, 3)
        counts = np.array([[1.0, 0.0, 0.0], [0.25, 0.5, 0.25], [0.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
        log_probabilities = log_softmax.on_array(logits, axis=1)
        return (logits,), {
            "counts": counts,
            "over": 3.0,
            "axis": axis,
            "log_probabilities": log_probabilities,
        }

    return draw_one


def _plain_expected(logits: Any, *, counts: np.ndarray, over: float, axis: int | None, **_: Any) -> Any:
    some = counts != 0
    return -(kinds.where(some, log_softmax(logits, axis=1), 0.0) * counts).sum(axis=axis) / over


# One node again, for soft targets, weights, smoothing and ignored labels.
expected_cross_entropy_row = ArrayOp(
    "expected_cross_entropy", "cross_entropy",
    on_array=_expected_nll,
    partials=(_expected_to_logits,),
    examples=(_expected_example(None), _expected_example(1)),
    plain=_plain_expected,
)  # fmt: skip
