"""Module: finding parameters, state, errors, repr."""

import copy
import pickle
import re

import numpy as np
import pytest

import nn
from autograd import Tensor, Value, ValueArray, no_grad, values
from autograd.ops import CONSTANT


class Odd(nn.Module):
    """Parameters wherever one may put them."""

    def __init__(self):
        self.first = Tensor(np.ones((2, 3)))
        self.second = [Value(1.0), (Value(2.0), {"key": Value(3.0)})]
        self.part = nn.Linear(3, 1, rng=0)
        self.same = self.part
        self.again = self.first
        self.fixed = Tensor(np.zeros(2), requires_grad=False)
        self.computed = Value(1.0) + Value(2.0)
        self.numbers, self.text, self.nothing = [1.0, 2.0], "text", None
        self.me = self


NAMES = ["first", "second.0", "second.1.0", "second.1.1.key", "part.weight", "part.bias"]


def test_parameters_are_found_once_in_order():
    odd = Odd()
    assert [name for name, _ in odd.named_parameters()] == NAMES
    assert odd.parameters()[0] is odd.first
    assert odd.parameters()[3] is odd.second[1][1]["key"]
    assert odd.modules() == [odd, odd.part]


class Arrays(nn.Module):
    """Arrays of Values wherever one may put them, whole and in part, once and twice."""

    def __init__(self):
        self.weight = values([[1.0, 2.0], [3.0, 4.0]], "weight")
        self.plain = np.frompyfunc(Value, 1, 1)(np.array([5.0, 6.0]))
        self.same, self.turned, self.row = self.weight, self.weight.T, self.weight[0]
        self.parts = [values([7.0]), {"key": values(8.0)}]
        self.mixed = np.array([[Value(9.0), None], [0.5, Value(10.0)]], object)
        self.parted = np.array([nn.Linear(1, 1, bias=False, rng=0), None], object)
        self.empty = values(np.zeros((0, 3)))
        self.computed, self.words = np.tanh(self.weight), np.array(["a", None], object)


SHAPES = {
    "weight": (2, 2), "plain": (2,), "parts.0": (1,), "parts.1.key": (), "mixed.0": (), "mixed.3": (),
    "parted.0.weight": (1, 1), "empty": (0, 3),
}  # fmt: skip


def test_arrays_of_values_are_found_whole_and_their_values_once():
    model = Arrays()
    named = dict(model.named_parameters())
    assert {name: np.shape(found.data) for name, found in named.items()} == SHAPES
    assert named["weight"] is model.weight
    assert {name: array.shape for name, array in model.state_dict().items()} == SHAPES
    assert model.state_dict()["plain"].dtype == np.float64
    ours = [*model.weight.ravel(), *model.plain, model.parts[0][0], model.parts[1]["key"][()]]
    ours += [model.mixed[0, 0], model.mixed[1, 1], model.parted[0].weight]
    assert all(found is expected for found, expected in zip(model.parameters(), ours))
    assert len(model.parameters()) == len(ours)
    assert repr(model).endswith(")  11 parameters")


def test_a_part_that_is_found_first_is_part_of_the_whole():
    model = nn.Module()
    model.row = values([1.0, 2.0])
    model.whole = np.array([model.row, values([3.0, 4.0])]).view(ValueArray)
    assert [name for name, _ in model.named_parameters()] == ["row", "whole"]
    assert [parameter.data for parameter in model.parameters()] == [1.0, 2.0, 3.0, 4.0]


def test_arrays_of_values_are_loaded_in_place_and_their_gradients_forgotten():
    model = Arrays()
    first = model.weight[0, 1]
    model.load_state_dict({name: array + 1 for name, array in model.state_dict().items()})
    assert model.weight[0, 1] is first is model.turned[1, 0] and first.data == 3.0
    assert model.plain[0].data == 6.0 and model.parts[1]["key"].data == 9.0
    model.turned.sum().backward()
    assert model.weight.grad.tolist() == [[1.0, 1.0], [1.0, 1.0]]
    model.zero_grad()
    assert model.weight.grad is None


@pytest.mark.parametrize(
    "number, says", [(np.nan, "'weight' is nan"), (np.inf, "'weight' has inf"), (1j, "'weight' is of dtype")]
)
def test_what_an_array_of_values_cannot_be_is_not_loaded(number, says):
    model = nn.Module()
    model.weight = values([1.0, 2.0])
    with pytest.raises(ValueError, match=says):
        model.load_state_dict({"weight": np.array([number, 1.0])})
    assert model.weight.data.tolist() == [1.0, 2.0]


