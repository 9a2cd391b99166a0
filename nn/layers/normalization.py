"""Normalisation: shift and scale numbers to mean 0 and variance 1, then to a learned mean and scale.

The kinds differ in what mean and variance are taken over: batch normalisation takes each feature over the
batch, layer and RMS normalisation take each example over its features. Shapes: B is the batch, C the features
(channels), L, H and W positions.

With m and s**2 the mean and the variance of n numbers (biased: divided by n), and z = (x - m) / sqrt(s**2 +
eps):

    y = weight z + bias
    dx = (g - mean(g) - z mean(g z)) / sqrt(s**2 + eps),    for g = weight dy:

This is g without its components along the constant and along z, since shifting or scaling all x changes no z.

All of this is computed in float32 for float16 input: see :mod:`nn.precision`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Tensor, elementary
from autograd.array_functions import numbers_of
from autograd.array_ops import ArrayOp, example
from autograd.rows import Draw
from autograd.value_array import numbers

from ..checks import count, flag, floating, real
from ..inputs import taken
from ..module import Module, check_writable, set_data
from ..precision import HALF, wide, working_dtype

Axes = tuple[int, ...]


def _mean(x: Any, axis: Axes) -> Any:
    return x.mean(axis=axis, keepdims=True)


def _normalized(x: np.ndarray, *, axis: Axes, mean: Any, var: Any, eps: float) -> Any:
    out = (x - mean) / np.sqrt(var + eps)  # in float32 at least, like mean and variance
    return out.astype(x.dtype, copy=False)


def _to_normalized(out: Any, x: Any, *, axis: Axes, mean: Any, var: Any, eps: float) -> Any:
    if isinstance(x, Tensor):  # to differentiate again: the variance as a function of x
        var = wide(x).var(axis=axis, keepdims=True)
    std, out = elementary.sqrt(var + eps), wide(out)

    def share(g: Any) -> Any:
        g = wide(g)
        return (g - _mean(g, axis) - out * _mean(g * out, axis)) / std

    return share


def _normalize_example(shape: tuple[int, ...], axis: Axes) -> Any:
    def draw_one(draw: Draw) -> Any:
        x = draw(*shape)
        settings = {"mean": _mean(x, axis), "var": x.var(axis=axis, keepdims=True)}
        return (x,), {"axis": axis, "eps": 1e-5, **settings}

    return draw_one


# One node: twice as fast as a node each for mean, difference, square, mean, root and quotient. Mean and
# variance are computed before, since the running statistics need them too.
normalize = ArrayOp(
    "normalize", "normalize",
    on_array=_normalized,
    partials=(_to_normalized,),
    examples=(
        _normalize_example((4, 3), (0,)), _normalize_example((3, 2, 4), (0, 2)),
        _normalize_example((3, 5), (-1,)),
    ),
    plain=lambda x, *, axis, mean, var, eps: (x - _mean(x, axis))
    / elementary.sqrt(x.var(axis=axis, keepdims=True) + eps),
)  # fmt: skip


def _root_mean_square(x: Any, axis: Axes, eps: float) -> Any:
    return elementary.sqrt(_mean(x * x, axis) + eps)


def _rms_normalized(x: np.ndarray, *, axis: Axes, eps: float) -> Any:
    numbers = wide(x)
    return (numbers / _root_mean_square(numbers, axis, eps)).astype(x.dtype, copy=False)


def _to_rms_normalized(out: Any, x: Any, *, axis: Axes, eps: float) -> Any:
    size, out = _root_mean_square(wide(x), axis, eps), wide(out)

    def share(g: Any) -> Any:
        g = wide(g)
        return (g - out * _mean(g * out, axis)) / size

    return share


rms_normalize = ArrayOp(
    "rms_normalize", "rms_normalize",
    on_array=_rms_normalized,
    partials=(_to_rms_normalized,),
    examples=(example((4, 3), axis=(-1,), eps=1e-5), example((2, 3, 2), axis=(-2, -1), eps=1e-5)),
    plain=lambda x, *, axis, eps: x / _root_mean_square(x, axis, eps),
)  # fmt: skip


def _mean_and_variance(x: Any, axis: Axes) -> tuple[np.ndarray, np.ndarray]:
    """Compute the mean and variance of ``x``, in float32 at least."""
    data = wide(x.data if isinstance(x, Tensor) else numbers(x))
    return data.mean(axis=axis, keepdims=True), data.var(axis=axis, keepdims=True)


class _Norm(Module):
    """A weight and a bias of one shape, initially 1 and 0; each may be absent."""

    def __init__(self, shape: tuple[int, ...], weight: bool, bias: bool, dtype: Any) -> None:
        self.dtype = floating(dtype, "dtype", type(self).__name__)
        self.weight = Tensor(np.ones(shape, self.dtype), label="weight") if weight else None
        self.bias = Tensor(np.zeros(shape, self.dtype), label="bias") if bias else None

    def _input(self, x: Any) -> Any:
        """Prepare the input as in :class:`nn.Linear`: cast NumPy arrays to the dtype of the layer."""
        x = taken(x, self, self.dtype)
        if x.dtype.kind not in "fO":
            raise TypeError(f"{type(self).__name__}: got a Tensor of dtype {x.dtype}; expected floats")
        return x

    def _affine(self, x: Any, shape: tuple[int, ...]) -> Any:
        """Compute ``weight`` x + ``bias``, both reshaped to ``shape``."""
        if self.weight is not None:
            x = x * self.weight.reshape(shape)
        return x if self.bias is None else x + self.bias.reshape(shape)


class _BatchNorm(_Norm):
    """Batch normalisation over all axes but axis 1."""

    ranks: tuple[int, ...]  # the numbers of axes that the input may have
    layout: str

    def __init__(
        self,
        features: int,
        *,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        dtype: Any = np.float32,
    ) -> None:
        name = type(self).__name__
        self.features = count(features, "features", name)
        self.eps = real(eps, "eps", name, low=0, open_low=True)
        self.momentum = None if momentum is None else real(momentum, "momentum", name, low=0)
        if self.momentum is not None and self.momentum > 1:
            raise ValueError(f"{name}: momentum is {momentum!r}; expected a number from 0 to 1, or None")
        affine = flag(affine, "affine", name)
        super().__init__((self.features,), affine, affine, dtype)
        # Not trained, but part of the state: saved and loaded with the weights.
        self.running_mean = Tensor(np.zeros(self.features, self.dtype), requires_grad=False)
        self.running_var = Tensor(np.ones(self.features, self.dtype), requires_grad=False)
        self.num_batches_tracked = Tensor(np.array(0))

    def __call__(self, x: Any) -> Any:
        """Normalise, keeping the shape; in training, also update the running statistics."""
        x = self._input(x)
        if x.ndim not in self.ranks or x.shape[1] != self.features:
            layout = self.layout.replace("C", str(self.features))
            raise ValueError(f"{type(self).__name__}: the input has shape {x.shape}; expected {layout}")
        shape = (1, self.features) + (1,) * (x.ndim - 2)
        if self.training:
            axis = (0, *range(2, x.ndim))
            mean, var = self._statistics(x, axis)
            out = self._affine(normalize(x, axis=axis, mean=mean, var=var, eps=self.eps), shape)
            self._follow(mean, var, x.size // self.features)  # last, so that an error leaves them unchanged
            return out
        mean, var = (wide(each.data).reshape(shape) for each in (self.running_mean, self.running_var))
        out = (wide(x) - mean) / np.sqrt(var + self.eps)
        return self._affine(out.astype(np.float16) if x.dtype == HALF else out, shape)

    def _statistics(self, x: Any, axis: Axes) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean and variance of each feature of this batch."""
        many = x.size // self.features
        if many < 2:
            raise ValueError(
                f"{type(self).__name__}: the input has shape {x.shape}, {many} value of each feature, "
                "which has no variance; train with a larger batch, drop a last one of a single example "
                "(nn.Loader or nn.batches with drop_last=True; fit takes that loader), or call eval() first"
            )
        for name in ("running_mean", "running_var", "num_batches_tracked"):
            check_writable(getattr(self, name).data, name, type(self).__name__)
        numbers_of(type(self).__name__, x)  # an error in a trace, which would freeze the running statistics
        return _mean_and_variance(x, axis)

    def _follow(self, mean: np.ndarray, var: np.ndarray, many: int) -> None:
        """Move the running statistics towards those of a batch with ``many`` values per feature."""
        self.num_batches_tracked.data[...] += 1
        pace = 1 / int(self.num_batches_tracked.data) if self.momentum is None else self.momentum
        unbiased = var * (many / (many - 1))  # an estimate for the population of the batch
        for running, now in ((self.running_mean, mean), (self.running_var, unbiased)):
            set_data(running, (1 - pace) * wide(running.data) + (pace * now).reshape(-1))

    def extra_repr(self) -> str:
        """Return the features, and the settings that are not the defaults."""
        shown = f"{self.features}" + (f", eps={self.eps:g}" if self.eps != 1e-5 else "")
        if self.momentum != 0.1:
            shown += f", momentum={self.momentum}"
        return shown + (", affine=False" if self.weight is None else "")


