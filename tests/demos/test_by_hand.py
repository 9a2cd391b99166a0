"""The network by hand: the numbers that it is known to have, and NumPy's."""

import re
from pathlib import Path

import numpy as np
import pytest

from autograd.show.lesson import read_lesson
from autograd.typed import evaluate
from demos.by_hand import DELTAS, FORWARD, GRADIENTS, INPUTS, PARAMETERS, STEP, network
from demos.by_hand.paper import Paper
from demos.command import main

# Worked out elsewhere, to five digits.
KNOWN = {
    "w2_1": -0.0050187, "w2_2": -0.0055848, "b2": -0.0090062,
    "w1_11": -0.00055551, "w1_12": -0.00063649, "w1_21": -0.00033330, "w1_22": -0.00038189,
    "b1_1": -0.00111102, "b1_2": -0.00127298,
}  # fmt: skip
FIVE_DIGITS = 2e-5  # relative: half a unit in the fifth digit, whatever the first


def test_the_printed_numbers_are_the_known_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["by_hand", "--out", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    for name, gradient in KNOWN.items():
        on_paper = re.search(rf"^d{name} = .* (\S+)$", text, re.MULTILINE)
        compared = re.search(rf"^{name} +(\S+) +(\S+) +\S+$", text, re.MULTILINE)
        assert on_paper and compared
        assert float(on_paper[1]) == pytest.approx(gradient, rel=FIVE_DIGITS)
        assert float(compared[1]) == float(compared[2]) == pytest.approx(gradient, rel=FIVE_DIGITS)
    assert "Loss before 0.00042731, after 0.00041330; the engine: 0.00041330" in text
    html = (tmp_path / "by_hand.html").read_text(encoding="utf-8")
    assert re.findall(r"<dd>([\d.]+)</dd>", html) == ["0.00042731", "0.00041330", "0.00041330"]


def matrices(numbers: dict[str, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    w1 = np.array([[numbers[f"w1_{i}{j}"] for j in (1, 2)] for i in (1, 2)])
    b1, w2 = (np.array([numbers[f"{name}_{j}"] for j in (1, 2)]) for name in ("b1", "w2"))
    return w1, b1, w2, numbers["b2"]


def loss(numbers: dict[str, float]) -> float:
    w1, b1, w2, b2 = matrices(numbers)
    x = np.array([numbers["x1"], numbers["x2"]])
    h = 1 / (1 + np.exp(-(x @ w1 + b1)))
    o = 1 / (1 + np.exp(-(h @ w2 + b2)))
    return float((o - numbers["t"]) ** 2)


def test_paper_and_engine_agree_with_numpy_and_with_differences() -> None:
    numbers = INPUTS | PARAMETERS
    paper = Paper(numbers)
    for formulas in (FORWARD, DELTAS, GRADIENTS):
        paper.work_out(formulas)
    nodes = network()
    nodes["L"].backward()
    assert paper.numbers["L"] == pytest.approx(loss(numbers), rel=1e-13)
    assert nodes["L"].data == pytest.approx(loss(numbers), rel=1e-13)
    for name in PARAMETERS:
        up, down = (loss(numbers | {name: numbers[name] + h}) for h in (1e-5, -1e-5))
        slope = (up - down) / 2e-5
        assert paper.numbers[f"d{name}"] == pytest.approx(slope, abs=1e-9)
        assert nodes[name].grad == pytest.approx(slope, abs=1e-9)
    paper.work_out(STEP)
    stepped = {name: numbers[name] - 0.1 * KNOWN[name] for name in PARAMETERS}
    assert {name: paper.numbers[name] for name in PARAMETERS} == pytest.approx(stepped, abs=1e-7)


def test_each_line_says_what_it_comes_to() -> None:
    paper = Paper(INPUTS | PARAMETERS)
    for formulas in (FORWARD, DELTAS, GRADIENTS, STEP):
        for line, in_numbers, result in paper.work_out(formulas):
            assert line.split(" = ")[0] in paper.numbers
            assert not set(re.findall(r"[^\W\d]\w*", in_numbers)) - {"sigmoid"}
            assert evaluate(in_numbers, {}) == pytest.approx(float(result), rel=1e-4)


def test_descend_moves_the_parameters_alone() -> None:
    nodes = network()
    lesson = read_lesson(nodes["L"], parameters=[nodes[name] for name in PARAMETERS])
    assert {node.name for node in lesson.nodes if node.trained} == set(PARAMETERS)
