"""A loss that becomes inf or nan stops with the operation, the layer and the step where it began."""

import csv
import json
import math
import re
import threading
import time

import numpy as np
import pytest

import nn
from autograd import Tensor, Value, detect_anomaly, log
from nn import training
from nn.training import NonFiniteError, fit

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 3)).astype(np.float32)
Y = (X[:, 0] > 0).astype(np.int64)
LAST = 24  # the step from which on the trap is set: the 4th of the second epoch, of 20 each


class Trap(nn.Module):
    """Does its harm from a step on; the step is counted by a callback, which is part of the run's state."""

    def __init__(self, harm):
        self.inner = nn.Linear(3, 3, rng=3)
        self.harm = harm
        self.counter = Counter()

    def __call__(self, x):
        x = self.inner(x)
        return self.harm(x) if self.counter.steps >= LAST - 1 else x


class Counter(training.Callback):
    def __init__(self):
        self.steps = 0

    def after_step(self, run):
        self.steps += 1

    def state_dict(self):
        return {"steps": self.steps}

    def load_state_dict(self, state):
        self.steps = state["steps"]


def network(harm=lambda x: x):
    return nn.Sequential(
        nn.Linear(3, 3, rng=1), nn.Dropout(0.3, rng=0), Trap(harm), nn.Tanh(), nn.Linear(3, 2, rng=2)
    )


def caught(model, loss=nn.cross_entropy, optimizer=None, callbacks=(), data=(X, Y), epochs=4, **options):
    optimizer = optimizer or nn.SGD(model.parameters(), lr=0.1, momentum=0.9)
    counters = [module.counter for module in model.modules() if isinstance(module, Trap)]
    with pytest.raises(NonFiniteError) as raised:
        fit(model, data, loss, optimizer, epochs=epochs, batch_size=3, progress=False,
            callbacks=[*counters, *callbacks], **options)  # fmt: skip
    for name, array in model.state_dict().items():
        assert np.isfinite(array).all(), name  # as before the step that went wrong
    return raised.value


@pytest.mark.parametrize(
    "harm, operation",
    [
        (lambda x: (x * 0.0).log() + x, "log"),
        (lambda x: (x - 1e9).log(), "log"),
        (lambda x: (x * 0.0 + 1e3).exp(), "exp"),
        (lambda x: x / (x * 0.0), "div"),
        (lambda x: (x * 1e30) * 1e30 - (x * 1e30) * 1e30, "mul"),
        (lambda x: (x * 1e30).sum(axis=1, keepdims=True) ** 2 * 0.0 + x, "pow"),
    ],
    ids=["log of 0", "log below 0", "exp", "division by 0", "mul", "pow"],
)
def test_the_operation_the_layer_and_the_step_of_a_forward_pass(harm, operation):
    error = caught(network(harm))
    assert (error.layer, error.operation, error.step, error.epoch) == ("2", operation, LAST, 2)
    when = rf"the loss is (nan|-?inf) at step ({LAST}|{LAST + 1}) \(epoch 2\)"  # tanh hides an inf for a step
    where = rf"It began (there|at step {LAST}), in 2 \(Trap\): {operation} made"
    assert re.match(rf"fit: {when}. {where}", str(error)), str(error)
    assert len(error.history) == 1 and len(error.history.batch_losses) in (LAST - 1, LAST)


@pytest.mark.parametrize(
    "harm, operation",
    [(lambda x: (x * 0.0).sqrt() + x, "sqrt"), (lambda x: ((x * 0.0) ** 0.5) + x, "pow")],
)
def test_a_gradient_that_spoils_the_weights_before_the_loss_shows_it(harm, operation):
    """The loss of that step is finite, its gradient is not; the next step has the nan in its weights."""
    error = caught(network(harm))
    assert (error.layer, error.operation, error.step) == ("2", operation, LAST)
    assert f"the loss is nan at step {LAST + 1} (epoch 2). It began at step {LAST}, in 2 (Trap)" in str(error)
    assert f"backward through {operation}" in str(error)


