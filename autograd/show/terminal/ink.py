"""Ink: lines of styled text, cut and wrapped by columns and painted last, so that no escape is cut."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from itertools import groupby

from ... import text
from ..style import LIGHT

Piece = tuple[str, str]  # a text and its style: "", "bold", "dim", "now", "positive", "negative"
Line = tuple[Piece, ...]

# Replacements in ASCII for screens that cannot show these.
PLAIN = str.maketrans(dict(zip("—→←↑↓×∂…━─│▸", "- -> <- ^ v * d ... = - | >".split())))


def line(*pieces: str | Piece) -> Line:
    """Build a line from its pieces; a bare text has no style.

    >>> line("a", ("b", "bold"))
    (('a', ''), ('b', 'bold'))
    """
    return tuple((piece, "") if isinstance(piece, str) else piece for piece in pieces)


def plain(styled: Line) -> str:
    """Return the text without styles."""
    return "".join(piece for piece, _ in styled)


def width(styled: Line) -> int:
    """Return how many columns the line takes."""
    return text.columns(plain(styled))


def harmless(content: str) -> str:
    """Return the text on one line, with control characters escaped as in Python.

    >>> harmless("two\\nlines \\x1b[2J")
    'two lines \\\\x1b[2J'
    """
    return text.visible(" ".join(content.split()))


def number(value: float | None) -> Piece:
    """Format a number in the colour of its sign, or a dash for None."""
    if value is None:
        return "—", "dim"
    return text.number(value), "positive" if value > 0 else "negative" if value < 0 else ""


def cut(styled: Line, columns: int) -> Line:
    """Cut the line to at most ``columns``, ending in … if something is missing.

    >>> plain(cut(line("gradient"), 5)), plain(cut(line("損失関数"), 6))
    ('grad…', '損失…')
    """
    if columns < 1:
        return ()
    if width(styled) <= columns:
        return styled
    kept: list[Piece] = []
    room = columns - 1
    for piece, style in styled:
        part = piece[: 4 * columns]  # first roughly, since a formula may have thousands of characters
        while text.columns(part) > room:
            part = part[:-1]
        kept.append((part, style))
        room -= text.columns(part)
        if part != piece:
            break
    return (*kept, ("…", "dim"))


def pad(styled: Line, columns: int, right: bool = False) -> Line:
    """Cut or pad the line to exactly ``columns``; with ``right``, align it to the right."""
    styled = cut(styled, columns)
    space: Piece = (" " * (columns - width(styled)), "")
    return (space, *styled) if right else (*styled, space)


def wrap(styled: Line, columns: int, indent: int = 0, most: int = 3) -> list[Line]:
    """Break the line at spaces into at most ``most`` lines, further ones indented; the last may end in ….

    A no-break space is shown as a space.

    >>> [plain(each) for each in wrap(line("x1 * w1 + ", ("x2", "bold"), " * w2"), 10, indent=2)]
    ['x1 * w1 +', '  x2 * w2']
    """
    words: list[list[Piece]] = [[]]  # runs of spaces and of text, across pieces
    for piece, style in styled:
        for part in re.findall(" +|[^ ]+", piece):
            if words[-1] and (part[0] == " ") != (words[-1][-1][0][0] == " "):
                words.append([])
            words[-1].append((part, style))
    lines: list[list[Piece]] = [[]]
    used = 0
    for word in words:
        wide = width(tuple(word))
        if used + wide > columns and used > indent:
            if plain(tuple(word)).isspace():
                continue
            if plain(tuple(lines[-1][-1:])).isspace():
                lines[-1].pop()
            lines.append([(" " * indent, "")])
            used = indent
        lines[-1] += [(part.replace("\u00a0", " "), style) for part, style in word]
        used += wide
    if len(lines) > most:
        lines[most - 1 :] = [[piece for each in lines[most - 1 :] for piece in each]]
    return [cut(tuple(each), columns) for each in lines]


def palette(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the escape sequence of each style that the terminal supports, by the environment."""
    kind = environment.get("TERM", "256" if os.name == "nt" else "")
    if kind in ("", "dumb"):
        return {}
    styles = {"bold": "1", "dim": "2", "now": "7"}
    if not environment.get("NO_COLOR"):
        rich = "256" in kind or environment.get("COLORTERM", "") in ("truecolor", "24bit")
        few = {"positive": "94", "negative": "33"}
        styles |= {sign: f"38;5;{_nearest(LIGHT[sign])}" if rich else few[sign] for sign in few}
    return {style: f"\x1b[{code}m" for style, code in styles.items()}


def paint(styled: Line, styles: Mapping[str, str]) -> str:
    """Return the line with the escape sequences of its styles."""
    painted = ""
    for style, pieces in groupby(styled, lambda piece: piece[1]):
        content = "".join(piece for piece, _ in pieces)
        painted += f"{styles[style]}{content}\x1b[0m" if content and style in styles else content
    return painted


def writable(content: str, encoding: str | None) -> str:
    """Return the text in a form that the encoding can write, in ASCII if necessary.

    >>> writable("∂o/∂n → 0.5", "ascii")
    'do/dn -> 0.5'
    """
    encoding = encoding or "utf-8"
    try:
        content.encode(encoding)
        return content
    except UnicodeEncodeError:
        return content.translate(PLAIN).encode(encoding, "backslashreplace").decode(encoding)


def _nearest(colour: str) -> int:
    """Return the nearest colour of the cube of 216 that terminals with 256 colours have.

    >>> _nearest("#2f80d8"), _nearest("#ffffff")
    (32, 231)
    """
    levels = (0, 95, 135, 175, 215, 255)
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    red, green, blue = (min(range(6), key=lambda i: abs(levels[i] - part)) for part in parts)
    return 16 + 36 * red + 6 * green + blue
