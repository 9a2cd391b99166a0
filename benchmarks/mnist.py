"""One MNIST epoch, 784-128-10, batch 100, Adam, float32: ours, PyTorch's, and the matrix products alone."""

from __future__ import annotations

import contextlib
import io
import os

import numpy as np
import torch

import nn
from demos.mnist import load_mnist

from .measure import paired

BATCH = 100


def main() -> None:
    threads = int(os.environ["OMP_NUM_THREADS"])
    torch.set_num_threads(threads)
    mnist = load_mnist()
    x = mnist.train_images.reshape(-1, 784).astype(np.float32) / 255
    y = mnist.train_labels.astype(np.int64)

    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = nn.Adam(model.parameters(), lr=1e-3)

    def ours() -> None:
        for images, labels in nn.batches(x, y, batch_size=BATCH, seed=0):
            loss = nn.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    def fitted() -> None:
        loader = nn.Loader(x, y, BATCH, rng=0)
        schedule = nn.OneCycle(optimizer, max_lr=1e-3, total_steps=len(loader))
        with contextlib.redirect_stdout(io.StringIO()):
            nn.training.fit(model, loader, nn.cross_entropy, optimizer, epochs=1, schedule=schedule)

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
    by_fit = f"{name}, by fit, with schedule and bar"
    paired(by_fit, "PyTorch, fused Adam", fitted, theirs, 0.75, runs=7).report()
    paired(name, "the five matrix products, NumPy", ours, products, 2.5, runs=7).report()


if __name__ == "__main__":
    main()
