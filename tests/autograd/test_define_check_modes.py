"""define, gradcheck, no_grad and the lazy parts of the package."""

import copy
import math
import subprocess
import sys
import threading

import numpy as np
import pytest

import autograd
from autograd import GradientError, Tensor, Value, define, gradcheck, gradients, no_grad, ops


@pytest.fixture
def cube():
    return define("cube_of_test", lambda x: x**3, lambda out, x: 3.0 * x**2, symbol="x³")


class TestDefine:
    def test_one_call_serves_value_tensor_and_second_derivatives(self, cube):
        x = Value(2.0)
        assert (cube(x).data, x.cube_of_test().local_grads, cube(2.0)) == (8.0, (12.0,), 8.0)
        assert cube(Tensor([1.0, 2.0])).data.tolist() == [1.0, 8.0]
        assert gradients(gradients(cube(x), x, create_graph=True), x) == 12.0
        assert autograd.cube_of_test is cube
        assert gradcheck(cube, [0.7]).ok and gradcheck(cube, [np.array([0.7, -2.0])]).ok
        assert cube(x).op.symbol == "x³"
        assert autograd.formula(cube(x), 0) == "3.0 * 2.0 ** 2"

    def test_with_a_library_of_its_own(self):
        op = define(
            "hypot_of_test",
            math.hypot,
            (lambda out, x, y: x / out, lambda out, x, y: y / out),
            on_array=np.hypot,
        )
        assert (
            gradcheck(op, [3.0, 4.0]).ok and gradcheck(op, [np.array([3.0, 1.0]), np.array([4.0, -2.0])]).ok
        )
        x = Value(3.0)
        assert op(x, 4.0).data == 5.0 and op(4, x).data == 5.0
        branching = define(
            "ramp_of_test",
            lambda x: max(x, 0.0),
            lambda out, x: 1.0 if x > 0 else 0.0,
            on_array=lambda x: np.maximum(x, 0),
        )
        assert branching(Value(2.0)).local_grads == (1.0,)

    def test_one_inside_another_and_with_numpy_constants(self, cube):
        scale = np.sqrt(2 / np.pi)
        op = define("inside_of_test", lambda x: scale * cube(x), lambda out, x: 3 * scale * x**2)
        assert op(Value(2.0)).data == pytest.approx(8 * scale) and gradcheck(op, [0.7]).ok
        assert op(Tensor([2.0])).data[0] == pytest.approx(8 * scale)

    def test_its_symbol_is_only_drawn(self):
        twice = define(
            "twice_of_test",
            lambda x, y: 2 * x * y,
            (lambda o, x, y: 2 * y, lambda o, x, y: 2 * x),
            symbol="*",
        )
        use = define("use_of_test", lambda x: twice(x, 3.0), lambda out, x: 6.0)
        assert use(Value(1.0)).data == use(1.0) == 6.0

    def test_what_it_gives_is_a_float_or_an_error(self):
        root = define("root_of_test", lambda x: x**0.5, lambda out, x: 0.5 / out)
        with pytest.raises(TypeError, match=r"root_of_test: got .*j\) of type complex"):
            root(Value(-4.0))
        whole = define("floor_of_test", math.floor, lambda out, x: 0.0, on_array=np.floor)
        assert type(whole(Value(2.5)).data) is float
        text = define("text_of_test", lambda x: "2 * x", lambda out, x: 2.0)
        with pytest.raises(TypeError, match="text_of_test: got '2"):
            text(Value(1.0))

    def test_a_function_with_the_wrong_number_of_arguments(self):
        with pytest.raises(TypeError, match="must take 2 arguments"):
            define("short_of_test", lambda x: x, lambda x: 1.0)
        with pytest.raises(TypeError, match="must take 2 arguments"):
            define("pair_of_test", lambda x: x, (lambda o, x, y: 1.0, lambda o, x, y: 1.0))

    def test_three_operands(self):
        op = define(
            "fma_of_test",
            lambda x, y, z: x * y + z,
            (lambda o, x, y, z: y, lambda o, x, y, z: x, lambda o, x, y, z: 1.0),
        )
        x, y, z = Value(2.0), Value(3.0), Value(4.0)
        out = op(x, y, z)
        out.backward()
        assert (out.data, x.grad, y.grad, z.grad) == (10.0, 3.0, 2.0, 1.0)
        assert op(x, 3.0, z).local_grads == (3.0, None, 1.0)
        assert gradcheck(op, [2.0, 3.0, 4.0]).ok
        assert gradcheck(op, [np.ones((2, 1)), np.ones(3), np.array(2.0)]).ok

    def test_a_taken_or_impossible_name(self, cube):
        for name in (
            "tanh",
            "data",
            "backward",
            "sum",
            "_x",
            "not a name",
            "",
            "lambda",
            "stack",
            "draw",
            "paused",
            "op",
        ):
            with pytest.raises(ValueError, match="define"):
                define(name, lambda x: x, lambda out, x: 1.0)
        with pytest.raises(TypeError, match="partial derivative"):
            define("nothing_of_test", lambda x: x, [])
        again = define("cube_of_test", lambda x: 2 * x**3, lambda out, x: 6.0 * x**2)
        assert again(Value(1.0)).data == 2.0 == Value(1.0).cube_of_test().data
        define("cube_of_test", cube.on_float, cube.partials, symbol=cube.symbol)


