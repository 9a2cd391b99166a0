"""Tracing: turn scalar code into readable source, and its dot products into matrix products.

``recording`` runs a function on Values and records the graph as :mod:`~autograd.tracing.code`; ``passes``
transform code; ``writing`` and the modules of ``languages`` write it as source; ``program`` has what
:func:`autograd.trace` returns; ``batched`` turns it into an array program.
"""

from .calling import Gradients
from .code import Code, Instruction
from .program import Program, Traced, trace, traced
from .recording import TraceError

__all__ = ["Code", "Gradients", "Instruction", "Program", "TraceError", "Traced", "trace", "traced"]
