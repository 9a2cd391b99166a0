"""Schedules beside PyTorch's, value by value, and by their closed forms."""

import math
import warnings

import numpy as np
import pytest

import nn
from autograd import Value

RATES = (0.1, 0.02)  # base rates of two parameter groups


def optimizer(lr=0.1):
    return nn.SGD([Value(1.0)], lr=lr)


def two_groups(kind=nn.SGD, **options):
    return kind([{"params": [Value(1.0)], "lr": lr} for lr in RATES], **options)


def their_optimizer(torch, lr=0.1):
    return torch.optim.SGD([torch.nn.Parameter(torch.tensor(1.0))], lr=lr)


def their_two_groups(torch, kind="SGD", **options):
    parameters = [torch.nn.Parameter(torch.tensor(1.0)) for _ in RATES]
    groups = [{"params": [p], "lr": lr} for p, lr in zip(parameters, RATES)]
    return getattr(torch.optim, kind)(groups, **options)


# What is built here, what PyTorch calls it, and for how many steps they are compared.
SAME = {
    "StepDecay": (lambda o: nn.StepDecay(o, 7), lambda t, o: t.StepLR(o, 7), 40),
    "StepDecay at every step": (lambda o: nn.StepDecay(o, 1, 0.9), lambda t, o: t.StepLR(o, 1, 0.9), 40),
    "MultiStepDecay": (
        lambda o: nn.MultiStepDecay(o, [3, 9, 9, 30], 0.5),
        lambda t, o: t.MultiStepLR(o, [3, 9, 9, 30], 0.5), 40,
    ),
    "MultiStepDecay in any order": (
        lambda o: nn.MultiStepDecay(o, [20, 5]), lambda t, o: t.MultiStepLR(o, [5, 20]), 40,
    ),
    "ExponentialDecay": (lambda o: nn.ExponentialDecay(o, 0.95), lambda t, o: t.ExponentialLR(o, 0.95), 100),
    "ExponentialDecay upwards": (
        lambda o: nn.ExponentialDecay(o, 1.05), lambda t, o: t.ExponentialLR(o, 1.05), 100,
    ),
    "PolynomialDecay": (lambda o: nn.PolynomialDecay(o, 30), lambda t, o: t.PolynomialLR(o, 30), 50),
    "PolynomialDecay, power": (
        lambda o: nn.PolynomialDecay(o, 30, power=0.9), lambda t, o: t.PolynomialLR(o, 30, power=0.9), 50,
    ),
    "PolynomialDecay, square": (
        lambda o: nn.PolynomialDecay(o, 30, power=2), lambda t, o: t.PolynomialLR(o, 30, power=2), 50,
    ),
    "Cosine": (lambda o: nn.Cosine(o, 40), lambda t, o: t.CosineAnnealingLR(o, 40), 41),
    "Cosine to a floor": (
        lambda o: nn.Cosine(o, 40, min_lr=0.01), lambda t, o: t.CosineAnnealingLR(o, 40, eta_min=0.01), 41,
    ),
    "CosineWarmRestarts": (
        lambda o: nn.CosineWarmRestarts(o, 7), lambda t, o: t.CosineAnnealingWarmRestarts(o, 7), 60,
    ),
    "CosineWarmRestarts, doubled": (
        lambda o: nn.CosineWarmRestarts(o, 5, 2, min_lr=0.01),
        lambda t, o: t.CosineAnnealingWarmRestarts(o, 5, 2, eta_min=0.01), 200,
    ),
    "CosineWarmRestarts of one step": (
        lambda o: nn.CosineWarmRestarts(o, 1, 3), lambda t, o: t.CosineAnnealingWarmRestarts(o, 1, 3), 60,
    ),
    "OneCycle": (
        lambda o: nn.OneCycle(o, 0.5, 60),
        lambda t, o: t.OneCycleLR(o, [0.5, 0.1], 60, cycle_momentum=False), 60,
    ),
    "OneCycle with a list": (
        lambda o: nn.OneCycle(o, [0.5, 0.3], 60),
        lambda t, o: t.OneCycleLR(o, [0.5, 0.3], 60, cycle_momentum=False), 60,
    ),
    "OneCycle, lines": (
        lambda o: nn.OneCycle(o, 0.5, 60, anneal="linear"),
        lambda t, o: t.OneCycleLR(o, [0.5, 0.1], 60, cycle_momentum=False, anneal_strategy="linear"), 60,
    ),
    "OneCycle, three phases": (
        lambda o: nn.OneCycle(o, 0.5, 60, three_phase=True, pct_start=0.4),
        lambda t, o: t.OneCycleLR(
            o, [0.5, 0.1], 60, cycle_momentum=False, three_phase=True, pct_start=0.4
        ), 60,
    ),
    "LinearWarmup": (
        lambda o: nn.LinearWarmup(nn.ExponentialDecay(o, 0.9), 10, start_factor=0.1),
        lambda t, o: t.SequentialLR(
            o, [t.LinearLR(o, 0.1, total_iters=10), t.ExponentialLR(o, 0.9)], milestones=[10]
        ), 60,
    ),
    "LinearWarmup before a cosine": (
        lambda o: nn.LinearWarmup(nn.Cosine(o, 30), 5, start_factor=0.25),
        lambda t, o: t.SequentialLR(
            o, [t.LinearLR(o, 0.25, total_iters=5), t.CosineAnnealingLR(o, 30)], milestones=[5]
        ), 35,
    ),
}  # fmt: skip


