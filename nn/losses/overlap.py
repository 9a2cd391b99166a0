"""Losses of masks: how little two regions overlap, of which one is drawn in probabilities."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..checks import real
from .elements import beside, check_same_shape, first, is_array
from .examples import Examples, inner, total
from .targets import bounded


def dice(prediction: Any, target: Any, *, smooth: float = 1.0, reduction: str = "mean") -> Any:
    """Dice loss: 1 - (2 sum(p t) + smooth) / (sum(p**2) + sum(t**2) + smooth), for each example.

    ``prediction`` are probabilities and ``target`` is 0 or 1, or a probability too: Tensors or arrays (B,
    ...), of which the first axis counts examples; or lists of N Values, one mask, or of such lists.
    ``smooth`` makes the loss of two empty masks 0 and keeps gradients near there small; 0 is the paper's
    equation. Gradient, with i and s for the fraction's upper and lower part: 2 (p i - t s) / s**2; over B for
    the mean. Use it for regions that are small beside the background, which would drown them in a mean over
    pixels. Not alone where probabilities should be calibrated, or from a start where nothing overlaps: it is
    flat there. Raises ValueError for numbers outside 0 to 1, and shapes that differ. Source: F. Milletari, N.
    Navab and S.-A. Ahmadi, "V-Net" (2016), after L. R. Dice, "Measures of the amount of ecologic association
    between species" (1945).

    >>> from autograd import Tensor
    >>> dice(Tensor([[1.0, 1.0, 0.0, 0.0]]), [[1, 0, 0, 0]], smooth=0.0).item() == 1 - 2 / 3
    True
    """
    smooth = real(smooth, "smooth", "dice", low=0.0)

    def loss(p: Any, t: Any) -> Any:
        return 1.0 - (2.0 * inner(p, t) + smooth) / (inner(p, p) + inner(t, t) + smooth)

    return _masks("dice", prediction, target, smooth, power=2).loss(loss, reduction=reduction)


def iou(prediction: Any, target: Any, *, smooth: float = 1.0, reduction: str = "mean") -> Any:
    """IoU or Jaccard loss: 1 - (intersection + smooth) / (union + smooth), for each example.

    The intersection of masks is sum(p t), their union sum(p + t - p t). Shapes and ``smooth`` as for
    :func:`dice`.
    Gradient, with i and u for the fraction's upper and lower part: (i (1 - t) - t u) / u**2; over B for the
    mean.
    Use it where the result is judged by IoU. Not from a start where nothing overlaps, and beside :func:`dice`
    it is the harder on bad examples: with hard masks, IoU = Dice / (2 - Dice).
    Raises as :func:`dice` does. Source: M. A. Rahman and Y. Wang, "Optimizing intersection-over-union in deep
    neural networks for image segmentation" (2016), after P. Jaccard, "The distribution of the flora in the
    alpine zone" (1912).

    >>> from autograd import Tensor
    >>> iou(Tensor([[1.0, 1.0, 0.0, 0.0]]), [[1, 0, 0, 0]], smooth=0.0).item()
    0.5
    """
    smooth = real(smooth, "smooth", "iou", low=0.0)

    def loss(p: Any, t: Any) -> Any:
        overlap = inner(p, t)
        return 1.0 - (overlap + smooth) / (total(p) + total(t) - overlap + smooth)

    return _masks("iou", prediction, target, smooth, power=1).loss(loss, reduction=reduction)


def _masks(caller: str, prediction: Any, target: Any, smooth: float, power: int) -> Examples:
    """Pairs of masks, each a row of pixels; where nothing smooths a fraction, with something below its line,
    the sums of these powers of both."""
    if is_array(prediction) and prediction.ndim > 2:
        target = beside(prediction, target, caller, "target", "prediction")
        check_same_shape(caller, prediction, target, "prediction")
        row = (len(prediction), math.prod(prediction.shape[1:]))
        prediction, target = prediction.reshape(row), target.reshape(row)
    pairs = Examples(caller, prediction=prediction, target=target)
    p, t = pairs.numbers()
    bounded(caller, "prediction", p, 0.0, 1.0, "probabilities, such as the sigmoid gives")
    bounded(caller, "target", t, 0.0, 1.0)
    if smooth:
        return pairs
    # Not only zeros: a sigmoid of -50 is so small that its square is 0 in float32.
    tiny = np.finfo(p.dtype if p.dtype.kind == "f" else float).tiny
    empty = (p**power + t**power).sum(axis=1) < tiny
    if empty.any():
        raise ValueError(
            f"{caller}: both masks are empty, at index {first(empty)}, or as good as empty, and smooth is 0: "
            "0 / 0; expected a smooth above 0, which makes this loss 0"
        )
    return pairs