def test_weights_that_were_spoiled_long_before_the_loss_shows_it():
    """A unit that is not looked at for a while: found at the end of the epoch at the latest."""

    class Late(nn.Module):
        def __init__(self):
            self.used, self.unused = nn.Linear(3, 2, rng=1), nn.Linear(3, 2, rng=2)
            self.counter = Counter()

        def __call__(self, x):
            harm = (self.unused(x) * 0.0).sqrt() * 1.0 if self.counter.steps == 23 else self.unused(x)
            return self.used(x) + harm * 0.0 if self.counter.steps == 23 else self.used(x)

    model = Late()
    error = caught(model, callbacks=[model.counter])
    assert (error.layer, error.operation, error.step, error.epoch) == ("", "sqrt", 24, 2)
    assert "the weights in unused.weight are no longer finite after step 40 (epoch 2)" in str(error)
    assert "It began at step 24, in the model (Late): backward through sqrt" in str(error)


def test_in_the_loss():
    def loss(prediction, target):
        return nn.cross_entropy(prediction, target) + (prediction.sum() * 0.0).log()

    error = caught(network(), loss)
    assert (error.layer, error.operation, error.step, error.epoch) == (None, "log", 1, 1)
    assert "It began there, in the loss: log made -inf" in str(error)


def test_a_gradient_in_the_loss():
    error = caught(network(), lambda p, t: nn.cross_entropy(p, t) + (p * 0.0).sqrt().sum())
    assert (error.layer, error.operation, error.step) == (None, "sqrt", 1)


def test_a_learning_rate_that_is_too_large():
    model = nn.Sequential(nn.Linear(3, 3, rng=1, dtype=np.float32), nn.Linear(3, 1, rng=2))
    error = caught(model, nn.mse, nn.SGD(model.parameters(), lr=50.0), data=(X, X[:, :1]))
    assert error.step < 12 and error.layer in ("0", "1", None) and error.operation
    model = nn.Sequential(nn.Linear(3, 2, rng=1))
    error = caught(model, lambda p, t: nn.cross_entropy(p, t) * 100, nn.SGD(model.parameters(), lr=3e38))
    assert error.step == 1 and (error.layer, error.operation) == ("0", "SGD")
    assert "in the optimizer's step: SGD made 0.weight inf or nan; the rate 3e+38 is too large" in str(error)


def test_lbfgs_takes_the_same_steps_again():
    """Also where each evaluation draws, and counts itself."""
    losses = []

    class Losses(training.Callback):
        def after_step(self, run):
            losses.append(run.batch_loss)

    layers = nn.Linear(3, 3, rng=1), nn.BatchNorm1d(3), nn.Dropout(0.3, rng=2), nn.Linear(3, 2, rng=3)
    model = nn.Sequential(*layers)
    optimizer = nn.LBFGS(model.parameters(), max_iter=2)
    error = caught(model, optimizer=optimizer, data=(spoiled(X, (17, 2)), Y), callbacks=[Losses()])
    assert "It began there, in the data: the inputs of this batch" in str(error) and error.step > 2
    assert losses == 2 * error.history.batch_losses and len(losses) == 2 * (error.step - 1)


def test_data_that_was_not_finite():
    for x, y, name in ((spoiled(X, (17, 2)), Y, "inputs"), (X, spoiled(X[:, :1], (17, 0)), "targets")):
        model = nn.Sequential(nn.Linear(3, 2 if name == "inputs" else 1))
        loss = nn.cross_entropy if name == "inputs" else lambda p, t: ((p - t) ** 2).mean()
        error = caught(model, loss, data=(x, y))
        assert f"in the data: the {name} of this batch have nan at (" in str(error) and error.layer is None
        batches = list(nn.batches(x, y, 3, seed=0))
        assert error.step == 1 + next(
            i for i, (a, b) in enumerate(batches) if np.isnan(a).any() or np.isnan(b).any()
        )


@pytest.mark.parametrize("loss", [nn.binary_cross_entropy, nn.dice, nn.iou, nn.mse, nn.mae, nn.huber])
def test_losses_that_refuse_what_is_not_finite(loss):
    """Weights beyond all floats, then data: a loss may say that, but not in which step it began."""
    model, target = nn.Sequential(nn.Linear(3, 1, rng=0, dtype=np.float64), nn.Sigmoid()), Y[:, None] * 1.0
    optimizer = nn.SGD(model.parameters(), lr=1e300)
    error = caught(model, lambda p, t: loss(p, t) * 1e10, optimizer, data=(X, target))
    assert (error.step, error.operation) == (1, "SGD")
    error = caught(model, loss, data=(X, spoiled(target, (17, 0))))
    assert f"the loss cannot be computed ({loss.__name__}: " in str(error)
    assert "It began there, in the data: the targets of this batch have nan at (" in str(error)


