"""Steps that cannot be taken: no gradient, arrays that cannot be changed; and dtypes side by side."""

import ast
import copy
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Contribution, Step, Tensor, Value
from nn.optim.line_search import Point

from .test_optim_state import ALL, BUILD, RULES

ROOT = Path(__file__).parents[2]


def all_of(optimizer, parameters):
    """Everything that a step may change."""
    return [np.array(p.data).tobytes() for p in parameters], copy.deepcopy(repr(optimizer.state_dict()))


def step_of(optimizer, loss):
    """A step by a closure, or after a backward pass."""
    if isinstance(getattr(optimizer, "optimizer", optimizer), nn.LBFGS):
        return lambda: optimizer.step(loss)

    def step():
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    return step


# No parameter has a gradient.


@ALL
@pytest.mark.parametrize("kind", ["Tensors", "Values", "both"])
def test_no_gradient_at_all(build, kind):
    tensors, values = [Tensor(np.ones((2, 3))), Tensor(np.ones(3))], [Value(1.0), Value(2.0)]
    parameters = {"Tensors": tensors, "Values": values, "both": tensors + values}[kind]
    optimizer = build(parameters)
    other = Tensor(np.ones(2))
    before = all_of(optimizer, parameters)
    if not isinstance(optimizer, nn.LBFGS):
        with pytest.raises(
            ValueError, match=r"none of its \d parameters has a gradient: loss.backward\(\) was not"
        ):
            optimizer.step()
    with pytest.raises(ValueError, match="or the parameters are not those of the loss"):
        optimizer.step(lambda: (other * other).sum())  # the closure's loss is of another model
    assert all_of(optimizer, parameters) == before


@ALL
def test_one_gradient_in_any_group_is_enough(build):
    one, two = Tensor(np.ones(2)), Tensor(np.ones(2))
    groups = (
        [one, two]
        if "LBFGS" in repr(build) or build is BUILD["LBFGS"]
        else [{"params": [one]}, {"params": [two]}]
    )
    step_of(build(groups), lambda: (two * two).sum())()
    assert one.data.tolist() == [1, 1]


def test_fit_says_so_too():
    model, other = nn.Linear(2, 1), nn.Linear(2, 1)
    x = np.ones((4, 2))

    def loss(prediction, y):
        return nn.mse(other(x), np.zeros((4, 1)))

    with pytest.raises(ValueError, match="^SGD: none of its 2 parameters has a gradient"):
        nn.training.fit(model, (x, x), loss, nn.SGD(model.parameters()), epochs=1, progress=False)


# Arrays that cannot be changed.


def read_only(array):
    array.flags.writeable = False
    return array


@ALL
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_read_only_array_is_named_before_anything_changes(build, place):
    shapes = [(3,), (2, 2), (70, 70)]  # two that go together, and one that does not
    parameters = [Tensor(np.ones(shape), label=f"w{i}") for i, shape in enumerate(shapes)] + [Value(1.0)]
    parameters = parameters[:3] if build is BUILD["LBFGS"] else parameters
    optimizer = build(parameters)
    read_only(parameters[place].data)
    for parameter in parameters:
        parameter.grad = np.ones_like(parameter.data) if isinstance(parameter, Tensor) else 1.0
    before = all_of(optimizer, parameters)

    def closure():
        return sum(((p * p).sum() for p in parameters[1:3]), (parameters[0] * parameters[0]).sum())

    step = (lambda: optimizer.step(closure)) if build is BUILD["LBFGS"] else optimizer.step
    with pytest.raises(ValueError, match=f"label='w{place}', .* is read-only, .*give it one of its own"):
        step()
    assert all_of(optimizer, parameters) == before
    parameters[place].data = parameters[place].data.copy()  # as the error says
    step()


def test_a_read_only_array_of_a_module():
    model = nn.Sequential(nn.Linear(2, 2, rng=0), nn.Linear(2, 2, rng=1))
    state = {name: array + 1 for name, array in model.state_dict().items()}
    read_only(model[1].weight.data)
    before = repr(model.state_dict())
    with pytest.raises(ValueError, match="^load_state_dict: the array of '1.weight' is read-only"):
        model.load_state_dict(state)
    assert repr(model.state_dict()) == before
    with pytest.raises(ValueError, match="^max_norm: the array of .*label='weight'.* is read-only"):
        nn.max_norm(model.parameters(), 1e-3)
    assert repr(model.state_dict()) == before


def test_read_only_running_statistics():
    norm = nn.BatchNorm1d(2)
    read_only(norm.running_var.data)
    before = repr(norm.state_dict())
    with pytest.raises(ValueError, match="^BatchNorm1d: the array of running_var is read-only"):
        norm(np.random.default_rng(0).standard_normal((4, 2)))
    assert repr(norm.state_dict()) == before


def test_a_read_only_gradient_is_somebody_elses_and_stays():
    weight = Tensor(np.ones(3))
    for change in (
        lambda: nn.clip_grad_norm([weight], 0.1),
        lambda: nn.clip_grad_value([weight], 0.1),
        nn.GradientNoise([weight], rng=0).step,
    ):
        weight.grad = given = read_only(np.ones(3))
        change()
        assert given.tolist() == [1, 1, 1] and (weight.grad != 1).all()


# Parameters of several dtypes side by side, some of them without a gradient.


@RULES
@pytest.mark.parametrize("missing", range(4))
def test_two_dtypes_and_one_gradient_missing(build, missing):
    def parameters():
        return [
            Tensor(np.full(3, i + 1, dtype)) for i, dtype in enumerate([np.float32] * 2 + [np.float64] * 2)
        ]

    together, apart = parameters(), parameters()
    one, several = build(together), [build([parameter]) for parameter in apart]
    for step in range(3):
        for i, (ours, theirs, optimizer) in enumerate(zip(together, apart, several)):
            grad = np.full(3, step + 0.5, ours.dtype)
            ours.grad = theirs.grad = None if i == missing and step == 1 else grad
            if theirs.grad is not None:
                optimizer.step()
        one.step()
    for ours, theirs in zip(together, apart):
        assert ours.data.tobytes() == theirs.data.tobytes()
        assert ours.data.tolist() != parameters()[0].data.tolist()


def dataclasses():
    """Every dataclass of the packages: its decorator, and what its fields are, as written."""
    for package in ("autograd", "nn", "demos"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    for decorator in map(ast.unparse, node.decorator_list):
                        if "dataclass" in decorator:
                            fields = [
                                ast.unparse(n.annotation) for n in node.body if isinstance(n, ast.AnnAssign)
                            ]
                            yield f"{path.relative_to(ROOT)}: {node.name}", decorator, fields


def test_no_dataclass_with_arrays_in_it_is_compared_by_them():
    """== of it would be == of arrays, whose truth nobody can tell."""
    arrays = ("ndarray", "NDArray", "Floats", "Tensor")
    found = [
        name
        for name, decorator, fields in dataclasses()
        if any(array in field and "Callable" not in field for field in fields for array in arrays)
        and "eq=False" not in decorator
    ]
    assert found == []
    assert all(kind.__eq__ is object.__eq__ for kind in (Point, Step, Contribution))
