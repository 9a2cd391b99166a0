"""Files: what is read and what is replaced is a regular file, whoever reads or replaces it."""

import gzip
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, files
from demos import idx, page
from demos.exercises import scores
from nn import training
from nn.serialization import read_state, write_state


def begun(callback):
    """A run of one step with that callback, which says at once that there is nothing to write to."""
    model = nn.Linear(1, 1)
    training.fit(
        model, (np.ones((2, 1)), np.ones((2, 1))), nn.mse, nn.SGD(model.parameters()), epochs=1,
        callbacks=[callback], progress=False,
    )  # fmt: skip


def filmed():
    model = nn.MLP(1, [1], rng=0)
    film = autograd.film(model)
    film.record(1.0)
    return film


def history():
    made = training.History()
    made.rows = [{"epoch": 1, "step": 1, "loss": 0.5, "lr": 0.1, "seconds": 0.0}]
    made.batch_losses = [0.5]
    return made


READERS = {
    "load": lambda path: nn.load(nn.Linear(1, 1), path),
    "read_state": read_state,
    "read_checkpoint": training.read_checkpoint,
    "resume": lambda path: begun(training.Checkpoint(path, resume=True)),
    "read_idx": lambda path: idx.read_idx(path, idx.LABELS),
    "scores": scores.read,
}
WRITERS = {
    "save": lambda path: nn.save(nn.Linear(1, 1), path),
    "write_state": lambda path: write_state({"steps": 1}, path),
    "Checkpoint": lambda path: begun(training.Checkpoint(path)),
    "CSVLog": lambda path: begun(training.CSVLog(path)),
    "JSONLinesLog": lambda path: begun(training.JSONLinesLog(path)),
    "stepper": lambda path: autograd.stepper(Value(1.0).tanh()).save(path),
    "film": lambda path: filmed().save(path),
    "svg": lambda path: autograd.draw(Value(1.0).tanh()).save(path),
    "history": lambda path: history().plot(path),
    "schedule": lambda path: nn.Cosine(nn.SGD([Value(1.0)]), 10).plot(path),
    "page": lambda path: page.write(path, [page.Section("one", "One", [])]),
    "scores": lambda path: scores.add(path, "one", 1, 1),
}
ENDINGS = {"stepper": ".html", "film": ".html", "svg": ".svg", "history": ".png", "schedule": ".svg"}
EVERYONE = pytest.mark.parametrize(
    "call, ending",
    [(READERS[name], ".x") for name in READERS]
    + [(WRITERS[name], ENDINGS.get(name, ".x")) for name in WRITERS],
    ids=[f"{name} reads" for name in READERS] + [f"{name} writes" for name in WRITERS],
)


@pytest.fixture
def device():
    """A device that nothing can replace, whatever the code does: in /dev/pts no file can be made."""
    master, slave = os.openpty()
    yield os.ttyname(slave)
    os.close(master)
    os.close(slave)


@EVERYONE
def test_what_is_no_regular_file_is_refused_and_stays_what_it_is(call, ending, tmp_path, device):
    """The device by a link, which has the ending that is asked for."""
    places = {kind: tmp_path / f"{kind}{ending}" for kind in ("device", "pipe", "socket")}
    places["device"].symlink_to(device)
    os.mkfifo(places["pipe"])
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(places["socket"]))
        before = {path: stat.S_IFMT(path.stat().st_mode) for path in places.values()}
        for kind, path in places.items():
            with pytest.raises(OSError, match=f": the path is a {kind}, not a regular file") as raised:
                call(path)
            assert isinstance(raised.value, ValueError) and raised.value.filename == str(path)
        assert before == {path: stat.S_IFMT(path.stat().st_mode) for path in places.values()}
    assert sorted(tmp_path.iterdir()) == sorted(places.values())


@pytest.mark.parametrize("name", ["load", "read_state", "read_checkpoint", "read_idx", "scores"])
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/full", "/dev/null", "/dev/stdin"])
def test_devices_are_not_read_without_end(name, device):
    with pytest.raises(OSError, match="not a regular file"):
        READERS[name](Path(device))


@EVERYONE
def test_a_folder_is_refused(call, ending, tmp_path):
    folder = tmp_path / f"folder{ending}"
    folder.mkdir()
    with pytest.raises(IsADirectoryError, match="the path is a folder; expected the name of a file"):
        call(folder)
    assert list(tmp_path.iterdir()) == [folder] and list(folder.iterdir()) == []


@EVERYONE
def test_a_file_by_its_number_is_none(call, ending):
    """``open(True)`` is the standard output, and closes it afterwards."""
    for number in (True, False, 0, 1, 2, np.int64(1), None, 1.5, [], object()):
        with pytest.raises(TypeError, match=r"\w+: path is .*; expected the name of a file"):
            call(number)
        for standard in (0, 1, 2):
            os.fstat(standard)


@EVERYONE
def test_names_that_no_file_can_have(call, ending, tmp_path):
    for letter in ("\0", "\ud800"):
        with pytest.raises(ValueError, match="cannot be the name of a file"):
            call(tmp_path / f"a{letter}b{ending}")
    assert not list(tmp_path.iterdir())


def test_standard_output_by_its_path_is_no_file(tmp_path):
    program = "import nn; nn.save(nn.Linear(1, 1), '/dev/stdout')"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(nn.__file__).parents[1]
    )
    assert done.returncode == 1 and "save: the path is a pipe, not a regular file" in done.stderr


def test_a_path_of_bytes_is_one(tmp_path):
    path = os.fsencode(tmp_path / "model.npz")
    model = nn.Linear(2, 1, rng=0)
    nn.save(model, path)
    assert [each.name for each in tmp_path.iterdir()] == ["model.npz"]
    assert np.array_equal(nn.load(nn.Linear(2, 1, rng=1), path).weight.data, model.weight.data)


def test_a_device_that_came_meanwhile_is_left_alone(tmp_path, device):
    """A run that began with a file there: at its end there is a link to a device."""
    path = tmp_path / "run.checkpoint"

    class Swap(training.Callback):
        def after_step(self, run):
            path.unlink(missing_ok=True)
            path.symlink_to(device)

    model = nn.Linear(1, 1)
    with pytest.raises(OSError, match="Checkpoint: step 1 cannot be saved: .*not a regular file"):
        training.fit(
            model, (np.ones((2, 1)), np.ones((2, 1))), nn.mse, nn.SGD(model.parameters()), epochs=1,
            callbacks=[training.Checkpoint(path), Swap()], progress=False,
        )  # fmt: skip
    assert stat.S_ISCHR(path.stat().st_mode)


def test_a_file_that_is_replaced_in_the_folder_one_is_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with files.replacing("note") as file:
        file.write(b"whole")
    with files.opened("note", "read") as file:
        assert file.read() == b"whole"
    gzip.open("note", "wb").close()
    assert files.destination("note", "save") == Path("note")
