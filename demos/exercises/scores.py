"""The scores of the exercises, kept in a file: one record for each exercise that was played to its end."""

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
    """Right predictions, ``best`` and ``last``, of so many; how often it was played, and when last."""

    best: int
    last: int
    of: int
    tries: int
    when: str

    @property
    def perfect(self) -> bool:
        """Whether every prediction was right once."""
        return self.best == self.of


Records = dict[str, Record]


def read(path: Path) -> Records:
    """The records of a file by the name of the exercise; none where there is no file.

    Raises DemoError for a file that is not such a file, or damaged.
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
            f"{path} is not a score file, or damaged ({error}); it was left as it is: mend it, move it away, "
            "or choose another --out"
        ) from None


def add(path: Path, name: str, right: int, of: int) -> Record:
    """Note the result of one more try in the file, which is replaced whole or not at all."""
    records = read(path)  # anew: another terminal may have written it meanwhile
    known = records.get(name)
    if known is not None and known.of != of:
        known = None  # the exercise is another one by now
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
        raise ValueError(f"{name} has counts that are no whole numbers")
    if not 0 <= record.last <= record.best <= record.of or record.tries < 1:
        raise ValueError(f"{name} has counts that cannot be")
    return record
