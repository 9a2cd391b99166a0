"""Activation modules against PyTorch's, to second order; what their docstrings claim; their names."""

import inspect
import math
import re

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, Value, activation_ops, ops
from nn import activations

# kinks and ties, small, large, and everyday numbers
X = np.array(
    [0.0, -0.0, 1e-8, -1e-8, 0.3, -0.75, 1.0, -1.0, 5.0, -5.0, 6.0, 40.0, -40.0, 700.0, -700.0, 1e4, -1e4]
)
EXTREMES = np.array([1e4, -1e4, 3e4, -3e4, 88.8, -88.8, 103.9, -103.9, 0.0, -0.0, 1e-30, -1e-30])
# each with PyTorch's module and its options
MODULES = [
    (nn.Identity(), "Identity", {}),
    (nn.ReLU(), "ReLU", {}),
    (nn.LeakyReLU(), "LeakyReLU", {}),
    (nn.LeakyReLU(0.2), "LeakyReLU", {"negative_slope": 0.2}),
    (nn.PReLU(dtype=np.float64), "PReLU", {}),
    (nn.PReLU(slope=-0.1, dtype=np.float64), "PReLU", {"init": -0.1}),
    (nn.ELU(), "ELU", {}),
    (nn.ELU(0.5), "ELU", {"alpha": 0.5}),
    (nn.SELU(), "SELU", {}),
    (nn.Tanh(), "Tanh", {}),
    (nn.Sigmoid(), "Sigmoid", {}),
    (nn.Hardtanh(), "Hardtanh", {}),
    (nn.Hardtanh(0, 6), "ReLU6", {}),
    (nn.Hardtanh(-0.75, 5), "Hardtanh", {"min_val": -0.75, "max_val": 5}),
    (nn.Softplus(), "Softplus", {"threshold": 1000}),
    (nn.SiLU(), "SiLU", {}),
    (nn.Swish(), "SiLU", {}),
    (nn.Mish(), "Mish", {}),
    (nn.GELU(), "GELU", {}),
    (nn.GELU("tanh"), "GELU", {"approximate": "tanh"}),
    (nn.Softmax(), "Softmax", {"dim": -1}),
    (nn.Softmax(axis=0), "Softmax", {"dim": 0}),
    (nn.LogSoftmax(), "LogSoftmax", {"dim": -1}),
    (nn.LogSoftmax(axis=0), "LogSoftmax", {"dim": 0}),
]
CLASSES = [each for each in vars(activations).values() if isinstance(each, type)
           and each.__module__.startswith("nn.activations") and each is not nn.Activation]  # fmt: skip
KINKED = ("ReLU", "LeakyReLU", "PReLU", "ELU", "SELU", "Hardtanh", "ReLU6")


def test_every_class_is_compared_with_pytorch_and_is_exported():
    assert {type(module) for module, _, _ in MODULES} == set(CLASSES)
    assert all(getattr(nn, each.__name__) is each and each.__name__ in nn.__all__ for each in CLASSES)


