"""The stepper in a terminal: what it shows, what keys and answers do, and how it leaves the terminal.

The neuron's numbers are worked out by hand, those of the network by central differences.
"""

import importlib.util
import io
import math
import os
import re
import runpy
import select
import signal
import subprocess
import sys
import textwrap
import time
import types

import pytest

import nn
from autograd import Value, define, dot, no_grad, stepper, text
from autograd.show.lesson import read_lesson
from autograd.show.terminal import ink, run
from autograd.show.terminal.moment import Moment
from autograd.show.terminal.quiz import Quiz
from autograd.show.terminal.screen import screen
from autograd.show.terminal.session import Session
from autograd.show.terminal.table import table
from autograd.show.terminal.tree import branches
from autograd.typed import build

NEURON = "tanh(w1*x1 + w2*x2 + b)"
LEAVES = {"w1": -3.0, "x1": 2.0, "w2": 1.0, "x2": 0.0, "b": 6.8813735870195432}
SIZES = [(80, 24), (200, 50), (40, 12), (72, 20), (71, 20), (20, 6), (5, 3), (1, 1), (80, 5)]


def lesson_of(expression, **leaves):
    return read_lesson(build(expression, {name: Value(x, name) for name, x in leaves.items()}, out="out"))


def neuron():
    return lesson_of(NEURON, **LEAVES)


def network():
    """The loss of a 2-4-1 network, its leaves by name, and a function that computes it with plain floats."""
    model = nn.MLP(2, [4, 1], activation="tanh", rng=3)
    leaves = {each.label: each for each in model.parameters()}
    leaves |= {"x0": Value(1.0, "x0"), "x1": Value(-2.0, "x1")}
    loss = (model([leaves["x0"], leaves["x1"]]) - 1.0) ** 2
    loss.label = "loss"

    def anew(**changed):
        v = {name: leaf.data for name, leaf in leaves.items()} | changed
        hidden = [
            math.tanh(v[f"w0,{j},0"] * v["x0"] + v[f"w0,{j},1"] * v["x1"] + v[f"b0,{j}"]) for j in range(4)
        ]
        return (sum(v[f"w1,0,{j}"] * h for j, h in enumerate(hidden)) + v["b1,0"] - 1.0) ** 2

    return loss, leaves, anew


def shown(lesson, position, columns=80, height=24, **more):
    lines = screen(Moment(lesson, position), columns, height, rows=branches(lesson), **more)
    return [ink.plain(each).rstrip() for each in lines]


def ledger_of(lines):
    """Data and grad by name, as the ledger shows them."""
    start = next(i for i, each in enumerate(lines) if each.rstrip().endswith("grad"))
    rows = [each.rpartition("│")[2].split() for each in lines[start + 1 :]]
    found = {}
    for row in rows:
        row = row[1:] if row[:1] == ["▸"] else row
        if len(row) >= 3 and "…" not in row:
            found[row[0]] = (row[-2], row[-1])
    return found


# What is shown.


def test_at_the_start_only_the_leaves_are_known():
    lines = shown(neuron(), 0, expression=NEURON)
    assert lines[0].startswith(NEURON) and lines[0].endswith("step 0 of 11")
    known = ledger_of(lines)
    assert known["w1"] == ("-3.0000", "—") and known["b"] == ("6.8814", "—")
    assert known["out"] == ("—", "—")
    assert [grad for _, grad in known.values()] == ["—"] * 10


def test_a_forward_step_shows_its_formula_in_symbols_and_in_numbers_and_the_local_gradients():
    lines = shown(neuron(), 1, expression=NEURON)
    assert lines[2].split() == ["FORWARD", "v1", "=", "w1", "*", "x1"]
    assert lines[3].strip() == "= -3.0000 * 2.0000"
    assert lines[4].strip() == "= -6.0000"
    assert "  ∂v1/∂w1 = x1 = 2.0000" in lines and "  ∂v1/∂x1 = w1 = -3.0000" in lines
    known = ledger_of(lines)
    assert known["v1"] == ("-6.0000", "—") and known["v2"] == ("—", "—")


def test_the_way_back_starts_from_1():
    lines = shown(neuron(), 6, expression=NEURON)
    assert "∂out/∂out = 1.0000" in lines[2]
    assert ledger_of(lines)["out"] == ("0.7071", "1.0000")


def test_a_backward_step_shows_local_times_upstream_and_the_running_total():
    lines = shown(neuron(), 7, expression=NEURON)
    assert "through tanh at out:  out = tanh(v4)" in lines[2]
    assert lines[3].strip() == "upstream, the gradient of out = 1.0000"
    assert lines[5].strip() == "to v4  ∂out/∂v4 = 1.0 - out * out = 1.0 - 0.7071 * 0.7071 = 0.5000"
    assert lines[6].strip() == "upstream × local = 1.0000 × 0.5000 = 0.5000   total — → 0.5000"
    assert ledger_of(lines)["v4"] == ("0.8814", "0.5000")
    assert ledger_of(lines)["b"] == ("6.8814", "—")


