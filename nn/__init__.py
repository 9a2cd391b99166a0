"""nn: neural networks on autograd's Values and Tensors. Modules, losses, optimizers, and no more than is
needed.

>>> import numpy as np
>>> model = Sequential(Linear(2, 8, rng=0), Tanh(), Linear(8, 2, rng=1))
>>> optimizer = Adam(model.parameters(), lr=0.1)
>>> x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
>>> y = np.array([0, 1, 1, 0])  # exclusive or
>>> for epoch in range(50):
...     for points, labels in batches(x, y, batch_size=4, seed=epoch):
...         loss = cross_entropy(model(points), labels)
...         optimizer.zero_grad()
...         loss.backward()
...         optimizer.step()
>>> model(x).argmax(axis=1)
array([0, 1, 1, 0])
"""

import sys
from typing import TYPE_CHECKING, Any

from autograd.names import unknown

from . import init, optim, training
from .activations import (
    ELU,
    GELU,
    SELU,
    Activation,
    Hardtanh,
    Identity,
    LeakyReLU,
    LogSoftmax,
    Mish,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Swish,
    Tanh,
)
from .augmentation import Augment, Elastic, Mixup, Rotate, Shift
from .clipping import clip_grad_norm, clip_grad_value
from .data import Loader, batches
from .layers import (
    LSTM,
    RNN,
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Embedding,
    Flatten,
    LayerNorm,
    Linear,
    MultiHeadAttention,
    RMSNorm,
    SAGEConv,
    Sequential,
    TransformerBlock,
    scaled_dot_product_attention,
)
from .losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    contrastive,
    cosine_embedding,
    cross_entropy,
    dice,
    focal,
    hinge,
    huber,
    iou,
    kl_divergence,
    mae,
    mse,
    multiclass_hinge,
    nll,
    poisson_nll,
    triplet,
)
from .module import Module
from .names import PACKAGE
from .neuron import MLP, Layer, Neuron
from .optim import *  # noqa: F403  (the list of optimizers is there)
from .regularization import GradientNoise, elastic_net, l1, l2, max_norm
from .schedules import (
    Cosine,
    CosineWarmRestarts,
    ExponentialDecay,
    LinearWarmup,
    MultiStepDecay,
    OneCycle,
    PolynomialDecay,
    ReduceOnPlateau,
    Schedule,
    StepDecay,
)
from .seeding import seed
from .serialization import load, save

__all__ = [
    "ELU", "GELU", "LSTM", "MLP", "RNN", "SELU", "Activation", "Augment", "BatchNorm1d", "BatchNorm2d",
    "Conv2d", "Cosine", "CosineWarmRestarts", "Dropout", "Elastic", "Embedding", "ExponentialDecay",
    "Flatten", "GradientNoise", "Hardtanh", "Identity", "Layer", "LayerNorm", "LeakyReLU", "Linear",
    "LinearWarmup", "Loader", "LogSoftmax", "Mish", "Mixup", "Module", "MultiHeadAttention", "MultiStepDecay",
    "Neuron", "OneCycle", "PReLU", "PolynomialDecay", "RMSNorm", "ReLU", "ReduceOnPlateau", "Rotate",
    "SAGEConv", "Schedule", "Sequential", "Shift", "SiLU", "Sigmoid", "Softmax", "Softplus", "StepDecay",
    "Swish", "Tanh", "TransformerBlock", "batches", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "clip_grad_norm", "clip_grad_value", "contrastive",
    "cosine_embedding", "cross_entropy", "dice", "elastic_net", "focal", "hinge", "huber", "init", "iou",
    "kl_divergence", "l1", "l2", "load", "mae", "max_norm", "mse", "multiclass_hinge", "nll", "poisson_nll",
    "save", "scaled_dot_product_attention", "seed", "training", "triplet",
]  # fmt: skip
__all__ += optim.__all__


if not TYPE_CHECKING:  # to a type checker, any name would be there

    def __getattr__(name: str) -> Any:
        """What is not there: an error, that says what names of PyTorch and Keras are called here."""
        raise unknown(sys.modules[__name__], name, PACKAGE)
