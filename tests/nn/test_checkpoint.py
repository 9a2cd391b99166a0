"""Checkpoints: runs that are killed, interrupted and resumed end bit for bit where an uninterrupted one
does."""

import csv
import functools
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.files import replacing
from nn import training
from nn.serialization import read_state, write_state
from nn.training.history import INTERRUPTED

PROGRAM = Path(__file__).with_name("killed_run.py")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def start(folder, *options):
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), str(folder), *options], env=os.environ | ONE_THREAD, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=PROGRAM.parents[2],
    )  # fmt: skip


def finish(folder, *options):
    process = start(folder, *options)
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output
    return output


def wait_until_it_trains(process):
    said = []
    while not said or "training" not in said[-1]:
        said.append(process.stdout.readline())
        assert said[-1], "".join(said)  # at its end


def assert_same_end(folder, uninterrupted):
    result, expected = read_state(folder / "result"), read_state(uninterrupted / "result")
    assert result["model"].keys() == expected["model"].keys()
    for name, array in expected["model"].items():
        assert array.tobytes() == result["model"][name].tobytes(), name
    assert result["losses"].tobytes() == expected["losses"].tobytes()
    assert result["rows"] == expected["rows"]
    with open(folder / "log.csv") as ours, open(uninterrupted / "log.csv") as theirs:
        rows = zip(csv.DictReader(ours), csv.DictReader(theirs), strict=True)
        for row, other in rows:
            assert row | {"seconds": 0} == other | {"seconds": 0}
    assert sorted(path.name for path in folder.iterdir()) == ["log.csv", "result", "run.checkpoint"]


def version(path):
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """``uninterrupted(*options)``: the folder of a whole run."""

    @functools.cache
    def whole(*options):
        folder = tmp_path_factory.mktemp("whole")
        finish(folder, *options)
        return folder

    return whole


@pytest.mark.parametrize("options, kills", [
    ((), 2),
    pytest.param(("--value",), 2, marks=pytest.mark.thorough),
    pytest.param(("--long",), 22, marks=pytest.mark.thorough),
], ids=["tensors", "values", "often"])  # fmt: skip
def test_killed_at_random_moments_and_resumed(options, kills, tmp_path, uninterrupted):
    """SIGKILL, over and over, after some checkpoints and a moment more; then it may go on to the end."""
    moments = random.Random(7)
    folder = tmp_path / "killed"
    folder.mkdir()
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import nn"], check=True, cwd=PROGRAM.parents[2])
    startup = time.perf_counter() - began
    checkpoint = folder / "run.checkpoint"
    reached = []
    for kill in range(kills):
        with start(folder, *options) as process:
            if kill % 4:
                last = version(checkpoint)
                for _ in range(moments.choice([1, 1, 2])):
                    while (now := version(checkpoint)) == last and process.poll() is None:
                        time.sleep(0.0002)
                    last = now
                time.sleep(moments.random() * 0.003)
            else:  # also before it has begun
                time.sleep(moments.random() * 0.8 * startup)
            process.kill()
            output = process.stdout.read()
        assert process.returncode == -signal.SIGKILL, output
        if checkpoint.exists():  # the old one or the new one
            reached.append(training.read_checkpoint(checkpoint)["progress"]["step"])
    assert not (folder / "result").exists() and reached == sorted(reached) and reached[-1] > 0
    finish(folder, *options)
    assert_same_end(folder, uninterrupted(*options))


@pytest.mark.parametrize(
    "options", [(), pytest.param(("--value",), marks=pytest.mark.thorough)], ids=["tensors", "values"]
)
def test_ctrl_c_ends_it_cleanly_and_it_can_go_on(options, tmp_path, uninterrupted):
    folder = tmp_path / "interrupted"
    folder.mkdir()
    with start(folder, "--slow", *options) as process:
        wait_until_it_trains(process)
        process.send_signal(signal.SIGINT)
        output = process.stdout.read()
    assert process.returncode == 0, output
    steps = training.read_checkpoint(folder / "run.checkpoint")["progress"]["step"]
    assert f"interrupted at {steps}\n" in output and f" and {steps} steps: interrupted" in output
    assert 5 <= steps < 120 and not (folder / "result").exists()
    finish(folder, *options)
    assert_same_end(folder, uninterrupted(*options))