def test_constants_with_labels_are_state_and_not_trained():
    model = nn.Module()
    model.fixed = values([1.0, 2.0], "fixed")
    for value in model.fixed:
        value.op = CONSTANT
    with no_grad():
        model.computed = values([1.0]) * 2
    assert list(model.state_dict()) == ["fixed"] and model.parameters() == []
    model.load_state_dict({"fixed": [3.0, 4.0]})
    assert model.fixed.data.tolist() == [3.0, 4.0]


def unpickled(model):
    return pickle.loads(pickle.dumps(model))  # noqa: S301


@pytest.mark.parametrize("copied", [copy.deepcopy, unpickled])
def test_a_copy_shares_values_as_the_original_does(copied):
    model = copied(Arrays())
    assert model.same is model.weight and model.turned[0, 1] is model.weight[1, 0]
    assert type(model.weight) is ValueArray and len(model.parameters()) == len(Arrays().parameters())


@pytest.mark.parametrize(
    "name, given, says",
    [
        ("weight", np.zeros((2, 2)), "got ndarray in place of the array of Values.*autograd.values"),
        ("weight", np.tanh(values([1.0])), "ValueArray that was computed in place of the array of Values"),
        ("plain", [1.0], "got list in place of the array of Values"),
        ("parts", 3, "got int in place of a list with arrays of Values in it"),
    ],
)
def test_an_array_of_values_does_not_get_lost(name, given, says):
    model = Arrays()
    with pytest.raises(TypeError, match=says):
        setattr(model, name, given)
    setattr(model, name, values([1.0]))
    setattr(model, name, None)


def test_fixed_tensors_are_state_but_no_parameters():
    assert list(Odd().state_dict()) == [*NAMES, "fixed"]


def test_state_dict_is_copies():
    odd = Odd()
    state = odd.state_dict()
    state["first"][0, 0] = 99
    state["second.0"][...] = 99
    assert odd.first.data[0, 0] == 1 and odd.second[0].data == 1
    odd.first.data[0, 1] = 77
    assert state["first"][0, 1] == 1


def test_load_state_dict_sets_everything_in_place():
    odd, other = Odd(), Odd()
    for number, parameter in enumerate(other.parameters()):
        parameter.data = parameter.data * 0 + number
    array = odd.first.data
    odd.load_state_dict(other.state_dict())
    assert odd.first.data is array
    assert [float(np.mean(p.data)) for p in odd.parameters()] == [0, 1, 2, 3, 4, 5]
    assert type(odd.second[0].data) is float


def test_load_state_dict_keeps_the_dtype():
    layer = nn.Linear(3, 2, rng=0)
    layer.load_state_dict({"weight": np.full((2, 3), 0.1), "bias": [1, 2]})
    assert layer.weight.dtype == layer.bias.dtype == np.float32
    assert layer.weight.data[0, 0] == np.float32(0.1) and layer.bias.data.tolist() == [1, 2]


def changed(**changes):
    state = nn.Linear(3, 2, rng=0).state_dict() | changes
    return {name: array for name, array in state.items() if array is not None}


@pytest.mark.parametrize(
    "state, says",
    [
        (changed(weight=None), "'weight' missing"),
        (changed(extra=np.ones(2)), "'extra' not known to this Linear"),
        (changed(weight=None, wieght=np.ones((2, 3))), "'weight' missing.*'wieght' not known"),
        (changed(weight=np.ones((3, 2))), r"'weight' has shape \(3, 2\).*\(2, 3\)"),
        (changed(bias=np.ones(())), r"'bias' has shape \(\)"),
        (changed(bias=np.array(["a", "b"])), "'bias' is of dtype <U1"),
        (changed(bias=np.array([1j, 1])), "'bias' is of dtype complex128"),
        (changed(bias=np.array([None, 1])), "'bias' is of dtype object"),
        ({f"n{i}": 0 for i in range(9)}, "and 4 more not known"),
    ],
)
def test_load_state_dict_errors_name_what_is_wrong_and_change_nothing(state, says):
    layer = nn.Linear(3, 2, rng=1)
    before = layer.state_dict()
    with pytest.raises(ValueError, match=says):
        layer.load_state_dict(state)
    for name, array in layer.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_value_cannot_be_loaded_with_nan():
    neuron = nn.Neuron(1)
    with pytest.raises(ValueError, match="'weights.0' is nan"):
        neuron.load_state_dict({"weights.0": np.nan, "bias": 0.0})


def test_zero_grad_makes_gradients_none():
    odd = Odd()
    for parameter in odd.parameters():
        parameter.grad = parameter.data
    odd.zero_grad()
    assert [parameter.grad for parameter in odd.parameters()] == [None] * 6


def test_train_and_eval_reach_all_parts_and_give_the_module():
    model = nn.Sequential(nn.Sequential(nn.Dropout(), nn.ReLU()), nn.Dropout())
    assert model.training
    assert model.eval() is model
    assert not any(module.training for module in model.modules())
    assert model[0].train() is model[0]
    assert [module.training for module in model.modules()] == [False, True, True, True, False]


