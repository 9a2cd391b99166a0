"""Losses: how far a prediction is from its target, as one number to differentiate.

One definition of each serves Values and Tensors: a Tensor or an array of Values for the whole batch, or a
list of Values, or a list of such lists. Plain arrays are taken too, to report a loss without a graph. Targets
are data: numbers, lists or NumPy arrays; they take the dtype of the prediction, so that float32 stays
float32.

``reduction`` is "mean" (the default), "sum", or "none" for the losses one by one: of each number, in the
shape of the prediction, where a loss looks at numbers; of each example, (B,), where it looks at rows. In the
shapes, B is the batch, C the classes, D the features of an embedding, and n the number of losses that a mean
is over.

| the prediction is | losses |
|---|---|
| a number | mse, mae, huber; poisson_nll for counts |
| yes or no | binary_cross_entropy and its form for logits, focal; hinge for a margin |
| one of C classes | cross_entropy, nll; multiclass_hinge for a margin; kl_divergence for a distribution |
| a vector | cosine_embedding, contrastive, triplet |
| a mask | dice, iou |
"""

from .binary import binary_cross_entropy, binary_cross_entropy_with_logits, focal, hinge
from .classification import cross_entropy, kl_divergence, multiclass_hinge, nll
from .embedding import contrastive, cosine_embedding, triplet
from .overlap import dice, iou
from .regression import huber, mae, mse, poisson_nll

__all__ = [
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "contrastive", "cosine_embedding",
    "cross_entropy", "dice", "focal", "hinge", "huber", "iou", "kl_divergence", "mae", "mse",
    "multiclass_hinge", "nll", "poisson_nll", "triplet",
]  # fmt: skip
