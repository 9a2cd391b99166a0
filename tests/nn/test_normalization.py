"""Normalisation layers against PyTorch in float64: values, both orders of gradients, running statistics."""

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor

F64 = {"dtype": np.float64}


class Theirs:
    """The PyTorch module of each of ours, by the options of ours."""

    @staticmethod
    def batch(kind):
        return lambda torch, size, **options: getattr(torch.nn, kind)(size, **options)

    @staticmethod
    def layer(torch, size, affine=True, **options):
        return torch.nn.LayerNorm(size, elementwise_affine=affine, **options)

    @staticmethod
    def rms(torch, size, affine=True, **options):
        return torch.nn.RMSNorm(size, elementwise_affine=affine, **options)


# ours, theirs, sizes, input shape, options
CASES = [
    (nn.BatchNorm1d, Theirs.batch("BatchNorm1d"), 4, (6, 4), {}),
    (nn.BatchNorm1d, Theirs.batch("BatchNorm1d"), 4, (2, 4), {"eps": 0.3}),
    (nn.BatchNorm1d, Theirs.batch("BatchNorm1d"), 4, (6, 4, 5), {"momentum": 0.7}),
    (nn.BatchNorm1d, Theirs.batch("BatchNorm1d"), 4, (6, 4, 1), {"momentum": None}),
    (nn.BatchNorm1d, Theirs.batch("BatchNorm1d"), 4, (6, 4), {"affine": False}),
    (nn.BatchNorm1d, Theirs.batch("BatchNorm1d"), 4, (1, 4, 3), {"momentum": 1.0}),
    (nn.BatchNorm1d, Theirs.batch("BatchNorm1d"), 4, (6, 4), {"momentum": 0.0}),
    (nn.BatchNorm2d, Theirs.batch("BatchNorm2d"), 3, (4, 3, 5, 2), {}),
    (nn.BatchNorm2d, Theirs.batch("BatchNorm2d"), 3, (1, 3, 2, 2), {"eps": 1e-3, "momentum": None}),
    (nn.BatchNorm2d, Theirs.batch("BatchNorm2d"), 3, (4, 3, 1, 1), {"affine": False}),
    (nn.LayerNorm, Theirs.layer, 4, (6, 4), {}),
    (nn.LayerNorm, Theirs.layer, 4, (4,), {"eps": 0.3}),
    (nn.LayerNorm, Theirs.layer, (3, 4), (2, 5, 3, 4), {}),
    (nn.LayerNorm, Theirs.layer, 4, (1, 4), {"bias": False}),
    (nn.LayerNorm, Theirs.layer, 4, (6, 4), {"affine": False}),
    (nn.RMSNorm, Theirs.rms, 4, (6, 4), {}),
    (nn.RMSNorm, Theirs.rms, 4, (4,), {"eps": 0.3}),
    (nn.RMSNorm, Theirs.rms, (3, 4), (2, 5, 3, 4), {"eps": 1e-6}),
    (nn.RMSNorm, Theirs.rms, 4, (6, 4), {"affine": False}),
]
IDS = [
    f"{ours.__name__} {size} {shape} " + ",".join(f"{name}={value}" for name, value in options.items())
    for ours, _, size, shape, options in CASES
]
cases = pytest.mark.parametrize("ours, theirs, size, shape, options", CASES, ids=IDS)


def test_every_layer_is_in_the_table():
    module = nn.layers.normalization
    public = {name for name, kind in vars(module).items() if isinstance(kind, type) and name.endswith("Norm")}
    public |= {name for name in vars(module) if name.startswith("BatchNorm")}
    assert {name for name in public if name[0] != "_"} == {case[0].__name__ for case in CASES}


def pair(torch, ours, theirs, size, options):
    """Both, with the same weights: not 1 and 0, at which a mistake could hide."""
    rng = np.random.default_rng(3)
    mine = ours(size, **options, **F64)
    other = theirs(torch, size, **options).double()
    for name, parameter in mine.named_parameters():
        parameter.data[...] = rng.normal(1, 0.5, parameter.shape)
        getattr(other, name).data = torch.tensor(parameter.data.copy())
    assert [name for name, _ in other.named_parameters()] == [name for name, _ in mine.named_parameters()]
    return mine, other