def test_a_second_ctrl_c_does_not_wait(tmp_path):
    with start(tmp_path, "--slow") as process:
        wait_until_it_trains(process)
        for _ in range(500):  # the first ends the run after its batch, if the second does not come before
            process.send_signal(signal.SIGINT)
        output = process.stdout.read()
    assert process.returncode in (-signal.SIGINT, 1, 130, 0), output
    training.read_checkpoint(tmp_path / "run.checkpoint")


# In one process: what is in the file.


class Sum(training.Callback):
    """A callback that remembers, and draws random numbers."""

    def __init__(self, rng=0):
        self.rng = np.random.default_rng(rng)
        self.total = 0.0

    def after_step(self, run):
        self.total += run.batch_loss * self.rng.random()

    def state_dict(self):
        return {"total": self.total}

    def load_state_dict(self, state):
        self.total = state["total"]


class Halt(training.Callback):
    """Ends the run as Ctrl-C does, at a step."""

    def __init__(self, step):
        self.step = step

    def after_step(self, run):
        if run.step == self.step:
            run.stop(INTERRUPTED)


def run(
    path,
    *,
    halt=None,
    resume=True,
    steps=None,
    epochs=4,
    width=6,
    kind=nn.Adam,
    callbacks=None,
    seed=0,
    **options,
):
    nn.seed(seed)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((23, 3))
    model = nn.Sequential(
        nn.Linear(3, width, rng=1, dtype=np.float64), nn.Dropout(0.2), nn.Linear(width, 1, rng=2)
    )
    optimizer = kind(model.parameters(), lr=0.01)
    added = [Sum()] if callbacks is None else callbacks
    history = training.fit(
        model, (x, x[:, :1]), nn.mse, optimizer, epochs=epochs, batch_size=5, validation=3,
        schedule=nn.Cosine(optimizer, 16), progress=False, **options,
        callbacks=[training.Checkpoint(path, steps, resume=resume), *added, *([Halt(halt)] if halt else [])],
    )  # fmt: skip
    return model, history, added


@pytest.mark.parametrize(
    "halt", [1, 3, 4, 5, 8, 11, 16]
)  # at the first step, at the ends of epochs, at the last
@pytest.mark.parametrize("kind", [nn.Adam, nn.SGD])
def test_stopped_anywhere_and_resumed(halt, kind, tmp_path):
    expected, history, [added] = run(tmp_path / "whole", kind=kind)
    _, stopped, _ = run(tmp_path / "file", halt=halt, kind=kind)
    assert stopped.interrupted and len(stopped.batch_losses) == halt
    model, resumed, [again] = run(tmp_path / "file", kind=kind, seed=9)  # the dropout's state is in the file
    assert not resumed.interrupted and resumed.stopped is None
    assert again.total == added.total and resumed.batch_losses == history.batch_losses
    for name, array in expected.state_dict().items():
        assert array.tobytes() == model.state_dict()[name].tobytes()
    for row, other in zip(resumed.rows, history.rows, strict=True):
        assert row | {"seconds": 0} == other | {"seconds": 0}


class Lazy(training.Callback):
    """Remembers nothing at first."""

    def __init__(self):
        self.last = {}

    def after_step(self, run):
        self.last["step"] = run.step

    def state_dict(self):
        return dict(self.last)

    def load_state_dict(self, state):
        self.last = dict(state)