def spoiled(array, place):
    array = array.copy()
    array[place] = math.nan
    return array


class Cold(nn.Module):
    """The logarithm of what is above -5: everything in training, but not on what is held out."""

    def __call__(self, x):
        return log(Tensor(x) + 5.0)


def test_a_validation_loss_that_is_nan():
    """Its data, or an operation that fails on nothing else; training itself is fine."""
    model = nn.Sequential(Cold(), nn.Linear(3, 2, rng=0))
    held_out = np.array(X[:9])
    held_out[7, 1] = np.nan
    error = caught(model, validation=(held_out, Y[:9]))
    assert (error.step, error.epoch, error.layer, error.operation) == (20, 1, None, None)
    assert "in the data: the inputs of the validation data have nan at (7, 1)" in str(error)
    assert math.isnan(error.history["validation_loss"][-1]) and len(error.history.batch_losses) == 20
    held_out[7, 1] = -6.0
    error = caught(model, validation=(held_out, Y[:9]))
    assert (error.step, error.epoch, error.layer, error.operation) == (20, 1, "0", "log")
    assert str(error).startswith(
        "fit: the validation loss is nan after step 20 (epoch 1). It began there, in 0 "
    )
    assert model.training

    def loss(prediction, target):  # of more than five examples nan
        return nn.cross_entropy(prediction, target) + 0.0 * log(Tensor(5.0 - len(target)))

    error = caught(model, loss, validation=(X[:9], Y[:9]))
    assert (error.layer, error.operation) == (None, "log")


def test_the_row_of_that_epoch_is_in_the_logs(tmp_path):
    logs = [training.CSVLog(tmp_path / "a.csv"), training.JSONLinesLog(tmp_path / "b.jsonl")]
    model = nn.Sequential(nn.Linear(3, 2, rng=0))
    error = caught(model, validation=(spoiled(X, (17, 2)), Y), callbacks=logs)
    with open(tmp_path / "a.csv", newline="") as file:
        [row] = csv.DictReader(file)
    assert row["validation_loss"] == "nan" and float(row["loss"]) == error.history["loss"][0]
    assert json.loads((tmp_path / "b.jsonl").read_text())["validation_loss"] is None


class Power(nn.Module):
    def __init__(self):
        self.exponent = Value(1.0)

    def __call__(self, x):
        return (self.exponent * x[0]).exp()


def test_a_validation_loss_that_cannot_be_computed():
    """Values overflow with an error, losses refuse, and under detect_anomaly every nan is one."""
    held_out = [[1e6], [0.1]], [1.0, 1.0]
    error = caught(Power(), nn.mse, data=([[0.1]] * 6, [1.0] * 6), validation=held_out)
    assert (error.step, error.epoch, error.layer, error.operation) == (2, 1, "", "exp")
    when = (
        "fit: a number is not finite on the validation data after step 2 (epoch 1). It began there, in the "
    )
    assert str(error).startswith(when + "model (Power): exp(")
    target = Y[:9, None] * 1.0
    model = nn.Sequential(nn.Linear(3, 1, rng=0), nn.Sigmoid())
    for held_out in ((spoiled(X[:9], (7, 1)), target), (X[:9], spoiled(target, (7, 0)))):
        error = caught(model, nn.binary_cross_entropy, data=(X[:9], target), validation=held_out, epochs=1)
        assert re.search(r"in the data: the (in|tar).* of the validation data have nan at \(7, ", str(error))
    model = nn.Sequential(Cold(), nn.Linear(3, 2, rng=0))
    with detect_anomaly():
        error = caught(model, validation=(np.full((2, 3), -6.0), Y[:2]))
    assert (error.step, error.layer, error.operation) == (20, "0", "log")