def test_at_the_end_all_gradients_are_those_worked_out_by_hand():
    grads = {name: grad for name, (_, grad) in ledger_of(shown(neuron(), 11, expression=NEURON)).items()}
    assert {name: grads[name] for name in LEAVES} == {
        "w1": "1.0000", "x1": "-1.5000", "w2": "0.0000", "x2": "0.5000", "b": "0.5000",
    }  # fmt: skip


def test_every_step_of_a_walk_differs_from_the_one_before_in_what_it_computes_only():
    lesson = neuron()
    ledgers = [ledger_of(shown(lesson, position, expression=NEURON)) for position in range(12)]
    changes = [
        {name for name in after if after[name] != before[name]} for before, after in zip(ledgers, ledgers[1:])
    ]
    assert changes == [
        {"v1"}, {"v2"}, {"v3"}, {"v4"}, {"out"}, {"out"},
        {"v4"}, {"v3", "b"}, {"v1", "v2"}, {"w2", "x2"}, {"w1", "x1"},
    ]  # fmt: skip


def test_a_value_used_in_several_places_shows_its_contributions_adding_up():
    lesson = lesson_of("x*x + 2*x", x=3.0)  # 2x + 2 = 8, of which x*x gives 3 and 3, and 2*x gives 2
    whole = [" ".join(shown(lesson, position, 100)[2:12]) for position in range(lesson.last + 1)]
    assert "adds up: 2.0000 from v2; more to come from v1" in whole[6]
    assert "total 2.0000 → 5.0000" in whole[7] and "total 5.0000 → 8.0000" in whole[7]
    assert "adds up: 2.0000 from v2 + 3.0000 from v1 + 3.0000 from v1" in whole[7]
    assert ledger_of(shown(lesson, 7))["x"] == ("3.0000", "8.0000")


def test_upstream_too_says_what_it_is_the_sum_of():
    t = Value(2.0, "n") * 1.0
    t.label = "t"
    lesson = read_lesson(t * t)  # 2t = 4
    assert "upstream, the gradient of t = 4.0000: 2.0000 from v1 + 2.0000 from v1" in " ".join(
        shown(lesson, 5)
    )
    assert "upstream, the gradient of v1 = 1.0000" in shown(lesson, 4)[3:4][0]


def test_a_graph_without_an_expression_is_shown_as_a_tree():
    lesson = neuron()
    lines = [each.partition("│")[0].rstrip() for each in shown(lesson, 3, height=40) if "│" in each]
    assert lines == [
        "  graph",
        "  out = tanh(v4)",
        "    v4 = v3 + b",
        "▸     v3 = v1 + v2",
        "        v1 = w1 * x1",
        "          w1",
        "          x1",
        "        v2 = w2 * x2",
        "          w2",
        "          x2",
        "      b",
    ]


def test_in_the_tree_the_branches_of_a_shared_value_are_there_once():
    s = Value(0.5, "a").tanh()
    s.label = "s"
    lesson = read_lesson(s * s + s)
    rows = [row.text for row in branches(lesson)]
    assert rows == ["v2 = v1 + s", "v1 = s * s", "s = tanh(a)", "a", "s ↑", "s ↑"]


def test_of_a_large_graph_the_part_around_the_step_is_shown():
    loss, _, _ = network()
    lesson = read_lesson(loss)
    assert len(lesson.nodes) > 40
    for position in range(1, lesson.last + 1):
        lines = shown(lesson, position)
        node = lesson.nodes[lesson.current(position)]
        halves = [each.partition("│") for each in lines if "│" in each]
        assert sum(f"▸ {node.name} " in f"{ledger} " for _, _, ledger in halves) == 1
        (branch,) = [tree for tree, _, _ in halves if tree.startswith("▸")]
        assert branch.split()[1] == node.name
        if lesson.phase(position) == "backward":
            assert {lesson.nodes[each].name for each in node.parents} - {"1", "2"} <= set(ledger_of(lines))


def test_the_gradients_shown_for_a_network_are_those_of_central_differences():
    loss, leaves, anew = network()
    lesson = read_lesson(loss)
    grads = ledger_of(shown(lesson, lesson.last, 120, 100))
    assert anew() == pytest.approx(loss.data, rel=1e-12)
    for name, leaf in leaves.items():
        h = 1e-5
        slope = (anew(**{name: leaf.data + h}) - anew(**{name: leaf.data - h})) / (2 * h)
        assert float(grads[name][1]) == pytest.approx(slope, abs=6e-5 + 1e-3 * abs(slope))


@pytest.mark.parametrize("columns, height", SIZES)
def test_every_screen_fits_the_window(columns, height):
    loss, _, _ = network()
    for lesson, expression in ((neuron(), NEURON), (read_lesson(loss), "")):
        for position in range(lesson.last + 1):
            rows = [] if expression else branches(lesson)
            lines = screen(Moment(lesson, position), columns, height, expression=expression, rows=rows)
            assert len(lines) == height
            assert max(map(ink.width, lines)) <= columns


def test_on_24_lines_of_80_columns_the_whole_neuron_is_in_sight_at_every_step():
    for position in range(12):
        lines = shown(neuron(), position, expression=NEURON, bottom=[ink.line("keys")])
        assert not any("…" in each for each in lines)
        assert len(ledger_of(lines)) == 10