def test_a_callback_that_remembers_nothing_at_first(tmp_path):
    expected, whole, _ = run(tmp_path / "whole", callbacks=[Lazy()])
    run(tmp_path / "file", halt=5, callbacks=[Lazy()])
    model, resumed, [lazy] = run(tmp_path / "file", callbacks=[Lazy()])
    assert lazy.last == {"step": 16} and resumed.batch_losses == whole.batch_losses
    assert all(np.array_equal(a, expected.state_dict()[n]) for n, a in model.state_dict().items())
    with pytest.raises(training.NonFiniteError, match="It began there, in the loss: log made -inf"):
        training.fit(
            model, (np.ones((5, 3)), np.ones((5, 1))), lambda p, t: (p.sum() * 0.0).log(),
            nn.SGD(model.parameters()), epochs=1, callbacks=Lazy(), progress=False,
        )  # fmt: skip


def test_the_seconds_of_an_epoch_that_was_killed_in_between(tmp_path, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("nn.training.run.time.perf_counter", lambda: clock[0])

    class Slow(training.Callback):
        def before_step(self, run):
            clock[0] += 50.0

    class Kill(training.Callback):
        def after_step(self, run):
            if run.step == 4:
                raise KeyError("killed")

    with pytest.raises(KeyError, match="killed"):
        run(tmp_path / "file", epochs=1, callbacks=[Slow(), Kill()], steps=3)
    _, history, _ = run(tmp_path / "file", epochs=1, callbacks=[Slow()])
    assert history["seconds"] == [4 * 50.0]  # of its four steps, of which the last was taken twice


class ByLoss(training.Callback):
    """Steps that depend on the last loss and the last row, which the run has for it."""

    def before_step(self, run):
        if run.batch_loss < 1.0 or run.row.get("loss", 0.0) > 1.0:
            for parameter in run.optimizer.parameters:
                parameter.grad *= -run.batch_loss

    def end(self, run):
        self.row, self.batch_loss = run.row, run.batch_loss


@pytest.mark.parametrize("halt", [1, 4, 7, 9, 16])
def test_what_callbacks_may_look_at_is_there_again(halt, tmp_path):
    expected, _, [looked] = run(tmp_path / "whole", kind=nn.SGD, callbacks=[ByLoss()])
    run(tmp_path / "file", halt=halt, kind=nn.SGD, callbacks=[ByLoss()])
    for _ in range(2):  # the second time it is finished already
        model, history, [again] = run(tmp_path / "file", kind=nn.SGD, callbacks=[ByLoss()])
        assert all(np.array_equal(a, expected.state_dict()[n]) for n, a in model.state_dict().items())
        assert again.row is history.rows[-1] and again.batch_loss == looked.batch_loss
        assert again.row | {"seconds": 0} == looked.row | {"seconds": 0}


@pytest.mark.parametrize("halt", [2, 7])
def test_one_generator_for_everything(halt, tmp_path):
    """Weights, dropout, order and augmentation drawn from the same generator, as a small program does."""

    def whole(path, stop=None):
        rng = np.random.default_rng(3)
        model = nn.Sequential(nn.Linear(2, 5, rng=rng), nn.Dropout(0.5, rng=rng), nn.Linear(5, 1, rng=rng))
        x = np.arange(22.0).reshape(11, 2) / 22
        loader = nn.Loader(x, x[:, :1], 3, rng=rng, augment=lambda x, rng: x + rng.normal(0, 0.1, x.shape))
        callbacks = [training.Checkpoint(path, resume=True), *([Halt(stop)] if stop else [])]
        optimizer = nn.Adam(model.parameters())
        training.fit(model, loader, nn.mse, optimizer, epochs=3, progress=False, callbacks=callbacks)
        return {name: array.tobytes() for name, array in model.state_dict().items()} | {"next": rng.random()}

    expected = whole(tmp_path / "whole")
    whole(tmp_path / "file", halt)
    assert whole(tmp_path / "file") == expected


def test_a_finished_run_is_finished_and_can_be_made_longer(tmp_path):
    expected, whole, _ = run(tmp_path / "whole", epochs=6)
    _, first, _ = run(tmp_path / "file", epochs=4)
    _, same, _ = run(tmp_path / "file", epochs=4)
    assert same.rows == first.rows and len(same.batch_losses) == 16
    model, longer, _ = run(tmp_path / "file", epochs=6)
    assert longer.batch_losses == whole.batch_losses
    assert all(np.array_equal(a, expected.state_dict()[n]) for n, a in model.state_dict().items())


def test_what_is_trained_has_to_be_in_the_model(tmp_path):
    """A temperature that the loss learns: no checkpoint would hold it, and a resumed run ends elsewhere."""
    model, temperature = nn.Linear(2, 2, rng=0), Tensor(np.array(1.0))
    optimizer = nn.SGD([*model.parameters(), temperature])
    x, y = np.eye(2), np.arange(2)
    with pytest.raises(ValueError, match="1 of the optimizer's 3 parameters are not in the model"):
        training.fit(model, (x, y), lambda p, t: nn.cross_entropy(p * temperature, t), optimizer, epochs=1)
    model.temperature = temperature
    checkpoint = training.Checkpoint(tmp_path / "file")
    training.fit(
        model, (x, y), lambda p, t: nn.cross_entropy(p * temperature, t), optimizer, epochs=1,
        callbacks=checkpoint, progress=False,
    )  # fmt: skip
    assert "temperature" in training.read_checkpoint(tmp_path / "file")["model"]


@pytest.mark.parametrize("kind", [training.Checkpoint, training.CSVLog, training.JSONLinesLog])
def test_a_folder_in_place_of_a_file_is_an_error_before_training(kind, tmp_path):
    model = nn.Linear(1, 1)
    before = model.state_dict()
    with pytest.raises(
        IsADirectoryError, match=f"{kind.__name__}: .* is a folder; expected the name of a file"
    ):
        training.fit(
            model, (np.ones((2, 1)), np.ones((2, 1))), nn.mse, nn.SGD(model.parameters()), epochs=1,
            callbacks=[kind(tmp_path)], progress=False,
        )  # fmt: skip
    assert all(np.array_equal(array, before[name]) for name, array in model.state_dict().items())


def pressing(moment, times=1):
    """A callback at whose moment Ctrl-C is pressed."""

    def press(self, run):
        for _ in range(times):
            signal.raise_signal(signal.SIGINT)

    return type("Pressing", (training.Callback,), {moment: press})()


class Jitter:
    """Noise on gradients by somebody who has not heard of states."""

    def __init__(self, parameters):
        self.parameters, self.rng = parameters, np.random.default_rng(4)

    def step(self):
        for parameter in self.parameters:
            parameter.grad += self.rng.normal(0, 0.1, parameter.grad.shape)


@pytest.mark.parametrize("make", [
    lambda parameters: nn.GradientNoise(parameters, rng=3),
    lambda parameters: nn.GradientNoise(parameters, rng=3).step,
    Jitter,
    lambda parameters: Jitter(parameters).step,
], ids=["object", "method", "object without state", "its method"])  # fmt: skip
def test_what_acts_in_every_step_goes_on_where_it_was(make, tmp_path):
    def train(path, *more):
        model = nn.Linear(2, 1, dtype=np.float64, rng=0)
        acting = training.BeforeStep(make(model.parameters()))
        training.fit(
            model, (np.eye(2), np.ones((2, 1))), nn.mse, nn.SGD(model.parameters()), epochs=6, progress=False,
            callbacks=[training.Checkpoint(path, resume=True), acting, *more],
        )  # fmt: skip
        return model.weight.data.tobytes()

    train(tmp_path / "halved", Halt(3))
    assert train(tmp_path / "halved") == train(tmp_path / "whole")


class NoisyLoss:
    def __init__(self):
        self.rng = np.random.default_rng(3)

    def of(self, prediction, target):
        return drawn_loss(prediction, target, self.rng)


class DroppingLoss(nn.Module):
    def __init__(self):
        self.dropout = nn.Dropout(0.5, rng=3)

    def __call__(self, prediction, target):
        return nn.mse(self.dropout(prediction), target)


def drawn_loss(prediction, target, rng):
    return nn.mse(prediction + rng.normal(0, 0.1, prediction.shape), target)


class Jitters(training.Callback):
    def __init__(self):
        self.rngs = [np.random.default_rng(seed) for seed in (1, 2)]

    def before_step(self, run):
        for parameter, rng in zip(run.optimizer.parameters, self.rngs):
            parameter.grad += rng.normal(0, 0.1, parameter.grad.shape)


class Layers(nn.Module):
    def __init__(self):
        self.inner, self.rngs = nn.Linear(2, 1, dtype=np.float64, rng=0), (np.random.default_rng(4), None)

    def __call__(self, x):
        return self.inner(x + self.rngs[0].normal(0, 0.1, x.shape))


@pytest.mark.parametrize("make", [
    lambda: {"loss": NoisyLoss().of},
    lambda: {"loss": functools.partial(drawn_loss, rng=np.random.default_rng(5))},
    lambda: {"loss": functools.partial(NoisyLoss().of)},
    lambda: {"loss": DroppingLoss()},
    lambda: {"callbacks": [Jitters()]},
    lambda: {"model": Layers()},
], ids=["method", "partial", "partial of a method", "module", "list of a callback", "tuple"])  # fmt: skip
def test_generators_wherever_they_are_kept(make, tmp_path):
    def train(path, *more):
        given = {"loss": nn.mse, "callbacks": [], "model": nn.Linear(2, 1, dtype=np.float64, rng=0)} | make()
        training.fit(
            given["model"], (np.eye(2), np.ones((2, 1))), given["loss"], nn.SGD(given["model"].parameters()),
            epochs=6, progress=False, batch_size=1,
            callbacks=[training.Checkpoint(path, resume=True), *given["callbacks"], *more],
        )  # fmt: skip
        return [array.tobytes() for array in given["model"].state_dict().values()]

    train(tmp_path / "halved", Halt(5))
    assert train(tmp_path / "halved") == train(tmp_path / "whole")


def test_ctrl_c_before_the_checkpoint_is_read_still_counts(tmp_path):
    run(tmp_path / "file", halt=6)
    _, history, _ = run(tmp_path / "file", callbacks=[Sum(), pressing("begin")])
    assert history.interrupted and len(history.batch_losses) == 6


def test_ctrl_c_before_the_first_batch_leaves_the_old_file(tmp_path):
    run(tmp_path / "file")
    good = (tmp_path / "file").read_bytes()
    _, history, _ = run(tmp_path / "file", resume=False, callbacks=[pressing("begin")])
    assert history.interrupted and not history.batch_losses
    assert (tmp_path / "file").read_bytes() == good


def test_a_second_ctrl_c_counts_where_the_run_is_stopping_anyway(tmp_path):
    stopping = training.EarlyStopping(patience=0, min_delta=1e9)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "file", callbacks=[stopping, pressing("end", times=2)])
    _, history, _ = run(tmp_path / "other", callbacks=[stopping, pressing("end")])
    assert history.stopped.startswith("early stopping")


