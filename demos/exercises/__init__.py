"""Fourteen exercises: predict gradients, from one product to a softmax with its loss; keeps your scores."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import autograd
from autograd import Stepper
from demos import page
from demos.command import DemoError, natural

from . import scores
from .catalogue import EXERCISES

SCORES = "exercises-scores.json"
NEXT = 0  # stands for the first exercise that is not solved yet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the option that selects an exercise to play."""
    parser.add_argument(
        "--play",
        type=_number,
        nargs="?",
        const=NEXT,
        metavar="NUMBER",
        help=f"play exercise 1 to {len(EXERCISES)} in this terminal; no number: the first unsolved one",
    )


def run(options: argparse.Namespace) -> list[page.Section]:
    """Play an exercise if asked to; then list all exercises with their scores, and write a page for each."""
    kept = options.out / SCORES
    records = scores.read(kept)  # first, so that nobody plays for a score that cannot be saved
    steppers = [
        autograd.stepper(exercise.build(), title=f"Exercise {number}: {exercise.title}")
        for number, exercise in enumerate(EXERCISES, 1)
    ]
    if options.play is not None:
        _play(options.play or _unsolved(records), steppers, kept)
        records = scores.read(kept)
    links = []
    rows = []
    for number, (exercise, stepper) in enumerate(zip(EXERCISES, steppers), 1):
        file = stepper.save(options.out / f"exercise-{number:02}.html")
        record, questions = records.get(exercise.name), _questions(stepper)
        rows.append((f"{number}", exercise.title, str(questions), *_score(record)))
        mark = f"best {record.best} of {record.of}" if record else f"{questions} to predict"
        links.append(page.Link(f"{file.name}#predict", f"{number}. {exercise.title}", exercise.teaches, mark))
    table = page.Table("", ("", "exercise", "to predict", "best", "last", "tries", "last played"), rows)
    print(page.columns(table))
    print(f"\nIn the browser: {options.out / 'exercise-01.html#predict'}, and so on")
    print(f"In the terminal: python -m demos exercises --play [NUMBER]; the scores are kept in {kept}")
    blocks: list[page.Block] = [
        page.Paragraph(
            """Reading a solution feels like understanding; predicting one shows whether you do understand.
            Each page asks for every contribution before it shows it. Answer with a number, or with an
            expression such as upstream * b; hints give the rule first, then the numbers. The exercises get
            harder slowly, and none of them needs a calculator."""
        ),
        *links,
        page.Paragraph(
            f"""With a class: show the graph, let everybody write a number down, then reveal it. A page counts
            your answers until you close it. In the terminal, python -m demos exercises --play NUMBER keeps
            the best and the last score in the file {SCORES}, and this page shows them."""
        ),
    ]
    return [page.Section("exercises", "Predict it yourself", blocks)]


def _play(number: int, steppers: list[Stepper], kept: Path) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise DemoError(
            "--play asks for answers, but there is no terminal here; run it in one, or open "
            f"exercise-{number:02}.html in a browser (without --play, this command writes it)"
        )
    from autograd.show import terminal

    exercise, stepper = EXERCISES[number - 1], steppers[number - 1]
    quiz = terminal.run(stepper.lesson, predict=True)
    answers = list(quiz.outcomes.values()) if quiz else []
    questions = _questions(stepper)
    if len(answers) < questions:
        print(f"{stepper.lesson.title}: not played to its end, so no score is kept.\n")
        return
    record = scores.add(kept, exercise.name, answers.count("right"), questions)
    print(f"{stepper.lesson.title}: {record.last} of {record.of}, the best so far {record.best}.\n")


def _unsolved(records: scores.Records) -> int:
    """Return the number of the first exercise without a perfect score, or 1 if all are perfect."""
    for number, exercise in enumerate(EXERCISES, 1):
        record = records.get(exercise.name)
        if not record or not record.perfect:
            return number
    return 1


def _questions(stepper: Stepper) -> int:
    return len(stepper.lesson.contributions(stepper.lesson.last))


def _score(record: scores.Record | None) -> tuple[str, str, str, str]:
    if record is None:
        return "–", "–", "–", ""
    return str(record.best), str(record.last), str(record.tries), record.when[:10]


def _number(text: str) -> int:
    number = natural(text)
    if not 1 <= number <= len(EXERCISES):
        raise argparse.ArgumentTypeError(f"there is no exercise {number}; choose 1 to {len(EXERCISES)}")
    return number
