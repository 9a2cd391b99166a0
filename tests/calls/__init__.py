"""A good call of everything public, argument by argument, and what else each argument takes.

An argument is one that is right, and the names of those wrong objects (``OBJECTS``) that are right here
too: kinds of argument (a count, a flag, a share, ...) have functions that say both. Whatever has no entry
here fails ``test_wrong_arguments.py``, and so does an argument that its entry leaves out.
"""

from . import of_arrays, of_autograd, of_layers, of_losses, of_optim, of_training  # noqa: F401  (each adds its entries)
from .kinds import CALLS, OBJECTS, Argument

__all__ = ["CALLS", "OBJECTS", "Argument"]
