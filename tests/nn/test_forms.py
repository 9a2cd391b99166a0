"""scalars() and vectorized(): every module in both forms, and what becomes of what a model keeps."""

import ast
import copy
import inspect
import pickle
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, Value, ValueArray, values
from autograd.ops import CONSTANT, LEAF

from .module_examples import CASES, EXAMPLES, classes

TIGHT = {"rtol": 1e-12, "atol": 1e-12}


def test_every_module_has_an_example():
    assert sorted(classes()) == sorted(EXAMPLES), "add it to tests/nn/module_examples.py"


def leaves_of(inputs, kind):
    return [kind(array) if array.dtype.kind == "f" else array for array in inputs]


def flat(output):
    """All Tensors, arrays and Values in an output, which may be a tuple with tuples in it."""
    return [each for part in output for each in flat(part)] if isinstance(output, (list, tuple)) else [output]


def data_of(node):
    return np.asarray(node.data)


def gradients(outputs, inputs, model):
    """Of inputs and parameters, from upstream gradients that are not 1."""
    upstream = np.random.default_rng(7)
    total = sum(
        ((output * upstream.standard_normal(np.shape(data_of(output)))).sum() for output in outputs[1:]),
        (outputs[0] * upstream.standard_normal(np.shape(data_of(outputs[0])))).sum(),
    )
    total.backward()
    given = [each.grad for each in inputs if not isinstance(each, np.ndarray) or each.dtype.hasobject]
    return given, {name: each.grad for name, each in model.named_parameters()}


def check_same(fast, inputs):
    """The same outputs, gradients and state in both forms."""
    scalar = fast.scalars()
    tensors, arrays = leaves_of(inputs, Tensor), leaves_of(inputs, values)
    ours, theirs = flat(fast(*tensors)), flat(scalar(*arrays))
    assert len(ours) == len(theirs) > 0
    for one, other in zip(ours, theirs):
        assert one.shape == np.shape(data_of(other))
        np.testing.assert_allclose(data_of(other), one.data, **TIGHT)
    given, of_parameters = gradients(ours, tensors, fast)
    given_too, of_arrays = gradients(theirs, arrays, scalar)
    for one, other in zip(given, given_too, strict=True):
        np.testing.assert_allclose(other, one, **TIGHT)
    assert list(of_parameters) == list(of_arrays)
    for name, grad in of_parameters.items():
        np.testing.assert_allclose(of_arrays[name], grad, err_msg=name, **TIGHT)
    state = scalar.state_dict()
    for name, array in fast.state_dict().items():  # also what a forward pass has changed
        np.testing.assert_allclose(state[name], array, err_msg=name, **TIGHT)


def check_neurons(model, x):
    """The same of a module of neurons, whose scalar form it is itself, and which takes a row at a time."""
    fast, scalar = model.vectorized(), model.scalars()
    assert type(scalar) is type(model) and not set(model.parameters()) & set(scalar.parameters())
    tensor, array = Tensor(x), values(x)
    ours, rows = fast(tensor), [flat(scalar(list(row))) for row in array]
    np.testing.assert_allclose([[each.data for each in row] for row in rows], ours.data, **TIGHT)
    upstream = np.random.default_rng(7).standard_normal(ours.shape)
    (ours * upstream).sum().backward()
    for row, slopes in zip(rows, upstream):
        for out, slope in zip(row, slopes):
            out.backward(slope)
    np.testing.assert_allclose(array.grad, tensor.grad, **TIGHT)
    by_size = [
        np.sort(np.concatenate([np.ravel(each.grad) for each in m.parameters()])) for m in (fast, scalar)
    ]
    np.testing.assert_allclose(*by_size, **TIGHT)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name, index", CASES)
def test_both_forms_of_every_module_compute_the_same(name, index, training):
    case = EXAMPLES[name][index]
    model = case.make().train(training)
    if case.of_neurons:
        check_neurons(model, *case.inputs)
    else:
        check_same(model, case.inputs)
        if not training or case.least == 1:
            check_same(case.make().train(training), [array[:1] for array in case.inputs])


@pytest.mark.parametrize("name, index", CASES)
def test_the_way_back_gives_the_same_model(name, index):
    case = EXAMPLES[name][index]
    if case.of_neurons:
        return
    model = case.make().eval()
    again = model.scalars().vectorized()
    assert repr(again) == repr(model) and not again.training
    for (ours, one), (theirs, other) in zip(model.named_parameters(), again.named_parameters(), strict=True):
        assert (ours, one.dtype, one.label, one.data.strides) == (
            theirs,
            other.dtype,
            other.label,
            other.data.strides,
        )
        assert one is not other and not np.shares_memory(one.data, other.data)
    for (ours, one), (theirs, other) in zip(
        model.state_dict().items(), again.state_dict().items(), strict=True
    ):
        assert ours == theirs and one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


