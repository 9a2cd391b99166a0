"""Checkpoints that somebody has edited: refused by the file's name before anything has changed, or good to go
on with."""

import copy
import functools
import random

import numpy as np
import pytest
from hypothesis import settings

import nn
from nn import training
from nn.serialization import read_state, write_state


class Halt(training.Callback):
    """Ends the run as Ctrl-C does, in the middle of an epoch."""

    def after_step(self, run):
        if run.step == 6:
            run.stop("interrupted")


def parts():
    """What a run is made of, with everything in it that has a state."""
    x = np.random.default_rng(0).standard_normal((20, 3))
    model = nn.Sequential(
        nn.Linear(3, 4, rng=1, dtype=np.float64), nn.Dropout(0.2, rng=2), nn.BatchNorm1d(4),
        nn.Linear(4, 1, rng=2, dtype=np.float64),
    )  # fmt: skip
    optimizer = nn.Lookahead(nn.Adam(model.parameters(), lr=0.01), k=5)
    callbacks = [
        training.Scheduling(nn.Cosine(optimizer, 16)),
        training.EarlyStopping("loss", patience=3),
        training.Scheduling(nn.ReduceOnPlateau(optimizer), every="epoch"),
        training.BeforeStep(nn.GradientNoise(model.parameters(), rng=3)),
    ]
    return model, nn.Loader(x, x[:, :1], 5), optimizer, callbacks


def distance(prediction, y):
    return float(np.abs(prediction - y).mean())


def train(path, *more, epochs=2):
    model, loader, optimizer, callbacks = parts()
    return training.fit(
        model, loader, nn.mse, optimizer, epochs=epochs, metrics=distance, progress=False,
        callbacks=[training.Checkpoint(path, resume=True), *callbacks, *more],
    )  # fmt: skip


def fresh_run():
    model, loader, optimizer, callbacks = parts()
    return training.Run(model, nn.mse, optimizer, loader, None, {"distance": distance}, callbacks)


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "file"
    train(path, Halt())
    return read_state(path)


def changed(state, path, value):
    """The state with one field changed, or for ``value`` ... without it."""
    state = copy.deepcopy(state)
    inner = functools.reduce(lambda part, name: part[name], path[:-1], state)
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return state


def plain(part):
    if isinstance(part, dict):
        return {name: plain(each) for name, each in part.items()}
    return part.tolist() if isinstance(part, np.ndarray) else part


def begin(run, path):
    """As fit begins."""
    for callback in [*run.callbacks, training.Checkpoint(path, resume=True)]:
        callback.begin(run)


def assert_refused(state, path, says=""):
    write_state(state, path)
    content = path.read_bytes()
    run, other = fresh_run(), fresh_run()
    with pytest.raises(
        ValueError, match=f"(?s)^Checkpoint: cannot resume: .*file' is .*{says}.*; remove that"
    ) as raised:
        begin(run, path)
    assert repr(str(path)) in str(raised.value)
    for callback in other.callbacks:
        callback.begin(other)
    assert repr(plain(run.state_dict())) == repr(plain(other.state_dict())) and run.row == {}
    assert path.read_bytes() == content


NAN = float("nan")
INNER = ("optimizer", "inner", "groups", "0")
SECOND = (*INNER, "tensors", "0")
ROW = ("history", "rows", 0)
STOPPING = ("callbacks", "1 EarlyStopping")


