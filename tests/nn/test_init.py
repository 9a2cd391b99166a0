"""Initialisation against the papers' formulas: bounds, moments, fans."""

import math
from inspect import isfunction, signature

import numpy as np
import pytest

import nn
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
    (init.lecun_uniform, {}, math.sqrt(1 / 700)),
    (init.lecun_normal, {}, math.sqrt(1 / 700)),
    (init.lecun_uniform, {"gain": 3.0}, 3 * math.sqrt(1 / 700)),
    (init.lecun_normal, {"gain": 3.0}, 3 * math.sqrt(1 / 700)),
]


def test_every_scheme_is_in_the_table():
    public = {
        name for name, found in vars(init).items()
        if isfunction(found) and name[0] != "_"
        and {"shape", "rng", "gain"} <= set(signature(found).parameters)
    }  # fmt: skip
    assert public == {scheme.__name__ for scheme, *_ in SCHEMES} | {"orthogonal"}


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
    if "lecun" in name:  # theirs has another name: Kaiming's for what is linear
        name = name.replace("lecun", "kaiming")
        getattr(torch.nn.init, name)(theirs, nonlinearity="linear")
        theirs *= options.get("gain", 1.0)
    elif "kaiming" in name:
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


@pytest.mark.parametrize(
    "scheme", [init.xavier_uniform, init.kaiming_normal, init.lecun_normal, init.orthogonal]
)
@pytest.mark.parametrize(
    "shape, options, error, says",
    [
        (5, {}, TypeError, "shape is 5; expected a tuple"),
        ((2.0, 3), {}, TypeError, "2.0; expected a whole number"),
        ((2, 3), {"dtype": int}, TypeError, "dtype is int64; expected a dtype of floats"),
        ((2, 3), {"gain": math.nan}, ValueError, "is nan; expected a finite number"),
        ((2, 3), {"gain": -1.0}, ValueError, "expected a finite number of at least 0"),
    ],
)
def test_wrong_arguments(scheme, shape, options, error, says):
    with pytest.raises(error, match=f"{scheme.__name__}: .*{says}"):
        scheme(shape, rng=0, **options)


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
    slope = torch.nn.PReLU().weight.item()
    assert init.gain("prelu") == pytest.approx(torch.nn.init.calculate_gain("leaky_relu", slope), abs=1e-15)


def test_there_is_no_gain_of_what_is_no_activation():
    with pytest.raises(ValueError, match="gain: there is no activation 'rleu'; known are linear, .*relu"):
        init.gain("rleu")


def test_kaiming_keeps_signals_alive_through_a_deep_relu_network():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 128))
    for _ in range(30):
        x = np.maximum(x @ init.kaiming_normal((128, 128), rng, dtype=np.float64).T, 0)
    assert 0.1 < (x**2).mean() < 10  # half of the variance of each layer gone would be 1e-9


# Orthogonal matrices.


@pytest.mark.parametrize("shape", [(5, 8), (8, 5), (6, 6), (4, 3, 2, 2), (20, 3, 2, 2), (1, 7), (7, 1)])
@pytest.mark.parametrize("gain", [1.0, 2.5])
def test_orthogonal(torch, shape, gain):
    w = init.orthogonal(shape, rng=1, gain=gain, dtype=np.float64)
    theirs = torch.nn.init.orthogonal_(torch.empty(shape), gain)
    assert w.shape == shape
    flat = w.reshape(shape[0], -1)
    small = flat @ flat.T if shape[0] <= flat.shape[1] else flat.T @ flat
    np.testing.assert_allclose(small, gain**2 * np.eye(len(small)), atol=1e-12)
    np.testing.assert_allclose(
        np.linalg.svd(flat, compute_uv=False), np.linalg.svd(theirs.numpy().reshape(flat.shape))[1]
    )
    assert init.orthogonal(shape, rng=1).dtype == np.float32


def test_all_orthogonal_matrices_are_as_likely():
    """In the plane: turns by any angle, and as many mirrored. QR without the signs fails this."""
    rng, count = np.random.default_rng(0), 4000
    drawn = np.array([init.orthogonal((2, 2), rng, dtype=np.float64) for _ in range(count)])
    assert abs((np.linalg.det(drawn) > 0).mean() - 0.5) < 4 * 0.5 / math.sqrt(count)
    angles = np.sort(np.arctan2(drawn[:, 1, 0], drawn[:, 0, 0]))
    even = -math.pi + 2 * math.pi * (np.arange(count) + 0.5) / count
    assert abs(angles - even).max() / (2 * math.pi) < 1.95 / math.sqrt(count)  # Kolmogorov and Smirnov, 0.001


