"""Module: finding parameters, state, errors, repr."""

import numpy as np
import pytest

import nn
from autograd import Tensor, Value


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
