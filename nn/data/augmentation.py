"""Augmentation: random changes to images that do not change what they show.

A network that sees each digit shifted, rotated and bent a little differently in every epoch memorizes less.
Use it only in training; evaluate on unchanged images.

A warp maps each pixel of the result to a position in the image (:meth:`Warp.positions`), which is read by
bilinear interpolation (:func:`resample`). Several warps combine into one (:class:`Augment`), so that each
image is interpolated only once: every interpolation blurs a little.

Images are float32 or float64, (B, H, W), or (B, n) if they are square: B images of H rows and W columns. The
result is a new array of the same shape and dtype. ``rng`` is a generator, which continues from call to call,
or a seed.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from ..allocation import keep_freed
from ..checks import count, floating, generator, numbers, real, wrong

BLOCK = 16384  # pixels processed at a time: their intermediate results fit into the processor's cache


def resample(images: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Read the images (B, H, W) at rows ``y`` and columns ``x``, both (B, H', W') of floats: (B, H', W').

    Bilinear: with whole and fractional parts y = i + v and x = j + u, the result is

        (1-v) ((1-u) image[i, j] + u image[i, j+1]) + v ((1-u) image[i+1, j] + u image[i+1, j+1]).

    Everything outside the image is 0.

    >>> image = np.array([[[0.0, 1.0], [2.0, 3.0]]])
    >>> resample(image, np.array([[[0.5, 1.0]]]), np.array([[[0.5, 1.0]]]))
    array([[[1.5, 3. ]]])
    """
    batch, height, width = images.shape
    rows, columns = height + 3, width + 3  # padded with zeros: one line above, two below
    framed = np.zeros((batch, rows, columns), images.dtype)
    framed[:, 1:-2, 1:-2] = images
    flat = framed.reshape(-1)
    y, x = np.clip(y + 1, 0, height + 1), np.clip(x + 1, 0, width + 1)
    i, j = y.astype(np.intp), x.astype(np.intp)  # truncates, which is the floor as nothing is negative
    v, u = y - i.astype(y.dtype), x - j.astype(x.dtype)
    place = i * columns + j + (np.arange(batch) * (rows * columns))[:, None, None]
    above, right = flat.take(place), flat[1:].take(place)
    below, corner = flat[columns:].take(place), flat[columns + 1 :].take(place)
    above += (right - above) * u
    below += (corner - below) * u
    above += (below - above) * v
    return above


