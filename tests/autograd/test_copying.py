"""Copies and pickles of graphs: as deep as they are, what is shared stays shared, nothing of the original is
kept."""

import copy
import io
import pickle
import threading

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, Value, copying, dot, gradients, trace


def by_pickle(protocol):
    return lambda part: pickle.loads(pickle.dumps(part, protocol))  # noqa: S301


WAYS = {"deepcopy": copy.deepcopy} | {f"pickle {protocol}": by_pickle(protocol) for protocol in (0, 2, 5)}
EVERY_WAY = pytest.mark.parametrize("by", WAYS.values(), ids=WAYS)


@EVERY_WAY
@pytest.mark.parametrize("length", [1, 300, 5_000])
def test_a_chain_of_values(by, length):
    x = node = Value(0.5, "x")
    for _ in range(length):
        node = node + x
    node.label = "end"
    leaf, end = by([x, node])
    end.backward()
    assert (leaf.grad, leaf.label, end.label) == (length + 1.0, "x", "end")
    assert x.grad is None and end.data == node.data and type(end) is Value


@pytest.mark.parametrize("by", [copy.deepcopy, by_pickle(5)], ids=["deepcopy", "pickle"])
@pytest.mark.parametrize("length", [5_000, pytest.param(100_000, marks=pytest.mark.thorough)])
def test_a_long_chain(by, length):
    node = x = Value(1.0)
    for _ in range(length):
        node = node * x
    by(node).backward()
    leaf, end = by((x, node))
    end.backward()
    assert leaf.grad == length + 1.0


@EVERY_WAY
@pytest.mark.parametrize("length", [1, 300, 1_000])
def test_a_chain_of_tensors(by, length):
    """Its local gradients are functions, arrays and both."""
    w = node = Tensor(np.array([[0.5, -0.25], [0.125, 0.75]]), label="w")
    for _ in range(length):
        node = (node @ w).tanh() * w
    loss = node.sum()
    leaf, copied = by([w, loss])
    copied.backward()
    loss.backward()
    assert np.array_equal(leaf.grad, w.grad) and leaf.label == "w" and leaf.grad is not w.grad


@EVERY_WAY
def test_nodes_of_any_number_of_operands(by):
    w, x = [Value(0.1 * i, f"w{i}") for i in range(7)], [Value(1.0 + i) for i in range(7)]
    total = dot(w, x)
    for i in range(400):
        total = autograd.sum([total, w[i % 7], 2.0]) + total.prelu(0.25) + dot(w[:1], [total])
    weights, copied = by((w, total))
    copied.backward()
    total.backward()
    assert [v.grad for v in weights] == [v.grad for v in w]
    assert [len(node.parents) for node in autograd.engine.topological_order(copied)] == [
        len(node.parents) for node in autograd.engine.topological_order(total)
    ]


@EVERY_WAY
def test_what_is_one_node_is_one_node_in_the_copy(by):
    """However it is reached: from several roots, in any order, in lists, dicts, arrays and modules."""
    x = Value(2.0, "x")
    shared = x * x
    one, two = shared.tanh(), shared + x
    both = one * two
    for roots in ([one, two, both, shared, x], [x, shared, both, two, one], [both, both, one]):
        kept = by({"roots": roots, "array": np.array([one, two]), "shared": shared})
        found = {id(a): b for a, b in zip(roots, kept["roots"])}
        assert found[id(one)] is kept["array"][0] and kept["array"][0].parents[0] is kept["shared"]
        assert kept["array"][1].parents[0] is kept["shared"] and kept["shared"].parents[0].label == "x"
        assert found[id(both)].parents == (kept["array"][0], kept["array"][1])
    assert not copying._here.part_of


@EVERY_WAY
@pytest.mark.parametrize("order", [1, -1])
def test_a_list_of_all_nodes_of_a_long_chain(by, order):
    nodes = [Value(1.0)]
    for _ in range(2_000):
        nodes.append(nodes[-1] + 1.0)
    copied = by(nodes[::order])[::order]
    assert all(after.parents[0] is before for before, after in zip(copied, copied[1:]))
    assert [node.data for node in copied] == [node.data for node in nodes]


