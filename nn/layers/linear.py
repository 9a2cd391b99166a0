"""The linear map: every output is a weighted sum of all inputs.

Shapes: B is the batch, ``nin`` and ``nout`` the input and output sizes of one example.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.array_ops import ArrayOp, example

from .. import init
from ..allocation import aligned
from ..checks import count, flag, floating
from ..inputs import taken
from ..module import Module
from ..seeding import own_generator


def _rows(x: Any) -> Any:
    """Reshape (..., n) to (B, n), with all examples in one batch."""
    return x if x.ndim == 2 else x.reshape((-1, x.shape[-1]))


def _linear(x: Any, weight: Any, bias: Any) -> Any:
    # x @ weight.T, but two microseconds faster to start; with more than two axes dot is 17 times slower.
    out = _rows(x).dot(weight.T)
    out += bias  # in place: nobody else holds the product, and a new array would cost as much as the sum
    return out if x.ndim == 2 else out.reshape((*x.shape[:-1], len(weight)))


def _weight_grad(g: Any, x: Any, weight: Any) -> Any:
    """Multiply the upstream gradient by the input, summed over all examples."""
    g, x = _rows(g), _rows(x)
    if isinstance(g, np.ndarray):  # into the memory order of the weights: the optimizer reads both
        return np.matmul(g.T, x, out=np.empty_like(weight))
    return g.T @ x


# One node for x @ weight.T + bias, instead of one each for transpose, product and sum.
linear = ArrayOp(
    "linear", "linear",
    on_array=_linear,
    partials=(
        lambda out, x, weight, bias: lambda g: g @ weight,
        lambda out, x, weight, bias: lambda g: _weight_grad(g, x, weight),
        lambda out, x, weight, bias: lambda g: g,  # the engine sums it to the shape of the bias
    ),
    examples=(example((5, 3), (2, 3), (2,)), example((2, 4, 3), (2, 3), (2,)), example((1, 3), (1, 3), (1,))),
    plain=lambda x, weight, bias: x @ weight.T + bias,
)  # fmt: skip


def affine(x: Any, weight: Any, bias: Any) -> Any:
    """Compute ``x @ weight.T + bias``; the bias may be None."""
    return x @ weight.T if bias is None else linear(x, weight, bias)


class Linear(Module):
    """A fully connected layer: every output is a weighted sum of all inputs, ``x @ weight.T + bias``.

    Takes (B, nin), or any shape that ends in nin, and returns (B, nout). ``weight`` is (nout, nin) and
    ``bias`` (nout,); both are initialized as in PyTorch, uniformly from -1/sqrt(nin) to 1/sqrt(nin). NumPy
    input is data: it is cast to the layer's dtype (float32), so that float64 does not spread through the
    network.

    ``rng`` is a generator or a seed; by default the next generator of the process (:func:`nn.seed`).

    >>> layer = Linear(3, 2, rng=0)
    >>> layer(np.ones((5, 3))).shape
    (5, 2)
    >>> layer
    Linear(3, 2)  8 parameters
    """

    def __init__(
        self, nin: int, nout: int, bias: bool = True, *, dtype: Any = np.float32, rng: Any = None
    ) -> None:
        self.nin = count(nin, "nin", "Linear")
        self.nout = count(nout, "nout", "Linear")
        self.dtype = floating(dtype, "dtype", "Linear")
        bias, rng = flag(bias, "bias", "Linear"), own_generator(rng, "Linear")
        bound = 1 / math.sqrt(self.nin)
        weight = init.uniform((self.nout, self.nin), bound, rng, self.dtype)
        # Column-major, so that weight.T is row-major and the product with a batch 15 % faster.
        self.weight = Tensor(aligned(np.asfortranarray(weight)), label="weight")
        offset = init.uniform((self.nout,), bound, rng, self.dtype)
        self.bias = Tensor(offset, label="bias") if bias else None

    def __call__(self, x: Any) -> Any:
        """Map (..., nin) to (..., nout)."""
        x = taken(x, self, self.dtype)
        if not x.ndim or x.shape[-1] != self.nin:
            raise ValueError(f"Linear: the input has shape {x.shape}; expected (B, {self.nin})")
        return affine(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the sizes, and whether there is no bias."""
        return f"{self.nin}, {self.nout}" + (", bias=False" if self.bias is None else "")
