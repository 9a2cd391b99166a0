"""Train two networks that are defined in scalars, on MNIST's digits and on names. Both are traced once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import trace
from demos.idx import inputs, load_mnist

from .networks import find, gpt, names

BATCH = 100
DIGITS_RATE = 1e-2  # the peak of one cycle
NAMES_BATCH = 64
NAMES_RATE = 1.5e-2
HELD_OUT = 500  # names
LOOKS = 20  # evaluations of the loss on held-out names
WRITTEN = 20  # new names
TEMPERATURE = 0.8


@dataclass
class Learned:
    """The course of a training run: the loss of each batch before its step, and the result."""

    examples: int
    parameters: int
    losses: list[float] = field(default_factory=list)
    tracing: float = 0.0  # seconds
    seconds: float = 0.0  # of all steps

    @property
    def step(self) -> float:
        """The seconds per step."""
        return self.seconds / len(self.losses)


@dataclass
class Digits(Learned):
    """The results of the digit classifier, with the accuracy of its traced logits on test images."""

    accuracy: float = 0.0
    tested: int = 0


@dataclass
class Names(Learned):
    """The results of the GPT: losses on held-out names, (step, loss) from step 0 on, and names it wrote."""

    held_out: list[tuple[int, float]] = field(default_factory=list)
    pairs: float = 0.0  # the loss of counted pairs of letters
    written: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)  # those that are also training names


def learn_digits(rng: np.random.Generator, epochs: int, images: int) -> Digits:
    """Train 784-128-10 on the first ``images`` of MNIST; test it on all of the test set."""
    from tqdm import tqdm

    data = load_mnist()
    x, y = inputs(data.train_images[:images]), data.train_labels[:images].astype(np.int64)
    started = time.perf_counter()
    built = find("mnist").build(rng)
    batched = trace(built.fn, *built.example, parameters=built.parameters).batched(np.float32)
    logits = trace(built.model, built.example[0], parameters=built.parameters).batched(np.float32)
    batched.value_and_grad(x[:1], y[:1])  # writes the array program
    found = Digits(len(x), len(built.parameters), tracing=time.perf_counter() - started)

    optimizer = nn.Adam(built.parameters)
    total = epochs * -(-len(x) // BATCH)
    schedule = nn.OneCycle(optimizer, DIGITS_RATE, total)
    # disable=None: no bar without a terminal
    with tqdm(total=total, desc="digits", leave=False, disable=None, unit=" steps") as bar:
        started = time.perf_counter()
        for _ in range(epochs):
            for rows in np.array_split(rng.permutation(len(x)), total // epochs):
                found.losses.append(batched.step(x[rows], y[rows], optimizer))
                schedule.step()
                bar.update()
        found.seconds = time.perf_counter() - started
    predicted = logits(inputs(data.test_images)).argmax(axis=1)
    found.accuracy, found.tested = float(np.mean(predicted == data.test_labels)), len(predicted)
    return found


def learn_names(rng: np.random.Generator, steps: int) -> Names:
    """Train the GPT on names, hold some of them out, and let it write new ones."""
    from tqdm import tqdm

    known = rng.permutation(names.load()).tolist()
    held_out, known = known[:HELD_OUT], known[HELD_OUT:]
    examples, unseen = names.encode(known), names.encode(held_out)
    started = time.perf_counter()
    built = find("gpt").build(rng)
    batched = trace(built.fn, *built.example, parameters=built.parameters).batched(np.float32)
    logits = trace(partial(gpt.logits, built.model), built.example[0], parameters=built.parameters).batched(
        np.float32
    )
    batched.value_and_grad(*(array[:1] for array in examples))
    found = Names(len(known), len(built.parameters), tracing=time.perf_counter() - started)
    found.pairs = loss_of_pairs(examples, unseen)

    optimizer = nn.Adam(built.parameters)
    schedule = nn.OneCycle(optimizer, NAMES_RATE, steps)
    every = max(1, steps // LOOKS)
    for step in tqdm(range(steps), "names", leave=False, disable=None, unit=" steps"):
        if step % every == 0:
            found.held_out.append((step, float(batched(*unseen).mean())))
        rows = rng.integers(len(known), size=NAMES_BATCH)
        started = time.perf_counter()
        found.losses.append(batched.step(*(array[rows] for array in examples), optimizer))
        found.seconds += time.perf_counter() - started
        schedule.step()
    found.held_out.append((steps, float(batched(*unseen).mean())))

    def next_letters(tokens: Sequence[int]) -> NDArray[Any]:
        row: NDArray[Any] = logits(np.array([tokens]))[0]
        return row

    found.written = [gpt.sample(next_letters, rng, TEMPERATURE) for _ in range(WRITTEN)]
    found.copied = [name for name in found.written if name in set(known)]
    return found


def loss_of_pairs(examples: Sequence[NDArray[Any]], unseen: Sequence[NDArray[Any]]) -> float:
    """Compute the loss of a table that counts which letter follows which, plus one each, without a network.

    >>> round(loss_of_pairs(names.encode(["a"] * 1000), names.encode(["a"])), 2)
    0.03
    """
    tokens, targets, weights = examples
    counts = np.ones((len(names.SYMBOLS), len(names.SYMBOLS)))
    np.add.at(counts, (tokens[weights > 0], targets[weights > 0]), 1)
    losses = -np.log(counts / counts.sum(axis=1, keepdims=True))
    tokens, targets, weights = unseen
    return float((losses[tokens, targets] * weights).sum(axis=1).mean())