def test_the_tables_have_every_schedule():
    defined = {c.__name__ for c in vars(nn).values() if isinstance(c, type) and issubclass(c, nn.Schedule)}
    built = {type(ours(two_groups())).__name__ for ours, _, _ in SAME.values()}
    assert built == defined - {"Schedule", "ReduceOnPlateau"}  # which has tests of its own
    assert {type(build(two_groups())).__name__ for build in STATEFUL} == defined - {"Schedule"}


@pytest.mark.parametrize("name", SAME)
def test_step_by_step_as_pytorch(torch, name):
    """The rates of two groups; and what was said before of each step is what comes."""
    build, build_theirs, steps = SAME[name]
    ours, theirs = two_groups(), their_two_groups(torch)
    schedule = build(ours)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch warns of its own SequentialLR
        reference = build_theirs(torch.optim.lr_scheduler, theirs)
        for step in range(steps):
            for index, (group, their_group) in enumerate(zip(ours.groups, theirs.param_groups)):
                assert group["lr"] == pytest.approx(their_group["lr"], rel=1e-9, abs=1e-15), (step, index)
                assert group["lr"] == schedule.lr_at(step, index)
            theirs.step()
            if step < steps - 1:
                reference.step()
                schedule.step()


@pytest.mark.parametrize(
    "kind, options", [("SGD", {"momentum": 0.9}), ("Adam", {}), ("RMSprop", {"momentum": 0.9})]
)
@pytest.mark.parametrize("three_phase", [False, True])
def test_one_cycle_moves_momentum_as_pytorch(torch, kind, options, three_phase):
    ours, theirs = two_groups(getattr(nn, kind), **options), their_two_groups(torch, kind, **options)
    reference = torch.optim.lr_scheduler.OneCycleLR(
        theirs, [0.5, 0.1], 30, base_momentum=0.8, max_momentum=0.95, three_phase=three_phase
    )
    schedule = nn.OneCycle(ours, 0.5, 30, momentum=(0.8, 0.95), three_phase=three_phase)
    for step in range(30):
        for group, their_group in zip(ours.groups, theirs.param_groups):
            for setting in ("momentum", "betas"):
                assert (setting in group) == (setting in their_group)
                if setting in group:
                    assert group[setting] == pytest.approx(their_group[setting], rel=1e-12), step
            assert group["lr"] == pytest.approx(their_group["lr"], rel=1e-12)
        theirs.step()
        if step < 29:
            reference.step()
            schedule.step()


