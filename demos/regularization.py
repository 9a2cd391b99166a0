"""An overfit network, and what each remedy does to its training and validation curves.

The network has two hundred times as many weights as its 500 digits, a fifth of which have a wrong label. It
memorises them all, errors included, and the more it memorises, the worse it gets on other digits. Each
remedy is a line or two in the same loop.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import Tensor, no_grad
from demos import figures, page
from demos.command import positive
from demos.idx import inputs, load_mnist

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CLASSES = 10
SIDE = 28
HIDDEN = 128
BATCH = 50
VALIDATION = 1000  # images, with the right labels
WRONG = 0.2  # of the training labels
PATIENCE = 5  # stop early after this many epochs in a row without a lower validation loss

Layer = Callable[[int], nn.Module]  # made from a seed
WARPS = nn.Augment(nn.Shift(1), nn.Rotate(10), nn.Elastic(alpha=34, sigma=4))


@dataclass(frozen=True)
class Remedy:
    """An addition to the plain loop; ``code`` is the addition in one line."""

    name: str
    code: str
    normalize: Layer | None = None  # between linear map and activation of each hidden layer
    dropout: Layer | None = None  # after that activation
    penalty: Callable[[list[Any]], Any] | None = None  # of the weights
    augment: Callable[[Any, Any], Any] | None = None
    mixup: nn.Mixup | None = None
    smoothing: float = 0.0  # of labels
    noise: float = 0.0  # eta of the gradient noise
    limit: float | None = None  # of the norm of a unit's weights
    stops_early: bool = False


def _dropout(seed: int) -> nn.Module:
    return nn.Dropout(0.5, rng=seed)


# The strengths were chosen on the validation images, each from about three.
REMEDIES = (
    Remedy("nothing", "the plain loop"),
    Remedy("early stopping", "keep the best state_dict, load it again", stops_early=True),
    Remedy("L2", "loss + 0.01 * nn.l2(weights)", penalty=lambda w: 0.01 * nn.l2(w)),
    Remedy("L1", "loss + 0.001 * nn.l1(weights)", penalty=lambda w: 0.001 * nn.l1(w)),
    Remedy(
        "elastic net",
        "loss + nn.elastic_net(weights, 5e-4, 5e-3)",
        penalty=lambda w: nn.elastic_net(w, l1=0.0005, l2=0.005),
    ),
    Remedy("max-norm", "nn.max_norm(weights, 0.6)", limit=0.6),
    Remedy("dropout", "nn.Dropout(0.5)", dropout=_dropout),
    Remedy("dropout + max-norm", "both", dropout=_dropout, limit=0.8),
    Remedy("gradient noise", "nn.GradientNoise(parameters, eta=0.001)", noise=0.001),
    Remedy("label smoothing", "nn.cross_entropy(..., label_smoothing=0.2)", smoothing=0.2),
    Remedy("batch norm", f"nn.BatchNorm1d({HIDDEN})", normalize=lambda seed: nn.BatchNorm1d(HIDDEN)),
    Remedy("layer norm", f"nn.LayerNorm({HIDDEN})", normalize=lambda seed: nn.LayerNorm(HIDDEN)),
    Remedy("RMS norm", f"nn.RMSNorm({HIDDEN})", normalize=lambda seed: nn.RMSNorm(HIDDEN)),
    Remedy("mixup", "nn.Mixup(1.0, classes=10)", mixup=nn.Mixup(1.0, classes=CLASSES)),
    Remedy("shifts", "nn.Shift(1)", augment=nn.Shift(1)),
    Remedy("rotations", "nn.Rotate(10)", augment=nn.Rotate(10)),
    Remedy("elastic distortion", "nn.Elastic(34, 4)", augment=nn.Elastic(34, 4)),
    Remedy("shift, rotate, bend", "nn.Augment(...) of the three", augment=WARPS),
)


@dataclass(frozen=True, eq=False)
class Data:
    """Training images, some of them with a wrong label, and validation images with the right labels."""

    x: NDArray[np.float32]
    y: NDArray[np.int64]
    held_out: NDArray[np.float32]
    held_out_y: NDArray[np.int64]


@dataclass
class History:
    """Loss and accuracy after each epoch, in eval mode, on training and validation images."""

    losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    held_out_losses: list[float] = field(default_factory=list)
    held_out_accuracies: list[float] = field(default_factory=list)
    used: int = -1  # the epoch whose weights are kept: the last one, except with early stopping
    small: float = 0.0  # the share of weights below 0.001 in that epoch


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the demo's own options."""
    parser.add_argument("--epochs", type=positive, default=40, help="passes over the training images")
    parser.add_argument("--images", type=positive, default=500, help="training images, at least two")
    parser.add_argument("--runs", type=positive, default=2, help="runs to average, with consecutive seeds")


