"""Losses: the distance of a prediction from its target, as one number to differentiate.

Each is defined once, for Values and Tensors: it takes a Tensor or an array of Values for the whole batch, a
list of Values, or a list of such lists. Plain arrays work too, to report a loss without a graph. Targets are
data: numbers, lists or NumPy arrays. They are cast to the dtype of the prediction, so that float32 stays
float32.

``reduction`` is "mean" (the default), "sum", or "none", which returns the single losses: elementwise losses
in the shape of the prediction, losses of whole rows as (B,). In the shapes, B is the batch, C the classes, D
the features of an embedding, and n the number of losses in a mean.

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
