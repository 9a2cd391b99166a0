"""Files appear whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A file to write that takes the place of ``path`` when the block ends well.

    A reader, or a crash at any moment, finds the old file or the new one.
    Through a link, the file that it leads to is replaced.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(f"{folder}/note") as file:
    ...         _ = file.write(b"whole")
    ...     os.listdir(folder)
    ['note']
    """
    target = os.path.realpath(path)
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
