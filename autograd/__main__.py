"""``python -m autograd``: step through, draw or check an expression, given a number for each of its names.

:mod:`autograd.typed` reads the expression, which is never run as code. Errors in the arguments go to the
standard error, with exit status 2.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from .check import GradientError, gradcheck
from .text import printable
from .typed import Expression, ExpressionError, build, evaluate, parse
from .typed.grammar import CONSTANTS, WORD
from .value import Value

PROGRAM = "python -m autograd"
NEURON = '"tanh(w1*x1 + w2*x2 + b)" w1=-3 x1=2 w2=1 x2=0 b=6.8814'
OUT = "out"  # the label of the result

HELP = f"""\
usage: {PROGRAM} step|draw|check EXPRESSION name=number ... [options]

  step    walk through the forward and the backward pass, one operation at a time
  draw    draw the computation graph
  check   compare the gradients with central differences

examples:
  {PROGRAM} step {NEURON}
  {PROGRAM} draw "x * sin(x)" x=2 -o graph.svg
  {PROGRAM} check "sigmoid(a) / (1 + b**2)" a=0.5 b=-1.5

{PROGRAM} step --help (or draw, or check) says more."""

GRAMMAR = """\
An expression has numbers, names, + - * / ** (or ^) and parentheses, pi and e, and functions: exp, log,
sqrt, sin, cos, tanh, sigmoid, relu, maximum(x, y), sum(x, y, ...) and all the others of the package.
Put it in quotes, so that the shell leaves it alone. Every name gets a number: w1=-3, or arithmetic such
as angle=pi/4."""

EXAMPLES = {
    "step": f"""\
examples:
  {PROGRAM} step {NEURON}
  {PROGRAM} step "x * x + x" x=3 --predict
  {PROGRAM} step "(w*x - y)**2" w=0.5 x=2 y=3 --train w -o page.html
  {PROGRAM} step "x * x + x" x=3 | less        without a terminal: the whole walk as a table""",
    "draw": f"""\
examples:
  {PROGRAM} draw {NEURON} -o neuron.svg
  {PROGRAM} draw "x * sin(x)" x=2 --local-grads --direction TB -o graph.pdf
  {PROGRAM} draw "x * sin(x)" x=2               without a file: as text""",
    "check": f"""\
examples:
  {PROGRAM} check "x * sin(x)" x=2
  {PROGRAM} check "relu(x)" x=0                  a kink: the exit status is 1

