"""The scalar networks: values and gradients against PyTorch, traced and batched; and names in and out."""

import math

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, trace
from demos.matmuls import networks
from demos.matmuls.networks import gpt, graph_network, names

NAMES = [network.name for network in networks.catalogue()]


def flat(nested):
    """The numbers of nested lists in one list, in reading order."""
    return [x for each in nested for x in flat(each)] if isinstance(nested, list) else [nested]


def data_of(nested):
    return [data_of(each) for each in nested] if isinstance(nested, list) else nested.data


def lifted(argument, leaves):
    """The argument with a leaf for every float; whole numbers select, and stay."""
    if isinstance(argument, list):
        return [lifted(each, leaves) for each in argument]
    if isinstance(argument, float):
        leaves.append(Value(argument, f"in{len(leaves)}"))
        return leaves[-1]
    return argument


def mirrored(torch, argument):
    """The argument as a tensor, of whole numbers where it selects."""
    if isinstance(flat(argument)[0], Value):
        return torch.tensor(data_of(argument), requires_grad=True)
    assert all(type(each) is int for each in flat(argument))
    return torch.tensor(argument)


# Each network once more, in PyTorch: from its module, whose parameters are tensors ``p`` by name, and the
# arguments as tensors, to the loss.


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


def perceptron(torch, module, p, x):
    for i, layer in enumerate(module.layers):
        names = [f"layers.{i}.neurons.{j}" for j in range(layer.nout)]
        weight = torch.stack([torch.stack([p[f"{n}.weights.{k}"] for k in range(layer.nin)]) for n in names])
        bias = torch.stack([p[f"{n}.bias"] for n in names])
        slope = torch.stack([p[f"{n}.slope"] for n in names]) if f"{names[0]}.slope" in p else None
        x = activated(torch, layer.neurons[0].activation, weight @ x + bias, slope)
    return x


def hinge(torch, module, p, x, y):
    return (1 - y * perceptron(torch, module, p, x)[0]).relu()


def regression(torch, module, p, x, targets):
    return ((perceptron(torch, module, p, x) - targets) ** 2).mean()


def digits(torch, module, p, pixels, digit):
    return torch.nn.functional.cross_entropy(perceptron(torch, module, p, pixels), digit)


def within(p, part):
    """The parameters of a part, by the names they have there."""
    return {
        name.removeprefix(f"{part}."): tensor for name, tensor in p.items() if name.startswith(f"{part}.")
    }


def linear(torch, p, part, x):
    return torch.nn.functional.linear(x, p[f"{part}.weight"], p.get(f"{part}.bias"))


def convolution(stride=1, padding=0):
    def loss(torch, module, p, image, targets):
        out = torch.nn.functional.conv2d(image, p["weight"], p["bias"], stride=stride, padding=padding)
        return ((out - targets) ** 2).mean()

    return loss


def small_cnn(torch, module, p, image, digit):
    functional = torch.nn.functional
    image = functional.conv2d(image, p["0.weight"], p["0.bias"], padding=1).relu()
    image = functional.conv2d(image, p["2.weight"], p["2.bias"], stride=2, padding=1).relu()
    return functional.cross_entropy(linear(torch, p, "5", image.ravel()), digit)


def rnn(torch, module, p, inputs, targets):
    weights = within(p, "rnn")
    states, _ = torch.func.functional_call(torch.nn.RNN(3, 6), weights, (inputs,))
    return ((linear(torch, p, "out", states) - targets) ** 2).mean()


def lstm(torch, module, p, inputs, target):
    states, _ = torch.func.functional_call(torch.nn.LSTM(3, 5), within(p, "lstm"), (inputs,))
    return torch.nn.functional.cross_entropy(linear(torch, p, "out", states[-1]), target)


def attended(torch, weight, xs, heads):
    maps = (xs @ weight.T).chunk(3, dim=1)
    split = [rows.reshape(len(rows), heads, -1).transpose(0, 1) for rows in maps]  # (heads, T, D)
    out = torch.nn.functional.scaled_dot_product_attention(*split, is_causal=True)
    return out.transpose(0, 1).reshape(xs.shape)


def attention(torch, module, p, xs, targets):
    return ((attended(torch, p["maps.weight"], xs, 1) - targets) ** 2).mean()


