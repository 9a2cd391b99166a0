"""Setup shared by tests and doctests: one thread per process, and no state that leaks between tests."""

import os
from collections.abc import Iterator

# Set before anything imports NumPy: pytest -n auto starts a process for every core, and each of them would
# start a thread pool for every core again. One thread also fixes the order of sums in every run.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[variable] = "1"

import pytest  # noqa: E402

import nn  # noqa: E402
from autograd import Tensor, Value, ops  # noqa: E402


@pytest.fixture(autouse=True)
def the_first_layers() -> None:
    """Seed layers without ``rng`` as in a new process, whichever tests came before."""
    nn.seed(0)


@pytest.fixture(autouse=True)
def the_table_as_it_was() -> Iterator[None]:
    """Remove the operations that a test defines, because other tests walk every row of the table."""
    before = dict(ops.ELEMENTWISE)
    yield
    for name in ops.ELEMENTWISE.keys() - before.keys():
        for kind in (Value, Tensor):
            if name in vars(kind):
                delattr(kind, name)
    ops.ELEMENTWISE.clear()
    ops.ELEMENTWISE.update(before)