# What a model keeps, and where.

Pair = namedtuple("Pair", "first second")


class Odd(nn.Module):
    """Leaves of every kind, wherever one may put them."""

    def __init__(self):
        self.weight = Tensor(np.asfortranarray(np.arange(6.0, dtype=np.float32).reshape(2, 3)), "w")
        self.half = Tensor(np.float16([0.5, 1.5]))
        self.fixed = Tensor(np.array([2.0, 3.0]), requires_grad=False)
        self.count = Tensor(np.array(7))
        self.mask = Tensor(np.array([True, False]))
        self.number = Tensor(2.5, label="number")
        self.value = Value(1.25, "v")
        self.array, self.plain = values([4.0], "array"), np.array([Value(4.5)])
        self.parts = [Tensor([1.0]), (Tensor([2.0]), {"key": Tensor([3.0])}, "text")]
        self.pair = Pair(Tensor([5.0]), 3)
        self.objects = np.array([nn.LayerNorm(1, bias=False), None], object)
        self.empty = Tensor(np.zeros((0, 2)))
        self.linear = nn.Linear(2, 2, rng=0)
        self.same, self.tied = self.linear, self.linear.weight
        self.dropout = nn.Dropout(rng=3).eval()
        self.computed = self.weight * 2.0
        self.setting, self.me = {"rate": [1, 2]}, self
        self.dtype = np.dtype(np.float32)


NAMES = [
    "weight", "half", "fixed", "count", "mask", "number", "value", "array", "plain", "parts.0", "parts.1.0",
    "parts.1.1.key", "pair.0", "objects.0.weight", "empty", "linear.weight", "linear.bias",
]  # fmt: skip


def snapshot(model):
    return {name: array.tolist() for name, array in model.state_dict().items()}


def test_the_scalar_form_keeps_names_numbers_shapes_and_settings():
    model = Odd()
    before = snapshot(model)
    scalar = model.scalars()
    assert list(scalar.state_dict()) == list(model.state_dict()) == NAMES
    assert snapshot(scalar) == before == snapshot(model)
    assert [n for n, _ in scalar.named_parameters()] == [n for n, _ in model.named_parameters()]
    assert scalar.me is scalar and scalar.same is scalar.linear and scalar.tied is scalar.linear.weight
    assert type(scalar.pair) is Pair and scalar.pair.second == 3 and scalar.setting == model.setting
    assert scalar.training and not scalar.dropout.training
    kinds = {name: type(found) for name, found in scalar._named_state()}
    assert {name for name, kind in kinds.items() if kind is not ValueArray} == {"count", "mask", "value"}
    assert type(scalar.plain) is np.ndarray
    assert scalar.number.shape == () and scalar.weight[1, 2].label == "weight[1,2]"
    assert all(value.op is CONSTANT for value in scalar.fixed)
    assert scalar.empty.shape == (0, 2)
    scalar.fixed.data = [8.0, 9.0]
    scalar.weight.data = 0.0
    scalar.dropout.train()(np.ones(9))
    assert snapshot(model) == before
    assert model.dropout._rng.random() == np.random.default_rng(3).random()


@pytest.mark.parametrize("copied", ["as it is", "deepcopy", "pickle"])
def test_the_way_back_restores_dtypes_labels_and_sharing(copied):
    model = Odd()
    scalar = model.scalars()
    if copied == "deepcopy":
        scalar = copy.deepcopy(scalar)
    elif copied == "pickle":
        scalar = pickle.loads(pickle.dumps(scalar))  # noqa: S301
    again = scalar.vectorized()
    assert list(again.state_dict()) == NAMES and snapshot(again) == snapshot(model)
    ours, theirs = dict(model._named_state()), dict(again._named_state())
    for name in set(NAMES) - {"value", "array", "plain"}:
        one, other = ours[name], theirs[name]
        assert (one.dtype, one.label, one.requires_grad) == (other.dtype, other.label, other.requires_grad), (
            name
        )
        assert one.data.strides == other.data.strides
    assert theirs["value"].dtype == theirs["array"].dtype == theirs["plain"].dtype == np.float64
    assert again.same is again.linear and again.tied is again.linear.weight
    assert type(scalar.weight) is ValueArray and "_was" not in vars(again)


def test_a_part_of_the_scalar_form_goes_back_by_itself():
    model = nn.Sequential(nn.Linear(2, 2, rng=0), nn.Linear(2, 2, rng=0))
    model[1].weight = model[0].weight
    for part in model.scalars():
        assert part.vectorized().weight.dtype == np.float32