@cases
@pytest.mark.parametrize("training", [True, False])
def test_value_and_gradients_of_both_orders(torch, ours, theirs, size, shape, options, training):
    """Of the sum of upstream * y**3, and of the squares of its gradients, which depend on all inputs."""
    mine, other = pair(torch, ours, theirs, size, options)
    rng = np.random.default_rng(1)
    for _ in range(2):  # running statistics that are not 0 and 1
        data = rng.normal(2, 3, shape)
        mine(data), other(torch.tensor(data))
    mine.train(training), other.train(training)
    x, upstream = rng.normal(2, 3, shape), rng.standard_normal(shape)

    their_inputs = [torch.tensor(x, requires_grad=True), *other.parameters()]
    out = other(their_inputs[0])
    total = (out * out * out * torch.tensor(upstream)).sum()
    first = torch.autograd.grad(total, their_inputs, create_graph=True)
    second = torch.autograd.grad(sum((g * g).sum() for g in first), their_inputs)

    inputs = [Tensor(x), *mine.parameters()]
    y = mine(inputs[0])
    np.testing.assert_allclose(y.data, out.detach(), rtol=1e-12, atol=1e-13)
    value = (y * y * y * upstream).sum()
    found = autograd.gradients(value, inputs, create_graph=True)
    for gradient, expected in zip(found, first):
        scale = abs(expected.detach().numpy()).max()
        np.testing.assert_allclose(gradient.data, expected.detach(), rtol=1e-10, atol=1e-11 * scale)
    plain = autograd.gradients(value, inputs)  # the arrays' own way
    for gradient, node in zip(plain, found):
        np.testing.assert_allclose(gradient, node.data, rtol=1e-10, atol=1e-11 * abs(node.data).max())
    norm = autograd.sum(autograd.stack([(g * g).sum() for g in found]))
    for gradient, expected in zip(autograd.gradients(norm, inputs), second):
        scale = abs(expected.numpy()).max()
        np.testing.assert_allclose(gradient, expected, rtol=1e-8, atol=1e-9 * scale)


@cases
def test_gradients_by_central_differences(ours, theirs, size, shape, options):
    layer = ours(size, **options, **F64)
    x = np.random.default_rng(0).normal(0, 1, shape)
    assert autograd.gradcheck(lambda x: layer(x) ** 3, [x], rtol=1e-5, atol=1e-6).ok


BATCH = [case for case in CASES if case[0] in (nn.BatchNorm1d, nn.BatchNorm2d)]


@pytest.mark.parametrize("ours, theirs, size, shape, options", BATCH)
def test_running_statistics_step_by_step(torch, ours, theirs, size, shape, options):
    mine, other = pair(torch, ours, theirs, size, options)
    rng = np.random.default_rng(1)
    for step in range(20):
        x = rng.normal(step, 1 + step, shape)
        if step == 12:
            mine.eval(), other.eval()  # which moves nothing
        if step == 14:
            mine.train(), other.train()
        np.testing.assert_allclose(mine(x).data, other(torch.tensor(x)).detach(), rtol=1e-9, atol=1e-9)
        state, expected = mine.state_dict(), other.state_dict()
        assert list(state) == list(expected)
        for name, array in state.items():
            np.testing.assert_allclose(array, expected[name], rtol=1e-12, atol=1e-13, err_msg=name)
    assert state["num_batches_tracked"] == 18


def test_running_statistics_by_their_definition():
    """After batches of momentum None: the mean of the batches' means, and of their unbiased variances."""
    layer = nn.BatchNorm1d(3, momentum=None, **F64)
    batches = np.random.default_rng(0).normal(5, 2, (10, 8, 3))
    for batch in batches:
        layer(batch)
    np.testing.assert_allclose(layer.running_mean.data, batches.mean(axis=(0, 1)))
    np.testing.assert_allclose(layer.running_var.data, batches.var(axis=1, ddof=1).mean(axis=0))
    x = np.array([[5.0, 6.0, 7.0]])
    expected = (x - layer.running_mean.data) / np.sqrt(layer.running_var.data + 1e-5)
    np.testing.assert_allclose(layer.eval()(x).data, expected)


