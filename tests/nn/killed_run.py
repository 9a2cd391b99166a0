"""A training run as a program of its own, for the tests that kill and interrupt it.

    python killed_run.py FOLDER [--value] [--slow] [--long]

trains, or goes on with, a small network that has all that is random: dropout, augmentation, gradient noise,
shuffled batches; writes a checkpoint every few steps; and in the end its weights.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

import nn
from nn.serialization import write_state
from nn.training import (
    AfterStep,
    BeforeStep,
    Callback,
    Checkpoint,
    CSVLog,
    EarlyStopping,
    Run,
    Scheduling,
    fit,
)

EPOCHS, LONG = 12, 40  # of ten steps


class Slow(Callback):
    """Time to be interrupted in; and a word when training has begun."""

    quiet = False

    def after_step(self, run: Run) -> None:
        if run.step == 5:  # there is a checkpoint
            print("training", flush=True)
        time.sleep(0.03)


def data(values: bool) -> tuple[object, object]:
    rng = np.random.default_rng(5)
    x = rng.standard_normal((70, 4))
    y = (x[:, 0] * x[:, 1] > 0).astype(int)
    return (x.tolist(), (2 * y - 1).tolist()) if values else (x.astype(np.float32), y)


def noisy(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return x + rng.normal(0, 0.01, np.shape(x)).astype(np.float32)


def noisy_lists(x: list[list[float]], rng: np.random.Generator) -> list[list[float]]:
    return (np.array(x) + rng.normal(0, 0.01, np.shape(x))).tolist()


def train(folder: Path, values: bool, slow: bool, epochs: int) -> None:
    (x, y), validation = nn.training.split(*data(values), held_out=10, seed=1)
    model: nn.Module
    if values:
        model = nn.MLP(4, [3, 1], "tanh", rng=3)
    else:
        model = nn.Sequential(
            nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3, rng=4),
            nn.Linear(16, 8), nn.Tanh(), nn.Dropout(0.1), nn.Linear(8, 2),
        )  # fmt: skip
    parameters = model.parameters()
    weights, biases = (
        [p for p in parameters if np.ndim(p.data)],
        [p for p in parameters if not np.ndim(p.data)],
    )
    groups = [{"params": group, "lr": lr} for group, lr in ((weights, 0.02), (biases, 0.01)) if group]
    optimizer = nn.Adam(groups, lr=0.02)
    schedule = nn.LinearWarmup(nn.Cosine(optimizer, total_steps=9 * epochs), steps=7)
    plateau = nn.ReduceOnPlateau(optimizer, factor=0.9, patience=0)
    noise = nn.GradientNoise(parameters, eta=1e-4, rng=9)
    loader = nn.Loader(x, y, 6, rng=2, augment=noisy_lists if values else noisy)
    callbacks = [
        Checkpoint(folder / "run.checkpoint", steps=3, resume=True),
        BeforeStep(noise),
        AfterStep(lambda: None),
        Scheduling(plateau, every="epoch", monitor="loss"),
        EarlyStopping(patience=100),
        CSVLog(folder / "log.csv"),
    ]
    history = fit(
        model, loader, nn.hinge if values else nn.cross_entropy, optimizer, epochs=epochs,
        validation=validation, metrics=nn.training.accuracy, schedule=schedule,
        callbacks=callbacks + [Slow()] * slow, progress=slow,
    )  # fmt: skip
    rows = [{name: number for name, number in row.items() if name != "seconds"} for row in history.rows]
    state = {"model": model.state_dict(), "rows": rows, "losses": np.array(history.batch_losses)}
    if history.interrupted:
        print(f"interrupted at {len(history.batch_losses)}", flush=True)
    else:
        write_state(state, folder / "result")


if __name__ == "__main__":
    given = sys.argv[2:]
    train(Path(sys.argv[1]), "--value" in given, "--slow" in given, LONG if "--long" in given else EPOCHS)
