"""Value: what it is, how it compares, and what it says to bad input."""

import contextlib
import gc
import math
import sys
import tracemalloc
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, no_grad, ops


def test_a_neuron_by_hand():
    """Karpathy's two-input neuron: tanh(x1*w1 + x2*w2 + b), gradients from the chain rule on paper."""
    x1, x2, w1, w2 = Value(2.0, "x1"), Value(0.0, "x2"), Value(-3.0, "w1"), Value(1.0, "w2")
    b = Value(6.8813735870195432, "b")
    n = x1 * w1 + x2 * w2 + b
    o = n.tanh()
    assert o.data == pytest.approx(math.sqrt(0.5), rel=1e-12)
    o.backward()
    assert o.grad == 1.0
    assert n.grad == pytest.approx(0.5)
    assert [v.grad for v in (x1, w1, x2, w2, b)] == pytest.approx([-1.5, 1.0, 0.5, 0.0, 0.5])


def test_arithmetic_with_plain_numbers_on_either_side():
    x = Value(4.0)
    results = [x + 1, 1 + x, x - 1, 1 - x, x * 3, 3 * x, x / 2, 2 / x, x**2, 2**x, -x, abs(-x), +1 * x]
    assert [r.data for r in results] == [5, 5, 3, -3, 12, 12, 2, 0.5, 16, 16, -4, 4, 4]
    assert (x + np.float32(0.5)).data == 4.5
    assert (np.int64(2) * x).data == 8.0
    assert (Fraction(1, 2) * x + Decimal("0.25")).data == 2.25
    assert (x ** Value(0.5)).data == 2.0


def test_comparison_is_by_value_and_equality_by_identity():
    a, b = Value(1.0), Value(1.0)
    assert a <= b and a >= b and not a < b and not a > b
    assert a < 2 and a > 0.5 and 0 < a and 2 >= a
    assert a != b and a == a
    assert {a: "a", b: "b"}[b] == "b"
    with pytest.raises(TypeError, match="<"):
        _ = a < "2"


def test_float_repr_and_attributes():
    x = Value(3, "x")
    y = x * x
    assert y.data == 9.0 and isinstance(x.data, float)
    assert y.parents == (x, x) and y.local_grads == (3.0, 3.0)
    assert (y.op.name, y.op.symbol, y.label, y.grad) == ("mul", "*", None, None)
    assert x.parents == x.local_grads == ()
    assert x.op is ops.LEAF
    assert repr(x) == "Value(3, label='x')"
    y.backward()
    assert repr(y) == "Value(9, op=mul, grad=1)"


