"""Saving and loading: a model's numbers in an npz file, which NumPy can open too.

No pickle: reading a file can never run code. Writing is atomic: a reader, or a crash, finds the old file or
the new one.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from autograd import checks
from autograd.files import replacing

from .module import Module, check_names

M = TypeVar("M", bound=Module)
SUFFIX = ".npy"  # of the arrays inside, as numpy.savez has it
STRUCTURE = "state.json"  # the entry of a nested state that is no array
ARRAY = "array in this archive"  # the key of what stands there in place of an array


def save(model: Module, path: str | os.PathLike[str]) -> None:
    """Write all numbers of ``model`` (its ``state_dict``) to ``path``, an npz file; replaces an old one.

    The structure is not saved: to load, build the same model first.

    >>> import nn, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(nn.Linear(2, 3, rng=1), folder + "/model.npz")
    ...     model = load(nn.Linear(2, 3), folder + "/model.npz")
    >>> np.array_equal(model.weight.data, nn.Linear(2, 3, rng=1).weight.data)
    True
    """
    file_name = checks.path(path, "path", "save")
    with replacing(file_name) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in model.state_dict().items():
            _write(archive, name + SUFFIX, array)


def load(model: M, path: str | os.PathLike[str], allow_nonfinite: bool = False) -> M:
    """Set all numbers of ``model`` from the file that :func:`save` wrote, and give the model back.

    Raises ValueError, and leaves the model as it is, where the file is corrupt, holds Python objects, or is
    another model's, or where a parameter would become nan or inf, unless ``allow_nonfinite`` takes these too.
    """
    with open(checks.path(path, "path", "load"), "rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                entries = {name.removesuffix(SUFFIX): name for name in archive.namelist()}
                check_names(entries, model.state_dict(), type(model).__name__)  # before any data is read
                state = {name: _read(archive, entry) for name, entry in entries.items()}
            model.load_state_dict(state, allow_nonfinite)
        except Exception as error:  # the parsers of zip and npy raise nearly anything on corrupt bytes
            raise ValueError(f"load: {os.fspath(path)!r} does not fit or is corrupt: {error}") from error
    return model


def write_state(state: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write a nested state to ``path``: dicts and lists of arrays, numbers, strings, True, False and None.

    As :func:`save` does, without pickle, atomically; what is no array goes into one JSON entry. TypeError for
    anything else, by its place.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_state({"steps": 3, "means": [np.zeros(2), None]}, folder + "/state")
    ...     read_state(folder + "/state")
    {'steps': 3, 'means': [array([0., 0.]), None]}
    """
    arrays: list[np.ndarray] = []
    text = json.dumps(_without_arrays(state, arrays, "state"))
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        for index, array in enumerate(arrays):
            _write(archive, f"{index}{SUFFIX}", array)
        archive.writestr(STRUCTURE, text)


def read_state(path: str | os.PathLike[str]) -> Any:
    """The state that :func:`write_state` wrote; ValueError where the file is corrupt or something else."""
    with open(checks.path(path, "path", "read_state"), "rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                structure = json.loads(archive.read(STRUCTURE))
                return _with_arrays(structure, archive)
        except Exception as error:  # as in load
            raise ValueError(f"read_state: {os.fspath(path)!r} is no state or corrupt: {error}") from error


def _without_arrays(part: Any, arrays: list[np.ndarray], where: str) -> Any:
    """The same as JSON can hold it: numbers of NumPy are Python's, and arrays stand aside."""
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


def _with_arrays(part: Any, archive: zipfile.ZipFile) -> Any:
    if isinstance(part, dict):
        if ARRAY in part:
            return _read(archive, f"{part[ARRAY]}{SUFFIX}")
        return {key: _with_arrays(each, archive) for key, each in part.items()}
    return [_with_arrays(each, archive) for each in part] if isinstance(part, list) else part


def _write(archive: zipfile.ZipFile, entry: str, array: np.ndarray) -> None:
    with archive.open(entry, "w", force_zip64=True) as file:
        np.lib.format.write_array(file, array, allow_pickle=False)


def _read(archive: zipfile.ZipFile, entry: str) -> np.ndarray:
    with archive.open(entry) as file:
        array: np.ndarray = np.lib.format.read_array(file, allow_pickle=False)
        if file.read(1):  # at the end the checksum is verified
            raise ValueError(f"{entry} is longer than the array in it")
        return array
