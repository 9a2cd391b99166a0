"""Saving and loading: round trips, atomicity, and files that are not what they should be."""

import io
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

import nn

MODELS = {
    "tensors": lambda rng: nn.Sequential(
        nn.Linear(4, 3, rng=rng), nn.ReLU(), nn.Linear(3, 2, dtype=float, rng=rng)
    ),
    "values": lambda rng: nn.MLP(2, [3, 1], rng=rng),
}


def same(one, other):
    one, other = one.state_dict(), other.state_dict()
    return list(one) == list(other) and all(
        np.array_equal(one[name], other[name]) and one[name].dtype == other[name].dtype for name in one
    )


@pytest.mark.parametrize("kind", MODELS)
def test_round_trip_to_the_bit(tmp_path, kind):
    model, other = MODELS[kind](1), MODELS[kind](2)
    assert not same(model, other)
    nn.save(model, tmp_path / "model.npz")
    assert nn.load(other, tmp_path / "model.npz") is other
    assert same(model, other)
    assert [path.name for path in tmp_path.iterdir()] == ["model.npz"]


def test_the_name_is_taken_as_it_is_and_numpy_reads_the_file(tmp_path):
    model = MODELS["tensors"](1)
    nn.save(model, str(tmp_path / "model"))
    with np.load(tmp_path / "model", allow_pickle=False) as file:
        assert {name: file[name].tolist() for name in file} == {
            name: array.tolist() for name, array in model.state_dict().items()
        }


def test_a_file_that_numpy_wrote(tmp_path):
    model = MODELS["tensors"](1)
    for write in (np.savez, np.savez_compressed):
        write(tmp_path / "model.npz", **model.state_dict())
        assert same(nn.load(MODELS["tensors"](2), tmp_path / "model.npz"), model)