@pytest.mark.parametrize("module, name, options", MODULES, ids=lambda part: str(part))
def test_as_pytorch(torch, module, name, options):
    upstream = np.linspace(0.5, 2, len(X))
    theirs = torch.tensor(X, requires_grad=True)
    reference = getattr(torch.nn, name)(**options).double()
    out = reference(theirs)
    (first,) = torch.autograd.grad(out, theirs, torch.tensor(upstream), create_graph=True)
    weights = np.cos(np.arange(len(X)))  # not all 1: the gradients of a softmax add up to 0
    (second,) = (
        torch.autograd.grad((first * torch.tensor(weights)).sum(), theirs, allow_unused=True)
        if first.requires_grad
        else [None]
    )

    x = Tensor(X.copy())
    y = module(x)
    slope = autograd.gradients(y, x, create_graph=True, gradient=upstream)
    np.testing.assert_allclose(y.data, out.detach(), rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(slope.data, first.detach(), rtol=1e-12, atol=1e-15)
    curve = autograd.gradients((slope * weights).sum(), x) if slope.requires_grad else np.zeros(len(X))
    second = np.zeros(len(X)) if second is None else second.numpy()
    smooth = abs(X) > 1e-7 if name in KINKED else np.isfinite(second)
    assert np.isfinite(curve).all()
    np.testing.assert_allclose(curve[smooth], second[smooth], rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("module", [module for module, _, _ in MODULES], ids=str)
@pytest.mark.parametrize("shape", [(), (1,), (3, 0, 2), (3,), (2, 3), (2, 3, 2, 2)])
def test_any_shape_and_arrays(module, shape):
    x = np.random.default_rng(0).normal(size=shape)
    out = module(Tensor(x))
    assert out.shape == shape and out.dtype == np.float64
    given = module(x)
    np.testing.assert_array_equal(given.data if isinstance(given, Tensor) else given, out.data)
    assert given is not x and out.data is not x


@pytest.mark.parametrize("module, name, options", MODULES, ids=lambda part: str(part))
def test_float32_stays_float32_and_right_at_the_extremes(torch, module, name, options):
    module = nn.PReLU(slope=float(module.slope.data[0])) if isinstance(module, nn.PReLU) else module
    for numbers in (X, EXTREMES):
        narrow = numbers.astype(np.float32)
        x, theirs = Tensor(narrow), torch.tensor(narrow.astype(float), requires_grad=True)
        upstream = np.linspace(-1, 1, len(narrow)).astype(np.float32)
        y = module(x)
        y.backward(upstream)
        assert y.dtype == x.grad.dtype == np.float32
        out = getattr(torch.nn, name)(**options).double()(theirs)
        out.backward(torch.tensor(upstream.astype(float)))
        np.testing.assert_allclose(y.data, out.detach(), rtol=3e-6, atol=1e-30)
        np.testing.assert_allclose(x.grad, theirs.grad, rtol=3e-6, atol=5e-7)
        assert np.isfinite(y.data).all() and np.isfinite(x.grad).all()


@pytest.mark.parametrize("module, name, options", MODULES, ids=lambda part: str(part))
def test_values_as_tensors(module, name, options):
    """A list of Values, as a layer of them gives, becomes a list: the Tensor's numbers and gradients."""
    if isinstance(module, nn.PReLU):
        module = nn.PReLU(slope=Value(float(module.slope.data[0])))
    values, tensor = [Value(x) for x in X], Tensor(X)
    outs, upstream = module(values), np.linspace(0.5, 2, len(X))
    assert isinstance(outs, list) and len(outs) == len(X)
    autograd.dot(outs, upstream.tolist()).backward()
    vector = nn.PReLU(slope=module.slope.data, dtype=np.float64) if isinstance(module, nn.PReLU) else module
    out = vector(tensor)
    out.backward(upstream)
    np.testing.assert_allclose([each.data for each in outs], out.data, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose([each.grad for each in values], tensor.grad, rtol=1e-11, atol=1e-15)


# ---- tails, where the textbook's forms cancel


@pytest.mark.parametrize("x", [-20.0, -30.0, -37.5])
def test_slopes_far_to_the_left_are_right_to_the_last_digits(x):
    """By the leading terms of each series in e = exp(x), to which the rest is less than rounding."""
    e = math.exp(x)
    z = math.sqrt(8 / math.pi) * (x + 0.044715 * x**3)
    normal = math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    below = 0.5 * math.erfc(-x / math.sqrt(2))
    expected = {
        "elu": e,
        "selu": 1.0507009873554805 * 1.6732632423543772 * e,
        "softplus": e * (1 - e),
        "sigmoid": e * (1 - 2 * e),
        "silu": e * (1 + x) - e * e * (1 + 2 * x),
        "mish": e * (1 + x) - e * e * (0.5 + x),
        "gelu": below + x * normal,
        "gelu_tanh": math.exp(z) * (1 + math.sqrt(8 / math.pi) * (x + 3 * 0.044715 * x**3)),
    }
    for name, slope in expected.items():
        for number in (Value(x), Tensor(np.array(x))):
            getattr(autograd, name)(number).backward()
            assert float(number.grad) == pytest.approx(slope, rel=1e-13, abs=0), name


@pytest.mark.parametrize("beta", [0.0, 1e-3, 0.5, 1.0, 3.0, -2.0, 1e3])
@pytest.mark.parametrize("x", [0.0, 0.4, -1.3, 12.0, -40.0, 1e4, -1e4])
def test_swish_in_x_and_beta_as_pytorch(torch, x, beta):
    leaves = [torch.tensor(x, requires_grad=True), torch.tensor(beta, requires_grad=True)]
    expected = leaves[0] * torch.sigmoid(leaves[0] * leaves[1])
    first = torch.autograd.grad(expected, leaves, create_graph=True)
    values = [Value(x), Value(beta)]
    out = autograd.swish(*values)
    slopes = autograd.gradients(out, values, create_graph=True)
    assert out.data == pytest.approx(expected.item(), rel=1e-14, abs=1e-300)
    for slope, theirs in zip(slopes, first):
        assert slope.data == pytest.approx(theirs.item(), rel=1e-12, abs=1e-13)
        second = torch.autograd.grad(theirs, leaves, retain_graph=True)
        assert autograd.gradients(slope, values) == pytest.approx([s.item() for s in second], 1e-10, 1e-10)
    steep = autograd.swish(Value(x), 1e300).data
    assert steep == max(x, 0.0)  # and towards infinity it is relu


def test_selu_keeps_mean_0_and_variance_1():
    """What its two numbers are for, by integrals over the normal distribution that have closed forms."""
    scale, slope = activation_ops.SELU_SCALE, activation_ops.SELU_SLOPE
    phi = lambda x: 0.5 * math.erfc(-x / math.sqrt(2))  # noqa: E731
    below = math.exp(0.5) * phi(-1)  # the integral of exp(x) times the density over x < 0
    twice = math.exp(2) * phi(-2)
    mean = scale / math.sqrt(2 * math.pi) + slope * (below - 0.5)
    assert mean == pytest.approx(0, abs=1e-15)
    assert scale**2 / 2 + slope**2 * (twice - 2 * below + 0.5) == pytest.approx(1, abs=1e-14)


def test_thirty_layers_of_selu_keep_mean_0_and_variance_1():
    rng = np.random.default_rng(0)
    x, module = rng.standard_normal((400, 200)), nn.SELU()
    for _ in range(30):
        x = module(x @ nn.init.kaiming_normal((200, 200), rng, nn.init.gain("selu"), dtype=np.float64).T)
    assert abs(x.mean()) < 0.1 and 0.8 < x.var() < 1.2


# ---- a softmax in particular


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "scores", [[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4, -1e4], [1e4, -np.inf, 9999.0], [3.0]]
)
def test_softmax_at_extreme_scores(torch, scores, dtype):
    upstream = np.array([0.3, -2.0, 1.1], dtype)[: len(scores)]
    for module, reference in ((nn.Softmax(), torch.softmax), (nn.LogSoftmax(), torch.log_softmax)):
        x, theirs = Tensor(np.array(scores, dtype)), torch.tensor(scores, requires_grad=True)
        y, expected = module(x), reference(theirs, -1)
        y.backward(upstream)
        expected.backward(torch.tensor(upstream.astype(float)))
        assert y.dtype == dtype
        np.testing.assert_allclose(y.data, expected.detach(), rtol=1e-6 if dtype == np.float32 else 1e-14)
        np.testing.assert_allclose(x.grad, theirs.grad, rtol=1e-6, atol=1e-7)
    if np.isfinite(scores).all():
        values = [Value(score) for score in scores]
        autograd.dot(nn.LogSoftmax()(values), upstream.tolist()).backward()
        np.testing.assert_allclose([value.grad for value in values], x.grad, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ["Softmax", "LogSoftmax"])
def test_a_softmax_of_a_batch_of_lists_is_that_of_each(name):
    numbers = np.array([[1.0, -2.0, 0.5], [1e4, 0.0, -1e4]])
    tensor, rows = Tensor(numbers), [[Value(x) for x in row] for row in numbers]
    out, upstream = getattr(nn, name)()(tensor), np.cos(np.arange(6)).reshape(2, 3)
    out.backward(upstream)
    for axis in (-1, 1):
        for given in (rows, tuple(map(tuple, rows))):
            found = getattr(nn, name)(axis)(given)
            np.testing.assert_allclose([[v.data for v in row] for row in found], out.data, rtol=1e-13)
    autograd.sum([autograd.dot(row, g.tolist()) for row, g in zip(found, upstream)]).backward()
    np.testing.assert_allclose([[v.grad for v in row] for row in rows], tensor.grad, rtol=1e-11, atol=1e-14)
    with pytest.raises(ValueError, match=f"^{name}: axis is 0; expected -1"):
        getattr(nn, name)(0)(rows)


@pytest.mark.parametrize("module", [module for module, _, _ in MODULES], ids=str)
def test_a_tuple_of_values_is_as_good_as_a_list(module):
    if isinstance(module, nn.PReLU):
        module = nn.PReLU(slope=Value(0.25))
    found, listed = module((Value(1.0), Value(-2.0))), module([Value(1.0), Value(-2.0)])
    assert isinstance(found, list) and [v.data for v in found] == [v.data for v in listed]


# ---- what is learned


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 5), (2, 3, 4, 5), (0, 3)])
def test_prelu_has_a_slope_for_each_channel(torch, shape):
    rng = np.random.default_rng(1)
    numbers, upstream, slopes = rng.normal(size=shape), rng.normal(size=shape), rng.normal(size=3)
    reference = torch.nn.PReLU(3).double()
    reference.weight.data[:] = torch.tensor(slopes)
    theirs = torch.tensor(numbers, requires_grad=True)
    expected = reference(theirs)
    expected.backward(torch.tensor(upstream))

    layer = nn.PReLU(3, dtype=np.float64)
    layer.load_state_dict({"slope": slopes})
    x = Tensor(numbers)
    out = layer(x)
    out.backward(upstream)
    np.testing.assert_allclose(out.data, expected.detach(), rtol=1e-15)
    np.testing.assert_allclose(x.grad, theirs.grad, rtol=1e-15)
    np.testing.assert_allclose(layer.slope.grad, reference.weight.grad, rtol=1e-12)
    assert layer(numbers[0] if shape == (4, 3) else numbers).shape == (
        shape[1:] if shape == (4, 3) else shape
    )