@pytest.mark.parametrize(
    ("attempt", "kind", "says"),
    [
        (lambda: Value("3"), TypeError, "'3' of type str"),
        (lambda: Value(None), TypeError, "NoneType"),
        (lambda: Value(1j), TypeError, "1j"),
        (lambda: Value([1.0]), TypeError, "list"),
        (lambda: Value(np.ones(2)), TypeError, r"shape \(2,\)"),
        (lambda: Value(Value(1)), TypeError, "plain number"),
        (lambda: Value(math.nan), ValueError, "nan"),
        (lambda: Value(10**400), OverflowError, "too large"),
        (lambda: Value(1) + "a", TypeError, "add: got 'a'"),
        (lambda: [1] * Value(1), TypeError, r"mul: got \[1\]"),
        (lambda: Value(1) * Tensor([1.0]), TypeError, "do not mix"),
        (lambda: Tensor([1.0]) * Value(1), TypeError, "do not mix"),
        (lambda: Value(1) + math.nan, ValueError, "nan"),
        (lambda: Value(-1).log(), ValueError, r"log\(-1\).*x > 0"),
        (lambda: Value(0).log(), ValueError, r"log\(0\).*x > 0"),
        (lambda: Value(-2).sqrt(), ValueError, r"sqrt\(-2\).*x >= 0"),
        (lambda: Value(0).sqrt(), ZeroDivisionError, r"sqrt\(0\).*derivative is not finite"),
        (lambda: Value(1) / 0, ZeroDivisionError, r"div\(1, 0\).*other than 0"),
        (lambda: 1 / Value(0), ZeroDivisionError, r"div\(1, 0\)"),
        (lambda: Value(0) ** -1, ValueError, r"pow\(0, -1\)"),
        (lambda: Value(-8) ** (1 / 3), ValueError, r"pow\(-8, 0.333333\)"),
        (lambda: Value(-2) ** Value(3), ValueError, r"pow\(-2, 3\)"),
        (lambda: Value(1e3).exp(), OverflowError, r"exp\(1000\).*too large"),
        (lambda: Value(1e200) ** 2, OverflowError, r"pow\(1e\+200, 2\)"),
        (lambda: Value(math.inf) - Value(math.inf), ValueError, r"sub\(inf, inf\).*not a number"),
        (lambda: Value(math.inf).sin(), ValueError, r"sin\(inf\)"),
        (lambda: autograd.log(-1.0), ValueError, r"log\(-1\).*x > 0"),
        (lambda: autograd.tanh("a"), TypeError, "tanh"),
        (lambda: autograd.tanh(1.0, 2.0), TypeError, r"tanh takes the operand\(s\) x, but got 2"),
        (lambda: autograd.dot([Value(1)], [1, 2]), ValueError, "dot: 1 weights in ws and 2 inputs in xs"),
        (lambda: autograd.dot(Value(1), Value(2)), TypeError, "dot: ws is .*; expected a list"),
        (lambda: autograd.sum(Value(1)), TypeError, "sum: values is .*; expected a list"),
        (lambda: autograd.logsumexp([]), ValueError, "logsumexp"),
        (lambda: Value(1).backward("x"), TypeError, "gradient"),
        (lambda: Value(1, (1,)), TypeError, r"label is \(1,\)"),
        (lambda: Value(1e-300) ** -0.9, OverflowError, "its derivative is not finite"),
        (lambda: Value(-2) ** Value(3), ValueError, "a Value as exponent needs a base of at least 0"),
        (lambda: autograd.where(1, Value(1), 2.0), TypeError, "where: the condition is 1"),
        (lambda: autograd.gradients(1.0, [Value(1)]), TypeError, "the output is 1.0"),
        (lambda: autograd.jacobian(1.0, [Value(1)]), TypeError, "jacobian: outputs"),
        (lambda: autograd.hvp(Value(1), [], []), ValueError, "hvp: 0 inputs"),
    ],
)
def test_bad_input_is_an_error_that_says_what_came_in(attempt, kind, says):
    with pytest.raises(kind, match=says):
        attempt()


def test_where_only_the_derivative_is_missing_no_grad_still_gives_the_value():
    with no_grad():
        assert Value(0).sqrt().data == 0.0
        assert (Value(-2) ** Value(3)).data == -8.0


def test_what_no_grad_made_is_a_constant():
    x = Value(2.0)
    with no_grad():
        y, total = x * x, autograd.sum([x, x])
    for constant in (y, total):
        with pytest.raises(ValueError, match="backward: .* is a constant"):
            constant.backward()
    assert (x * 1.0 + y).parents[1].op is ops.CONSTANT


def test_a_gradient_that_is_not_a_number_is_an_error():
    x = Value(1.0, "x")
    y = x * math.inf  # dy/dx = inf
    z = 1 / y  # dz/dy = -1/y**2 = 0
    assert z.data == 0.0
    with pytest.raises(ValueError, match="backward through mul .*gradient of x not a number"):
        z.backward()
    with pytest.raises(ValueError, match="gradient of x not a number"):
        autograd.gradients(z, x)


def test_format_and_plus():
    x = Value(1.23456)
    assert f"{x:.2f}" == "1.23" and f"{x}" == str(x) and +x is x


def test_a_search_interrupted_anywhere_leaves_gradients_whole():
    """Ctrl-C at any line: gradients are numbers or None, and the next walk is right."""
    a, b = Value(2.0), Value(3.0)
    shared = a * b
    root = autograd.sum([shared.tanh(), shared * a, autograd.dot([shared, b], [a, shared]), a])
    root.backward()
    expected = a.grad
    nodes = autograd.topological_order(root)

    def interrupt_after(lines):
        def trace(frame, event, argument):
            nonlocal lines
            if frame.f_code.co_name == "inner_nodes":
                lines -= event == "line"
                if lines < 0:
                    raise KeyboardInterrupt
                return trace
            return trace if event == "call" else None

        return trace

    interrupted, before = 0, sys.gettrace()
    for lines in range(3, 400):
        root.zero_grad()
        try:
            sys.settrace(interrupt_after(lines))
            root.backward()
        except KeyboardInterrupt:
            interrupted += 1
        finally:
            sys.settrace(before)
        assert all(node.grad is None or isinstance(node.grad, float) for node in nodes)
        root.zero_grad()
        root.backward()
        assert a.grad == expected
    assert interrupted > 50


