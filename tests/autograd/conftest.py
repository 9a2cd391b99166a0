"""What the tests of the engine share: JavaScript without a browser."""

import json
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest


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
