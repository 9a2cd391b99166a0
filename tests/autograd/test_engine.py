"""The walk: order, accumulation, steps; gradients that leave no trace; higher derivatives."""

import random

import numpy as np
import pytest

import autograd
from autograd import (
    Tensor,
    Value,
    backward_steps,
    engine,
    gradients,
    hessian,
    hvp,
    jacobian,
    topological_order,
)


def diamond():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    c = a * b
    d = c + a
    e = c * d
    return a, b, c, d, e


def test_parents_come_before_children_each_node_once():
    a, b, c, d, e = diamond()
    assert topological_order(e) == [a, b, c, d, e]
    assert topological_order(a) == [a]
    wide = autograd.sum([d, c, e, a, d])
    order = topological_order(wide)
    assert len(order) == len(set(order)) == 6
    for node in order:
        assert all(order.index(parent) < order.index(node) for parent in node.parents)


def test_a_deep_path_beside_a_short_one_is_walked_in_order():
    """The naive walk, which passes a gradient on before it is complete, gets this wrong."""
    x = Value(1.5)
    long = x
    for _ in range(50):
        long = long * 1.0 + 0.0
    root = autograd.sum([x * x, long, x * x * long])
    root.backward()
    assert x.grad == pytest.approx(2 * 1.5 + 1 + 3 * 1.5**2)


def test_the_order_is_that_of_a_depth_first_search():
    """Of graphs of every shape: 1 to 9 operands a node, of which some are leaves or numbers, or shared."""

    def searched(root):
        order = []

        def visit(node):
            if node.parents and node not in order:
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(root)
        return order

    def grown(rng, count):
        nodes = [Value(0.5), Value(0.25), 2.0]
        for _ in range(count):
            near = nodes[-rng.choice((2, 4, len(nodes))) :]
            x, y, one = rng.choice(near), rng.choice(nodes), Value(1.0)
            kind = rng.randrange(5)
            if kind == 0:
                nodes.append(autograd.sum([one, *(rng.choice(near) for _ in range(rng.randrange(9)))]))
            elif kind == 1:
                nodes.append(autograd.tanh(one * x))
            elif kind == 2:
                nodes.append(one * x + y)
            elif kind == 3:
                nodes.append(one + y - x * 0.5)
            else:
                nodes.append(autograd.hardtanh(one, x, y))
        return nodes[3:]

    for seed in range(300):
        for root in grown(random.Random(seed), 1 + seed % 30):
            assert engine.inner_nodes(root) == searched(root)


def test_a_node_used_twice_has_two_edges():
    x = Value(3.0)
    y = x * x
    (step,) = backward_steps(y)
    assert [(c.parent, c.before, c.after) for c in step.contributions] == [(x, None, 3.0), (x, 3.0, 6.0)]
    assert x.grad == 6.0


def test_leaves_add_up_inner_nodes_start_afresh():
    a, b, c, d, e = diamond()
    e.backward()
    once = [v.grad for v in (a, b)]
    inner = [v.grad for v in (c, d, e)]
    e.backward()
    assert [v.grad for v in (a, b)] == [2 * g for g in once]
    assert [v.grad for v in (c, d, e)] == inner
    c.backward()  # a second root: its walk owns c's gradient now
    assert c.grad == 1.0 and d.grad == inner[1]


def test_not_yet_computed_is_none_and_zero_grad_goes_back_to_it():
    a, b, c, d, e = diamond()
    assert all(v.grad is None for v in (a, b, c, d, e))
    e.backward()
    e.zero_grad()
    assert all(v.grad is None for v in (a, b, c, d, e))
    e.backward()
    a.zero_grad()
    assert a.grad is None and b.grad is not None


def test_steps_are_the_walk_itself():
    """Until a step is passed nothing has arrived; after it, exactly what it announced has."""
    a, b, c, d, e = diamond()
    steps = backward_steps(e, 0.5)
    previous = None
    seen = []
    for step in steps:
        if previous is not None:
            for contribution in previous.contributions:
                last = [x for x in previous.contributions if x.parent is contribution.parent][-1]
                assert contribution.parent.grad == last.after
        assert step.upstream == step.node.grad
        for contribution in step.contributions:
            assert contribution.amount == contribution.local_grad * step.upstream
        assert all(contribution.parent.grad == contribution.before for contribution in step.contributions[:1])
        seen.append(step.node)
        previous = step
    assert seen == [e, d, c]
    stepped = [v.grad for v in (a, b)]
    e.zero_grad()
    e.backward(0.5)
    assert [v.grad for v in (a, b)] == stepped


def test_a_walk_left_half_way_does_not_spoil_the_next():
    a, b, c, d, e = diamond()
    e.backward()
    expected = a.grad
    e.zero_grad()
    next(backward_steps(e))  # and leave
    steps = backward_steps(e)
    next(steps), next(steps)
    a.zero_grad(), b.zero_grad()
    e.backward()
    assert a.grad == expected


def test_a_step_prints_its_arithmetic():
    x, w = Value(2.0, "x"), Value(-3.0, "w")
    n = x * w
    n.label = "n"
    text = str(next(backward_steps(n, 0.25)))
    assert text.splitlines()[:2] == [
        "n = x * w   upstream gradient 0.25",
        "  x: local gradient w = -3, contribution -3 * 0.25 = -0.75, total none -> -0.75",
    ]