def test_an_operation_on_many_values_can_be_scrolled():
    ws, xs = ([Value(0.1 * (i + 1), f"{name}{i}") for i in range(20)] for name in "wx")
    session = Session(read_lesson(dot(ws, xs)))
    session.press("end")
    seen = set()
    for _ in range(25):
        lines = [ink.plain(each) for each in session.lines(80, 24)]
        assert len(lines) == 24
        seen |= {each.split()[1] for each in lines if each.startswith("  to ")}
        typing(session, ["down"] * 4)
    assert seen == {f"{name}{i}" for name in "wx" for i in range(20)}
    typing(session, ["up"] * 200)
    assert any(each.startswith("  to w0") for each in map(ink.plain, session.lines(80, 24)))


def test_of_many_questions_the_one_that_is_asked_is_in_sight():
    ws, xs = ([Value(0.1 * (i + 1), f"{name}{i}") for i in range(20)] for name in "wx")
    lesson = read_lesson(dot(ws, xs))
    session = Session(lesson, quiz=Quiz(lesson))
    session.press("end")
    for i in range(20):
        lines = [ink.plain(each) for each in session.lines(80, 24)]
        assert any(each.split() == ["to", f"w{i}", "?"] for each in lines)
        assert any(f"gradient of w{i}?" in each for each in lines)
        session.press("enter")


def test_a_leaf_alone_has_two_positions():
    lesson = read_lesson(Value(2.0, "x"))
    assert ledger_of(shown(lesson, 0)) == {"x": ("2.0000", "—")}
    assert ledger_of(shown(lesson, 1)) == {"x": ("2.0000", "1.0000")}


def test_constants_have_no_gradient():
    with no_grad():
        known = Value(3.0, "a") * 2.0
    known.label = "known"
    lesson = read_lesson(Value(3.0, "x") * 2.0 + known)
    lines = shown(lesson, 0)
    (row,) = [each.split() for each in lines if "│   known " in each]
    assert row[-2:] == ["known", "6.0000"]  # and neither a gradient nor a dash for one
    assert not any("│   2 " in each for each in lines)
    lines = shown(lesson, 5)
    assert not any(each.startswith("  to 2") for each in lines)
    assert "through * at v1:  v1 = x * 2.0" in lines[2]


def test_the_numbers_that_a_network_is_given_are_constants():
    lesson = read_lesson(nn.MLP(2, [2, 1], rng=0)([1.5, -2.0]))
    parents = {lesson.nodes[each.parent].kind for each in lesson.contributions(lesson.last)}
    assert parents == {"leaf", "inner"}
    session = Session(lesson, quiz=Quiz(lesson))
    session.press("end")
    while session.question:
        assert lesson.nodes[session.question.contribution.parent].name not in ("1.5", "-2")
        session.press("enter")
    assert session.position == lesson.last


def test_of_many_contributions_those_below_0_are_in_parentheses():
    x = Value(2.0, "x")
    y = x * 1.0
    for _ in range(8):
        y = y - x
    lines = " ".join(" ".join(shown(read_lesson(y), read_lesson(y).last, 200, 60)).split())
    assert "3 others + (-1.0000) from v6 + (-1.0000) from v5" in lines


def test_a_deep_graph():
    y = Value(0.5, "x")
    for _ in range(2000):
        y = y + 0.25
    lines = shown(read_lesson(y), 2500)
    assert len(lines) == 24 and all(text.columns(each) <= 80 for each in lines)


AWKWARD = [
    "\x1b[2J\x1b[31mred",
    "a\x07bell\x08",
    "two\nlines",
    "right\u202eleft",
    "損失関数",
    "e\u0301",
    "",
    "x" * 200,
]


@pytest.mark.parametrize("label", AWKWARD)
def test_any_label_is_shown_harmlessly_and_within_the_window(label):
    define("awkward_symbol", lambda x: x, lambda out, x: 1.0, symbol="\x1b[5m!")
    x = Value(2.0, label)
    lesson = read_lesson((x * Value(3.0, label)).awkward_symbol(), title=f"{label}\x1b]0;title\x07")
    for position in range(lesson.last + 1):
        for columns in (80, 40):
            lines = screen(Moment(lesson, position), columns, 24, rows=branches(lesson))
            assert len(lines) == 24 and max(map(ink.width, lines)) <= columns
            assert not re.search("[\x00-\x1f\x7f-\x9f\u202e]", "".join(map(ink.plain, lines)))
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202e]", "".join(table(lesson)))


def test_colours_are_blue_and_orange_where_the_terminal_has_them_and_wanted():
    lines = screen(Moment(neuron(), 11), 80, 24, expression=NEURON)
    painted = "\n".join(ink.paint(each, ink.palette({"TERM": "xterm-256color"})) for each in lines)
    assert "\x1b[38;5;32m1.0000\x1b[0m" in painted and "\x1b[38;5;166m-1.5000\x1b[0m" in painted
    for environment in ({"TERM": "xterm-256color", "NO_COLOR": "1"}, {"TERM": "dumb"}, {}):
        painted = "\n".join(ink.paint(each, ink.palette(environment)) for each in lines)
        assert not re.search(r"\x1b\[(3|9|38)", painted)
    assert "\x1b" not in painted


