"""python -m autograd: an expression at the shell, stepped, drawn and checked; and mistakes explained."""

import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

import autograd
from autograd.__main__ import main

NEURON = "tanh(w1*x1 + w2*x2 + b)"
NUMBERS = ["w1=-3", "x1=2", "w2=1", "x2=0", "b=6.8813735870195432"]


def shell(*arguments, **environment):
    """What the command gives as a program of its own, its input and output pipes."""
    return subprocess.run(
        [sys.executable, "-m", "autograd", *arguments], stdin=subprocess.DEVNULL, capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment}, timeout=600,
    )  # fmt: skip


def said(capsys, *arguments):
    """Exit status, output and errors of the command, run in this process."""
    try:
        status = main(arguments)
    except SystemExit as ended:
        status = ended.code
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_step_without_a_terminal_prints_the_whole_walk():
    done = shell("step", NEURON, *NUMBERS)
    assert done.returncode == 0 and done.stderr == b""
    lines = done.stdout.decode().split("\n")
    assert lines[0] == NEURON
    steps = {each.split()[0] for each in lines[3:] if each[:4].strip()}
    assert steps == {str(step) for step in range(12)}
    # by hand: out = 0.7071, and the gradients of x1, w1, x2 and w2
    assert any(each.split()[-3:] == ["tanh(0.8814)", "=", "0.7071"] for each in lines)
    totals = {}
    for each in lines:
        found = re.search(r" (\w+) +\S.* → (\S+)$", each[45:])
        if found:
            totals[found[1]] = float(found[2])
    assert {name: totals[name] for name in ("x1", "w1", "x2", "w2", "b")} == {
        "x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0, "b": 0.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    "arguments, line",
    [
        (["-x**2", "x=3"], "-9.0000"),
        (["-x", "x=3"], "-3.0000"),
        (["x*y", "x=3", "--predict", "y=-4"], "-12.0000"),  # options between the numbers
        (["x * 2", "x = 1.5"], "3.0000"),
        (["2*cos(x)", "x=pi/3"], "1.0000"),
        (["e*x", "x=1", "e=5"], "5.0000"),
        (["pi*x", "x=2"], "6.2832"),
        (["λ*w_1", "λ=1e-1", "w_1=.5"], "0.0500"),
        (["x\u0304 + x", "x\u0304=2", "x=3"], "5.0000"),  # x with a bar, which is two characters
    ],
)
def test_expressions_and_numbers_as_people_write_them(capsys, arguments, line):
    status, out, err = said(capsys, "step", *arguments)
    assert (status, err) == (0, "")
    results = [each for each in out.split("\n") if " forward " in each and " out = " in each]
    assert len(results) == 1 and results[0].endswith(f"= {line}")


def test_step_saves_a_page(capsys, tmp_path):
    page = tmp_path / "page.html"
    status, out, err = said(
        capsys, "step", "w*x + b", "w=1", "x=2", "b=3", "--train", "w, b", "-o", str(page)
    )
    assert (status, out, err) == (0, f"Wrote {page}\n", "")
    assert "w*x + b" in page.read_text(encoding="utf-8")


def test_draw_saves_a_picture_with_gradients(capsys, tmp_path):
    picture = tmp_path / "graph.svg"
    status, out, err = said(capsys, "draw", "x*y", "x=3", "y=-4", "-o", str(picture))
    assert (status, out, err) == (0, f"Wrote {picture}\n", "")
    shown = "".join(ET.parse(picture).getroot().itertext())
    assert "x*y" in shown and "-12.0000" in shown and "-4.0000" in shown


def test_draw_as_text_with_and_without_gradients(capsys):
    assert "x             data 3.0000       grad 6.0000" in said(capsys, "draw", "x*x", "x=3")[1]
    assert "x             data 3.0000       grad —" in said(capsys, "draw", "x*x", "x=3", "--no-backward")[1]
    assert "top down" in said(capsys, "draw", "x*x", "x=3", "--direction", "TB", "--local-grads")[1]


def test_check_agrees_with_central_differences(capsys):
    status, out, err = said(capsys, "check", "x*sin(y)", "x=2", "y=1")
    assert (status, err) == (0, "")
    rows = {each.split()[0]: each.split() for each in out.strip().split("\n")[1:]}
    assert set(rows) == {"x", "y"}
    assert rows["x"][-1] == rows["y"][-1] == "ok"
    assert float(rows["x"][1]) == pytest.approx(0.8414710)  # sin(1)
    assert float(rows["y"][1]) == pytest.approx(1.0806046)  # 2 cos(1)