def test_vectorized_with_a_dtype_gives_it_to_all_floats():
    for model in (Odd(), Odd().scalars()):
        again = model.vectorized(np.float16)
        assert {found.dtype for _, found in again._named_state()} == {np.dtype(k) for k in ("f2", "i8", "?")}
        assert again.linear.dtype == again.dtype == np.float16
        assert again.linear(np.ones((1, 2))).dtype == np.float16
    with pytest.raises(TypeError, match="vectorized: dtype is int64"):
        Odd().vectorized(int)


def test_both_forms_are_made_without_gradients():
    model = nn.Linear(2, 1, rng=0)
    model(np.ones((1, 2))).sum().backward()
    scalar = model.scalars()
    assert scalar.weight.grad is None and model.weight.grad is not None
    scalar(np.ones((1, 2))).sum().backward()
    assert scalar.vectorized().weight.grad is None and scalar.scalars().weight.grad is None


def test_a_frozen_parameter_is_constant_in_the_scalar_form():
    model = nn.Sequential(nn.Linear(2, 2, rng=0), nn.Linear(2, 1, rng=1))
    model[0].weight.requires_grad = False
    scalar = model.scalars()
    assert [name for name, _ in scalar.named_parameters()] == ["0.bias", "1.weight", "1.bias"]
    scalar(np.ones((1, 2))).sum().backward()
    assert scalar[0].weight.grad is None and scalar[1].weight.grad is not None
    assert not scalar.vectorized()[0].weight.requires_grad


def test_neurons_in_a_model_become_layers():
    class Net(nn.Module):
        def __init__(self):
            self.mlp = self.again = nn.MLP(2, [3, 1], rng=0)

    model = Net()
    fast = model.vectorized()
    assert type(fast.mlp) is nn.Sequential and fast.again is fast.mlp
    assert fast.mlp[0].dtype == np.float64 and model.vectorized(np.float32).mlp[0].dtype == np.float32
    assert type(model.scalars().mlp) is nn.MLP


def test_views_and_mixtures_have_no_form_on_tensors():
    model = nn.Module()
    model.weight = values([[1.0, 2.0]])
    model.turned = model.weight.T
    with pytest.raises(ValueError, match="vectorized: 'turned' of Module shares Values with another array"):
        model.vectorized()
    model.turned = None
    model.wide = np.broadcast_to(values([1.0]), (2, 1))
    with pytest.raises(ValueError, match="'wide' of Module shares Values .*or has some twice"):
        model.vectorized()
    model.wide = None
    model.weight[0, 0].op = CONSTANT
    with pytest.raises(ValueError, match="vectorized: 'weight' mixes constants and parameters"):
        model.vectorized()


def test_a_nan_has_no_scalar_form():
    model = nn.Module()
    model.mask = Tensor([1.0, np.nan], requires_grad=False)
    with pytest.raises(ValueError, match="scalars: 'mask' has a nan"):
        model.scalars()


def test_numbers_go_from_form_to_form_by_files_and_state(tmp_path):
    model = nn.Sequential(nn.Linear(2, 3, rng=0), nn.BatchNorm1d(3))
    scalar = nn.Sequential(nn.Linear(2, 3, rng=1), nn.BatchNorm1d(3)).scalars()
    nn.save(model, tmp_path / "fast.npz")
    nn.load(scalar, tmp_path / "fast.npz")
    assert snapshot(scalar) == snapshot(model)
    assert all(value.op is LEAF for value in scalar[0].weight.ravel())
    scalar[0].weight.data = scalar[0].weight.data * 2
    nn.save(scalar, tmp_path / "scalar.npz")
    nn.load(model, tmp_path / "scalar.npz")
    assert snapshot(scalar) == snapshot(model) and model[0].weight.dtype == np.float32


def test_values_and_tensors_do_not_mix():
    model = nn.Linear(2, 1, rng=0)
    for given in (values([[1.0, 2.0]]), [Value(1.0), 2.0], np.array([Value(1.0), Value(2.0)])):
        with pytest.raises(TypeError, match=r"Linear: x is made of Values.*model.scalars\(\)"):
            model(given)
    with pytest.raises(TypeError, match="do not mix"):
        model.scalars()(Tensor([[1.0, 2.0]]))


def test_an_error_leaves_the_running_statistics():
    norm = nn.BatchNorm1d(2).scalars()
    before = snapshot(norm)
    with pytest.raises(TypeError, match="do not mix"):
        norm(Tensor(np.ones((2, 2))))
    assert snapshot(norm) == before


