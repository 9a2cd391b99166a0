"""Colours, for light and dark. Nearly all colour-blind people can tell blue and orange apart."""

from __future__ import annotations

import json
from typing import Any

from ..elementary import sqrt
from ..kinds import where
from ..languages.javascript import JavaScript
from ..text import ROUNDING

LIGHT = {
    "canvas": "#f8f9fc", "card": "#ffffff", "disc": "#e7ecf5", "line": "#8491a8", "faint": "#c3cad6",
    "ink": "#172033", "dim": "#566176",
    "positive": "#2f80d8", "negative": "#ea7317", "mixed": "#8a63c9", "nan": "#d81b60",
}  # fmt: skip
DARK = {
    "canvas": "#12161f", "card": "#1c2330", "disc": "#2b3547", "line": "#7a879d", "faint": "#465167",
    "ink": "#f2f5fa", "dim": "#a9b4c6",
    "positive": "#2f8ae8", "negative": "#d9660a", "mixed": "#9a74dd", "nan": "#e0336f",
}  # fmt: skip


# Colours of classes and other groups: as many as can be told apart.
CLASSES = ("negative", "positive", "#009e73", "#cc79a7", "#b59a00", "#56b4e9", "#d55e00", "#8a63c9")


def strength(size: Any, largest: Any) -> Any:
    """Return the strength of a gradient's colour, from 0 to 1: the root of its ratio to the largest.

    >>> strength(0.25, 4.0), strength(float("inf"), 4.0)
    (0.25, 1.0)
    """
    return where(size < largest, sqrt(size / largest), 1.0)


def opacity(strength: Any) -> Any:
    """Return a gradient colour's opacity: the weakest is visible, and text is readable on the strongest."""
    return 0.08 + 0.52 * strength


def variables() -> str:
    """Return the colours as CSS variables, each for a light and a dark page."""
    pairs = "".join(f"--{name}:light-dark({LIGHT[name]},{DARK[name]});" for name in LIGHT)
    return f":root{{{pairs}}}\n"


def script() -> str:
    """Return the JavaScript module that rounds and colours numbers that change.

    >>> print(script(), end="")
    // How numbers are rounded and coloured.
    <BLANKLINE>
    export const ROUNDING = {"decimals": 4, "low": 0.001, "high": 10000.0};
    export const opacity = (size, most) => 0.08 + 0.52 * (size < most ? Math.sqrt(size / most) : 1.0);
    """
    covers = opacity(strength(JavaScript("size"), JavaScript("most")))
    head = "// How numbers are rounded and coloured.\n\n"
    rounding = f"export const ROUNDING = {json.dumps(ROUNDING)};\n"
    return f"{head}{rounding}export const opacity = (size, most) => {covers};\n"


def blend(sign: str, strength: float) -> str:
    """Blend a gradient's colour with a white card into one opaque colour.

    >>> blend("", 0.0), blend("positive", 0.0), blend("positive", 1.0)
    ('#ffffff', '#eef5fc', '#82b3e8')
    """
    share = opacity(strength) if sign else 0.0
    colour = LIGHT.get(sign, "#ffffff")
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 + share * (part - 255)):02x}" for part in parts)
