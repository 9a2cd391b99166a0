"""Layers, one file per family. Shapes and parameter names are PyTorch's, so that weights can be exchanged."""

from .attention import MultiHeadAttention, TransformerBlock, scaled_dot_product_attention
from .containers import Flatten, Sequential
from .convolution import Conv2d
from .dropout import Dropout
from .embedding import Embedding
from .graph import SAGEConv
from .linear import Linear
from .normalization import BatchNorm1d, BatchNorm2d, LayerNorm, RMSNorm
from .recurrent import LSTM, RNN

__all__ = [
    "LSTM", "RNN", "BatchNorm1d", "BatchNorm2d", "Conv2d", "Dropout", "Embedding", "Flatten", "LayerNorm",
    "Linear", "MultiHeadAttention", "RMSNorm", "SAGEConv", "Sequential", "TransformerBlock",
    "scaled_dot_product_attention",
]  # fmt: skip
