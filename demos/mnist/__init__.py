"""A network of 101,770 weights learns to read handwritten digits, 60,000 of them, in seconds.

The test set is used once, at the end. All choices were made on images held out of the training set (see
:mod:`demos.mnist.training`); ``--no-test`` does not use the test set at all.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

import nn
from autograd import no_grad, softmax
from demos import page
from demos.command import natural, positive, rate
from demos.idx import MNIST_FOLDER, Dataset, inputs, load_mnist
from demos.mnist import analysis, inside, pictures, report
from demos.mnist.report import pad
from demos.mnist.training import CLASSES, RECIPES, Recipe, Split, train

__all__ = ["Dataset", "inputs", "load_mnist"]

REPORT = "mnist-report.html"
MODEL = "mnist-model.npz"
SHARE = 12  # one in 12 training images is held out for validation
SAMPLES = 20  # images on the pad


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the training run."""
    parser.add_argument(
        "--recipe", choices=tuple(RECIPES), default="tuned",
        help="; ".join(f"{name}: {page.flowing(recipe.says)}" for name, recipe in RECIPES.items()),
    )  # fmt: skip
    of = "(default: the recipe's)"
    unless_given: Any = argparse.SUPPRESS
    parser.add_argument(
        "--epochs", type=positive, default=unless_given, help=f"passes over the training images {of}"
    )
    parser.add_argument(
        "--hidden", type=positive, nargs="+", default=unless_given, metavar="UNITS",
        help=f"units in each hidden layer {of}",
    )  # fmt: skip
    parser.add_argument("--batch-size", type=positive, default=100, help="images per update")
    parser.add_argument("--lr", type=rate, default=1e-3, help="Adam's learning rate")
    parser.add_argument(
        "--data", type=Path, default=MNIST_FOLDER, metavar="DIR",
        help="folder of four IDX files in MNIST's layout, such as Fashion-MNIST's",
    )  # fmt: skip
    parser.add_argument("--images", type=positive, metavar="N", help="take the first N training images only")
    parser.add_argument(
        "--validation", type=natural, metavar="N", default=unless_given,
        help="training images to hold out (drawn by --seed), and to evaluate after every epoch "
             f"(default: one in {SHARE})",
    )  # fmt: skip
    parser.add_argument(
        "--no-test", action="store_true", help="do not use the test set; report on the validation images"
    )


def run(options: argparse.Namespace) -> list[page.Section]:
    """Train, print the results of every epoch, write a report, and save the network."""
    recipe = RECIPES[options.recipe]
    given = vars(options)
    hidden, epochs = given.get("hidden", recipe.hidden), given.get("epochs", recipe.epochs)
    split = _split(load_mnist(options.data), options)
    rng = np.random.default_rng(options.seed)
    sizes = [split.x.shape[1], *hidden, CLASSES]
    model = _network(sizes, rng)
    counts = f"{len(split.y):,} images to train on, {len(split.validation_y):,} to validate on"
    if split.called == "test":
        counts += f", {len(split.held_out_y):,} to test on"
    print(f"{model}\n{counts}\n")
    history = train(model, split, rng, recipe, epochs=epochs, batch_size=options.batch_size, lr=options.lr)
    nn.save(model, options.out / MODEL)  # before anything else can fail
    if history.interrupted:
        print(f"The network as it is now: {options.out / MODEL}")
        raise KeyboardInterrupt

    probabilities = _probabilities(model, inputs(split.held_out))
    accuracy = float(np.mean(probabilities.argmax(axis=1) == split.held_out_y))
    print(f"\n{split.called} accuracy {_percent(accuracy)}")
    learned = pictures.draw(split, history, probabilities, options.out)
    seen = inside.draw(model, split, options.out)
    sections = [
        page.Section(
            "learning", "How it learned", [*_run(recipe, sizes, split, history, accuracy), learned[0]]
        ),
        page.Section("right", "What it gets right", [_per_class(split, probabilities), *learned[1:]]),
        page.Section("inside", "What it looks at", seen),
        page.Section("drawing", "Draw a digit", _pad(model, split)),
    ]
    written = report.write(options.out / REPORT, sections)
    print(f"The report: {written}\nThe trained network: {options.out / MODEL}")
    in_short = _in_short(sizes, split, history, accuracy, [*learned, *seen])
    return [page.Section("mnist", "Arrays learn: MNIST", in_short)]


def _network(sizes: list[int], rng: np.random.Generator) -> nn.Sequential:
    modules: list[nn.Module] = []
    for nin, nout in zip(sizes, sizes[1:]):
        modules += [nn.Linear(nin, nout, rng=rng), nn.ReLU()]
    return nn.Sequential(*modules[:-1])


def _probabilities(model: nn.Sequential, x: np.ndarray) -> np.ndarray:
    with no_grad():
        return softmax(nn.training.predict(model, x))