# Keys.


def typing(session, keys):
    for key in keys:
        session.press(key)


def walked(*keys, **options):
    session = Session(neuron(), NEURON, **options)
    typing(session, keys)
    return session


@pytest.mark.parametrize(
    "keys, position",
    [
        (["n"], 1),
        (["right", " ", "enter"], 3),
        (["n", "n", "p"], 1),
        (["n", "n", "left"], 1),
        (["p"], 0),
        (["end"], 11),
        ([">", "n"], 11),
        (["end", "home"], 0),
        ([">", "<"], 0),
        (["g", "7", "enter"], 7),
        (["g", "1", "0", "enter", "p"], 9),
        (["g", "1", "0", "backspace", "enter"], 1),
        (["g", "9", "9", "9", "9", "enter"], 11),
        (["g", "enter"], 0),
        (["n", "g", "7", "escape"], 1),
        (["n", "g", "x", "-", "3", "enter"], 3),
        (["n", "unknown", "z", ""], 1),
        (["n", "?", "x", "n"], 2),
        (["g", "7", "up", "down", "enter"], 7),
    ],
)
def test_keys_move(keys, position):
    session = walked(*keys)
    assert session.position == position and not session.done


@pytest.mark.parametrize("keys", [["q"], ["quit"], ["?", "q"], ["g", "quit"]])
def test_keys_that_end_it(keys):
    assert walked(*keys).done


def test_what_is_typed_is_seen():
    assert ink.plain(walked("g", "1", "2").lines(80, 24)[-1]) == " go to step (0 to 11): 12"


def test_help_names_every_key_and_goes_away():
    session = walked("?")
    lines = [ink.plain(each) for each in session.lines(80, 24)]
    for key in ("n  →  Space", "p  ←", "g 12 Enter", "<  Home", ">  End", "↑  ↓", "q "):
        assert any(each.strip().startswith(key) for each in lines)
    assert not any("hint" in each for each in lines)
    session.press(" ")
    assert ink.plain(session.lines(80, 24)[0]).startswith(NEURON) and session.position == 0


# Predict mode.


def asked(expression=NEURON, leaves=LEAVES, step=7):
    lesson = lesson_of(expression, **leaves)
    session = Session(lesson, expression, Quiz(lesson), position=step - 1)
    session.press("n")
    assert session.question is not None
    return session


def answer(session, typed):
    if session.typed:
        session.press("clear")
    typing(session, [*typed, "enter"])
    return " ".join(session.notes)


def outcome(session):
    return list(session.quiz.outcomes.values())


def test_nothing_of_a_step_is_shown_before_it_is_answered():
    session = asked()
    lines = [ink.plain(each) for each in session.lines(80, 24)]
    assert "  to v4  ?" in [each.rstrip() for each in lines]
    assert ledger_of(lines)["v4"] == ("0.8814", "—")
    assert not any("0.5" in each or "∂" in each for each in lines)
    assert any("What does out add to the gradient of v4?" in each for each in lines)
    # nor is the local gradient while the values are computed
    session = walked("g", "5", "enter", quiz=Quiz(neuron()))
    assert not any("∂" in ink.plain(each) for each in session.lines(80, 24))


@pytest.mark.parametrize(
    "typed",
    ["0.5", ".5", "1/2", "0.505", "0.495", "1 - out**2", "1-out*out", "local * upstream", "1 - tanh(v4)**2"],
)
def test_right_answers(typed):
    session = asked()
    assert answer(session, typed).startswith("Right")
    assert outcome(session) == ["right"] and session.position == 7
    assert ledger_of([ink.plain(each) for each in session.lines(80, 24)])["v4"] == ("0.8814", "0.5000")


@pytest.mark.parametrize(
    "typed, says",
    [
        ("0.506", "not it"),
        ("0.494", "not it"),
        ("0", "not it"),
        ("-0.5", "the sign is not"),
        ("upstream", "only the upstream gradient"),
    ],
)
def test_wrong_answers_may_be_mended_but_stay_wrong(typed, says):
    session = asked()
    assert says in answer(session, typed)
    assert session.position == 6 and "  to v4  ?" in [ink.plain(x).rstrip() for x in session.lines(80, 24)]
    assert answer(session, "0.5").startswith("Right")
    assert outcome(session) == ["wrong"] and session.position == 7


def test_the_local_gradient_alone_is_told_apart():
    session = asked("3 * (x * x)", {"x": 4.0}, step=5)  # upstream 3, local 4
    assert "only the local gradient" in answer(session, "local")
    assert answer(session, "12").startswith("Right")


def test_where_something_had_arrived_the_new_total_is_right_too():
    for typed in ("2", "9", "upstream * y", "7 + 2"):
        session = asked("x*y + 7*x", {"x": 5.0, "y": 2.0}, step=7)
        assert answer(session, typed).startswith("Right"), typed
    session = asked("x*y + 7*x", {"x": 5.0, "y": 2.0}, step=7)
    assert "not it" in answer(session, "7")


