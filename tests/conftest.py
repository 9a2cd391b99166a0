"""What tests share, beside what doctests do too (conftest.py above): PyTorch as an oracle."""

import os
from collections.abc import Iterator
from types import ModuleType

import pytest

from autograd import ops


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