METRICS = {
    "falls": [1 / (1 + i) for i in range(60)],
    "stays": [1.0] * 60,
    "noisy": (np.exp(-np.arange(60) / 10) + 0.2 * np.random.default_rng(0).random(60)).tolist(),
    "below zero": (-1 - 0.1 * np.random.default_rng(1).random(60)).tolist(),
    "with nan and inf": ([1.0, math.nan, 0.5, math.inf, 0.4] + [math.nan] * 20 + [0.1] * 20),
}


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize(
    "options",
    [
        {}, {"patience": 0}, {"patience": 2, "factor": 0.5}, {"patience": 1, "cooldown": 3}, {"mode": "max"},
        {"mode": "max", "threshold": 0.1, "patience": 3},
        {"threshold_mode": "abs", "threshold": 0.05, "patience": 3},
        {"threshold_mode": "abs", "threshold": 0.05, "patience": 3, "mode": "max"},
        {"patience": 1, "min_lr": 0.01}, {"patience": 0, "factor": 0.9, "eps": 0.005},
    ],
    ids=str,
)  # fmt: skip
def test_reduce_on_plateau_as_pytorch(torch, name, options):
    ours, theirs = two_groups(), their_two_groups(torch)
    reference = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs, **{"patience": 10} | options)
    schedule = nn.ReduceOnPlateau(ours, **options)
    foreseen = [schedule.preview(group=group, metrics=METRICS[name]) for group in range(2)]
    for step, metric in enumerate(METRICS[name]):
        for index, (group, their_group) in enumerate(zip(ours.groups, theirs.param_groups)):
            assert group["lr"] == pytest.approx(their_group["lr"], rel=1e-12), step
            assert group["lr"] == foreseen[index][step]
        theirs.step()
        reference.step(metric)
        schedule.step()  # after batches: it does nothing
        schedule.observe(metric)


def test_only_the_plateau_cares_for_metrics():
    ours = optimizer()
    schedule = nn.Cosine(ours, 10)
    schedule.observe(math.nan)
    assert ours.lr == 0.1


def test_warmup_starts_from_nothing_and_ends_at_the_first_rate_of_the_next():
    ours = two_groups()
    schedule = nn.LinearWarmup(nn.OneCycle(ours, 1.0, 10), steps=4)
    for step in range(4):
        assert [group["lr"] for group in ours.groups] == pytest.approx([0.04 * step / 4, 0.008 * step / 4])
        schedule.step()
    for step in range(15):
        expected = nn.OneCycle(optimizer(), 1.0, 10).lr_at(step)
        assert [group["lr"] for group in ours.groups] == pytest.approx([expected, expected / 5])
        schedule.step()


def test_warmup_before_a_plateau():
    """Until it is over nothing is counted; then the rate falls as without it."""
    ours = optimizer()
    schedule = nn.LinearWarmup(nn.ReduceOnPlateau(ours, 0.5, patience=0), steps=3)
    rates = []
    for _ in range(6):
        rates.append(ours.lr)
        schedule.step()
        schedule.observe(1.0)
    assert rates == pytest.approx([0, 0.1 / 3, 0.2 / 3, 0.1, 0.05, 0.025])


def test_warmup_leaves_the_momentum_of_one_cycle_alone():
    ours = nn.SGD([Value(1.0)], lr=0.1, momentum=0.9)
    schedule = nn.LinearWarmup(nn.OneCycle(ours, 1.0, 10, momentum=(0.8, 0.95)), steps=2)
    momenta = []
    for _ in range(5):
        momenta.append(ours.groups[0]["momentum"])
        schedule.step()
    assert momenta[:3] == pytest.approx([0.95] * 3) and momenta[4] < momenta[3] < 0.95


STATEFUL = [
    *[build for build, _, _ in SAME.values()],
    lambda o: nn.ReduceOnPlateau(o, 0.5, patience=1, cooldown=1),
    lambda o: nn.LinearWarmup(nn.ReduceOnPlateau(o, 0.5, patience=0), 10),
]


