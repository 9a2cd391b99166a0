"""Layers, one file a family. Shapes and the names of parameters are PyTorch's, so that weights travel."""

from .containers import Flatten, Sequential
from .dropout import Dropout
from .linear import Linear
from .normalization import BatchNorm1d, BatchNorm2d, LayerNorm, RMSNorm

__all__ = [
    "BatchNorm1d", "BatchNorm2d", "Dropout", "Flatten", "LayerNorm", "Linear", "RMSNorm", "Sequential",
]  # fmt: skip
