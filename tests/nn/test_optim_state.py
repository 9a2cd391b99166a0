"""Groups of parameters, and the state of an optimizer: a run that was resumed ends as if it had not been."""

import copy
import json
import math
import pickle

import numpy as np
import pytest

import nn
from autograd import Tensor, Value

BUILD = {
    "SGD": lambda p: nn.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    "Adagrad": lambda p: nn.Adagrad(p, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.1),
    "Adadelta": lambda p: nn.Adadelta(p),
    "RMSprop": lambda p: nn.RMSprop(p, centered=True, momentum=0.9),
    "Adam": lambda p: nn.Adam(p, lr=0.1, amsgrad=True, weight_decay=0.1),
    "AdamW": lambda p: nn.AdamW(p, lr=0.1),
    "Adamax": lambda p: nn.Adamax(p, lr=0.1),
    "NAdam": lambda p: nn.NAdam(p, lr=0.1),
    "RAdam": lambda p: nn.RAdam(p, lr=0.1, betas=(0.9, 0.95)),
    "Lion": lambda p: nn.Lion(p, lr=0.1, weight_decay=0.1),
    "Lookahead": lambda p: nn.Lookahead(nn.Adam(p, lr=0.1), k=4),
    "Lookahead twice": lambda p: nn.Lookahead(nn.Lookahead(nn.SGD(p, lr=0.1), k=2), k=3),
    "LBFGS": lambda p: nn.LBFGS(p, lr=0.3, max_iter=3, history_size=4),
}
ALL = pytest.mark.parametrize("build", BUILD.values(), ids=BUILD)
RULES = pytest.mark.parametrize(
    "build", [build for name, build in BUILD.items() if name[0:4] not in ("LBFG", "Look")],
    ids=[name for name in BUILD if name[0:4] not in ("LBFG", "Look")],
)  # fmt: skip


def test_every_optimizer_is_built_here():
    defined = {c.__name__ for c in vars(nn).values() if isinstance(c, type) and issubclass(c, nn.Optimizer)}
    assert {name.split()[0] for name in BUILD} == defined - {"Optimizer"}


def parameters(dtype=np.float64):
    """Small Tensors, which go together; a large one; one that lies the other way in memory; and Values."""
    rng = np.random.default_rng(5)
    tensors = [Tensor(rng.standard_normal(shape).astype(dtype)) for shape in [(3, 4), (5,), (70, 70), ()]]
    return [*tensors, Tensor(np.asfortranarray(rng.standard_normal((3, 2)))), Value(1.5), Value(-2.0)]


def take(optimizer, number, gaps=True):
    """One step: the gradients, and which of them are missing, depend on the number of the step alone."""
    if isinstance(optimizer, nn.LBFGS):
        tensors = [p for p in optimizer.parameters if isinstance(p, Tensor)]

        def loss():
            total = Tensor(np.zeros(()))
            for weight, tensor in enumerate(tensors, 1):
                square = (tensor - 0.1 * number) * (tensor - 0.1 * number)
                total = total + weight * (square * (1 + square)).sum()
            return total

        optimizer.step(loss)
        return
    rng = np.random.default_rng(number)
    for index, parameter in enumerate(optimizer.parameters):
        grad = rng.standard_normal(np.shape(parameter.data))
        missing = gaps and (number + index) % 5 == 0
        parameter.grad = (
            None if missing else float(grad) if isinstance(parameter, Value) else np.asarray(grad)
        )
    optimizer.step()


def bits(found):
    return [np.asarray(parameter.data).tobytes() for parameter in found]


def put(source, target):
    for a, b in zip(source, target):
        b.data = a.data if isinstance(a, Value) else a.data.copy(order="K")