def run(options: argparse.Namespace) -> list[page.Section]:
    """Train once with each remedy, several times, and draw the curves."""
    from tqdm import tqdm

    data = load_data(max(2, options.images), np.random.default_rng(options.seed))
    seeds = range(options.seed, options.seed + options.runs)
    found: dict[str, list[History]] = {}
    # disable=None: no bar without a terminal
    for remedy in (bar := tqdm(REMEDIES, leave=False, disable=None, unit=" remedies")):
        bar.set_description(remedy.name)
        found[remedy.name] = [
            train(remedy, data, options.epochs, np.random.default_rng(seed)) for seed in seeds
        ]
    table = _table(found, len(data.x))
    print(page.columns(table))

    shown = [_curves(found, options.out), _dots(found, options.out), _digits(data, options.seed, options.out)]
    print("\nPictures: " + ", ".join(str(options.out / picture.file) for picture in shown))
    plain = found["nothing"]
    best = max(found, key=lambda name: _mean(found[name], "held_out_accuracies"))
    blocks: list[page.Block] = [
        page.Paragraph(
            f"""{len(data.x)} digits, {100 * WRONG:.0f} % of them with a wrong label, and a network
            784-{HIDDEN}-{HIDDEN}-10 with {_weights():,} weights. It can memorise every label, and does: from
            then on it repeats the errors on digits that it has not seen. A regulariser makes memorising
            harder than learning what digits look like."""
        ),
        page.Facts(
            [
                (f"{100 * _mean(plain, 'accuracies'):.0f} %", "of its training labels met, wrong ones too"),
                (f"{100 * _mean(plain, 'held_out_accuracies'):.0f} %", "of the validation digits right"),
                (f"{100 * _mean(found[best], 'held_out_accuracies'):.0f} %", f"right with: {best}"),
            ]
        ),
        *shown,
        table,
    ]
    return [page.Section("regularization", "What holds back overfitting", blocks)]


def load_data(images: int, rng: np.random.Generator) -> Data:
    """Load MNIST's first training images, draw wrong labels from ``rng``, and validate on its last images."""
    mnist = load_mnist()
    images = min(images, len(mnist.train_labels) - VALIDATION)
    y = mnist.train_labels[:images].astype(np.int64)
    wrong = rng.random(images) < WRONG
    y[wrong] = (y[wrong] + rng.integers(1, CLASSES, wrong.sum())) % CLASSES
    held_out = inputs(mnist.train_images[-VALIDATION:])
    return Data(
        inputs(mnist.train_images[:images]), y, held_out, mnist.train_labels[-VALIDATION:].astype(np.int64)
    )


def build(remedy: Remedy, rng: np.random.Generator) -> nn.Sequential:
    """Build 784-128-128-10 with relu and the remedy's layers in between."""
    modules: list[nn.Module] = []
    for seed, nin in enumerate((SIDE * SIDE, HIDDEN)):
        modules.append(nn.Linear(nin, HIDDEN, rng=rng))
        if remedy.normalize:
            modules.append(remedy.normalize(seed))
        modules.append(nn.ReLU())
        if remedy.dropout:
            modules.append(remedy.dropout(seed))
    return nn.Sequential(*modules, nn.Linear(HIDDEN, CLASSES, rng=rng))


