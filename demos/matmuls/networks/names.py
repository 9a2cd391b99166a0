"""First names as numbers: 27 symbols, the letters a to z and a mark for the start and end of a name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).parents[2] / "data" / "names" / "names.txt"
SYMBOLS = ".abcdefghijklmnopqrstuvwxyz"  # a symbol's number is its index here; the mark is the dot
END = SYMBOLS.index(".")
BLOCK = 16


def load() -> list[str]:
    """Load 5,163 first names, the most frequent first; ``demos/data/names`` gives their source.

    >>> load()[:3]
    ['james', 'john', 'robert']
    """
    return FILE.read_text(encoding="ascii").split()


def encode(
    names: Iterable[str], block: int = BLOCK
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Encode names as tokens, targets and weights, each (N, block); a target is the token that comes next.

    A name of n letters makes n + 1 predictions, from the mark at its start to the mark at its end, each of
    weight 1 / (n + 1). Marks of weight 0 pad the block.

    Raise ValueError for a name with other letters, or with more than ``block`` - 1.

    >>> tokens, targets, weights = encode(["bo"], block=4)
    >>> tokens.tolist(), targets.tolist(), (3 * weights).tolist()
    ([[0, 2, 15, 0]], [[2, 15, 0, 0]], [[1.0, 1.0, 1.0, 0.0]])
    """
    names = list(names)
    tokens = np.full((len(names), block), END)
    targets, weights = tokens.copy(), np.zeros((len(names), block))
    for row, name in enumerate(names):
        if not name or len(name) >= block or any(letter not in SYMBOLS[1:] for letter in name):
            raise ValueError(f"encode: got {name!r}; expected 1 to {block - 1} letters from a to z")
        numbers = [SYMBOLS.index(letter) for letter in name]
        tokens[row, 1 : len(name) + 1] = targets[row, : len(name)] = numbers
        weights[row, : len(name) + 1] = 1 / (len(name) + 1)
    return tokens, targets, weights


def letters(tokens: Iterable[int]) -> str:
    """Return the name that tokens spell, up to the first mark.

    >>> letters([2, 15, 0, 7])
    'bo'
    """
    return "".join(SYMBOLS[token] for token in tokens).split(SYMBOLS[END])[0]