def test_check_of_a_wrong_derivative_has_status_1(capsys):
    autograd.define("wrong_square", lambda x: x * x, lambda out, x: 3.0 * x)
    status, out, _ = said(capsys, "check", "wrong_square(x) + y", "x=2", "y=1")
    assert status == 1
    assert re.search(r"^x .*WRONG$", out, re.MULTILINE) and re.search(r"^y .*ok$", out, re.MULTILINE)


def test_check_that_cannot_tell_has_status_1(capsys):
    status, out, _ = said(capsys, "check", "1e9 + x/1e4", "x=1")  # the slope is lost in the rounding of 1e9
    assert status == 1 and "unclear" in out


def test_check_at_a_kink_has_status_1():
    done = shell("check", "relu(x)", "x=0")
    assert (
        done.returncode == 1
        and b"kink; slope 0 on the left, 1 on the right" in done.stdout
        and b"Traceback" not in done.stderr
    )


@pytest.mark.parametrize(
    "arguments, says",
    [
        ([], "a command is missing"),
        (["stepp", "x", "x=1"], "no command 'stepp', did you mean step?"),
        (["step"], "required: EXPRESSION"),
        (["step", "w*x", "w=1"], "no number for x; add after the expression, such as x=1"),
        (["step", "w*x + b"], "no number for w, x and b; add after the expression, such as w=1"),
        (["step", "w*x", "w=1", "X=2"], "no number for x"),
        (["step", "w*x", "w=1", "x=2", "y=3"], "for y, but no such name in w*x; its names are w and x"),
        (["step", "w*x", "w=1", "w=2", "x=3"], "w has two numbers, 1 and 2"),
        (["step", "w*x", "w=1", "x"], "'x' is not name=number, such as w1=-3"),
        (["step", "w*x", "w=1", "=3"], "'=3' is not name=number"),
        (["step", "w*x", "w=1", "2x=3"], "'2x=3' is not name=number"),
        (["step", "w*x", "w=1", "x="], "empty"),
        (["step", "w*x", "w=1", "x=three"], "no name three"),
        (["step", "w*x", "w=1", "x=nan"], "no name nan"),
        (["step", "w*x", "w=1", "x=inf"], "no name inf"),
        (["step", "w*x", "w=1", "x=1e999"], "too large for a float"),
        (["step", "w*x", "w=1", "x=__import__('os')"], "no function __import__"),
        (["step", "2 + 3"], "2 + 3 has no names, so there is nothing to differentiate"),
        (["step", "", "x=1"], "the expression is empty"),
        (["step", "os.system('ls')", "x=1"], "attributes are not part of an expression"),
        (["step", "9**9**9**9*x", "x=1"], "too large for a float"),
        (["step", "log(x)", "x=-1"], "it needs x > 0"),
        (["step", "1/x", "x=0"], "a divisor other than 0"),
        (["step", "sqrt(x)", "x=0"], "derivative is not finite"),
        (["step", "x*x", "x=1", "--train", "x,y", "-o", "page.html"], "--train y: no such name in the"),
        (["step", "x*x", "x=1", "--predict", "-o", "page.html"], "--predict works in the terminal only"),
        (["step", "x*x", "x=1", "-o", "page.pdf"], "must end in .html"),
        (["step", "x*x", "x=1", "-o", "no-such-folder/page.html"], "no folder 'no-such-folder'"),
        (["step", "x*x", "x=1", "--colour"], "unrecognized arguments: --colour"),
        (["draw", "x*x", "x=1", "-o", "graph.gif"], "must end in .svg"),
        (["draw", "x*x", "x=1", "--direction", "RL"], "invalid choice: 'RL'"),
        (["check", "log(x)", "x=-1"], "it needs x > 0"),
        (["check", "x*y", "x=1"], "no number for y"),
    ],
)  # fmt: skip
def test_mistakes_are_explained_on_the_standard_error_with_status_2(capsys, arguments, says):
    status, out, err = said(capsys, *arguments)
    assert (status, out) == (2, "")
    assert says in err and err.startswith(("python -m autograd", "usage: python -m autograd"))


