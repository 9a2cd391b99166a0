"""Labels, titles and notes of any text: half a surrogate pair is shown as �, and a megabyte takes no time."""

import io
import sys

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, Value, draw, film, gradcheck, stepper, text, trace
from autograd.show.terminal import ink
from autograd.show.terminal.session import Session
from autograd.show.terminal.table import table
from autograd.text import printable
from demos import page
from nn import training

HALF = "a\ud800b\udfffc"
SHOWN = "a�b�c"


def graph(label=HALF):
    x = Value(2.0, label)
    return (x * Value(-3.0, "w")).tanh()


def filmed(**options):
    made = film(nn.MLP(2, [2, 1], "tanh", rng=0), [[0.0, 0.0], [1.0, 1.0]], [0.0, 1.0], **options)
    made.record(1.0)
    return made


def history(path=None):
    model = nn.Linear(2, 1, rng=0)
    return training.fit(
        model, (np.ones((4, 2)), np.ones((4, 1))), nn.mse, nn.SGD(model.parameters()), epochs=1,
        metrics={HALF: lambda prediction, y: 0.5},
        callbacks=[kind(path) for kind in (training.CSVLog,) if path], progress=path is None,
    )  # fmt: skip


def logged(path):
    history(path)
    return path.read_text(encoding="utf-8")


def traced():
    p = Value(2.0, HALF)
    return trace(lambda x: x * p, 1.0, parameters=[p])


def read(save, path):
    save(path)
    return path.read_bytes().decode()


def operation():
    twice = autograd.define("twice", lambda x: 2.0 * x, lambda out, x: 2.0, symbol=HALF)
    return twice(Value(1.0, "x"))


OUTPUTS = {
    "stepper's page, label": lambda path: read(stepper(graph()).save, path / "a.html"),
    "stepper's page, title": lambda path: read(stepper(graph("x"), title=HALF).save, path / "a.html"),
    "stepper's page, symbol": lambda path: read(stepper(operation()).save, path / "a.html"),
    "stepper, notebook": lambda path: stepper(graph("x"), title=HALF)._repr_mimebundle_()["text/html"],
    "stepper, repr": lambda path: repr(stepper(graph("x"), title=HALF)),
    "svg, label": lambda path: read(draw(graph()).save, path / "a.svg"),
    "svg, title": lambda path: read(draw(graph("x"), title=HALF).save, path / "a.svg"),
    "svg, symbol": lambda path: read(draw(operation()).save, path / "a.svg"),
    "dot, label": lambda path: read(draw(graph()).save, path / "a.dot"),
    "dot, title": lambda path: read(draw(graph("x"), title=HALF).save, path / "a.dot"),
    "drawing as text": lambda path: str(draw(graph(), title=HALF)),
    "drawing in a notebook": lambda path: draw(graph())._repr_mimebundle_()["text/html"],
    "drawing of a Tensor": lambda path: str(draw(Tensor([1.0], label=HALF).tanh())),
    "film, title": lambda path: read(filmed(title=HALF).save, path / "a.html"),
    "film, note": lambda path: read(filmed(note=HALF).save, path / "a.html"),
    "film as text": lambda path: str(filmed(title=HALF)),
    "terminal": lambda path: "\n".join(
        ink.paint(line, {}) for line in Session(stepper(graph()).lesson).lines(80, 24)
    ),
    "terminal, title": lambda path: "\n".join(
        ink.paint(line, {}) for line in Session(stepper(graph(), title=HALF).lesson).lines(80, 24)
    ),
    "table": lambda path: "\n".join(table(stepper(graph()).lesson, HALF)),
    "steps": lambda path: "\n".join(map(str, autograd.backward_steps(graph()))),
    "gradcheck": lambda path: str(gradcheck(lambda x: x * x, [Value(1.0, HALF)])),
    "csv log": lambda path: logged(path / "log.csv"),
    "a demo's page": lambda path: page.html([page.Section("one", HALF, [page.Paragraph(HALF)])]),
}  # fmt: skip


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS)
def test_half_a_surrogate_pair_is_shown_as_a_replacement_character(output, tmp_path):
    shown = output(tmp_path)
    assert SHOWN in shown
    shown.encode()  # nothing else is left of it


