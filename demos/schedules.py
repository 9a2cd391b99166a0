"""Every learning-rate schedule as a curve, what it does to training, and a test that finds the rate.

The network, the images and the number of steps stay the same; only the rate changes. Its highest value comes
from a learning-rate range test. With a constant rate the loss stops falling when the steps are too large for
the valley it has found; a rate that ends near 0 lets it settle.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import nn
from demos import figures, page
from demos.command import positive, rate
from demos.idx import inputs, load_mnist
from nn import plots, training

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HIDDEN = 64
BATCH = 20
HELD_OUT = 1000  # images to validate on
COLUMNS = 3
MOMENTUM = 0.9
TICKS = (0.2, 0.5, 1, 2)
LOOKS = 40  # evaluations of the validation loss in each run

Build = Callable[[nn.Optimizer, int], nn.Schedule]  # takes the optimizer and the number of steps


@dataclass(frozen=True)
class Entry:
    """A schedule: a function that builds it, and the line of code to show."""

    name: str
    code: str
    build: Build | None


ENTRIES = (
    Entry("constant", "no schedule: the plain loop", None),
    Entry(
        "step", "nn.StepDecay(optimizer, steps // 3, gamma=0.2)",
        lambda optimizer, steps: nn.StepDecay(optimizer, max(1, steps // 3), gamma=0.2),
    ),
    Entry(
        "multi-step", "nn.MultiStepDecay(optimizer, [steps // 2, 3 * steps // 4], gamma=0.1)",
        lambda optimizer, steps: nn.MultiStepDecay(optimizer, [steps // 2, 3 * steps // 4], gamma=0.1),
    ),
    Entry(
        "exponential", "nn.ExponentialDecay(optimizer, gamma=0.01 ** (1 / steps))",
        lambda optimizer, steps: nn.ExponentialDecay(optimizer, gamma=0.01 ** (1 / steps)),
    ),
    Entry(
        "polynomial (a line)", "nn.PolynomialDecay(optimizer, steps, power=1)",
        lambda optimizer, steps: nn.PolynomialDecay(optimizer, steps, power=1),
    ),
    Entry("cosine", "nn.Cosine(optimizer, steps)", lambda optimizer, steps: nn.Cosine(optimizer, steps)),
    Entry(
        "cosine, warm restarts", "nn.CosineWarmRestarts(optimizer, steps // 7 + 1, multiplier=2)",
        lambda optimizer, steps: nn.CosineWarmRestarts(optimizer, steps // 7 + 1, multiplier=2),
    ),
    Entry(
        "warm-up, then cosine", "nn.LinearWarmup(nn.Cosine(optimizer, 4 * steps // 5), steps // 5)",
        lambda optimizer, steps: nn.LinearWarmup(
            nn.Cosine(optimizer, max(1, 4 * steps // 5)), max(1, steps // 5)
        ),
    ),
    Entry(
        "one-cycle", "nn.OneCycle(optimizer, lr, steps)",
        lambda optimizer, steps: nn.OneCycle(optimizer, optimizer.lr, steps),
    ),
    Entry(
        "reduce on plateau", "nn.ReduceOnPlateau(optimizer, factor=0.3, patience=0)",
        lambda optimizer, steps: nn.ReduceOnPlateau(optimizer, factor=0.3, patience=0),
    ),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Data:
    """Images to train on and to validate on, with their labels."""

    x: NDArray[np.float32]
    y: NDArray[np.int64]
    held_out: NDArray[np.float32]
    held_out_y: NDArray[np.int64]


@dataclass
class Result:
    """One schedule: the rate of every step (for the first seed), and the results of each seed."""

    rates: list[float] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)  # at which the validation loss was evaluated
    losses: list[list[float]] = field(default_factory=list)  # the validation losses there, for each seed
    accuracies: list[float] = field(default_factory=list)  # at the end, for each seed


class Watch(training.Callback):
    """Record the rate of every step, and the validation loss from time to time."""

    def __init__(self, data: Data, every: int) -> None:
        self.data, self.every = data, every
        self.rates: list[float] = []
        self.steps: list[int] = []
        self.losses: list[float] = []

    def before_step(self, run: training.Run) -> None:
        """Record the rate that the step is about to use."""
        self.look(run.model, run.optimizer, run.step)

    def look(self, model: nn.Module, optimizer: nn.Optimizer, step: int) -> None:
        """Record the rate and perhaps the loss; needs no run, so the plain loop can call it."""
        self.rates.append(optimizer.lr)
        if step % self.every == 0:
            self.steps.append(step)
            self.losses.append(_evaluated(model, self.data)["loss"])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the demo's own options."""
    parser.add_argument("--epochs", type=positive, default=4, help="passes over the training images")
    parser.add_argument("--images", type=positive, default=6000, help="training images")
    parser.add_argument("--runs", type=positive, default=3, help="runs to average, with consecutive seeds")
    parser.add_argument(
        "--lr", type=rate, default=None, help="highest rate; if not given, the range test finds it"
    )


