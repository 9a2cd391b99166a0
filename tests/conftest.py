"""What all tests share: one thread a process, and PyTorch as an oracle."""

import os
from collections.abc import Iterator

# Before anything imports NumPy: pytest -n auto starts a process for every core, and each of them would start
# a pool of threads for every core again. One thread each also makes sums come out in the same order in every
# run.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[variable] = "1"

from types import ModuleType  # noqa: E402

import pytest  # noqa: E402

from autograd import ops  # noqa: E402


@pytest.fixture(autouse=True)
def the_table_as_it_was() -> Iterator[None]:
    """What a test defines is gone after it: other tests go through every row there is."""
    before = dict(ops.ELEMENTWISE)
    yield
    ops.ELEMENTWISE.clear()
    ops.ELEMENTWISE.update(before)


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    """PyTorch on one thread, float64 by default; without it a test is skipped, under CI=true it fails."""
    try:
        import torch
    except ModuleNotFoundError as missing:
        if missing.name != "torch":
            raise
        if os.environ.get("CI") == "true":
            pytest.fail("PyTorch, the oracle, is not installed: pip install torch==2.13.0", pytrace=False)
        pytest.skip("PyTorch, the oracle, is not installed")
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)  # torch.tensor(0.1) would be rounded to float32 otherwise
    return torch
