"""Save and load a model's numbers in an npz file, which NumPy can open too.

There is no pickle, so reading a file can never run code. Writing is atomic: a reader, or a crash, finds the
old file or the new one.
"""

from __future__ import annotations

import json
import math
import os
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import numpy as np

from autograd.files import opened, replacing
from autograd.text import printable

from .checks import instance
from .module import Module, check_array, check_names

M = TypeVar("M", bound=Module)
SUFFIX = ".npy"  # of the arrays in the archive, as in numpy.savez
STRUCTURE = "state.json"  # the entry with the part of a nested state that is not arrays
ARRAY = "array in this archive"  # the key that refers to an array
MOST_TEXT = 2**26  # bytes of that entry; the rows of 100,000 epochs take a quarter of it


def save(model: Module, path: str | os.PathLike[str]) -> None:
    """Write all numbers of ``model`` (its ``state_dict``) to ``path``, an npz file; replace an old one.

    The structure is not saved: to load, build the same model first.

    >>> import nn, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(nn.Linear(2, 3, rng=1), folder + "/model.npz")
    ...     model = load(nn.Linear(2, 3), folder + "/model.npz")
    >>> np.array_equal(model.weight.data, nn.Linear(2, 3, rng=1).weight.data)
    True
    """
    state = instance(model, Module, "model", "save", "an nn.Module").state_dict()
    entries = _entries(state, "save")
    with replacing(path, "save") as file, zipfile.ZipFile(file, "w") as archive:
        for entry, name in entries.items():
            _write(archive, entry, state[name])


def load(model: M, path: str | os.PathLike[str], allow_nonfinite: bool = False) -> M:
    """Set all numbers of ``model`` from a file that :func:`save` wrote, and return the model.

    Raises ValueError, and leaves the model as it is, if the file is corrupt, contains Python objects or
    belongs to another model, or if a parameter would become nan or inf (unless ``allow_nonfinite``). Names,
    shapes and dtypes are compared first, so a small file that unpacks to a huge one is rejected unread.
    """
    own = instance(model, Module, "model", "load", "an nn.Module").state_dict()
    names = _entries(own, "load")
    with opened(path, "load") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                found = {names.get(entry, entry.removesuffix(SUFFIX)): entry for entry in archive.namelist()}
                check_names(found, own, type(model).__name__)
                for name, entry in found.items():
                    check_array(name, *_header(archive, entry), own[name], type(model).__name__)
                state = {name: _read(archive, entry) for name, entry in found.items()}
            model.load_state_dict(state, allow_nonfinite)
        except Exception as error:  # the parsers of zip and npy raise nearly anything on corrupt bytes
            raise ValueError(f"load: {os.fspath(path)!r} does not fit or is corrupt: {error}") from error
    return model


