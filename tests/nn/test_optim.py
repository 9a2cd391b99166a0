"""Optimizers: 100 steps beside PyTorch on the same gradients, for Tensors, Values, and both at once."""

import inspect
import math
from fractions import Fraction

import numpy as np
import pytest

import nn
from autograd import Tensor, Value

OPTIMIZERS = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.3}),
    ("SGD", {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.3}),
    ("SGD", {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.3, "nesterov": True}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "eps": 1e-3}),
    ("Adagrad", {"lr": 0.1, "initial_accumulator_value": 0.5, "weight_decay": 0.3}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.5, "eps": 1e-3, "weight_decay": 0.3}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.1, "alpha": 0.5, "eps": 1e-3, "weight_decay": 0.3}),
    ("RMSprop", {"lr": 0.1, "momentum": 0.9}),
    ("RMSprop", {"lr": 0.1, "alpha": 0.9, "centered": True}),
    ("RMSprop", {"lr": 0.1, "alpha": 0.9, "centered": True, "momentum": 0.5, "weight_decay": 0.3}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3}),
    ("Adam", {"lr": 0.1, "betas": (0.0, 0.9)}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.3}),
    ("Adam", {"lr": 0.1, "betas": (0.9, 0.8), "amsgrad": True}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.3, "amsgrad": True}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.3}),
    ("AdamW", {"lr": 0.1, "betas": (0.9, 0.8), "eps": 1e-3, "weight_decay": 0.3, "amsgrad": True}),
    ("Adamax", {}),
    ("Adamax", {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.3}),
    ("NAdam", {}),
    ("NAdam", {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3, "momentum_decay": 0.1, "weight_decay": 0.3}),
    ("NAdam", {"lr": 0.1, "weight_decay": 0.3, "decoupled_weight_decay": True}),
    ("RAdam", {}),
    ("RAdam", {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.3}),
    ("RAdam", {"lr": 0.1, "betas": (0.5, 0.6)}),  # never rectified
    ("RAdam", {"lr": 0.1, "weight_decay": 0.3, "decoupled_weight_decay": True}),
    ("Lion", {}),
    ("Lion", {"lr": 0.1, "betas": (0.5, 0.9), "weight_decay": 0.3}),
]
APART = {"Lookahead", "LBFGS"}  # not a rule for each element: tested in files of their own
TABLE = pytest.mark.parametrize("name, options", OPTIMIZERS, ids=lambda part: str(part).replace("'", ""))
SHAPES = [(3, 4), (5,), (), (2, 1, 3)]
TOLERANCE = {"rtol": 1e-10, "atol": 1e-12}


def test_the_table_has_every_optimizer_and_every_option():
    defined = {c.__name__ for c in vars(nn).values() if isinstance(c, type) and issubclass(c, nn.Optimizer)}
    assert {name for name, _ in OPTIMIZERS} | APART == defined - {"Optimizer"}
    for name in defined - APART - {"Optimizer"}:
        options = set(inspect.signature(getattr(nn, name)).parameters) - {"parameters"}
        tried = {option for other, given in OPTIMIZERS for option in given if other == name}
        assert tried == options, name


@pytest.mark.parametrize("name", sorted({name for name, _ in OPTIMIZERS} - {"Lion"}))
def test_defaults_are_those_of_pytorch(torch, name):
    theirs = inspect.signature(getattr(torch.optim, name)).parameters
    for option, ours in inspect.signature(getattr(nn, name)).parameters.items():
        if option != "parameters":
            assert ours.default == theirs[option].default, option


