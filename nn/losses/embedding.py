"""Losses for vectors that should be close together or far apart."""

from __future__ import annotations

from typing import Any

import autograd
from autograd import kinds

from ..checks import flag, real
from .examples import Examples, each, inner, largest, root, total

SMALLEST = 1e-12  # added to squared lengths, so that the zero vector has a cosine: 0


def cosine_embedding(x1: Any, x2: Any, target: Any, *, margin: float = 0.0, reduction: str = "mean") -> Any:
    """Compute the cosine embedding loss: 1 - cos for pairs that belong together, else relu(cos - margin).

    cos = x1 · x2 / (|x1| |x2|). ``x1`` and ``x2`` are Tensors or arrays (B, D), or lists of D Values or of
    such lists; ``target`` is +1 (together) or -1 for each pair. Both get gradients. Gradient for x1, with
    target +1: (cos x1 / |x1| - x2 / |x2|) / |x1|, over B for the mean. It is orthogonal to x1, so it turns
    the vector and keeps its length.
    Use it if the direction carries the meaning, as for texts. Not if the length does.
    Raises ValueError for other targets, and for different shapes. Source: the cosine as a measure of
    similarity is G. Salton's, "A vector space model for automatic indexing" (1975).

    >>> from autograd import Value
    >>> round(cosine_embedding([Value(1.0), Value(0.0)], [0.0, 2.0], 1).data, 6)
    1.0
    """
    margin = real(margin, "margin", "cosine_embedding", low=-1.0, high=1.0)

    def loss(x1: Any, x2: Any, sign: Any) -> Any:
        # A root for each: in float32 the product under a single root overflows for lengths above 4e9.
        lengths = autograd.sqrt(inner(x1, x1) + SMALLEST) * autograd.sqrt(inner(x2, x2) + SMALLEST)
        cosine = inner(x1, x2) / lengths
        return kinds.where(sign > 0, 1.0 - cosine, autograd.relu(cosine - margin))

    pairs = Examples("cosine_embedding", x1=x1, x2=x2)
    return pairs.loss(loss, pairs.signs(target), reduction=reduction)


def contrastive(x1: Any, x2: Any, target: Any, *, margin: float = 1.0, reduction: str = "mean") -> Any:
    """Compute the contrastive loss: d**2 / 2 for pairs that belong together, else relu(margin - d)**2 / 2.

    d = |x1 - x2|. Shapes and ``target`` as for :func:`cosine_embedding`; +1 is Y = 0 in the paper, -1 is Y =
    1. Gradient for x1: x1 - x2 for +1; -(margin - d) (x1 - x2) / d for -1 within the margin, else 0 (also at
    d = 0, where there is no direction); over B for the mean.
    Use it to learn a distance from pairs. Not if only the order of distances is known: use :func:`triplet`.
    Raises as :func:`cosine_embedding` does, and for a margin that is not above 0. Source: R. Hadsell, S.
    Chopra and Y. LeCun, "Dimensionality reduction by learning an invariant mapping" (2006).

    >>> from autograd import Tensor
    >>> contrastive(Tensor([[3.0, 4.0], [0.0, 0.5]]), [[0.0, 0.0]] * 2, [1, -1], reduction="none").data
    array([12.5  ,  0.125])
    """
    margin = real(margin, "margin", "contrastive", low=0.0, open_low=True)

    def loss(x1: Any, x2: Any, sign: Any) -> Any:
        squared = total(each(_squared_difference, x1, x2))
        short = autograd.relu(margin - root(squared))
        return kinds.where(sign > 0, 0.5 * squared, 0.5 * short * short)

    pairs = Examples("contrastive", x1=x1, x2=x2)
    return pairs.loss(loss, pairs.signs(target), reduction=reduction)


def triplet(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    margin: float = 1.0,
    p: float = 2.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """Compute the triplet loss: relu(d(anchor, positive) - d(anchor, negative) + margin).

    d is the distance in the ``p``-norm: sum(|x - y|**p)**(1 / p). With ``swap`` the positive replaces the
    anchor where it is closer to the negative. All three are Tensors or arrays (B, D), or lists of D Values or
    of such lists, and get gradients. Gradient for the anchor, within the margin: the unit vector away from
    the positive minus the one away from the negative; over B for the mean; 0 where a distance is 0, which has
    no direction.
    Use it if only relative distances are known: faces, retrieval. Not with random triplets: soon nearly all
    are beyond the margin and teach nothing, so look for hard ones.
    Raises ValueError for different shapes, a margin that is not above 0, a p below 1. Source: F. Schroff, D.
    Kalenichenko and J. Philbin, "FaceNet" (2015), there with squared distances; swap: V. Balntas et al.,
    "Learning local feature descriptors with triplets and shallow convolutional neural networks" (2016).

    >>> from autograd import Value
    >>> triplet([Value(0.0)], [Value(1.0)], [Value(1.5)]).data
    0.5
    """
    margin = real(margin, "margin", "triplet", low=0.0, open_low=True)
    p = real(p, "p", "triplet", low=1.0)
    flag(swap, "swap", "triplet")

    def loss(anchor: Any, positive: Any, negative: Any) -> Any:
        far = _distance(anchor, negative, p)
        if swap:
            far = autograd.minimum(far, _distance(positive, negative, p))
        return autograd.relu(_distance(anchor, positive, p) - far + margin)

    triplets = Examples("triplet", anchor=anchor, positive=positive, negative=negative)
    return triplets.loss(loss, reduction=reduction)


def _squared_difference(x: Any, y: Any) -> Any:
    difference = x - y
    return difference * difference


def _distance(x: Any, y: Any, p: float) -> Any:
    if p == 2:
        return root(total(each(_squared_difference, x, y)))
    if p == 1:
        return total(each(lambda x, y: autograd.abs(x - y), x, y))
    sizes = each(lambda x, y: autograd.abs(x - y), x, y)
    # Relative to the largest, no power overflows and no sum underflows. The distance does not depend on this
    # scale, so it is data and needs no gradient.
    unit = largest(sizes)
    unit = kinds.where(unit > 0.0, unit, 1.0)
    powers = total(each(lambda size: (size / unit) ** p, sizes))
    some = powers > 0.0
    return unit * kinds.where(some, kinds.where(some, powers, 1.0) ** (1.0 / p), 0.0 * powers)