def multi_head(torch, module, p, xs, targets):
    out = attended(torch, p["in_proj_weight"], xs, 2) @ p["out_proj.weight"].T
    return ((out - targets) ** 2).mean()


def karate_club(torch, module, p, xs, factions):
    adjacency = torch.zeros(34, 34)
    for a, b in graph_network.EDGES:
        adjacency[a, b] = adjacency[b, a] = 1.0
    means = adjacency @ xs / adjacency.sum(1, keepdim=True)
    h = (linear(torch, p, "layer.lin_l", means) + linear(torch, p, "layer.lin_r", xs)).relu()
    return torch.nn.functional.cross_entropy(linear(torch, p, "out", h), factions)


def softmax(torch, module, p, x, targets):
    return (((p["weight"] * x).softmax(0) - targets) ** 2).mean()


def layer_norm(torch, module, p, x, targets):
    out = torch.nn.functional.layer_norm(x, x.shape, p["weight"], p["bias"])
    return ((out - targets) ** 2).mean()


def generative(torch, module, p, tokens, targets, weights):
    functional = torch.nn.functional

    def norm(x):
        return functional.rms_norm(x, x.shape[-1:], eps=1e-5)

    x = norm(p["token.weight"][tokens] + p["position.weight"])
    x = x + linear(
        torch, p, "block.self_attn.out_proj", attended(torch, p["block.self_attn.in_proj_weight"], norm(x), 4)
    )
    x = x + linear(torch, p, "block.linear2", linear(torch, p, "block.linear1", norm(x)).relu())
    logits = linear(torch, p, "head", x)
    return (functional.cross_entropy(logits, targets, reduction="none") * weights).sum()


ORACLES = {
    "two moons": hinge,
    "mnist": digits,
    "convolution": convolution(padding=1),
    "convolution stride 2": convolution(stride=2, padding=1),
    "convolution unpadded": convolution(),
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
    named = built.model.named_parameters()
    p = {name: torch.tensor(node.data, requires_grad=True) for name, node in named}
    tensors = [mirrored(torch, argument) for argument in arguments]
    expected = ORACLES.get(name, regression)(torch, built.model, p, *tensors)
    expected.backward()
    assert loss.data == pytest.approx(expected.item(), rel=1e-12)
    for name, node in named:
        tensor = p[name]
        found = np.zeros(tensor.shape) if node.grad is None else node.grad
        slopes = np.zeros(tensor.shape) if tensor.grad is None else tensor.grad
        np.testing.assert_allclose(found, slopes, rtol=1e-10, atol=1e-12, err_msg=name)
    slopes = [tensor.grad.numpy().ravel() for tensor in tensors if tensor.requires_grad]
    found = [0.0 if leaf.grad is None else leaf.grad for leaf in leaves]
    np.testing.assert_allclose(found, np.concatenate(slopes or [[]]), rtol=1e-10, atol=1e-12)


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
        close(flat(floats), to_numbers)


def _floats(argument):
    return isinstance(flat([argument])[0], float)


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


def test_the_club():
    assert len(set(graph_network.EDGES)) == 78
    assert all(low < high for low, high in graph_network.EDGES)
    friends = np.bincount(np.ravel(graph_network.EDGES))
    assert friends[[0, 33, 32, 11]].tolist() == [16, 17, 12, 1]
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
    one, other = network([[0, 1, 2, *[fill] * 13] for fill in (0, 9)]).data
    assert one[:3].tolist() == other[:3].tolist() and one[3].tolist() != other[3].tolist()


def test_an_untrained_gpt_knows_nothing():
    network = gpt.GPT(np.random.default_rng(0)).scalars()
    network.head.weight.data = 0.0
    arguments = [rows[0].tolist() for rows in names.encode(["stella"])]
    assert gpt.loss(network, *arguments).data == pytest.approx(math.log(27))


def test_samples_are_the_same_from_the_same_seed():
    network = gpt.GPT(np.random.default_rng(0), channels=8, heads=2)

    def logits(tokens):
        return gpt.logits(network, tokens).data

    written = [gpt.sample(logits, np.random.default_rng(seed)) for seed in (5, 5, 6)]
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
