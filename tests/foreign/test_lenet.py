"""LeNet-5 reads digits: a convolution is a matrix product of all windows with the kernels.

Shapes: B batch, C and O channels before and after, H and W places, K the side of a window.
"""

import numpy as np

import nn
from autograd import Tensor, tanh

from . import twins
from .digits import digits

STEPS = 20
FLOAT = {"dtype": np.float64}


class Conv2d(nn.Module):
    def __init__(self, cin, cout, size, rng):
        bound = 1 / np.sqrt(cin * size * size)
        self.weight = Tensor(rng.uniform(-bound, bound, (cout, cin, size, size)))
        self.bias = Tensor(rng.uniform(-bound, bound, cout))

    def __call__(self, x):
        cout, cin, size, _ = self.weight.shape
        B, _, height, width = x.shape
        H, W = height - size + 1, width - size + 1
        # which row and which column of the image is pixel (i, j) of the window at (y, x)
        rows = np.arange(H)[:, None, None, None] + np.arange(size)[:, None]  # (H, 1, K, 1)
        columns = np.arange(W)[:, None, None] + np.arange(size)  # (W, 1, K)
        windows = x[:, :, rows, columns]  # (B, C, H, W, K, K)
        windows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(B, H, W, cin * size * size)
        out = windows @ self.weight.reshape(cout, -1).T + self.bias  # (B, H, W, O)
        return out.transpose(0, 3, 1, 2)


class AvgPool2d(nn.Module):
    def __init__(self, size):
        self.size = size

    def __call__(self, x):
        B, C, H, W = x.shape
        return x.reshape(B, C, H // self.size, self.size, W // self.size, self.size).mean(axis=(3, 5))


class LeNet(nn.Module):
    def __init__(self, rng):
        self.conv1 = Conv2d(1, 6, 5, rng)
        self.conv2 = Conv2d(6, 16, 5, rng)
        self.pool = AvgPool2d(2)
        self.fc1 = nn.Linear(16 * 5 * 5, 120, rng=rng, **FLOAT)
        self.fc2 = nn.Linear(120, 84, rng=rng, **FLOAT)
        self.fc3 = nn.Linear(84, 10, rng=rng, **FLOAT)

    def __call__(self, x):
        x = self.pool(tanh(self.conv1(x)))
        x = self.pool(tanh(self.conv2(x)))
        x = x.reshape(len(x), -1)
        x = tanh(self.fc1(x))
        x = tanh(self.fc2(x))
        return self.fc3(x)


def train(model, images, labels, chosen):
    optimizer = nn.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for batch in chosen:
        x = np.pad(images[batch], ((0, 0), (2, 2), (2, 2)))[:, None]  # 28 x 28 to 32 x 32
        loss = nn.cross_entropy(model(Tensor(x, requires_grad=False)), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        yield loss, model.named_parameters()
        optimizer.step()


def twin(torch, weights, images, labels, chosen):
    parts = {
        "conv1": torch.nn.Conv2d(1, 6, 5, padding=2),
        "conv2": torch.nn.Conv2d(6, 16, 5),
        "fc1": torch.nn.Linear(400, 120),
        "fc2": torch.nn.Linear(120, 84),
        "fc3": torch.nn.Linear(84, 10),
    }
    model = torch.nn.ModuleDict(parts)
    model.load_state_dict(weights)
    pool = torch.nn.AvgPool2d(2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for batch in chosen:
        x = pool(torch.tanh(parts["conv1"](torch.tensor(images[batch])[:, None])))
        x = pool(torch.tanh(parts["conv2"](x))).flatten(1)
        x = parts["fc3"](torch.tanh(parts["fc2"](torch.tanh(parts["fc1"](x)))))
        loss = torch.nn.functional.cross_entropy(x, torch.tensor(labels[batch]))
        optimizer.zero_grad()
        loss.backward()
        yield loss, model.named_parameters()
        optimizer.step()


def test_digits(torch):
    images, labels = digits(320)
    chosen = twins.batches(len(images), 16, STEPS)
    model = LeNet(np.random.default_rng(0))
    weights = twins.copied(torch, model.named_parameters())
    losses = twins.stay_together(
        train(model, images, labels, chosen), twin(torch, weights, images, labels, chosen), STEPS
    )
    assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:5])