def test_state_goes_both_ways():
    layer, twin = nn.BatchNorm2d(2), nn.BatchNorm2d(2)
    layer(np.random.default_rng(0).random((3, 2, 4, 4)))
    twin.load_state_dict(layer.state_dict())
    for name, array in layer.state_dict().items():
        np.testing.assert_array_equal(twin.state_dict()[name], array)
    assert [name for name, _ in layer.named_parameters()] == ["weight", "bias"]  # what is trained


@cases
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtypes(ours, theirs, size, shape, options, dtype):
    layer = ours(size, dtype=dtype, **options)
    x = Tensor(np.random.default_rng(0).standard_normal(shape).astype(dtype))
    for training in (True, False):
        out = layer.train(training)(x)
        (out * out).sum().backward()
        assert out.dtype == x.grad.dtype == dtype
    data = np.random.default_rng(0).integers(0, 9, shape)
    for given in (data, data.astype(np.float64)):
        layer.train(False)
        assert layer(given).dtype == dtype
    for array in layer.state_dict().values():
        assert array.dtype in (dtype, np.int64)


@pytest.mark.parametrize("ours, theirs, size, shape, options", BATCH)
def test_in_training_the_features_are_standardised(ours, theirs, size, shape, options):
    """From far away, in float32: two passes, so that nothing cancels."""
    layer = ours(size, **{**options, "eps": 1e-12})
    x = np.random.default_rng(0).normal(1000, 0.5, shape).astype(np.float32)
    out = np.asarray(layer(Tensor(x)).data, np.float64)
    axis = tuple(i for i in range(len(shape)) if i != 1)
    np.testing.assert_allclose(out.mean(axis=axis), 0, atol=1e-3)
    np.testing.assert_allclose(out.std(axis=axis), 1, atol=1e-3)


def test_invariances():
    """Moved and stretched input gives the same output; RMS normalisation: stretched."""
    x = np.random.default_rng(0).standard_normal((5, 6))
    for layer in (nn.LayerNorm(6, eps=1e-14, **F64), nn.BatchNorm1d(6, eps=1e-14, **F64)):
        np.testing.assert_allclose(layer(3 * x + 7).data, layer(x).data, atol=1e-8)
    layer = nn.RMSNorm(6, eps=1e-14, **F64)
    np.testing.assert_allclose(layer(3 * x).data, layer(x).data, atol=1e-8)
    np.testing.assert_allclose((layer(x).data ** 2).mean(axis=1), 1)


def test_constant_input_is_no_division_by_zero():
    for layer in (nn.LayerNorm(3), nn.BatchNorm1d(3), nn.RMSNorm(3)):
        x = Tensor(np.zeros((4, 3), np.float32))
        out = layer(x)
        out.sum().backward()
        assert not out.data.any() and np.isfinite(x.grad).all()


def test_normalisation_is_one_node():
    x = Tensor(np.ones((4, 3)))
    for layer, op in [
        (nn.BatchNorm1d, "normalize"),
        (nn.LayerNorm, "normalize"),
        (nn.RMSNorm, "rms_normalize"),
    ]:
        out = layer(3, affine=False)(x)
        assert out.op.name == op and out.parents == (x,)


def test_in_a_network():
    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1))
    assert repr(model[1]) == "BatchNorm1d(8)  16 parameters"
    x, before = rng.standard_normal((10, 4)), model.state_dict()
    model(x)
    model.eval()
    after = model.state_dict()
    assert not np.array_equal(before["1.running_mean"], after["1.running_mean"])
    with_others, alone = model(x).data, [model(x[i : i + 1]).data for i in range(10)]
    np.testing.assert_allclose(with_others, np.concatenate(alone), rtol=1e-5, atol=1e-6)


# Errors.


