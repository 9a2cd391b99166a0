"""Numbers and labels as short, harmless text for pictures."""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate
from typing import Any

import numpy as np

SHORT = 22  # columns of a line on a card
LONGEST = 11  # columns of the longest number
HEADING = 300  # columns of a title
# How numbers are rounded, in pages too: to this many decimals from low to high, and else to as many digits.
ROUNDING = {"decimals": 4, "low": 1e-3, "high": 1e4}

# Characters that XML cannot hold, or that do not show: controls (except newline and tab), marks that change
# the direction of writing, noncharacters.
UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def number(x: float) -> str:
    """Write a number in at most 11 characters.

    >>> number(0.70710678), number(-3.0), number(2.5e-7), number(-1e300), number(float("nan"))
    ('0.7071', '-3.0000', '2.500e-07', '-1.000e+300', 'nan')
    """
    decimals, low, high = ROUNDING.values()
    return f"{x:.{decimals}f}" if x == 0 or low <= abs(x) < high else f"{x:.{decimals - 1}e}"


def value(data: Any, if_large: str = "") -> str:
    """Write a number, an array small enough for a card, or ``if_large`` (by default, its dtype and shape).

    >>> value(0.5), value(np.array([1.0, -2.5])), value(np.zeros((100, 784), np.float32))
    ('0.5000', '[1, -2.5]', 'float32 (100, 784)')
    """
    array = np.asarray(data)
    if array.ndim == 0:
        return number(array.item())
    if 0 < array.size <= 4:
        elements = np.array2string(array, separator=", ", formatter={"all": lambda x: f"{x:.4g}"})
        elements = re.sub(r"\s+", " ", elements)
        if len(elements) <= SHORT:
            return elements
    return if_large or f"{array.dtype} {array.shape}"


def exact(data: Any) -> str:
    """Write a number with every digit, or an array with its dtype, shape and the elements at its edges.

    >>> exact(0.1 + 0.2), exact(np.array([1.0, 2.0]))
    ('0.30000000000000004', 'float64 (2,) [1. 2.]')
    """
    if np.ndim(data) == 0:
        return str(data)
    return f"{data.dtype} {data.shape} {np.array2string(data, threshold=20, edgeitems=2)}"


def printable(text: str) -> str:
    """Replace each half of a surrogate pair, which is no character and cannot be written to a file, by �.

    >>> printable("a\\ud800b")
    'a�b'
    """
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def visible(text: str) -> str:
    """Escape characters that cannot be shown, as Python does, except newlines and tabs.

    Half of a surrogate pair becomes �.

    >>> print(visible("bell\\x07, Greek λ, <b> & co"))
    bell\\x07, Greek λ, <b> & co
    """
    text = printable(text.replace("\r\n", "\n"))
    return UNSHOWN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def lines(label: str) -> tuple[str, ...]:
    """Split a label into lines that fit on a card: at most four, each shortened; none for an empty label.

    >>> lines("hidden layer"), lines("two\\nlines"), lines("")
    (('hidden layer',), ('two', 'lines'), ())
    """
    rows = visible(label).replace("\t", "    ").split("\n") if label else []
    return tuple(_shorten(row) for row in (rows if len(rows) <= 4 else [*rows[:3], "…"]))


def columns(line: str) -> int:
    """Count the columns of a line in a monospaced font: a Chinese character takes two, an accent none.

    >>> columns("loss"), columns("損失"), columns("e\\u0301")
    (4, 4, 1)
    """
    return sum(map(_width, line))


def _width(character: str) -> int:
    wide = unicodedata.east_asian_width(character) in "WF"
    return 1 + wide - (unicodedata.combining(character) > 0)


def heading(title: Any, caller: str) -> str:
    """Put a title on one line, and shorten it if it is very long.

    >>> heading("two  words", "draw"), len(heading("word " * 200_000, "draw"))
    ('two words', 300)
    """
    if not isinstance(title, str):
        raise TypeError(f"{caller}: title is {title!r}; expected text")
    return _shorten(printable(" ".join(title.split())), HEADING)


def _shorten(line: str, most: int = SHORT) -> str:
    # stops early, since a line may be a megabyte long
    if all(taken <= most for taken in accumulate(map(_width, line))):
        return line
    kept = line[: most - 1]
    while columns(kept) >= most:
        kept = kept[:-1]
    return kept + "…"
