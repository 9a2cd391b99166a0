"""The scalar networks: values and gradients against PyTorch, traced and batched; and names in and out."""

import math

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, trace
from demos.matmuls import networks
from demos.matmuls.networks import convolution, gpt, graph_network, names, parts

NAMES = [network.name for network in networks.catalogue()]


class Mirror:
    """PyTorch tensors with the numbers of nested lists of Values, to compare gradients afterwards."""

    def __init__(self, torch):
        self.torch, self.pairs = torch, []

    def __call__(self, nested):
        values = parts.flat(nested)
        shape = np.shape(_data(nested))
        tensor = self.torch.tensor([v.data for v in values]).reshape(shape).requires_grad_()
        self.pairs.append((values, tensor))
        return tensor

    def compare(self):
        for values, tensor in self.pairs:
            expected = np.zeros(len(values)) if tensor.grad is None else tensor.grad.numpy().ravel()
            found = [0.0 if v.grad is None else v.grad for v in values]
            np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def _data(nested):
    return [_data(each) for each in nested] if isinstance(nested, list) else nested.data


def lifted(argument, leaves):
    """The argument with a leaf for every float; whole numbers select, and stay."""
    if isinstance(argument, list):
        return [lifted(each, leaves) for each in argument]
    if isinstance(argument, float):
        leaves.append(Value(argument, f"in{len(leaves)}"))
        return leaves[-1]
    return argument


def mirrored(argument, mirror):
    """The argument as a tensor, of whole numbers where it selects."""
    flat = parts.flat(argument)
    if all(isinstance(each, Value) for each in flat):
        return mirror(argument)
    assert all(type(each) is int for each in flat)
    return mirror.torch.tensor(argument)


# Each network once more, in PyTorch: from its module, the mirror and the arguments as tensors to the loss.


def activated(torch, name, x, slope=None):
    functional = torch.nn.functional
    special = {
        None: lambda x: x,
        "identity": lambda x: x,
        "prelu": lambda x: torch.where(x > 0, x, slope * x),
        "swish": functional.silu,
        "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
        **{name: getattr(functional, name) for name in ("elu", "gelu", "hardtanh", "leaky_relu", "mish")},
        **{name: getattr(functional, name) for name in ("selu", "silu", "softplus")},
    }
    return (special[name] if name in special else getattr(torch, name))(x)


def perceptron(module, mirror, x):
    for layer in module.model.layers:
        neurons = layer.neurons
        weight, bias = mirror([n.weights for n in neurons]), mirror([n.bias for n in neurons])
        slope = None if neurons[0].slope is None else mirror([n.slope for n in neurons])
        x = activated(mirror.torch, neurons[0].activation, weight @ x + bias, slope)
    return x


def hinge(module, mirror, x, y):
    return (1 - y * perceptron(module, mirror, x)[0]).relu()


def regression(module, mirror, x, targets):
    return ((perceptron(module, mirror, x) - targets) ** 2).mean()


def digits(module, mirror, pixels, digit):
    return mirror.torch.nn.functional.cross_entropy(perceptron(module, mirror, pixels), digit)


def convolved(layer, mirror, image):
    return mirror.torch.nn.functional.conv2d(
        image, mirror(layer.kernels), mirror(layer.bias), stride=layer.stride, padding=layer.padding
    )


def one_convolution(module, mirror, image, targets):
    return ((convolved(module, mirror, image) - targets) ** 2).mean()


def linear(layer, mirror, x):
    return x @ mirror(layer.weight).T + mirror(layer.bias)


def small_cnn(module, mirror, image, digit):
    image = convolved(module.second, mirror, convolved(module.first, mirror, image).relu()).relu()
    logits = linear(module.last, mirror, image.ravel())
    return mirror.torch.nn.functional.cross_entropy(logits, digit)


def rnn(module, mirror, inputs, targets):
    hidden, nin = np.shape(module.inward)
    weights = dict(
        weight_ih_l0=mirror(module.inward),
        weight_hh_l0=mirror(module.onward),
        bias_ih_l0=mirror(module.bias),
        bias_hh_l0=mirror.torch.zeros(hidden),
    )
    states, _ = mirror.torch.func.functional_call(mirror.torch.nn.RNN(nin, hidden), weights, (inputs,))
    return ((linear(module.out, mirror, states) - targets) ** 2).mean()