@ALL
@pytest.mark.parametrize("gaps", [True, False])
@pytest.mark.parametrize("at", [0, 1, 13])
def test_resumed_in_the_middle_bit_for_bit(build, gaps, at):
    """The state goes into an optimizer that has taken other steps; both then run on, and save alike."""
    one, two = parameters(), parameters()
    whole, resumed = build(one), build(two)
    for number in range(at):
        take(whole, number, gaps)
    for number in (100, 101, 102):  # what is left of these would show
        take(resumed, number)
    whole.lr = 0.05
    put(one, two)
    resumed.load_state_dict(whole.state_dict())
    for number in range(at, at + 12):
        take(whole, number, gaps)
        take(resumed, number, gaps)
        assert bits(one) == bits(two), number
    assert resumed.lr == 0.05
    assert same(whole.state_dict(), resumed.state_dict())


@RULES
def test_a_state_of_tensors_together_fits_tensors_apart_bit_for_bit(build):
    """How small Tensors are kept is no part of the state, nor of the result."""
    one, two = parameters(), parameters()
    together, apart = build(one), build(two)
    take(apart, 100, gaps=True)  # some have no gradient: their ways part
    put(one, two)
    apart.load_state_dict(together.state_dict())
    for number in range(10):
        take(together, number, gaps=False)
        take(apart, number, gaps=False)
    assert bits(one) == bits(two)


@RULES
def test_one_group_and_many_are_the_same_bit_for_bit(build):
    one, two = parameters(np.float32), parameters(np.float32)
    whole, parted = build(one), build([{"params": [p]} for p in two])
    assert len(parted.groups) == len(two) and parted.parameters == two
    for number in range(12):
        take(whole, number)
        take(parted, number)
    assert bits(one) == bits(two)


@ALL
@pytest.mark.parametrize("by", [copy.deepcopy, lambda part: pickle.loads(pickle.dumps(part))])  # noqa: S301
@pytest.mark.parametrize("gaps", [False, True])
def test_a_copy_goes_on_alike_and_alone(build, by, gaps):
    """Copied together with its parameters, it moves those of the copy, and no others."""
    one = parameters()
    optimizer = build(one)
    for number in range(5):
        take(optimizer, number, gaps)
    two, copied = by((one, optimizer))
    before = bits(one)
    for number in range(5, 10):
        take(copied, number, gaps)
    assert bits(one) == before != bits(two)
    for number in range(5, 10):
        take(optimizer, number, gaps)
    assert bits(one) == bits(two) and same(optimizer.state_dict(), copied.state_dict())


