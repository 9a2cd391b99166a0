"""Run all demos in turn, into one folder, with one page that shows every picture."""

from __future__ import annotations

import argparse
import time

from demos import command, page

SHORT = {
    "moons": ["--steps", "5", "--points", "40"],
    "film": ["--steps", "3"],
    "mnist": ["--epochs", "1", "--images", "6000"],
    "initialization": ["--depth", "4", "--width", "32", "--steps", "5"],
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the tour's own options."""
    parser.add_argument("--list", action="store_true", help="list the demos, and exit")
    parser.add_argument(
        "--short", action="store_true", help="train only briefly, to check that everything works"
    )
    parser.epilog = "To run one demo: python -m demos NAME; to see its options: python -m demos NAME --help"


def run(options: argparse.Namespace) -> list[page.Section]:
    """Run every demo with its defaults, except the long ones."""
    started = time.perf_counter()
    sections: list[page.Section] = []
    names = [name for name in command.DEMOS if name not in command.APART]
    for number, name in enumerate(names, 1):
        demo = command.load(name)
        print(f"\n── {number} of {len(names)}: {name} {'─' * (60 - len(name))}")
        print(f"{command.summary(demo)}\n")
        argv = ["--seed", str(options.seed), "--out", str(options.out)]
        if options.short:
            argv += SHORT.get(name, [])
        sections += demo.run(command.parser(name, demo).parse_args(argv))
    print(f"\nThe tour took {time.perf_counter() - started:.0f} seconds.")
    return sections