def test_a_layer_learns_the_slope_that_made_its_data():
    x = np.linspace(-2, 2, 41)[:, None]
    target = np.where(x > 0, x, -0.3 * x)
    layer = nn.PReLU()
    optimizer = nn.SGD(layer.parameters(), lr=0.3)
    for _ in range(60):
        loss = nn.mse(layer(x), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert layer.slope.dtype == np.float32 and layer.slope.item() == pytest.approx(-0.3, abs=1e-4)


def test_swish_with_beta_learned_in_both_kinds_of_network():
    single, array = nn.Swish(Value(0.5)), nn.Swish(Tensor(np.array(0.5)))
    assert [name for name, _ in single.named_parameters()] == ["beta"] == list(array.state_dict())
    single(Value(1.2)).backward()
    array(Tensor([1.2])).sum().backward()
    sigmoid = 1 / (1 + math.exp(-0.6))
    assert single.beta.grad == pytest.approx(1.44 * sigmoid * (1 - sigmoid), rel=1e-14)
    assert array.beta.grad == pytest.approx(single.beta.grad, rel=1e-14)
    assert repr(single) == "Swish(learned)  1 parameter"
    assert nn.Swish(2.0).parameters() == [] and nn.Swish(2.0)(1.0) == pytest.approx(1 / (1 + math.exp(-2)))


def test_neurons_with_prelu_learn_a_slope_each():
    model = nn.MLP(2, [3, 2], "prelu", rng=0)
    names = [name for name, _ in model.named_parameters()]
    assert (
        "layers.0.neurons.2.slope" in names and "layers.1.neurons.0.slope" not in names
    )  # the last is linear
    assert [neuron.slope.label for neuron in model.layers[0].neurons] == ["slope0,0", "slope0,1", "slope0,2"]
    for number, neuron in enumerate(model.layers[0].neurons):
        neuron.slope.data = 0.1 * number - 0.3
        neuron.bias.data = -0.5
    fast = model.vectorized()
    x = np.array([[0.5, -1.0], [-0.3, 0.8]])
    outs = [model(row) for row in x.tolist()]
    out = fast(x)
    np.testing.assert_allclose(out.data, [[v.data for v in row] for row in outs], rtol=1e-13)
    autograd.sum([v * v for row in outs for v in row]).backward()
    (out * out).sum().backward()
    slopes = [neuron.slope.grad for neuron in model.layers[0].neurons]
    np.testing.assert_allclose(fast[1].slope.grad, slopes, rtol=1e-12, atol=1e-15)
    assert np.abs(slopes).max() > 0


# ---- what the docstrings claim


def sections(each):
    """The paragraphs of a docstring under their headings, each on one line."""
    found = {}
    for line in inspect.getdoc(each).splitlines():
        heading = re.match(r"([A-Z]\w+): (.*)", line)
        if heading:
            key, found[heading[1]] = heading[1], heading[2]
        elif line.startswith("    ") and found:
            found[key] += " " + line.strip()
    return found


@pytest.mark.parametrize("each", CLASSES, ids=lambda each: each.__name__)
def test_every_docstring_says_what_there_is_to_know(each):
    said = sections(each)
    assert list(said) == ["Formula", "Derivative", "Shape", "Range", "Saturates", "Use", "Not", "Source"]
    assert all(text.rstrip().endswith(".") for text in said.values())
    assert re.search(r"\b(19|20)\d\d\.$", said["Source"]) and ">>>" in each.__doc__


def golden(function, low, high):
    """Where a function with one minimum between two numbers has it, by golden section."""
    ratio = (math.sqrt(5) - 1) / 2
    while high - low > 1e-9:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if function(left) < function(right) else (left, high)
    return (low + high) / 2


CURVES = {  # written anew, with NumPy and math alone
    "SiLU": lambda x: x / (1 + math.exp(-x)),
    "Mish": lambda x: x * math.tanh(math.log1p(math.exp(x))),
    "GELU": lambda x: 0.5 * x * math.erfc(-x / math.sqrt(2)),
}


@pytest.mark.parametrize("name", CURVES)
def test_the_lowest_point_and_the_slopes_are_where_they_are_said_to_be(name):
    said = sections(getattr(nn, name))
    curve = CURVES[name]
    slope = lambda x: (curve(x + 1e-5) - curve(x - 1e-5)) / 2e-5  # noqa: E731
    lowest = golden(curve, -3, 0)
    least, at = re.match(r"(-[\d.]+) \(at x = (-[\d.]+)\) to infinity", said["Range"]).groups()
    assert float(least) == pytest.approx(curve(lowest), abs=5.1e-5)
    assert float(at) == pytest.approx(lowest, abs=5.1e-5)
    bounds = re.search(r"from (-[\d.]+) to ([\d.]+\d)", said["Derivative"]).groups()
    steepest = golden(lambda x: -slope(x), 0, 4)
    assert float(bounds[0]) == pytest.approx(slope(golden(slope, -4, -1)), abs=5.1e-5)
    assert float(bounds[1]) == pytest.approx(slope(steepest), abs=5.1e-5)
    end = float(re.search(r"left of (-[\d.]+) the slope is within 0.01", said["Saturates"])[1])
    far = np.linspace(-40, end, 2000)
    assert max(abs(slope(x)) for x in far) <= 0.01 < abs(slope(end + 0.1))


@pytest.mark.parametrize("each", [nn.Sigmoid, nn.Tanh, nn.ELU, nn.SELU, nn.Softplus])
def test_beyond_the_bound_that_is_said_the_slope_is_below_a_hundredth(each):
    text = sections(each)["Saturates"]
    bound = float(re.search(r"(?:left of -|beyond \|x\| = )([\d.]+\d) ", text.replace("= 3 ", "= 3.0 "))[1])
    for x, small in ((-bound, True), (-bound + 0.1, False)):
        value = Value(x)
        each()(value).backward()
        assert (value.grad < 0.01) == small


# ---- names, settings, errors


def test_every_unary_row_is_an_activation():
    for row in ops.ELEMENTWISE.values():
        one_operand = len(row.partials) - len(row.defaults) == 1
        assert (row.name in nn.activations.known()) == one_operand
        if one_operand:
            x = np.array([0.3, 0.6])
            np.testing.assert_array_equal(nn.Activation(row.name)(Tensor(x)).data, row(x))


def test_every_module_is_found_by_the_name_of_its_row():
    for name, make in activations.MODULES.items():
        module = activations.module_of(name)
        assert module.row is ops.ELEMENTWISE[name] is activations.find(name, "test")
        assert type(module) in CLASSES and type(make()) is type(module)
    assert {type(activations.module_of(name)) for name in activations.MODULES} == {
        each for each in CLASSES if issubclass(each, nn.Activation)
    }


@pytest.mark.parametrize("name", [n for n in activations.MODULES if n != "prelu"])
def test_each_in_a_network_of_values_and_in_its_vectorized_form(name):
    model = nn.MLP(2, [3, 1], name, rng=4)
    fast = model.vectorized()
    assert type(fast[1]) is type(activations.module_of(name))
    out, same = model([0.4, -1.5]), fast(np.array([[0.4, -1.5]]))
    out.backward()
    same.sum().backward()
    assert out.data == pytest.approx(same.item(), rel=1e-13)
    grads = [[weight.grad for weight in neuron.weights] for neuron in model.layers[0].neurons]
    np.testing.assert_allclose(fast[0].weight.grad, grads, rtol=1e-12, atol=1e-15)


def test_a_defined_operation_is_an_activation_at_once():
    name = "bent_identity"
    autograd.define(
        name,
        lambda x: 0.5 * ((x * x + 1.0) ** 0.5 - 1.0) + x,
        lambda out, x: 0.5 * x / (x * x + 1.0) ** 0.5 + 1.0,
    )
    assert nn.Activation(name)(Tensor([0.0])).item() == 0
    model = nn.MLP(1, [2, 1], name)
    assert model([0.5]).data == pytest.approx(model.vectorized()(np.array([[0.5]])).item(), abs=1e-14)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="no activation 'rleu'; known are linear, abs, .*relu.*tanh.*prelu"):
        nn.Activation("rleu")
    with pytest.raises(ValueError, match="use Identity, or leave it out"):
        nn.Activation("linear")
    with pytest.raises(TypeError, match=r"prelu takes the operand\(s\) x, slope, but got 1"):
        nn.Activation("prelu")