def train(remedy: Remedy, data: Data, epochs: int, rng: np.random.Generator) -> History:
    """Train with the plain loop and one remedy."""
    model = build(remedy, rng)
    weights: list[Any] = [parameter for parameter in model.parameters() if np.ndim(parameter.data) == 2]
    optimizer = nn.Adam(model.parameters(), lr=1e-3)
    noise = nn.GradientNoise(model.parameters(), eta=remedy.noise, rng=rng) if remedy.noise else None
    history = History()
    best = model.state_dict()
    for epoch in range(epochs):
        # drop_last: a batch of one image has no variance to normalise by
        for images, labels in nn.batches(data.x, data.y, min(BATCH, len(data.x)), seed=rng, drop_last=True):
            if remedy.augment:
                images = remedy.augment(images, rng)
            if remedy.mixup:
                images, labels = remedy.mixup(images, labels, rng)  # labels become probabilities
            loss = nn.cross_entropy(model(images), labels, label_smoothing=remedy.smoothing)
            if remedy.penalty:
                loss = loss + remedy.penalty(weights)
            optimizer.zero_grad()
            loss.backward()
            if noise:
                noise.step()
            optimizer.step()
            if remedy.limit:
                nn.max_norm(weights, remedy.limit)
        _report(model, data, history)
        if remedy.stops_early:
            lowest = int(np.argmin(history.held_out_losses))
            if lowest == epoch:
                best, history.used = model.state_dict(), epoch
            elif epoch - lowest >= PATIENCE:
                break
    if remedy.stops_early:
        model.load_state_dict(best)
    history.small = float(np.mean(np.concatenate([abs(weight.data).ravel() for weight in weights]) < 0.001))
    return history


def _report(model: nn.Sequential, data: Data, history: History) -> None:
    model.eval()
    with no_grad():
        for x, y, losses, accuracies in (
            (data.x, data.y, history.losses, history.accuracies),
            (data.held_out, data.held_out_y, history.held_out_losses, history.held_out_accuracies),
        ):
            logits: Tensor = model(x)
            losses.append(float(nn.cross_entropy(logits, y).item()))
            accuracies.append(float(np.mean(logits.argmax(axis=1) == y)))
    model.train()


def _weights() -> int:
    return HIDDEN * (SIDE * SIDE + HIDDEN + CLASSES)


def _results(histories: Sequence[History], name: str) -> list[float]:
    return [getattr(history, name)[history.used] for history in histories]


def _mean(histories: Sequence[History], name: str) -> float:
    return float(np.mean(_results(histories, name)))


def _table(found: dict[str, list[History]], images: int) -> page.Table:
    rows = []
    for remedy in REMEDIES:
        histories = found[remedy.name]
        rows.append(
            (
                remedy.name,
                f"{100 * _mean(histories, 'accuracies'):.1f} %",
                f"{100 * _mean(histories, 'held_out_accuracies'):.1f} %",
                f"{_mean(histories, 'held_out_losses'):.2f}",
                f"{100 * np.mean([history.small for history in histories]):.0f} %",
                remedy.code,
            )
        )
    runs = len(found["nothing"])
    return page.Table(
        f"""After training on {images} images, mean of {runs} run{"s" if runs > 1 else ""}. Labels met: the
        training accuracy, which should not exceed 80 %, because the other labels are wrong. L1 drives most
        weights to 0, L2 those of pixels that no digit touches.""",
        ("remedy", "labels met", "validation", "loss", "weights < 0.001", "in code"),
        rows,
    )


def _panel(axes: Axes, theme: figures.Theme, name: str, found: dict[str, list[History]]) -> None:
    """Draw one remedy's curves, the mean of its runs, over those without a remedy."""

    def curve(histories: Sequence[History], what: str) -> NDArray[np.float64]:
        shortest = min(len(history.losses) for history in histories)
        return np.mean([getattr(history, what)[:shortest] for history in histories], axis=0)

    def plot(values: NDArray[np.float64], **style: Any) -> None:
        axes.plot(np.arange(1, len(values) + 1), values, **style)

    histories = found[name]
    if name != "nothing":
        plot(
            curve(found["nothing"], "held_out_losses"), color=theme.dim, linestyle=(0, (3, 2)), linewidth=1.2
        )
    plot(curve(histories, "losses"), color=theme.blue, linewidth=1.8)
    plot(curve(histories, "held_out_losses"), color=theme.orange, linewidth=1.8)
    used = [history.used for history in histories if history.used >= 0]
    if used:
        at = round(float(np.mean(used)))
        axes.plot(at + 1, curve(histories, "held_out_losses")[at], "o", color=theme.orange, markersize=6)
    axes.set_title(f"{name}: {100 * _mean(histories, 'held_out_accuracies'):.0f} %", fontsize=11)


