"""The pictures of the MNIST demo: how it learned, what it says of some digits, and what it takes for what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from demos import figures, page
from demos.mnist.training import CLASSES, History, Split

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 10
WRONG_ROWS = 3


def draw(split: Split, history: History, out: Path) -> list[page.Picture]:
    """Draw all of them into the folder ``out``."""
    return [_curves(split, history, out), _confusion(split, history, out), _samples(split, history, out)]


def _curves(split: Split, history: History, out: Path) -> page.Picture:
    losses, accuracies = np.array(history.batch_losses), 100 * np.array(history.accuracies)
    epochs = np.arange(1, len(accuracies) + 1)
    per_epoch = len(losses) / len(accuracies)
    window = max(1, len(losses) // 60)  # batches that are averaged
    smooth = np.convolve(losses, np.full(window, 1 / window), mode="valid")

    def fill(figure: Figure, theme: figures.Theme) -> None:
        above, below = figure.subplots(2, 1)
        above.plot(np.arange(len(losses)) / per_epoch, losses, color=theme.blue, alpha=0.25, linewidth=0.5)
        above.plot((np.arange(len(smooth)) + window / 2) / per_epoch, smooth, color=theme.blue, linewidth=2)
        above.set(title="Training loss", xlabel="epochs", yscale="log")
        below.plot(epochs, accuracies, color=theme.blue, marker="o", linewidth=2)
        for epoch, accuracy in zip(epochs, accuracies):
            below.annotate(
                f"{accuracy:.1f}", (epoch, accuracy), (0, -16), textcoords="offset points", ha="center"
            )
        below.margins(x=0.12, y=0.2)
        below.set(title=f"{split.called.capitalize()} accuracy in %", xlabel="epochs", xticks=epochs)

    light, dark = figures.save(out / "mnist-curves.png", fill, (7.6, 6.4))
    return page.Picture(
        light.name,
        f"""Above: the loss of every batch (thin) and its running mean, on a logarithmic scale. Below: how
        many of the {split.called} images, which it has not been trained on, it gets right after each
        epoch.""",
        f"Loss falls from {losses[0]:.2f} to {smooth[-1]:.3f}; accuracy ends at {accuracies[-1]:.1f} %",
        dark=dark.name,
    )


def _confusion(split: Split, history: History, out: Path) -> page.Picture:
    answers = history.probabilities.argmax(axis=1)
    counts = np.zeros((CLASSES, CLASSES), dtype=int)
    np.add.at(counts, (split.held_out_y, answers), 1)
    mistakes = counts * (1 - np.eye(CLASSES, dtype=int))
    digit, answer = np.unravel_index(mistakes.argmax(), mistakes.shape)

    def fill(figure: Figure, theme: figures.Theme) -> None:
        axes = figure.subplots()
        _matrix(axes, theme, counts, mistakes)

    light, dark = figures.save(out / "mnist-confusion.png", fill, (7.6, 6.4))
    return page.Picture(
        light.name,
        f"""A row for each digit, a column for each answer. On the diagonal, in blue, what it got right;
        every other cell is a kind of mistake, the more frequent the stronger. The most frequent:
        {mistakes.max()} times a {digit} was taken for a {answer}.""",
        "Confusion matrix of ten digits",
        dark=dark.name,
    )


def _matrix(axes: Axes, theme: figures.Theme, counts: NDArray[np.int64], mistakes: NDArray[np.int64]) -> None:
    colours = theme.towards(theme.orange)(0.85 * mistakes / max(1, mistakes.max()))
    colours[np.diag_indices(CLASSES)] = theme.towards(theme.blue)(0.3)
    axes.imshow(colours)
    for row, column in np.ndindex(counts.shape):
        if counts[row, column]:
            weight = "bold" if row == column else "normal"
            axes.text(
                column, row, f"{counts[row, column]}", ha="center", va="center", fontsize=10, weight=weight
            )
    axes.set(title="Which digit it is, and what the network says", xlabel="answer", ylabel="digit")
    axes.set_xticks(range(CLASSES))
    axes.set_yticks(range(CLASSES))
    axes.tick_params(length=0)
    axes.set_xticks(np.arange(1, CLASSES) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, CLASSES) - 0.5, minor=True)
    axes.grid(visible=False)
    axes.grid(visible=True, which="minor")
    axes.tick_params(which="minor", length=0)
    axes.spines[:].set_visible(False)


def _samples(split: Split, history: History, out: Path) -> page.Picture:
    answers, sureness = history.probabilities.argmax(axis=1), history.probabilities.max(axis=1)
    right = answers == split.held_out_y
    firsts = [np.flatnonzero(right & (split.held_out_y == digit))[:1] for digit in range(CLASSES)]
    wrong = np.flatnonzero(~right)
    surest = wrong[np.argsort(-sureness[wrong], kind="stable")][: WRONG_ROWS * COLUMNS]

    def fill(figure: Figure, theme: figures.Theme) -> None:
        grid = figure.subplots(1 + WRONG_ROWS, COLUMNS)
        for axes in grid.flat:
            figures.plain(axes)
        for axes, index in zip(grid[0], np.concatenate(firsts)):
            _digit(axes, theme, split.held_out[index], f"✓ {answers[index]}", theme.blue)
        for axes, index in zip(grid[1:].flat, surest):
            text = f"✗ {answers[index]}, is {split.held_out_y[index]}"
            _digit(axes, theme, split.held_out[index], text, theme.orange)

    light, dark = figures.save(out / "mnist-samples.png", fill, (10.5, 5.2))
    return page.Picture(
        light.name,
        f"""First row: the first of each digit that it got right. Below: the mistakes it was surest of, out
        of {len(wrong)} in {len(right):,}. Which of them would you have got right?""",
        "Images of digits with the network's answers, right ones and wrong ones",
        dark=dark.name,
        wide=True,
    )


def _digit(axes: Axes, theme: figures.Theme, image: NDArray[np.uint8], text: str, colour: str) -> None:
    axes.imshow(image, cmap=theme.towards(theme.ink), vmin=0, vmax=255)
    axes.set_title(text, color=colour, fontsize=11, loc="center", pad=3)
