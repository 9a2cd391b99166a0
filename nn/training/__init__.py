"""Training: the parts that every training script needs.

:func:`fit` is the loop: mini-batches, validation, metrics, a progress bar, callbacks. A plain loop does the
same, and stays easy to write: see :mod:`nn`.
"""

from ..data.split import split
from .callbacks import AfterStep, BeforeStep, Callback, CSVLog, EarlyStopping, JSONLinesLog, Scheduling
from .checkpoint import Checkpoint, read_checkpoint
from .evaluation import accuracy, evaluate, predict
from .history import History
from .loop import fit
from .nonfinite import NonFiniteError
from .range_test import RangeTest, range_test
from .run import Run

__all__ = [
    "AfterStep", "BeforeStep", "CSVLog", "Callback", "Checkpoint", "EarlyStopping", "History",
    "JSONLinesLog", "NonFiniteError", "RangeTest", "Run", "Scheduling", "accuracy", "evaluate", "fit",
    "predict", "range_test", "read_checkpoint", "split",
]  # fmt: skip