@pytest.mark.parametrize("build", STATEFUL)
@pytest.mark.parametrize("taken", [0, 1, 9, 10, 11, 30])
def test_resumed_from_its_state(build, taken):
    """In a new process: the same optimizer, whose rates have meanwhile been loaded or changed."""
    metrics = np.random.default_rng(0).random(taken + 15).tolist()
    ours, resumed = two_groups(), two_groups()
    schedule = build(ours)
    for metric in metrics[:taken]:
        schedule.step()
        schedule.observe(metric)
    state = schedule.state_dict()
    resumed.groups[1]["lr"] = 0.7  # the state has the base rates
    again = build(resumed)
    again.step()
    again.load_state_dict(state)
    for metric in metrics[taken:]:
        assert [g["lr"] for g in resumed.groups] == [g["lr"] for g in ours.groups]
        for each in (schedule, again):
            each.step()
            each.observe(metric)
    assert again.state_dict() == schedule.state_dict()


@pytest.mark.parametrize("build", STATEFUL)
def test_a_state_that_does_not_fit_changes_nothing(build):
    ours = two_groups()
    schedule = build(ours)
    schedule.step()
    before, rates = schedule.state_dict(), [g["lr"] for g in ours.groups]
    wrong = [
        {}, None, before | {"steps": -1}, before | {"steps": 1.5}, before | {"bases": [0.1]},
        before | {"bases": ["a", "b"]}, before | {"schedule": "Other"}, before | {"more": 1},
    ]  # fmt: skip
    if "best" in before:
        wrong += [before | {"rates": [1.0]}, before | {"waited": None}, before | {"best": "low"}]
    for state in wrong:
        with pytest.raises(ValueError, match="load_state_dict"):
            schedule.load_state_dict(state)
        assert schedule.state_dict() == before and [g["lr"] for g in ours.groups] == rates


def test_states_are_copies():
    schedule = nn.ReduceOnPlateau(two_groups())
    state = schedule.state_dict()
    state["rates"][0] = state["bases"][0] = 7.0
    assert schedule.rates[0] == schedule.bases[0] == 0.1


@pytest.mark.parametrize("build", STATEFUL)
def test_plotted_before_it_is_used(build, monkeypatch):
    from matplotlib.figure import Figure

    from nn import plots

    ours = two_groups()
    schedule = build(ours)
    before, rates = schedule.state_dict(), [g["lr"] for g in ours.groups]
    drawn = Figure()
    monkeypatch.setattr(plots, "save", lambda path, fill, size: fill(drawn))  # without the file
    schedule.plot("schedule.png", steps=30)
    assert {len(line.get_ydata()) for axes in drawn.axes for line in axes.get_lines()} == {30}
    assert schedule.state_dict() == before and [g["lr"] for g in ours.groups] == rates


