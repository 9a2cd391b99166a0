"""What a bad initialisation does to activations and gradients, layer by layer, and to training.

One deep network starts from six initialisations. Each layer multiplies the variance of its input by about
the same factor, and likewise that of gradients on their way back: in a deep network, a factor that is not
near 1 is fatal.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import no_grad
from demos import figures, page
from demos.command import positive
from demos.idx import inputs, load_mnist
from nn import init

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLASSES = 10
IMAGES = 2000
SHOWN = 500  # images used to measure variances
BATCH = 50
LIMITS = (1e-13, 1e13)  # of the variances drawn: beyond them they have vanished, or exploded

Scheme = Callable[[tuple[int, int], np.random.Generator, str], NDArray[np.float32]]


@dataclass(frozen=True)
class Start:
    """A way to draw weights, and how its line is drawn."""

    name: str
    draw: Scheme
    colour: str  # an attribute of the theme
    dashes: Any = "solid"


STARTS = (
    Start("too small: std 0.01", lambda shape, rng, _: init.normal(shape, 0.01, rng), "orange", (0, (4, 2))),
    Start("too large: std 0.3", lambda shape, rng, _: init.normal(shape, 0.3, rng), "orange"),
    Start("LeCun", lambda shape, rng, _: init.lecun_normal(shape, rng), "dim", (0, (1, 1.5))),
    Start("Xavier", lambda shape, rng, _: init.xavier_normal(shape, rng), "dim"),
    Start("Kaiming", lambda shape, rng, name: init.kaiming_normal(shape, rng, init.gain(name)), "blue"),
    Start(
        "orthogonal",
        lambda shape, rng, name: init.orthogonal(shape, rng, init.gain(name)),
        "blue",
        (0, (4, 2)),
    ),
)
ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the demo's own options."""
    parser.add_argument("--depth", type=positive, default=12, help="hidden layers")
    parser.add_argument("--width", type=positive, default=128, help="units in each")
    parser.add_argument("--steps", type=positive, default=150, help="training steps from each start")


def run(options: argparse.Namespace) -> list[page.Section]:
    """Measure the variances for each initialisation, train from it, and draw both."""
    from tqdm import tqdm

    mnist = load_mnist()
    x = inputs(mnist.train_images[:IMAGES])
    x = (x - x.mean()) / x.std()  # variance 1
    y = mnist.train_labels[:IMAGES].astype(np.int64)

    signals: dict[tuple[str, str], list[init.Signal]] = {}
    outputs: dict[str, list[NDArray[np.float32]]] = {}
    losses: dict[str, list[float]] = {}
    # disable=None: no bar without a terminal
    for start in tqdm(STARTS, "training", leave=False, disable=None, unit=" starts"):
        for name in ACTIVATIONS:
            model = build(start, name, options)
            found = init.variances(model, x[:SHOWN], options.seed)
            signals[start.name, name] = found[1:-1:2]  # outputs of the activations
            if name == "tanh":
                outputs[start.name] = _outputs(model, x[:SHOWN])
        losses[start.name] = train(build(start, "relu", options), x, y, options)

    table = _table(signals, losses)
    print(page.columns(table))
    shown = [
        _variances(signals, options.out),
        _histograms(outputs, options.out),
        _losses(losses, options.out),
    ]
    print("\nPictures: " + ", ".join(str(options.out / picture.file) for picture in shown))
    size = options.width
    blocks: list[page.Block] = [
        page.Paragraph(
            f"""{options.depth} hidden layers of {size} units see MNIST's digits, scaled to variance 1. A
            unit adds up n products of a weight and an input, so its variance is n times that of the weights,
            times that of the input; relu then halves the mean square, and tanh squashes large values. With
            n = {size} the factor n times the weights' variance is {size * 0.01**2:.3f} for weights of 0.01, {
                size * 0.3**2:.0f} for weights of 0.3, and 1 for LeCun's 1/sqrt(n) = {
                1 / math.sqrt(size):.3f};
            Kaiming's is {math.sqrt(2):.2f} times as large to make up for relu."""
        ),
        *shown,
        table,
        page.Code(
            "import nn\n"
            "from nn import init\n\n"
            f"layer = nn.Linear({size}, {size})\n"
            f'layer.weight.data[...] = init.kaiming_normal(({size}, {size}), rng=0, gain=init.gain("relu"))\n'
            "layer.bias.data[...] = 0\n\n"
            "for signal in init.variances(model, images):\n"
            "    print(signal.layer, signal.forward, signal.backward)"
        ),
    ]
    return [page.Section("initialization", "How initial weights shape the signals", blocks)]