class LionByTheEquations:
    """Algorithm 2 of the Lion paper, number by number, in exact fractions of the floats given: the oracle."""

    def __init__(self, parameters, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        self.parameters, self.betas, self.decay = parameters, [Fraction(b) for b in betas], weight_decay
        self.param_groups = [{"lr": lr}]
        self.means = {}

    def step(self):
        rate, (b1, b2) = self.param_groups[0]["lr"], self.betas
        for parameter in self.parameters:
            if parameter.grad is None:
                continue
            weights, grads = parameter.detach().numpy().reshape(-1), parameter.grad.numpy().reshape(-1)
            means = self.means.setdefault(parameter, [Fraction(0)] * len(weights))
            for i, (weight, grad) in enumerate(zip(weights.tolist(), map(Fraction, grads.tolist()))):
                c = b1 * means[i] + (1 - b1) * grad
                weights[i] = weight - rate * ((c > 0) - (c < 0) + self.decay * weight)
                means[i] = Fraction(float(b2 * means[i] + (1 - b2) * grad))


def reference_of(torch, name):
    return LionByTheEquations if name == "Lion" else getattr(torch.optim, name)


def gradient(rng, shape, step):
    """Gradients of very different sizes, zeros among them."""
    return (
        rng.standard_normal(shape)
        * 10.0 ** rng.integers(-6, 3, shape)
        * (rng.random(shape) > 0.1 if step else 0)
    )


@TABLE
@pytest.mark.parametrize("kind", ["tensors", "values", "both"])
@pytest.mark.parametrize("steps", [12, pytest.param(100, marks=pytest.mark.thorough)])
def test_step_by_step_as_pytorch(torch, name, options, kind, steps):
    """The same gradients on both sides; some parameters have none at some steps; lr changes."""
    rng = np.random.default_rng(4)
    starts = [rng.standard_normal(shape) for shape in SHAPES]
    theirs = [torch.nn.Parameter(torch.tensor(start)) for start in starts]
    reference = reference_of(torch, name)(theirs, **options)
    ours = []
    for index, start in enumerate(starts):
        as_values = kind == "values" or kind == "both" and index % 2
        ours.append([Value(number) for number in start.ravel()] if as_values else Tensor(start.copy()))
    flat = [p for group in ours for p in (group if isinstance(group, list) else [group])]
    optimizer = getattr(nn, name)(flat, **options)
    assert optimizer.lr == reference.param_groups[0]["lr"]

    for step in range(steps):
        if step == 20:
            optimizer.lr = reference.param_groups[0]["lr"] = 0.01
        for index, (parameter, their_parameter) in enumerate(zip(ours, theirs)):
            absent = step % 7 == index
            grad = gradient(rng, SHAPES[index], step)
            their_parameter.grad = None if absent else torch.tensor(grad)
            if isinstance(parameter, list):
                for value, number in zip(parameter, np.ravel(grad).tolist()):
                    value.grad = None if absent else number
            else:
                parameter.grad = None if absent else np.array(grad)
        optimizer.step()
        reference.step()
        for parameter, their_parameter in zip(ours, theirs):
            data = [v.data for v in parameter] if isinstance(parameter, list) else parameter.data
            expected = their_parameter.detach().numpy()
            np.testing.assert_allclose(np.reshape(data, expected.shape), expected, **TOLERANCE)


@TABLE
def test_one_value_without_gradient_is_left_alone_with_its_state(torch, name, options):
    """Values are updated together, but count for themselves."""
    theirs = [torch.nn.Parameter(torch.tensor(float(i))) for i in range(3)]
    reference = reference_of(torch, name)(theirs, **options)
    ours = [Value(float(i)) for i in range(3)]
    optimizer = getattr(nn, name)(ours, **options)
    for step in range(20):
        for i in range(3):
            grad = None if step % (i + 2) == 1 else math.sin(step + i)
            ours[i].grad, theirs[i].grad = grad, None if grad is None else torch.tensor(grad)
        if any(v.grad is not None for v in ours):
            optimizer.step()
            reference.step()
        assert [v.data for v in ours] == pytest.approx([p.item() for p in theirs], rel=1e-10, abs=1e-12)


@TABLE
def test_float32_stays_float32_and_in_place(name, options):
    w = Tensor(np.ones((3, 4), np.float32))
    array = w.data
    optimizer = getattr(nn, name)([w], **options)
    optimizer.lr = np.float64(0.25)  # a NumPy number would widen float32
    for _ in range(3):
        w.grad = np.full((3, 4), 0.5, np.float32)
        optimizer.step()
    assert w.data is array and array.dtype == np.float32 and (array < 1).all()
    kept = optimizer.state_dict()["groups"]["0"]["tensors"]["0"].values()
    assert {a.dtype for a in kept if isinstance(a, np.ndarray)} <= {np.dtype(np.float32)}
    np.testing.assert_array_equal(w.grad, np.full((3, 4), 0.5))  # the gradient is not used up


@TABLE
def test_float32_follows_float64(name, options):
    rng = np.random.default_rng(0)
    start = rng.standard_normal(50)
    single, double = Tensor(start.astype(np.float32)), Tensor(start.copy())
    optimizers = [getattr(nn, name)([p], **options) for p in (single, double)]
    for _ in range(50):
        grad = rng.standard_normal(50)
        single.grad, double.grad = grad.astype(np.float32), grad
        for optimizer in optimizers:
            optimizer.step()
    np.testing.assert_allclose(single.data, double.data, rtol=2e-5, atol=2e-5)


@TABLE
def test_nothing_is_updated_without_a_gradient(name, options):
    w, v, other = Tensor([1.0, 2.0]), Value(3.0), Tensor([0.5])
    optimizer = getattr(nn, name)([w, v, other], **options)
    other.grad = np.ones(1)
    optimizer.step()
    assert w.data.tolist() == [1.0, 2.0] and v.data == 3.0 and other.data.tolist() != [0.5]
    w.grad, v.grad = np.ones(2), 1.0
    optimizer.zero_grad()
    assert w.grad is None and v.grad is None


def test_a_parameter_that_is_not_contiguous():
    base = np.zeros((4, 6))
    w = Tensor(base[:, ::2])
    optimizer = nn.Adam([w], lr=0.1)
    w.grad = np.ones((4, 3))
    optimizer.step()
    np.testing.assert_allclose(base[:, ::2], -0.1, rtol=1e-6)
    assert not base[:, 1::2].any()


def test_loading_weights_after_the_optimizer_was_built():
    model = nn.Linear(2, 2, rng=0)
    optimizer = nn.SGD(model.parameters(), lr=0.5)
    model.load_state_dict({"weight": np.zeros((2, 2)), "bias": np.zeros(2)})
    for parameter in model.parameters():
        parameter.grad = np.ones_like(parameter.data)
    optimizer.step()
    assert (model.weight.data == -0.5).all() and (model.bias.data == -0.5).all()


def test_data_that_was_put_in_place_of_the_old():
    w = Tensor([1.0])
    optimizer = nn.SGD([w], lr=0.5)
    w.data = np.array([5.0])
    w.grad = np.array([2.0])
    optimizer.step()
    assert w.data.tolist() == [4.0]


def test_two_optimizers_on_one_model():
    w = Tensor([0.0])
    one, two = nn.SGD([w], lr=0.5), nn.Adam([w], lr=0.25)
    w.grad = np.ones(1)
    one.step()
    two.step()
    one.step()
    assert w.data == pytest.approx(-1.25, abs=1e-8)


@pytest.mark.parametrize(
    "name, options",
    [
        pytest.param(name, options, marks=() if name != before else pytest.mark.thorough)
        for (before, _), (name, options) in zip([("", {}), *OPTIMIZERS], OPTIMIZERS)
    ],
    ids=lambda part: str(part).replace("'", ""),
)
def test_it_finds_a_minimum(name, options):
    """(x - 3)**2 + 10 (y + 1)**2 from far away, on Values and on a Tensor."""
    rates = {"SGD": 0.05, "RAdam": 0.1, "Adamax": 0.4, "Adagrad": 2.0, "Adadelta": 40.0}  # others: lr
    options = {**options, "lr": rates.get(name, 0.2)}
    if "weight_decay" in options or name == "AdamW":
        options["weight_decay"] = 0.0  # it pulls to 0: then the minimum is elsewhere
    if name == "RAdam":  # forget the first steps soon, which follow the gradient as it is
        options = {"betas": (0.9, 0.99), **options}
    options.pop("lr_decay", None)  # the schedule has that part
    x, y, w = Value(-5.0), Value(5.0), Tensor([-5.0, 5.0])
    optimizer = getattr(nn, name)([x, w, y], **options)
    schedule = nn.Cosine(optimizer, total_steps=400)
    for _ in range(400):
        loss = (x - 3) * (x - 3) + 10 * (y + 1) * (y + 1)
        error = (w - np.array([3.0, -1.0])) * np.array([1.0, math.sqrt(10)])
        optimizer.zero_grad()
        loss.backward()
        (error * error).sum().backward()
        optimizer.step()
        schedule.step()
    assert [x.data, y.data] == pytest.approx([3, -1], abs=1e-3)
    assert w.data == pytest.approx([3, -1], abs=1e-3)


def test_a_step_that_would_make_a_value_infinite_is_an_error_and_changes_nothing():
    ok, bad = Value(1.0), Value(1.0, "bad")
    optimizer = nn.SGD([ok, bad], lr=1e200)
    ok.grad, bad.grad = 0.0, 1e200
    with pytest.raises(OverflowError, match="label='bad'.*1e\\+200 is too large"):
        optimizer.step()
    assert ok.data == bad.data == 1.0


@pytest.mark.parametrize("grad", [math.nan, math.inf])
def test_a_gradient_that_is_not_finite_is_not_blamed_on_the_rate(grad):
    v = Value(1.0)
    optimizer = nn.SGD([v], lr=0.1)
    v.grad = grad
    with pytest.raises(OverflowError, match="its gradient is, so"):
        optimizer.step()
    assert v.data == 1.0


def test_a_gradient_that_is_no_array_is_named():
    w = Tensor([1.0, 2.0])
    optimizer = nn.SGD([w], lr=0.1)
    w.grad = [1.0, 2.0]
    with pytest.raises(TypeError, match="gradient of type list; expected an array"):
        optimizer.step()
    assert w.data.tolist() == [1.0, 2.0]


WEIGHT = Tensor([1.0])
BAD = [
    (nn.SGD, ([],), {}, ValueError, "SGD: the list of parameters is empty"),
    (nn.Adam, (WEIGHT,), {}, TypeError, "Adam: parameters is Tensor.*; expected a list"),
    (nn.Adam, (Value(1.0),), {}, TypeError, "Adam: parameters is Value.*; expected a list"),
    (nn.Adam, (3,), {}, TypeError, "Adam: parameters is 3; expected a list"),
    (nn.Adam, (nn.Linear(1, 1),), {}, TypeError, "parameters is Linear.*; expected a list of param"),
    (nn.Adam, (nn.Sequential(nn.Linear(1, 1)),), {}, TypeError, "parameter 0 is of type Linear.*model.param"),
    (nn.Adam, ([np.ones(2)],), {}, TypeError, "parameter 0 is of type ndarray"),
    (nn.Adam, ([WEIGHT, WEIGHT],), {}, ValueError, "parameter 1, .*, is listed twice"),
    (nn.Adam, ([WEIGHT * 2],), {}, ValueError, "parameter 0, .*is computed"),
    (nn.Adam, ([Value(1.0) + 1],), {}, ValueError, "parameter 0, .*is computed"),
    (nn.Adam, ([Tensor([1.0], requires_grad=False)],), {}, ValueError, "needs no gradient"),
    (nn.SGD, ([WEIGHT],), {"lr": 0}, ValueError, "SGD: lr is 0; expected a finite number above 0"),
    (nn.SGD, ([WEIGHT],), {"lr": -0.1}, ValueError, "lr is -0.1"),
    (nn.SGD, ([WEIGHT],), {"lr": math.nan}, ValueError, "lr is nan"),
    (nn.SGD, ([WEIGHT],), {"lr": math.inf}, ValueError, "lr is inf"),
    (nn.SGD, ([WEIGHT],), {"lr": "0.1"}, TypeError, "lr is '0.1' of type str"),
    (nn.SGD, ([WEIGHT],), {"momentum": -1}, ValueError, "momentum is -1"),
    (nn.SGD, ([WEIGHT],), {"weight_decay": -1}, ValueError, "weight_decay is -1"),
    (nn.SGD, ([WEIGHT],), {"nesterov": True}, ValueError, "nesterov is a form of momentum"),
    (nn.Adam, ([WEIGHT],), {"betas": (1.0, 0.9)}, ValueError, r"Adam: betas\[0\] is 1.0; .*below 1"),
    (nn.AdamW, ([WEIGHT],), {"betas": (0.9, -0.1)}, ValueError, r"AdamW: betas\[1\] is -0.1"),
    (nn.Adam, ([WEIGHT],), {"eps": -1}, ValueError, "eps is -1"),
    (nn.Adam, ([WEIGHT],), {"betas": 0.9}, TypeError, "betas is 0.9; expected two numbers"),
    (nn.Adam, ([WEIGHT],), {"betas": (0.9,)}, TypeError, "expected two numbers"),
    (nn.Adam, ([WEIGHT],), {"betas": "ab"}, TypeError, "expected two numbers"),
    (nn.Adam, ([WEIGHT],), {"betas": (0.9, "b")}, TypeError, r"betas\[1\] is 'b'"),
    (nn.Adam, ([WEIGHT],), {"amsgrad": "yes"}, TypeError, "amsgrad is 'yes'.*expected True or False"),
    (nn.SGD, ([WEIGHT],), {"momentum": 0.9, "nesterov": 1}, TypeError, "nesterov is 1"),
    (nn.Adagrad, ([WEIGHT],), {"lr_decay": -1}, ValueError, "Adagrad: lr_decay is -1"),
    (nn.Adagrad, ([WEIGHT],), {"initial_accumulator_value": math.inf}, ValueError, "value is inf"),
    (nn.Adadelta, ([WEIGHT],), {"rho": 1.0}, ValueError, "Adadelta: rho is 1.0; .*below 1"),
    (nn.RMSprop, ([WEIGHT],), {"alpha": -0.1}, ValueError, "RMSprop: alpha is -0.1"),
    (nn.NAdam, ([WEIGHT],), {"momentum_decay": None}, TypeError, "NAdam: momentum_decay is None"),
    (nn.RAdam, ([WEIGHT],), {"decoupled_weight_decay": 0}, TypeError, "expected True or False"),
    (nn.Lion, ([WEIGHT],), {"weight_decay": math.nan}, ValueError, "Lion: weight_decay is nan"),
]  # fmt: skip


@pytest.mark.parametrize("optimizer, arguments, options, error, says", BAD)
def test_bad_input(optimizer, arguments, options, error, says):
    with pytest.raises(error, match=says):
        optimizer(*arguments, **options)


def test_a_gradient_of_another_shape():
    w = Tensor([1.0, 2.0])
    optimizer = nn.SGD([w])
    w.grad = np.ones(1)  # which NumPy would spread without a word
    with pytest.raises(ValueError, match=r"SGD: Tensor.* of shape \(2,\) and \(1,\); expected \(2,\)"):
        optimizer.step()


def test_values_that_were_set_to_whole_numbers():
    v = Value(1.0)
    v.data, v.grad = 3, 1
    nn.SGD([v], lr=0.5).step()
    assert v.data == 2.5


def test_parameters_may_come_from_a_generator():
    model = nn.MLP(2, [2, 1])
    optimizer = nn.SGD(p for p in model.parameters())
    assert optimizer.parameters == model.parameters()


def test_an_optimizer_without_a_rule_says_so():
    w = Tensor([1.0])
    optimizer = nn.Optimizer([w])
    w.grad = np.ones(1)
    with pytest.raises(NotImplementedError, match="define its update"):
        optimizer.step()


@TABLE
def test_small_tensors_go_together_and_apart_alike(name, options):
    """Tensors below the size are updated as one array where all have a gradient: the numbers are the same."""
    rng = np.random.default_rng(3)
    shapes = [(3, 4), (4,), (2, 2)]
    start = [rng.standard_normal(shape) for shape in shapes]
    together = [Tensor(np.asfortranarray(a)) for a in start]
    apart = [Tensor(a.copy()) for a in start]
    one = getattr(nn, name)(together, **options)
    several = [getattr(nn, name)([p], **options) for p in apart]
    for step in range(30):
        for index, (a, b) in enumerate(zip(together, apart)):
            missing = step in (7, 8) and index == 1  # then their counts differ, and each goes its own way
            a.grad = None if missing else rng.standard_normal(a.shape)
            b.grad = None if missing else a.grad.copy()
        one.step()
        for optimizer, parameter in zip(several, apart):
            if parameter.grad is not None:
                optimizer.step()
    for a, b in zip(together, apart):
        np.testing.assert_allclose(a.data, b.data, rtol=1e-12)


def test_a_step_that_is_refused_changes_nothing():
    a, b, v = Tensor([1.0, 2.0]), Tensor([3.0]), Value(1.0)
    optimizer = nn.SGD([a, b, v], lr=0.5)
    a.grad, b.grad, v.grad = np.ones(2), np.ones(2), 1.0
    with pytest.raises(ValueError, match="expected"):
        optimizer.step()
    b.grad, v.grad = np.ones(1), 1.7e308
    v.data = -1.7e308
    with pytest.raises(OverflowError, match="inf or nan"):
        optimizer.step()
    assert (a.data.tolist(), b.data.tolist(), v.data) == ([1.0, 2.0], [3.0], -1.7e308)


@pytest.mark.parametrize("rate", [-1.0, float("nan"), "0.1", None])
def test_a_rate_set_later_is_looked_at_too(rate):
    optimizer = nn.SGD([Value(1.0)])
    with pytest.raises((TypeError, ValueError), match="SGD: lr is"):
        optimizer.lr = rate
    optimizer.lr = 0.0


def test_a_closure_computes_the_gradients_first():
    """The short form of the loop; what was there before of gradients does not count."""
    v, w = Value(1.0), Tensor([1.0])
    optimizer = nn.SGD([v], lr=0.25)
    v.grad = 100.0
    assert optimizer.step(lambda: v * v) == 1.0
    assert v.data == 0.5
    optimizer = nn.SGD([w], lr=0.25)
    assert optimizer.step(lambda: (w * w).sum()) == 1.0 and w.data.tolist() == [0.5]
    assert optimizer.step() is None  # the same gradient once more
    with pytest.raises(FloatingPointError, match="SGD: the loss is nan"):
        optimizer.step(lambda: (w * math.nan).sum())
    with pytest.raises(TypeError, match="the closure returned NoneType; expected the loss"):
        optimizer.step(lambda: None)


def test_coupled_decay_depends_on_the_gradients_and_decoupled_does_not():
    """Two weights that are told nothing but noise, one of them ten times louder."""
    rng = np.random.default_rng(0)
    left = {}
    for name in ("Adam", "AdamW"):
        loud, quiet = Value(1.0), Value(1.0)
        optimizer = getattr(nn, name)([loud, quiet], lr=1e-3, weight_decay=0.1)
        for _ in range(2000):
            sign = float(rng.choice([-1, 1]))
            loud.grad, quiet.grad = 10 * sign, sign
            optimizer.step()
        left[name] = loud.data, quiet.data
    loud, quiet = left["AdamW"]
    assert loud == pytest.approx(quiet, rel=1e-6)  # but for eps, the noise moves both alike
    loud, quiet = left["Adam"]
    assert loud > quiet + 0.05


def test_centered_rmsprop_where_gradients_never_vary():
    """The variance is 0 in mathematics, and less by rounding: a root that must not become nan."""
    for dtype in (np.float32, np.float64):
        w = Tensor(np.zeros(3, dtype))
        optimizer = nn.RMSprop([w], lr=1e-12, alpha=0.5, centered=True)
        for _ in range(300):
            w.grad = np.array([0.1, 3e-5, 7e3], dtype)
            optimizer.step()
        assert np.isfinite(w.data).all() and (w.data < 0).all()


def test_lion_stands_still_where_there_is_nothing_to_follow():
    w = Tensor([1.0, 1.0])
    optimizer = nn.Lion([w], lr=0.5)
    w.grad = np.array([0.0, -0.0])
    optimizer.step()
    assert w.data.tolist() == [1.0, 1.0]


def test_a_tensor_without_elements():
    w, empty = Tensor([1.0]), Tensor(np.zeros((0, 3)))
    optimizer = nn.Adam([w, empty], lr=0.5)
    w.grad, empty.grad = np.ones(1), np.zeros((0, 3))
    optimizer.step()
    optimizer.load_state_dict(optimizer.state_dict())
    assert w.data == pytest.approx(0.5) and empty.shape == (0, 3)
    nn.LBFGS([empty]).step(lambda: (empty * empty).sum())


class Signum(nn.Optimizer):
    """An optimizer of somebody's own, in ten lines: the sign of the running mean, to a power of |mean|."""

    kept = ("mean",)
    checks = {**nn.Optimizer.checks, "power": nn.Optimizer.checks["momentum"]}

    def __init__(self, parameters, lr=1e-3, momentum=0.9, power=0.0):
        super().__init__(parameters, lr, momentum=momentum, power=power)

    def update(self, p, g, state, group):
        m, b = state["mean"], group["momentum"]
        m *= b
        m += (1 - b) * g
        p -= group["lr"] * np.sign(m) * np.abs(m) ** group["power"]


def test_an_optimizer_of_ten_lines_has_all_that_the_others_have():
    """Groups, settings that are looked at, Values, a state; the numbers are those of the formula."""
    gradients = np.random.default_rng(0).standard_normal((6, 3))
    mean, expected = np.zeros(3), np.ones(3)
    w, v = Tensor(np.ones(2)), Value(1.0)
    optimizer = Signum([{"params": [w]}, {"params": [v], "power": 1.0}], lr=0.25, power=0.5)
    for step, grad in enumerate(gradients):
        mean = 0.9 * mean + (1 - 0.9) * grad
        expected -= 0.25 * np.sign(mean) * np.abs(mean) ** [0.5, 0.5, 1.0]
        w.grad, v.grad = grad[:2].copy(), float(grad[2])
        if step == 3:  # another goes on from here
            state = optimizer.state_dict()
            optimizer = Signum([{"params": [w]}, {"params": [v]}])
            optimizer.load_state_dict(state)
        optimizer.step()
        np.testing.assert_allclose([*w.data, v.data], expected, rtol=1e-12)
    with pytest.raises(ValueError, match="Signum: power is -1"):
        optimizer.groups[1]["power"] = -1
    with pytest.raises(ValueError, match="no setting 'amsgrad'; there are lr, momentum, power"):
        Signum([{"params": [w], "amsgrad": True}])


@TABLE
def test_values_take_the_steps_of_a_tensor_bit_for_bit(name, options):
    """Also where some have no gradient, and have then taken fewer steps."""
    rng = np.random.default_rng(6)
    start = rng.standard_normal(5)
    values, tensors = [Value(number) for number in start], [Tensor([number]) for number in start]
    optimizers = [getattr(nn, name)(parameters, **options) for parameters in (values, tensors)]
    for step in range(12):
        for i, (value, tensor) in enumerate(zip(values, tensors)):
            grad = None if (step * (i + 1)) % 4 == 3 else rng.standard_normal()
            value.grad, tensor.grad = grad, None if grad is None else np.array([grad])
        for optimizer in optimizers:
            optimizer.step()
        assert [value.data for value in values] == [tensor.item() for tensor in tensors]
