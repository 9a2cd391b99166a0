"""Files: written completely or not at all, and only regular files are read or replaced."""

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
    """Convert to a Path. Anything but a path is a TypeError (``open`` would take True as standard output).

    >>> path_of(True, "load")
    Traceback (most recent call last):
    TypeError: load: path is True; expected the name of a file, as text or as a pathlib.Path
    """
    return checks.path(path, "path", caller)


def regular(path: Any, caller: str) -> Path:
    """Check that a path leads to a regular file, or to nothing, and return it.

    A folder is an IsADirectoryError. A device, a pipe or a socket, which would be read without end or
    replaced by a file, is an ``io.UnsupportedOperation``, which is both an OSError and a ValueError.
    """
    path = path_of(path, caller)
    try:
        mode = path.stat().st_mode
    except OSError:  # opening it will report why it cannot be opened
        return path
    except ValueError as error:
        raise ValueError(f"{caller}: {str(path)!r} cannot be the name of a file: {error}") from None
    if stat.S_ISDIR(mode):
        said = f"{caller}: the path is a folder; expected the name of a file"
        raise IsADirectoryError(errno.EISDIR, said, str(path))
    if not stat.S_ISREG(mode):
        kind = "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
        said = f"{caller}: the path is {kind}, not a regular file; expected the name of a file"
        raise UnsupportedOperation(errno.EINVAL, said, str(path))
    return path


def opened(path: Any, caller: str) -> BinaryIO:
    """Open a regular file for reading."""
    return regular(path, caller).open("rb")


def destination(path: Any, caller: str, endings: Sequence[str] = ()) -> Path:
    """Check that a file can be written to a path with one of ``endings``, in a folder that exists.

    Another ending is a ValueError, a missing folder a FileNotFoundError; the rest is as in :func:`regular`.
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
    """Open a file for writing that replaces ``path`` when the block ends without an error.

    A reader, or a crash at any moment, finds either the old file or the new one. A link is followed, and its
    target replaced. Anything but a regular file is refused (:func:`regular`).

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(f"{folder}/note") as file:
    ...         _ = file.write(b"whole")
    ...     os.listdir(folder)
    ['note']
    """
    target = os.path.realpath(regular(path, caller))
    # In the same folder, so that os.replace is atomic.
    beside = f"{target}.{os.getpid()}.{os.urandom(4).hex()}.tmp"
    try:
        with open(beside, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    except BaseException as error:  # even Ctrl-C must not leave half a file behind
        with suppress(OSError):
            os.remove(beside)
        # The temporary name means nothing to the user, and a failed write (on a full disk) names no file.
        if isinstance(error, OSError) and error.errno and error.filename in (beside, None):
            old = "" if error.filename else "; the old file, if there was one, is unchanged"
            raise type(error)(error.errno, f"{error.strerror}{old}", os.fspath(path)) from None
        raise


def remove_leftovers(path: str | os.PathLike[str]) -> None:
    """Remove the temporary files of :func:`replacing` that a killed process left when it wrote ``path``.

    Files that a live process is writing are left alone.
    """
    folder, name = os.path.split(os.path.realpath(path))
    for found in os.listdir(folder):
        match = re.fullmatch(re.escape(name) + r"\.(\d+)\.[0-9a-f]{8}\.tmp", found)
        if match and not _alive(int(match[1])):
            with suppress(OSError):
                os.remove(os.path.join(folder, found))


def _alive(process: int) -> bool:
    """Tell whether it is another process that is still running."""
    if process == os.getpid():  # in a container, a killed run may have had the same id
        return False
    if os.name != "posix":  # os.kill would send Ctrl-C; but open files cannot be removed there anyway
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True