def lstm(module, mirror, inputs, target):
    hidden, nin = np.shape(module.forget.inward)
    gates = [module.write, module.forget, module.new, module.read]  # PyTorch stacks them in this order
    weights = dict(
        weight_ih_l0=mirror.torch.cat([mirror(gate.inward) for gate in gates]),
        weight_hh_l0=mirror.torch.cat([mirror(gate.onward) for gate in gates]),
        bias_ih_l0=mirror.torch.cat([mirror(gate.bias) for gate in gates]),
        bias_hh_l0=mirror.torch.zeros(4 * hidden),
    )
    states, _ = mirror.torch.func.functional_call(mirror.torch.nn.LSTM(nin, hidden), weights, (inputs,))
    return mirror.torch.nn.functional.cross_entropy(linear(module.out, mirror, states[-1]), target)


def attended(module, mirror, xs, heads):
    maps = [xs @ mirror(weight).T for weight in (module.query, module.key, module.value)]
    split = [rows.reshape(len(rows), heads, -1).transpose(0, 1) for rows in maps]  # (heads, T, D)
    out = mirror.torch.nn.functional.scaled_dot_product_attention(*split, is_causal=True)
    return out.transpose(0, 1).reshape(xs.shape)


def attention(module, mirror, xs, targets):
    return ((attended(module, mirror, xs, 1) - targets) ** 2).mean()


def multi_head(module, mirror, xs, targets):
    return ((attended(module, mirror, xs, 2) @ mirror(module.out).T - targets) ** 2).mean()


def karate_club(module, mirror, xs, factions):
    layer = module.layer
    adjacency = mirror.torch.zeros(34, 34)
    for a, b in graph_network.EDGES:
        adjacency[a, b] = adjacency[b, a] = 1.0
    means = adjacency @ xs / adjacency.sum(1, keepdim=True)
    h = (xs @ mirror(layer.own).T + means @ mirror(layer.message).T + mirror(layer.bias)).relu()
    return mirror.torch.nn.functional.cross_entropy(linear(module.out, mirror, h), factions)


def softmax(module, mirror, x, targets):
    return (((mirror(module.weight) * x).softmax(0) - targets) ** 2).mean()


def layer_norm(module, mirror, x, targets):
    out = mirror.torch.nn.functional.layer_norm(x, x.shape, mirror(module.gain), mirror(module.bias))
    return ((out - targets) ** 2).mean()


def generative(module, mirror, tokens, targets, weights):
    functional = mirror.torch.nn.functional

    def norm(x):
        return functional.rms_norm(x, x.shape[-1:], eps=1e-5)

    x = norm(mirror(module.token)[tokens] + mirror(module.position))
    x = x + attended(module.attention, mirror, norm(x), 4) @ mirror(module.attention.out).T
    x = x + (norm(x) @ mirror(module.up).T).relu() @ mirror(module.down).T
    logits = x @ mirror(module.head).T
    return (functional.cross_entropy(logits, targets, reduction="none") * weights).sum()


ORACLES = {
    "two moons": hinge,
    "mnist": digits,
    "convolution": one_convolution,
    "convolution stride 2": one_convolution,
    "convolution unpadded": one_convolution,
    "small cnn": small_cnn,
    "rnn": rnn,
    "lstm": lstm,
    "attention": attention,
    "multi-head attention": multi_head,
    "karate club": karate_club,
    "softmax": softmax,
    "layer norm": layer_norm,
    "gpt": generative,
}


@pytest.mark.parametrize("name", NAMES)
def test_value_and_gradients_are_those_of_pytorch(torch, name):
    """With respect to every parameter, and to every number of the example too."""
    network = networks.find(name)
    built = network.build(np.random.default_rng(3))
    rng = np.random.default_rng(4)
    for parameter in built.parameters:  # biases begin at 0, where a mistake could hide
        parameter.data += 0.1 * rng.random()
    leaves = []
    arguments = [lifted(argument, leaves) for argument in built.example]
    loss = built.fn(*arguments)
    loss.backward()
    mirror = Mirror(torch)
    tensors = [mirrored(argument, mirror) for argument in arguments]
    expected = ORACLES.get(name, regression)(built.fn.__self__, mirror, *tensors)
    expected.backward()
    assert loss.data == pytest.approx(expected.item(), rel=1e-12)
    mirror.compare()
    compared = {value for values, _ in mirror.pairs for value in values}
    assert compared == {*built.parameters, *leaves}


@pytest.mark.parametrize("name", NAMES)
def test_numbers_do_not_leave_the_graph(monkeypatch, name):
    """No comparison, branch or float() on a Value: what a tracer cannot follow."""
    built = networks.find(name).build(np.random.default_rng(0))
    leaves = []
    arguments = [lifted(argument, leaves) for argument in built.example]

    def refuse(*_):
        raise AssertionError("a number was looked at")

    for method in ("__lt__", "__le__", "__gt__", "__ge__", "__float__", "__bool__", "__int__"):
        monkeypatch.setattr(Value, method, refuse, raising=False)
    assert isinstance(built.fn(*arguments), Value)


