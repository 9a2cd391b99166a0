"""Saving and loading: round trips, atomicity, and files that are not what they should be."""

import contextlib
import io
import itertools
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Value
from nn import serialization
from nn.serialization import read_state, write_state

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


# A small file that would become a large one.


def packed(path, entries, compression=zipfile.ZIP_DEFLATED):
    """An archive of entries given in parts."""
    with zipfile.ZipFile(path, "w", compression, compresslevel=1) as archive:
        for name, parts in entries.items():
            with archive.open(name, "w", force_zip64=True) as file:
                for part in parts:
                    file.write(part)
    return path


def header(shape, dtype="<f4"):
    written = io.BytesIO()
    about = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(written, about)
    return written.getvalue()


@contextlib.contextmanager
def little_memory(most=10e6):
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


MEGABYTE = bytes(2**20)


@pytest.mark.parametrize(
    "entries, says",
    [
        (
            {"weight.npy": [header((2**28,))], "bias.npy": [header((1,)), b"\0" * 4]},
            r"'weight' has shape \(268",
        ),
        (
            {"weight.npy": [header((1, 1), "<U268435456")], "bias.npy": [header((1,))]},
            "'weight' is of dtype <U",
        ),
        ({"weight.npy": [header((1, 1))], "bias.npy": [header((2**27,), "<f8")]}, "'bias' has shape"),
        (
            {"weight.npy": [b"\x93NUMPY\x02\x00\x00\x00\x00\x10"], "bias.npy": [header((1,))]},
            "has a format that",
        ),
        ({"weight.npy": [b"\x93NUMPY\x01\x00"], "bias.npy": [header((1,))]}, "corrupt"),
        (
            {"weight.npy": [header((1, 1))], "bias.npy": [header((1,)), b"\0" * 4]},
            "weight.npy is longer than",
        ),
    ],
    ids=["shape", "dtype", "another", "header", "no header", "behind the array"],
)
def test_a_file_that_unpacks_to_a_gigabyte_is_refused_before_it_does(tmp_path, entries, says):
    entries = {
        **entries,
        "weight.npy": itertools.chain(entries["weight.npy"], itertools.repeat(MEGABYTE, 64)),
    }
    path = packed(tmp_path / "bomb.npz", entries)
    assert path.stat().st_size < 2**20
    model = nn.Linear(1, 1, rng=0)
    with little_memory(), pytest.raises(ValueError, match=f"load: .*bomb.npz.*{says}"):
        nn.load(model, path)
    assert same(model, nn.Linear(1, 1, rng=0))


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressed_as_numpy_never_does(tmp_path, compression):
    """Python unpacks these a whole block at a time, whatever was asked for."""
    entries = {"weight.npy": [header((1, 1)), b"\0" * 4], "bias.npy": [header((1,)), b"\0" * 4]}
    with pytest.raises(ValueError, match="weight.npy is compressed in a way that NumPy does not use"):
        nn.load(nn.Linear(1, 1), packed(tmp_path / "packed.npz", entries, compression))


STATE = {"a": np.arange(3.0), "b": [np.zeros(2, np.int8), 1]}


def edited(path, text=None, arrays=None, compression=zipfile.ZIP_STORED):
    """A state file whose text, or arrays by their number, are others."""
    write_state(STATE, path)
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    if text is not None:
        entries["state.json"] = text
    return packed(
        path, {name: [content] for name, content in (entries | (arrays or {})).items()}, compression
    )


@pytest.mark.parametrize(
    "changes, says",
    [
        (
            {"text": b" " * 2**27, "compression": zipfile.ZIP_DEFLATED},
            "it is compressed, which write_state never",
        ),
        ({"compression": zipfile.ZIP_LZMA}, "it is compressed"),
        ({"text": b" " * (2**26 + 1)}, "state.json has 67,108,865 bytes; at most 67,108,864 are read"),
        ({"text": b"[" * 100_000}, "recursion"),
        (
            {"text": b'[{"array in this archive": 0}, {"array in this archive": 0}]'},
            "0.npy occurs in two places",
        ),
        ({"text": b'[{"array in this archive": 7}]'}, "no item named '7.npy'"),
        ({"text": b'[{"array in this archive": [1]}]'}, "no item named"),
        ({"arrays": {"0.npy": header((2**28,))}}, "claims to have float32 of shape"),
        ({"arrays": {"0.npy": header((2**40, 2**40))}}, "claims to have float32 of shape"),
        ({"arrays": {"0.npy": header((2,), "<U2")}}, "claims to have <U2 of shape"),
        ({"arrays": {"0.npy": header((2,), "<M8[s]") + bytes(16)}}, "claims to have datetime64"),
    ],
)
def test_a_state_takes_no_more_memory_than_its_file(tmp_path, changes, says):
    path = edited(tmp_path / "state", **changes)
    with (
        little_memory(20e6),
        pytest.raises(ValueError, match=f"(?s)read_state: .*state' is not a state .*{says}"),
    ):
        read_state(path)


def test_entries_that_lie_within_each_other(tmp_path):
    """One listed four times: so an archive could unpack to the square of its size."""
    path = tmp_path / "state"
    write_state({"a": np.zeros(10_000)}, path)
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        begin = archive.start_dir
    end = content.rindex(b"PK\x05\x06")
    entry = content[begin : content.index(b"PK\x01\x02", begin + 1)]
    listed = content[begin:end] + entry * 3
    closing = bytearray(content[end:])
    closing[8:12] = (5).to_bytes(2, "little") * 2
    closing[12:16] = len(listed).to_bytes(4, "little")
    path.write_bytes(content[:begin] + listed + bytes(closing))
    with pytest.raises(ValueError, match="its parts together are longer than the file"):
        read_state(path)


def test_a_text_that_could_not_be_read_again_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(serialization, "MOST_TEXT", 1_000)
    write_state(["x" * 900], tmp_path / "state")
    with pytest.raises(
        ValueError, match="write_state: everything but arrays takes 1,104 bytes, and at most 1,000"
    ):
        write_state(["x" * 1_100], tmp_path / "state")
    assert read_state(tmp_path / "state") == ["x" * 900]


# Names that no file can hold.


class Named(nn.Module):
    def __init__(self, *names):
        self.parts = {name: Value(float(i)) for i, name in enumerate(names)}


def test_half_a_surrogate_pair_in_a_name(tmp_path):
    nn.save(Named("a\ud800", "b"), tmp_path / "model.npz")
    with zipfile.ZipFile(tmp_path / "model.npz") as archive:
        assert archive.namelist() == ["parts.a�.npy", "parts.b.npy"]
    other = Named("b", "a\ud800")
    nn.load(other, tmp_path / "model.npz")
    assert [each.data for each in other.parts.values()] == [1.0, 0.0]
    write_state({"a\ud800": "\udfff"}, tmp_path / "state")
    assert read_state(tmp_path / "state") == {"a\ud800": "\udfff"}


@pytest.mark.parametrize("names", [("a\ud800", "a\udfff"), ("a\0b",), ("a\ud800", "a�")])
def test_names_that_would_not_come_back(tmp_path, names):
    with pytest.raises(ValueError, match="save: the name 'parts.a.*rename that parameter"):
        nn.save(Named(*names), tmp_path / "model.npz")
    assert not list(tmp_path.iterdir())
