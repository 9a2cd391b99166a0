"""What the tests of the engine share: JavaScript without a browser, and work that is counted."""

import json
import shutil
import subprocess
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from autograd.tracing.code import Code


@pytest.fixture(scope="session")
def in_node() -> Callable[[str], Any]:
    """Runs a script, and gives its ``found``, in which numbers that JSON lacks are text."""
    if shutil.which("node") is None:
        pytest.skip("node, which runs JavaScript, is not installed")

    def run(script: str) -> Any:
        shown = "(_, x) => typeof x === 'number' && !Number.isFinite(x) ? String(x) : x"
        done = subprocess.run(
            ["node", "-"], input=f"{script}\nconsole.log(JSON.stringify(found, {shown}));",
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)

    return run


@pytest.fixture
def work():
    """``work(a_pass, code)``: the words of memory that a pass takes from step to step, given back or not."""

    def counted(a_pass, code):
        words = held = 0

        def look():
            nonlocal words, held
            words += max(0, tracemalloc.get_traced_memory()[1] - held) // 8
            tracemalloc.reset_peak()
            held = tracemalloc.get_traced_memory()[0]

        class Watched(tuple):
            def __iter__(self):
                for step in super().__iter__():
                    look()
                    yield step

            def __getitem__(self, place):
                look()
                return super().__getitem__(place)

        tracemalloc.start()
        try:
            a_pass(Code(Watched(code.steps), code.outputs))
            look()
        finally:
            tracemalloc.stop()
        return words

    return counted
