"""The scores of the exercises, kept in a file: one record for each exercise played to its end."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from autograd.files import opened, replacing
from demos.command import DemoError

FORMAT = "stepgrad exercise scores, 1"


@dataclass(frozen=True)
class Record:
    """Right predictions out of ``of``, in the best and the last try; the number of tries, the last time."""

    best: int
    last: int
    of: int
    tries: int
    when: str

    @property
    def perfect(self) -> bool:
        """Whether every prediction was right in one try."""
        return self.best == self.of


Records = dict[str, Record]


def read(path: Path) -> Records:
    """Read the records of a file, by the name of the exercise; none if there is no file.

    Raise DemoError for a file that holds something else or is damaged.
    """
    try:
        with opened(path, "scores") as file:
            content = file.read()
    except FileNotFoundError:
        return {}
    try:
        found = json.loads(content)
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise ValueError(f'it does not say "format": "{FORMAT}"')
        if not isinstance(found.get("exercises"), dict):
            raise ValueError("it has no exercises")
        return {name: _record(name, fields) for name, fields in found["exercises"].items()}
    except (ValueError, TypeError, RecursionError) as error:
        raise DemoError(
            f"{path} is not a score file, or damaged ({error}); it was left unchanged: repair it, move it "
            "away, or choose another --out"
        ) from None


def add(path: Path, name: str, right: int, of: int) -> Record:
    """Add the result of one more try to the file, atomically."""
    records = read(path)  # again: another terminal may have changed the file meanwhile
    known = records.get(name)
    if known is not None and known.of != of:
        known = None  # the exercise has changed since
    when = datetime.now(timezone.utc).isoformat(timespec="seconds")
    best, tries = (max(known.best, right), known.tries + 1) if known else (right, 1)
    records[name] = Record(best, right, of, tries, when)
    content = {"format": FORMAT, "exercises": {each: asdict(record) for each, record in records.items()}}
    with replacing(path) as file:
        file.write(json.dumps(content, indent=1).encode())
    return records[name]


def _record(name: str, fields: dict[str, Any]) -> Record:
    record = Record(**fields)
    datetime.fromisoformat(record.when)
    counts = record.best, record.last, record.of, record.tries
    if not all(type(count) is int for count in counts):
        raise ValueError(f"{name} has counts that are not whole numbers")
    if not 0 <= record.last <= record.best <= record.of or record.tries < 1:
        raise ValueError(f"{name} has impossible counts")
    return record
