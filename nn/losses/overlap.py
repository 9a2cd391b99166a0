"""Losses of masks: how little two regions overlap, with probabilities for the predicted one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..checks import real
from .elements import beside, check_same_shape, first, is_array
from .examples import Examples, inner, total
from .targets import bounded


def dice(prediction: Any, target: Any, *, smooth: float = 1.0, reduction: str = "mean") -> Any:
    """Compute the Dice loss: 1 - (2 sum(p t) + smooth) / (sum(p**2) + sum(t**2) + smooth), per example.

    ``prediction`` is probabilities and ``target`` is 0 or 1, or a probability too: Tensors or arrays (B,
    ...), with the examples along the first axis; or lists of N Values, one mask, or of such lists. ``smooth``
    makes the loss of two empty masks 0 and keeps gradients near there small; the paper has 0. Gradient, with
    i the numerator and s the denominator: 2 (p i - t s) / s**2; over B for the mean.
    Use it for regions much smaller than the background, which would dominate a mean over pixels. Not alone if
    probabilities should be calibrated, or if nothing overlaps at the start: the loss is flat there.
    Raises ValueError for numbers outside 0 to 1, and for different shapes. Source: F. Milletari, N. Navab and
    S.-A. Ahmadi, "V-Net" (2016), after L. R. Dice, "Measures of the amount of ecologic association between
    species" (1945).

    >>> from autograd import Tensor
    >>> dice(Tensor([[1.0, 1.0, 0.0, 0.0]]), [[1, 0, 0, 0]], smooth=0.0).item() == 1 - 2 / 3
    True
    """
    smooth = real(smooth, "smooth", "dice", low=0.0)

    def loss(p: Any, t: Any) -> Any:
        return 1.0 - (2.0 * inner(p, t) + smooth) / (inner(p, p) + inner(t, t) + smooth)

    return _masks("dice", prediction, target, smooth, power=2).loss(loss, reduction=reduction)


def iou(prediction: Any, target: Any, *, smooth: float = 1.0, reduction: str = "mean") -> Any:
    """Compute the IoU or Jaccard loss: 1 - (intersection + smooth) / (union + smooth), for each example.

    The intersection of masks is sum(p t), their union sum(p + t - p t). Shapes and ``smooth`` as for
    :func:`dice`. Gradient, with i the numerator and u the denominator: (i (1 - t) - t u) / u**2; over B for
    the mean.
    Use it if results are judged by IoU. Not if nothing overlaps at the start. It punishes bad examples more
    than :func:`dice`: with hard masks, IoU = Dice / (2 - Dice).
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
    """Return pairs of masks, each a row of pixels; if smooth is 0, check the sums of their powers."""
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
    # Not only zeros: the square of a sigmoid of -50 underflows to 0 in float32.
    tiny = np.finfo(p.dtype if p.dtype.kind == "f" else float).tiny
    empty = (p**power + t**power).sum(axis=1) < tiny
    if empty.any():
        raise ValueError(
            f"{caller}: both masks are empty, at index {first(empty)}, or nearly so, and smooth is 0: "
            "0 / 0; expected a smooth above 0, which makes this loss 0"
        )
    return pairs
