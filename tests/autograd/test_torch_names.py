"""Who writes PyTorch's or micrograd's names is told what they are called here, and the table is true."""

import copy
import pickle
import re

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, Value, torch_names

X, V = Tensor(np.ones((2, 3))), Value(2.0, "v")
MISSING = {
    "t.view": (lambda: X.view(3, 2), AttributeError, "a Tensor has no 'view'; here it is reshape(shape)"),
    "t.unsqueeze": (lambda: X.unsqueeze(0), AttributeError, "here it is expand_dims(axis)"),
    "t.permute": (lambda: X.permute(1, 0), AttributeError, "here it is transpose(axes)"),
    "t.t": (lambda: X.t(), AttributeError, "here it is T"),
    "t.size()": (
        lambda: X.size(),
        TypeError,
        "size is a number here: t.size; the sizes along the axes are t.shape",
    ),
    "t.size(0)": (lambda: X.size(0), TypeError, "t.shape"),
    "t.clamp": (lambda: X.clamp(0), AttributeError, "here it is clip(low, high)"),
    "t.requires_grad_": (lambda: X.requires_grad_(), AttributeError, "here it is requires_grad = True"),
    "t.detach_": (lambda: X.detach_(), AttributeError, "here it is detach()"),
    "t.zero_": (lambda: X.zero_(), AttributeError, "here it is zero_grad() for gradients"),
    "t.masked_fill": (lambda: X.masked_fill(X > 0, 0), AttributeError, "here it is autograd.where("),
    "v._prev": (lambda: V._prev, AttributeError, "a Value has no '_prev'; here it is parents"),
    "v._op": (lambda: V._op, AttributeError, "a Value has no '_op'; here it is op"),
    "v.item()": (lambda: V.item(), AttributeError, "here it is data"),
    "v.view": (lambda: V.view(1), AttributeError, "'Value' object has no attribute 'view'"),
    "Value with parents": (
        lambda: Value(1.0, (V, V), "+"),
        TypeError,
        "recorded by the operations themselves",
    ),
    "Value with children": (
        lambda: Value(1.0, (V,)),
        TypeError,
        "label is (Value(2, label='v'),); expected a string and",
    ),
    "a label": (lambda: Value(1.0, 3), TypeError, "Value: the label is 3; expected a string"),
    "autograd.cat": (
        lambda: autograd.cat([X, X]),
        AttributeError,
        "'cat'; here it is concatenate([x, y], axis)",
    ),
    "autograd.from_numpy": (lambda: autograd.from_numpy(X), AttributeError, "here it is Tensor(array)"),
    "autograd.nothing": (
        lambda: autograd.nothing,
        AttributeError,
        "module 'autograd' has no attribute 'nothing'",
    ),
    "dim": (
        lambda: X.sum(dim=1),
        TypeError,
        "sum: there is no argument 'dim'; here it is axis (it takes x, axis, keepd",
    ),
    "keepdim": (
        lambda: X.mean(1, keepdim=True),
        TypeError,
        "mean: there is no argument 'keepdim'; here it is keepdims",
    ),
    "unbiased": (
        lambda: X.var(unbiased=False),
        TypeError,
        "var: there is no argument 'unbiased'; here it is ddof",
    ),
    "softmax dim": (
        lambda: autograd.softmax(X, dim=1),
        TypeError,
        "softmax: there is no argument 'dim'; here it is axis",
    ),
    "stack dim": (
        lambda: autograd.stack([X], dim=0),
        TypeError,
        "stack: there is no argument 'dim'; here it is axis",
    ),
    "clip min": (lambda: X.clip(min=0), TypeError, "clip: there is no argument 'min'; here it is low"),
    "a slip": (lambda: X.sum(axes=1), TypeError, "sum: there is no argument 'axes'; here it is axis"),
    "anything": (
        lambda: X.sum(weather=1),
        TypeError,
        "sum: there is no argument 'weather' (it takes x, axis, keepdims)",
    ),
}


@pytest.mark.parametrize("name", MISSING)
def test_the_error_says_what_to_write(name):
    attempt, kind, says = MISSING[name]
    with pytest.raises(kind) as raised:
        attempt()
    assert says in str(raised.value)


def test_what_the_table_names_is_there():
    tables = {Value: torch_names.NODE | torch_names.VALUE, Tensor: torch_names.NODE | torch_names.TENSOR}
    for kind, table in tables.items():
        for name, instead in table.items():
            assert not hasattr(kind, name), f"{kind.__name__} has {name}; the table is never asked for it"
            for called in re.findall(r"autograd\.(\w+)", instead):
                assert hasattr(autograd, called), instead
            first = re.match(r"(\w+)(?=\(| = |$|,)", instead)
            if first and first[1] not in ("not", "x"):
                assert hasattr(kind, first[1]), (name, instead)
    for name, instead in torch_names.PACKAGE.items():
        assert name not in vars(autograd) and name not in autograd.__all__, name
        first = re.match(r"(\w+)\(", instead)
        assert not first or hasattr(autograd, first[1]), (name, instead)


def test_what_asks_whether_an_attribute_is_there_is_answered():
    for node in (X, V):
        assert not hasattr(node, "view") and getattr(node, "cuda", None) is None
        assert copy.deepcopy(node).label == node.label
        assert pickle.loads(pickle.dumps(node)).label == node.label  # noqa: S301
    with pytest.raises(AttributeError, match="__array_interface__"):
        _ = V.__array_interface__
    assert X.size == 6 and isinstance(X.size, int) and X.size * 2 == 12


def test_what_is_not_there_is_not_offered():
    for node in (V, X):
        assert {"data", "grad", "tanh", "backward"} <= set(dir(node))
        assert not {"_prev", "_op", "clamp", "cuda"} & set(dir(node))
    assert "item" in dir(X) and "item" not in dir(V)
    own = type("Own", (Value,), {})(1.0)
    own.mine = 1
    assert "mine" in dir(own) and "_prev" not in dir(own)


def test_no_class_on_the_hot_path_has_getattr():
    """In a class with one, Python 3.11 and older read every attribute at several times the cost."""
    for kind in (Value, Tensor, nn.MLP, nn.Sequential, nn.Linear, nn.Adam, nn.Loader):
        for home in kind.__mro__[:-1]:
            assert not {"__getattr__", "__getattribute__"} & vars(home).keys(), kind


def test_a_name_of_others_can_be_defined():
    autograd.define("reciprocal", lambda x: 1.0 / x, lambda out, x: -out * out)
    assert Value(4.0).reciprocal().data == 0.25 and Tensor([4.0]).reciprocal().data.tolist() == [0.25]


def test_a_function_keeps_its_name_its_words_and_its_signature():
    import inspect

    assert autograd.mean.__name__ == "mean" and autograd.mean.__doc__.startswith("Take the mean")
    assert list(inspect.signature(Tensor.mean).parameters) == ["x", "axis", "keepdims"]