def test_a_contribution_of_0_is_0_and_not_nearly():
    session = asked(step=10)  # to w2: x2 = 0
    assert "not it" in answer(session, "0.001")
    assert answer(session, "x2").startswith("Right")


def test_hints_give_the_rule_first_and_then_the_numbers():
    session = asked()
    rule = answer(session, "h")
    assert "upstream × local" in rule and "1.0 - out * out" in rule and "0.7071" not in rule
    assert "1.0000 × (1.0 - 0.7071 * 0.7071)" in answer(session, "h")
    assert answer(session, "0.5").startswith("Right")
    assert outcome(session) == ["hint"]


def test_where_a_value_is_called_h_the_hint_is_asked_for_by_another_key():
    session = asked("2*h", {"h": 3.0}, step=3)
    assert "not it" in answer(session, "h")
    assert "upstream × local" in answer(session, "?")


def test_a_number_alone_needs_no_parentheses_in_a_hint():
    session = asked(step=11)  # to w1: x1 = 2
    answer(session, "h")
    assert answer(session, "h").endswith("In numbers: 0.5000 × 2.0000")
    answer(session, "1")
    answer(session, "h")  # to x1: w1 = -3
    assert answer(session, "h").endswith("In numbers: 0.5000 × (-3.0000)")


def test_an_infinite_contribution_is_answered_by_infinity_alone():
    x, w = Value(math.inf, "x"), Value(2.0, "w")
    lesson = read_lesson(x * w)
    session = Session(lesson, quiz=Quiz(lesson), position=2)
    session.press("n")
    assert answer(session, "2").startswith("Right")  # to x
    assert "not it" in answer(session, "1e300") and outcome(session) == ["right", "wrong"]
    assert answer(session, "x").startswith("Right")


def test_in_a_narrow_window_help_and_the_way_out_are_in_sight():
    keys = ink.plain(walked().lines(40, 15)[-1])
    assert all(each in keys for each in ("n next", "p back", "? help", "q quit"))
    keys = ink.plain(asked().lines(40, 15)[-2])
    assert all(each in keys for each in ("h hint", "Enter alone: show", "Esc back"))


def test_of_a_long_answer_the_end_is_in_sight():
    session = asked()
    typing(session, ["1", "+"] * 500)
    assert ink.plain(session.lines(40, 24)[-1]) == " > " + "1+" * 18
    typing(session, ["損"] * 30)
    assert ink.plain(session.lines(40, 24)[-1]) == " > " + "損" * 18


def test_enter_alone_shows_the_answer():
    session = asked()
    answer(session, "")
    assert outcome(session) == ["skipped"] and session.position == 7


def test_what_cannot_be_read_is_no_answer_and_can_be_mended():
    session = asked()
    notes = answer(session, "1 - uot**2")
    assert "no name uot, did you mean out?" in notes and outcome(session) == []
    assert session.typed == "1 - uot**2"
    line = next(i for i, each in enumerate(session.notes) if "^" in each)
    assert session.notes[line].index("^") == session.notes[line - 1].index("uot")
    typing(session, ["backspace"] * 6 + list("out**2") + ["enter"])
    assert outcome(session) == ["right"]


def test_escape_goes_back_and_the_question_stays_open():
    session = asked()
    typing(session, ["1", "escape"])
    assert session.position == 6 and session.question is None
    session.press("n")
    assert session.question is not None and outcome(session) == []
    session.press("left")
    assert session.question is None and session.position == 6


def test_every_parent_is_asked_about_in_turn_and_once():
    session = asked(step=8)
    assert session.question.text == "What does v4 add to the gradient of v3?"
    answer(session, "0.5")
    assert session.question.text == "What does v4 add to the gradient of b?"
    assert ledger_of([ink.plain(each) for each in session.lines(80, 24)])["v3"] == ("-6.0000", "0.5000")
    answer(session, "0.5")
    assert session.position == 8 and session.question is None
    typing(session, ["p", "n"])
    assert session.position == 8 and session.question is None


def test_where_nothing_is_asked_there_is_no_score():
    lesson = read_lesson(Value(2.0, "x"))
    session = Session(lesson, quiz=Quiz(lesson))
    session.press("n")
    assert session.notes == ["There was nothing to predict: no gradient is passed on."]


def test_a_value_that_is_used_twice_is_asked_about_twice():
    session = asked("x*x", {"x": 3.0}, step=3)
    assert session.question.text.endswith("gradient of x (place 1 of 2)?")
    answer(session, "3")
    assert session.question.text.endswith("gradient of x (place 2 of 2)?")
    assert answer(session, "6").startswith("Right")  # the new total


def test_going_to_a_step_asks_about_it_too():
    session = Session(neuron(), NEURON, Quiz(neuron()))
    typing(session, ["end"])
    assert session.question is not None and session.question.position == 11


