"""fit beside the plain loop, on Values and on Tensors; its callbacks, evaluation, and the range test."""

import csv
import io
import json
import math
import sys

import numpy as np
import pytest

import nn
from autograd import Tensor, Value
from nn import training
from nn.training import fit

RNG = np.random.default_rng(0)
X = RNG.standard_normal((47, 3))
Y = (X[:, 0] > X[:, 1]).astype(np.int64)


def network(rng=1, dropout=0.2):
    rng = np.random.default_rng(rng)
    return nn.Sequential(
        nn.Linear(3, 8, rng=rng), nn.ReLU(), nn.Dropout(dropout, rng=5), nn.Linear(8, 2, rng=rng)
    )


def weights(model):
    return {name: array.tobytes() for name, array in model.state_dict().items()}


# The same as a plain loop.


def test_as_the_plain_loop_bit_for_bit():
    plain, ours = network(), network()
    optimizer = nn.Adam(plain.parameters(), lr=0.01)
    schedule = nn.OneCycle(optimizer, 0.05, 30)
    losses, means, rng = [], [], np.random.default_rng(7)
    for _ in range(3):
        for x, y in nn.batches(X, Y, 5, seed=rng):
            loss = nn.cross_entropy(plain(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        sizes = [5] * 9 + [2]
        means.append(np.average(losses[-10:], weights=sizes))
    optimizer = nn.Adam(ours.parameters(), lr=0.01)
    history = fit(
        ours, (X, Y), nn.cross_entropy, optimizer, epochs=3, batch_size=5, seed=7, progress=False,
        schedule=nn.OneCycle(optimizer, 0.05, 30),
    )  # fmt: skip
    assert weights(ours) == weights(plain) and history.batch_losses == losses
    assert history["loss"] == pytest.approx(means, rel=1e-12)
    assert history["epoch"] == [1, 2, 3] and history["step"] == [10, 20, 30] and history.stopped is None


@pytest.mark.parametrize("arrays", [False, True])
def test_values_as_the_plain_loop(arrays):
    """Lists of examples, or arrays of them: a network of Values takes one example at a time."""
    targets = 2 * Y - 1
    x, y = (X, targets) if arrays else (X.tolist(), targets.tolist())
    plain, ours = nn.MLP(3, [4, 1], "tanh", rng=1), nn.MLP(3, [4, 1], "tanh", rng=1)
    optimizer = nn.SGD(plain.parameters(), lr=0.05, momentum=0.9)
    for some, signs in nn.batches(X.tolist(), targets.tolist(), 10, seed=3):
        loss = nn.hinge([plain(point) for point in some], signs)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    optimizer = nn.SGD(ours.parameters(), lr=0.05, momentum=0.9)
    history = fit(
        ours, (x, y), nn.hinge, optimizer, epochs=1, batch_size=10, seed=3, validation=(x, y),
        metrics=training.accuracy, progress=False,
    )  # fmt: skip
    assert weights(ours) == weights(plain)
    scores = [plain(point).data for point in X.tolist()]
    assert history["validation_loss"] == pytest.approx([np.mean(np.maximum(0, 1 - targets * scores))])
    assert history["validation_accuracy"] == [np.mean((np.array(scores) > 0) == (targets > 0))]


def test_values_and_tensors_learn_in_step():
    """The same network on both kinds of node gives the same history, to rounding."""
    scalar = nn.MLP(3, [4, 2], "tanh")
    vector = scalar.vectorized()
    histories = []
    for model, x in ((scalar, X.tolist()), (vector, X)):

        def loss(prediction, target):
            if isinstance(prediction, Tensor):
                return nn.mse(prediction[:, 0], target) + nn.mse(prediction[:, 1], target)
            return nn.mse([p[0] for p in prediction], target) + nn.mse([p[1] for p in prediction], target)

        optimizer = nn.Adam(model.parameters(), lr=0.02)
        callbacks = [training.EarlyStopping(patience=1)]
        histories.append(
            fit(model, (x, Y.astype(float).tolist()), loss, optimizer, epochs=4, batch_size=9, validation=11,
                progress=False, callbacks=callbacks)
        )  # fmt: skip
    for row, other in zip(histories[0].rows, histories[1].rows, strict=True):
        assert row.keys() == other.keys()
        assert row | {"seconds": 0} == pytest.approx(other | {"seconds": 0}, rel=1e-8)


def test_same_seed_same_bits():
    def run(seed):
        model = network()
        optimizer = nn.AdamW(model.parameters())
        fit(model, (X, Y), nn.cross_entropy, optimizer, epochs=2, seed=seed, validation=0.2, progress=False)
        return weights(model)

    assert run(0) == run(0) != run(1)


@pytest.mark.parametrize(
    "around", [lambda o: o, lambda o: nn.Lookahead(o, k=2)], ids=["alone", "in Lookahead"]
)
def test_lbfgs_as_by_hand(around):
    plain, ours = network(dropout=0.0), network(dropout=0.0)
    optimizer = around(nn.LBFGS(plain.parameters(), max_iter=4))
    for _ in range(3):
        optimizer.step(lambda: nn.cross_entropy(plain(X), Y))
    optimizer = around(nn.LBFGS(ours.parameters(), max_iter=4))
    loader = nn.Loader(X, Y, 47, shuffle=False)
    history = fit(ours, loader, nn.cross_entropy, optimizer, epochs=3, progress=False)
    assert weights(ours) == weights(plain) and history["loss"] == sorted(history["loss"], reverse=True)
    with pytest.raises(ValueError, match="computes its own"):
        callbacks = [training.BeforeStep(lambda: None)]
        fit(ours, loader, nn.cross_entropy, optimizer, epochs=1, progress=False, callbacks=callbacks)


def test_lbfgs_computes_nothing_twice():
    """What counts its calls, and what draws, is as in the plain loop."""

    def noisy():
        return nn.Sequential(
            nn.Linear(3, 4, rng=1), nn.BatchNorm1d(4), nn.Dropout(0.2, rng=5), nn.Linear(4, 2, rng=2)
        )

    plain, ours = noisy(), noisy()
    optimizer, losses = nn.LBFGS(plain.parameters(), max_iter=1), []
    for _ in range(3):
        losses.append(optimizer.step(lambda: nn.cross_entropy(plain(X), Y)))
    loader = nn.Loader(X, Y, 47, shuffle=False)
    optimizer = nn.LBFGS(ours.parameters(), max_iter=1)
    history = fit(ours, loader, nn.cross_entropy, optimizer, epochs=3, progress=False)
    assert weights(ours) == weights(plain) and history.batch_losses == losses


def test_penalties_are_part_of_the_loss():
    model = network(dropout=0.0)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    before = model.state_dict()

    def loss(prediction, target):
        return nn.cross_entropy(prediction, target) * 0.0 + sum((p * p).sum() for p in model.parameters())

    fit(model, (X, Y), loss, optimizer, epochs=1, batch_size=47, progress=False)
    for name, array in model.state_dict().items():
        np.testing.assert_allclose(array, 0.8 * before[name], rtol=1e-5)


# Validation and metrics.


def test_validation_is_held_out_and_in_eval_mode():
    seen = []

    class Spy(nn.Module):
        def __init__(self):
            self.inner = network()

        def __call__(self, x):
            seen.append((self.training, np.array(x)))
            return self.inner(x)

    model = Spy()
    loader_seed = 4
    history = fit(model, (X, Y), nn.cross_entropy, nn.SGD(model.parameters()), epochs=1, batch_size=10,
                  validation=0.2, metrics=training.accuracy, seed=loader_seed, progress=False)  # fmt: skip
    (x, _), (held_x, held_y) = training.split(X, Y, 0.2, loader_seed)
    trained = np.concatenate([batch for mode, batch in seen if mode])
    validated = np.concatenate([batch for mode, batch in seen if not mode])
    assert len(held_x) == 9 and len(trained) == 38
    assert sorted(map(tuple, trained)) == sorted(map(tuple, x))
    np.testing.assert_array_equal(validated, held_x)
    model.eval()
    prediction = model(held_x).data
    assert history["validation_accuracy"] == [np.mean(prediction.argmax(axis=1) == held_y)]
    expected = -np.log(np.exp(prediction) / np.exp(prediction).sum(axis=1, keepdims=True))[range(9), held_y]
    assert history["validation_loss"] == pytest.approx([expected.mean()], rel=1e-5)


def test_every_part_is_in_the_mode_it_was_in():
    model = network()
    model[2].training = False
    fit(model, (X, Y), nn.cross_entropy, nn.SGD(model.parameters()), epochs=1, validation=5, progress=False)
    assert [module.training for module in model] == [True, True, False, True]
    model.eval()
    with pytest.raises(KeyError):
        fit(model, (X, Y), lambda p, t: {}["loss"], nn.SGD(model.parameters()), epochs=1, progress=False)
    assert not any(module.training for module in model.modules())


def test_training_metrics_are_means_over_the_batches():
    model = network(dropout=0.0)
    optimizer = nn.SGD(model.parameters(), lr=1e-30)  # nothing moves, so one can see what is to come out
    metrics = {"right": training.accuracy, "highest": lambda p, t: p.max()}
    history = fit(model, (X, Y), nn.cross_entropy, optimizer, epochs=1, batch_size=47, metrics=metrics,
                  validation=(X, Y), progress=False)  # fmt: skip
    row = history.rows[0]
    assert row["right"] == row["validation_right"] == training.evaluate(model, X, Y, metrics=metrics)["right"]
    assert row["highest"] == row["validation_highest"] == pytest.approx(model(X).data.max())
    again = fit(
        model, (X, Y), nn.cross_entropy, optimizer, epochs=1, batch_size=10, metrics=metrics, progress=False
    )
    assert again["right"] == pytest.approx([row["right"]]) and again["loss"] == pytest.approx(
        [row["loss"]], rel=1e-5
    )


@pytest.mark.parametrize(
    "held_out, size", [(0.1, 5), (1, 1), (46, 46), (np.float32(0.5), 24), (np.int64(3), 3)]
)
def test_split(held_out, size):
    (x, y), (held_x, held_y) = training.split(X, Y, held_out, seed=3)
    assert len(held_x) == len(held_y) == size and len(x) == len(y) == 47 - size
    together = np.concatenate([np.column_stack([x, y]), np.column_stack([held_x, held_y])])
    assert sorted(map(tuple, together)) == sorted(map(tuple, np.column_stack([X, Y])))
    again = training.split(X.tolist(), Y.tolist(), held_out, seed=3)
    assert again == ((x.tolist(), y.tolist()), (held_x.tolist(), held_y.tolist()))


@pytest.mark.parametrize("held_out", [0, 47, 0.0, 1.0, -0.1, -3, 0.001, math.nan, True, "0.1", None])
def test_splits_that_leave_nothing(held_out):
    error = TypeError if held_out in (None, "0.1") or held_out is True else ValueError
    with pytest.raises(error, match="split: held_out is .*; expected .*at least one|expected a share"):
        training.split(X, Y, held_out)


@pytest.mark.parametrize("batch_size", [1, 10, 47, 1000])
def test_evaluate_is_exact_whatever_the_batches(batch_size):
    model = network()
    state = model[2]._rng.bit_generator.state if getattr(model[2], "_rng", None) else None
    found = training.evaluate(model, X, Y, nn.cross_entropy, [training.accuracy, np_median], batch_size)
    model.eval()
    prediction = model(X)
    assert found["accuracy"] == np.mean(prediction.data.argmax(axis=1) == Y)
    assert found["np_median"] == pytest.approx(np.median(prediction.data), rel=1e-5)  # is no mean
    assert found["loss"] == pytest.approx(nn.cross_entropy(prediction, Y).item(), rel=1e-5)
    assert state == (model[2]._rng.bit_generator.state if getattr(model[2], "_rng", None) else None)
    np.testing.assert_allclose(training.predict(model, X, batch_size), prediction.data, rtol=1e-5, atol=1e-6)


def test_a_model_without_parameters_takes_batches():
    found = training.evaluate(nn.Sequential(nn.Tanh()), X, X, nn.mse)
    assert found["loss"] == pytest.approx(np.mean((np.tanh(X) - X) ** 2))


def np_median(prediction, target):
    return np.median(prediction)


@pytest.mark.parametrize(
    "prediction, target, expected",
    [
        ([[2.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [0, 1], 0.5),
        ([[2.0, 1.0], [0.0, 1.0]], [[0.9, 0.1], [0.8, 0.2]], 0.5),  # probabilities
        ([[2.0, 1.0], [0.0, 1.0]], [[0], [1]], 1.0),
        ([0.5, -0.5, 3.0, -1.0], [1, 0, 0, 0], 0.75),
        ([[0.5], [-0.5]], [1, -1], 1.0),
        ([[0.5], [-0.5]], [[-1], [-1]], 0.5),
        ([0.0], [0], 1.0),
        ([[math.nan, math.nan]], [1], 0.0),
        ([[math.nan, 1.0], [0.0, 1.0]], [0, 1], 0.5),  # nan says nothing, though argmax takes it
        ([math.nan, 1.0], [0, 1], 0.5),
    ],
)
def test_accuracy(prediction, target, expected):
    assert training.accuracy(np.array(prediction), np.array(target)) == expected
    assert training.accuracy(prediction, target) == expected


@pytest.mark.parametrize(
    "prediction, target",
    [
        (np.zeros((0, 3)), []),
        (np.zeros((2, 3)), [1]),
        (np.zeros((2, 3, 4)), [1, 2]),
        (np.zeros(3), [1, 2]),
        (1.0, 1),
    ],
)
def test_accuracy_of_what_does_not_fit(prediction, target):
    with pytest.raises(ValueError, match="accuracy: "):
        training.accuracy(prediction, target)


# Callbacks.


def test_moments_of_callbacks():
    heard = []

    class Listener(training.Callback):
        def __init__(self, name):
            self.name = name

        def note(self, moment, run):
            heard.append((self.name, moment, run.epoch, run.step))

    for moment in ("begin", "before_step", "after_step", "after_epoch", "end"):
        setattr(Listener, moment, lambda self, run, moment=moment: self.note(moment, run))
    model = network()
    optimizer = nn.SGD(model.parameters())
    fit(model, (X[:4], Y[:4]), nn.cross_entropy, optimizer, epochs=2, batch_size=4, progress=False,
        callbacks=[Listener("a"), Listener("b")])  # fmt: skip
    expected = [("begin", 0, 0)]
    for epoch in range(2):
        expected += [
            ("before_step", epoch, epoch),
            ("after_step", epoch, epoch + 1),
            ("after_epoch", epoch + 1, epoch + 1),
        ]
    both = [(name, *moment) for moment in expected for name in "ab"]
    assert heard == [*both, ("b", "end", 2, 2), ("a", "end", 2, 2)]


def test_clipping_noise_and_constraints():
    model = network(dropout=0.0)
    optimizer = nn.SGD(model.parameters(), lr=1.0)
    drawn = []

    class Noise:
        def step(self):
            drawn.append([p.grad.copy() for p in model.parameters()])
            for p in model.parameters():
                p.grad[...] = 0.5

    def limit():
        for p in model.parameters():
            np.clip(p.data, -0.25, 0.25, out=p.data)

    callbacks = [training.BeforeStep(Noise()), training.AfterStep(limit)]
    before = model.state_dict()
    fit(
        model,
        (X, Y),
        nn.cross_entropy,
        optimizer,
        epochs=1,
        batch_size=47,
        callbacks=callbacks,
        progress=False,
    )
    assert len(drawn) == 1 and any(g.any() for g in drawn[0])
    for name, array in model.state_dict().items():
        np.testing.assert_allclose(array, np.clip(before[name] - 0.5, -0.25, 0.25), rtol=1e-6)


def play(numbers, callback, other=None):
    """Epochs whose validation loss is given; the weights are the epoch's number."""
    model = nn.Sequential(nn.Linear(1, 1, bias=False))
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    told = iter(numbers)

    class Counting(training.Callback):
        def after_step(self, run):
            model[0].weight.data[...] = run.step

    def metric(prediction, target):
        return next(told) if not model.training else 0.0

    history = fit(
        model, (np.ones((1, 1)), np.ones((1, 1))), nn.mse, optimizer, epochs=len(numbers), batch_size=1,
        validation=(np.ones((1, 1)), np.ones((1, 1))), metrics={"number": metric}, progress=False,
        callbacks=[Counting(), callback, *([other] if other else [])],
    )  # fmt: skip
    return model[0].weight.item(), history


@pytest.mark.parametrize(
    "numbers, options, epochs, best",
    [
        ([5, 4, 3, 2, 1], {"patience": 0}, 5, 5),
        ([5, 4, 6, 3, 1], {"patience": 0}, 3, 2),
        ([5, 4, 6, 3, 7, 7, 7], {"patience": 1}, 6, 4),
        ([5, 4, 4, 4, 4, 1], {"patience": 2}, 5, 2),
        ([5, 4.5, 4, 3.5], {"patience": 1, "min_delta": 0.6}, 4, 3),
        ([5, 4.5, 4.2, 4.1], {"patience": 1, "min_delta": 1}, 3, 1),
        ([1, 2, 3, 2, 2, 9], {"patience": 1, "mode": "max"}, 5, 3),
        ([math.nan, 3, math.nan, math.inf, 1], {"patience": 1}, 4, 2),
        ([3, 2, 3], {"patience": 9}, 3, 2),
    ],
)
def test_early_stopping_restores_the_best_weights(numbers, options, epochs, best):
    stopping = training.EarlyStopping("validation_number", **options)
    weight, history = play(numbers, stopping)
    assert (
        len(history) == epochs
        and weight == stopping.best_epoch == best
        and stopping.best == numbers[best - 1]
    )
    assert (history.stopped is None) == (epochs == len(numbers))
    stopping.restore = False
    weight, history = play(numbers, stopping)  # used again, it starts afresh
    assert weight == len(history) == epochs


def test_a_schedule_once_an_epoch_and_on_a_plateau():
    rates = []

    class Rates(training.Callback):
        def before_step(self, run):
            rates.append(run.optimizer.lr)

    model = network()
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    scheduling = training.Scheduling(nn.StepDecay(optimizer, 1, 0.5), every="epoch")
    history = fit(model, (X, Y), nn.cross_entropy, optimizer, epochs=3, batch_size=30, progress=False,
                  callbacks=[scheduling, Rates()])  # fmt: skip
    assert rates == [0.1, 0.1, 0.05, 0.05, 0.025, 0.025] and history["lr"] == [0.1, 0.05, 0.025]
    rates.clear()
    optimizer = nn.SGD(model.parameters(), lr=1e-30)
    schedule = nn.ReduceOnPlateau(optimizer, 0.5, patience=0, eps=0)
    fit(model, (X, Y), nn.cross_entropy, optimizer, epochs=4, batch_size=47, progress=False,
        callbacks=[Rates()], schedule=schedule, validation=(X, Y))  # fmt: skip
    assert rates == [1e-30, 1e-30, 5e-31, 2.5e-31]


def test_logs(tmp_path):
    model = network()
    callbacks = [training.CSVLog(tmp_path / "a.csv"), training.JSONLinesLog(tmp_path / "b.jsonl")]
    history = fit(model, (X, Y), nn.cross_entropy, nn.SGD(model.parameters()), epochs=3, validation=5,
                  metrics={"inf, at times": lambda p, t: math.inf}, callbacks=callbacks,
                  progress=False)  # fmt: skip
    with open(tmp_path / "a.csv", newline="") as file:
        rows = [{name: float(text) for name, text in row.items()} for row in csv.DictReader(file)]
    assert rows == history.rows
    lines = [json.loads(line) for line in (tmp_path / "b.jsonl").read_text().splitlines()]
    assert [line["loss"] for line in lines] == history["loss"] and lines[0]["inf, at times"] is None


def test_history():
    history = training.History()
    history.rows = [{"epoch": 1, "loss": 1.0}, {"epoch": 2, "loss": 0.5, "more": 3.0}]
    assert history["loss"] == [1.0, 0.5] and math.isnan(history["more"][0]) and history["more"][1] == 3.0
    with pytest.raises(KeyError, match="no 'less'; there are epoch, loss, more"):
        history["less"]
    with pytest.raises(ValueError, match="nothing to draw"):
        training.History().plot("never.png")


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_history_and_range_test_plot_themselves(suffix, tmp_path):
    model = network()
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    history = fit(model, (X, Y), nn.cross_entropy, optimizer, epochs=2, validation=5,
                  metrics=training.accuracy, progress=False)  # fmt: skip
    assert history.plot(tmp_path / f"a.{suffix}").stat().st_size > 5000
    test = training.range_test(model, (X, Y), nn.cross_entropy, optimizer, steps=30)
    assert test.plot(tmp_path / f"b.{suffix}").stat().st_size > 5000


def test_without_matplotlib_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"pip install 'stepgrad\[demos\]'"):
        nn.Cosine(nn.SGD([Value(1.0)]), 10).plot(tmp_path / "a.png")


# What one sees.


def test_lines_without_a_terminal(capsys):
    model = network()
    fit(
        model,
        (X, Y),
        nn.cross_entropy,
        nn.SGD(model.parameters()),
        epochs=2,
        validation=5,
        metrics=training.accuracy,
    )
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert len(lines) == 2 and err == ""
    assert lines[0].startswith("epoch 1 of 2   loss 0.") and "validation accuracy 0." in lines[1]
    fit(model, (X, Y), nn.cross_entropy, nn.SGD(model.parameters()), epochs=2, progress=False)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("installed", [True, False])
def test_a_bar_on_a_terminal_where_tqdm_is(installed, capsys, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    if not installed:
        monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setattr(fit.__globals__["Progress"], "pause", 0.0)
    model = network()
    fit(model, (X, Y), nn.cross_entropy, nn.SGD(model.parameters()), epochs=2, batch_size=1)
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert ("epoch 2:" in terminal.getvalue() and "/47" in terminal.getvalue()) == installed


# The range test.


def test_what_the_range_tests_picture_says_stands_apart():
    """Both names beside their lines, and over no other; the scale is not that of the losses at the end."""
    from matplotlib.figure import Figure

    from nn import plots

    rates = np.geomspace(1e-5, 1.0, 60).tolist()
    losses = [2.0] * 40 + np.linspace(2.0, 0.5, 15).tolist() + [1e3] * 5
    figure = Figure((7.2, 3.6))
    axes = figure.subplots()
    plots.range_test(axes, training.RangeTest(rates, losses))
    figure.draw_without_rendering()
    steepest, lowest = (text.get_window_extent() for text in axes.texts)
    lines = [axes.transData.transform((line.get_xdata()[0], 0))[0] for line in axes.lines[2:]]
    assert steepest.x1 <= lines[0] + 1 and lines[1] - 1 <= lowest.x0
    low, high = axes.get_ylim()
    assert 0 < low < 0.5 and 2 < high < 3


@pytest.mark.parametrize("kind", ["tensors", "values", "loader"])
def test_the_range_test_leaves_everything_as_it_was(kind):
    if kind == "values":
        model, x, y, loss = nn.MLP(3, [3, 1], "tanh"), X.tolist(), (2 * Y - 1).tolist(), nn.mse
    else:
        model, x, y, loss = (
            nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 2)),
            X,
            Y,
            nn.cross_entropy,
        )
    optimizer = nn.Adam([{"params": model.parameters()[:2], "lr": 0.1}, {"params": model.parameters()[2:]}])
    data = nn.Loader(x, y, 8, rng=3) if kind == "loader" else (x, y)
    if kind == "loader":
        next(iter(data))
    model.eval()
    before = repr((weights(model), optimizer.state_dict(), kind == "loader" and data.state_dict()))
    test = training.range_test(model, data, loss, optimizer, high=1e6, steps=60)
    assert repr((weights(model), optimizer.state_dict(), kind == "loader" and data.state_dict())) == before
    assert not model.training and len(test.rates) == len(test.losses) < 60
    again = training.range_test(model, data, loss, optimizer, high=1e6, steps=60)
    assert again.losses == test.losses
    assert all(isinstance(loss, float) for loss in test.losses)


def test_rates_of_the_range_test_and_what_they_show():
    """On w**2 / 2, whose gradient is w, a rate below 2 converges and one above diverges: the theory."""
    model = nn.Sequential(nn.Linear(1, 1, bias=False, rng=0, dtype=np.float64))
    optimizer = nn.SGD([{"params": model.parameters(), "lr": 7.0}])
    data = np.ones((4, 1)), np.zeros((4, 1))
    test = training.range_test(
        model, data, lambda p, t: (p * p).mean() / 2, optimizer, low=1e-3, high=30, steps=30, batch_size=4
    )
    np.testing.assert_allclose(
        test.rates, [1e-3 * 30000 ** (i / 29) for i in range(len(test.rates))], rtol=1e-12
    )
    w = 1.0
    expected = []
    for rate in test.rates:
        expected.append(w)
        w *= 1 - rate
    np.testing.assert_allclose(test.losses, test.losses[0] * np.array(expected) ** 2, rtol=1e-8)
    turn = next(i for i, rate in enumerate(test.rates) if rate > 2)
    assert int(np.argmin(test.losses)) == turn and 0.01 < test.steepest < 1 < 2 < test.lowest
    assert test.smoothed[0] == test.losses[0] and len(test.smoothed) == len(test.rates)


def test_a_range_test_that_diverges_at_once():
    model = network()
    optimizer = nn.SGD(model.parameters())
    test = training.range_test(model, (X, Y), nn.cross_entropy, optimizer, low=1e20, high=1e30)
    assert len(test.rates) < 4 and test.steepest == test.rates[0]


def test_an_error_in_a_range_test_is_no_divergence():
    calls = []

    def loss(prediction, target):
        calls.append(1)
        return nn.cross_entropy(prediction, target) * (1 / (5 - len(calls)))

    model = network()
    with pytest.raises(ZeroDivisionError):
        training.range_test(model, (X, Y), loss, nn.SGD(model.parameters()))


# Wrong arguments.


@pytest.mark.parametrize(
    "changes, error, says",
    [
        ({"model": lambda x: x}, TypeError, "fit: model is <function"),
        ({"optimizer": 0.1}, TypeError, "fit: optimizer is 0.1"),
        ({"optimizer": nn.SGD([Value(1.0)])}, ValueError, "1 of the optimizer's 1 parameters are not in the"),
        ({"loss": None}, TypeError, "fit: loss is None"),
        ({"data": X}, TypeError, "data is of type ndarray; expected x and y, as .x, y., or an nn.Loader"),
        ({"data": (X, Y[:3])}, ValueError, "fit, data: x has 47 examples and y has 3"),
        ({"data": (X[:0], Y[:0])}, ValueError, "fit, data: x and y are empty"),
        ({"validation": (X, Y[:3])}, ValueError, "fit, validation: x has 47"),
        ({"validation": 2.0}, ValueError, "fit: validation is 2.0"),
        ({"epochs": 0}, ValueError, "epochs is 0"),
        ({"batch_size": 0}, ValueError, "batch_size is 0"),
        ({"data": nn.Loader(X, Y, 5), "batch_size": 5}, TypeError, "the loader has a batch size"),
        ({"data": nn.Loader(X, Y, 5), "validation": 0.1}, TypeError, "split the data first"),
        ({"loss": lambda p, t: 1.0}, TypeError, "the loss returned float; expected a Value or a Tensor"),
        ({"loss": lambda p, t: p}, ValueError, "the loss returned an array of shape"),
        ({"metrics": [training.accuracy, training.accuracy]}, ValueError, "metrics have the same name"),
        ({"metrics": {"loss": training.accuracy}}, ValueError, "called 'loss', like a number of the history"),
        ({"metrics": "accuracy"}, TypeError, "expected functions"),
        ({"metrics": lambda p, t: p}, ValueError, "<lambda> returned an array"),
        ({"metrics": {"odd": lambda p, t: None}}, TypeError, "odd returned None of type NoneType"),
        ({"callbacks": [print]}, TypeError, "one of the callbacks is <built-in"),
        ({"callbacks": training.EarlyStopping("loss of sleep")}, ValueError, "the history has epoch,"),
        ({"schedule": 0.1}, TypeError, "Scheduling: schedule is 0.1"),
        ({"schedule": nn.Cosine(nn.SGD([Value(1.0)]), 10)}, ValueError, "built on another optimizer"),
        ({"callbacks": [training.EarlyStopping("loss of sleep")]}, ValueError, "the history has epoch,"),
    ],
)  # fmt: skip
def test_wrong_arguments(changes, error, says):
    model = network()
    arguments = {
        "model": model,
        "data": (X, Y),
        "loss": nn.cross_entropy,
        "optimizer": nn.SGD(model.parameters()),
    }
    with pytest.raises(error, match=says):
        fit(**arguments | {"epochs": 1, "progress": False} | changes)
    assert model.training


def a_schedule():
    return nn.Cosine(nn.SGD([Value(1.0)]), 9)


def a_range_test(**options):
    model = network()
    return training.range_test(model, (X, Y), nn.mse, nn.SGD(model.parameters()), **options)


@pytest.mark.parametrize(
    "build, error, says",
    [
        (lambda: training.EarlyStopping(patience=-1), ValueError, "patience is -1"),
        (lambda: training.EarlyStopping(mode="least"), ValueError, "'min' or 'max'"),
        (lambda: training.EarlyStopping(min_delta=-1), ValueError, "min_delta is -1"),
        (lambda: training.Scheduling("cosine"), TypeError, "expected a schedule"),
        (lambda: training.Scheduling(a_schedule(), every="day"), ValueError, "'step' or 'epoch'"),
        (lambda: training.Checkpoint("file", steps=0), ValueError, "steps is 0"),
        (lambda: training.Checkpoint("file", every=0), ValueError, "every is 0"),
        (lambda: training.BeforeStep(3), TypeError, "BeforeStep: act is 3"),
        (lambda: training.predict(network(), X[:0]), ValueError, "predict: x is an array .*at least one"),
        (lambda: training.predict(network(), 3), TypeError, "predict: x is 3"),
        (lambda: a_range_test(low=0), ValueError, "low is 0"),
        (lambda: a_range_test(low=2, high=1), ValueError, "high is 1"),
        (lambda: a_range_test(steps=1), ValueError, "steps is 1"),
    ],
)  # fmt: skip
def test_wrong_settings(build, error, says):
    with pytest.raises(error, match=says):
        build()
