"""Neuron, Layer and MLP: closed forms, the graph they make, and the same network on Tensors."""

import copy
import math
import pickle

import numpy as np
import pytest

import autograd
import nn
from autograd import Value


def set_weights(neuron, weights, bias):
    neuron.load_state_dict({f"weights.{i}": w for i, w in enumerate(weights)} | {"bias": bias})


def test_a_neuron_by_hand():
    """tanh(2 * -3 + 0 * 1 + 6.8813735870195432): the example that everybody computes once."""
    neuron = nn.Neuron(2, "tanh")
    set_weights(neuron, [-3.0, 1.0], 6.8813735870195432)
    x = [Value(2.0), Value(0.0)]
    out = neuron(x)
    out.backward()
    assert out.data == pytest.approx(math.sqrt(0.5), abs=1e-15)
    assert [v.grad for v in (*x, *neuron.parameters())] == pytest.approx(
        [-1.5, 0.5, 1.0, 0.0, 0.5], abs=1e-15
    )


def test_the_graph_of_a_neuron_is_products_then_sums_from_left_to_right():
    neuron = nn.Neuron(3, "relu")
    x = [Value(float(i), f"x{i}") for i in range(3)]
    out = neuron(x)
    assert out.op.name == "relu"
    (total,) = out.parents
    assert total.op.name == "add" and total.parents[1] is neuron.bias
    for i in (2, 1):
        total = total.parents[0]
        assert total.op.name == "add" and total.parents[1].parents == (neuron.weights[i], x[i])
    product = total.parents[0]
    assert product.op.name == "mul" and product.parents == (neuron.weights[0], x[0])
    assert len(autograd.topological_order(out)) == 3 + 3 + 1 + 3 + 3 + 1


def test_dot_makes_one_node_of_them():
    neuron = nn.Neuron(3, None, dot=True)
    out = neuron([Value(1.0), Value(2.0), Value(3.0)])
    assert out.op.name == "add" and out.parents[1] is neuron.bias
    assert out.parents[0].op.name == "dot" and len(out.parents[0].parents) == 6


@pytest.mark.parametrize("activation", ["relu", "tanh", "sin", "gelu", "linear", None])
def test_dot_or_not_the_same_numbers(activation):
    one, other = nn.MLP(3, [4, 2], activation, rng=5), nn.MLP(3, [4, 2], activation, rng=5, dot=True)
    for model in (one, other):
        a, b = model([0.3, -0.2, 0.9])
        (a * b).backward()
    for p, q in zip(one.parameters(), other.parameters()):
        assert p.data == q.data and p.grad == pytest.approx(q.grad, rel=1e-14, abs=1e-16)


def test_parameters_neuron_by_neuron_weights_then_bias():
    model = nn.MLP(2, [3, 1])
    assert [p.label for p in model.parameters()] == [
        *("w0,0,0", "w0,0,1", "b0,0", "w0,1,0", "w0,1,1", "b0,1", "w0,2,0", "w0,2,1", "b0,2"),
        *("w1,0,0", "w1,0,1", "w1,0,2", "b1,0"),
    ]
    assert [name for name, _ in model.named_parameters()][:3] == [
        "layers.0.neurons.0.weights.0",
        "layers.0.neurons.0.weights.1",
        "layers.0.neurons.0.bias",
    ]
    assert [p.label for p in nn.Layer(1, 2).parameters()] == ["w0,0", "b0", "w1,0", "b1"]
    assert [p.label for p in nn.Neuron(2).parameters()] == ["w0", "w1", "b"]


def test_micrograds_network():
    model = nn.MLP(2, [16, 16, 1])
    assert len(model.parameters()) == 337
    assert [len(layer.neurons) for layer in model.layers] == [16, 16, 1]
    assert [layer.neurons[0].activation for layer in model.layers] == ["relu", "relu", None]
    for bias in (neuron.bias for layer in model.layers for neuron in layer.neurons):
        assert bias.data == 0