@EVERY_WAY
def test_a_module_that_keeps_what_it_computed(by):
    model = nn.MLP(2, [3, 1], "tanh", rng=0)
    for step in range(200):
        model.out = model([0.1 * step, -0.2]) + (model.out if step else 0.0)
    copied = by(model)
    copied.out.backward()
    model.out.backward()
    assert [p.grad for p in copied.parameters()] == [p.grad for p in model.parameters()]
    assert not set(copied.parameters()) & set(model.parameters())


@EVERY_WAY
def test_gradients_and_settings_are_kept(by):
    x = Value(3.0)
    y = x * x
    z = y.tanh()
    z.backward()
    copied = by(z)
    assert (copied.grad, copied.parents[0].grad) == (1.0, y.grad)
    assert copied.op is z.op and copied.parents[0].parents[0].op is x.op
    plain = z + 1.0
    assert by(plain).parents[1].op is plain.parents[1].op
    t = Tensor([[1.0, 2.0]])
    summed = t.sum(axis=1, keepdims=True)
    assert dict(by(summed).static) == dict(summed.static) and by(summed).requires_grad


@EVERY_WAY
def test_every_kind_of_layer_goes_back_alike(by):
    rng = np.random.default_rng(0)
    model = nn.Sequential(
        nn.Linear(6, 8, rng=1, dtype=np.float64), nn.LayerNorm(8), nn.GELU(), nn.BatchNorm1d(8),
        nn.Linear(8, 4, rng=2, dtype=np.float64),
    )  # fmt: skip
    x = Tensor(rng.standard_normal((5, 6)))
    out = model(x)
    rows = autograd.concatenate([out[:2], autograd.stack([out[2], out[0, ...], out[4]])]).reshape(5, 4).T
    loss = nn.cross_entropy(rows.T, np.array([0, 1, 2, 3, 0])) + rows.max(axis=0).mean() + rows.var()
    loss = loss + autograd.where(out.data > 0, out, 0.0).logsumexp() + rows[np.array([0, 0, 1])].sum()
    (copied_model, copied_x), copied = by(((model, x), loss))
    copied.backward()
    loss.backward()
    for ours, theirs in zip([*copied_model.parameters(), copied_x], [*model.parameters(), x], strict=True):
        assert np.array_equal(ours.grad, theirs.grad)


@EVERY_WAY
def test_a_copy_has_arrays_of_its_own(by):
    """Where the original's weights move, as an optimizer moves them, the copy goes back as it was made."""
    w, x = Tensor(np.eye(2) * 3.0), np.array([[1.0, 2.0]])
    loss = ((x @ w).tanh() @ w).sum()
    leaf, copied = by([w, loss])
    loss.backward()
    expected = w.grad.copy()
    w.data[...] = 100.0
    copied.backward()
    assert np.array_equal(leaf.grad, expected)


@EVERY_WAY
def test_second_derivatives_of_a_copy(by):
    x = Value(2.0)
    leaf, y = by([x, x**3])
    slope = gradients(y, leaf, create_graph=True)
    assert (slope.data, gradients(slope, leaf)) == (12.0, 12.0)
    leaf, slope = by([leaf, slope])
    assert gradients(slope, leaf) == 12.0
    t = Tensor([2.0, -1.0])
    leaf, y = by([t, (t * t * t).sum()])
    slope = gradients(y, leaf, create_graph=True)
    leaf, slope = by([leaf, slope])
    assert gradients(slope.sum(), leaf).tolist() == [12.0, -6.0]