def close(found, expected):
    """To 1e-12 of the norm, and each number too unless it is what is left where larger ones cancelled."""
    found, expected = np.asarray(found, float).ravel(), np.asarray(expected, float).ravel()
    assert found.shape == expected.shape and np.isfinite(expected).all()
    norm = np.linalg.norm(expected)
    assert np.linalg.norm(found - expected) <= 1e-12 * norm
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14 * norm)


def executed(source, name):
    """What a piece of source defines, in a namespace where nothing else is."""
    space = {}
    exec(source, space)
    return space[name]


def examples_of(network, count):
    """Parameters none of which is at rest, and as many examples."""
    built = network.build(np.random.default_rng(3))
    rng = np.random.default_rng(4)
    for parameter in built.parameters:
        parameter.data += 0.1 * rng.random()
    return built, [network.draw(rng) for _ in range(count)]


def eager(built, example):
    """The loss on Values, its gradients to the parameters, and those to the numbers of the example."""
    leaves = []
    loss = built.fn(*(lifted(argument, leaves) for argument in example))
    for parameter in built.parameters:
        parameter.grad = None
    loss.backward()
    slopes = ([0.0 if v.grad is None else v.grad for v in values] for values in (built.parameters, leaves))
    return loss.data, *slopes


@pytest.fixture(scope="module")
def traced(request):
    """A network, its program, and examples with what Values give for them: made once for both tests."""
    network = networks.find(request.param)
    built, examples = examples_of(network, 1 if network.name == "mnist" else 3)
    program = trace(built.fn, *built.example, parameters=built.parameters)
    return network, built, program, examples, [eager(built, example) for example in examples]


# One of every five of those that differ in the activation alone, which is a row that other tests try.
ALIKE = {name for index, name in enumerate(name for name in NAMES if name.startswith("mlp ")) if index % 5}
FEWER = [pytest.param(name, marks=pytest.mark.thorough if name in ALIKE else ()) for name in NAMES]


@pytest.mark.parametrize("traced", FEWER, indirect=True)
def test_batched_they_compute_what_values_do(traced):
    """Value and gradients over a batch, as it is called and as its source is run on its own; and by as many
    matrix products as the catalogue says.
    """
    network, built, program, examples, found = traced
    losses = [loss for loss, _, _ in found]
    slopes = np.array([slopes for _, slopes, _ in found])
    numbers = [parameter.data for parameter in built.parameters]

    batched = program.batched()
    assert len(batched.products) == network.products, batched.products
    batch = [np.array(argument) for argument in zip(*examples)]
    close(batched(*batch), losses)
    mean, gradients = batched.value_and_grad(*batch)
    close(mean, np.mean(losses))
    close(gradients.flat, slopes.mean(axis=0))
    mean, flat = executed(batched.source, "value_and_grad")(*batch, np.array(numbers))
    close(mean, np.mean(losses))
    close(flat, slopes.mean(axis=0))


# As one number a line MNIST has a million lines; the GPT takes Python half a minute to compile, the small CNN
# five seconds, the karate club one and a half: one convolution and layers with cross-entropy are among them.
LONG = ("gpt", "small cnn", "karate club")
LINES = [
    pytest.param(name, marks=pytest.mark.thorough if name in LONG or name in ALIKE else ())
    for name in NAMES
    if name != "mnist"
]


@pytest.mark.parametrize("traced", LINES, indirect=True)
def test_line_by_line_they_compute_what_values_do(traced):
    """Value and gradients of several examples, as it is called and as its source is run on its own."""
    _, built, program, examples, found = traced
    numbers = [parameter.data for parameter in built.parameters]
    alone = executed(program.source, "value_and_grad")
    for example, (loss, to_parameters, to_numbers) in zip(examples, found):
        value, gradients = program.value_and_grad(*example)
        close([program(*example), value], [loss, loss])
        close(gradients.flat, to_parameters)
        value, own, given = alone(*example, numbers)
        close(value, loss)
        close(own, to_parameters)
        floats = [part for part, argument in zip(given, example) if _floats(argument)]
        close(parts.flat(floats), to_numbers)


def _floats(argument):
    return isinstance(parts.flat([argument])[0], float)


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_there_and_tell_parameters_apart(name):
    labels = [parameter.label for parameter in networks.find(name).build(np.random.default_rng(0)).parameters]
    assert all(labels) and len(set(labels)) == len(labels)