@pytest.mark.parametrize("look", [lambda run: run.batch_loss, lambda run: run.history.batch_losses[-1]])
def test_steps_that_depend_on_the_last_loss_are_taken_as_they_were(look):
    """A rate that is nan, were the loss of another step looked at: a nan in the wrong place."""
    x = spoiled(X, (17, 2))
    bad = 1 + next(i for i, (part, _) in enumerate(nn.batches(x, Y, 3)) if np.isnan(part).any())
    losses = []

    class ByLoss(training.Callback):
        def before_step(self, run):
            if run.step and len(losses) < bad - 1:
                losses.append(look(run))
            if run.step and look(run) != losses[run.step - 1]:
                run.model[0].weight.grad[...] = math.nan

    assert 1 < bad < 20
    error = caught(nn.Sequential(nn.Linear(3, 2, rng=1)), data=(x, Y), callbacks=[ByLoss()])
    assert error.step == bad and "in the data: the inputs" in str(error)
    assert len(error.history.batch_losses) == bad - 1


def test_gradients_that_a_callback_took_away():
    model = nn.Sequential(nn.Linear(3, 2))
    skipped = acting("before_step", 0, lambda run: run.optimizer.zero_grad())
    with pytest.raises(ValueError, match="SGD: none of its 2 parameters has a gradient"):
        fit(model, (X, Y), nn.cross_entropy, nn.SGD(model.parameters()), epochs=1, callbacks=[skipped])


def test_what_cannot_be_gone_back_to_is_said_beside_the_nan():
    class Masked(nn.Module):
        def __call__(self, x):
            if not hasattr(self, "mask"):  # not there when the epoch began
                self.mask = Tensor(np.ones(3), requires_grad=False)
            return Tensor(x) * self.mask

    class Once:
        def __init__(self):
            self.calls = 0

        def __call__(self, prediction, target):
            self.calls += 1
            if self.calls > 1 + len(Y) // 3:
                raise KeyError("twice")
            return nn.cross_entropy(prediction, target) * (math.nan if len(target) == 9 else 1.0)

    model = nn.Sequential(Masked(), nn.Linear(3, 2))
    error = caught(model, data=(spoiled(X, (17, 2)), Y))
    assert "fit: the loss is nan at step " in str(error) and (error.layer, error.operation) == (None, None)
    assert "Where it began was not found; repeating the steps of this epoch failed with Val" in str(error)
    assert isinstance(error.__cause__, ValueError) and "the loss is nan" in str(error.__cause__.__context__)
    error = caught(nn.Sequential(nn.Linear(3, 2)), Once(), validation=(X[:9], Y[:9]))
    assert "is nan after step 20 (epoch 1). Where it began was not found; computing it again" in str(error)
    assert isinstance(error.__cause__, KeyError) and (error.step, error.epoch) == (20, 1)


def test_a_loader_that_was_looked_at_before():
    """A new run begins an epoch of its own, and so do the steps that are taken again."""
    loader, same = (nn.Loader(spoiled(X, (17, 2)), Y, 3, rng=4) for _ in range(2))
    next(iter(loader)), next(iter(same))
    bad = next(i for i, (x, _) in enumerate(same) if np.isnan(x).any())
    model = nn.Sequential(nn.Linear(3, 2, rng=1))
    with pytest.raises(NonFiniteError, match="It began there, in the data: the inputs") as raised:
        fit(model, loader, nn.cross_entropy, nn.SGD(model.parameters()), epochs=1, progress=False)
    assert raised.value.step == 1 + bad


def test_weights_that_were_not_finite_from_the_start():
    model = network()
    model[4].bias.data[0] = math.inf
    with pytest.raises(
        NonFiniteError, match="before it: 4.bias was not finite when the epoch began"
    ) as raised:
        fit(model, (X, Y), nn.cross_entropy, nn.SGD(model.parameters()), epochs=1, progress=False)
    assert raised.value.layer == "4"


@pytest.mark.parametrize(
    "moment, says", [("before_step", "the gradient of 0.weight"), ("after_step", "made 0.weight")]
)
def test_a_callback_that_spoils_it(moment, says):
    class Vandal(training.Callback):
        pass

    def harm(self, run):
        if run.step >= 30:
            (run.model[0].weight.grad if moment == "before_step" else run.model[0].weight.data)[0, 0] = (
                math.nan
            )

    setattr(Vandal, moment, harm)
    error = caught(network(), callbacks=[Vandal()])
    assert "in a callback: it made" in str(error) and says in str(error)
    assert error.step == (31 if moment == "before_step" else 30) and error.layer == "0"


