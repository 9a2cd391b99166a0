"""The command line of the demos.

Every demo is a module: ``--list`` shows the first line of its docstring, ``add_arguments(parser)`` adds its
own options, and ``run(options)`` prints results, writes pictures into the folder ``options.out``, and
returns the sections of a page that shows them.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from demos import page
from demos.idx import IdxError

DEMOS = (
    "neuron",
    "why_order",
    "by_hand",
    "exercises",
    "graph",
    "moons",
    "film",
    "mnist",
    "activations",
    "initialization",
    "regularization",
    "schedules",
    "losses",
    "optimizers",
    "matmuls",
)
# The tour leaves these out because they take long.
APART = ("regularization", "schedules", "optimizers", "matmuls")
TOUR = "tour"
EXTRAS = ("matplotlib", "tqdm")  # if these are installed, so is everything else the demos need


class DemoError(Exception):
    """A demo cannot do what was asked; the message says why, and how to fix it."""


def main(argv: Sequence[str]) -> int:
    """Run the demo that the arguments name, or the tour if they name none; return the exit status."""
    try:
        return _main(list(argv))
    except KeyboardInterrupt:
        print("\nStopped. Files written so far are complete.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output has closed it; keep the flush at exit from failing again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, IdxError, DemoError, MemoryError) as error:
        print(f"demos: {error}", file=sys.stderr)
        return 1
    except ArithmeticError as error:
        print(f"demos: the training left the range of floats; try a smaller --lr ({error})", file=sys.stderr)
        return 1


def _main(argv: list[str]) -> int:
    name = argv.pop(0) if argv and not argv[0].startswith("-") else TOUR
    if name not in (*DEMOS, TOUR):
        print(f"demos: there is no demo called {name!r}; there are {', '.join(DEMOS)}", file=sys.stderr)
        return 2
    demo = load(name)
    options = parser(name, demo).parse_args(argv)
    if name == TOUR and options.list:
        wide = max(map(len, DEMOS)) + 2
        for listed in DEMOS:
            print(f"{listed:<{wide}}{summary(load(listed))}")
        return 0
    missing = [extra for extra in EXTRAS if importlib.util.find_spec(extra) is None]
    if missing:
        print(f"demos: {' and '.join(missing)} missing; pip install 'stepgrad[demos]'", file=sys.stderr)
        return 1
    if options.out.exists() and not options.out.is_dir():
        print(f"demos: --out {options.out} is a file; expected a folder, or a new name", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)  # first, so that a failure here costs no work
    sections = demo.run(options)
    tour = name == TOUR
    target = options.out / ("index.html" if tour else f"{name}.html")
    written = page.write(target, sections, "" if tour else sections[0].title)
    print(f"\nEverything on one page: {written.resolve()}")
    return 0


def load(name: str) -> ModuleType:
    """Import the module of a demo."""
    return importlib.import_module(f"demos.{name}")


def summary(demo: ModuleType) -> str:
    """Return the first line of a demo's docstring."""
    return (demo.__doc__ or "").partition("\n")[0]


def parser(name: str, demo: ModuleType) -> argparse.ArgumentParser:
    """Build the argument parser of a demo: its own options, and the two that all demos share."""
    made = argparse.ArgumentParser(
        prog="python -m demos" + ("" if name == TOUR else f" {name}"),
        description=summary(demo),
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    demo.add_arguments(made)
    made.add_argument("--seed", type=natural, default=0, help="seed of all random numbers in the demo")
    made.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="folder for all files")
    return made


def natural(text: str) -> int:
    """Parse an argument that must be an integer, 0 or more."""
    number = _parsed(int, text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is negative")
    return number


def rate(text: str) -> float:
    """Parse an argument that must be a finite number above 0."""
    number = _parsed(float, text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return number


def positive(text: str) -> int:
    """Parse an argument that must be an integer, 1 or more."""
    number = _parsed(int, text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not positive")
    return number


def _parsed(kind: type, text: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        wanted = "a whole number" if kind is int else "a number"
        raise argparse.ArgumentTypeError(f"{text!r} is not {wanted}") from None