@pytest.mark.parametrize("suffix, begins", [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_plotted_into_a_file_of_any_kind(suffix, begins, tmp_path):
    path = nn.StepDecay(two_groups(), 3).plot(tmp_path / f"schedule.{suffix}", steps=30)
    assert path.read_bytes().startswith(begins) and [f.name for f in tmp_path.iterdir()] == [path.name]


def test_the_plot_shows_the_rates(tmp_path):
    from matplotlib.figure import Figure

    from nn import plots

    axes = Figure().subplots()
    plots.schedule(axes, nn.Cosine(two_groups(), 8))
    drawn = [line.get_ydata() for line in axes.get_lines()]
    assert len(drawn) == 2
    for line, base in zip(drawn, RATES):
        assert line == pytest.approx([base / 2 * (1 + math.cos(math.pi * t / 8)) for t in range(8)])
    nn.ReduceOnPlateau(two_groups()).plot(tmp_path / "given.png", metrics=METRICS["noisy"])


def test_plots_need_an_end_and_a_known_format(tmp_path):
    with pytest.raises(ValueError, match="StepDecay has no end: give the number of steps"):
        nn.StepDecay(optimizer(), 3).plot(tmp_path / "a.png")
    with pytest.raises(ValueError, match="expected one of .png, .svg, .pdf"):
        nn.Cosine(optimizer(), 3).plot(tmp_path / "a.gif")
    with pytest.raises(ValueError, match="steps is 0"):
        nn.Cosine(optimizer(), 3).plot(tmp_path / "a.png", steps=0)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("total", [3, 10, 37, 600])  # at 2 and pct_start=0.5 PyTorch divides by zero
@pytest.mark.parametrize(
    "options", [{}, {"pct_start": 0.5}, {"pct_start": 0.04}, {"div_factor": 10.0, "final_div_factor": 100.0}]
)
def test_one_cycle_as_pytorch(torch, total, options):
    ours, theirs = optimizer(), their_optimizer(torch)
    reference = torch.optim.lr_scheduler.OneCycleLR(theirs, 0.5, total, cycle_momentum=False, **options)
    schedule = nn.OneCycle(ours, max_lr=0.5, total_steps=total, **options)
    for step in range(total):
        assert ours.lr == pytest.approx(theirs.param_groups[0]["lr"], rel=1e-12), step
        assert schedule.lr_at(step) == ours.lr
        theirs.step()
        if step < total - 1:
            reference.step()
            schedule.step()


def test_one_cycle_at_its_corners():
    schedule = nn.OneCycle(optimizer(), max_lr=1.0, total_steps=100)
    rates = [schedule.lr_at(step) for step in range(101)]
    assert rates[0] == pytest.approx(1 / 25) and rates[99] == pytest.approx(1 / 25e4, rel=1e-9)
    assert rates.index(max(rates)) == 29 and rates[29] == 1.0
    assert rates[:30] == sorted(rates[:30]) and rates[29:100] == sorted(rates[29:100], reverse=True)


@pytest.mark.parametrize("total, pct", [(1, 0.3), (2, 0.5), (10, 0.1), (5, 0.0), (1, 0.0), (3, 0.99)])
def test_one_cycle_where_there_is_hardly_a_way_up(total, pct):
    schedule = nn.OneCycle(optimizer(), max_lr=1.0, total_steps=total, pct_start=pct)
    rates = [schedule.lr_at(step) for step in range(total + 1)]
    assert all(0 < rate <= 1 for rate in rates) and rates[-1] == pytest.approx(1 / 25e4)


@pytest.mark.parametrize("total", [1, 2, 7, 100])
@pytest.mark.parametrize("low", [0.0, 0.01])
def test_cosine_as_pytorch(torch, total, low):
    ours, theirs = optimizer(), their_optimizer(torch)
    reference = torch.optim.lr_scheduler.CosineAnnealingLR(theirs, total, eta_min=low)
    schedule = nn.Cosine(ours, total_steps=total, min_lr=low)
    for step in range(total + 1):
        assert ours.lr == pytest.approx(theirs.param_groups[0]["lr"], rel=1e-9, abs=1e-15)
        assert ours.lr == pytest.approx(
            low + (0.1 - low) / 2 * (1 + math.cos(math.pi * step / total)), abs=1e-16
        )
        theirs.step()
        reference.step()
        schedule.step()


@pytest.mark.parametrize("build", [lambda o: nn.OneCycle(o, 0.5, 10), lambda o: nn.Cosine(o, 10)])
def test_after_the_end_the_rate_stays(build):
    ours = optimizer()
    schedule = build(ours)
    for _ in range(10):
        schedule.step()
    last = ours.lr
    for _ in range(15):
        schedule.step()
        assert ours.lr == last < 1e-5


def test_a_schedule_drives_the_steps():
    w = Value(0.0)
    ours = nn.SGD([w], lr=1.0)
    schedule = nn.Cosine(ours, total_steps=2)
    for expected in (-1.0, -1.5, -1.5):
        w.grad = 1.0
        ours.step()
        schedule.step()
        assert w.data == pytest.approx(expected)


def test_looking_ahead_changes_nothing():
    ours = optimizer()
    schedule = nn.Cosine(ours, 10)
    schedule.step()
    before = ours.lr
    assert schedule.lr_at(7) != before and ours.lr == before


@pytest.mark.parametrize(
    "build, error, says",
    [
        (lambda: nn.Cosine("sgd", 10), TypeError, "Cosine: got str; expected an optimizer"),
        (lambda: nn.Cosine(optimizer(), 0), ValueError, "Cosine: total_steps is 0"),
        (lambda: nn.Cosine(optimizer(), 1.5), TypeError, "total_steps is 1.5"),
        (lambda: nn.Cosine(optimizer(), 10, min_lr=-1), ValueError, "min_lr is -1"),
        (lambda: nn.Cosine(optimizer(), 10).lr_at(-1), ValueError, "step is -1"),
        (lambda: nn.Cosine(optimizer(), 10).lr_at(0.5), TypeError, "step is 0.5"),
        (lambda: nn.OneCycle(optimizer(), 0, 10), ValueError, "max_lr is 0"),
        (lambda: nn.OneCycle(optimizer(), 1, 10, pct_start=1.5), ValueError, "pct_start is 1.5"),
        (lambda: nn.OneCycle(optimizer(), 1, 10, div_factor=0), ValueError, "div_factor is 0"),
        (lambda: nn.Schedule(optimizer(), 10), NotImplementedError, "define its rate"),
        (lambda: nn.OneCycle(optimizer(), [1, 2], 10), ValueError, "expected a list of 1"),
        (
            lambda: nn.OneCycle(optimizer(), 1, 10, anneal="up"),
            ValueError,
            "anneal is 'up'; expected 'cosine' or 'linear'",
        ),
        (lambda: nn.OneCycle(optimizer(), 1, 10, 0.6, three_phase=True), ValueError, "at most 0.5"),
        (lambda: nn.OneCycle(optimizer(), 1, 10, momentum=(0.8, 0.9)), ValueError, "SGD has no momentum"),
        (lambda: nn.OneCycle(optimizer(), 1, 10, momentum=(0, 0.9)), ValueError, r"momentum\[0\] is 0"),
        (lambda: nn.OneCycle(optimizer(), 1, 10, momentum=0.9), TypeError, "the lowest and the highest"),
        (lambda: nn.StepDecay(optimizer(), 0), ValueError, "step_size is 0"),
        (lambda: nn.StepDecay(optimizer(), 2, gamma=-1), ValueError, "gamma is -1"),
        (lambda: nn.MultiStepDecay(optimizer(), 3), TypeError, "milestones is 3"),
        (lambda: nn.MultiStepDecay(optimizer(), [0.5]), TypeError, "a milestone is 0.5"),
        (lambda: nn.ExponentialDecay(optimizer(), math.nan), ValueError, "gamma is nan"),
        (lambda: nn.PolynomialDecay(optimizer(), 10, power=0), ValueError, "power is 0"),
        (lambda: nn.PolynomialDecay(optimizer(), None), TypeError, "total_steps is None"),
        (lambda: nn.CosineWarmRestarts(optimizer(), 10, 1.5), TypeError, "multiplier is 1.5"),
        (lambda: nn.LinearWarmup(optimizer(), 10), TypeError, "expected the following schedule"),
        (lambda: nn.LinearWarmup(nn.Cosine(optimizer(), 10), 0), ValueError, "steps is 0"),
        (lambda: nn.ReduceOnPlateau("adam"), TypeError, "expected an optimizer"),
        (lambda: nn.ReduceOnPlateau(optimizer(), factor=1.0), ValueError, "factor is 1.0"),
        (lambda: nn.ReduceOnPlateau(optimizer()).observe(None), TypeError, "metric is None; expected a num"),
        (lambda: nn.ReduceOnPlateau(optimizer()).observe("low"), TypeError, "metric is 'low'; expected"),
        (lambda: nn.ReduceOnPlateau(optimizer(), mode="least"), ValueError, "'min' or 'max'"),
        (lambda: nn.ReduceOnPlateau(optimizer(), threshold_mode="x"), ValueError, "'rel' or 'abs'"),
    ],
)
def test_bad_input(build, error, says):
    with pytest.raises(error, match=says):
        build()