def test_what_is_quiet_is_called_again_and_what_writes_is_not(tmp_path):
    written = []

    class Writer(training.Callback):
        quiet = False

        def after_step(self, run):
            written.append(run.step)

    error = caught(
        network(lambda x: (x * 0.0).log() * 0.0),
        callbacks=[Writer(), training.Checkpoint(tmp_path / "file", steps=2)],
    )
    assert written == list(range(1, LAST)) and error.step == LAST
    assert training.read_checkpoint(tmp_path / "file")["progress"]["step"] == LAST - 2


def acting(moment, step, act):
    """A callback that does something at a moment, when that many steps are behind."""

    def hook(self, run):
        if run.step == step:
            act(run)

    return type("Acting", (training.Callback,), {moment: hook})()


def infinite_weight(run):
    run.model[0].weight.data[0, 0] = math.inf


@pytest.mark.parametrize("steps", [None, 1])
def test_a_checkpoint_never_holds_weights_that_are_not_finite(steps, tmp_path):
    """Neither in the middle of an epoch nor where the run is stopped in it: the good one stays."""
    model = nn.Sequential(nn.Linear(3, 2, rng=1))
    checkpoint = training.Checkpoint(tmp_path / "file", steps=steps)
    fit(model, (X, Y), nn.cross_entropy, nn.SGD(model.parameters()), epochs=1, callbacks=checkpoint,
        progress=False)  # fmt: skip
    good = (tmp_path / "file").read_bytes()
    last = training.Callback() if steps else acting("after_step", 1, lambda run: run.stop("interrupted"))
    optimizer = nn.SGD(model.parameters(), lr=3e38)
    error = caught(
        model, lambda p, t: nn.cross_entropy(p, t) * 100, optimizer, callbacks=[last, checkpoint], epochs=1
    )
    assert (error.step, error.operation) == (1, "SGD") and (tmp_path / "file").read_bytes() == good
    assert "weights in 0.weight are no longer finite after step 1 (epoch 1). It began at step 1" in str(error)


@pytest.mark.parametrize("moment", ["after_epoch", "end"])
def test_a_callback_that_spoils_the_weights_before_they_are_saved(moment, tmp_path):
    model = nn.Sequential(nn.Linear(3, 2, rng=1))
    every = 1 if moment == "after_epoch" else 2  # saved at the end of the epoch, or at that of the run
    spoiling = acting("after_epoch", 20, infinite_weight)
    callbacks = [training.Checkpoint(tmp_path / "file", every=every), spoiling]
    with pytest.raises(
        NonFiniteError, match="0.weight are no longer finite after step 20: a callback"
    ) as raised:
        fit(model, (X, Y), nn.cross_entropy, nn.SGD(model.parameters()), epochs=1, batch_size=3,
            callbacks=callbacks, progress=False)  # fmt: skip
    assert raised.value.epoch == 1 and not (tmp_path / "file").exists()


def test_after_the_error_the_run_can_be_mended_and_go_on(tmp_path):
    """The weights are those before the step: with a smaller rate it goes on."""
    model = network(lambda x: (x * 0.0).log())
    caught(model)
    model[2].harm = lambda x: x
    history = fit(
        model, (X, Y), nn.cross_entropy, nn.SGD(model.parameters(), lr=0.01), epochs=2, progress=False
    )
    assert math.isfinite(history["loss"][-1])


def test_randomness_that_cannot_be_repeated_is_said():
    hidden = np.random.default_rng(0)

    def loss(prediction, target):
        return nn.cross_entropy(prediction, target) * (math.nan if hidden.random() < 0.1 else 1.0)

    model = nn.Sequential(nn.Linear(3, 2))
    outcomes = {caught(model, loss, epochs=40).operation for _ in range(1)}
    assert outcomes <= {None, "mul"}