The exit status is 0 if all derivatives agree, 1 if one is wrong, at a kink, or too uncertain to judge.""",
}


class UsageError(ValueError):
    """Arguments that do not make sense; the message says what to do."""


def main(argv: Sequence[str]) -> int:
    """Run the command that the arguments name, and return the exit status."""
    try:
        return _main(list(argv))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output has seen enough; keep the flush at exit from complaining again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _main(argv: list[str]) -> int:
    name = argv[0] if argv else ""
    if name in ("-h", "--help"):
        print(HELP)
        return 0
    if name not in COMMANDS:
        near = get_close_matches(name, COMMANDS, 1)
        guess = f", did you mean {near[0]}?" if near else ""
        said = f"there is no command {name!r}{guess}" if name else "a command is missing"
        print(f"{PROGRAM}: {said}\n\n{HELP}", file=sys.stderr)
        return 2
    options = _parser(name).parse_intermixed_args([_no_option(each) for each in argv[1:]])
    try:
        expression, values = _given(options.expression.strip(), options.numbers)
        status = COMMANDS[name](options, expression, values)
        print(end="", flush=True)  # flush here, so that a full disk is reported too
        return status
    except BrokenPipeError:
        raise
    except (ValueError, ArithmeticError, RuntimeError, OSError) as error:
        print(f"{PROGRAM} {name}: {error}".replace(": \n", ":\n", 1), file=sys.stderr)
        return 2


def _step(options: argparse.Namespace, expression: Expression, values: dict[str, Value]) -> int:
    from .show import terminal
    from .show.stepper import stepper

    unknown = [name for name in options.train or () if name not in values]
    if unknown:
        raise UsageError(f"--train {unknown[0]}: no such name in the expression; there are {_and(values)}")
    if options.predict and options.out:
        raise UsageError("--predict works in the terminal only; in the page, press P")
    trained = None if options.train is None else [values[name] for name in options.train]
    steps = stepper(_root(expression, values), title=expression.text, parameters=trained)
    if options.out:
        print(printable(f"Wrote {steps.save(options.out)}"))
    else:
        terminal.run(steps.lesson, expression=expression.text, predict=options.predict)
    return 0


def _draw(options: argparse.Namespace, expression: Expression, values: dict[str, Value]) -> int:
    from .show.drawing import draw

    root = _root(expression, values)
    if options.backward:
        root.backward()
    title, direction = expression.text, options.direction
    drawing = draw(root, title=title, direction=direction, local_grads=options.local_grads)
    print(printable(f"Wrote {drawing.save(options.out)}") if options.out else drawing)
    return 0


def _check(options: argparse.Namespace, expression: Expression, values: dict[str, Value]) -> int:
    try:
        report = gradcheck(lambda *leaves: expression(dict(zip(values, leaves))), list(values.values()))
    except GradientError as error:
        print(error)
        return 1
    print(report)
    return 0 if report.ok else 1


COMMANDS = {"step": _step, "draw": _draw, "check": _check}


def _parser(name: str) -> argparse.ArgumentParser:
    purpose = next(line for line in HELP.split("\n") if line.startswith(f"  {name} "))
    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM} {name}",
        usage=f"{PROGRAM} {name} EXPRESSION name=number ... [options]",
        description=purpose.split(maxsplit=1)[1].capitalize() + ".",
        epilog=f"{GRAMMAR}\n\n{EXAMPLES[name]}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("expression", metavar="EXPRESSION", help="what to compute, in quotes")
    parser.add_argument("numbers", nargs="*", metavar="name=number", help="a number for each of its names")
    if name == "step":
        parser.add_argument("-o", "--out", type=Path, metavar="PAGE.html", help="write a page instead")
        parser.add_argument(
            "--predict", action="store_true", help="ask for every contribution before it is shown"
        )
        parser.add_argument(
            "--train",
            type=_names,
            metavar="w1,w2",
            help="the names that the page's descend button changes (default: all)",
        )
    if name == "draw":
        parser.add_argument("-o", "--out", type=Path, metavar="FILE", help=".svg, .png, .pdf or .dot")
        parser.add_argument(
            "--backward",
            action=argparse.BooleanOptionalAction,
            default=True,
            help="show gradients (the default)",
        )
        parser.add_argument("--local-grads", action="store_true", help="show a local gradient on every edge")
        parser.add_argument(
            "--direction",
            choices=("LR", "TB"),
            default="LR",
            help="left to right (the default) or top to bottom",
        )
    return parser


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",")]


def _no_option(argument: str) -> str:
    """Put a space before an expression that begins with a minus sign, lest it be taken for an option."""
    looks = argument.startswith("-") and not argument.startswith("--") and argument not in ("-o", "-h")
    return f" {argument}" if looks else argument


def _given(text: str, numbers: Iterable[str]) -> tuple[Expression, dict[str, Value]]:
    """Return the expression, and a leaf for each of its names."""
    expression = parse(text)
    values: dict[str, Value] = {}
    for each in numbers:
        before, equals, number = each.partition("=")
        name = before.strip()
        if not equals or not WORD.fullmatch(name):
            raise UsageError(f"{each.strip()!r} is not name=number, such as w1=-3 or angle=pi/4")
        if name in values:
            both = f"{values[name].data:g} and {number.strip()}"
            raise UsageError(f"{name} has two numbers, {both}; give it one")
        try:
            values[name] = Value(evaluate(number, {}), name)
        except ExpressionError as error:  # its column counts from the start of the number
            raise ExpressionError(error.reason, each, len(before) + 1 + error.column) from None
    unused = [name for name in values if name not in expression.names]
    if missing := [name for name in expression.names if name not in values and name not in CONSTANTS]:
        example = " ".join(f"{name}=1" for name in missing)
        reason = f"there is no number for {_and(missing)}; add after the expression, such as {example}"
        reason += f" (not in the expression: {_and(unused)})" if unused else ""
        column = next(part.column for part in expression.parts if part.what == missing[0])
        raise ExpressionError(reason, text, column)
    if unused:
        known = f"its names are {_and(expression.names)}" if expression.names else "it has no names"
        raise UsageError(f"there is a number for {_and(unused)}, but no such name in {text}; {known}")
    if not values:
        raise UsageError(f"{text} has no names, so there is nothing to differentiate; try x**2 x=3")
    return expression, values


def _root(expression: Expression, values: dict[str, Value]) -> Value:
    return build(expression.text, values, out=None if OUT in values else OUT)


def _and(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name may have letters that the encoding lacks
    sys.exit(main(sys.argv[1:]))