@pytest.mark.parametrize(
    "layer, x, match",
    [
        (nn.BatchNorm1d(4), np.zeros((1, 4)), r"shape \(1, 4\), 1 value of each feature.*larger batch.*eval"),
        (nn.BatchNorm1d(4), np.zeros((0, 4)), r"0 value"),
        (nn.BatchNorm1d(4), np.zeros((1, 4, 1)), r"1 value"),
        (nn.BatchNorm2d(4), np.zeros((1, 4, 1, 1)), r"1 value"),
        (nn.BatchNorm1d(4), np.zeros((5, 3)), r"shape \(5, 3\); expected \(B, 4\) or \(B, 4, L\)"),
        (nn.BatchNorm1d(4), np.zeros(4), r"expected \(B, 4\)"),
        (nn.BatchNorm1d(4), np.zeros((5, 4, 2, 2)), r"expected \(B, 4\) or"),
        (nn.BatchNorm2d(4), np.zeros((5, 4)), r"expected \(B, 4, H, W\)"),
        (nn.BatchNorm2d(4), np.zeros((5, 2, 2, 4)), r"expected \(B, 4, H, W\)"),
        (nn.LayerNorm(4), np.zeros((4, 3)), r"shape \(4, 3\); expected \(\.\.\., 4\)"),
        (nn.LayerNorm((2, 4)), np.zeros(4), r"expected \(\.\.\., 2, 4\)"),
        (nn.RMSNorm(4), np.zeros(()), r"expected \(\.\.\., 4\)"),
    ],
)
def test_shapes(layer, x, match):
    for given in (x, Tensor(x)):
        before = layer.state_dict()
        with pytest.raises(ValueError, match=f"{type(layer).__name__}: .*{match}"):
            layer(given)
        for name, array in layer.state_dict().items():
            np.testing.assert_array_equal(array, before[name])
    if "value" in match:
        assert layer.eval()(x).shape == x.shape


@pytest.mark.parametrize("layer", [nn.BatchNorm1d(4), nn.LayerNorm(4), nn.RMSNorm(4)])
def test_types(layer):
    with pytest.raises(TypeError, match="expected numbers"):
        layer([["a"] * 4] * 2)
    with pytest.raises(TypeError, match="dtype int64; expected floats"):
        layer(Tensor(np.zeros((2, 4), np.int64)))


@pytest.mark.parametrize(
    "build, match",
    [
        (lambda: nn.BatchNorm1d(0), "BatchNorm1d: features is 0"),
        (lambda: nn.BatchNorm2d(2.0), "BatchNorm2d: features is 2.0"),
        (lambda: nn.BatchNorm1d(2, eps=0), "BatchNorm1d: eps is 0"),
        (lambda: nn.BatchNorm1d(2, momentum=1.5), "momentum is 1.5; expected a number from 0 to 1, or None"),
        (lambda: nn.BatchNorm1d(2, momentum=-0.1), "momentum"),
        (lambda: nn.BatchNorm1d(2, dtype=int), "dtype is int64"),
        (lambda: nn.LayerNorm(()), r"LayerNorm: shape is \(\)"),
        (lambda: nn.LayerNorm((2, 0)), "LayerNorm: shape is 0"),
        (lambda: nn.RMSNorm(2, eps=-1), "RMSNorm: eps"),
        (lambda: nn.RMSNorm("4"), "RMSNorm: shape is '4'"),
    ],
)
def test_settings(build, match):
    with pytest.raises((TypeError, ValueError), match=match):
        build()


# float16, worked out in float32: beside the same in float64, which is exact to all digits of a float16.

HALVES = {"near 0": (0.0, 1.0), "near 100": (100.0, 1.0), "wide": (100.0, 50.0), "large": (20000.0, 3000.0)}


def in_half_precision(mean, std, shape=(64, 32)):
    rng = np.random.default_rng(4)
    x = (mean + std * rng.standard_normal(shape)).astype(np.float16)
    return x, rng.standard_normal(shape).astype(np.float16)


def assert_close_to(found, exact):
    assert found.dtype == np.float16 and np.isfinite(found).all()
    np.testing.assert_allclose(found.astype(float), exact, rtol=0, atol=4e-3 * np.abs(exact).max())