class TestGradcheck:
    def test_it_reports_each_input(self):
        report = gradcheck(lambda x, y: x * y.tanh(), [Value(2.0, "x"), Value(0.5, "y")])
        assert [entry.name for entry in report.entries] == ["x", "y"]
        assert (
            report.entries[0].analytic == math.tanh(0.5) == pytest.approx(report.entries[0].numeric, abs=1e-9)
        )
        assert str(report).count("ok") == 2 and "analytic" in str(report)

    @pytest.mark.parametrize("inputs", [[0.7, 0.3], [np.array([0.7, 0.1]), np.array([0.3, 0.2])]])
    def test_it_catches_a_planted_wrong_derivative(self, inputs):
        wrong = define("wrong_of_test", lambda x: x * x, lambda out, x: 2.0001 * x)
        with pytest.raises(GradientError, match="worst is to 0") as caught:
            gradcheck(lambda x, y: wrong(x) + y * y, inputs)
        assert not caught.value.report.ok
        assert {entry.name[0]: entry.ok for entry in caught.value.report.entries} == {"0": False, "1": True}

    def test_near_the_largest_and_the_smallest_float(self):
        for function, x, slope in ((Value.exp, 709.0, math.exp(709.0)), (lambda x: x * 1e308, 1.0, 1e308)):
            (entry,) = gradcheck(function, [x]).entries
            assert entry.ok and entry.numeric == pytest.approx(slope, rel=1e-6)
        (entry,) = gradcheck(Value.sqrt, [1e-300]).entries  # with a step that is small beside 1e-300
        assert entry.ok and entry.analytic == pytest.approx(5e149) == entry.numeric

    def test_it_catches_a_missing_sign_and_a_nan(self):
        wrong = define("minus_of_test", lambda x: -x, lambda out, x: 1.0)
        with pytest.raises(GradientError, match="WRONG"):
            gradcheck(wrong, [0.0])
        hole = define("hole_of_test", lambda x: x * 1.0, lambda out, x: x * np.nan)
        with pytest.raises(GradientError, match="nan"):
            gradcheck(hole, [np.ones(2)])

    def test_errors_that_would_cancel_in_a_plain_sum_are_seen(self):
        shift = define("roll_of_test", lambda x: x[::-1] if np.ndim(x) else x, lambda out, x: 1.0)
        with pytest.raises(GradientError):
            gradcheck(shift, [np.array([1.0, 2.0, 3.0])])

    @pytest.mark.parametrize(
        ("fn", "x"), [("sin", 1e4), ("log", 3e-3), ("sqrt", 1e-3), ("log", 1e-6), ("exp", 9.0)]
    )
    def test_steep_fast_and_near_the_edge_of_the_domain(self, fn, x):
        assert gradcheck(getattr(autograd, fn), x).ok

    def test_what_rounding_hides_is_unclear_and_not_ok(self):
        report = gradcheck(lambda x: x + 1e12, 1.0)
        assert report.entries[0].verdict == "unclear" and not report.ok

    def test_bad_input(self):
        with pytest.raises(TypeError, match="gradcheck: one of the inputs is None; expected real numbers"):
            gradcheck(lambda x: x, [None])
        with pytest.raises(ValueError, match="no inputs"):
            gradcheck(lambda: Value(1.0), [])
        with pytest.raises(TypeError, match="expected a Value"):
            gradcheck(lambda x: 3.0, [1.0])


class TestNoGrad:
    def test_nested_again_and_after_an_error(self):
        x = Value(2.0)
        switch = no_grad()
        with switch, switch:
            assert (x * x).parents == ()
        with pytest.raises(ZeroDivisionError), no_grad():
            _ = x / 0
        assert (x * x).parents == (x, x)

    def test_a_result_is_a_constant_whatever_meets_it_afterwards(self):
        x, t = Value(3.0), Tensor([3.0], requires_grad=True)
        with no_grad():
            known, array = Value(2.0) * 2.0, Tensor([2.0]) * 2.0
        for y in (x * known, known * x, autograd.dot([x], [known])):
            x.grad = None
            y.backward()
            assert x.grad == 4.0  # as with the number 4
        assert autograd.dot([x], [known]).local_grads == (4.0, None)
        assert (x * known).local_grads == (4.0, 3.0)  # as no_grad says: these are not asked
        (t * array).backward()
        assert t.grad.tolist() == [4.0] and array.grad is None
        with pytest.raises(ValueError, match="is a constant"):
            known.backward()
        with pytest.raises(ValueError, match="is a constant"):
            gradients(x * known, known)

    def test_as_decorator(self):
        @no_grad()
        def square(x):
            """What it does."""
            return x * x

        assert square(Value(3.0)).parents == () and square.__doc__ == "What it does."

    def test_it_holds_for_its_own_thread_only(self):
        x, t = Value(2.0), Tensor([2.0])
        inside, done = threading.Event(), threading.Event()
        seen = []

        def other():
            with no_grad():
                inside.set()
                done.wait(10)
                seen.append((x * x).parents)

        thread = threading.Thread(target=other)
        thread.start()
        inside.wait(10)
        assert (x * x).parents == (x, x) and (t * t).requires_grad
        done.set()
        thread.join()
        assert seen == [()]


def test_import_loads_no_drawing_and_no_network_parts():
    heavy = ("autograd.show", "graphviz", "nn", "torch", "matplotlib")
    code = f"import sys, autograd; print([m for m in sys.modules if m.startswith({heavy})])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_everything_named_exists():
    for name in autograd.__all__:
        assert getattr(autograd, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        autograd.nonsense  # noqa: B018


def test_a_deep_copy_of_a_graph_is_a_graph_of_its_own():
    x = Value(2.0, "x")
    y = copy.deepcopy(x * x + 1.0)
    y.backward()
    leaf = y.parents[0].parents[0]
    assert (leaf.label, leaf.grad, x.grad) == ("x", 4.0, None)
    assert leaf.op is ops.LEAF and y.op is ops.add and y.parents[1].op is ops.CONSTANT
    t = copy.deepcopy(Tensor([1.0, 2.0]))
    (t * t).sum().backward()
    assert t.grad.tolist() == [2.0, 4.0]