def test_the_scalar_form_takes_lists_and_numbers():
    scalar = nn.Linear(2, 1, rng=0).scalars()
    expected = scalar(values([[1.0, 2.0]])).data
    for given in ([[1.0, 2.0]], [[Value(1.0), 2]], np.array([[1, 2]]), np.array([[Value(1.0), Value(2.0)]])):
        out = scalar(given)
        assert type(out) is ValueArray
        np.testing.assert_array_equal(out.data, expected)


# No module asks which form it is in.

KINDS = {"Value", "Tensor", "ValueArray", "Node", "ndarray", "NUMBERS"}
ASKS = {"isinstance", "issubclass", "type", "hasattr", "is_array_of_values", "has_values", "is_array"}


def questions(text, names):
    """Where methods of these classes ask for a kind: the calls, as they are written."""
    found = []
    for cls in ast.walk(ast.parse(text)):
        if isinstance(cls, ast.ClassDef) and cls.name in names:
            for method in cls.body:
                if isinstance(method, ast.FunctionDef):
                    found += [f"{cls.name}.{method.name}: {ast.unparse(each)}" for each in asked(method)]
    return found


def asked(method):
    """Of ``__init__`` only what it asks of what it has set: the arguments are looked at there."""
    own = method.name == "__init__"
    for node in ast.walk(method):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ASKS:
            names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
            names |= {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
            about_self = node.args and ast.unparse(node.args[0]).startswith("self.")
            about_kinds = names & KINDS or node.func.id in ("type", "hasattr", "is_array_of_values")
            of_its_class = ast.unparse(node) == "type(self)"
            if about_kinds and not of_its_class and (about_self or not own) and not of_an_input(node):
                yield node
        elif isinstance(node, ast.Attribute) and node.attr in ("kind", "hasobject", "requires_grad"):
            if ast.unparse(node).startswith("self."):
                yield node


def of_an_input(call):
    """``has_values(x)`` and ``type(x) is not list`` look at the input, and at no parameter."""
    return call.func.id in ("has_values", "type") and ast.unparse(call.args[0]) == "x"


def test_no_module_asks_for_the_kind_of_its_parameters():
    names = set(classes()) | {kind.__name__ for each in classes().values() for kind in each.__mro__}
    names -= {"Module", "object"}
    found = []
    for path in Path(nn.__file__).parent.rglob("*.py"):
        found += [f"{path.name}: {each}" for each in questions(path.read_text(), names)]
    assert found == []


@pytest.mark.parametrize(
    "body",
    [
        "isinstance(self.weight, Value)", "isinstance(x, autograd.Tensor)", "type(self.weight) is Tensor",
        "hasattr(self.weight, 'zero_grad')", "self.weight.dtype.kind == 'O'", "self.weight.dtype.hasobject",
        "isinstance(self.slope, np.ndarray)", "is_array_of_values(self.weight)", "self.weight.requires_grad",
    ],
)  # fmt: skip
def test_a_question_is_found(body):
    assert questions(f"class A(Module):\n    def __call__(self, x):\n        return {body}", {"A"})
    assert questions(f"class A(Module):\n    def run(self, x):\n        if {body}: return 1", {"A"})


def test_every_module_has_one_call():
    for kind in classes().values():
        defined = {"__call__", "forward"} & vars(kind).keys()
        assert len(defined) <= 1, kind
        assert any("__call__" in vars(base) for base in kind.__mro__ if base is not nn.Module), kind
        assert not inspect.isabstract(kind)


def test_what_would_be_frozen_into_a_program_is_an_error():
    x = [[1.0, 2.0], [3.0, 5.0]]
    for model in (nn.Dropout(rng=0), nn.BatchNorm1d(2).scalars()):
        with pytest.raises(autograd.TraceError, match=f"{type(model).__name__} on a traced number"):
            autograd.trace(lambda x, model=model: model(values(x)).sum(), x)
        model.eval()
        program = autograd.trace(lambda x, model=model: model(values(x)).sum(), x)
        assert program(x) == pytest.approx(float(model(values(x)).sum().data), rel=1e-12)


def test_an_embedding_takes_tokens_that_are_traced():
    fast = nn.Embedding(4, 3, rng=0, dtype=np.float64)
    scalar, scale = fast.scalars(), np.random.default_rng(1).standard_normal((1, 3, 3))
    program = autograd.trace(
        lambda tokens: (scalar([tokens]) * scale).sum(), [2, 0, 2], parameters=scalar.parameters()
    )
    for tokens in ([0, 1, 2], [3, 3, 3], [2, 0, 2]):
        out = (fast(np.array([tokens])) * scale).sum()
        out.backward()
        number, slopes = program.value_and_grad(tokens)
        assert number == pytest.approx(out.item(), rel=1e-12)
        np.testing.assert_allclose(np.reshape(slopes.parameters, (4, 3)), fast.weight.grad, **TIGHT)
        fast.zero_grad()
