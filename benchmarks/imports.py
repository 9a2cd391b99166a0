"""Time what ``import autograd`` adds to ``import numpy``, in whole processes."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

from .measure import Result


def seconds(code: str) -> float:
    # Keep bytecode from run to run, as Python does by default.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=env)
    return time.perf_counter() - start


def main() -> None:
    pairs = [(seconds("import numpy, autograd"), seconds("import numpy")) for _ in range(16)][1:]
    extra = sorted(1e3 * (a - b) for a, b in pairs)
    ours, theirs = (1e3 * statistics.median(side) for side in zip(*pairs))
    middle = statistics.median(extra)
    work = "import autograd, ms over import numpy"
    Result(work, "numpy", ours, theirs, middle, extra[0], extra[-1], 50.0, is_ratio=False).report()


if __name__ == "__main__":
    main()
