"""A network of 101,770 weights learns to read handwritten digits, 60,000 of them, in seconds.

The test set is for the report alone. What was chosen, was chosen on images split off the training set
(see :mod:`demos.mnist.training`); ``--validation 5000`` trains and reports in that way.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import nn
from demos import page
from demos.command import natural, positive, rate
from demos.idx import MNIST_FOLDER, Dataset, inputs, load_mnist
from demos.mnist import pictures
from demos.mnist.training import CLASSES, PEAK, History, Split, train

__all__ = ["Dataset", "inputs", "load_mnist"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the training run."""
    parser.add_argument("--epochs", type=positive, default=5, help="how often every training image is seen")
    parser.add_argument("--hidden", type=positive, default=128, help="units in the hidden layer")
    parser.add_argument("--batch-size", type=positive, default=100, help="images per update")
    parser.add_argument("--lr", type=rate, default=1e-3, help="Adam's learning rate")
    parser.add_argument(
        "--recipe", choices=("tuned", "plain"), default="tuned",
        help=f"tuned: the rate cycles, up to {PEAK} times --lr, and images move by a pixel; plain: neither",
    )  # fmt: skip
    parser.add_argument(
        "--data", type=Path, default=MNIST_FOLDER, metavar="DIR",
        help="folder of four IDX files in MNIST's layout, such as Fashion-MNIST's",
    )  # fmt: skip
    parser.add_argument("--images", type=positive, metavar="N", help="train on the first N images only")
    parser.add_argument(
        "--validation", type=natural, default=0, metavar="N",
        help="leave the test set alone, and report on N images split off the training set (by --seed)",
    )  # fmt: skip


def run(options: argparse.Namespace) -> list[page.Section]:
    """Train, report every epoch, draw what came out, and save the network."""
    split = _split(load_mnist(options.data), options)
    rng = np.random.default_rng(options.seed)
    model = nn.Sequential(
        nn.Linear(split.x.shape[1], options.hidden, rng=rng),
        nn.ReLU(),
        nn.Linear(options.hidden, CLASSES, rng=rng),
    )
    print(f"{model}\n{len(split.y):,} images to train on, {len(split.held_out_y):,} to {split.called} on\n")
    history = train(
        model, split, rng,
        epochs=options.epochs, batch_size=options.batch_size, lr=options.lr, tuned=options.recipe == "tuned",
    )  # fmt: skip

    options.out.mkdir(parents=True, exist_ok=True)
    shown = pictures.draw(split, history, options.out)
    nn.save(model, options.out / "mnist-model.npz")
    print("\nPictures: " + ", ".join(str(options.out / picture.file) for picture in shown))
    print(f"The trained network: {options.out / 'mnist-model.npz'}")
    return [page.Section("mnist", "Arrays learn: MNIST", [*_figures(model, split, history), *shown])]


def _figures(model: nn.Sequential, split: Split, history: History) -> list[page.Block]:
    epochs, seconds = len(history.losses), sum(history.seconds)
    sizes = [linear.nin for linear in model if isinstance(linear, nn.Linear)]
    epoch_by_epoch = zip(history.losses, history.accuracies, history.seconds)
    rows = [
        (str(epoch), f"{loss:.4f}", _percent(accuracy), f"{time:.2f}")
        for epoch, (loss, accuracy, time) in enumerate(epoch_by_epoch, 1)
    ]
    return [
        page.Paragraph(
            f"""The same idea with an array in every node: {sizes[0]} pixels, {sizes[1]} hidden units,
            {CLASSES} digits. The training loop is five lines, and loss.backward() takes the same walk as
            for a single neuron."""
        ),
        page.Code(LOOP),
        page.Facts(
            [
                (
                    _percent(history.accuracies[-1]),
                    f"right on {len(split.held_out_y):,} {split.called} images",
                ),
                (f"{sum(array.size for array in model.state_dict().values()):,}", "parameters"),
                (f"{seconds:.1f} s", f"for {epochs} times {len(split.y):,} images"),
                (f"{len(split.y) * epochs / seconds:,.0f}", "images a second, forwards and backwards"),
            ]
        ),
        page.Table("The run.", ("epoch", "training loss", f"{split.called} accuracy", "seconds"), rows),
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


LOOP = """
for images, labels in nn.batches(x, y, batch_size=100, seed=rng):
    loss = nn.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def _split(data: Dataset, options: argparse.Namespace) -> Split:
    images, y = data.train_images[: options.images], data.train_labels[: options.images].astype(np.int64)
    if not options.validation:
        return Split(inputs(images), y, data.test_images, data.test_labels.astype(np.int64), "test")
    if options.validation >= len(images):
        raise SystemExit(
            f"demos: --validation {options.validation} leaves none of {len(images):,} images to train on"
        )
    order = np.random.default_rng([options.seed, 1]).permutation(len(images))
    rest, held_out = order[options.validation :], order[: options.validation]
    return Split(inputs(images[rest]), y[rest], images[held_out], y[held_out], "validation")
