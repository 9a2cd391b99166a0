"""Adam compiled by Numba: the same bits as by NumPy, and used only where it can be."""

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn.optim import compiled

SHAPE = (300, 250)  # 75,000 numbers: large enough to be compiled


def trajectory(optimizer, dtype, order, **settings):
    rng = np.random.default_rng(0)
    weight = Tensor(np.asarray(rng.normal(size=SHAPE), dtype, order=order))
    made = optimizer([weight], lr=1e-2, **settings)
    seen = []
    for step in range(12):
        grad = rng.normal(size=SHAPE) * 10.0 ** rng.integers(-20, 5)
        weight.grad = np.asarray(grad * (step != 3), dtype, order=order)
        if step == 8:
            made.groups[0]["betas"] = (0.8, 0.99)
        made.step()
        seen.append(weight.data.copy())
    return np.array(seen), made.state_dict()["groups"]["0"]["tensors"]["0"]


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "optimizer, settings", [(nn.Adam, {"weight_decay": 0.1}), (nn.AdamW, {}), (nn.Adam, {})]
)
def test_the_same_bits_as_numpy(monkeypatch, optimizer, settings, dtype, order):
    pytest.importorskip("numba")
    found, state = trajectory(optimizer, dtype, order, **settings)
    assert np.dtype(dtype) in compiled._compiled
    monkeypatch.setattr(compiled, "_compiled", {})
    monkeypatch.setattr(compiled, "_numba", lambda: None)
    expected, their_state = trajectory(optimizer, dtype, order, **settings)
    assert np.array_equal(found, expected)
    assert all(np.array_equal(state[name], their_state[name]) for name in ("mean", "square"))


def test_arrays_that_lie_differently_are_left_to_numpy():
    pytest.importorskip("numba")
    c = [np.ones(SHAPE) for _ in range(4)]
    numbers = {"keep_mean": 0.9, "keep_square": 0.99, "rate": 0.1, "eps": 1e-8}
    assert compiled.adam(*c, **numbers)
    assert not compiled.adam(c[0], np.asfortranarray(c[1]), c[2], c[3], **numbers)
    assert not compiled.adam(c[0], c[1].astype(np.float32), c[2], c[3], **numbers)
    assert not compiled.adam(c[0][::2], c[1][::2], c[2][::2], c[3][::2], **numbers)
    assert not compiled.adam(*c, **(numbers | {"rate": np.ones(SHAPE)}))
