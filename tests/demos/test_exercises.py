"""The exercises against calculus done by hand, their scores, and a game in a terminal."""

import json
import math
import os
import select
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from autograd.show.lesson import read_lesson
from demos.command import DemoError, main
from demos.exercises import SCORES, scores
from demos.exercises.catalogue import EXERCISES

THIRD = 1 / 3


def relu(x: float) -> float:
    return max(0.0, x)


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def network(x1, x2, w11, w12, w21, w22, b1, b2, u1, u2, c):
    y = u1 * relu(w11 * x1 + w21 * x2 + b1) + u2 * relu(w12 * x1 + w22 * x2 + b2) + c
    return (y - 3) ** 2


def cross_entropy(z1, z2, z3):
    return -math.log(math.exp(z2) / (math.exp(z1) + math.exp(z2) + math.exp(z3)))


# Of each exercise: the same function in plain Python, and its gradients as worked out by hand.
BY_HAND: dict[str, tuple[Callable[..., float], dict[str, float]]] = {
    "product": (lambda a, b: a * b, {"a": -3, "b": 2}),
    "sum": (lambda a, b, c: a * b + c, {"a": -3, "b": 2, "c": 1}),
    "square": (lambda x: x * x, {"x": 6}),
    "reused": (lambda a, b, c: a * b + a * c, {"a": 1, "b": 2, "c": 2}),
    "chain": (lambda x: (2 * x + 1) ** 2, {"x": 12}),
    "quotient": (lambda a, b: a / b, {"a": 0.5, "b": -0.75}),
    "two_paths": (lambda x: 3 * x**3, {"x": 36}),
    "neuron": (lambda x, w, b: math.tanh(w * x + b), {"x": 1.5, "w": 0.375, "b": 0.75}),
    "relu": (
        lambda x, w1, b1, w2, b2: relu(w1 * x + b1) + relu(w2 * x + b2),
        {"x": 1.5, "w1": 2, "b1": 1, "w2": 0, "b2": 0},
    ),
    "tie": (lambda a, b, c: max(a, b) * c, {"a": 1.5, "b": 1.5, "c": 2}),
    "squared_error": (lambda x, w, b: (sigmoid(w * x + b) - 1) ** 2, {"x": -0.25, "w": -0.5, "b": -0.25}),
    "log_likelihood": (lambda z: -math.log(sigmoid(z)), {"z": 0.25 - 1}),
    "network": (
        network,
        {
            "x1": 12, "x2": -12, "w11": -4, "w12": 8, "w21": -8, "w22": 16, "b1": -4, "b2": 8,
            "u1": -8, "u2": -4, "c": -4,
        },
    ),
    "cross_entropy": (cross_entropy, {"z1": 1 / 6, "z2": THIRD - 1, "z3": 1 / 2}),  # softmax minus one-hot
}  # fmt: skip


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_an_exercise_has_the_gradients_worked_out_by_hand(exercise) -> None:
    function, gradients = BY_HAND[exercise.name]
    lesson = read_lesson(exercise.build())
    leaves = {node.name: node.data for node in lesson.nodes if node.kind == "leaf"}
    grads = dict(zip((node.name for node in lesson.nodes), lesson.grads(lesson.last)))
    assert lesson.nodes[lesson.root].data == pytest.approx(function(**leaves), rel=1e-12)
    assert {name: grads[name] for name in leaves} == pytest.approx(gradients, rel=1e-9, abs=1e-12)
    if exercise.name == "tie":
        return  # a corner has no slope; the convention is in the table above
    for name, number in leaves.items():
        up, down = (function(**leaves | {name: number + h}) for h in (1e-6, -1e-6))
        assert grads[name] == pytest.approx((up - down) / 2e-6, rel=1e-6, abs=1e-8)


def test_the_set_is_graded_and_everything_in_it_has_a_name() -> None:
    assert 10 <= len(EXERCISES) <= 14
    assert [exercise.name for exercise in EXERCISES] == list(BY_HAND)
    operations = [len(read_lesson(exercise.build()).order) for exercise in EXERCISES]
    assert operations[0] == 1 and min(operations[-2:]) > max(operations[:8])
    for exercise in EXERCISES:
        nodes = read_lesson(exercise.build()).nodes
        assert nodes[-1].label and all(node.label for node in nodes if node.kind == "leaf")
        assert exercise.title and len(exercise.teaches.split()) > 8


# ---- the score file


def test_scores_keep_the_best_and_the_last(tmp_path: Path) -> None:
    path = tmp_path / "scores.json"
    assert scores.read(path) == {}
    scores.add(path, "tie", 2, 4)
    scores.add(path, "sum", 1, 4)
    first = scores.read(path)["tie"]
    assert (first.best, first.last, first.of, first.tries, first.perfect) == (2, 2, 4, 1, False)
    scores.add(path, "tie", 4, 4)
    better = scores.read(path)["tie"]
    assert (better.best, better.last, better.tries, better.perfect) == (4, 4, 2, True)
    scores.add(path, "tie", 1, 4)
    worse = scores.read(path)["tie"]
    assert (worse.best, worse.last, worse.tries, worse.perfect) == (4, 1, 3, True)
    assert scores.read(path)["sum"].tries == 1
    age = datetime.now(timezone.utc) - datetime.fromisoformat(worse.when)
    assert timedelta(0) <= age < timedelta(minutes=10)
    scores.add(path, "tie", 3, 7)  # the exercise has grown: the old best is of another one
    grown = scores.read(path)["tie"]
    assert (grown.best, grown.last, grown.of, grown.tries) == (3, 3, 7, 1)