def test_the_score_counts_and_names_the_steps_that_went_wrong():
    session = asked()
    for typed in ("0.25", "0.5", "h", "0.5", "0.5", "0.5", "", "0", "0.5", "1", "-1.5"):
        if session.question is None:
            session.press("n")
        answer(session, typed)
    assert session.position == 11
    assert session.quiz.score() == [
        "Score: 6 of 9 right at once, 1 with a hint, 1 wrong, 1 not answered.",
        "  wrong at step 7, out = tanh(v4), to v4",
    ]
    assert "Score: 6 of 9" in " ".join(ink.plain(each) for each in session.lines(80, 24))


def test_names_of_a_network_can_be_typed_as_they_are_shown():
    loss, leaves, _ = network()
    lesson = read_lesson(loss)
    session = Session(lesson, quiz=Quiz(lesson))
    for position in range(len(lesson.order) + 2, lesson.last + 1):
        typing(session, ["g", *str(position), "enter"])
        while session.question:
            node = lesson.nodes[session.question.contribution.node]
            if node.symbol != "*":
                answer(session, "")
                continue
            first, second = (lesson.nodes[parent].name for parent in node.parents)
            other = second if session.question.index == 0 else first
            assert answer(session, f"{other} * upstream").startswith("Right"), other
    assert outcome(session).count("right") == 2 * 12


# On Windows, which gives keys by other means.


def windows_keyboard(monkeypatch, typed):
    """The module as Windows would import it, with what was typed on a keyboard that is none."""
    typed = list(typed)
    console = types.SimpleNamespace(kbhit=lambda: bool(typed), getwch=lambda: typed.pop(0))
    monkeypatch.setitem(sys.modules, "msvcrt", console)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(os, "system", lambda command: 0)
    keys = runpy.run_path(importlib.util.find_spec("autograd.show.terminal.keys").origin)
    return keys["Keyboard"](io.StringIO(), screen=False)


def test_on_windows_the_same_keys_have_the_same_names(monkeypatch):
    typed = "n\r\x08\x1b λ" + "".join(f"\xe0{code}" for code in "HPMKGO") + "\x00H" + "\xe0S" + "q"
    with windows_keyboard(monkeypatch, typed) as keyboard:
        keys = [keyboard.read(0.01) for _ in range(15)]
        assert keyboard.read(0.01) == ""  # none is waiting
    assert keys == [
        "n", "enter", "backspace", "escape", " ", "λ",
        "up", "down", "right", "left", "home", "end", "up", "", "q",
    ]  # fmt: skip


def test_on_windows_control_c_interrupts(monkeypatch):
    with windows_keyboard(monkeypatch, "\x03") as keyboard, pytest.raises(KeyboardInterrupt):
        keyboard.read(0.01)


# Without a terminal.


def test_without_a_terminal_the_whole_walk_is_printed(capsys):
    x = Value(3.0, "x")
    stepper(x * x, title="square").terminal(predict=True)
    printed = capsys.readouterr().out
    empty = " " * 54
    assert printed.split("\n") == [
        "square",
        "",
        "step  pass      operation   in numbers                "
        "to  local gradient  × upstream  = contribution  total",
        "   0  start     x           3.0000",
        "   1  forward   v1 = x * x  3.0000 * 3.0000 = 9.0000",
        "   2  seed      ∂v1/∂v1     1.0000",
        "   3  backward  v1 = x * x                            "
        "x   x = 3.0000          1.0000          3.0000  — → 3.0000",
        empty + "x   x = 3.0000          1.0000          3.0000  3.0000 → 6.0000",
        "",
    ]
    assert x.grad is None


def test_columns_of_the_table_are_aligned_whatever_the_names():
    損失 = Value(3.0, "損失")
    lines = table(read_lesson(損失 * Value(2.0, "w")))[2:]
    column = lines[0].index("in numbers")
    cells = [each for each in lines if "forward" in each or "seed" in each]
    assert len(cells) == 2
    for each in cells:
        before = next(i for i in range(len(each)) if text.columns(each[:i]) == column)
        assert each[before - 1] == " " and each[before] in "31"


def test_an_output_that_lacks_the_characters_gets_others():
    assert ink.writable("∂o/∂n → — ×", "ascii") == "do/dn -> - *"
    assert ink.writable("λ → 損", "latin-1") == "\\u03bb -> \\u640d"
    assert ink.writable("∂o/∂n → — ×", "utf-8") == "∂o/∂n → — ×"


# In a pseudo-terminal.

TERMINAL = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
PATIENCE = 30.0  # seconds that a slow machine may take for what comes at once