@pytest.mark.parametrize("error", [ValueError, ZeroDivisionError, OverflowError, KeyError, RuntimeWarning])
@pytest.mark.parametrize("where", ["loss", "metrics", "augment", "after_step"])
def test_errors_that_say_something_else_are_left_alone(where, error, capsys):
    """Nothing is done again, and nothing is said; the weights are those of the steps that were taken."""
    calls, before_the_step = [], where in ("loss", "augment")

    def at(place, result):
        if place == where:
            calls.append(1)
            if len(calls) == 7:
                raise error("mine")
        return result

    class Failing(training.Callback):
        def after_step(self, run):
            at("after_step", None)

    def train(model, epochs):
        loader = nn.Loader(X[:18], Y[:18], 3, augment=lambda x, rng: at("augment", x))
        fit(
            model, loader, lambda p, t: at("loss", nn.cross_entropy(p, t)), nn.SGD(model.parameters()),
            epochs=epochs, metrics={"one": lambda p, t: at("metrics", 1.0)}, callbacks=Failing(),
        )  # fmt: skip

    model, other = network(), network()
    with pytest.raises(error, match="mine"):
        train(model, epochs=2)
    assert len(calls) == 7 and "not finite" not in capsys.readouterr().out
    where = None
    train(other, epochs=1)  # 6 steps
    same = all(np.array_equal(array, other.state_dict()[name]) for name, array in model.state_dict().items())
    assert same == before_the_step


def test_what_is_not_found_again_leaves_the_run_where_it_was():
    """A callback that is not called again: its error says what is the matter, and says it alone."""

    class Clips(training.Callback):
        quiet = False

        def after_step(self, run):
            if run.step == 4:
                value = Value(1.0)
                value.grad = math.nan
                nn.clip_grad_value([value], 1.0)

    model, other = network(), network()
    loader, same = (nn.Loader(X[:15], Y[:15], 3, rng=2) for _ in range(2))
    with pytest.raises(FloatingPointError, match="clip_grad_value: .* has a gradient that is nan"):
        fit(model, loader, nn.cross_entropy, nn.SGD(model.parameters()), epochs=1, progress=False,
            callbacks=Clips())  # fmt: skip
    there = acting("after_step", 4, lambda run: run.stop("enough"))
    fit(other, same, nn.cross_entropy, nn.SGD(other.parameters()), epochs=1, progress=False, callbacks=there)
    assert all(np.array_equal(array, other.state_dict()[name]) for name, array in model.state_dict().items())
    assert len(list(loader)) == 5  # a new epoch


def test_calls_of_modules_are_as_before():
    before = [nn.Linear.__call__, nn.Tanh.__call__, nn.Sequential.__call__, Trap.__call__]
    caught(network(lambda x: (x * 0.0).log()))
    assert [nn.Linear.__call__, nn.Tanh.__call__, nn.Sequential.__call__, Trap.__call__] == before
    assert "__call__" not in vars(nn.Tanh) or vars(nn.Tanh)["__call__"] is nn.Tanh.__call__


def test_two_threads_that_look_at_once():
    """The second begins while the first is at it, and ends after it."""
    before, looking, found = nn.Tanh.__call__, threading.Event(), []

    def train(pause):
        calls = []

        def harm(x):
            calls.append(1)
            if len(calls) == 3:  # the step, the step again, and with a watch on it
                looking.set()
                time.sleep(pause)
            return (x * 0.0).log() * 0.0

        found.append(caught(nn.Sequential(nn.Linear(3, 2, rng=1), Harmful(harm), nn.Tanh())).layer)

    threads = [threading.Thread(target=train, args=(pause,)) for pause in (0.2, 0.4)]
    threads[0].start()
    assert looking.wait(10)
    threads[1].start()
    for thread in threads:
        thread.join()
    assert found == ["1", "1"] and nn.Tanh.__call__ is before


class Harmful(nn.Module):
    def __init__(self, harm):
        self.harm = harm

    def __call__(self, x):
        return self.harm(x)


# Values raise where it happens; the layer and the step are added.


class Scalars(nn.Module):
    def __init__(self, harm):
        self.mlp = nn.MLP(3, [3, 1], "tanh")
        self.out = nn.Neuron(1, None)
        self.harm = harm

    def __call__(self, x):
        return self.harm(self.out([self.mlp(x)]))