@pytest.mark.parametrize("press", ["before", "after"])
def test_ctrl_c_in_the_epoch_that_training_is_stopped_in(press, tmp_path):
    """It ends for that reason, whichever came first: resumed it must not go on."""

    def interrupted():
        return training.EarlyStopping(patience=0, min_delta=1e9), Press()

    class Press(training.Callback):
        def after_epoch(self, run):
            if run.epoch == 2:
                signal.raise_signal(signal.SIGINT)

    _, whole, _ = run(tmp_path / "whole", callbacks=interrupted()[:1])
    _, first, _ = run(tmp_path / "file", callbacks=interrupted()[:: -1 if press == "before" else 1])
    assert first.interrupted and first.stopped == whole.stopped and len(first) == 2
    _, resumed, _ = run(tmp_path / "file", callbacks=interrupted()[:: -1 if press == "before" else 1])
    assert not resumed.interrupted and resumed.stopped == whole.stopped
    assert resumed.batch_losses == whole.batch_losses


def test_without_resume_a_new_run_begins(tmp_path):
    run(tmp_path / "file", halt=7)
    _, history, _ = run(tmp_path / "file", resume=False, epochs=1)
    assert len(history.batch_losses) == 4


def test_early_stopping_is_remembered(tmp_path):
    """Also where the kill comes right after the epoch that it stopped at."""

    def stopping():
        return training.EarlyStopping(patience=0, min_delta=1e9)  # the first epoch is the best

    model, history, [kept] = run(tmp_path / "file", callbacks=[stopping()])
    assert history.stopped == "early stopping: no improvement since epoch 1" and len(history) == 2
    again, resumed, [kept_again] = run(tmp_path / "file", callbacks=[stopping()])
    assert resumed.rows == history.rows and resumed.stopped == history.stopped
    assert all(np.array_equal(a, again.state_dict()[n]) for n, a in model.state_dict().items())
    best, _, _ = run(tmp_path / "other", epochs=1, callbacks=[])
    schedule_of_one_epoch_less_matters_not = best.state_dict()
    assert all(
        np.array_equal(a, schedule_of_one_epoch_less_matters_not[n]) for n, a in model.state_dict().items()
    )


