"""Analyse a trained classifier: its mistakes by class, what its layers see, which pixels matter."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import Tensor, no_grad


def confusion(labels: NDArray[np.int64], answers: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """Count how often each class (row) got each answer (column): (classes, classes).

    >>> confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    array([[1, 1],
           [0, 1]])
    """
    counts = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(counts, (labels, answers), 1)
    return counts


@dataclass(frozen=True)
class PerClass:
    """Figures of one class: the share of its answers that are right (precision), and the share of its
    examples that are found (recall); nan if there are none."""

    precision: float
    recall: float
    examples: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def per_class(counts: NDArray[np.int64]) -> list[PerClass]:
    """Compute precision and recall of each class from a confusion matrix.

    >>> per_class(np.array([[8, 2], [0, 10]]))[0]
    PerClass(precision=1.0, recall=0.8, examples=10)
    """
    right, called, are = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)

    def share(part: np.int64, whole: np.int64) -> float:
        return float(part / whole) if whole else float("nan")

    return [PerClass(share(r, c), share(r, a), int(a)) for r, c, a in zip(right, called, are)]


def hidden(model: nn.Sequential, x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the inputs of the last layer for each example: (B, units)."""
    with no_grad():
        activations: NDArray[np.float32] = model[:-1](x).numpy()
    return activations


def principal_components(
    points: NDArray[np.float32], count: int = 2
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Project points (N, D) on the ``count`` directions in which they vary most; return (N, count), and the
    share of the variance in each direction. If D is less than ``count``, the rest is 0.

    The directions are the eigenvectors of the covariance matrix, each with its largest component positive, so
    that the picture is the same in every run. Pearson, "On lines and planes of closest fit to systems of
    points in space", 1901.

    >>> line = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    >>> along, shares = principal_components(line, 1)
    >>> along.ravel().round(3).tolist(), shares.round(3).tolist()
    ([-1.414, 0.0, 1.414], [1.0])
    """
    centred = np.asarray(points, np.float64) - points.mean(axis=0, dtype=np.float64)
    room = np.zeros((len(points), max(0, count - centred.shape[1])))
    centred = np.concatenate([centred, room], axis=1)
    variances, directions = np.linalg.eigh(centred.T @ centred / len(points))
    chosen = directions[:, ::-1][:, :count]
    chosen = chosen * np.sign(chosen[np.abs(chosen).argmax(axis=0), np.arange(chosen.shape[1])])
    return centred @ chosen, variances[::-1][:count] / max(variances.sum(), np.finfo(float).tiny)


def apart(points: NDArray[np.float64], gap: NDArray[np.float64], rounds: int = 50) -> NDArray[np.float64]:
    """Push points (N, 2) apart if they are so close that their labels would overlap.

    ``gap`` is the least distance in x and in y: no point lies within an ellipse with these half axes around
    another.

    >>> apart(np.array([[0.0, 0.0], [0.0, 1.0], [5.0, 5.0]]), np.array([2.0, 2.0])).round(2).tolist()
    [[0.0, -0.5], [0.0, 1.5], [5.0, 5.0]]
    """
    at = points / gap
    for _ in range(rounds):
        for i, j in combinations(range(len(at)), 2):
            between = at[j] - at[i]
            distance = float(np.hypot(*between))
            if distance < 1:
                push = between / distance if distance else np.array([1.0, 0.0])
                at[i] -= push * (1 - distance) / 2
                at[j] += push * (1 - distance) / 2
    return at * gap


def pixel_gradients(
    model: nn.Module, x: NDArray[np.float32], classes: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Compute the gradient of one logit of each example with respect to its pixels: (B, pixels).

    ``classes`` says which logit. Examples do not mix, so the gradient of the sum of the chosen logits holds
    that of each example. Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks", 2013.

    >>> linear = nn.Linear(2, 2, rng=0)
    >>> gradients = pixel_gradients(linear, np.ones((1, 2), np.float32), np.array([1]))
    >>> np.array_equal(gradients[0], linear.weight.data[1])
    True
    """
    pixels = Tensor(np.array(x), requires_grad=True)
    chosen = model(pixels)[np.arange(len(x)), classes]
    chosen.sum().backward()
    model.zero_grad()
    assert pixels.grad is not None
    return pixels.grad


def ascend(
    model: nn.Module,
    start: NDArray[np.float32],
    classes: int,
    *,
    steps: int = 60,
    rate: float = 0.05,
    decay: float = 0.05,
    smoothing: int = 2,
) -> NDArray[np.float32]:
    """Find an image of each class by gradient ascent from the image ``start``: (classes, H, W), 0 to 1.

    Each step moves the pixels along the gradient of the class's logit, scaled to ``rate`` times the length of
    the white image. It does not use the probability, which also rises when all other classes fall, and can
    end in an image without ink. Every pixel decays a little, so that only those that matter stay bright. The
    gradient is blurred ``smoothing`` times: otherwise, the network is just as sure of images that look like
    noise to us. Erhan, Bengio, Courville and Vincent, "Visualizing higher-layer features of a deep network",
    2009; Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks", 2013, for the logit.

    >>> model = nn.Linear(4, 2, rng=1)
    >>> images = ascend(model, np.full((2, 2), 0.5, np.float32), 2, smoothing=0)
    >>> images.shape, model(images.reshape(2, 4)).argmax(axis=1).tolist()
    ((2, 2, 2), [0, 1])
    """
    images = np.repeat(np.asarray(start, np.float32)[None], classes, axis=0)
    for _ in range(steps):
        uphill = pixel_gradients(model, images.reshape(classes, -1), np.arange(classes)).reshape(images.shape)
        for _ in range(smoothing):
            uphill = _blurred(uphill)
        length = np.sqrt((uphill * uphill).sum(axis=(1, 2), keepdims=True))
        uphill *= rate * start.size**0.5 / np.maximum(length, np.finfo(np.float32).tiny)
        images = np.clip((1 - decay) * images + uphill, 0, 1).astype(np.float32)
    return images


def _blurred(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Replace each pixel by the mean of it and its neighbours, weighted 1, 2, 1 in x and y; outside is 0."""
    for axis in (1, 2):
        framed = np.pad(images, [(0, 0), *((1, 1) if each == axis else (0, 0) for each in (1, 2))])
        before, at, after = (framed.take(range(i, i + images.shape[axis]), axis) for i in range(3))
        images = (before + 2 * at + after) / np.float32(4)
    return images
