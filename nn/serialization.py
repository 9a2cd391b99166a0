"""Saving and loading: a model's numbers in an npz file, which NumPy can open too.

No pickle: reading a file can never run code. Writing is atomic: a reader, or a crash, finds the old file or
the new one.
"""

from __future__ import annotations

import os
import zipfile
from typing import TypeVar

import numpy as np

from autograd.files import replacing

from .module import Module, check_names

M = TypeVar("M", bound=Module)
SUFFIX = ".npy"  # of the arrays inside, as numpy.savez has it


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
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in model.state_dict().items():
            with archive.open(name + SUFFIX, "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)


def load(model: M, path: str | os.PathLike[str]) -> M:
    """Set all numbers of ``model`` from the file that :func:`save` wrote, and give the model back.

    Raises ValueError, and leaves the model as it is, where the file is corrupt, holds Python objects, or is
    another model's.
    """
    with open(path, "rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                entries = {name.removesuffix(SUFFIX): name for name in archive.namelist()}
                check_names(entries, model.state_dict(), type(model).__name__)  # before any data is read
                state = {name: _read(archive, entry) for name, entry in entries.items()}
            model.load_state_dict(state)
        except Exception as error:  # the parsers of zip and npy raise nearly anything on corrupt bytes
            raise ValueError(f"load: {os.fspath(path)!r} does not fit or is corrupt: {error}") from error
    return model


def _read(archive: zipfile.ZipFile, entry: str) -> np.ndarray:
    with archive.open(entry) as file:
        array: np.ndarray = np.lib.format.read_array(file, allow_pickle=False)
        if file.read(1):  # at the end the checksum is verified
            raise ValueError(f"{entry} is longer than the array in it")
        return array