def run(options: argparse.Namespace) -> list[page.Section]:
    """Find the rate, train with every schedule, and draw what they did."""
    from tqdm import tqdm

    data = _data(options.images, options.seed)
    test = _range_test(data, options.seed)
    lr = options.lr or float(f"{test.steepest:.1g}")
    print(f"range test: the loss falls fastest at {test.steepest:.2g}, and is lowest at {test.lowest:.2g}")
    results = {entry.name: Result() for entry in ENTRIES}
    work = [(entry, seed) for entry in ENTRIES for seed in range(options.seed, options.seed + options.runs)]
    for entry, seed in tqdm(work, "training", leave=False, disable=None, unit=" runs"):
        _train(entry, data, lr, seed, options.epochs, results[entry.name])
    wide = max(len(entry.name) for entry in ENTRIES)
    for name, result in results.items():
        print(f"{name:<{wide}}   validation {_numbers(result)[0]}   right {_numbers(result)[1]}")
    shown = [
        _rates(results, lr, options.out),
        _losses(results, options.out),
        _range_picture(test, options.out),
    ]
    print("Pictures: " + ", ".join(str(options.out / picture.file) for picture in shown))
    return [
        page.Section("schedules", "The learning rate, step by step", _blocks(results, shown, lr, options))
    ]


def _blocks(
    results: dict[str, Result], shown: list[page.Picture], lr: float, options: argparse.Namespace
) -> list[page.Block]:
    best = min(results, key=lambda name: float(np.mean([losses[-1] for losses in results[name].losses])))
    rows = [(entry.name, *_numbers(results[entry.name]), entry.code) for entry in ENTRIES]
    return [
        page.Paragraph(
            f"""A step goes against the gradient, and the learning rate says how far. Large steps are good at
            first, but too large at the end: every batch pulls in another direction, and they never settle.
            Here one network, {28 * 28}-{HIDDEN}-10, sees the same {options.images:,} digits {options.epochs}
            times, {BATCH} in a batch, with SGD and momentum, and only the rate differs: its highest value is
            {lr:g} in every panel. What to see: with the constant rate the validation loss jumps around and
            stays high; wherever the rate comes down, the loss falls and becomes calm."""
        ),
        *shown[:2],
        page.Table(
            f"""After {options.epochs} epochs, on {HELD_OUT:,} validation images: mean of {options.runs}
            seeds, with its standard error. Lowest loss: {best}.""",
            ("schedule", "validation loss", "right", "code"), rows,
        ),
        page.Paragraph(
            f"""Where does {lr:g} come from? From a range test: it takes a few steps, each with a larger rate
            than the one before, and then restores the model."""
        ),
        shown[2],
        page.Code(RANGE_TEST),
        page.Paragraph(
            """In the plain loop a schedule is one more line; fit takes it as an argument. The results are
            bit-identical."""
        ),
        page.Code(PLAIN),
        page.Code(FIT),
    ]  # fmt: skip


RANGE_TEST = """
test = nn.training.range_test(model, (x, y), nn.cross_entropy, optimizer, batch_size=20)
test.plot("range-test.png")
optimizer.lr = test.steepest
"""
PLAIN = """
schedule = nn.Cosine(optimizer, total_steps=1200)
schedule.plot("cosine.png")  # before it is used
for epoch in range(4):
    for images, labels in loader:
        loss = nn.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
"""
FIT = """
history = nn.training.fit(model, loader, nn.cross_entropy, optimizer, epochs=4, schedule=schedule)
history.plot("history.png")
"""


def _data(images: int, seed: int) -> Data:
    mnist = load_mnist()
    x, y = inputs(mnist.train_images), mnist.train_labels.astype(np.int64)
    chosen = np.random.default_rng(seed).permutation(len(y))[: images + HELD_OUT]
    train, held_out = training.split(x[chosen], y[chosen], HELD_OUT, seed)
    return Data(*train, *held_out)


def _network(seed: int) -> tuple[nn.Module, nn.Optimizer]:
    rng = np.random.default_rng([seed, 1])
    model = nn.Sequential(nn.Linear(28 * 28, HIDDEN, rng=rng), nn.ReLU(), nn.Linear(HIDDEN, 10, rng=rng))
    return model, nn.SGD(model.parameters(), lr=1.0, momentum=MOMENTUM)


def _range_test(data: Data, seed: int) -> training.RangeTest:
    model, optimizer = _network(seed)
    loader = nn.Loader(data.x, data.y, BATCH, rng=seed)
    return training.range_test(model, loader, nn.cross_entropy, optimizer, low=1e-5, high=10.0, steps=150)