def test_equal_models_make_equal_files(tmp_path):
    for name in "ab":
        nn.save(MODELS["tensors"](1), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_parameters_by_any_name(tmp_path):
    class Odd(nn.Module):
        def __init__(self, number):
            for name in ("file", "allow_pickle", "a/b", "..", "ä", "x.npy"):
                setattr(self, name, nn.Linear(1, 1, rng=number))

    nn.save(Odd(1), tmp_path / "odd")
    assert same(nn.load(Odd(2), tmp_path / "odd"), Odd(1))


def test_through_a_link_and_with_the_usual_rights(tmp_path):
    (tmp_path / "real.npz").write_text("old")
    (tmp_path / "link.npz").symlink_to("real.npz")
    nn.save(MODELS["values"](1), tmp_path / "link.npz")
    assert (tmp_path / "link.npz").is_symlink() and zipfile.is_zipfile(tmp_path / "real.npz")
    (tmp_path / "plain").touch()
    assert (tmp_path / "real.npz").stat().st_mode == (tmp_path / "plain").stat().st_mode


# What cannot be loaded.


class Bomb:
    """To unpickle it makes a folder: code that runs."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_a_file_with_a_pickle_is_refused_and_not_run(tmp_path):
    model, bomb = nn.Linear(1, 1, rng=0), Bomb(tmp_path / "exploded")
    state = model.state_dict() | {"bias": np.array([bomb], dtype=object)}
    np.savez(tmp_path / "object.npz", **state)
    (tmp_path / "pickle.npz").write_bytes(pickle.dumps(bomb))
    with zipfile.ZipFile(tmp_path / "inside.npz", "w") as archive:
        archive.writestr("weight.npy", pickle.dumps(bomb))
        archive.writestr("bias.npy", pickle.dumps(bomb))
    for name in ("object", "pickle", "inside"):
        with pytest.raises(ValueError, match=rf"load: .*{name}\.npz.* corrupt"):
            nn.load(model, tmp_path / f"{name}.npz")
    with pytest.raises(ValueError, match="[Pp]ickle|Object arrays"):
        nn.load(model, tmp_path / "object.npz")
    assert not (tmp_path / "exploded").exists()
    np.load(tmp_path / "object.npz", allow_pickle=True)["bias"]
    assert (tmp_path / "exploded").exists()  # the bomb works


def test_another_models_file(tmp_path):
    nn.save(nn.Linear(2, 3, rng=0), tmp_path / "a.npz")
    with pytest.raises(ValueError, match=r"a\.npz.*'weight' has shape \(3, 2\) in the state, but \(2, 3\)"):
        nn.load(nn.Linear(3, 2), tmp_path / "a.npz")
    with pytest.raises(ValueError, match=r"a\.npz.*'bias' not known to this Linear"):
        nn.load(nn.Linear(2, 3, bias=False), tmp_path / "a.npz")
    with pytest.raises(ValueError, match=r"a\.npz.*'0.weight', '0.bias' missing"):
        nn.load(nn.Sequential(nn.Linear(2, 3)), tmp_path / "a.npz")


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all" * 100, b"\x93NUMPY\x01\x00"])
def test_no_archive(tmp_path, content):
    (tmp_path / "x.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"load: .*x\.npz.*corrupt"):
        nn.load(nn.Linear(1, 1), tmp_path / "x.npz")


def test_a_missing_file_and_a_missing_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        nn.load(nn.Linear(1, 1), tmp_path / "nowhere.npz")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        nn.save(nn.Linear(1, 1), tmp_path / "nowhere" / "model.npz")


def test_every_truncation_is_an_error_and_leaves_the_model(tmp_path):
    model, other = nn.Linear(3, 2, rng=1), nn.Linear(3, 2, rng=2)
    nn.save(model, tmp_path / "whole")
    content = (tmp_path / "whole").read_bytes()
    for length in range(len(content)):
        (tmp_path / "cut").write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"cut.*corrupt"):
            nn.load(other, tmp_path / "cut")
        assert same(other, nn.Linear(3, 2, rng=2))


@pytest.mark.parametrize("compressed", [False, True])
def test_a_changed_byte_is_an_error_or_changes_nothing(tmp_path, compressed):
    """Every array has a checksum: a file is refused, or loads the right numbers."""
    model = nn.Linear(3, 2, rng=1)
    (np.savez_compressed if compressed else np.savez)(tmp_path / "whole.npz", **model.state_dict())
    content = (tmp_path / "whole.npz").read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for position in range(len(content)):
        changed = bytearray(content)
        changed[position] ^= int(rng.integers(1, 256))
        (tmp_path / "changed.npz").write_bytes(changed)
        other = nn.Linear(3, 2, rng=2)
        try:
            nn.load(other, tmp_path / "changed.npz")
        except ValueError as error:
            refused += 1
            assert "changed.npz" in str(error) and same(other, nn.Linear(3, 2, rng=2))
        else:
            assert same(other, model)
    assert refused > len(content) / 2


def test_an_array_that_says_it_is_huge(tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**15,)})
    with zipfile.ZipFile(tmp_path / "huge.npz", "w") as archive:
        for name in ("weight", "bias"):
            archive.writestr(f"{name}.npy", header.getvalue())
    with pytest.raises(ValueError, match="huge.npz.*corrupt"):
        nn.load(nn.Linear(1, 1), tmp_path / "huge.npz")


# Interrupted while saving.


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, MemoryError, OSError])
@pytest.mark.parametrize("where", ["write_array", "fsync", "replace"])
def test_an_interrupted_save_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, interruption, where):
    path = tmp_path / "model.npz"
    nn.save(nn.Linear(3, 2, rng=1), path)
    old = path.read_bytes()

    def interrupt(*_, **__):
        raise interruption

    monkeypatch.setattr(np.lib.format if where == "write_array" else os, where, interrupt)
    with pytest.raises(interruption):
        nn.save(nn.Linear(3, 2, rng=2), path)
    assert path.read_bytes() == old and [p.name for p in tmp_path.iterdir()] == ["model.npz"]


def test_a_killed_process_leaves_the_old_file_or_the_new_one(tmp_path):
    """SIGKILL at different moments of a process that saves one model after another."""
    program = textwrap.dedent("""
        import sys, numpy as np, nn
        model = nn.Linear(300, 300, rng=0)
        print("ready", flush=True)
        for number in range(10**9):
            model.weight.data[...] = model.bias.data[...] = number
            nn.save(model, sys.argv[1])
    """)
    path = tmp_path / "model.npz"
    model = nn.Linear(300, 300, rng=0)
    model.load_state_dict({"weight": np.full((300, 300), -1), "bias": np.full(300, -1)})
    nn.save(model, path)
    for delay in (0.0, 0.003, 0.01, 0.027, 0.05):
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(path)],
            stdout=subprocess.PIPE,
            cwd=Path(nn.__file__).parent.parent,
        )
        with process:
            assert process.stdout.readline() == b"ready\n"
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
        model = nn.load(nn.Linear(300, 300), path)
        assert model.weight.data.min() == model.weight.data.max() == model.bias.data[0]
