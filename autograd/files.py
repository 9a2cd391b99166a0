"""Files: they appear whole or not at all, and what is read or replaced is a file and nothing else."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import UnsupportedOperation
from pathlib import Path
from typing import Any, BinaryIO

from . import checks


def path_of(path: Any, caller: str) -> Path:
    """A path as one; TypeError for anything else: ``open`` takes True for the standard output.

    >>> path_of(True, "load")
    Traceback (most recent call last):
    TypeError: load: path is True; expected the name of a file, as text or as a pathlib.Path
    """
    return checks.path(path, "path", caller)


def regular(path: Any, caller: str) -> Path:
    """A path that leads to a regular file, or to nothing.

    A folder is an IsADirectoryError; a device, a pipe or a socket, which would be read without end or
    replaced by a file, is an ``io.UnsupportedOperation``, which is an OSError and a ValueError.
    """
    path = path_of(path, caller)
    try:
        mode = path.stat().st_mode
    except OSError:  # whoever opens it says why it cannot be opened
        return path
    except ValueError as error:
        raise ValueError(f"{caller}: {str(path)!r} cannot be the name of a file: {error}") from None
    if stat.S_ISDIR(mode):
        said = f"{caller}: what is there is a folder; expected the name of a file"
        raise IsADirectoryError(errno.EISDIR, said, str(path))
    if not stat.S_ISREG(mode):
        kind = "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
        said = f"{caller}: what is there is {kind}, not a regular file; expected the name of a file"
        raise UnsupportedOperation(errno.EINVAL, said, str(path))
    return path


def opened(path: Any, caller: str) -> BinaryIO:
    """A regular file, open to be read."""
    return regular(path, caller).open("rb")


def destination(path: Any, caller: str, endings: Sequence[str] = ()) -> Path:
    """A path that a file can be written to: it ends in one of ``endings``, in a folder that exists.

    ValueError for another ending, FileNotFoundError for no folder, and the errors of :func:`regular`.
    """
    path = regular(path, caller)
    if endings and path.suffix.lower() not in endings:
        *others, last = endings
        listed = f"{', '.join(others)} or {last}" if others else last
        raise ValueError(f"{caller}: the path {str(path)!r} must end in {listed}, not {path.suffix!r}")
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"{caller}: there is no folder {str(path.parent)!r}; make it first")
    return path


@contextmanager
def replacing(path: str | os.PathLike[str], caller: str = "save") -> Iterator[BinaryIO]:
    """A file to write that takes the place of ``path`` when the block ends well.

    A reader, or a crash at any moment, finds the old file or the new one.
    Through a link, the file that it leads to is replaced. What is there and no regular file is refused
    (:func:`regular`).

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(f"{folder}/note") as file:
    ...         _ = file.write(b"whole")
    ...     os.listdir(folder)
    ['note']
    """
    target = os.path.realpath(regular(path, caller))
    # In the same folder, where os.replace is one atomic step.
    beside = f"{target}.{os.getpid()}.{os.urandom(4).hex()}.tmp"
    try:
        with open(beside, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    except BaseException as error:  # Ctrl-C too must not leave half a file behind
        with suppress(OSError):
            os.remove(beside)
        # Of the other name nobody has heard; and a write that fails, on a full disk, has no name to say.
        if isinstance(error, OSError) and error.errno and error.filename in (beside, None):
            old = "" if error.filename else "; the file of that name, if there was one, is as it was"
            raise type(error)(error.errno, f"{error.strerror}{old}", os.fspath(path)) from None
        raise


def remove_leftovers(path: str | os.PathLike[str]) -> None:
    """Remove what :func:`replacing` could not, because the process was killed while it wrote ``path``.

    What another process that is alive is writing is left alone.
    """
    folder, name = os.path.split(os.path.realpath(path))
    for found in os.listdir(folder):
        match = re.fullmatch(re.escape(name) + r"\.(\d+)\.[0-9a-f]{8}\.tmp", found)
        if match and not _alive(int(match[1])):
            with suppress(OSError):
                os.remove(os.path.join(folder, found))


def _alive(process: int) -> bool:
    """Whether it is another process that runs."""
    if process == os.getpid():  # in a container, that of a killed run may have been the same
        return False
    if os.name != "posix":  # to ask would be to send it Ctrl-C; but there no open file can be removed
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True