def _train(entry: Entry, data: Data, lr: float, seed: int, epochs: int, result: Result) -> None:
    """Train once: with the plain loop if there is no schedule, with fit if there is one."""
    model, optimizer = _network(seed)
    optimizer.lr = lr
    loader = nn.Loader(data.x, data.y, BATCH, rng=seed)
    steps = epochs * len(loader)
    watch = Watch(data, max(1, steps // LOOKS))
    if entry.build is None:
        _plain_loop(model, loader, optimizer, epochs, watch)
    else:
        schedule = entry.build(optimizer, steps)
        history = training.fit(
            model, loader, nn.cross_entropy, optimizer, epochs=epochs, schedule=schedule,
            validation=(data.held_out, data.held_out_y), callbacks=[watch], progress=False,
        )  # fmt: skip
        if history.interrupted:  # Ctrl-C ends all the runs
            raise KeyboardInterrupt
    end = _evaluated(model, data)
    result.rates, result.steps = result.rates or watch.rates, [*watch.steps, steps]
    result.losses.append([*watch.losses, end["loss"]])
    result.accuracies.append(end["accuracy"])


def _plain_loop(
    model: nn.Module, loader: nn.Loader, optimizer: nn.Optimizer, epochs: int, watch: Watch
) -> None:
    step = 0
    for _ in range(epochs):
        for images, labels in loader:
            loss = nn.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            watch.look(model, optimizer, step)
            optimizer.step()
            step += 1


def _evaluated(model: nn.Module, data: Data) -> dict[str, float]:
    return training.evaluate(model, data.held_out, data.held_out_y, nn.cross_entropy, training.accuracy)


def _numbers(result: Result) -> tuple[str, str]:
    """Format validation loss and accuracy, each with its standard error if there are several seeds."""
    texts = []
    for numbers, scale, digits, unit in (
        ([losses[-1] for losses in result.losses], 1, 3, ""), (result.accuracies, 100, 1, " %")
    ):  # fmt: skip
        text = f"{scale * np.mean(numbers):.{digits}f}"
        if len(numbers) > 1:
            error = scale * np.std(numbers, ddof=1) / math.sqrt(len(numbers))
            text += f" ± {error:.{digits}f}"
        texts.append(text + unit)
    return texts[0], texts[1]


def _rates(results: dict[str, Result], lr: float, out: Path) -> page.Picture:
    scheduled = [entry for entry in ENTRIES if entry.build]

    def fill(figure: Figure, theme: figures.Theme) -> None:
        rows = -(-len(scheduled) // COLUMNS)
        grid = figure.subplots(rows, COLUMNS, sharex=True, sharey=True)
        for axes, entry in zip(grid.flat, scheduled):
            axes.plot(results[entry.name].rates, color=theme.blue, linewidth=2)
            axes.set(title=entry.name, ylim=(-0.04 * lr, 1.08 * lr))
        for axes in grid[-1]:
            axes.set_xlabel("step")
        for axes in grid[:, 0]:
            axes.set_ylabel("rate")

    light, dark = figures.save(out / "schedules-rates.png", fill, (10.5, 6.2))
    return page.Picture(
        light.name,
        """The rate of every step. All schedules but the last are fixed before training begins; reduce on
        plateau watches the validation loss, and lowers the rate when the loss has not improved.""",
        f"Nine curves of the learning rate over the steps, between 0 and {lr:g}",
        dark=dark.name,
        wide=True,
    )


def _losses(results: dict[str, Result], out: Path) -> page.Picture:
    scheduled = [entry for entry in ENTRIES if entry.build]

    def fill(figure: Figure, theme: figures.Theme) -> None:
        grid = figure.subplots(-(-len(scheduled) // COLUMNS), COLUMNS, sharex=True, sharey=True)
        constant = (results["constant"], theme.orange, "constant rate")
        for axes, entry in zip(grid.flat, scheduled):
            for result, colour, label in (constant, (results[entry.name], theme.blue, "this schedule")):
                loss = np.mean(result.losses, axis=0)
                axes.plot(result.steps[1:], loss[1:], color=colour, linewidth=2, label=label)
            axes.set(title=entry.name, yscale="log")
            axes.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
            axes.minorticks_off()
        grid.flat[0].legend(fontsize=9)
        for axes in grid[-1]:
            axes.set_xlabel("step")
        for axes in grid[:, 0]:
            axes.set_ylabel("validation loss")

    light, dark = figures.save(out / "schedules-losses.png", fill, (10.5, 6.6))
    return page.Picture(
        light.name,
        """The validation loss during training, with each schedule (blue) and with the constant rate (orange),
        which jumps around to the end: mean of the seeds, on a logarithmic scale. Blue leaves orange where the
        rate comes down, and rises again at each warm restart.""",
        "Nine pairs of validation-loss curves, each a schedule beside the constant rate",
        dark=dark.name,
        wide=True,
    )


def _range_picture(test: training.RangeTest, out: Path) -> page.Picture:
    def fill(figure: Figure, theme: figures.Theme) -> None:
        plots.range_test(figure.subplots(), test, (theme.blue, theme.orange))

    light, dark = figures.save(out / "schedules-range-test.png", fill, (7.2, 3.8))
    return page.Picture(
        light.name,
        """The range test: too small a rate changes nothing, too large a rate throws the weights about. In
        between, the loss falls fastest: that is the rate to train with.""",
        f"Loss over learning rate: falls fastest at {test.steepest:.2g}, and rises above {test.lowest:.2g}",
        dark=dark.name,
    )