@pytest.mark.parametrize(
    "changes, says",
    [
        ({"width": 7}, "has shape"),
        ({"kind": nn.SGD}, "Adam"),
        ({"callbacks": []}, "callbacks"),
        ({"callbacks": [Sum()]}, "PCG64"),
    ],
)
def test_another_run_is_refused_and_nothing_changes(changes, says, tmp_path):
    run(tmp_path / "file", halt=6)
    content = (tmp_path / "file").read_bytes()
    if "callbacks" in changes and changes["callbacks"]:
        changes["callbacks"][0].rng = np.random.Generator(np.random.Philox(0))
    with pytest.raises(ValueError, match=f"fit: the checkpoint does not fit this run: .*{says}"):
        run(tmp_path / "file", **changes)
    assert (tmp_path / "file").read_bytes() == content


@pytest.mark.parametrize("before, after", [(None, training.accuracy), (training.accuracy, None)])
def test_other_metrics_only_from_a_new_epoch_on(before, after, tmp_path):
    """In the middle of one, they would be means over a part of it."""
    run(tmp_path / "file", halt=6, metrics=before)
    with pytest.raises(ValueError, match="in the middle of its epoch it has the sums of .*'loss'"):
        run(tmp_path / "file", metrics=after)
    run(tmp_path / "file", epochs=2, metrics=before)
    _, history, _ = run(tmp_path / "file", metrics=after)
    assert ["accuracy" in row for row in history.rows] == 2 * [bool(before)] + 2 * [bool(after)]