def same(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    return np.asarray(a).tobytes() == np.asarray(b).tobytes()


@ALL
def test_a_state_is_made_of_plain_parts_and_is_a_copy(build):
    optimizer = build(parameters())
    for number in range(3):
        take(optimizer, number)

    def plain(part):
        if isinstance(part, dict):
            return {name: plain(found) for name, found in part.items() if isinstance(name, str)}
        return part.tolist() if isinstance(part, np.ndarray) else part

    state = optimizer.state_dict()
    assert json.loads(json.dumps(plain(state))) == plain(state)
    before = copy.deepcopy(state)
    take(optimizer, 3)
    assert same(state, before)
    optimizer.load_state_dict(state)
    take(optimizer, 4)
    assert same(state, before)


def broken(state):
    """States that do not fit, each in one place."""

    def paths(part, path=()):
        yield path
        if isinstance(part, dict):
            for name in part:
                yield from paths(part[name], (*path, name))

    for path in paths(state):
        if not path:
            continue
        for bad in ("missing", "unknown", "wrong"):
            other = copy.deepcopy(state)
            inner = other
            for name in path[:-1]:
                inner = inner[name]
            if bad == "missing":
                del inner[path[-1]]
            elif bad == "unknown":
                inner["unheard of"] = 1
            else:
                inner[path[-1]] = "words"
            yield path, other


@ALL
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(build):
    optimizer = build([Tensor(np.ones((2, 3))), Tensor(np.ones(2)), Value(1.0), Tensor(np.ones((70, 70)))])
    if not isinstance(optimizer, nn.LBFGS):
        for number in range(2):
            take(optimizer, number)
    before = optimizer.state_dict()
    tried = 0
    for path, state in broken(before):
        with pytest.raises(ValueError, match=r"load_state_dict|: .* is "):
            optimizer.load_state_dict(state)
            pytest.fail(f"{path} was taken")
        assert same(optimizer.state_dict(), before), path
        tried += 1
    assert tried > 10
    for nothing in (None, [], {}, 3):
        with pytest.raises(ValueError, match="load_state_dict"):
            optimizer.load_state_dict(nothing)


def test_a_state_of_another_kind_or_shape():
    state = nn.Adam([Tensor(np.ones(3))]).state_dict()
    with pytest.raises(ValueError, match="'Adam', not of AdamW"):
        nn.AdamW([Tensor(np.ones(3))]).load_state_dict(state)
    with pytest.raises(ValueError, match=r"'mean' has shape \(3,\).*expected \(4,\)"):
        nn.Adam([Tensor(np.ones(4))]).load_state_dict(state)
    with pytest.raises(ValueError, match="expected"):
        nn.Adam([Value(1.0), Value(1.0), Value(1.0)]).load_state_dict(state)
    with pytest.raises(ValueError, match=r"groups: got \['0'\]; expected \['0', '1'\]"):
        nn.Adam([{"params": [Tensor(np.ones(3))]}, {"params": [Value(1.0)]}]).load_state_dict(state)
    with pytest.raises(ValueError, match="amsgrad.*needs other arrays.*build a new optimizer"):
        nn.Adam([Tensor(np.ones(3))], amsgrad=True).load_state_dict(state)
    state["groups"]["0"]["settings"]["lr"] = -1.0
    with pytest.raises(ValueError, match="lr is -1.0"):
        nn.Adam([Tensor(np.ones(3))]).load_state_dict(state)
    with pytest.raises(ValueError, match="float64"):
        state["groups"]["0"]["settings"]["lr"] = 1.0
        state["groups"]["0"]["tensors"]["0"]["step"] = 0.5
        nn.Adam([Tensor(np.ones(3))]).load_state_dict(state)


def test_settings_come_back_in_their_own_types():
    optimizer = nn.Adam([Value(1.0)], betas=(0.5, 0.75))
    other = nn.Adam([Value(1.0)])
    other.load_state_dict(optimizer.state_dict())
    assert other.groups[0] == optimizer.groups[0] and other.groups[0]["betas"] == (0.5, 0.75)


def test_float32_state_stays_float32():
    w = Tensor(np.ones(3, np.float32))
    optimizer = nn.Adam([w])
    state = optimizer.state_dict()
    state["groups"]["0"]["tensors"]["0"]["mean"] = np.ones(3)  # as float64, which fits
    optimizer.load_state_dict(state)
    assert optimizer.state_dict()["groups"]["0"]["tensors"]["0"]["mean"].dtype == np.float32


GROUPS = [
    ("SGD", {"lr": 0.1, "momentum": 0.9}, {"lr": 0.01, "weight_decay": 0.2}, {"nesterov": True}),
    ("SGD", {"lr": 0.1}, {"momentum": 0.5}, {}),
    ("Adagrad", {"lr": 0.1, "initial_accumulator_value": 0.3}, {"lr_decay": 0.1}, {"eps": 0.1}),
    ("Adadelta", {}, {"rho": 0.5}, {"weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.1}, {"momentum": 0.9}, {"centered": True, "alpha": 0.9}),
    ("Adam", {"lr": 0.1}, {"betas": (0.5, 0.6)}, {"amsgrad": True, "weight_decay": 0.1}),
    ("AdamW", {"lr": 0.1}, {"weight_decay": 0.0}, {"amsgrad": True, "weight_decay": 0.5}),
    ("Adamax", {"lr": 0.1}, {"betas": (0.5, 0.6)}, {"eps": 0.1}),
    ("NAdam", {"lr": 0.1}, {"momentum_decay": 0.1}, {"decoupled_weight_decay": True, "weight_decay": 0.1}),
    ("RAdam", {"lr": 0.1}, {"betas": (0.5, 0.6)}, {"decoupled_weight_decay": True, "weight_decay": 0.1}),
]


@pytest.mark.parametrize("name, common, second, third", GROUPS)
@pytest.mark.parametrize("values", [False, True])
def test_groups_as_in_pytorch(torch, name, common, second, third, values):
    """Three groups, each with settings of its own; a setting of one group changes half-way."""
    rng = np.random.default_rng(1)
    starts = [rng.standard_normal(4) for _ in range(3)]
    theirs = [torch.nn.Parameter(torch.tensor(start)) for start in starts]
    ours = [[Value(n) for n in start] if values else [Tensor(start.copy())] for start in starts]
    options = ({}, second, third)
    reference = getattr(torch.optim, name)(
        [{"params": [p], **own} for p, own in zip(theirs, options)], **common
    )
    optimizer = getattr(nn, name)([{"params": p, **own} for p, own in zip(ours, options)], **common)
    for number in range(60):
        if number == 30:
            for groups in (optimizer.groups, reference.param_groups):
                groups[1]["lr"] = 0.03
                groups[2]["weight_decay"] = 0.05
        for mine, theirs_ in zip(ours, theirs):
            grad = rng.standard_normal(4)
            theirs_.grad = torch.tensor(grad)
            for i, parameter in enumerate(mine):
                parameter.grad = grad[i].item() if values else grad.copy()
        optimizer.step()
        reference.step()
        for mine, theirs_ in zip(ours, theirs):
            data = np.ravel([p.data for p in mine])
            np.testing.assert_allclose(data, theirs_.detach().numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["Adam", "AdamW", "NAdam", "RAdam", "Adamax"])
@pytest.mark.parametrize("values", [False, True])
@pytest.mark.parametrize("options", [{}, {"amsgrad": True}])
def test_betas_that_change_on_the_way_as_in_pytorch(torch, name, values, options):
    """A schedule may turn the momentum too, as the one-cycle policy does."""
    if options and name not in ("Adam", "AdamW"):
        options = {"weight_decay": 0.1}
    rng = np.random.default_rng(2)
    start = rng.standard_normal(4)
    theirs = torch.nn.Parameter(torch.tensor(start))
    ours = [Value(n) for n in start] if values else [Tensor(start.copy())]
    optimizer = getattr(nn, name)(ours, lr=0.1, **options)
    reference = getattr(torch.optim, name)([theirs], lr=0.1, **options)
    for number in range(60):
        betas = (0.7 - 0.2 * math.sin(number), 0.97 + 0.02 * math.cos(number))
        optimizer.groups[0]["betas"] = reference.param_groups[0]["betas"] = betas
        grad = rng.standard_normal(4)
        theirs.grad = torch.tensor(grad)
        for i, parameter in enumerate(ours):
            parameter.grad = grad[i].item() if values else grad.copy()
        optimizer.step()
        reference.step()
        data = np.ravel([p.data for p in ours])
        np.testing.assert_allclose(data, theirs.detach().numpy(), rtol=1e-10, atol=1e-12)


def test_the_rate_of_an_optimizer_is_that_of_its_groups():
    optimizer = nn.SGD([{"params": [Value(1.0)], "lr": 0.5}, {"params": (Value(1.0),)}], lr=0.25)
    assert optimizer.lr == 0.5 and [group["lr"] for group in optimizer.groups] == [0.5, 0.25]
    optimizer.lr = 0.125
    assert [group["lr"] for group in optimizer.groups] == [0.125, 0.125]
    assert [len(group.parameters) for group in optimizer.groups] == [1, 1]


def test_a_step_that_is_refused_in_one_group_changes_nothing_in_the_others():
    a, b, c = Value(1.0), Value(1.0, "b"), Tensor([1.0])
    optimizer = nn.SGD([{"params": [a, c]}, {"params": [b], "lr": 1e200}], lr=0.5)
    a.grad, b.grad, c.grad = 1.0, 1e200, np.ones(1)
    with pytest.raises(OverflowError, match="label='b'.*rate 1e\\+200"):
        optimizer.step()
    assert (a.data, b.data, c.data.tolist()) == (1.0, 1.0, [1.0])


W = Value(1.0)
BAD = [
    ([{"params": []}], ValueError, "SGD, group 0: the list of parameters is empty"),
    ([{"params": [W]}, {"params": [W]}], ValueError, "parameter 1, .* is listed twice"),
    ([{"params": W}], TypeError, "SGD, group 0: parameters is Value.*; expected a list"),
    ([{"lr": 0.1}], TypeError, r"SGD: group 0 is a dict with \['lr'\]; expected a dict with 'params'"),
    ([{"params": [W]}, W], TypeError, "SGD: group 1 is .*expected a dict with 'params'"),
    ({"params": [W]}, TypeError, "SGD: parameters is .*; expected a list"),
    ([{"params": [W], "momentun": 0.9}], ValueError, "no setting 'momentun'; there are lr, momentum"),
    ([{"params": [W], "momentum": "x"}], TypeError, "SGD: momentum is 'x'"),
    ([{"params": [W], "lr": 0}], ValueError, "SGD: lr is 0; expected a finite number above 0"),
    ([{"params": [W], "nesterov": True}], ValueError, "nesterov is a form of momentum"),
    ([{"params": [{"params": [W]}]}], TypeError, "parameter 0 is of type dict"),
]


@pytest.mark.parametrize("groups, error, says", BAD)
def test_bad_groups(groups, error, says):
    with pytest.raises(error, match=says):
        nn.SGD(groups)


def test_settings_that_are_changed_are_looked_at():
    group = nn.SGD([Value(1.0)], lr=0.5).groups[0]
    before = dict(group)
    for name, value, says in [
        ("lr", -1.0, "lr is -1.0"),
        ("lr", math.nan, "lr is nan"),
        ("momentum", 0.9, "needs other arrays than those kept from the start"),
        ("nesterov", 1, "nesterov is 1; expected True or False"),
        ("rate", 0.1, "no setting 'rate'"),
    ]:
        with pytest.raises((TypeError, ValueError), match=says):
            group[name] = value
        with pytest.raises((TypeError, ValueError), match=says):
            group.update({"lr": 0.25, name: value})
        with pytest.raises((TypeError, ValueError), match=says):
            group |= {"lr": 0.25, name: value}
    assert group == before
    group["lr"] = np.float32(0.25)
    assert type(group["lr"]) is float


@pytest.mark.parametrize(
    "build", [BUILD["Adam"], BUILD["Lookahead"], BUILD["LBFGS"]], ids=["Adam", "Lookahead", "LBFGS"]
)
def test_a_number_too_large_for_the_dtype_is_no_inf(build):
    def optimizer(dtype):
        return build([Tensor(np.ones(3, dtype)), Tensor(np.ones(2, dtype))])

    source, target = optimizer(np.float64), optimizer(np.float32)
    for number in range(2):
        take(source, number, gaps=False)
    state, before = source.state_dict(), repr(target.state_dict())

    def spoil(part):
        """The first array of floats that it comes to."""
        for name, found in part.items():
            if (
                isinstance(found, np.ndarray)
                and found.dtype == np.float64
                and found.size
                and name != "values"
            ):
                found.flat[0] = 1e300
                return True
            if isinstance(found, dict) and name != "values" and spoil(found):
                return True
        return False

    assert spoil(state)
    with pytest.raises(ValueError, match="load_state_dict: .* has a number that is too large for float32"):
        target.load_state_dict(state)
    assert repr(target.state_dict()) == before