class BatchNorm1d(_BatchNorm):
    """Batch normalisation of (B, C) or (B, C, L): each feature with its mean and variance over the batch.

    Formula and gradient: see :mod:`nn.layers.normalization`; ``weight`` and ``bias`` are (C,), absent with
    ``affine=False``. The gradient flows through mean and variance, so the examples of a batch depend on each
    other.

    In training it updates ``running_mean`` and ``running_var``: running = (1 - ``momentum``) running +
    momentum batch, with the unbiased variance of the batch (divided by n - 1). With ``momentum=None`` they
    are the plain means over all batches so far. In eval they replace those of the batch.

    Put it between a linear layer and its activation: deep networks then train with higher learning rates,
    from nearly any initialisation, and the noise of the batches regularises a little. Not for small batches
    (below about 8: use layer normalisation), nor if the examples of a batch are correlated. Raises ValueError
    in training for a single value per feature. Ioffe and Szegedy, "Batch normalization: accelerating deep
    network training by reducing internal covariate shift", 2015.

    >>> norm = BatchNorm1d(2)
    >>> norm(np.array([[1.0, 10.0], [3.0, 30.0]])).data.round(3)
    array([[-1., -1.],
           [ 1.,  1.]], dtype=float32)
    >>> norm.running_mean.data, norm.running_var.data
    (array([0.2, 2. ], dtype=float32), array([ 1.1, 20.9], dtype=float32))
    >>> norm
    BatchNorm1d(2)  4 parameters
    """

    ranks = (2, 3)
    layout = "(B, C) or (B, C, L)"