class Terminal:
    """A program in a pseudo-terminal, and what a person would see."""

    def __init__(self, *command, columns=80, height=24, **environment):
        import fcntl
        import pty
        import struct
        import termios

        self.master, self.slave = pty.openpty()
        self.resize = lambda c, h: fcntl.ioctl(
            self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", h, c, 0, 0)
        )
        self.resize(columns, height)
        self.modes = lambda: termios.tcgetattr(self.slave)
        self.before = self.modes()
        self.received = ""
        environment = {**os.environ, "TERM": "xterm-256color", "NO_COLOR": "", **environment}
        # Makes the terminal its own, so that keys such as Ctrl-C reach it, and becomes the program.
        first = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
        first += "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
        self.process = subprocess.Popen(
            [sys.executable, "-c", first, *command], stdin=self.slave, stdout=self.slave, stderr=self.slave,
            env=environment, start_new_session=True,
        )  # fmt: skip

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)

    def read(self, seconds):
        if select.select([self.master], [], [], seconds)[0]:
            self.received += os.read(self.master, 1 << 16).decode("utf-8", "replace")

    @property
    def screen(self):
        """The lines last painted."""
        painted = self.received.rpartition("\x1b[H")[2]
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", painted).replace("\r", "").split("\n")

    def wait(self, wanted, where=lambda self: "\n".join(self.screen)):
        end = time.monotonic() + PATIENCE
        while wanted not in where(self):
            assert time.monotonic() < end, f"no {wanted!r} in {self.received[-3000:]!r}"
            self.read(0.1)
        return self

    def type(self, keys):
        os.write(self.master, keys.encode())
        return self

    def ended(self):
        """The exit status, once all output has been read."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < end, self.received[-3000:]
            self.read(0.05)
        for _ in range(100):
            size = len(self.received)
            self.read(0.05)
            if len(self.received) == size:
                break
        return self.process.returncode

    def assert_left_as_it_was(self):
        assert self.modes() == self.before
        for enter, leave in (("\x1b[?1049h", "\x1b[?1049l"), ("\x1b[?25l", "\x1b[?25h")):
            assert self.received.rfind(enter) < self.received.rfind(leave)


STEP = ["-m", "autograd", "step", NEURON, *(f"{name}={number!r}" for name, number in LEAVES.items())]


@TERMINAL
def test_a_walk_in_a_terminal():
    with Terminal(*STEP) as terminal:
        terminal.wait("step 0 of 11")
        assert not terminal.modes()[3] & 0o10  # no echo
        terminal.type("n").wait("step 1 of 11").wait("FORWARD").wait("= -3.0000 * 2.0000")
        terminal.type("\x1b[C").wait("step 2 of 11")
        terminal.type("\x1bOC").wait("step 3 of 11")
        terminal.type(" ").wait("step 4 of 11")
        terminal.type("\x1b[D").wait("step 3 of 11")
        terminal.type("p\x1b[A\x1b[B").wait("step 2 of 11")
        terminal.type("g7").wait("go to step (0 to 11): 7")
        terminal.type("\r").wait("step 7 of 11").wait("1.0 - 0.7071 * 0.7071 = 0.5000")
        terminal.type("\x1b[F").wait("step 11 of 11").wait("upstream × local = 0.5000 × (-3.0000) = -1.5000")
        terminal.type("\x1b[1~").wait("step 0 of 11")
        terminal.type("?").wait("this help, and back")
        terminal.type("\x1b").wait("step 0 of 11")
        terminal.type("nnnnnn").wait("step 6 of 11")  # several at once
        terminal.type("q")
        assert terminal.ended() == 0
        terminal.assert_left_as_it_was()
        assert "\x1b[38;5;32m" in terminal.received  # blue


@TERMINAL
def test_of_keys_that_come_together_only_what_they_lead_to_is_drawn():
    with Terminal(*STEP) as terminal:
        terminal.wait("step 0 of 11").type("n" * 5 + "p" * 900 + "n" * 100 + "ppp").wait("step 8 of 11")
        terminal.type("q")
        assert terminal.ended() == 0
        assert terminal.received.count("\x1b[H") < 20


@TERMINAL
def test_predicting_in_a_terminal():
    with Terminal(*STEP, "--predict") as terminal:
        terminal.wait("step 0 of 11").type("g7\r").wait("What does out add to the gradient of v4?")
        terminal.type("0.7\r").wait("0.7: that is not it")
        terminal.type("h\r").wait("Hint: upstream × local, where local is ∂out/∂v4 = 1.0 - out * out")
        terminal.type("1 - out*\x7f**2\r").wait("Right: 1 - out**2 = 0.5.").wait("step 7 of 11")
        terminal.type("nupstream\r").wait("gradient of b?").type("\r").wait("Shown without an answer.")
        terminal.type("\x04")
        assert terminal.ended() == 0
        terminal.assert_left_as_it_was()
        after = terminal.received.rpartition("\x1b[?1049l")[2].replace("\r", "")
        assert after.startswith("Score: 1 of 9 right at once, 1 wrong, 7 not answered.\n  wrong at step 7,")


@TERMINAL
def test_a_graph_of_the_readers_own_and_names_in_any_script():
    program = """
        from autograd import Value, stepper
        λ, w = Value(2.0, "λ"), Value(3.0, "w0,1")
        stepper(λ * w, title="mine").terminal(predict=True)
    """
    with Terminal("-c", textwrap.dedent(program), PYTHONIOENCODING="utf-8") as terminal:
        terminal.wait("step 0 of 3").wait("graph").wait("  v1 = λ * w0,1")
        terminal.type("g3\r").wait("gradient of λ?").type("w0,1\r").wait("gradient of w0,1?")
        os.write(terminal.master, "λ".encode()[:1])  # half a letter
        time.sleep(0.05)
        os.write(terminal.master, "λ".encode()[1:])
        terminal.wait("> λ").type("\r").wait("Score: 2 of 2 right at once.")
        terminal.type("q")
        assert terminal.ended() == 0


@TERMINAL
@pytest.mark.parametrize("name, status", [("SIGTERM", 143), ("SIGHUP", 129), ("SIGQUIT", 131)])
def test_when_it_is_told_to_end_the_terminal_is_left_as_it_was(name, status):
    with Terminal(*STEP) as terminal:
        terminal.wait("step 0 of 11")
        terminal.process.send_signal(getattr(signal, name))
        assert terminal.ended() == status
        terminal.assert_left_as_it_was()
        assert "Traceback" not in terminal.received


@TERMINAL
def test_control_c_is_clean():
    with Terminal(*STEP) as terminal:
        terminal.wait("step 0 of 11").type("n").wait("step 1 of 11").type("\x03")
        assert terminal.ended() == 130
        terminal.assert_left_as_it_was()
        assert "Traceback" not in terminal.received


@TERMINAL
def test_an_exception_leaves_the_terminal_as_it_was():
    program = """
        from autograd import Value, stepper
        from autograd.show.terminal import session
        session.Session._show = lambda self, position: 1 / 0
        stepper(Value(2.0, "x") * 3.0).terminal()
    """
    with Terminal("-c", textwrap.dedent(program)) as terminal:
        terminal.wait("step 0 of 3").type("n")
        assert terminal.ended() == 1
        terminal.assert_left_as_it_was()
        assert (
            "ZeroDivisionError" in terminal.received.rpartition("\x1b[?1049l")[2]
        )  # on the screen that stays


@TERMINAL
def test_control_z_gives_the_terminal_back_and_it_goes_on_afterwards():
    # A small shell: the stepper is its job in the foreground, stops, and is brought back.
    shell = f"""
        import os, signal, sys
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        job = os.fork()
        if not job:
            os.setpgid(0, 0)
            os.tcsetpgrp(0, os.getpgid(0))
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            os.execv(sys.executable, [sys.executable, *{STEP!r}])
        _, status = os.waitpid(job, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        os.tcsetpgrp(0, os.getpgid(0))
        print("it has stopped", flush=True)
        input()
        os.tcsetpgrp(0, job)
        os.kill(job, signal.SIGCONT)
        _, status = os.waitpid(job, 0)
        sys.exit(os.waitstatus_to_exitcode(status))
    """
    with Terminal("-c", textwrap.dedent(shell)) as terminal:
        terminal.wait("step 0 of 11").type("n").wait("step 1 of 11")
        terminal.type("\x1a").wait("it has stopped", lambda self: self.received)
        terminal.assert_left_as_it_was()
        terminal.received = ""
        terminal.type("\r").wait("step 1 of 11")
        terminal.type("n").wait("step 2 of 11").type("q")
        assert terminal.ended() == 0
        terminal.assert_left_as_it_was()


@TERMINAL
def test_a_window_that_changes_its_size_is_filled_anew():
    with Terminal(*STEP) as terminal:
        terminal.wait("step 0 of 11").wait("q quit")
        assert len(terminal.screen) == 24 and len(terminal.screen[0]) == 80
        terminal.resize(60, 15)
        terminal.received = ""
        terminal.wait("step 0 of 11").wait("q quit")
        assert len(terminal.screen) == 15 and max(map(len, terminal.screen)) == 60


@TERMINAL
def test_a_terminal_that_knows_no_escape_sequences():
    with Terminal(*STEP, "--predict", TERM="dumb") as terminal:
        terminal.wait("step 0 of 11").type("g7\r").wait("gradient of v4?")
        terminal.type("0.5\r").wait("Right: 0.5.").type("q")
        assert terminal.ended() == 0
        assert "\x1b" not in terminal.received
        assert terminal.modes() == terminal.before


@TERMINAL
def test_no_colour_where_none_is_wanted():
    with Terminal(*STEP, NO_COLOR="1") as terminal:
        terminal.wait("step 0 of 11").type(">").wait("step 11 of 11").type("q")
        assert terminal.ended() == 0
        assert not re.search(r"\x1b\[(3[0-9]|9[0-9])", terminal.received)


@TERMINAL
def test_a_terminal_that_goes_away_ends_it():
    with Terminal(*STEP) as terminal:
        terminal.wait("step 0 of 11")
        os.close(terminal.slave)
        os.close(terminal.master)
        try:
            assert terminal.process.wait(PATIENCE) in (0, 1, 129, 130)
        finally:
            terminal.master, terminal.slave = os.pipe()  # to be closed


@TERMINAL
def test_keys_from_a_pipe_are_no_keys():
    shell = "import os, sys; os.dup2(os.open(os.devnull, os.O_RDONLY), 0); "
    shell += f"os.execv(sys.executable, [sys.executable, *{STEP!r}])"
    with Terminal("-c", shell) as terminal:
        assert terminal.ended() == 0
        assert "= contribution" in terminal.received and "\x1b" not in terminal.received


def test_a_pipe_on_either_side_is_no_terminal(monkeypatch, capsys):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    assert run(neuron(), expression=NEURON) is None
    assert capsys.readouterr().out.startswith(f"{NEURON}\n\nstep  pass")