@pytest.mark.parametrize(
    "harm, operation, text",
    [
        (lambda v: log(v - v), "log", r"log\(0\): "),
        (lambda v: (v - v + 1e5).exp(), "exp", r"exp\(100000\): the result is too large"),
        (lambda v: v / (v - v), "div", r"div\(.*, 0\): "),
        (lambda v: v + (v - v).sqrt(), "sqrt", r"sqrt\(0\): the value exists"),
    ],
)
def test_values(harm, operation, text):
    model = Scalars(harm)
    error = caught(model, nn.mse, data=(X.tolist(), Y.astype(float).tolist()))
    assert (error.layer, error.operation, error.step, error.epoch) == ("", operation, 1, 1)
    where = r"a number is not finite at step 1 \(epoch 1\). It began there, in the model \(Scalars\): "
    assert re.search(where + text, str(error))


def test_a_neuron_is_a_layer_too():
    model = nn.MLP(3, [4, 1], "exp", rng=1)
    model.layers[0].neurons[2].bias.data = 800.0
    error = caught(model, nn.mse, data=(X.tolist(), Y.astype(float).tolist()))
    assert (error.layer, error.operation, error.step) == ("layers.0.neurons.2", "exp", 1)


def test_values_that_grow_to_inf_without_an_error():
    """1e300 * 1e300 is inf in the layer; the loss raises only later, where it meets a 0."""
    x, y = X.tolist(), Y.astype(float).tolist()
    model = Scalars(lambda v: (v * 0.0 + 1e300) * 1e300)
    error = caught(model, nn.mse, data=(x, y))
    assert (error.layer, error.operation, error.step) == ("", "mul", 1)
    assert "in the model (Scalars): mul(1e+300, 1e+300) made inf" in str(error)
    error = caught(model, nn.binary_cross_entropy, data=(x, y))  # which wants probabilities
    assert (error.layer, error.operation, error.step) == ("", "mul", 1)
    model = nn.MLP(3, [1])
    error = caught(model, lambda p, t: (nn.mse(p, t) * 0.0 + 1e300) * 1e300, data=(x, y))
    assert (error.layer, error.operation) == (None, "mul") and "in the loss: mul(" in str(error)


def test_values_and_a_rate_that_is_too_large():
    model = nn.MLP(3, [2, 1], "tanh")
    error = caught(model, nn.mse, nn.SGD(model.parameters(), lr=1e307), data=(X.tolist(), (Y * 1e3).tolist()))
    assert (
        error.step == 1
        and error.operation == "SGD"
        and "in the optimizer's step: SGD: the step" in str(error)
    )


# What an optimizer keeps may be spoiled while loss and weights are finite: then nothing ever moves again.


@pytest.mark.parametrize(
    "build", [nn.Adam, nn.AdamW, nn.RMSprop, nn.Adagrad, nn.NAdam, nn.RAdam, nn.Adadelta]
)
def test_a_square_of_gradients_that_is_infinite(build):
    model = nn.Sequential(nn.Linear(2, 3, rng=0), nn.Linear(3, 1, rng=1))
    steps = 0

    def loss(prediction, y):
        nonlocal steps
        steps += 1
        return nn.mse(prediction, y) * (1e25 if steps % 5 == 0 else 1.0)  # in every epoch the same step

    x = np.random.default_rng(0).standard_normal((10, 2))
    optimizer = build(model.parameters(), lr=1e-3)
    with pytest.raises(
        NonFiniteError, match=r"the state of .*, '\w+' of parameter 0, is no longer finite"
    ) as raised:
        fit(model, (x, x[:, :1]), loss, optimizer, epochs=3, batch_size=2, progress=False)
    assert (raised.value.step, raised.value.operation) == (5, build.__name__)
    assert "the gradients (up to" in str(raised.value) and "are too large" in str(raised.value)
    assert all(np.isfinite(array).all() for array in model.state_dict().values())


@pytest.mark.parametrize("build", [nn.Adam, nn.RMSprop, nn.Adagrad, nn.Adadelta])
def test_of_values_it_is_refused_in_the_step_itself(build):
    value, other = Value(1.0, "w"), Value(2.0)
    optimizer = build([other, value])
    value.grad, other.grad = 1e200, 1.0
    before = repr(optimizer.state_dict())
    with pytest.raises(
        OverflowError, match=r"the gradient 1e\+200 of Value\(1, label='w'.*is too large: the 's"
    ):
        optimizer.step()
    assert (value.data, other.data) == (1.0, 2.0) and repr(optimizer.state_dict()) == before