def test_pictures_with_half_a_surrogate_pair(tmp_path):
    for ending in ("png", "svg"):
        assert draw(graph(), title=HALF).save(tmp_path / f"a.{ending}").stat().st_size > 1_000
        assert history(tmp_path / "log.csv").plot(tmp_path / f"b.{ending}").stat().st_size > 1_000


def test_generated_code_with_half_a_surrogate_pair():
    program = traced()
    for code in (program.source, program.latex, program.javascript, program.batched().source):
        code.encode()
    assert program(3.0) == 6.0 and program.batched()(np.array([3.0])) == 6.0


def test_progress_and_json_lines_with_half_a_surrogate_pair(tmp_path, monkeypatch):
    """The standard output takes none, as a terminal's does not."""
    written = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", written)
    assert history()[HALF] == [0.5]
    written.flush()
    assert f"{SHOWN} 0.5000".encode() in written.buffer.getvalue()
    row = {"epoch": 1, HALF: 0.5}
    assert (
        training.JSONLinesLog(tmp_path / "log").text([row], [*row])
        == '{"epoch": 1, "a\\ufffdb\\ufffdc": 0.5}\n'
    )


def test_what_is_whole_stays_as_it_is():
    for each in ("", "plain", "é λ 損失 🙂", "\u202e", "\x00"):
        assert printable(each) == each


# Much of everything.

WORDS, LETTERS, WIDE, ACCENTS = "word " * 200_000, "x" * 1_000_000, "損" * 1_000_000, "e\u0301" * 500_000


@pytest.mark.parametrize(
    "title", [WORDS, LETTERS, WIDE, ACCENTS], ids=["words", "letters", "wide", "accents"]
)
def test_a_title_of_a_megabyte_is_cut_everywhere(title, tmp_path):
    limit = text.HEADING
    for made in (
        stepper(graph("x"), title=title).lesson.title,
        draw(graph("x"), title=title).title,
        filmed(title=title).title,
    ):
        assert made.endswith("…") and made[:-1] == " ".join(title.split())[: len(made) - 1]
        assert limit - 1 <= text.columns(made) <= limit or title is ACCENTS
    drawing = draw(graph("x"), title=title)
    for ending in ("svg", "png", "dot"):
        assert drawing.save(tmp_path / f"a.{ending}").stat().st_size < 200_000
    page_of = stepper(graph("x"), title=title)
    assert len(page_of.html) < 200_000 and len(page_of._repr_mimebundle_()["text/html"]) < 300_000
    assert len(filmed(title=title).html) < 200_000 and len(str(filmed(title=title))) < 2_000
    lines = Session(page_of.lesson).lines(80, 24)
    assert len(lines) == 24 and max(map(ink.width, lines)) <= 80
    assert len(drawing._repr_mimebundle_()["text/html"]) < 20_000


def test_a_label_of_a_megabyte_is_cut_on_its_card():
    for label in (WORDS, LETTERS, WIDE):
        assert max(text.columns(line) for line in str(draw(graph(label))).split("\n")) < 120
        assert len(stepper(graph(label)).lesson.nodes[0].name) < 30
    assert film(nn.MLP(1, [1]), note=WORDS).note == WORDS.strip()  # a note is a paragraph, and may be long


@pytest.mark.parametrize("title", [3, b"title", ["title"], 1.5])
def test_a_title_is_text(title):
    with pytest.raises(TypeError, match="stepper: title is .*; expected a string"):
        stepper(graph("x"), title=title)
    with pytest.raises(TypeError, match="draw: title is .*; expected a string"):
        draw(graph("x"), title=title)
    with pytest.raises(TypeError, match="film: title is .*; expected a string"):
        film(nn.MLP(1, [1]), title=title)
    with pytest.raises(TypeError, match="film: note is .*; expected a string"):
        film(nn.MLP(1, [1]), note=title)
