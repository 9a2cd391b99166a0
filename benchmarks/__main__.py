"""``python -m benchmarks [NAME ...]``: run the benchmarks and print their table.

Each runs in a process of its own, so that threads, collector and memory do not interfere. With
``--against PATH``, time this checkout against the one at PATH instead.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
# the numbers of threads to run with
BENCHMARKS = {
    "scalar": [1],
    "mnist": sorted({1, CORES}),
    "batched": sorted({1, CORES}),
    "imports": [CORES],
    "stepper": [CORES],
    "trace": [1],
}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
# These make OpenBLAS use kernels for another processor. PyTorch has its own library and ignores them:
# without them, both sides choose the kernels for this processor.
KERNELS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def environment(threads: int) -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in KERNELS} | dict.fromkeys(THREADS, str(threads))


def run(name: str, threads: int) -> list[dict[str, object]]:
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    done = subprocess.run(command, env=environment(threads), stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"benchmarks: {name} failed")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)} (all)")
    parser.add_argument(
        "--against", type=Path, metavar="PATH",
        help="time this checkout and the one at PATH in turn, with separate benchmarks",
    )  # fmt: skip
    parser.add_argument("--pairs", type=int, default=200, help="pairs of timings with --against (200)")
    args = parser.parse_args()
    known = list(BENCHMARKS)
    if args.against:
        from .against import HERE, WORKS, compare  # imports the packages, which nothing else needs here

        known = list(WORKS)
    names = args.names or known
    if args.pairs < 1:
        parser.error(f"--pairs {args.pairs}: expected 1 or more")
    if unknown := [name for name in names if name not in known]:
        parser.error(f"no benchmark called {', '.join(unknown)}; there are {', '.join(known)}")
    print(f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {CORES} cores")
    if held := [f"{name}={os.environ[name]}" for name in KERNELS if name in os.environ]:
        print(f"not passed on, so that NumPy multiplies as fast as it can here: {', '.join(held)}")
    if args.against:
        if not (args.against / "autograd").is_dir():
            parser.error(f"--against {args.against}: expected a checkout, with a folder autograd in it")
        sys.exit(not compare(HERE, args.against.resolve(), names, args.pairs, environment(1)))
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
