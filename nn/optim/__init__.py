"""Optimizers: how parameters follow their gradients. One rule a file, on arrays in place.

Defaults and formulas are PyTorch's where it has the rule.
"""

from .adam import Adam
from .adamw import AdamW
from .optimizer import Group, Optimizer
from .sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Group", "Optimizer"]
