"""Convolution: one small set of weights, applied at every position of an image.

Shapes: B is the batch, I and O the input and output channels, H x W the image, K x L the kernel.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd
from autograd import Tensor

from .. import init
from ..checks import count, flag, floating, whole, wrong
from ..inputs import taken
from ..module import Module
from ..seeding import own_generator
from .linear import affine

Size = int | tuple[int, int]


class Conv2d(Module):
    """Kernels that slide over images: every output is the dot product of a kernel and the window below it.

    out[b, o, y, x] = bias[o] + Σ_i Σ_k Σ_l weight[o, i, k, l] image[b, i, y stride + k, x stride + l]

    Takes (B, I, H, W), returns (B, O, H', W') with H' = (H + 2 padding - K) // stride + 1. ``kernel``,
    ``stride`` and ``padding`` are one number, or one for rows and one for columns; ``padding`` is the number
    of zeros added on every side. ``weight`` is (O, I, K, L) and ``bias`` (O,); both are initialized as in
    PyTorch, uniformly from -1/sqrt(I K L) to 1/sqrt(I K L). It is computed as one matrix product of all
    windows, (B H' W', I K L), with all kernels. ``rng`` is a generator or a seed; by default the next
    generator of the process (:func:`nn.seed`).

    Raises ValueError for a wrong number of channels, and for images smaller than the kernel. LeCun and
    others, "Backpropagation applied to handwritten zip code recognition", 1989.

    >>> layer = Conv2d(1, 32, 3, padding=1, rng=0)
    >>> layer(np.zeros((5, 1, 28, 28))).shape
    (5, 32, 28, 28)
    >>> layer
    Conv2d(1, 32, 3, padding=1)  320 parameters
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        kernel: Size,
        stride: Size = 1,
        padding: Size = 0,
        *,
        bias: bool = True,
        dtype: Any = np.float32,
        rng: Any = None,
    ) -> None:
        self.nin, self.nout = count(nin, "nin", "Conv2d"), count(nout, "nout", "Conv2d")
        self.kernel, self.stride = _pair(kernel, "kernel", 1), _pair(stride, "stride", 1)
        self.padding = _pair(padding, "padding", 0)
        bias, self.dtype = flag(bias, "bias", "Conv2d"), floating(dtype, "dtype", "Conv2d")
        rng = own_generator(rng, "Conv2d")
        bound = 1 / math.sqrt(self.nin * math.prod(self.kernel))
        weight = init.uniform((self.nout, self.nin, *self.kernel), bound, rng, self.dtype)
        self.weight = Tensor(weight, label="weight")
        self.bias = Tensor(init.uniform((self.nout,), bound, rng, self.dtype), label="bias") if bias else None

    def __call__(self, x: Any) -> Any:
        """Map (B, I, H, W) to (B, O, H', W')."""
        x = taken(x, self, self.dtype)
        self._check(x.shape)
        if any(self.padding):
            x = autograd.pad(x, ((0, 0), (0, 0), *((each, each) for each in self.padding)))
        rows, columns = self.stride
        windows = autograd.sliding_window_view(x, self.kernel, (2, 3))[:, :, ::rows, ::columns]
        batch, _, height, width = windows.shape[:4]
        size = self.nin * math.prod(self.kernel)
        seen = windows.transpose((0, 2, 3, 1, 4, 5)).reshape((batch * height * width, size))
        out = affine(seen, self.weight.reshape((self.nout, size)), self.bias)
        return out.reshape((batch, height, width, self.nout)).transpose((0, 3, 1, 2))

    def _check(self, shape: tuple[int, ...]) -> None:
        if len(shape) != 4 or shape[1] != self.nin:
            raise ValueError(f"Conv2d: the input has shape {shape}; expected (B, {self.nin}, H, W)")
        padded = tuple(n + 2 * more for n, more in zip(shape[2:], self.padding))
        if any(n < size for n, size in zip(padded, self.kernel)):
            raise ValueError(
                f"Conv2d: the input has shape {shape}, with its padding {padded} rows and columns; expected "
                f"at least those of the kernel, {self.kernel}"
            )

    def extra_repr(self) -> str:
        """Return the sizes, and the settings that are not the defaults."""
        shown = [str(self.nin), str(self.nout), _shown(self.kernel)]
        shown += [f"stride={_shown(self.stride)}"] * (self.stride != (1, 1))
        shown += [f"padding={_shown(self.padding)}"] * (self.padding != (0, 0))
        return ", ".join(shown + ["bias=False"] * (self.bias is None))


def _pair(size: Any, name: str, low: int) -> tuple[int, int]:
    """Return a pair for rows and columns, from one number or two."""
    both = size if isinstance(size, (tuple, list)) else (size, size)
    if len(both) != 2:
        raise wrong(size, name, "Conv2d", "a whole number, or one for rows and one for columns", ValueError)
    first, second = (whole(each, name, "Conv2d", low) for each in both)
    return first, second


def _shown(pair: tuple[int, int]) -> str:
    return str(pair[0] if pair[0] == pair[1] else pair)
