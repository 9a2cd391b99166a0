"""Tracing: scalar code becomes readable source, and its dot products become matrix products.

``recording`` runs a function on Values and takes the graph it leaves as :mod:`~autograd.tracing.code`;
``passes`` are functions from code to code; ``python`` and its like write it down; ``program`` is what
:func:`autograd.trace` gives. ``batched`` is the array program: see there.
"""

from .calling import Gradients
from .code import Code, Instruction
from .program import Program, Traced, trace, traced
from .recording import TraceError

__all__ = ["Code", "Gradients", "Instruction", "Program", "TraceError", "Traced", "trace", "traced"]