def test_a_state_that_fits_in_part_is_not_loaded_in_part(tmp_path):
    model, _, _ = run(tmp_path / "file")
    state = training.read_checkpoint(tmp_path / "file")
    loader = nn.Loader(np.zeros((20, 3)), np.zeros((20, 1)), 5)
    other = nn.Sequential(nn.Linear(3, 6, rng=9, dtype=np.float64), nn.Dropout(0.2), nn.Linear(6, 1, rng=8))
    optimizer = nn.Adam(other.parameters())
    fresh = training.Run(other, nn.mse, optimizer, loader, None, {}, [Sum()])
    before = other.state_dict(), optimizer.state_dict(), loader.state_dict()
    for part in ("model", "optimizer", "loader", "callbacks", "random", "progress", "history"):
        broken = {name: value for name, value in state.items() if name != part}
        with pytest.raises(ValueError, match="does not fit"):
            fresh.load_state_dict(broken)
        after = other.state_dict(), optimizer.state_dict(), loader.state_dict()
        assert repr(after) == repr(before)
    assert fresh.step == 0


@pytest.mark.parametrize("damage", ["cut", "bits", "empty", "text", "model"])
def test_a_damaged_file_is_refused(damage, tmp_path):
    path = tmp_path / "file"
    model, _, _ = run(path)
    content = path.read_bytes()
    if damage == "model":
        nn.save(model, path)
    else:
        flipped = bytearray(content)
        flipped[len(content) // 2] ^= 0x10
        path.write_bytes({"cut": content[:-50], "bits": bytes(flipped), "empty": b"", "text": b"no"}[damage])
    with pytest.raises(ValueError, match="Checkpoint: cannot resume: .*'.*file' is .*; remove that file or"):
        run(path)
    _, history, _ = run(path, resume=False, epochs=1)
    assert len(history) == 1


def test_states_of_any_form(tmp_path):
    state = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": [1, -(2**100), 0.1, "é", None, True, [], {}],
        "c": {"d": np.array(3), "e": np.zeros((0, 2)), "f": np.array([True])}, "inf": float("inf"),
        "scalars": [np.float64(0.1), np.int32(3), np.bool_(True)], "pair": (1, 2),
    }  # fmt: skip
    write_state(state, tmp_path / "state")
    found = read_state(tmp_path / "state")
    assert found["b"] == state["b"] and found["inf"] == float("inf") and found["pair"] == [1, 2]
    assert found["scalars"] == [0.1, 3, True]
    for ours, theirs in ((found["a"], state["a"]), *((found["c"][k], state["c"][k]) for k in "def")):
        assert (
            ours.dtype == theirs.dtype and ours.shape == theirs.shape and ours.tobytes() == theirs.tobytes()
        )
    for wrong in ({1: 2}, {"a": object()}, {"a": np.array(["x"])}, {"a": [{"b": lambda: 0}]}):
        with pytest.raises(TypeError, match="write_state: state"):
            write_state(wrong, tmp_path / "other")
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_half_written_files_are_removed_and_no_others(tmp_path):
    run(tmp_path / "file[1]", halt=3)
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    for process in (dead.pid, os.getpid(), 10**30):
        (tmp_path / f"file[1].{process}.0123abcd.tmp").write_bytes(b"half")
    alive = f"file[1].{os.getppid()}.0123abcd.tmp"  # somebody is writing it
    others = [alive, "file1.1.0123abcd.tmp", "file[1].notes.tmp", f"file[1].{dead.pid}.0123abcd"]
    for other in others:
        (tmp_path / other).write_bytes(b"other")
    run(tmp_path / "file[1]")
    assert {p.name for p in tmp_path.iterdir()} == {"file[1]", *others}


def test_a_second_run_with_the_same_file_leaves_the_first_alone(tmp_path):
    """It begins while the first is writing."""
    name = str(tmp_path / "file")
    program = "import sys; from autograd.files import remove_leftovers; remove_leftovers(sys.argv[1])"
    with replacing(name) as file:
        file.write(b"whole")
        subprocess.run([sys.executable, "-c", program, name], check=True, cwd=PROGRAM.parents[2])
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"whole"]


def test_a_full_disk(tmp_path):
    """The limit is that of a file's size, as near to it as a test can come."""
    run(tmp_path / "file", epochs=1)
    good = (tmp_path / "file").read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # Python ignores the signal that comes
    try:
        with pytest.raises(
            OSError, match="Checkpoint: step 4 cannot be saved: File too large; .* is unchanged"
        ) as raised:
            run(tmp_path / "file", epochs=1, resume=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert raised.value.filename == str(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == good and len(list(tmp_path.iterdir())) == 1


def test_no_folder_is_said_at_once(tmp_path):
    for callback in (training.Checkpoint, training.CSVLog, training.JSONLinesLog):
        with pytest.raises(FileNotFoundError, match="no folder"):
            run(tmp_path / "file", callbacks=[callback(tmp_path / "missing" / "file")])