class TestNary:
    def test_one_node_each(self):
        ws, xs = [Value(w) for w in (1.0, -2.0, 3.0)], [Value(x) for x in (0.5, 0.25, 2.0)]
        out = autograd.dot(ws, xs)
        assert out.parents == (*ws, *xs) and out.op.name == "dot"
        out.backward()
        assert out.data == 6.0
        assert [w.grad for w in ws] == [0.5, 0.25, 2.0] and [x.grad for x in xs] == [1.0, -2.0, 3.0]

    def test_an_array_of_inputs_is_a_list_of_numbers(self):
        out = autograd.dot([Value(1.0), Value(2.0)], np.array([3.0, 4.0]))
        assert out.op.name == "dot" and out.data == 11.0 and out.local_grads == (3.0, 4.0, None, None)

    def test_constants_and_the_same_value_twice(self):
        w = Value(3.0)
        out = autograd.dot([w, w, 5.0], [2.0, w, 1.0])  # 2w + w*w + 5
        out.backward()
        assert (out.data, w.grad) == (20.0, 8.0)
        assert out.local_grads == (2.0, 3.0, None, None, 3.0, None)

    @pytest.mark.parametrize("n", [1, 2, 3, 7])
    def test_sum_and_logsumexp_against_torch(self, torch, n):
        numbers = [0.3 * i - 1 for i in range(n)]
        leaf = torch.tensor(numbers, requires_grad=True)
        for ours, theirs in (
            (autograd.sum, torch.sum),
            (autograd.logsumexp, lambda t: torch.logsumexp(t, 0)),
        ):
            values = [Value(x) for x in numbers]
            out = ours(values)
            out.backward(-2.5)
            (slopes,) = torch.autograd.grad(theirs(leaf), leaf, torch.tensor(-2.5))
            assert out.data == pytest.approx(theirs(leaf).item(), rel=1e-14)
            assert [v.grad for v in values] == pytest.approx(slopes.tolist(), rel=1e-13)

    def test_softmax_of_values(self, torch):
        numbers = [1.0, -2.0, 0.5]
        values = [Value(x) for x in numbers]
        probabilities = autograd.softmax(values)
        leaf = torch.tensor(numbers, requires_grad=True)
        assert [p.data for p in probabilities] == pytest.approx(torch.softmax(leaf, 0).tolist(), rel=1e-14)
        (probabilities[1] * 3 - probabilities[0]).backward()
        p = torch.softmax(leaf, 0)
        (slopes,) = torch.autograd.grad(p[1] * 3 - p[0], leaf)
        assert [v.grad for v in values] == pytest.approx(slopes.tolist(), rel=1e-12)

    def test_logsumexp_far_out_and_second_derivatives(self, torch):
        numbers = [1e3, -1e3, 999.0]
        values = [Value(x) for x in numbers]
        leaf = torch.tensor(numbers)
        theirs = torch.autograd.functional.hessian(lambda t: torch.logsumexp(t, 0), leaf).numpy()
        np.testing.assert_allclose(autograd.hessian(autograd.logsumexp(values), values), theirs, atol=1e-15)

    def test_nothing_to_sum(self):
        assert autograd.sum([]).data == autograd.dot([], []).data == 0.0


@contextlib.contextmanager
def collector_off():
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def test_a_graph_is_freed_when_its_root_goes_without_the_collector():
    x = Value(0.5)
    with collector_off():
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        root = x
        for _ in range(10_000):
            root = root * x + autograd.dot([root, x], [x, 1.0]).tanh()
        root.backward()
        held = tracemalloc.get_traced_memory()[0] - before
        del root
        left = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
    assert held > 4_000_000
    assert left < held / 10  # what is left is Python's own lists of free floats and tuples


@pytest.mark.parametrize("length", [30_000, pytest.param(1_000_000, marks=pytest.mark.thorough)])
@pytest.mark.parametrize(
    "combine", [lambda o, x: o + x, lambda o, x: x * o, lambda o, x: autograd.sum([x, x, o])]
)
def test_a_chain_of_very_many_operations(combine, length):
    x = Value(1.0)
    out = x
    for _ in range(length):
        out = combine(out, x)
    out.backward()
    assert x.grad == {"add": 1, "mul": 1, "sum": 2}[out.op.name] * length + 1
    del out


def test_memory_of_a_node_stays_small():
    """One object and one float a node: 96 + 24 bytes, with a little room (micrograd's takes about 700)."""
    xs = [Value(0.1 * i) for i in range(100)]
    tracemalloc.start()
    total = xs[0]
    for i in range(10_000):
        total = total * xs[i % 100] + xs[(i * 7) % 100]
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert size / 20_000 <= 140