def _curves(found: dict[str, list[History]], out: Path) -> page.Picture:
    epochs = len(found["nothing"][0].losses)
    top = 1.12 * max(max(history.held_out_losses[-1] for history in found["nothing"]), 0.5)

    def fill(figure: Figure, theme: figures.Theme) -> None:
        panels = figure.subplots(len(REMEDIES) // 3, 3, sharex=True, sharey=True)
        for axes, name in zip(panels.flat, found):
            _panel(axes, theme, name, found)
            axes.set_ylim(0, top)
            axes.set_xlim(0, epochs + 0.5)
        for axes in panels[-1]:
            axes.set_xlabel("epoch")
        for axes in panels[:, 0]:
            axes.set_ylabel("loss")
        first = panels[0, 0]
        if epochs > 10:
            first.text(epochs, 0.16 * top, "training", color=theme.blue, ha="right")
            first.text(epochs * 0.75, 0.78 * top, "validation", color=theme.orange, ha="right")
            panels[0, 1].text(epochs, 0.96 * top, "nothing", color=theme.dim, ha="right", va="top")

    light, dark = figures.save(out / "regularization-curves.png", fill, (12, 12.6))
    return page.Picture(
        light.name,
        """What to see: with nothing, the training loss (blue) falls to 0 while the validation loss (orange)
        turns around and climbs. A remedy helps if its orange line stays below the dashed one, which is the
        orange line of nothing; most remedies do this by keeping the blue line from falling. Normalisation
        does not: it speeds up training, and memorising too. The percentages give the validation accuracy at
        the end; the dot marks the weights that early stopping kept.""",
        "Training and validation loss over the epochs, one panel for each of eighteen ways to train",
        dark=dark.name,
        wide=True,
    )


def _dots(found: dict[str, list[History]], out: Path) -> page.Picture:
    order = sorted(found, key=lambda name: _mean(found[name], "held_out_accuracies"))

    def fill(figure: Figure, theme: figures.Theme) -> None:
        axes = figure.subplots()
        for place, name in enumerate(order):
            for what, colour, marker in (
                ("accuracies", theme.blue, "^"),
                ("held_out_accuracies", theme.orange, "o"),
            ):
                results = 100 * np.array(_results(found[name], what))
                axes.plot(results, [place] * len(results), marker, color=colour, markersize=4, alpha=0.45)
                axes.plot(results.mean(), place, marker, color=colour, markersize=8)
        axes.set_yticks(range(len(order)), order)
        axes.tick_params(axis="y", length=0, labelcolor=theme.ink)
        axes.set_xlabel("% (triangles: training labels met, dots: validation digits right)")
        axes.axvline(100 * (1 - WRONG), color=theme.dim, linestyle=(0, (3, 2)), linewidth=1.2)
        axes.set_title("Memorised, and learned")

    light, dark = figures.save(out / "regularization-dots.png", fill, (7.2, 5.6))
    return page.Picture(
        light.name,
        """What to see: in most rows, the further left the blue triangle, the further right the orange dot.
        The dashed line is the share of training labels that are right: a network that meets more of them has
        learned errors. Small marks are single runs.""",
        "Training and validation accuracy of each remedy, sorted by the latter",
        dark=dark.name,
    )


def _digits(data: Data, seed: int, out: Path) -> page.Picture:
    shown = 10
    images = data.x[:shown]
    if len(images) < shown:
        images = np.resize(images, (shown, images.shape[1]))
    rows: list[tuple[str, NDArray[np.float32]]] = [("as they are", images)]
    for name, warp in (
        ("Shift(2)", nn.Shift(2)),
        ("Rotate(20)", nn.Rotate(20)),
        ("Elastic(34, 4)", nn.Elastic(34, 4)),
        ("all three", WARPS),
    ):
        rows.append((name, warp(images, seed)))
    rows.append(("Mixup(1.0)", nn.Mixup(1.0)(images, images, seed)[0]))

    def fill(figure: Figure, theme: figures.Theme) -> None:
        panels = figure.subplots(len(rows), 1)
        for axes, (name, row) in zip(panels, rows):
            strip = np.pad(row.reshape(-1, SIDE, SIDE), ((0, 0), (1, 1), (3, 3)))
            axes.imshow(np.concatenate(strip, axis=1), cmap=theme.towards(theme.ink), vmin=0, vmax=1)
            figures.plain(axes)
            axes.set_ylabel(name, rotation=0, ha="right", va="center", color=theme.ink)

    light, dark = figures.save(out / "regularization-digits.png", fill, (7.2, 5.0))
    return page.Picture(
        light.name,
        """What to see: every epoch shows the network different images, which a person still reads as the same
        digits; in the last row two digits are blended, and so are their labels.""",
        "Ten digits, and the same digits after each augmentation",
        dark=dark.name,
    )
