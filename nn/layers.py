"""Layers on Tensors: the linear map, and what is put before, after and around it.

Shapes: B is the batch, ``nin`` and ``nout`` the sizes of one example before and after.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.array_ops import ArrayOp, example

from . import init
from .checks import count, flag, floating, numbers, real, wrong
from .memory import aligned
from .module import Module
from .seeding import own_generator


def _rows(x: Any) -> Any:
    """All examples of ``x`` in one batch: (..., n) as (B, n)."""
    return x if x.ndim == 2 else x.reshape((-1, x.shape[-1]))


def _linear(x: Any, weight: Any, bias: Any) -> Any:
    out = x.dot(weight.T)  # as x @ weight.T, with two microseconds less before it begins
    out += bias  # in place: the product is ours, and one more array would cost as much as the sum
    return out


def _weight_grad(g: Any, x: Any, weight: Any) -> Any:
    """The upstream gradient times the input, summed over all examples."""
    g, x = _rows(g), _rows(x)
    if isinstance(g, np.ndarray):  # into memory laid out as the weights: the optimizer reads both
        return np.matmul(g.T, x, out=np.empty_like(weight))
    return g.T @ x


# One node for x @ weight.T + bias: no node for the transpose, and none for the sum.
linear = ArrayOp(
    "linear", "linear",
    on_array=_linear,
    partials=(
        lambda out, x, weight, bias: lambda g: g @ weight,
        lambda out, x, weight, bias: lambda g: _weight_grad(g, x, weight),
        lambda out, x, weight, bias: lambda g: g,  # the engine sums it down to the shape of the bias
    ),
    examples=(example((5, 3), (2, 3), (2,)), example((2, 4, 3), (2, 3), (2,)), example((1, 3), (1, 3), (1,))),
    plain=lambda x, weight, bias: x @ weight.T + bias,
)  # fmt: skip


class Linear(Module):
    """A fully connected layer: every output a weighted sum of all inputs, ``x @ weight.T + bias``.

    Takes (B, nin), or any shape that ends in nin, and gives (B, nout). ``weight`` is (nout, nin) and ``bias``
    (nout,), as in PyTorch, and both start as there: drawn evenly from -1/sqrt(nin) to 1/sqrt(nin). NumPy
    input is data: it is turned into the layer's dtype (float32), so that NumPy's float64 does not widen all
    that follows.

    ``rng`` is a generator or a seed; without one, the next of the process's sequence (:func:`nn.seed`).

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
        # Column by column in memory: then weight.T is row by row, and the product with a batch 15 % faster.
        self.weight = Tensor(aligned(np.asfortranarray(weight)), label="weight")
        offset = init.uniform((self.nout,), bound, rng, self.dtype)
        self.bias = Tensor(offset, label="bias") if bias else None

    def __call__(self, x: Any) -> Any:
        """(..., nin) to (..., nout)."""
        if not isinstance(x, Tensor):
            x = numbers(x, self.dtype, "Linear")
        if not x.ndim or x.shape[-1] != self.nin:
            raise ValueError(f"Linear: the input has shape {x.shape}; expected (B, {self.nin})")
        return x @ self.weight.T if self.bias is None else linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        """The sizes, and a bias where there is none."""
        return f"{self.nin}, {self.nout}" + (", bias=False" if self.bias is None else "")


class Flatten(Module):
    """Each example in one row: (B, ...) to (B, n), the images of a batch for a linear layer.

    >>> Flatten()(np.zeros((5, 28, 28))).shape
    (5, 784)
    """

    def __call__(self, x: Any) -> Any:
        """(B, ...) to (B, n)."""
        if not isinstance(x, Tensor) and np.asarray(x).dtype.kind not in "biufO":  # or an array of Values
            raise wrong(x, "x", "Flatten", "a batch of numbers, (B, ...)")
        x = x if isinstance(x, Tensor) else np.asarray(x)
        if not x.ndim:
            raise ValueError("Flatten: the input is a single number (shape ()); expected a batch, (B, ...)")
        return x.reshape(len(x), math.prod(x.shape[1:]))


class Dropout(Module):
    """In training, each element becomes 0 with probability ``p``, and the others are divided by 1 - p.

    y = x m / (1 - p), each m 0 with probability p and else 1, drawn anew at every call; x is a Tensor or an
    array of any shape. Gradient: m / (1 - p). "Inverted" dropout: the mean of y is x (its variance x**2 p /
    (1 - p)), so that in eval nothing is to be done. ``rng`` is a generator or a seed; without one, the next
    of the process's sequence (:func:`nn.seed`).

    No unit can rely on another to be there, so each has to be of use by itself: for wide layers that learn
    their data by heart, ``p`` 0.5 in hidden ones and 0.2 on inputs. Not where a network is too small to fit
    its data, and not right before batch normalisation, whose running variance would be that of training
    only. Srivastava and others, "Dropout: a simple way to prevent neural networks from overfitting", 2014.

    >>> dropout = Dropout(0.5, rng=0)
    >>> sorted(set(dropout(Tensor(np.ones(100))).data.tolist()))
    [0.0, 2.0]
    >>> dropout.eval()(1.0)
    1.0
    """

    def __init__(self, p: float = 0.5, *, rng: Any = None) -> None:
        self.p = real(p, "p", "Dropout", low=0, high=1)
        self._rng = own_generator(rng, "Dropout")

    def __call__(self, x: Any) -> Any:
        """A Tensor or array of any shape to one of the same shape."""
        if not self.training or not self.p:
            return x
        if not isinstance(x, Tensor):
            x = numbers(x, None, "Dropout")
        # NumPy draws float32 in half the time; the dtype of the mask is that of x, which it must not widen.
        kept = self._rng.random(x.shape, dtype=np.float32) >= self.p
        return x * np.divide(kept, 1 - self.p, dtype=x.dtype if x.dtype.kind == "f" else np.float32)

    def extra_repr(self) -> str:
        """The probability."""
        return f"{self.p:g}"


class Sequential(Module):
    """Modules one after the other; indexing, ``len`` and iteration as of a list, a slice is a Sequential.

    >>> from nn import ReLU
    >>> model = Sequential(Linear(784, 128), ReLU(), Linear(128, 10))
    >>> model
    Sequential(
      0: Linear(784, 128)  100,480 parameters
      1: ReLU()
      2: Linear(128, 10)  1,290 parameters
    )  101,770 parameters
    >>> len(model), model[1], model(np.zeros((3, 784))).shape
    (3, ReLU(), (3, 10))
    """

    def __init__(self, *modules: Module) -> None:
        for module in modules:
            if not isinstance(module, Module):
                raise TypeError(
                    f"Sequential: got {module!r} of type {type(module).__name__}; expected modules, such as "
                    "nn.Linear(2, 3), separated by commas"
                )
        self._parts = modules

    def members(self) -> Iterator[tuple[str, Any]]:
        """The modules by number, so that parameters have the names PyTorch gives them: ``0.weight``."""
        yield from ((str(i), module) for i, module in enumerate(self._parts))

    def __call__(self, x: Any) -> Any:
        """What the last module makes of what the one before makes of ... ``x``."""
        for module in self._parts:
            x = module(x)
        return x

    def __len__(self) -> int:
        return len(self._parts)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._parts)

    def __getitem__(self, index: Any) -> Any:
        return Sequential(*self._parts[index]) if isinstance(index, slice) else self._parts[index]
