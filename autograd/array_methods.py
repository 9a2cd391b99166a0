"""The methods of an array that Tensor has: functions of :mod:`autograd.array_functions`, and a few more."""

from __future__ import annotations

from typing import Any

from . import array_functions as functions
from . import array_ops


class ArrayMethods:
    """The methods of an array, with NumPy's names."""

    __slots__ = ()

    sum = functions.sum
    mean = functions.mean
    var = functions.var
    std = functions.std
    max = functions.max
    min = functions.min
    prod = functions.prod
    norm = functions.norm
    cumsum = functions.cumsum
    logsumexp = functions.logsumexp
    softmax = functions.softmax
    log_softmax = functions.log_softmax
    argmax = functions.argmax
    argmin = functions.argmin
    argsort = functions.argsort
    sort = functions.sort
    any = functions.any
    all = functions.all
    isnan = functions.isnan
    reshape = functions.reshape
    transpose = functions.transpose
    broadcast_to = functions.broadcast_to
    squeeze = functions.squeeze
    expand_dims = functions.expand_dims
    swapaxes = functions.swapaxes
    moveaxis = functions.moveaxis
    flip = functions.flip
    roll = functions.roll
    repeat = functions.repeat
    tile = functions.tile
    pad = functions.pad
    split = functions.split
    sliding_window_view = functions.sliding_window_view
    tril = functions.tril
    triu = functions.triu
    take_along_axis = functions.take_along_axis
    put = functions.put
    outer = functions.outer
    clip = functions.clip
    round = functions.round

    @property
    def T(self) -> Any:  # noqa: N802
        """The array with its axes reversed: for a matrix, its transpose."""
        return array_ops.transpose(self, axes=None)

    def tolist(self) -> Any:
        """Return nested lists of Python numbers, or one number if there are no axes."""
        return self.data.tolist()  # type: ignore[attr-defined]

    def copy(self) -> Any:
        """Copy the numbers into a new leaf, through which no gradient goes back."""
        return self.kind(self.data.copy(), self.requires_grad, self.label)  # type: ignore[attr-defined]
