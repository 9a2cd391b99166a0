"""Typed expressions: arithmetic on names, with one grammar for Python and for pages, never run as code.

``grammar`` is the table of what may be typed, ``reading`` parses text with it, ``expression`` computes the
result or builds its graph, and ``script`` passes the table to a page, whose ``arithmetic.js`` parses with it.
"""

from .expression import Expression, build, evaluate, parse
from .reading import ExpressionError

__all__ = ["Expression", "ExpressionError", "build", "evaluate", "parse"]