class Warp:
    """A geometric change to images; a new one defines ``positions``.

    >>> class Flip(Warp):
    ...     def positions(self, y, x, rng):
    ...         return y, x.shape[2] - 1 - x
    >>> Flip()(np.array([[[1.0, 2.0], [3.0, 4.0]]]), rng=0)
    array([[[2., 1.],
            [4., 3.]]])
    """

    def positions(
        self, y: np.ndarray, x: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the positions in the image of the result's pixels at rows ``y`` and columns ``x``.

        All are (B, H, W), of floats; do not modify the arguments.
        """
        raise NotImplementedError(
            f"{type(self).__name__} does not say where pixels come from: define its positions"
        )

    def __call__(self, images: Any, rng: Any) -> np.ndarray:
        """Change each image in its own way: (B, H, W) or (B, n) to the same shape."""
        stack, shape, rng = _images(images, rng, type(self).__name__)
        out = np.empty_like(stack)
        height, width = stack.shape[1:]
        some = max(1, BLOCK // (height * width))
        grid = np.indices((height, width)).astype(stack.dtype)
        for start in range(0, len(stack), some):
            block = stack[start : start + some]
            y, x = (np.broadcast_to(each, block.shape) for each in grid)
            out[start : start + some] = resample(block, *self.positions(y, x, rng))
        return out.reshape(shape)


class Shift(Warp):
    """Shifts each image by whole pixels, up to ``pixels`` in every direction, all with the same probability.

    Pixels that enter at the border are 0. This is the cheapest augmentation, and a safe one if the subject is
    not always at the same place; useless to a network that does not know positions. ``pixels`` 0 changes
    nothing.

    >>> Shift(1)(np.array([[[1.0, 2.0], [3.0, 4.0]]]), rng=0)
    array([[[0., 0.],
            [1., 2.]]])
    """

    def __init__(self, pixels: int = 1) -> None:
        self.pixels = count(pixels, "pixels", "Shift", low=0)

    def _moves(self, images: int, rng: np.random.Generator) -> np.ndarray:
        """Draw the shifts down and to the right: (2, B)."""
        return rng.integers(-self.pixels, self.pixels + 1, (2, images))

    def positions(
        self, y: np.ndarray, x: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Go back by the shift."""
        down, right = self._moves(len(y), rng).astype(y.dtype)[:, :, None, None]
        return y - down, x - right

    def __call__(self, images: Any, rng: Any) -> np.ndarray:
        """Shift (B, H, W) or (B, n), keeping the shape; without interpolation, in a quarter of the time."""
        stack, shape, rng = _images(images, rng, "Shift")
        size, frame = stack.shape[1:], self.pixels
        framed = np.pad(stack, ((0, 0), (frame, frame), (frame, frame)))
        windows = np.lib.stride_tricks.sliding_window_view(framed, size, axis=(1, 2))
        down, right = self._moves(len(stack), rng)
        return windows[np.arange(len(stack)), frame - down, frame - right].reshape(shape)


class Rotate(Warp):
    """Rotates each image about its centre, by an angle drawn uniformly from -``degrees`` to ``degrees``.

    Positive angles are anticlockwise. Small angles (10 to 15) leave a digit recognizable; large ones turn a 6
    into a 9. 0 changes nothing.

    >>> Rotate(15)(np.ones((1, 9), np.float32), rng=0).round(2)
    array([[0.93, 1.  , 0.93, 1.  , 1.  , 1.  , 0.93, 1.  , 0.93]],
          dtype=float32)
    """

    def __init__(self, degrees: float = 10.0) -> None:
        self.degrees = real(degrees, "degrees", "Rotate", low=0)

    def positions(
        self, y: np.ndarray, x: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Rotate back about the centre."""
        angle = np.deg2rad(rng.uniform(-self.degrees, self.degrees, (len(y), 1, 1)))
        cos, sin = np.cos(angle).astype(y.dtype), np.sin(angle).astype(y.dtype)
        middle, centre = (y.shape[1] - 1) / 2, (x.shape[2] - 1) / 2
        y, x = y - middle, x - centre
        return cos * y + sin * x + middle, cos * x - sin * y + centre


class Elastic(Warp):
    """Elastic distortion: displaces every pixel by a random field, smooth enough to keep strokes connected.

    Each component of the field is noise with variance 1/3 (that of a uniform draw from -1 to 1), convolved
    with a Gaussian of ``sigma`` pixels (sum 1) and multiplied by ``alpha``: a displacement has the standard
    deviation

        alpha / (2 sigma sqrt(3 pi)),    1.4 pixels for alpha 34 and sigma 4,

    and its correlation with that ``d`` pixels away is exp(-d**2 / (4 sigma**2)), for a sigma of 1 or more.
    Handwriting varies in this way, and gains most from it; do not use it for rigid objects. A smaller sigma
    tears the image, a larger one only shifts it. ``alpha`` 0 changes nothing. Simard, Steinkraus and Platt,
    "Best practices for convolutional neural networks applied to visual document analysis", 2003; the noise
    here is normal, which the convolution makes nearly true of any other.

    >>> field = Elastic(alpha=34, sigma=4).field((1000, 28, 28), np.random.default_rng(0), np.float32)
    >>> field.shape, round(float(field.std()), 1)
    ((2, 1000, 28, 28), 1.4)
    """

    def __init__(self, alpha: float = 34.0, sigma: float = 4.0) -> None:
        self.alpha = real(alpha, "alpha", "Elastic", low=0)
        self.sigma = real(sigma, "sigma", "Elastic", low=0, open_low=True)

    def field(self, shape: tuple[int, ...], rng: np.random.Generator, dtype: Any) -> np.ndarray:
        """Draw displacements down and to the right for images of shape (B, H, W): (2, B, H, W)."""
        if not isinstance(shape, (tuple, list)) or len(shape) != 3:
            raise wrong(shape, "shape", "field", "(B, H, W)")
        batch, height, width = (count(size, "a size of the shape", "field", low=0) for size in shape)
        rng, dtype = generator(rng, "field"), floating(dtype, "dtype", "field")
        down, across = (_smooth_waves(size, self.sigma).astype(dtype) for size in (height, width))
        weights = rng.standard_normal((2, batch, down.shape[1], across.shape[1]), dtype=dtype)
        weights *= self.alpha / math.sqrt(3)
        return down @ (weights @ across.T)

    def positions(
        self, y: np.ndarray, x: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Displaced."""
        down, right = self.field(y.shape, rng, y.dtype)
        down += y
        right += x
        return down, right


@lru_cache(maxsize=16)
def _smooth_waves(size: int, sigma: float) -> np.ndarray:
    """Return the basis of smooth noise along one axis: (size, r), for r independent normal weights.

    Noise on a plane without borders, convolved with a Gaussian, is K @ noise @ K.T with the kernel in each
    row of K. By the singular value decomposition K = U S V.T this is U S (V.T @ noise @ V) S U.T, where the
    part in brackets is again independent noise, since V is orthogonal. Most of S is numerically 0 (all but
    about 11 of 28 values at sigma 4); the part left out has less than a millionth of the variance.
    """
    reach = math.ceil(5 * sigma)
    distance = np.arange(-reach, size + reach) - np.arange(size)[:, None]
    kernel = np.exp(-0.5 * (distance / sigma) ** 2)
    kernel /= kernel[0].sum()  # every row contains the whole kernel, as the first does
    u, s, _ = np.linalg.svd(kernel, full_matrices=False)
    left_out = 1 - np.cumsum(s**2) / np.sum(s**2)
    return (u * s)[:, : int(np.argmax(left_out < 1e-6)) + 1]


class Augment(Warp):
    """Several warps in sequence, combined into one: each image is interpolated once.

    >>> augment = Augment(Shift(1), Rotate(10), Elastic(alpha=34, sigma=4))
    >>> augment(np.zeros((100, 784), np.float32), rng=0).shape
    (100, 784)
    """

    def __init__(self, *warps: Warp) -> None:
        for warp in warps:
            if not isinstance(warp, Warp):
                raise TypeError(
                    f"Augment: got {warp!r} of type {type(warp).__name__}; expected warps, such as "
                    "nn.Shift(1), separated by commas (other changes to images are a function around it)"
                )
        self.warps = warps

    def positions(
        self, y: np.ndarray, x: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Go back through the last warp first, since it makes the result."""
        for warp in reversed(self.warps):
            y, x = warp.positions(y, x, rng)
        return y, x


class Mixup:
    """Mixes pairs of examples and their targets: l * x1 + (1 - l) * x2 and l * y1 + (1 - l) * y2.

    l is drawn from Beta(``alpha``, ``alpha``) for each example; the partners are a permutation of the batch,
    in which an example may meet itself. This asks the network to be linear between examples. It helps if
    networks are overconfident or labels noisy. ``alpha`` from 0.1 to 0.4 is common, more underfits; 0 changes
    nothing. Zhang, Cisse, Dauphin and Lopez-Paz, "mixup: beyond empirical risk minimization", 2018.

    Takes x (B, ...) and y, and returns both mixed. Integer labels (B,) become probabilities (B, ``classes``)
    of x's dtype, with the cross-entropy -(log_softmax(model(x)) * y).sum(axis=1).mean(); float targets, (B,
    ...), keep their shape.

    >>> x, y = Mixup(0.4, classes=2)(np.array([[0.0], [1.0]], np.float32), np.array([0, 1]), rng=0)
    >>> bool(np.allclose(x[:, 0], y[:, 1])), y.sum(axis=1)
    (True, array([1., 1.], dtype=float32))
    """

    def __init__(self, alpha: float = 0.2, *, classes: int | None = None) -> None:
        self.alpha = real(alpha, "alpha", "Mixup", low=0)
        self.classes = None if classes is None else count(classes, "classes", "Mixup")

    def __call__(self, x: Any, y: Any, rng: Any) -> tuple[np.ndarray, np.ndarray]:
        """Mix x (B, ...) and y (B,) or (B, ...), into x (B, ...) and y (B, classes) or (B, ...)."""
        rng = generator(rng, "Mixup")
        x, y = _floats(x, "Mixup", "x"), numbers(y, None, "Mixup", "y")
        if not x.ndim or not y.ndim or len(x) != len(y):
            raise ValueError(
                f"Mixup: x has shape {x.shape} and y {y.shape}; expected the same number of examples "
                "of each, along axis 0"
            )
        if y.dtype.kind != "f":
            y = self._one_hot(y, x.dtype)
        share = rng.beta(self.alpha, self.alpha, len(x)) if self.alpha else np.ones(len(x))
        partner = rng.permutation(len(x))
        return _mixed(x, partner, share), _mixed(y, partner, share)

    def _one_hot(self, labels: np.ndarray, dtype: Any) -> np.ndarray:
        if self.classes is None:
            raise ValueError(
                "Mixup: the targets are whole numbers, labels; to mix them, give the number of classes: "
                "Mixup(alpha, classes=10)"
            )
        if labels.ndim != 1 or labels.dtype.kind not in "iu":
            raise ValueError(
                f"Mixup: labels of shape {labels.shape} and dtype {labels.dtype}; expected integers, (B,)"
            )
        wrong = (labels < 0) | (labels >= self.classes)
        if wrong.any():
            raise ValueError(
                f"Mixup: the label {labels[wrong][0]} is not one of the {self.classes} classes, 0 to "
                f"{self.classes - 1}"
            )
        return np.eye(self.classes, dtype=dtype)[labels]


def _mixed(array: np.ndarray, partner: np.ndarray, share: np.ndarray) -> np.ndarray:
    others = array.take(partner, axis=0)
    own = share.astype(array.dtype).reshape(-1, *[1] * (array.ndim - 1))
    others *= 1 - own
    others += own * array
    return others


def _floats(images: Any, caller: str, name: str) -> np.ndarray:
    keep_freed()
    array = numbers(images, None, caller, name)
    if array.dtype not in (np.float32, np.float64):
        raise TypeError(
            f"{caller}: the {name} are of dtype {array.dtype}; expected float32 or float64 (for bytes: "
            'images.astype("float32") / 255)'
        )
    return array


def _images(images: Any, rng: Any, caller: str) -> tuple[np.ndarray, tuple[int, ...], np.random.Generator]:
    """Return the images as (B, H, W), their original shape, and the generator."""
    array = _floats(images, caller, "images")
    shape = array.shape
    if array.ndim == 2:
        side = math.isqrt(shape[1])
        if side * side != shape[1]:
            raise ValueError(
                f"{caller}: the images have shape {shape}: rows of {shape[1]} pixels, which are not square; "
                "reshape to (B, H, W)"
            )
        array = array.reshape(-1, side, side)
    if array.ndim != 3 or not array.shape[1] or not array.shape[2]:
        raise ValueError(f"{caller}: the images have shape {shape}; expected (B, H, W), or (B, n)")
    return array, shape, generator(rng, caller)