GOOD = {"best": 2, "last": 1, "of": 2, "tries": 3, "when": "2026-01-31T12:00:00+00:00"}


def content(**changed: object) -> bytes:
    return json.dumps({"format": scores.FORMAT, "exercises": {"tie": GOOD | changed}}).encode()


def test_a_file_as_it_should_be_is_read(tmp_path: Path) -> None:
    (tmp_path / "scores").write_bytes(content())
    assert scores.read(tmp_path / "scores")["tie"].best == 2


DAMAGED = {
    "empty": b"",
    "cut": content()[:-9],
    "not text": b"\xff\xfe\x00",
    "a list": b"[]",
    "a number": b"3",
    "foreign": b'{"exercises": {}}',
    "another version": content().replace(b"scores, 1", b"scores, 2"),
    "no exercises": json.dumps({"format": scores.FORMAT}).encode(),
    "a list of exercises": json.dumps({"format": scores.FORMAT, "exercises": []}).encode(),
    "a record that is none": json.dumps({"format": scores.FORMAT, "exercises": {"tie": 2}}).encode(),
    "a field more": content(name="x"),
    "a field of text": content(best="2"),
    "a truth": content(last=True),
    "a fraction": content(best=1.5),
    "more than there are": content(best=3),
    "last above best": content(best=0),
    "below 0": content(last=-1),
    "no tries": content(tries=0),
    "no date": content(when="\x1b[2Jyesterday"),
    "nested": b"[" * 100_000,
}


@pytest.mark.parametrize("damaged", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_file_is_an_error_and_stays_as_it_is(
    damaged: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / SCORES
    path.write_bytes(damaged)
    with pytest.raises(DemoError, match="not a score file, or damaged"):
        scores.add(path, "tie", 1, 4)
    for more in ([], ["--play"]):
        assert main(["exercises", "--out", str(tmp_path), *more]) == 1
        said = capsys.readouterr().err
        assert said.startswith("demos: ") and SCORES in said and "Traceback" not in said
    assert path.read_bytes() == damaged
    assert [each.name for each in tmp_path.iterdir()] == [SCORES]


def test_an_interrupted_save_leaves_the_old_scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "scores.json"
    scores.add(path, "tie", 2, 4)
    old = path.read_bytes()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        scores.add(path, "tie", 4, 4)
    assert path.read_bytes() == old
    assert [each.name for each in tmp_path.iterdir()] == ["scores.json"]


# ---- the list, and a game


def test_the_list_shows_the_scores_so_far(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores.add(tmp_path / SCORES, "square", 1, 2)
    assert main(["exercises", "--out", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert next(line for line in lines if line.startswith("3 ")).split()[-4:-1] == ["1", "1", "1"]
    assert next(line for line in lines if line.startswith("4 ")).split()[-3:] == ["–", "–", "–"]
    html = (tmp_path / "exercises.html").read_text(encoding="utf-8")
    assert html.count("best 1 of 2") == 1 and html.count("to predict</small>") == len(EXERCISES) - 1
    for number, exercise in enumerate(EXERCISES, 1):
        assert f'href="exercise-{number:02}.html#predict"' in html
        steps = (tmp_path / f"exercise-{number:02}.html").read_text(encoding="utf-8")
        assert f"<title>Exercise {number}: {exercise.title}</title>" in steps


@pytest.mark.parametrize("number", ["0", "15", "-1", "x", "1.5"])
def test_an_exercise_that_is_not_there_is_refused(number: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["exercises", f"--play={number}", "--out", str(tmp_path / "out")])
    assert ended.value.code == 2 and not list(tmp_path.iterdir())


def test_nobody_is_asked_where_there_is_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["exercises", "--play", "2", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "no terminal" in said and "exercise-02.html" in said
    assert not list(tmp_path.iterdir())


def play(out: Path, keys: str, *argv: str) -> str:
    """Play in a pseudo-terminal, all keys typed once the first screen is there; returns what was shown."""
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "demos", "exercises", "--out", str(out), "--play", *argv]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm"}
    seen = b""
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=out, start_new_session=True
    ) as process:
        os.close(theirs)
        try:
            while select.select([ours], [], [], 30)[0] and (chunk := os.read(ours, 4096)):
                seen += chunk
                if keys and b"step 0" in seen:
                    os.write(ours, keys.encode())
                    keys = ""
        except OSError:  # Linux says so when the other side is closed
            pass
        finally:
            os.close(ours)
            if sys.exc_info()[0] or process.poll() is None and not seen:
                process.kill()
    assert process.returncode == 0, seen.decode()
    return seen.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_a_game_in_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / SCORES
    # Three steps: the product, the gradient 1 of y, and the question. y = a * b with a = 2, b = -3.
    said = play(tmp_path, "nnn-3\rupstream * a\rq", "1")
    assert "2 of 2, the best so far 2" in said
    first = scores.read(path)["product"]
    assert (first.best, first.last, first.of, first.tries) == (2, 2, 2, 1)
    said = play(tmp_path, "nnn5\r-3\r2\rq", "1")  # wrong at first
    assert "1 of 2, the best so far 2" in said
    second = scores.read(path)["product"]
    assert (second.best, second.last, second.tries) == (2, 1, 2)
    old = path.read_bytes()
    said = play(tmp_path, "nnq")  # no number: the first not solved, and left before its end
    assert "Exercise 2: A product and a sum: not played to its end" in said
    assert path.read_bytes() == old