def test_repr_shows_structure_and_parameter_count():
    assert repr(Odd()).split("\n") == [
        "Odd(",
        "  part to same, each: Linear(3, 1)  4 parameters",
        "  me: ...",
        ")  13 parameters",
    ]
    assert repr(nn.Sequential()) == "Sequential()"
    assert repr(nn.Linear(1, 1, bias=False)) == "Linear(1, 1, bias=False)  1 parameter"


def test_a_module_without_call_says_so():
    with pytest.raises(NotImplementedError, match="Module.*define its __call__"):
        nn.Module()(1.0)


def test_two_parameters_of_one_name_are_an_error():
    class Odd(nn.Module):
        def __init__(self):
            self.parts = {1: Tensor(np.ones(2)), "1": Tensor(np.zeros(2))}

    with pytest.raises(ValueError, match="both called 'parts.1'"):
        Odd().state_dict()


# Numbers that do not fit.


@pytest.mark.parametrize("dtype, number", [(np.float32, 1e300), (np.float32, -3.5e38), (np.float16, 70000.0)])
@pytest.mark.parametrize("allow_nonfinite", [False, True])
def test_a_number_too_large_for_the_dtype_is_no_inf(dtype, number, allow_nonfinite):
    model = nn.Sequential(nn.Linear(2, 2, dtype=dtype), nn.Linear(2, 1, dtype=dtype))
    before = model.state_dict()
    state = {name: array.astype(np.float64) + 1 for name, array in before.items()}
    state["1.weight"][0, 1] = number
    text = f"'1.weight' has {number:g} in the state, which is too large for its dtype here, {np.dtype(dtype)}"
    with pytest.raises(ValueError, match=re.escape(text)):
        model.load_state_dict(state, allow_nonfinite=allow_nonfinite)
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    state["1.weight"][0, 1] = np.finfo(dtype).max
    model.load_state_dict(state)
    assert model[1].weight.data[0, 1] == np.finfo(dtype).max


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("build", [lambda: nn.Linear(2, 1), lambda: nn.Linear(2, 1, dtype=np.float64)])
def test_what_is_not_finite_only_where_asked_for(number, build, tmp_path):
    model, source = build(), build()
    source.weight.data[0, 0] = number
    nn.save(source, tmp_path / "model.npz")
    before = model.state_dict()
    for load in (
        lambda **asked: model.load_state_dict(source.state_dict(), **asked),
        lambda **asked: nn.load(model, tmp_path / "model.npz", **asked),
    ):
        with pytest.raises(ValueError, match=f"'weight' has {number:g} in the state.*allow_nonfinite=True"):
            load()
        np.testing.assert_array_equal(model.weight.data, before["weight"])
        load(allow_nonfinite=True)
        np.testing.assert_array_equal(model.weight.data, source.weight.data)
        model.load_state_dict(before)


def test_a_value_may_be_infinite_where_asked_for_and_is_never_nan():
    model = nn.Neuron(2)
    state = model.state_dict() | {"bias": np.array(np.inf)}
    with pytest.raises(ValueError, match="'bias' has inf in the state"):
        model.load_state_dict(state)
    model.load_state_dict(state, allow_nonfinite=True)
    assert model.bias.data == np.inf
    with pytest.raises(ValueError, match="'bias' is nan in the state, which a Value cannot be"):
        model.load_state_dict(state | {"bias": np.array(np.nan)}, allow_nonfinite=True)


def test_a_mask_that_is_not_trained_may_be_infinite():
    class Masked(nn.Module):
        def __init__(self, mask):
            self.mask = Tensor(mask, requires_grad=False)

    model = Masked(np.zeros(2, np.float32))
    model.load_state_dict({"mask": np.array([0.0, -np.inf])})
    assert model.mask.data.tolist() == [0, -np.inf]
    with pytest.raises(ValueError, match="'mask' has 1e.300 in the state, which is too large"):
        model.load_state_dict({"mask": np.array([0.0, 1e300])})


# What is set over a parameter or a part.


class Parts(nn.Module):
    def __init__(self):
        self.weight, self.scale = Tensor(np.ones((2, 3))), Value(1.0)
        self.mean = Tensor(np.zeros(3), requires_grad=False)
        self.layer, self.layers = nn.Linear(3, 2), [nn.Linear(2, 2), nn.ReLU()]
        self.values = {"a": Value(1.0), "b": [Value(2.0)]}


