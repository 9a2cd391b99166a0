"""Names of PyTorch and Keras: an error that says what it is called here, and says what is there."""

import copy
import pickle
import re

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from nn import torch_names as names


def owners():
    """Each table, what it is asked for, and an example of that."""
    parts = nn.Linear(2, 3), nn.BatchNorm1d(3), nn.LayerNorm(3), nn.Conv2d(1, 1, 1), nn.Embedding(2, 2)
    model = nn.Sequential(*parts, nn.RNN(2, 2), nn.MultiHeadAttention(2, 1))
    return {
        "PACKAGE": nn,
        "OPTIM": nn.optim,
        "INIT": nn.init,
        "MODULE": model,
        "OPTIMIZER": nn.SGD(model.parameters()),
        "LOADER": nn.Loader(np.ones(4), np.ones(4), 2),
    }


TABLES = {name: getattr(names, name) for name in owners()}
ENTRIES = [(table, name) for table, entries in TABLES.items() for name in entries]


@pytest.mark.parametrize("table, name", ENTRIES)
def test_the_error_says_what_it_is_called_here(table, name):
    owner, advice = owners()[table], TABLES[table][name]
    with pytest.raises(AttributeError, match=re.escape(f"has no attribute {name!r}: {advice}")):
        getattr(owner, name)
    assert not hasattr(owner, name)


@pytest.mark.parametrize("table, name", ENTRIES)
def test_what_the_advice_names_is_there(table, name):
    advice, found = TABLES[table][name], owners()
    for package, path in re.findall(r"\b(nn|autograd)\.([A-Za-z_.0-9]+)", advice):
        here = {"nn": nn, "autograd": autograd}[package]
        for part in path.split("."):
            here = getattr(here, part)
    model, optimizer, loader = found["MODULE"], found["OPTIMIZER"], found["LOADER"]
    having = {"MODULE": [model, *model], "OPTIMIZER": [optimizer], "LOADER": [loader]}.get(table, [])
    for attribute in re.findall(r"(?<![\w\])])\.([a-z_]+)", advice):
        assert any(hasattr(each, attribute) for each in having), attribute


def test_people_who_come_from_pytorch():
    net = nn.Linear(2, 3)
    for write, advice in [
        (lambda: nn.CrossEntropyLoss(), r"nn\.cross_entropy"),
        (lambda: nn.MSELoss(), r"nn\.mse"),
        (lambda: nn.ModuleList([net]), r"write a list or a dict: .*self\.layers = "),
        (lambda: nn.Parameter(np.ones(3)), r"autograd\.Tensor\(array\)"),
        (lambda: nn.functional.relu(3.0), r"activations of autograd"),
        (lambda: nn.optim.lr_scheduler.StepLR, r"nn\.StepDecay"),
        (lambda: nn.utils.clip_grad_norm_(net.parameters(), 1.0), r"nn\.clip_grad_norm"),
        (lambda: nn.init.xavier_uniform_(net.weight), r"nn\.init\.xavier_uniform\("),
        (lambda: net.register_buffer("mean", np.ones(3)), r"requires_grad=False"),
        (lambda: net.cuda(), "on the CPU"),
        (lambda: net.to("cuda"), "on the CPU"),
        (lambda: net.double(), r"dtype= where a layer is built"),
        (lambda: net.forward(np.ones((1, 2))), r"module\(x\)"),
        (lambda: nn.SGD(net.parameters()).param_groups, r"\.groups"),
    ]:
        with pytest.raises(AttributeError, match=advice):
            write()


def test_a_class_that_defines_the_name_has_it():
    class Moved(nn.Module):
        def cuda(self):
            return "here"

        @property
        def num_features(self):
            return 3

    assert Moved().cuda() == "here" and Moved().num_features == 3


@pytest.mark.parametrize("owner", owners().values(), ids=owners())
def test_any_other_name_is_an_ordinary_error(owner):
    with pytest.raises(AttributeError, match="has no attribute 'wieght'$") as raised:
        owner.wieght  # noqa: B018
    assert raised.value.name == "wieght" and raised.value.obj is owner
    assert getattr(owner, "wieght", 5) == 5


def test_copies_and_pickles_are_as_they_were():
    model = nn.Sequential(nn.Linear(2, 3), nn.Dropout())
    optimizer = nn.Adam(model.parameters())
    for twin, other in (copy.deepcopy((model, optimizer)), pickle.loads(pickle.dumps((model, optimizer)))):  # noqa: S301
        assert other.parameters[0] is twin[0].weight
        np.testing.assert_array_equal(twin[0].weight.data, model[0].weight.data)
    neuron = nn.Neuron(2)
    assert copy.deepcopy(neuron)([1.0, 2.0]).data == neuron([Value(1.0), Value(2.0)]).data
