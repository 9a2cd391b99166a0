"""Initialisation against the papers' formulas: bounds, moments, fans."""

import math

import numpy as np
import pytest

from nn import init

SHAPE = (300, 700)  # fan_in 700, fan_out 300: samples enough for moments to a percent

SCHEMES = [
    (init.xavier_uniform, {}, math.sqrt(2 / 1000)),
    (init.xavier_normal, {}, math.sqrt(2 / 1000)),
    (init.xavier_uniform, {"gain": 3.0}, 3 * math.sqrt(2 / 1000)),
    (init.xavier_normal, {"gain": 3.0}, 3 * math.sqrt(2 / 1000)),
    (init.kaiming_uniform, {}, math.sqrt(2 / 700)),
    (init.kaiming_normal, {}, math.sqrt(2 / 700)),
    (init.kaiming_uniform, {"mode": "fan_out", "gain": 1.0}, math.sqrt(1 / 300)),
    (init.kaiming_normal, {"mode": "fan_out", "gain": 1.0}, math.sqrt(1 / 300)),
]


@pytest.mark.parametrize("scheme, options, std", SCHEMES)
def test_mean_and_deviation(scheme, options, std):
    w = scheme(SHAPE, rng=np.random.default_rng(1), dtype=np.float64, **options)
    assert w.shape == SHAPE and w.dtype == np.float64
    assert abs(w.mean()) < 5 * std / math.sqrt(w.size)
    assert abs(w.std() / std - 1) < 0.01
    fourth = np.mean((w / std) ** 4)  # 9/5 for a uniform distribution, 3 for a normal one
    assert abs(fourth - (1.8 if "uniform" in scheme.__name__ else 3)) < 0.05
    if "uniform" in scheme.__name__:
        bound = std * math.sqrt(3)
        assert 0.9999 * bound < abs(w).max() <= bound


@pytest.mark.parametrize("scheme, options, std", SCHEMES)
def test_as_pytorch(torch, scheme, options, std):
    theirs = torch.empty(SHAPE)
    name = scheme.__name__ + "_"
    if "kaiming" in name:
        relu = "gain" not in options
        getattr(torch.nn.init, name)(
            theirs, mode=options.get("mode", "fan_in"), nonlinearity="relu" if relu else "linear"
        )
    else:
        getattr(torch.nn.init, name)(theirs, **options)
    ours = scheme(SHAPE, rng=0, **options)
    assert abs(theirs.std().item() / ours.std() - 1) < 0.02
    if "uniform" in name:
        assert abs(abs(theirs).max().item() / abs(ours).max() - 1) < 1e-3


def test_fans_of_windows():
    assert init.fans((8, 3, 5, 5)) == (75, 200)


@pytest.mark.parametrize("shape", [(), (3,), (0, 3), (3, 0), (2, 3, 0)])
def test_shapes_without_fans(shape):
    with pytest.raises(ValueError, match="no inputs and outputs"):
        init.xavier_uniform(shape, rng=0)


def test_unknown_mode():
    with pytest.raises(ValueError, match="'fan_avg'.*'fan_in'"):
        init.kaiming_normal((2, 3), rng=0, mode="fan_avg")


@pytest.mark.parametrize("rng", [None, 1.5, -1, True, "seed", np.random])
def test_the_source_of_random_numbers_is_explicit(rng):
    with pytest.raises(TypeError, match="numpy.random.Generator"):
        init.xavier_uniform((2, 3), rng)


def test_seeds_and_generators():
    assert np.array_equal(
        init.kaiming_normal((4, 5), 3), init.kaiming_normal((4, 5), np.random.default_rng(3))
    )
    rng = np.random.default_rng(3)
    assert not np.array_equal(init.kaiming_normal((4, 5), rng), init.kaiming_normal((4, 5), rng))
    assert init.kaiming_normal((4, 5), 3).dtype == np.float32


def test_gains_as_pytorch(torch):
    for name in ("linear", "sigmoid", "tanh", "relu", "leaky_relu"):
        assert init.gain(name) == pytest.approx(torch.nn.init.calculate_gain(name), abs=1e-15)


def test_kaiming_keeps_signals_alive_through_a_deep_relu_network():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 128))
    for _ in range(30):
        x = np.maximum(x @ init.kaiming_normal((128, 128), rng, dtype=np.float64).T, 0)
    assert 0.1 < (x**2).mean() < 10  # half of the variance of each layer gone would be 1e-9