def test_an_error_in_the_expression_is_pointed_at(capsys):
    _, _, err = said(capsys, "step", "tanh(w1*x1 + os.system)", "w1=1", "x1=2")
    assert err.split("\n")[:3] == [
        "python -m autograd step:",
        "tanh(w1*x1 + os.system)",
        "             ^ attributes are not part of an expression; "
        "use numbers, names, + - * / ** and functions such as tanh",
    ]


@pytest.mark.parametrize(
    "arguments, pointed",
    [
        (["w*x + b", "w=1", "b=2"], ["w*x + b", "  ^ there is no number for x;"]),
        (["x*x", "x= 1 + abc"], ["x= 1 + abc", "       ^ there is no name abc. Known: pi, e"]),
        (["x*x", "x=log(-1)"], ["x=log(-1)", "  ^ log(-1): "]),
        (["x*x", "x="], ["x=", "  ^ the expression is empty"]),
        (["2*w(x + 1)", "w=1", "x=2"], ["2*w(x + 1)", "  ^ there is no function w; a product is"]),
    ],
)  # fmt: skip
def test_a_name_without_a_number_and_a_number_that_is_none_are_pointed_at(capsys, arguments, pointed):
    status, _, err = said(capsys, "step", *arguments)
    _, quoted, caret = err.rstrip("\n").split("\n")
    assert (status, quoted) == (2, pointed[0]) and caret.startswith(pointed[1])


@pytest.mark.parametrize("command, name", [("step", "page.html"), ("draw", "graph.svg")])
def test_what_cannot_be_written_is_called_by_its_name(capsys, tmp_path, command, name):
    taken = tmp_path / name
    taken.mkdir()
    lost = tmp_path / f"lost-{name}"
    lost.symlink_to(tmp_path / "no-such-folder" / name)
    for path in (taken, lost):
        status, out, err = said(capsys, command, "x*x", "x=1", "-o", str(path))
        assert (status, out) == (2, "") and err.rstrip().endswith(f": '{path}'") and ".tmp" not in err
    assert {each.name for each in tmp_path.iterdir()} == {name, lost.name}  # and nothing is left behind


def test_no_traceback_reaches_the_shell():
    for arguments in (
        ["step", "w*x", "w=1"],
        ["step", "("],
        ["draw", "x", "x=1", "-o", "/"],
        ["step", "x", "x=\udc80"],
    ):
        done = shell(*[os.fsencode(each) for each in arguments])
        assert done.returncode == 2 and done.stdout == b"" and done.stderr
        assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["step", "--help"], ["draw", "-h"], ["check", "--help"]]
)
def test_help_has_examples(capsys, arguments):
    status, out, err = said(capsys, *arguments)
    assert (status, err) == (0, "")
    assert "examples:\n  python -m autograd " in out and NEURON in out or arguments[0] == "check"
    assert max(map(len, out.split("\n"))) <= 110


def test_the_examples_of_the_help_run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    examples = set()
    for name in ("step", "draw", "check"):
        out = said(capsys, name, "--help")[1]
        examples |= set(re.findall(r"^  python -m autograd (.*?)(?: \|.*|   +.*)?$", out, re.MULTILINE))
    assert len(examples) >= 8
    for example in examples:
        if ".pdf" not in example:  # which needs Graphviz's own program
            status, out, err = said(capsys, *shlex.split(example))
            assert (status, err) == (1 if "relu" in example else 0, ""), example


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
def test_a_reader_who_has_seen_enough():
    terms = " + ".join(f"x*{i}" for i in range(300))
    command = f"{sys.executable} -m autograd step '{terms}' x=1 | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, timeout=600)
    assert done.stderr == b"" and done.stdout.decode().startswith("x*0 + x*1")
    assert done.returncode == 0


def test_an_encoding_that_lacks_the_characters():
    for arguments in (["step", "λ*x", "λ=2", "x=3"], ["draw", "λ*x", "λ=2", "x=3", "--no-backward"]):
        done = shell(*arguments, PYTHONIOENCODING="ascii", PYTHONUTF8="1")
        assert done.returncode == 0 and done.stderr == b"" and b"\\u03bb" in done.stdout


def test_importing_the_package_loads_none_of_it():
    program = (
        "import sys, autograd; "
        "print([name for name in sys.modules if name.startswith('autograd.')"
        " and name.split('.')[1] in ('show', 'typed', '__main__')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
