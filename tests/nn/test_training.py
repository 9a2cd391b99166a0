"""Short trainings that must arrive: the loops of the README, on both kinds of node."""

import numpy as np
import pytest

import nn
from autograd import Tensor, Value


def moons(n, rng):
    """Two half circles that interlock, with a little noise; labels 0 and 1."""
    angle = rng.uniform(0, np.pi, n)
    label = np.arange(n) % 2
    x = np.where(label, 1 - np.cos(angle), np.cos(angle))
    y = np.where(label, 0.5 - np.sin(angle), np.sin(angle))
    return np.column_stack([x, y]) + 0.1 * rng.standard_normal((n, 2)), label


@pytest.mark.parametrize("dot", [False, True])
def test_a_scalar_network_learns_two_moons(dot):
    """Micrograd's demo: 2-16-16-1, hinge and L2; here with mini-batches and momentum."""
    x, label = moons(60, np.random.default_rng(0))
    points = [[Value(number) for number in row] for row in x]
    signs = (2 * label - 1).tolist()
    model = nn.MLP(2, [16, 16, 1], dot=dot)
    optimizer = nn.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for epoch in range(12):
        for some, targets in nn.batches(points, signs, batch_size=20, seed=epoch):
            loss = nn.hinge([model(point) for point in some], targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    test, expected = moons(40, np.random.default_rng(1))
    scores = np.array([model(point).data for point in test])
    assert ((scores > 0) == expected).mean() >= 0.9


@pytest.mark.parametrize(
    "build",
    [
        lambda p: nn.Adam(p, lr=0.02),
        lambda p: nn.AdamW(p, lr=0.02),
        lambda p: nn.SGD(p, lr=0.3, momentum=0.9),
    ],
    ids=["Adam", "AdamW", "SGD"],
)
def test_a_network_of_tensors_learns_two_moons(build):
    rng = np.random.default_rng(0)
    x, y = moons(400, rng)
    model = nn.Sequential(
        nn.Linear(2, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 2)
    )
    optimizer = build(model.parameters())
    schedule = nn.OneCycle(optimizer, max_lr=optimizer.lr, total_steps=30 * 8)
    losses = []
    for epoch in range(30):
        for points, labels in nn.batches(x, y, batch_size=50, seed=epoch):
            loss = nn.cross_entropy(model(points), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
    assert losses[-1] < 0.1 < losses[0]
    test, expected = moons(400, rng)
    assert (model.eval()(test).argmax(axis=1) == expected).mean() >= 0.98
    assert {p.dtype for p in model.parameters()} == {np.dtype(np.float32)}


def test_values_and_tensors_train_in_step():
    """Both networks, with the same weights, batches and optimizer: the same numbers after 20 steps."""
    x, label = moons(24, np.random.default_rng(0))
    scalar = nn.MLP(2, [5, 4, 1], "tanh")
    vector = scalar.vectorized()
    optimizers = [nn.Adam(model.parameters(), lr=0.05) for model in (scalar, vector)]
    for step in range(20):
        for (some, targets), (same, _) in zip(
            nn.batches(x.tolist(), (2 * label - 1).tolist(), 8, seed=step), nn.batches(x, label, 8, seed=step)
        ):
            losses = [
                nn.hinge([scalar(point) for point in some], targets),
                nn.hinge(vector(same)[:, 0], targets),
            ]
            for optimizer, loss in zip(optimizers, losses):
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    expected = scalar.vectorized().state_dict()
    for name, array in vector.state_dict().items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-9, atol=1e-11)
    assert losses[0].data == pytest.approx(losses[1].item(), rel=1e-9)


def test_values_and_tensors_in_one_optimizer():
    """A scale that is a Value beside an offset that is a Tensor: both are trained."""
    scale, offset = Value(0.0), Tensor(np.zeros(3))
    optimizer = nn.Adam([scale, offset], lr=0.1)
    for _ in range(300):
        loss = nn.mse([scale * x for x in (1.0, 2.0)], [3.0, 6.0])
        other = nn.mse(offset, [1.0, 2.0, 3.0])
        optimizer.zero_grad()
        loss.backward()
        other.backward()
        optimizer.step()
    assert scale.data == pytest.approx(3, abs=1e-2)
    assert offset.data == pytest.approx([1, 2, 3], abs=1e-2)


def test_the_same_run_twice_gives_the_same_bits():
    def run():
        nn.seed(1)
        x, y = moons(100, np.random.default_rng(3))
        model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 2))
        optimizer = nn.AdamW(model.parameters())
        for points, labels in nn.batches(x, y, batch_size=10, seed=np.random.default_rng(0)):
            loss = nn.cross_entropy(model(points), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return b"".join(array.tobytes() for array in model.state_dict().values())

    assert run() == run()