def _in_short(
    sizes: list[int],
    split: Split,
    history: nn.training.History,
    accuracy: float,
    shown: list[page.Picture],
) -> list[page.Block]:
    layers = ", ".join(f"{units} hidden units" for units in sizes[1:-1])
    return [
        page.Paragraph(
            f"""The same idea with an array in every node: {sizes[0]} pixels, {layers}, {CLASSES} digits. The
            training loop is five lines (nn.training.fit, used here, runs these), and loss.backward() takes
            the same walk as for a single neuron."""
        ),
        page.Code(LOOP),
        _facts(sizes, split, history, accuracy),
        page.Link(
            REPORT,
            "The report",
            "What it gets wrong, what it looks at, and a pad on which it reads your digits.",
        ),
        *shown,
    ]


def _run(
    recipe: Recipe, sizes: list[int], split: Split, history: nn.training.History, accuracy: float
) -> list[page.Block]:
    validated = bool(len(split.validation))
    rows = [
        (
            str(row["epoch"]), f"{row['loss']:.4f}", _percent(row["accuracy"]),
            f"{row['validation_loss']:.4f}" if validated else "–",
            _percent(row["validation_accuracy"]) if validated else "–",
            f"{row['seconds']:.1f}",
        )
        for row in history.rows
    ]  # fmt: skip
    shape = "-".join(map(str, sizes))
    return [
        page.Paragraph(
            f"""A {shape} network of rectified linear units. {recipe.says} {recipe.chosen}
            {_how_tested(split)}"""
        ),
        _facts(sizes, split, history, accuracy),
        page.Table(
            "The run, epoch by epoch. The training figures are taken while the weights change, on images "
            "and labels changed as the recipe says; the validation figures are taken after each epoch.",
            (
                "epoch",
                "training loss",
                "training accuracy",
                "validation loss",
                "validation accuracy",
                "seconds",
            ),
            rows,
        ),
    ]


def _how_tested(split: Split) -> str:
    if split.called == "test":
        return "The test images were used once, after the last epoch."
    return "The test images were not used: this report is on the validation images."


def _facts(sizes: list[int], split: Split, history: nn.training.History, accuracy: float) -> page.Facts:
    seconds, parameters = (
        sum(history["seconds"]),
        sum((nin + 1) * nout for nin, nout in zip(sizes, sizes[1:])),
    )
    return page.Facts(
        [
            (_percent(accuracy), f"right on {len(split.held_out_y):,} {split.called} images"),
            (f"{parameters:,}", "parameters"),
            (f"{seconds:.1f} s", f"for {len(history)} times {len(split.y):,} images"),
            (f"{len(split.y) * len(history) / seconds:,.0f}", "images per second, forwards and backwards"),
        ]
    )


def _per_class(split: Split, probabilities: np.ndarray) -> page.Table:
    counts = analysis.confusion(split.held_out_y, probabilities.argmax(axis=1), CLASSES)
    rows = [
        (str(digit), _percent(c.precision), _percent(c.recall), _percent(c.f1), f"{c.examples:,}")
        for digit, c in enumerate(analysis.per_class(counts))
    ]
    return page.Table(
        f"""Digit by digit, on the {split.called} images. Precision: the share of its answers of this digit
        that are right. Recall: the share of images of this digit that it finds. F1: their harmonic mean.""",
        ("digit", "precision", "recall", "F1", "images"),
        rows,
    )


def _pad(model: nn.Sequential, split: Split) -> list[page.Block]:
    places = [np.flatnonzero(split.held_out_y == digit) for digit in range(CLASSES)]
    chosen = [int(place[row]) for row in range(SAMPLES // CLASSES) for place in places if len(place) > row]
    return [
        page.Paragraph(
            """This page contains the trained network, with all its weights. Draw with mouse, pen or finger,
            or pick one of the images. Press one of the ten digits to see the gradient of its logit: what
            would make the network say that digit?"""
        ),
        page.Widget(pad.html(model, split.held_out[chosen], split.held_out_y[chosen])),
    ]


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else f"{100 * share:.2f} %"


LOOP = """
for images, labels in nn.batches(x, y, batch_size=100, seed=rng):
    loss = nn.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def _split(data: Dataset, options: argparse.Namespace) -> Split:
    images, y = data.train_images[: options.images], data.train_labels[: options.images].astype(np.int64)
    count = vars(options).get("validation", len(images) // SHARE)
    if count >= len(images):
        raise SystemExit(f"demos: --validation {count} leaves none of {len(images):,} images to train on")
    if options.no_test and not count:
        raise SystemExit("demos: --no-test leaves no images to report on; add --validation 5000")
    order = np.random.default_rng([options.seed, 1]).permutation(len(images))
    rest, held_out = order[count:], order[:count]
    validation = images[held_out], y[held_out]
    reported = validation if options.no_test else (data.test_images, data.test_labels.astype(np.int64))
    called = "validation" if options.no_test else "test"
    return Split(inputs(images[rest]), y[rest], *validation, *reported, called)