@pytest.mark.parametrize("name", ["weight", "scale", "mean", "layer", "layers", "values"])
@pytest.mark.parametrize(
    "given",
    [
        np.ones((2, 3)), 1.0, [1.0, 2.0], (3.0,), {"a": 1.0}, "ones", Value(2.0) * 3.0, Tensor([1.0]) * 2.0,
        [Value(2.0) * 3.0], Tensor([1.0]).detach(), np.tanh, False,
    ],
    ids=lambda given: type(given).__name__,
)  # fmt: skip
def test_no_parameter_and_no_part_gets_lost(name, given):
    model = Parts()
    before = list(model.state_dict())
    with pytest.raises(
        TypeError, match=rf"^Parts\.{name}: got {type(given).__name__}.*expected .*\(None takes it out\)"
    ):
        setattr(model, name, given)
    assert list(model.state_dict()) == before and [*vars(model)] == [*vars(Parts())]


@pytest.mark.parametrize(
    "name, given",
    [
        ("weight", Tensor(np.zeros(5))), ("weight", Value(1.0)), ("weight", None), ("weight", nn.ReLU()),
        ("scale", Value(3.0)), ("scale", None), ("mean", Tensor(np.ones(3), requires_grad=False)),
        ("layer", nn.Linear(3, 9)), ("layer", None), ("layer", [nn.ReLU(), nn.ReLU()]), ("layers", []),
        ("layers", (nn.ReLU(),)), ("layers", None), ("values", {}), ("values", [Value(1.0)]),
        ("values", nn.ReLU()),
    ],
)  # fmt: skip
def test_what_may_be_set(name, given):
    model = Parts()
    setattr(model, name, given)
    assert getattr(model, name) is given
    delattr(model, name)
    setattr(model, name, np.ones(3))
    assert isinstance(getattr(model, name), np.ndarray)


def test_other_attributes_are_free():
    model = Parts()
    for given in (Value(1.0) * 2.0, np.ones(3), "text", Value(2.0) * 2.0, None, [1.0]):
        model.last = given
        assert model.last is given


def test_the_way_that_the_error_names():
    model = nn.Linear(2, 1)
    optimizer = nn.SGD(model.parameters(), lr=0.5)
    with pytest.raises(TypeError, match=r"its numbers are set by \.weight\.data = \.\.\."):
        model.weight = np.ones((1, 2))
    model.weight.data = np.ones((1, 2), np.float32)
    nn.mse(model(np.zeros((1, 2))), np.ones((1, 1))).backward()
    optimizer.step()
    assert model.weight.data.tolist() == [[1.0, 1.0]] and "weight" in model.state_dict()


# forward.


def test_forward_is_what_a_call_runs():
    class Net(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(2, 3, rng=0)

        def forward(self, x, scale=1.0):
            return self.layer(x) * scale

    class Below(Net):
        def forward(self, x, scale=1.0):
            return super().forward(x, scale) + 1.0

    x = np.ones((4, 2))
    net, below = Net(), Below()
    np.testing.assert_allclose(net(x, scale=2.0).data, 2 * net.layer(x).data, rtol=1e-6)
    np.testing.assert_allclose(below(x).data, net(x).data + 1, rtol=1e-6)
    assert net.forward(x).shape == (4, 3)
    model, optimizer = nn.Sequential(net), nn.SGD(net.parameters())
    nn.training.fit(model, (x, np.zeros(4, int)), nn.cross_entropy, optimizer, epochs=1, progress=False)


def test_forward_of_a_layer_of_ones_own():
    """What is nearer counts: a forward below the layer's call, and a call below that."""

    class Doubled(nn.Linear):
        def forward(self, x):
            return super().__call__(x) * 2.0

    class Again(Doubled):
        def __call__(self, x):
            return self.forward(x) + 1.0

    class Both(nn.Module):
        def __call__(self, x):
            return self.forward(x) + 1.0

        def forward(self, x):
            return x

    x, plain = np.ones((3, 2)), nn.Linear(2, 4, rng=0)
    np.testing.assert_allclose(Doubled(2, 4, rng=0)(x).data, 2 * plain(x).data)
    np.testing.assert_allclose(Again(2, 4, rng=0)(x).data, 2 * plain(x).data + 1)
    assert Both()(1.0) == 2.0
    np.testing.assert_allclose(nn.Sequential(Doubled(2, 4, rng=0))(x).data, 2 * plain(x).data)


def test_where_forward_fails_the_layer_is_named():
    class Bad(nn.Module):
        def forward(self, x):
            return (x * 0.0 - 1.0).log()

    model, data = nn.Sequential(nn.Linear(2, 2), Bad()), (np.ones((4, 2)), np.zeros(4, int))
    with pytest.raises(nn.training.NonFiniteError, match=r"in 1 \(Bad\): log made nan"):
        nn.training.fit(model, data, nn.cross_entropy, nn.SGD(model.parameters()), epochs=1, progress=False)


def test_neither_call_nor_forward():
    class Nothing(nn.Module):
        pass

    with pytest.raises(NotImplementedError, match="Nothing does not say .*: define its __call__ or forward"):
        Nothing()(1.0)