@pytest.mark.parametrize(
    "make, error, match",
    [
        (lambda: nn.LeakyReLU(-1), ValueError, "slope is -1"),
        (lambda: nn.ELU("1"), TypeError, "alpha is '1'"),
        (lambda: nn.Activation("elu", "1"), TypeError, "Activation: alpha is '1'"),
        (lambda: nn.Activation("elu", 1.0, 2.0), TypeError, "elu takes the operand"),
        (lambda: nn.Swish(math.nan), ValueError, "Swish: beta is nan"),
        (lambda: nn.Swish("1"), TypeError, "Swish: beta is '1'"),
        (lambda: nn.Hardtanh(1, 1), ValueError, "high is 1; expected a finite number above 1"),
        (lambda: nn.Hardtanh(-math.inf), ValueError, "low is -inf"),
        (lambda: nn.GELU("erf"), ValueError, "approximate is 'erf'; expected 'none' or 'tanh'"),
        (lambda: nn.PReLU(0), ValueError, "channels is 0"),
        (lambda: nn.PReLU(2, Value(0.1)), ValueError, "2 channels and one Value"),
        (lambda: nn.PReLU(slope=math.inf), ValueError, "slope is inf"),
        (lambda: nn.PReLU(dtype=int), TypeError, "dtype is int64"),
        (lambda: nn.PReLU(3)(np.zeros((2, 2))), ValueError, r"shape \(2, 2\); expected \(B, 3, ...\)"),
        (lambda: nn.PReLU(3)(1.0), ValueError, r"shape \(\); expected \(B, 3, ...\)"),
        (lambda: nn.PReLU()(Value(1.0)), TypeError, "x is made of Values, and the parameters are T"),
        (lambda: nn.PReLU()([Value(1.0)]), TypeError, r"model.scalars\(\) gives"),
        (lambda: nn.PReLU(slope=Value(0.1))(Tensor([1.0])), TypeError, "do not mix"),
        (lambda: nn.Softmax(1.5), TypeError, "Softmax: axis is 1.5"),
        (lambda: nn.LogSoftmax(None), TypeError, "LogSoftmax: axis is None"),
        (
            lambda: nn.Softmax()(1.0),
            TypeError,
            "Softmax: x is 1.0; expected a Tensor, an array, or a list of Values",
        ),
    ],
)
def test_what_is_wrong_is_said(make, error, match):
    with pytest.raises(error, match=match):
        make()


