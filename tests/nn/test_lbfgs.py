"""L-BFGS beside PyTorch's with its strong-Wolfe search, step by step; and the Wolfe conditions themselves."""

import math

import numpy as np
import pytest

import nn
from autograd import Tensor, Value
from nn.optim.line_search import ENOUGH, FLAT, Point, cubic_minimum, strong_wolfe


def rosenbrock(x):
    """In n dimensions; for Tensors of ours and of PyTorch's alike."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def quartic(x):
    return ((x - 2) ** 4).sum() + (x[0] * x[1] - 1) ** 2 + 0.1 * (x**2).sum()


def beale(x):
    a, b = x[0], x[1]
    return (1.5 - a + a * b) ** 2 + (2.25 - a + a * b**2) ** 2 + (2.625 - a + a * b**3) ** 2


PROBLEMS = {
    "rosenbrock 2": (rosenbrock, [-1.5, 2.0]),
    "rosenbrock 4": (rosenbrock, [-1.2, 1.0, -0.5, 0.8]),
    "quartic": (quartic, [5.0, -3.0, 0.5]),
    "beale": (beale, [1.0, 1.0]),
}
OPTIONS = [
    {},
    {"max_iter": 1},
    {"max_iter": 2, "lr": 0.1},
    {"max_iter": 4, "history_size": 2},
    {"max_iter": 5, "max_eval": 6, "lr": 3.0},
    {"max_iter": 3, "tolerance_grad": 1e-3, "tolerance_change": 1e-4},
]


@pytest.mark.parametrize("function, start", PROBLEMS.values(), ids=PROBLEMS)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("steps", [12, pytest.param(100, marks=pytest.mark.thorough)])
def test_step_by_step_as_pytorch(torch, function, start, options, steps):
    """Steps of some iterations each: the same places after each, the same losses, as many evaluations.

    In a curved valley differences of rounding grow from step to step, which says nothing of either side: so
    theirs starts each step from where ours is, in every number that it remembers.
    """
    ours, theirs = Tensor(np.array(start)), torch.nn.Parameter(torch.tensor(start))
    optimizer = nn.LBFGS([ours], **options)
    reference = torch.optim.LBFGS([theirs], **{"lr": 1, **options}, line_search_fn="strong_wolfe")

    def closure():
        reference.zero_grad()
        loss = function(theirs)
        loss.backward()
        return loss

    for _ in range(steps):
        loss = optimizer.step(lambda: function(ours))
        their_loss = reference.step(closure)
        assert loss == pytest.approx(their_loss.item(), rel=1e-8, abs=1e-10)
        np.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=1e-10, atol=1e-10)
        mine, state = optimizer.state_dict(), reference.state[theirs]
        assert state["H_diag"] == pytest.approx(mine["scale"], rel=1e-6)
        as_tensors = {
            name: [torch.tensor(row) for row in mine[name]] for name in ("steps", "changes", "last")
        }
        state.update(old_stps=as_tensors["steps"], old_dirs=as_tensors["changes"])
        state.update(ro=[torch.tensor(number) for number in mine["inverses"]])
        state.update(H_diag=torch.tensor(mine["scale"]), d=as_tensors["last"][0], t=1.0)
        state.update(prev_flat_grad=as_tensors["last"][1])
        theirs.data.copy_(torch.tensor(ours.data))
    state = reference.state[theirs]
    assert (optimizer.iterations, optimizer.evaluations) == (state["n_iter"], state["func_evals"])


def test_defaults_are_those_of_pytorch(torch):
    import inspect

    theirs = inspect.signature(torch.optim.LBFGS).parameters
    for option, ours in inspect.signature(nn.LBFGS).parameters.items():
        if option != "parameters":
            assert ours.default == theirs[option].default, option


def test_values_tensors_and_both_take_the_same_way():
    """Twice the same function, once of numbers and once of arrays."""
    a, b = Value(-1.5), Value(2.0)
    c = Tensor([-1.5, 2.0])
    one, two = nn.LBFGS([a, b], max_iter=2), nn.LBFGS([c], max_iter=2)
    for _ in range(10):
        first = one.step(lambda: 100 * (b - a**2) ** 2 + (1 - a) ** 2)
        second = two.step(lambda: rosenbrock(c))
        assert first == pytest.approx(second, rel=1e-6)
        assert [a.data, b.data] == pytest.approx(c.data.tolist(), rel=1e-6)
    v, w, idle = Value(0.0, "v"), Tensor([1.0, 2.0]), Tensor(np.ones((2, 2)))
    optimizer = nn.LBFGS([w, idle])  # a parameter that the loss does not know
    optimizer.step(lambda: ((w - 3) ** 2).sum())
    assert w.data == pytest.approx(3.0) and (idle.data == 1).all()
    optimizer = nn.LBFGS([v])
    optimizer.step(lambda: (v - 3) ** 2)
    assert type(v.data) is float and v.data == pytest.approx(3.0)


def test_a_quadratic_bowl_is_solved_in_as_many_iterations_as_it_has_dimensions():
    """With enough history, and searches that are nearly exact: like conjugate gradients; the closed form."""
    rng = np.random.default_rng(0)
    root = rng.standard_normal((6, 6))
    matrix, right = root @ root.T + np.eye(6), rng.standard_normal(6)
    x = Tensor(np.zeros(6))
    optimizer = nn.LBFGS([x], max_iter=60, max_eval=200, tolerance_grad=1e-10, tolerance_change=1e-16)
    optimizer.step(lambda: 0.5 * (x * (matrix @ x)).sum() - (x * right).sum())
    np.testing.assert_allclose(x.data, np.linalg.solve(matrix, right), atol=1e-9)
    assert optimizer.iterations < 40


def test_float32_stays_float32_and_in_place():
    w = Tensor(np.zeros(3, np.float32))
    array = w.data
    optimizer = nn.LBFGS([w], max_iter=3)
    for _ in range(4):
        optimizer.step(lambda: ((w - 1) ** 4).sum())
    assert w.data is array and array.dtype == np.float32
    assert optimizer.state_dict()["steps"].dtype == optimizer.state_dict()["last"].dtype == np.float32


def test_pytorchs_own_closure_works_too():
    w = Tensor([3.0])
    optimizer = nn.LBFGS([w])

    def closure():
        optimizer.zero_grad()
        loss = ((w - 1) ** 2).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure) == 4.0
    assert w.data == pytest.approx(1.0)


def test_a_place_where_the_loss_is_not_finite_is_too_far():
    w = Tensor([0.5])
    optimizer = nn.LBFGS([w], lr=100.0)
    with np.errstate(all="ignore"):
        optimizer.step(lambda: (w - w.log()).sum())  # nan left of 0, where the first steps of 100 lead
        for _ in range(5):
            optimizer.step(lambda: (w - w.log()).sum())
    assert w.data == pytest.approx(1.0, abs=1e-4)
    v = Value(0.5)
    optimizer = nn.LBFGS([v], lr=1e5)
    for _ in range(10):
        optimizer.step(lambda: (v * v).exp() - v)  # which overflows as a Value does: with an error
    assert 2 * v.data * math.exp(v.data**2) == pytest.approx(1.0, abs=1e-4)


def test_a_finite_loss_with_a_gradient_of_nan_is_an_error_and_changes_nothing():
    w = Tensor([0.0, 0.0])
    optimizer = nn.LBFGS([w])
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match="loss is 0, but a gradient"):
        optimizer.step(lambda: (w * w).sum() ** 0.5)  # 0 / 0
    assert w.data.tolist() == [0.0, 0.0] and optimizer.iterations == optimizer.evaluations == 0


def test_a_place_where_a_gradient_is_nan_is_too_far():
    """Left of 0 the loss is 0, the lowest there is, and its gradient 0 * inf."""
    w = Tensor([1.0])
    optimizer = nn.LBFGS([w], lr=4.0)  # to -1 in the first step
    with np.errstate(all="ignore"):
        for _ in range(3):
            optimizer.step(lambda: w.relu().sum() ** 0.5)
    assert 0 < w.item() < 1


def test_an_error_in_the_closure_leaves_all_as_it_was():
    w = Tensor([-1.5, 2.0])
    optimizer = nn.LBFGS([w], max_iter=4)
    optimizer.step(lambda: rosenbrock(w))
    before, data, looks = optimizer.state_dict(), w.data.copy(), []

    def closure():
        looks.append(1)
        if len(looks) == 4:
            raise RuntimeError("out of memory")
        return rosenbrock(w)

    with pytest.raises(RuntimeError, match="out of memory"):
        optimizer.step(closure)
    after = optimizer.state_dict()
    assert w.data.tobytes() == data.tobytes()
    assert {name: np.asarray(after[name]).tolist() for name in after if name != "groups"} == {
        name: np.asarray(before[name]).tolist() for name in before if name != "groups"
    }


def test_at_a_minimum_nothing_moves():
    w = Tensor([1.0, 1.0])
    optimizer = nn.LBFGS([w])
    for _ in range(2):
        assert optimizer.step(lambda: rosenbrock(w)) == 0.0
    assert w.data.tolist() == [1.0, 1.0] and optimizer.iterations == 0 and optimizer.evaluations == 2


BAD = [
    (lambda w: nn.LBFGS([w]).step(), TypeError, r"LBFGS: step\(\) got no closure.*step\(lambda"),
    (lambda w: nn.LBFGS([w]).step(lambda: 3.0), TypeError, "the closure returned float; expected the loss"),
    (lambda w: nn.LBFGS([w]).step(lambda: w * 1), ValueError, "is not one number"),
    (lambda w: nn.LBFGS([w]).step(lambda: (w * math.nan).sum()), FloatingPointError, "the loss is nan"),
    (lambda w: nn.LBFGS([{"params": [w]}, {"params": [Value(1.0)]}]), ValueError, "LBFGS: got 2 groups"),
    (lambda w: nn.LBFGS([w], max_iter=0), ValueError, "max_iter is 0"),
    (lambda w: nn.LBFGS([w], history_size=1.5), TypeError, "history_size is 1.5"),
    (lambda w: nn.LBFGS([w], tolerance_grad=-1), ValueError, "tolerance_grad is -1"),
]


@pytest.mark.parametrize("call, error, says", BAD)
def test_bad_input(call, error, says):
    with pytest.raises(error, match=says):
        call(Tensor([1.0, 2.0]))


LINES = {
    "far": (lambda t: (t - 700) ** 2, lambda t: 2 * (t - 700)),
    "near": (lambda t: (t - 1e-3) ** 2, lambda t: 2 * (t - 1e-3)),
    "wavy": (lambda t: math.sin(5 * t) - t + 0.1 * t * t, lambda t: 5 * math.cos(5 * t) - 1 + 0.2 * t),
    "more and thuente": (
        lambda t: -t / (t * t + 2),  # their function 1
        lambda t: (t * t - 2) / (t * t + 2) ** 2,
    ),
    "wall": (lambda t: t * t - t if t < 2 else math.inf, lambda t: 2 * t - 1 if t < 2 else 0.0),
}


@pytest.mark.parametrize("value, slope", LINES.values(), ids=LINES)
@pytest.mark.parametrize("first", [1e-3, 0.1, 1.0, 10.0, 1e3])
def test_both_wolfe_conditions_hold(value, slope, first):
    """By their own definition, wherever the search begins."""
    sign = -1 if slope(0.0) > 0 else 1  # downhill

    def at(t):
        return Point(t, value(sign * t), np.zeros(1), sign * slope(sign * t))

    start = at(0.0)
    found, looks = strong_wolfe(at, start, first, 1.0, 1e-12, 60)
    if at(first).loss >= start.loss:  # else the search may end too high, as its description says
        assert found.loss <= start.loss + ENOUGH * found.t * start.slope
    assert found.loss < start.loss
    assert abs(found.slope) <= FLAT * abs(start.slope)
    assert 0 < looks < 60


@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_search_that_is_cut_short_gives_the_best_place(most):
    places = []

    def at(t):
        places.append((float((t - 3) ** 2), t))
        return Point(t, (t - 3) ** 2, np.zeros(1), 2 * (t - 3))

    found, looks = strong_wolfe(at, Point(0.0, 9.0, np.zeros(1), -6.0), 1e-3, 1.0, 1e-9, most)
    assert looks == most == len(places) and found.t == min(places)[1]


def test_the_cubic_is_the_one_through_both_ends():
    """Its minimum, against the root of its derivative by NumPy's polynomials."""
    rng = np.random.default_rng(3)
    compared = 0
    for _ in range(200):
        cubic = np.polynomial.Polynomial(rng.standard_normal(4))
        a, b = rng.uniform(-2, 2, 2)
        ends = [Point(t, cubic(t), np.zeros(1), cubic.deriv()(t)) for t in (a, b)]
        roots = [r.real for r in cubic.deriv().roots() if not r.imag and cubic.deriv(2)(r.real) > 0]
        found = cubic_minimum(*ends, -10.0, 10.0)
        if roots:
            assert found == pytest.approx(min(max(roots[0], -10.0), 10.0), rel=1e-6)
            compared += 1
        else:
            assert found == 0.0  # the middle
    assert compared > 100