def test_the_steps_of_tensors():
    w, x = Tensor([[1.0, 2.0], [3.0, 4.0]], label="w"), np.array([1.0, -1.0])
    out = (w @ x).tanh().sum()
    steps = list(backward_steps(out))
    assert [step.node.op.name for step in steps] == ["sum", "tanh", "matmul"]
    np.testing.assert_array_equal(steps[-1].contributions[0].after, w.grad)
    assert all(str(step) for step in steps)


def test_backward_on_a_leaf_and_with_a_gradient():
    x = Value(3.0)
    x.backward()
    x.backward(2.5)
    assert x.grad == 3.5
    t = Tensor([1.0, 2.0])
    t.backward([3.0, 4.0])
    assert t.grad.tolist() == [3.0, 4.0]


class TestGradients:
    def test_leave_no_trace(self):
        a, b, c, d, e = diamond()
        e.backward()
        before = [v.grad for v in (a, b, c, d, e)]
        assert gradients(e, [a, c, e]) == [pytest.approx(before[0]), before[2], 1.0]
        gradients(e, a, create_graph=True)
        assert [v.grad for v in (a, b, c, d, e)] == before

    def test_what_the_output_does_not_depend_on_has_gradient_0(self):
        x, y, t = Value(1.0), Value(2.0), Tensor(np.ones((2, 3)))
        assert gradients(x * x, [y, x]) == [0.0, 2.0]
        assert gradients(x, x) == 1.0
        assert gradients(x * 2, y, create_graph=True).data == 0.0
        np.testing.assert_array_equal(gradients(Tensor([1.0]).sum(), t), np.zeros((2, 3)))

    def test_any_order(self):
        x = Value(1.3)
        y = x**5
        for power, coefficient in ((4, 5), (3, 20), (2, 60), (1, 120), (0, 120)):
            y = gradients(y, x, create_graph=True)
            assert y.data == pytest.approx(coefficient * 1.3**power, rel=1e-12)
        assert gradients(y, x) == 0.0
        s = x.sin()
        for expected in (np.cos(1.3), -np.sin(1.3), -np.cos(1.3), np.sin(1.3)):
            s = gradients(s, x, create_graph=True)
            assert s.data == pytest.approx(expected, rel=1e-12)

    def test_wrong_inputs(self):
        x, t = Value(1.0), Tensor([1.0, 2.0])
        with pytest.raises(TypeError, match="gradients: the output is a Value"):
            gradients(x * 2, t)
        with pytest.raises(ValueError, match="constant"):
            y = x * 2
            gradients(y, y.parents[1])
        with pytest.raises(ValueError, match=r"shape \(2,\) is not a scalar"):
            gradients(t * t, t)
        with pytest.raises(ValueError, match="needs no gradient"):
            gradients(t.sum(), Tensor([1.0], requires_grad=False))


FUNCTIONS = {
    "rational": (lambda m, x, y: x * x * y / (1.0 + y * y) - x / y),
    "shared": (lambda m, x, y: m.tanh(x * y) * m.exp(x) + m.sin(x * y) ** 2),
    "softmax": (lambda m, x, y: m.exp(x) / (m.exp(x) + m.exp(y))),
    "linear": (lambda m, x, y: 3.0 * x - 2.0 * y),
    "power": (lambda m, x, y: x**y),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_hessian_jacobian_and_hvp_against_torch(name, torch):
    fn, point, v = FUNCTIONS[name], [0.7, 1.9], [0.3, -1.1]
    expected = torch.autograd.functional.hessian(lambda t: fn(torch, t[0], t[1]), torch.tensor(point)).numpy()
    slope = torch.autograd.functional.jacobian(lambda t: fn(torch, t[0], t[1]), torch.tensor(point)).numpy()

    values = [Value(p) for p in point]
    out = fn(autograd, *values)
    np.testing.assert_allclose(hessian(out, values), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(jacobian(out, values)[0], slope, rtol=1e-12)
    np.testing.assert_allclose(hvp(out, values, v), expected @ v, rtol=1e-10, atol=1e-12)

    tensor = Tensor(point)
    out = fn(autograd, tensor[0], tensor[1])
    np.testing.assert_allclose(hessian(out, tensor), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(hvp(out, tensor, v), expected @ v, rtol=1e-10, atol=1e-12)

    pair = [Tensor(p) for p in point]
    blocks = hessian(fn(autograd, *pair), pair)
    np.testing.assert_allclose([[float(b) for b in row] for row in blocks], expected, rtol=1e-10, atol=1e-12)


def test_jacobian_shapes(torch):
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(2, 3)), rng.normal(size=3)
    ours = jacobian((Tensor(w) @ (t := Tensor(x))).tanh(), t)
    theirs = torch.autograd.functional.jacobian(lambda u: torch.tanh(torch.tensor(w) @ u), torch.tensor(x))
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12)
    a, b = Value(2.0), Value(5.0)
    assert jacobian([a * b, a, b * 1.0], [a, b]).tolist() == [[5.0, 2.0], [1.0, 0.0], [0.0, 1.0]]
    with pytest.raises(ValueError, match="hvp: 2 inputs and 1 entries"):
        hvp(a * b, [a, b], [1.0])
