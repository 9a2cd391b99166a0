"""What tests and doctests share: one thread a process, and nothing left behind by one for another."""

import os
from collections.abc import Iterator

# Before anything imports NumPy: pytest -n auto starts a process for every core, and each of them would start
# a pool of threads for every core again. One thread each also makes sums come out in the same order in every
# run.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[variable] = "1"

import pytest  # noqa: E402

import nn  # noqa: E402
from autograd import Tensor, Value, ops  # noqa: E402


@pytest.fixture(autouse=True)
def the_first_layers() -> None:
    """Layers without ``rng`` start as in a new process, whichever tests came before."""
    nn.seed(0)


@pytest.fixture(autouse=True)
def the_table_as_it_was() -> Iterator[None]:
    """What a test defines is gone after it: others go through every row there is."""
    before = dict(ops.ELEMENTWISE)
    yield
    for name in ops.ELEMENTWISE.keys() - before.keys():
        for kind in (Value, Tensor):
            if name in vars(kind):
                delattr(kind, name)
    ops.ELEMENTWISE.clear()
    ops.ELEMENTWISE.update(before)
