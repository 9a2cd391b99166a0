"""Data: mini-batches, held-out examples, and random changes to images."""

from .augmentation import Augment, Elastic, Mixup, Rotate, Shift
from .loader import Loader, batches
from .loader import examples as examples
from .split import split as split

__all__ = ["Augment", "Elastic", "Loader", "Mixup", "Rotate", "Shift", "batches"]