@pytest.mark.parametrize(
    "path, value, says",
    [
        (("format",), 2, "not a checkpoint"),
        (("format",), True, "not a checkpoint"),
        (("format",), "1", "not a checkpoint"),
        (("format",), ..., "not a checkpoint"),
        (("format",), np.zeros(3), "not a checkpoint"),
        (("progress", "epoch"), -5, "epoch is -5; expected a whole number of at least 0"),
        (("progress", "epoch"), 1.5, "epoch is 1.5"),
        (("progress", "epoch"), True, "epoch is True"),
        (("progress", "epoch"), "text", "epoch is 'text'"),
        (("progress", "epoch"), 3, "epoch is 3, but the history"),
        (("progress", "step"), -1, "step is -1"),
        (("progress", "step"), 10**30, "step is 10+; expected a whole number"),
        (("progress", "step"), None, "step is None"),
        (("progress", "seen"), 21, "seen is 21; expected at most 20"),
        (("progress", "seen"), -1, "seen is -1"),
        (("progress", "seconds"), -1.0, "seconds is -1.0"),
        (("progress", "seconds"), NAN, "seconds is nan"),
        (("progress", "batch_loss"), "0.5", "batch_loss is '0.5'"),
        (("progress", "batch_loss"), True, "batch_loss is True"),
        (("progress", "sums"), [], "sums are"),
        (("progress", "sums", "loss"), "a", "the sum of loss is 'a'"),
        (("progress", "sums", "loss"), ..., "sums of"),
        (("progress",), [], "progress is .*; expected a dict"),
        (("progress", "seen"), ..., "'seen' is missing"),
        (("history",), "text", "history is 'text'; expected a dict"),
        (("history", "rows"), "text", "the rows are 'text'"),
        (("history", "rows"), [1], "the rows are"),
        (("history", "rows"), ..., "the state has .*expected .*'rows'"),
        ((*ROW, "loss"), "text", "loss of epoch 1 is 'text'"),
        ((*ROW, "lr"), None, "lr of epoch 1 is None"),
        ((*ROW, "seconds"), [], "seconds of epoch 1"),
        ((*ROW, "epoch"), 7, "the epoch of row 1 is 7; expected 1"),
        ((*ROW, "epoch"), "1", "epoch of epoch 1 is '1'"),
        ((*ROW, "step"), 10**30, "step of epoch 1 is 10+; expected"),
        ((*ROW, "step"), -4, "step of epoch 1 is -4"),
        ((*ROW, "step"), ..., "'step' is missing"),
        (("history", "rows"), [], "epoch is 1, but the history has 0"),
        (("history", "batch_losses"), "text", "batch_losses are"),
        (("history", "batch_losses"), [[1.0]], "batch_losses"),
        (("history", "batch_losses"), np.zeros(5), "step is 6, but the history has 5 of them"),
        (("history", "batch_losses"), np.zeros(6, int), "expected an array of floats"),
        (("history", "stopped"), 3, "stopped is 3; expected text or None"),
        (("model", "0.weight"), "text", "'0.weight'"),
        (("model", "0.weight"), np.zeros((3, 4)), "has shape"),
        (("model", "0.weight"), np.full((4, 3), NAN), "an inf or a nan in model, 0.weight"),
        (("model", "0.weight"), np.full((4, 3), np.inf), "the weights in 0.weight are no longer finite"),
        (("model", "2.running_mean"), np.full(4, NAN, np.float32), "a nan in model, 2.running_mean"),
        (("model",), [], "model is"),
        (("model", "2.bias"), ..., "'2.bias' missing"),
        ((*SECOND, "step"), -5, "'step' is below 0"),
        ((*SECOND, "step"), 1.5, "'step'"),
        ((*SECOND, "square"), np.full((4, 3), -1.0), "'square' is below 0"),
        ((*SECOND, "mean"), np.full((4, 3), NAN), "a nan in optimizer, inner, groups, 0, tensors, 0, mean"),
        ((*SECOND, "unit1"), float("inf"), "0, tensors, 0, unit1"),
        ((*SECOND, "unit2"), -1.0, "'unit2' is below 0"),
        ((*INNER, "settings", "lr"), -0.1, "lr"),
        ((*INNER, "settings", "betas"), [2, 3], "beta"),
        (("optimizer", "taken"), 1.5, "taken is 1.5"),
        (("optimizer", "taken"), 5, "taken is 5"),
        (("optimizer", "slow", "0"), np.full((4, 3), NAN), "an inf or a nan in optimizer, slow, 0"),
        (("loader", "position"), 99, "position is 99"),
        (("loader", "rng", "state", "inc"), 1.5, "generator is damaged"),
        (("loader", "begun", "state"), 3, "generator is damaged"),
        (("random", "1._rng", "uinteger"), 0.5, "damaged"),
        (("random",), None, "random is None"),
        (("callbacks",), {}, "it has the callbacks"),
        (("callbacks", "0 Scheduling", "steps"), -1, "steps is -1"),
        (("callbacks", "2 Scheduling", "rates"), ["a"], "rates"),
        (("callbacks", "3 BeforeStep", "steps"), 0.5, "0.5"),
        ((*STOPPING, "best"), "low", "best is 'low'"),
        ((*STOPPING, "best"), ..., "EarlyStopping: the state has .*expected .*'best'"),
        ((*STOPPING, "waited"), -1, "waited is -1"),
        ((*STOPPING, "best_epoch"), 0.5, "best_epoch is 0.5"),
        ((*STOPPING, "weights"), None, "there are no weights of epoch 1"),
        ((*STOPPING, "weights"), [1], "weights are"),
        ((*STOPPING, "weights", "0.bias"), None, "0.bias"),
        ((*STOPPING, "weights", "0.bias"), np.zeros(3), "has shape"),
        ((*STOPPING, "weights", "0.bias"), np.full(4, NAN), "a nan in the weights 0.bias"),
        ((*STOPPING, "weights", "0.bias"), ..., "'0.bias' missing"),
    ],
)
def test_a_field_that_was_edited(path, value, says, state, tmp_path):
    assert_refused(changed(state, path, value), tmp_path / "file", says)


def test_what_was_not_edited_goes_on(state, tmp_path):
    write_state(state, tmp_path / "file")
    run = fresh_run()
    begin(run, tmp_path / "file")
    assert (run.epoch, run.step, len(run.history)) == (1, 6, 1)
    assert repr(plain(run.moment())) == repr(plain({name: state[name] for name in run.moment()}))
    assert len(train(tmp_path / "file")) == 2


def fields(part, path=()):
    """The places of all fields, of long lists the first ones."""
    if path:
        yield path
    if isinstance(part, dict):
        for name in part:
            yield from fields(part[name], (*path, name))
    elif isinstance(part, list):
        for index in range(min(len(part), 2)):
            yield from fields(part[index], (*path, index))


WRONG = [
    None,
    "text",
    -5,
    1.5,
    True,
    NAN,
    [],
    {},
    10**30,
    ["a"],
    np.zeros(3),
    np.array("2026", "M8[Y]").astype(int),
]


def test_any_field_with_anything_in_it(state, tmp_path):
    """A sample: every one is refused, or the run ends as runs do, with a loss that may be inf or nan."""
    count = settings.default.max_examples
    every = [(path, wrong) for path in fields(state) for wrong in [*WRONG, ...]]
    chosen = random.Random(0).sample(every, count)
    refused = 0
    for path, wrong in chosen:
        write_state(changed(state, path, wrong), tmp_path / "file")
        try:
            history = train(tmp_path / "file")
        except training.NonFiniteError:
            continue
        except ValueError as error:
            assert str(error).startswith("Checkpoint: cannot resume: ") and repr(
                str(tmp_path / "file")
            ) in str(error)
            refused += 1
        else:
            stopped = path == ("history", "stopped") and wrong == "text"  # as a run that was stopped says
            assert stopped or len(history) == 2 and len(history.batch_losses) == 8
    assert refused > 0.7 * count
