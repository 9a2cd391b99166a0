"""Pictures from inside the trained network: what its units look for, how it separates digits, and which
pixels change its answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import no_grad, softmax
from demos import figures, page
from demos.idx import inputs
from demos.mnist import analysis
from demos.mnist.training import CLASSES, Split

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

UNITS = 64  # units of the first layer to show
STEPS = 200  # of gradient ascent: after 60, an image may still be taken for another class
POINTS = 3000  # in the picture of the hidden activations


def draw(model: nn.Sequential, split: Split, out: Path) -> list[page.Picture]:
    """Draw all pictures into the folder ``out``."""
    return [
        _weights(model, split, out),
        _components(model, split, out),
        _gradients(model, split, out),
        _ascended(model, split, out),
    ]


def _weights(model: nn.Sequential, split: Split, out: Path) -> page.Picture:
    height, width = split.held_out.shape[1:]
    weights = next(module for module in model if isinstance(module, nn.Linear)).weight.data
    lengths = np.linalg.norm(weights, axis=1)
    largest = np.argsort(-lengths, kind="stable")[:UNITS]
    columns = 16 if len(largest) > 16 else 8
    rows = -(-len(largest) // columns)

    def fill(figure: Figure, theme: figures.Theme) -> None:
        grid = figure.subplots(rows, columns, squeeze=False)
        _tight(figure)
        for axes, unit in zip(grid.flat, largest):
            _tile(axes, weights[unit].reshape(height, width), theme.diverging)
        for axes in grid.flat:
            figures.plain(axes)

    light, dark = figures.save(out / "mnist-weights.png", fill, (10.5, 10.5 / columns * rows + 0.1))
    return page.Picture(
        light.name,
        f"""The weights of the first layer as pictures, for the {len(largest)} units with the largest weights.
        A unit adds up the ink under blue pixels and subtracts the ink under orange ones: it looks for strokes
        and for gaps.""",
        "Each unit of the first layer as an image of its weights",
        dark=dark.name,
        wide=True,
    )


def _components(model: nn.Sequential, split: Split, out: Path) -> page.Picture:
    shown = slice(POINTS)
    activations = analysis.hidden(model, inputs(split.held_out[shown]))
    (points, shares), labels = analysis.principal_components(activations), split.held_out_y[shown]

    def fill(figure: Figure, theme: figures.Theme) -> None:
        import matplotlib

        axes = figure.subplots()
        colours = matplotlib.colormaps["tab10"]
        axes.scatter(points[:, 0], points[:, 1], c=colours(labels), s=5, linewidths=0, alpha=0.6)
        digits = np.unique(labels)
        middles = np.array([np.median(points[labels == digit], axis=0) for digit in digits])
        for digit, (x, y) in zip(digits, analysis.apart(middles, 0.065 * np.ptp(points, axis=0))):
            axes.text(
                x, y, str(digit), fontsize=15, fontweight="bold", ha="center", va="center",
                bbox={"boxstyle": "circle,pad=0.15", "facecolor": theme.paper,
                      "edgecolor": colours(digit), "linewidth": 2},
            )  # fmt: skip
        axes.set(
            title="Hidden activations in two dimensions",
            xlabel=f"first principal component ({100 * shares[0]:.0f} % of the variance)",
            ylabel=f"second ({100 * shares[1]:.0f} %)",
        )

    light, dark = figures.save(out / "mnist-hidden.png", fill, (7.6, 6.4))
    return page.Picture(
        light.name,
        f"""The inputs of the last layer for {len(labels):,} {split.called} images, each a dot in the colour
        of its digit, projected on the two directions in which they vary most (PCA). Each number marks the
        middle of its digit's cloud: see which are neighbours, and look them up among the mistakes. These are
        two of {activations.shape[1]} dimensions; in the full space the clouds lie apart, and the last layer
        only has to separate them with straight cuts.""",
        "A dot for each image, in the colour of its digit: ten clouds",
        dark=dark.name,
    )


def _gradients(model: nn.Sequential, split: Split, out: Path) -> page.Picture:
    firsts = [int(np.flatnonzero(split.held_out_y == digit)[0]) for digit in np.unique(split.held_out_y)]
    images = split.held_out[firsts]
    gradients = analysis.pixel_gradients(model, inputs(images), split.held_out_y[firsts])

    def fill(figure: Figure, theme: figures.Theme) -> None:
        grid = figure.subplots(2, len(firsts), squeeze=False)
        _tight(figure)
        for column, (image, gradient) in enumerate(zip(images, gradients)):
            above, below = grid[:, column]
            above.imshow(image, cmap=theme.towards(theme.ink), vmin=0, vmax=255)
            _tile(below, gradient.reshape(image.shape), theme.diverging)
        for axes in grid.flat:
            figures.plain(axes)

    light, dark = figures.save(out / "mnist-gradients.png", fill, (10.5, 2.15))
    return page.Picture(
        light.name,
        """Above, an image of each digit; below, the gradient of its own logit with respect to its pixels.
        More ink on a blue pixel would make the network surer, more ink on an orange one less sure: see the
        orange in the gaps that a stroke would close. It takes one backward pass, to the input instead of the
        weights. The pad shows this gradient for any digit and any logit.""",
        "Ten digits, and under each the gradient of its logit by pixel",
        dark=dark.name,
        wide=True,
    )


def _ascended(model: nn.Sequential, split: Split, out: Path) -> page.Picture:
    mean = split.x.mean(axis=0).reshape(split.held_out.shape[1:])
    images = analysis.ascend(model, mean, CLASSES, steps=STEPS)

    def fill(figure: Figure, theme: figures.Theme) -> None:
        grid = figure.subplots(1, CLASSES, squeeze=False)
        for digit, (axes, image) in enumerate(zip(grid.flat, images)):
            axes.imshow(image, cmap=theme.towards(theme.ink), vmin=0, vmax=1)
            axes.set_title(str(digit), fontsize=11, loc="center", pad=3)
            figures.plain(axes)

    light, dark = figures.save(out / "mnist-ascended.png", fill, (10.5, 1.5))
    return page.Picture(
        light.name,
        f"""For each class, an image found by gradient ascent: starting from the mean of all images, the
        pixels followed the gradient of the class's logit for {STEPS} steps. {_taken_for(model, images)} It
        does not look for the shapes that we see in a digit.""",
        "Ten blurred shapes, one for each class, found by gradient ascent",
        dark=dark.name,
        wide=True,
    )


def _taken_for(model: nn.Sequential, images: NDArray[np.float32]) -> str:
    with no_grad():
        probabilities = softmax(model(images.reshape(len(images), -1))).numpy()
    right = int(np.sum(probabilities.argmax(axis=1) == np.arange(len(images))))
    if right < len(images):
        return f"The network takes {right} of the {len(images)} for their class."
    least = probabilities.diagonal().min()
    share = "more than 99" if least > 0.99 else f"at least {100 * least:.0f}"
    return f"The network takes every one for its class, with a probability of {share} %."


def _tile(axes: Axes, image: NDArray[np.float32], colours: Colormap) -> None:
    strongest = np.abs(image).max() or 1
    axes.imshow(image, cmap=colours, vmin=-strongest, vmax=strongest)


def _tight(figure: Figure) -> None:
    figure.set_layout_engine("constrained", h_pad=0.02, w_pad=0.02, hspace=0, wspace=0)
