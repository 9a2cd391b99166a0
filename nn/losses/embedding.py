"""Losses of vectors that should be near one another or far apart."""

from __future__ import annotations

from typing import Any

import autograd
from autograd import kinds

from ..checks import flag, real
from .examples import Examples, each, inner, largest, root, total

SMALLEST = 1e-12  # added to squared lengths, so that the zero vector has a cosine: 0


def cosine_embedding(x1: Any, x2: Any, target: Any, *, margin: float = 0.0, reduction: str = "mean") -> Any:
    """Cosine embedding loss: 1 - cos for pairs that belong together, relu(cos - margin) for others.

    cos = x1 · x2 / (|x1| |x2|). ``x1`` and ``x2`` are Tensors or arrays (B, D), or lists of D Values or of
    such lists; ``target`` is +1 (together) or -1 for each pair. Gradients go to both.
    Gradient to x1, for +1: (cos x1 / |x1| - x2 / |x2|) / |x1|, over B for the mean: at right angles to x1, so
    that it turns the vector and leaves its length.
    Use it where the direction carries the meaning: texts, sentences. Not where the length does.
    Raises ValueError for other targets, and shapes that differ. Source: the cosine as a measure of likeness
    is G. Salton's, "A vector space model for automatic indexing" (1975).

    >>> from autograd import Value
    >>> round(cosine_embedding([Value(1.0), Value(0.0)], [0.0, 2.0], 1).data, 6)
    1.0
    """
    margin = real(margin, "margin", "cosine_embedding", low=-1.0, high=1.0)

    def loss(x1: Any, x2: Any, sign: Any) -> Any:
        # One root each: in float32 the product under one root overflows from lengths of 4e9 on.
        lengths = autograd.sqrt(inner(x1, x1) + SMALLEST) * autograd.sqrt(inner(x2, x2) + SMALLEST)
        cosine = inner(x1, x2) / lengths
        return kinds.where(sign > 0, 1.0 - cosine, autograd.relu(cosine - margin))

    pairs = Examples("cosine_embedding", x1=x1, x2=x2)
    return pairs.loss(loss, pairs.signs(target), reduction=reduction)


def contrastive(x1: Any, x2: Any, target: Any, *, margin: float = 1.0, reduction: str = "mean") -> Any:
    """Contrastive loss: d**2 / 2 for pairs that belong together, relu(margin - d)**2 / 2 for others.

    d = |x1 - x2|. Shapes and ``target`` as for :func:`cosine_embedding`: +1 is Y = 0 of the paper, -1 is Y =
    1. Gradient to x1: x1 - x2 for +1; -(margin - d) (x1 - x2) / d for -1 within the margin, else 0 (also at d
    = 0, where it has no direction); over B for the mean.
    Use it to learn a distance from pairs. Not where only the order of distances is known: that is
    :func:`triplet`.
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
    """Triplet loss: relu(d(anchor, positive) - d(anchor, negative) + margin).

    d is the distance in the ``p``-norm: sum(|x - y|**p)**(1 / p). With ``swap`` the positive stands in for
    the anchor where it is nearer to the negative. All three are Tensors or arrays (B, D), or lists of D
    Values or of such lists. Gradients go to all three.
    Gradient to the anchor, within the margin: the unit vector away from the positive minus that away from the
    negative; over B for the mean; 0 where a distance is 0, which has no direction.
    Use it where one only knows what is nearer to what: faces, retrieval. Not with triplets taken at random:
    soon nearly all are beyond the margin and teach nothing, so hard ones must be looked for.
    Raises ValueError for shapes that differ, a margin that is not above 0, a p below 1. Source: F. Schroff,
    D. Kalenichenko and J. Philbin, "FaceNet" (2015), there with squared distances; swap: V. Balntas et al.,
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
    # In units of the largest, no power overflows, nor does the sum become 0. The distance does not depend on
    # the unit, so nothing has to be differentiated to it: it is data.
    unit = largest(sizes)
    unit = kinds.where(unit > 0.0, unit, 1.0)
    powers = total(each(lambda size: (size / unit) ** p, sizes))
    some = powers > 0.0
    return unit * kinds.where(some, kinds.where(some, powers, 1.0) ** (1.0 / p), 0.0 * powers)
