"""The first images of MNIST's test set, for the programs that learn from digits."""

from __future__ import annotations

import numpy as np

from demos.idx import IMAGES, LABELS, MNIST_FOLDER, read_idx


def digits(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Images (count, 28, 28) from 0 to 1 in float64, and labels (count,)."""
    images = read_idx(MNIST_FOLDER / "t10k-images-idx3-ubyte.gz", IMAGES)[:count]
    labels = read_idx(MNIST_FOLDER / "t10k-labels-idx1-ubyte.gz", LABELS)[:count]
    return images / 255, labels.astype(int)