def write_state(state: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write a nested state to ``path``: dicts and lists of arrays, numbers, strings, True, False and None.

    Works as :func:`save`, atomically and without pickle; everything but arrays goes into one JSON entry.
    TypeError for anything else, with its place.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_state({"steps": 3, "means": [np.zeros(2), None]}, folder + "/state")
    ...     read_state(folder + "/state")
    {'steps': 3, 'means': [array([0., 0.]), None]}
    """
    arrays: list[np.ndarray] = []
    text = json.dumps(_without_arrays(state, arrays, "state"))
    if len(text) > MOST_TEXT:
        raise ValueError(
            f"write_state: everything but arrays takes {len(text):,} bytes, and at most {MOST_TEXT:,} are "
            "read; keep long lists of numbers as arrays"
        )
    with replacing(path, "write_state") as file, zipfile.ZipFile(file, "w") as archive:
        for index, array in enumerate(arrays):
            _write(archive, f"{index}{SUFFIX}", array)
        archive.writestr(STRUCTURE, text)


def read_state(path: str | os.PathLike[str], caller: str = "read_state") -> Any:
    """Read a state that :func:`write_state` wrote; ValueError if the file is corrupt or something else.

    Compressed files are rejected, so reading takes no more memory than the length of the file.
    """
    with opened(path, caller) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
                if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                    raise ValueError("it is compressed, which write_state never does")
                if sum(entry.file_size for entry in entries) > os.fstat(file.fileno()).st_size:
                    raise ValueError("its parts together are longer than the file")
                size = archive.getinfo(STRUCTURE).file_size
                if size > MOST_TEXT:
                    raise ValueError(f"{STRUCTURE} has {size:,} bytes; at most {MOST_TEXT:,} are read")
                return _with_arrays(json.loads(archive.read(STRUCTURE)), archive, set())
        except Exception as error:  # as in load
            raise ValueError(
                f"{caller}: the path {os.fspath(path)!r} is not a state or is corrupt: {error}"
            ) from error


def _without_arrays(part: Any, arrays: list[np.ndarray], where: str) -> Any:
    """Convert the state to JSON types: NumPy's numbers to Python's, arrays to references into ``arrays``."""
    if isinstance(part, np.ndarray) and part.dtype.kind in "biuf":
        arrays.append(part)
        return {ARRAY: len(arrays) - 1}
    if isinstance(part, Mapping):
        for key in part:
            if not isinstance(key, str) or key == ARRAY:
                raise TypeError(f"write_state: {where} has the key {key!r}; expected strings")
        return {key: _without_arrays(each, arrays, f"{where}[{key!r}]") for key, each in part.items()}
    if isinstance(part, (list, tuple)):
        return [_without_arrays(each, arrays, f"{where}[{i}]") for i, each in enumerate(part)]
    if isinstance(part, np.generic) and part.dtype.kind in "biuf":
        return part.item()
    if part is None or isinstance(part, (bool, int, float, str)):
        return part
    raise TypeError(
        f"write_state: {where} is of type {type(part).__name__}; expected arrays of numbers, numbers, "
        "strings, bools, None, and dicts and lists of those"
    )


def _with_arrays(part: Any, archive: zipfile.ZipFile, used: set[str]) -> Any:
    if isinstance(part, dict):
        if ARRAY in part:
            entry = f"{part[ARRAY]}{SUFFIX}"
            if entry in used:
                raise ValueError(f"{entry} occurs in two places")
            used.add(entry)
            shape, dtype = _header(archive, entry)
            if (
                dtype.kind not in "biuf"
                or math.prod(shape) * dtype.itemsize > archive.getinfo(entry).file_size
            ):
                raise ValueError(f"{entry} claims to have {dtype} of shape {shape}, but does not")
            return _read(archive, entry)
        return {key: _with_arrays(each, archive, used) for key, each in part.items()}
    return [_with_arrays(each, archive, used) for each in part] if isinstance(part, list) else part


def _entries(names: Iterable[str], caller: str) -> dict[str, str]:
    """Map entries in a file to the names of a model's arrays; half a surrogate pair becomes �."""
    entries: dict[str, str] = {}
    for name in names:
        entry = printable(name) + SUFFIX
        if entry in entries or zipfile.ZipInfo(entry).filename != entry:
            raise ValueError(
                f"{caller}: the name {name!r} is invalid in a file, or is used twice; rename that parameter"
            )
        entries[entry] = name
    return entries


def _write(archive: zipfile.ZipFile, entry: str, array: np.ndarray) -> None:
    with archive.open(entry, "w", force_zip64=True) as file:
        np.lib.format.write_array(file, array, allow_pickle=False)


def _header(archive: zipfile.ZipFile, entry: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return the shape and dtype of an array in the file, without reading it."""
    if archive.getinfo(entry).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{entry} is compressed in a way that NumPy does not use")
    with archive.open(entry) as file:
        if np.lib.format.read_magic(file) != (1, 0):  # other versions allow headers of any length
            raise ValueError(f"{entry} has a format that arrays of numbers do not need")
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype.hasobject:
        raise ValueError(f"{entry} holds Python objects, a pickle, which is never read")
    return shape, dtype


def _read(archive: zipfile.ZipFile, entry: str) -> np.ndarray:
    """Read an array whose header was checked: its memory is allocated before the first byte is read."""
    with archive.open(entry) as file:
        array: np.ndarray = np.lib.format.read_array(file, allow_pickle=False)
        if file.read(1):  # reading to the end verifies the checksum
            raise ValueError(f"{entry} is longer than the array in it")
        return array