class BatchNorm2d(_BatchNorm):
    """Batch normalisation of images, (B, C, H, W): each channel with its mean and variance over B, H and W.

    Otherwise as :class:`BatchNorm1d`, except that it can train on a batch of one: an image of several pixels
    has a variance of its own.

    >>> norm = BatchNorm2d(3)
    >>> norm(np.random.default_rng(0).random((10, 3, 4, 4))).data.std(axis=(0, 2, 3)).round(3)
    array([1., 1., 1.], dtype=float32)
    """

    ranks = (4,)
    layout = "(B, C, H, W)"


class _FeatureNorm(_Norm):
    """Normalisation of each example over its last axes, whose sizes are ``shape``."""

    def __init__(self, shape: int | tuple[int, ...], weight: bool, bias: bool, dtype: Any) -> None:
        sizes = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
        if not sizes:
            raise ValueError(f"{type(self).__name__}: shape is (); expected the sizes of one axis or several")
        self.shape = tuple(count(size, "shape", type(self).__name__) for size in sizes)
        self.axis = tuple(range(-len(self.shape), 0))
        super().__init__(self.shape, weight, bias, dtype)

    def _input(self, x: Any) -> Any:
        x = super()._input(x)
        if x.shape[-len(self.shape) :] != self.shape:
            sizes = ", ".join(map(str, self.shape))
            raise ValueError(f"{type(self).__name__}: the input has shape {x.shape}; expected (..., {sizes})")
        return x

    def extra_repr(self) -> str:
        """Return the sizes, and affine=False if there is no weight."""
        shown = ", ".join(map(str, self.shape))
        return (shown if len(self.shape) == 1 else f"({shown})") + (
            ", affine=False" if self.weight is None else ""
        )


