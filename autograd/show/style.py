"""Colours, for light and dark. Blue and orange are told apart by nearly everyone who is colour-blind."""

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


def opacity(strength: float) -> float:
    """How far a gradient's colour covers its row: the smallest is seen, and text is read on the largest."""
    return 0.08 + 0.52 * strength


def blend(sign: str, strength: float) -> str:
    """The same colour on a white card as one opaque colour.

    >>> blend("", 0.0), blend("positive", 0.0), blend("positive", 1.0)
    ('#ffffff', '#eef5fc', '#82b3e8')
    """
    share = opacity(strength) if sign else 0.0
    colour = LIGHT.get(sign, "#ffffff")
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 + share * (part - 255)):02x}" for part in parts)
