"""What tests and doctests share: one thread a process, and layers that start as in a program of their own."""

import os

# Before anything imports NumPy: pytest -n auto starts a process for every core, and each of them would start
# a pool of threads for every core again. One thread each also makes sums come out in the same order in every
# run.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[variable] = "1"

import pytest  # noqa: E402

import nn  # noqa: E402


@pytest.fixture(autouse=True)
def the_first_layers() -> None:
    """Layers without ``rng`` start as in a new process, whichever tests came before."""
    nn.seed(0)