@pytest.mark.parametrize("mean, std", HALVES.values(), ids=HALVES)
@pytest.mark.parametrize("name", ["LayerNorm", "RMSNorm", "BatchNorm1d"])
@pytest.mark.parametrize("layers_dtype", [np.float16, np.float32])
def test_half_precision(torch, name, mean, std, layers_dtype):
    if name == "BatchNorm1d" and layers_dtype == np.float16:
        std = min(std, 200.0)  # so that a float16 can hold the running variance
    x, upstream = in_half_precision(mean, std)
    settings = {} if name == "BatchNorm1d" else {"eps": 1e-5}
    ours, theirs = (
        getattr(nn, name)(32, dtype=layers_dtype, **settings),
        getattr(torch.nn, name)(32, **settings),
    )
    given, reference = Tensor(x), torch.tensor(x.astype(float), requires_grad=True)
    out, expected = ours(given), theirs.double()(reference)
    out.backward(upstream.astype(out.dtype))
    expected.backward(torch.tensor(upstream.astype(float)))
    assert out.dtype == layers_dtype
    assert_close_to(out.data.astype(np.float16), expected.detach().numpy())
    assert_close_to(given.grad, reference.grad.numpy())
    assert_close_to(ours.weight.grad.astype(np.float16), theirs.weight.grad.numpy())


@pytest.mark.parametrize("name", ["LayerNorm", "RMSNorm"])
def test_half_precision_by_the_defaults(torch, name):
    """RMSNorm's is the eps of float32, as in PyTorch: that of float16 is a thousand times these squares."""
    x, _ = in_half_precision(0.0, 1e-3)
    ours, theirs = getattr(nn, name)(32, dtype=np.float16), getattr(torch.nn, name)(32, dtype=torch.float16)
    assert_close_to(ours(Tensor(x)).data, theirs(torch.tensor(x)).detach().numpy().astype(float))


@pytest.mark.parametrize("mean, std", [(0.0, 1.0), (100.0, 1.0), (100.0, 50.0)])
@pytest.mark.parametrize("momentum", [0.1, None])
def test_running_statistics_in_half_precision(torch, mean, std, momentum):
    ours, theirs = (
        nn.BatchNorm1d(32, momentum=momentum, dtype=np.float16),
        torch.nn.BatchNorm1d(32, momentum=momentum),
    )
    theirs.double()
    for seed in range(4):
        x = in_half_precision(mean + seed, std)[0]
        ours(Tensor(x))
        theirs(torch.tensor(x.astype(float)))
    assert_close_to(ours.running_mean.data, theirs.running_mean.numpy())
    assert_close_to(ours.running_var.data, theirs.running_var.numpy())
    given = Tensor(x)
    out = ours.eval()(given)
    out.backward(np.ones_like(x))
    mean, var = (array.data.astype(float) for array in (ours.running_mean, ours.running_var))
    assert_close_to(out.data, (x - mean) / np.sqrt(var + 1e-5))
    assert_close_to(given.grad, np.broadcast_to(1 / np.sqrt(var + 1e-5), x.shape))


def test_images_in_half_precision(torch):
    x, upstream = in_half_precision(100.0, 5.0, (8, 3, 10, 10))
    ours, theirs = nn.BatchNorm2d(3, dtype=np.float16), torch.nn.BatchNorm2d(3).double()
    given, reference = Tensor(x), torch.tensor(x.astype(float), requires_grad=True)
    ours(given).backward(upstream)
    theirs(reference).backward(torch.tensor(upstream.astype(float)))
    assert_close_to(given.grad, reference.grad.numpy())


@pytest.mark.parametrize("name", ["LayerNorm", "RMSNorm", "BatchNorm1d"])
def test_the_second_derivative_in_half_precision(torch, name):
    x, upstream = in_half_precision(100.0, 5.0, (8, 6))
    ours, theirs = (
        getattr(nn, name)(6, eps=1e-5, dtype=np.float16),
        getattr(torch.nn, name)(6, eps=1e-5).double(),
    )
    given, reference = Tensor(x), torch.tensor(x.astype(float), requires_grad=True)
    weight = torch.tensor(upstream.astype(float))
    slope = autograd.gradients((ours(given) * upstream).sum(), given, create_graph=True)
    theirs_slope = torch.autograd.grad((theirs(reference) * weight).sum(), reference, create_graph=True)[0]
    found = autograd.gradients((slope * upstream[::-1].copy()).sum(), given)
    expected = torch.autograd.grad((theirs_slope * weight.flip(0)).sum(), reference)[0].numpy()
    np.testing.assert_allclose(found.astype(float), expected, rtol=0, atol=0.02 * np.abs(expected).max())
