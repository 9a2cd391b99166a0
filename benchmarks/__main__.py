"""``python -m benchmarks [NAME ...]``: run the benchmarks and print their table.

Each runs in a process of its own, so that threads, collector and memory are its own too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
# with how many threads
BENCHMARKS = {
    "scalar": [1],
    "mnist": sorted({1, CORES}),
    "batched": sorted({1, CORES}),
    "imports": [CORES],
    "stepper": [CORES],
    "trace": [1],
}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
# What makes OpenBLAS multiply with other kernels than those for this processor. PyTorch brings a library of
# its own, which does not look at them: without them both sides choose for themselves.
KERNELS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def run(name: str, threads: int) -> list[dict[str, object]]:
    env = os.environ | dict.fromkeys(THREADS, str(threads))
    for setting in KERNELS:
        env.pop(setting, None)
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"benchmarks: {name} failed")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)} (all)")
    names = parser.parse_args().names or list(BENCHMARKS)
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"no benchmark called {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    print(f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {CORES} cores")
    if held := [f"{name}={os.environ[name]}" for name in KERNELS if name in os.environ]:
        print(f"not passed on, so that NumPy multiplies as fast as it can here: {', '.join(held)}")
    row = "{:<46} {:<32} {:>9} {:>9} {:>6}  {:<13} {:>8}"
    print(row.format("work", "against", "ours", "theirs", "ratio", "lowest-highest", "target"))
    for name in names:
        for threads in BENCHMARKS[name]:
            for r in run(name, threads):
                target = r["target"]
                figures = [f"{r[key]:.4g}" for key in ("ours", "theirs")]
                ratio, low, high = (
                    f"{r[key]:.3g}" if r["is_ratio"] else f"{r[key]:.1f}" for key in ("ratio", "low", "high")
                )
                spread = f"{low}-{high}"
                verdict = "" if target is None else f"<= {target:.3g}"
                print(row.format(r["work"], r["against"], *figures, ratio, spread, verdict), flush=True)


if __name__ == "__main__":
    main()