def test_a_number_may_be_any_kind_of_real_number():
    assert nn.Swish(np.float32(2)).beta == 2.0 and nn.Hardtanh(0, np.int64(6)).high == 6.0
    assert nn.ReLU()([-1.0, 2]) == [0.0, 2]


def test_repr():
    shown = [
        nn.ReLU(), nn.LeakyReLU(0.01), nn.Activation("sin"), nn.Activation("elu", 0.5), nn.Hardtanh(0, 6),
        nn.GELU(), nn.GELU("tanh"), nn.Softmax(), nn.LogSoftmax(0), nn.PReLU(3), nn.Identity(),
    ]  # fmt: skip
    assert list(map(repr, shown)) == [
        "ReLU()",
        "LeakyReLU(0.01)",
        "Activation('sin')",
        "Activation('elu', 0.5)",
        "Hardtanh(0, 6)",
        "GELU()",
        "GELU(approximate='tanh')",
        "Softmax()",
        "LogSoftmax(axis=0)",
        "PReLU(3)  3 parameters",
        "Identity()",
    ]


def test_prelu_with_a_value_as_slope_takes_everything_of_values():
    layer = nn.PReLU(slope=Value(0.5))
    assert layer(np.array([[-0.1, 3.0]])).data.tolist() == [[-0.05, 3.0]]  # not rounded to float32
    assert layer(Value(-1.0)).data == -0.5 and type(layer([Value(-1.0)])) is list
    assert layer(np.array([Value(-1.0), Value(2.0)])).data.tolist() == [-0.5, 2.0]
    assert layer.vectorized()(np.array([[-0.1, 3.0]])).data.tolist() == [[-0.05, 3.0]]