@EVERY_WAY
def test_a_gradient_that_is_a_node_and_leads_back(by):
    """As where a loss looks at slopes: a leaf keeps a node that was computed from it."""
    w = Tensor([[1.0, 2.0], [3.0, 4.0]])
    w.grad = gradients((w @ w).sum(), w, create_graph=True) @ w
    copied = by(w)
    assert np.array_equal(gradients(copied.grad.sum(), copied), gradients(w.grad.sum(), w))
    x = Value(3.0)
    y = x * x
    y.grad = x.grad = y.tanh() * y
    copied = by(y)
    assert copied.grad.parents[1] is copied and copied.parents[0].grad is copied.grad


@EVERY_WAY
def test_parameters_of_a_program(by):
    model = nn.MLP(2, [3, 1], "tanh", rng=0)
    parameters = model.parameters()
    trace(lambda x: model(x), [0.0, 0.0], parameters=parameters).batched().step(
        np.ones((2, 2)), nn.SGD(parameters, lr=0.1)
    )
    out = model([0.5, 0.25])
    leaves, copied = by([parameters, out])
    copied.backward()
    out.backward()
    assert [leaf.grad for leaf in leaves] == [p.grad for p in parameters]
    before = parameters[0].data
    leaves[0].data = 7.0
    assert parameters[0].data == before and type(leaves[0]) is Value


def test_pickled_twice_by_one_pickler_and_by_another_meanwhile():
    """A pickler keeps what it has written: what another writes must not lean on that."""
    node = Value(1.0)
    for _ in range(1_000):
        node = node + 1.0
    file = io.BytesIO()
    pickler = pickle.Pickler(file)
    pickler.dump(node)
    for _ in range(1_000):
        node = node + 1.0
    pickler.dump(node)
    assert by_pickle(5)(node).data == 2_001.0 == copy.deepcopy(node).data
    file.seek(0)
    unpickler = pickle.Unpickler(file)  # noqa: S301
    first, second = unpickler.load(), unpickler.load()
    assert (first.data, second.data) == (1_001.0, 2_001.0)
    assert first in autograd.engine.topological_order(second)


def test_in_several_threads_at_once():
    node = Value(1.0)
    for _ in range(2_000):
        node = node + 1.0
    found = []
    roots = [node, node.parents[0]]
    threads = [threading.Thread(target=lambda: found.append(copy.deepcopy(roots))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for last, before in found:
        assert last.parents[0] is before and last.data == 2_001.0


def test_a_shallow_copy_is_a_node_of_its_own_with_the_same_parents():
    x = Value(2.0, "x")
    for node in (x, x * x, Tensor([1.0, 2.0]).tanh(), Tensor([1.0])):
        copied = copy.copy(node)
        assert copied is not node and copied.parents == node.parents and copied.label == node.label
        assert copied.data is node.data and copied.local_grads == node.local_grads
        copied.label = "other"
        assert node.label != "other"


def test_an_operation_whose_name_another_has_by_now():
    """A copy has the operation itself; a pickle, which has only the name, says that it cannot."""
    first = autograd.define("twice_named", lambda x: x * x, lambda out, x: 2.0 * x)
    x = Value(3.0)
    y = first(x)
    assert by_pickle(5)(y).op is y.op
    autograd.define("twice_named", lambda x: x * 5.0, lambda out, x: 5.0)
    leaf, copied = copy.deepcopy([x, y])
    assert gradients(gradients(copied, leaf, create_graph=True), leaf) == 2.0
    with pytest.raises(TypeError, match="pickle: <op twice_named> is no longer the row twice_named"):
        pickle.dumps(y)
    written = pickle.dumps(autograd.tanh(x)).replace(b"\x04tanh", b"\x04tonh")
    with pytest.raises(ValueError, match="there is no operation tonh; define it"):
        pickle.loads(written)  # noqa: S301


def test_no_two_operations_share_a_name():
    soft = nn.cross_entropy(Tensor([[1.0, 2.0]]), np.array([[0.25, 0.75]]))
    hard = nn.cross_entropy(Tensor([[1.0, 2.0]]), np.array([1]))
    for loss in (soft, hard):
        for by in WAYS.values():
            logits = by(loss).parents[0]
            assert by(loss).op is loss.op and logits.data.tolist() == [[1.0, 2.0]]