def build(start: Start, activation: str, options: argparse.Namespace) -> nn.Sequential:
    """Build 784 inputs, ``depth`` layers of ``width`` units, and 10 classes; biases start at 0."""
    rng = np.random.default_rng(options.seed)
    modules: list[nn.Module] = []
    nin = 784
    for layer in range(options.depth + 1):
        last = layer == options.depth
        linear = nn.Linear(nin, CLASSES if last else options.width, rng=rng)
        linear.weight.data[...] = start.draw((linear.nout, linear.nin), rng, activation)
        if linear.bias is not None:
            linear.bias.data[...] = 0
        modules.append(linear)
        if not last:
            modules.append(ACTIVATIONS[activation]())
        nin = linear.nout
    return nn.Sequential(*modules)


def train(
    model: nn.Sequential, x: NDArray[np.float32], y: NDArray[np.int64], options: argparse.Namespace
) -> list[float]:
    """Take ``steps`` steps of SGD with momentum and return their losses; stop if one is not finite."""
    optimizer = nn.SGD(model.parameters(), lr=0.01, momentum=0.9)
    rng = np.random.default_rng(options.seed)
    losses: list[float] = []
    with np.errstate(all="ignore"):  # overflow is part of what the demo shows
        while len(losses) < options.steps:
            for images, labels in nn.batches(x, y, batch_size=BATCH, seed=rng):
                loss = nn.cross_entropy(model(images), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
                if len(losses) == options.steps or not math.isfinite(losses[-1]):
                    return losses
    return losses


def _outputs(model: nn.Sequential, x: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return the output of each activation."""
    found = []
    out: Any = x
    with no_grad():
        for module in model:
            out = module(out)
            if isinstance(module, nn.Activation):
                found.append(out.numpy())
    return found


def _table(signals: dict[tuple[str, str], list[init.Signal]], losses: dict[str, list[float]]) -> page.Table:
    rows = []
    for start in STARTS:
        cells = [start.name]
        for name in ACTIVATIONS:
            found = signals[start.name, name]
            cells += [f"{found[-1].forward:.1e}", f"{found[0].backward:.1e}"]
        rows.append((*cells, f"{np.mean(losses[start.name][-10:]):.3g}"))
    return page.Table(
        """Variances at the far ends: of activations after the last hidden layer, and of gradients once they
        are back at the first. The loss is the relu network's mean over the last ten training steps; guessing
        gives log(10) = 2.3.""",
        ("start", "tanh: last", "back at first", "relu: last", "back at first", "loss"),
        rows,
    )


def _variances(signals: dict[tuple[str, str], list[init.Signal]], out: Path) -> page.Picture:
    depth = len(next(iter(signals.values())))
    layers = range(1, depth + 1)

    def fill(figure: Figure, theme: figures.Theme) -> None:
        panels = figure.subplots(2, 2, sharex=True, sharey="row")
        for column, name in enumerate(ACTIVATIONS):
            for row, (what, title) in enumerate(
                (("forward", "variance of activations"), ("backward", "variance of gradients"))
            ):
                axes = panels[row, column]
                for start in STARTS:
                    values = [getattr(signal, what) for signal in signals[start.name, name]]
                    axes.plot(
                        layers,
                        values,
                        color=getattr(theme, start.colour),
                        linestyle=start.dashes,
                        linewidth=2,
                        label=start.name,
                    )
                axes.set(yscale="log", ylim=LIMITS)
                axes.set_title(f"{name}: {title}")
        for axes in panels[1]:
            axes.set_xlabel("layer")
            axes.set_xlim(1 if depth > 1 else 0, depth)
        figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside right upper")

    light, dark = figures.save(out / "initialization-variances.png", fill, (12, 6.4))
    return page.Picture(
        light.name,
        """What to see: a straight line means a constant factor per layer. If weights are too small, nothing
        is left of the digit after a few layers, nor of the gradient on its way back (right to left). If they
        are too large, relu explodes; tanh goes to -1 or 1, and its gradients explode all the same. Xavier
        and LeCun, identical between layers of equal width, lose half the variance to relu in every layer;
        Kaiming and orthogonal weights, with the gain of the activation, stay level.""",
        "Variance of activations and of gradients over the layers, for tanh and relu, from six starts",
        dark=dark.name,
        wide=True,
    )


def _histograms(outputs: dict[str, list[NDArray[np.float32]]], out: Path) -> page.Picture:
    depth = len(next(iter(outputs.values())))
    layers = sorted(set(np.linspace(0, depth - 1, 5).round().astype(int).tolist()))
    names = [STARTS[0].name, STARTS[1].name, "Kaiming"]

    def fill(figure: Figure, theme: figures.Theme) -> None:
        panels = figure.subplots(len(names), len(layers), sharex=True, squeeze=False)
        for row, name in zip(panels, names):
            for axes, layer in zip(row, layers):
                colour = theme.blue if name == "Kaiming" else theme.orange
                axes.hist(outputs[name][layer].ravel(), bins=61, range=(-1, 1), color=colour)
                axes.set_yticks([])
                axes.spines["left"].set_visible(False)
                axes.grid(visible=False)
                axes.set_xticks([-1, 0, 1])
            row[0].set_ylabel(name.replace(": ", ":\n"), rotation=0, ha="right", va="center", color=theme.ink)
        for axes, layer in zip(panels[0], layers):
            axes.set_title(f"layer {layer + 1}", fontsize=11)

    light, dark = figures.save(out / "initialization-histograms.png", fill, (12, 4.2))
    return page.Picture(
        light.name,
        """What to see: how often each activation value occurs in the tanh network. With weights too small,
        all are soon 0; with weights too large, all are -1 or 1, where tanh is flat; with Kaiming's weights
        and the gain of tanh they use the whole range in every layer.""",
        "Histograms of tanh activations in five layers, from three starts",
        dark=dark.name,
        wide=True,
    )


def _losses(losses: dict[str, list[float]], out: Path) -> page.Picture:
    def fill(figure: Figure, theme: figures.Theme) -> None:
        axes = figure.subplots()
        for start in STARTS:
            values = np.array(losses[start.name])
            window = min(10, len(values))
            smooth = np.convolve(values, np.ones(window) / window, mode="valid")
            axes.plot(
                np.arange(len(smooth)) + window,
                smooth,
                color=getattr(theme, start.colour),
                linestyle=start.dashes,
                linewidth=2,
                label=start.name,
            )
        axes.set_ylim(0, 3.4)
        axes.set(title="Training loss of the relu network", xlabel="step")
        axes.legend(loc="upper right", ncols=2)

    light, dark = figures.save(out / "initialization-losses.png", fill, (7.2, 4.8))
    return page.Picture(
        light.name,
        """What to see: the same network, data and optimizer. If weights start too small, the loss stays at
        log(10) = 2.3, as for guessing: no gradient arrives. If they start too large, it is far above the
        picture, or not finite. The others learn sooner the more level their lines are above.""",
        "Training loss over the steps from six starts",
        dark=dark.name,
    )
