"""Typed expressions: arithmetic on names, read by one grammar in Python and in pages, never run as code.

``grammar`` is the table of what may be typed, ``reading`` reads a text by it, ``expression`` computes what
was read or builds its graph, and ``script`` hands the table to a page, whose ``arithmetic.js`` reads by it.
"""

from .expression import Expression, build, evaluate, parse
from .reading import ExpressionError

__all__ = ["Expression", "ExpressionError", "build", "evaluate", "parse"]
