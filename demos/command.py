"""The command line of the demos.

Every demo is a module: the first line of its docstring is what ``--list`` says of it,
``add_arguments(parser)`` adds options of its own, and ``run(options)`` prints, writes pictures into the
folder ``options.out``, and returns the sections of a page that shows them.
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
# The tour leaves these out: they take their time.
APART = ("regularization", "schedules", "optimizers", "matmuls")
TOUR = "tour"
EXTRAS = ("matplotlib", "tqdm")  # where these are, so are the others that the demos need


class DemoError(Exception):
    """What a demo cannot do, and what can be done about it, for whoever ran it."""


def main(argv: Sequence[str]) -> int:
    """Run the demo that the arguments name, the tour where they name none; returns the exit status."""
    try:
        return _main(list(argv))
    except KeyboardInterrupt:
        print("\nStopped. Files written so far are complete.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough; the flush at exit need not complain about it again.
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
    options.out.mkdir(parents=True, exist_ok=True)  # first, so that no work is lost to a folder that fails
    sections = demo.run(options)
    tour = name == TOUR
    target = options.out / ("index.html" if tour else f"{name}.html")
    written = page.write(target, sections, "" if tour else sections[0].title)
    print(f"\nEverything on one page: {written.resolve()}")
    return 0


def load(name: str) -> ModuleType:
    """The module of a demo."""
    return importlib.import_module(f"demos.{name}")


def summary(demo: ModuleType) -> str:
    """What a demo says of itself in one sentence: the first line of its docstring."""
    return (demo.__doc__ or "").partition("\n")[0]


def parser(name: str, demo: ModuleType) -> argparse.ArgumentParser:
    """The arguments of a demo: its own, and the two that all have."""
    made = argparse.ArgumentParser(
        prog="python -m demos" + ("" if name == TOUR else f" {name}"),
        description=summary(demo),
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    demo.add_arguments(made)
    made.add_argument(
        "--seed", type=natural, default=0, help="where all random numbers of the demo come from"
    )
    made.add_argument(
        "--out", type=Path, default=Path("out"), metavar="DIR", help="folder that all files go into"
    )
    return made


def natural(text: str) -> int:
    """An argument that is an integer, 0 or more."""
    number = _parsed(int, text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is negative")
    return number


def rate(text: str) -> float:
    """An argument that is a number above 0."""
    number = _parsed(float, text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return number


def positive(text: str) -> int:
    """An argument that is an integer, 1 or more."""
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