def test_the_catalogue():
    """Every activation is in it, names are unique, and equal seeds build equal networks."""
    assert len(set(NAMES)) == len(NAMES)
    assert {f"mlp {name}" for name in [*nn.activations.known(), "prelu", "linear"]} <= set(NAMES)
    one, other = (networks.find("rnn").build(np.random.default_rng(7)) for _ in range(2))
    assert one.example == other.example
    assert [p.data for p in one.parameters] == [p.data for p in other.parameters]
    with pytest.raises(ValueError, match="no network 'rn'; known are two moons"):
        networks.find("rn")


def test_an_activation_that_somebody_defines_is_in_the_catalogue_too():
    autograd.define("cubed", lambda x: x**3, lambda out, x: 3 * x * x)
    built = networks.find("mlp cubed").build(np.random.default_rng(0))
    assert isinstance(built.fn(*built.example), Value)


@pytest.mark.thorough
def test_mnist_is_as_large_as_it_says():
    built = networks.find("mnist").build(np.random.default_rng(0))
    order = autograd.topological_order(built.fn(*built.example))
    multiplications = sum(node.op.name == "mul" for node in order)
    assert multiplications == 784 * 128 + 128 * 10 == 203_264 // 2


def test_a_convolution_leaves_out_what_is_outside_the_image():
    layer = convolution.Convolution(np.random.default_rng(0), "", 1, 1)
    corner = layer([[[1.0] * 4] * 4])[0][0][0]
    order = autograd.topological_order(corner)
    assert sum(node.op.name == "mul" for node in order) == 4  # of 9


def test_the_club():
    graph = graph_network.neighbours(graph_network.EDGES, graph_network.MEMBERS)
    assert len(set(graph_network.EDGES)) == 78
    assert all(low < high for low, high in graph_network.EDGES)
    assert [len(graph[member]) for member in (0, 33, 32, 11)] == [16, 17, 12, 1]
    assert sum(graph_network.FACTIONS) == 17 and graph_network.FACTIONS[0] == 0


# Names.


def test_the_names():
    found = names.load()
    assert len(found) == len(set(found)) == 5163
    assert {*"".join(found)} == {*names.SYMBOLS[1:]} and len(names.SYMBOLS) == 27
    assert 2 == min(map(len, found)) and max(map(len, found)) < names.BLOCK


def test_names_to_numbers_and_back():
    found = names.load()
    tokens, targets, weights = names.encode(found)
    assert tokens.shape == targets.shape == weights.shape == (5163, 16)
    assert [names.letters(row) for row in targets] == found
    assert (tokens[:, 0] == names.END).all() and (tokens[:, 1:] == targets[:, :-1]).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    assert [np.count_nonzero(row) for row in weights] == [len(name) + 1 for name in found]


@pytest.mark.parametrize("name", ["", "Ann", "o'neil", "a" * 16, "zoë", "."])
def test_names_that_cannot_be_encoded(name):
    with pytest.raises(ValueError, match="expected 1 to 15 letters from a to z"):
        names.encode([name])


# The GPT.


def test_padding_changes_nothing_before_it():
    network = gpt.GPT(np.random.default_rng(0))
    with autograd.no_grad():
        one, other = (network.logits([0, 1, 2, *[fill] * 13]) for fill in (0, 9))
    assert [_data(row) for row in one[:3]] == [_data(row) for row in other[:3]]
    assert _data(one[3]) != _data(other[3])


def test_an_untrained_gpt_knows_nothing():
    network = gpt.GPT(np.random.default_rng(0))
    for row in network.head:
        for weight in row:
            weight.data = 0.0
    arguments = [rows[0].tolist() for rows in names.encode(["stella"])]
    assert network.loss(*arguments).data == pytest.approx(math.log(27))


def test_samples_are_the_same_from_the_same_seed():
    network = gpt.GPT(np.random.default_rng(0), channels=8, heads=2)
    with autograd.no_grad():
        written = [gpt.sample(network.logits, np.random.default_rng(seed)) for seed in (5, 5, 6)]
    assert written[0] == written[1] != written[2]
    assert all({*name} <= {*names.SYMBOLS[1:]} and len(name) < names.BLOCK for name in written)


def test_a_sample_follows_the_logits():
    """Logits that are sure of a name write it, also as an array; a low temperature makes the rest as sure."""
    _, targets, _ = names.encode(["stella"])
    sure = np.eye(27)[targets[0]]
    for logits, temperature in ((100 * sure, 1.0), (sure, 0.01)):
        rng = np.random.default_rng(0)
        assert gpt.sample(lambda tokens, found=logits: found, rng, temperature) == "stella"
    endless = np.eye(27)[[1] * 16] * 100
    assert gpt.sample(lambda tokens: endless, np.random.default_rng(0)) == "a" * 15
