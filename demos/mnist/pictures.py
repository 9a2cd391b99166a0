"""The pictures of the MNIST demo: how the network learned, and which digits it gets right and wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import nn
from demos import figures, page
from demos.mnist.analysis import confusion
from demos.mnist.training import CLASSES, Split

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 10
WRONG_ROWS = 3


def draw(
    split: Split, history: nn.training.History, probabilities: NDArray[np.float32], out: Path
) -> list[page.Picture]:
    """Draw all pictures into the folder ``out``: learning curves, mistakes by kind, and sample mistakes."""
    return [
        _curves(split, history, probabilities, out),
        _confusion(split, probabilities, out),
        _samples(split, probabilities, out),
    ]


def _curves(
    split: Split, history: nn.training.History, probabilities: NDArray[np.float32], out: Path
) -> page.Picture:
    losses, epochs = np.array(history.batch_losses), np.array(history["epoch"])
    per_epoch = len(losses) / len(epochs)
    window = max(1, len(losses) // 60)  # batches that are averaged
    smooth = np.convolve(losses, np.full(window, 1 / window), mode="valid")
    validated = bool(len(split.validation))
    accuracy = 100 * float(np.mean(probabilities.argmax(axis=1) == split.held_out_y))

    def fill(figure: Figure, theme: figures.Theme) -> None:
        from matplotlib.ticker import LogLocator

        above, below = figure.subplots(2, 1)
        above.plot(np.arange(len(losses)) / per_epoch, losses, color=theme.blue, alpha=0.25, linewidth=0.5)
        above.plot(
            (np.arange(len(smooth)) + window / 2) / per_epoch, smooth, color=theme.blue, linewidth=2,
            label="training",
        )  # fmt: skip
        below.plot(
            epochs, 100 * np.array(history["accuracy"]), color=theme.blue, marker=".", label="training"
        )
        if validated:
            above.plot(epochs, history["validation_loss"], color=theme.orange, marker=".", label="validation")
            below.plot(
                epochs, 100 * np.array(history["validation_accuracy"]), color=theme.orange, marker=".",
                label="validation",
            )  # fmt: skip
        if split.called == "test":
            below.plot(epochs[-1:], [accuracy], color=theme.ink, marker="D", linestyle="", label="test")
            below.annotate(
                f"{accuracy:.2f}", (epochs[-1], accuracy), (0, 8), textcoords="offset points", ha="center"
            )
        above.set(title="Loss", xlabel="epochs", yscale="log")
        above.yaxis.set_major_locator(
            LogLocator(subs=(1, 2, 5))
        )  # smoothed labels: all within one power of 10
        above.yaxis.set_major_formatter("{x:g}")
        above.yaxis.set_minor_formatter("")
        below.margins(x=0.06, y=0.16)
        below.set(title="Accuracy in %", xlabel="epochs")
        below.xaxis.get_major_locator().set_params(integer=True)
        above.legend(loc="upper right")
        below.legend(loc="lower right")

    held_out = ", and after each epoch the loss on images that it is not trained on" if validated else ""
    tested = " The test images are used once, at the end." if split.called == "test" else ""
    light, dark = figures.save(out / "mnist-curves.png", fill, (7.6, 6.4))
    return page.Picture(
        light.name,
        f"""Above: the loss of every batch (thin) and its running mean, on a logarithmic
        scale{held_out}. Below: the share of images it gets right.{tested}""",
        f"Loss falls from {losses[0]:.2f} to {smooth[-1]:.3f}; accuracy ends at {accuracy:.1f} %",
        dark=dark.name,
    )


def _confusion(split: Split, probabilities: NDArray[np.float32], out: Path) -> page.Picture:
    counts = confusion(split.held_out_y, probabilities.argmax(axis=1), CLASSES)
    mistakes = counts * (1 - np.eye(CLASSES, dtype=int))
    digit, answer = np.unravel_index(mistakes.argmax(), mistakes.shape)

    def fill(figure: Figure, theme: figures.Theme) -> None:
        axes = figure.subplots()
        _matrix(axes, theme, counts, mistakes)

    light, dark = figures.save(out / "mnist-confusion.png", fill, (7.6, 6.4))
    return page.Picture(
        light.name,
        f"""A row for each digit, a column for each answer. On the diagonal, in blue, the right answers;
        every other cell is a kind of mistake, with more colour for more mistakes. The most frequent:
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
    axes.set(title="The digit, and the network's answer", xlabel="answer", ylabel="digit")
    axes.set_xticks(range(CLASSES))
    axes.set_yticks(range(CLASSES))
    axes.tick_params(length=0)
    axes.set_xticks(np.arange(1, CLASSES) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, CLASSES) - 0.5, minor=True)
    axes.grid(visible=False)
    axes.grid(visible=True, which="minor")
    axes.tick_params(which="minor", length=0)
    axes.spines[:].set_visible(False)


def _samples(split: Split, probabilities: NDArray[np.float32], out: Path) -> page.Picture:
    answers, sureness = probabilities.argmax(axis=1), probabilities.max(axis=1)
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
            axes.set_xlabel(f"{100 * sureness[index]:.1f} %", labelpad=3)

    light, dark = figures.save(out / "mnist-samples.png", fill, (10.5, 5.6))
    return page.Picture(
        light.name,
        f"""First row: for each digit, the first image it got right. Below: the mistakes it was surest of, out
        of {len(wrong)} in {len(right):,}, each with the probability it gave its answer. Which of them would
        you have got right?""",
        "Images of digits with the network's answers, right ones and wrong ones",
        dark=dark.name,
        wide=True,
    )


def _digit(axes: Axes, theme: figures.Theme, image: NDArray[np.uint8], text: str, colour: str) -> None:
    axes.imshow(image, cmap=theme.towards(theme.ink), vmin=0, vmax=255)
    axes.set_title(text, color=colour, fontsize=11, loc="center", pad=3)