def test_mlp_as_matrix_products():
    """Output, and gradients by the chain rule written out for two layers of relu and a linear one."""
    model = nn.MLP(2, [5, 4, 1], rng=3)
    rng = np.random.default_rng(0)
    for parameter in model.parameters():
        parameter.data = rng.standard_normal()
    w, b = [], []
    for layer in model.layers:
        w.append(np.array([[weight.data for weight in neuron.weights] for neuron in layer.neurons]))
        b.append(np.array([neuron.bias.data for neuron in layer.neurons]))
    x = np.array([0.7, -1.3])
    h1 = np.maximum(w[0] @ x + b[0], 0)
    h2 = np.maximum(w[1] @ h1 + b[1], 0)
    out = w[2] @ h2 + b[2]
    g2 = w[2][0] * (h2 > 0)
    g1 = (w[1].T @ g2) * (h1 > 0)
    expected = [
        np.column_stack([np.outer(g1, x), g1]),
        np.column_stack([np.outer(g2, h1), g2]),
        np.append(h2, 1),
    ]
    inputs = [Value(each) for each in x]
    result = model(inputs)
    assert result.data == pytest.approx(out[0], rel=1e-14)
    result.backward()
    found = [parameter.grad for parameter in model.parameters()]
    np.testing.assert_allclose(found, np.concatenate([e.ravel() for e in expected]), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose([v.grad for v in inputs], w[0].T @ g1, rtol=1e-12)


def test_one_output_is_a_value_several_are_a_list():
    assert isinstance(nn.MLP(2, [3, 1])([1, 2]), Value)
    outs = nn.MLP(2, [3, 2])([1, 2])
    assert type(outs) is list and [type(out) for out in outs] == [Value, Value]
    assert isinstance(nn.Layer(2, 1)([1, 2]), Value) and len(nn.Layer(2, 3)([1, 2])) == 3
    assert isinstance(nn.MLP(2, [1, 1, 1])([1, 2]), Value)  # hidden layers of one neuron are lists within


def test_numbers_arrays_and_values_as_inputs():
    model = nn.MLP(2, [3, 1])
    outs = [
        model(x).data
        for x in ([1, 2], (1.0, 2.0), np.array([1.0, 2.0]), [Value(1.0), 2], np.array([1, 2], np.uint8))
    ]
    assert len(set(outs)) == 1
    neuron = nn.Neuron(2)
    assert neuron([1, 2]).data == neuron([Value(1), Value(2)]).data


def test_plain_inputs_are_one_constant_each():
    order = autograd.topological_order(nn.MLP(2, [16, 1])([1.0, 2.0]))
    assert sum(node.op is autograd.ops.CONSTANT for node in order) == 2


@pytest.mark.parametrize("dot", [False, True])
@pytest.mark.parametrize(
    "x, error, says",
    [
        ([1.0], ValueError, "x has 1 inputs"),
        ((1.0, 2.0, 3.0), ValueError, "x has 3 inputs"),
        ([], ValueError, "x has 0 inputs"),
        (np.ones(3), ValueError, "x has 3 inputs"),
        (1.0, TypeError, "x is 1.0"),
        ("ab", TypeError, "x is 'ab'"),
        ({"a": 1.0, "b": 2.0}, TypeError, "x is {'a'"),
        (np.ones((2, 2)), TypeError, "x is an array of shape"),
    ],
)
def test_wrong_inputs(x, error, says, dot):
    for network in (nn.Neuron(2, dot=dot), nn.Layer(2, 3, dot=dot), nn.MLP(2, [3, 1], dot=dot)):
        with pytest.raises(error, match=f"{type(network).__name__}: {says}.*; expected a list of 2"):
            network(x)


def test_inputs_that_are_no_numbers():
    with pytest.raises(TypeError, match="expected a real number"):
        nn.MLP(2, [1])(["a", "b"])
    with pytest.raises(ValueError, match="nan"):
        nn.MLP(2, [1])([1.0, math.nan])


def test_unknown_activation_lists_the_known_ones():
    for build in (
        nn.Neuron,
        lambda nin, name: nn.Layer(nin, 2, name),
        lambda nin, name: nn.MLP(nin, [2, 1], name),
    ):
        with pytest.raises(ValueError, match="no activation 'Relu'; known are linear, abs, .*relu.*tanh"):
            build(2, "Relu")


@pytest.mark.parametrize("sizes", [[], 3, [2, 0], [2.0], "12", None])
def test_wrong_sizes(sizes):
    with pytest.raises((TypeError, ValueError), match="MLP: (nouts|a size of nouts) is .*expected"):
        nn.MLP(2, sizes)
    with pytest.raises(ValueError, match="nin is 0"):
        nn.Neuron(0)


def test_seeds():
    def numbers(model):
        return [p.data for p in model.parameters()]

    assert numbers(nn.MLP(2, [3, 1], rng=1)) == numbers(nn.MLP(2, [3, 1], rng=np.random.default_rng(1)))
    assert numbers(nn.MLP(2, [3, 1], rng=1)) != numbers(nn.MLP(2, [3, 1], rng=2))
    weights = [number for number in numbers(nn.MLP(4, [6, 6, 6])) if number]
    assert len(set(weights)) == len(weights) == 24 + 36 + 36


@pytest.mark.parametrize(
    "activation, gain", [("relu", math.sqrt(2)), ("tanh", 5 / 3), ("sigmoid", 1), (None, 1)]
)
def test_weights_start_with_the_spread_that_the_activation_needs(activation, gain):
    weights = [w.data for neuron in nn.Layer(100, 100, activation).neurons for w in neuron.weights]
    bound = gain * math.sqrt(3 / 100)
    assert 0.99 * bound < max(map(abs, weights)) <= bound
    assert np.std(weights) == pytest.approx(bound / math.sqrt(3), rel=0.03)


@pytest.mark.parametrize(
    "activation", ["relu", "tanh", "sigmoid", "silu", "leaky_relu", "elu", "sin", "exp", None]
)
@pytest.mark.parametrize("nouts", [[1], [4, 1], [5, 3, 2]])
def test_vectorized_gives_the_same_outputs_and_gradients(nouts, activation):
    rng = np.random.default_rng(2)
    model = nn.MLP(3, nouts, activation, rng=rng)
    for layer in model.layers:
        for neuron in layer.neurons:
            neuron.bias.data = rng.standard_normal()
    fast = model.vectorized()
    x, target = rng.standard_normal((6, 3)), rng.standard_normal((6, nouts[-1]))

    outs = [model(row) for row in x]
    outs = [[out] if isinstance(out, Value) else out for out in outs]
    out = fast(x)
    np.testing.assert_allclose(out.data, [[v.data for v in row] for row in outs], rtol=1e-13, atol=1e-14)

    slow_loss, fast_loss = nn.mse(outs, target.tolist()), nn.mse(out, target)
    assert slow_loss.data == pytest.approx(fast_loss.item(), rel=1e-13)
    slow_loss.backward()
    fast_loss.backward()
    linears = [layer for layer in fast if isinstance(layer, nn.Linear)]
    assert len(linears) == len(nouts)
    for layer, linear in zip(model.layers, linears):
        weights = [[w.grad for w in neuron.weights] for neuron in layer.neurons]
        np.testing.assert_allclose(linear.weight.grad, weights, rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(
            linear.bias.grad, [n.bias.grad for n in layer.neurons], rtol=1e-11, atol=1e-13
        )


def test_vectorized_is_a_copy_of_the_dtype_asked_for():
    model = nn.MLP(2, [3, 1])
    fast = model.vectorized(np.float32)
    assert {p.dtype for p in fast.parameters()} == {np.dtype(np.float32)}
    before = fast.state_dict()
    for parameter in model.parameters():
        parameter.data += 1
    assert all(np.array_equal(array, before[name]) for name, array in fast.state_dict().items())
    assert [type(module).__name__ for module in fast] == ["Linear", "ReLU", "Linear"]


def test_neurons_of_one_layer_that_differ_have_no_vectorized_form():
    model = nn.MLP(2, [3, 1], rng=0)
    model.layers[0].neurons[1] = nn.Neuron(2, "tanh", rng=5)
    with pytest.raises(ValueError, match="layer 0 have different activations"):
        model.vectorized()
    with pytest.raises(AttributeError):
        model.layers[0].neurons[0].activation = "tanh"


@pytest.mark.parametrize("activation", ["relu", "prelu", None])
@pytest.mark.parametrize("by", [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])  # noqa: S301
def test_copies_and_pickles_say_the_same(activation, by):
    model = nn.MLP(2, [3, 1], activation, rng=1)
    assert by(model)([0.5, -2.0]).data == model([0.5, -2.0]).data