class LayerNorm(_FeatureNorm):
    """Layer normalisation: each example with the mean and variance over its own features.

    Takes (..., n) if ``shape`` is n, or (..., n1, n2) if it is (n1, n2), and keeps the shape; formula and
    gradient: see :mod:`nn.layers.normalization`. ``weight`` and ``bias`` have that shape; ``affine=False``
    omits both, ``bias=False`` only the bias.

    It works the same in training and eval and does not depend on the batch: use it for transformers,
    recurrent networks and small batches. Not if the size of an example's activations carries information. Ba,
    Kiros and Hinton, "Layer normalization", 2016.

    >>> LayerNorm(4)(np.array([[1.0, 2.0, 3.0, 4.0]])).data.round(3)
    array([[-1.342, -0.447,  0.447,  1.342]], dtype=float32)
    """

    def __init__(
        self,
        shape: int | tuple[int, ...],
        *,
        eps: float = 1e-5,
        affine: bool = True,
        bias: bool = True,
        dtype: Any = np.float32,
    ) -> None:
        self.eps = real(eps, "eps", "LayerNorm", low=0, open_low=True)
        affine, bias = flag(affine, "affine", "LayerNorm"), flag(bias, "bias", "LayerNorm")
        super().__init__(shape, affine, affine and bias, dtype)

    def __call__(self, x: Any) -> Any:
        """Normalise (..., *shape), keeping the shape."""
        x = self._input(x)
        mean, var = _mean_and_variance(x, self.axis)
        return self._affine(normalize(x, axis=self.axis, mean=mean, var=var, eps=self.eps), self.shape)


class RMSNorm(_FeatureNorm):
    """RMS normalisation: divides each example by its root mean square, without subtracting the mean.

    y = weight x / r with r = sqrt(mean(x**2) + eps), over the last axes, of sizes ``shape``, as in
    :class:`LayerNorm`. Gradient: dx = (g - z mean(g z)) / r with z = x / r and g = weight dy. ``eps`` None
    means the distance from 1 to the next number of the dtype it is computed in, as in PyTorch.

    A cheaper layer normalisation that works as well in large language models; not for inputs with a large,
    meaningless mean. Zhang and Sennrich, "Root mean square layer normalization", 2019.

    >>> RMSNorm(4)(np.array([[1.0, -1.0, 2.0, -2.0]])).data.round(3)
    array([[ 0.632, -0.632,  1.265, -1.265]], dtype=float32)
    """

    def __init__(
        self,
        shape: int | tuple[int, ...],
        *,
        eps: float | None = None,
        affine: bool = True,
        dtype: Any = np.float32,
    ) -> None:
        self.eps = None if eps is None else real(eps, "eps", "RMSNorm", low=0, open_low=True)
        super().__init__(shape, flag(affine, "affine", "RMSNorm"), False, dtype)

    def __call__(self, x: Any) -> Any:
        """Normalise (..., *shape), keeping the shape."""
        x = self._input(x)
        eps = self.eps
        if eps is None:
            dtype = x.dtype if x.dtype.kind == "f" else self.dtype
            eps = float(np.finfo(working_dtype(dtype)).eps)
        return self._affine(rms_normalize(x, axis=self.axis, eps=eps), self.shape)