def test_orthogonal_keeps_every_signal_through_a_deep_linear_network():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((20, 64))
    y = x
    for _ in range(200):
        y = y @ init.orthogonal((64, 64), rng, dtype=np.float64).T
    np.testing.assert_allclose(np.linalg.norm(y, axis=1), np.linalg.norm(x, axis=1), rtol=1e-10)


# What a network does to its signals.


def network(scheme, depth, width, activation, **options):
    rng = np.random.default_rng(0)
    modules = []
    for _ in range(depth):
        linear = nn.Linear(width, width, dtype=np.float64, rng=rng)
        linear.weight.data[...] = scheme((width, width), rng=rng, dtype=np.float64, **options)
        linear.bias.data[...] = 0
        modules += [linear, activation()]
    return nn.Sequential(*modules)


def test_variances_by_hand():
    """Of a linear network, whose gradients are products of matrices."""
    a, b = nn.Linear(3, 4, dtype=np.float64, rng=0), nn.Linear(4, 2, dtype=np.float64, rng=1)
    x = np.random.default_rng(2).standard_normal((50, 3))
    first, second = init.variances(nn.Sequential(a, b), x, rng=5)
    upstream = np.random.default_rng(5).standard_normal((50, 2))
    hidden = x @ a.weight.data.T + a.bias.data
    assert first.layer == "0: Linear" and second.layer == "1: Linear"
    assert first.forward == pytest.approx(hidden.var(), rel=1e-12)
    assert second.forward == pytest.approx((hidden @ b.weight.data.T + b.bias.data).var(), rel=1e-12)
    assert second.backward == pytest.approx(upstream.var(), rel=1e-12)
    assert first.backward == pytest.approx((upstream @ b.weight.data).var(), rel=1e-12)
    assert a.weight.grad is None


@pytest.mark.parametrize("std, factor", [(0.5, 0.5), (1.0, 1.0), (2.0, 2.0)])
def test_each_layer_multiplies_the_variance(std, factor):
    """Glorot and Bengio, equations 5 and 6: by width * var(w), forward and backward alike."""
    model = network(init.lecun_normal, 6, 400, nn.Flatten, gain=math.sqrt(std))
    x = np.random.default_rng(1).standard_normal((300, 400))
    signals = init.variances(model, x)
    for layer, signal in enumerate(signals[::2], 1):
        assert signal.forward == pytest.approx(factor**layer, rel=0.15)
        assert signal.backward == pytest.approx(factor ** (6 - layer), rel=0.15)


def test_kaiming_keeps_the_gradients_of_a_deep_relu_network_and_xavier_loses_half_a_layer():
    x = np.random.default_rng(1).standard_normal((100, 200))
    good = init.variances(network(init.kaiming_normal, 20, 200, nn.ReLU), x)
    bad = init.variances(network(init.xavier_normal, 20, 200, nn.ReLU), x)
    assert 0.1 < good[0].backward < 10 and 0.1 < good[-1].forward < 10
    assert bad[0].backward == pytest.approx(2.0**-20, rel=0.9) and bad[-1].forward < 1e-4


def test_variances_of_what_explodes_are_inf_or_nan_and_no_warning():
    signals = init.variances(network(init.lecun_normal, 8, 30, nn.Flatten, gain=1e60), np.ones((2, 30)))
    assert not math.isfinite(signals[-1].forward)


def test_variances_behind_what_only_passes_data_on():
    """Flatten and dropout of 0 give the array that they were given, which has no gradient."""
    linear = nn.Linear(4, 2, rng=0)
    x = np.random.default_rng(1).standard_normal((30, 2, 2))
    [signal] = init.variances(nn.Sequential(nn.Flatten(), nn.Dropout(0.0), linear), x)
    assert signal.layer == "2: Linear"
    assert signal.forward == pytest.approx(linear(x.reshape(30, 4)).data.var(), rel=1e-6)


def test_variances_wants_layers():
    for model in ([], [nn.Flatten()]):
        with pytest.raises(ValueError, match="variances: the model computed nothing"):
            init.variances(model, np.ones((2, 3)))
