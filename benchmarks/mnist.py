"""Time an MNIST epoch, 784-128-10, batch 100, Adam, float32: ours, PyTorch's, the matrix products alone."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import struct
import sys
import termios
from collections.abc import Iterator

import numpy as np
import torch

from .measure import paired
from .works import BATCH, digits, mnist_epoch, mnist_fit


@contextlib.contextmanager
def terminal() -> Iterator[None]:
    """Give ``fit`` a terminal for its bar and its line for each epoch, and check that both appear."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 110, 0, 0))  # 0 x 0 would show nothing
    os.set_blocking(ours, False)
    try:
        with (
            open(theirs, "w") as stream,
            contextlib.redirect_stderr(stream),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            yield
            stream.flush()
            shown = os.read(ours, 1 << 16)
    finally:
        os.close(ours)
    if b"epoch 1" not in shown or b"batches/s" not in shown:
        sys.exit(f"benchmarks: fit showed no progress bar, but {shown!r}; is tqdm installed?")


def main() -> None:
    threads = int(os.environ["OMP_NUM_THREADS"])
    torch.set_num_threads(threads)
    x, y = digits()
    ours, fit = mnist_epoch(x, y), mnist_fit(x, y)

    def fitted() -> None:
        with terminal():
            fit()

    their_model = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
    their_optimizer = torch.optim.Adam(their_model.parameters(), lr=1e-3, fused=True)
    tx, ty = torch.from_numpy(x), torch.from_numpy(y)

    def theirs() -> None:
        order = torch.randperm(len(tx))
        for start in range(0, len(tx), BATCH):
            index = order[start : start + BATCH]
            loss = torch.nn.functional.cross_entropy(their_model(tx[index]), ty[index])
            their_optimizer.zero_grad()
            loss.backward()
            their_optimizer.step()

    rng = np.random.default_rng(0)
    w1 = rng.normal(size=(128, 784)).astype(np.float32)
    w2 = rng.normal(size=(10, 128)).astype(np.float32)

    def products() -> None:
        for start in range(0, len(x), BATCH):
            images = x[start : start + BATCH]
            hidden = images @ w1.T
            logits = hidden @ w2.T
            logits.T @ hidden  # gradient of w2
            upstream = logits @ w2  # gradient of the hidden layer
            upstream.T @ images  # gradient of w1

    name = f"MNIST epoch, {threads} thread{'s' if threads > 1 else ''}"
    paired(name, "PyTorch, fused Adam", ours, theirs, 0.75, runs=7).report()
    by_fit = f"{name}, fit, schedule and bar"
    paired(by_fit, "PyTorch, fused Adam", fitted, theirs, 0.75, runs=7).report()
    paired(name, "the five matrix products, NumPy", ours, products, 2.5, runs=7).report()


if __name__ == "__main__":
    main()
