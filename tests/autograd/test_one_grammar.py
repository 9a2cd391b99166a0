"""One list of typed texts, read in the shell, in a page and in predict mode: one value, or one refusal."""

import json
import math
import random

import pytest

from autograd import Value
from autograd.languages.javascript import complete
from autograd.show.lesson import read_lesson
from autograd.show.modules import bundle, read
from autograd.show.terminal.quiz import Quiz, value_of
from autograd.typed import ExpressionError, evaluate
from autograd.typed.grammar import functions, takes
from autograd.typed.script import script

LONG = "x" + "+x" * 150  # a label that nobody looks at for being arithmetic
NAMES = {
    "x": 2.5, "w1": -3.0, "λ": 0.75, "損失": 1e-3, "x̄": 4.0, "b": 0.0, "o": 0.5, "tanh": 1.25, "in": 7.0,
    "w0,1": 3.0, "w0,1,0": 4.0, "layer 1": 1.5, "x#2": 5.0, "sigmoid'(z)": 6.0, "2nd": 9.0, "-y": 8.0,
    "x+y": 100.0, "x*w1": 77.0, "1-o": 66.0, '"': 11.0, "\\": 12.0, "a+c": 13.0, "1,5": 1.0, "𝒳 2": 14.0,
    "(": 15.0, "+": 16.0, "42": 17.0, "": 18.0, " ": 19.0, LONG: 20.0, "__proto__": 21.0,
}  # fmt: skip

# What these come to, worked out here by Python or by hand.
VALUES = {
    "1 + 2*3": 7, "2**3**2": 512, "-2**2": -4, "2**-1": 0.5, "2^-1^2": 0.5, "-x^2": -6.25, "(-2)**2": 4,
    "8/2/2": 2, "8 - 2 - 2": 4, "8-2+2": 8, "2*-3": -6, "--3": 3, "+-+3": -3, "2 ** -x * 0 + 1": 1,
    "-2*-2": 4, "8/2*4": 16, "3 × 2 · 2 ⋅ 2 ∗ 2 ÷ 4 − 1 – 1": 10, "2 ^ 3": 8, "pi": math.pi, "e": math.e,
    "2*pi": 2 * math.pi, "pi^2": math.pi**2, "cos(pi)": -1, "log(e)": 1, ".5": 0.5, "3.": 3,
    "1e-3": 1e-3, "2E2": 200, "00.25": 0.25, "1.e1": 10, "1e+2": 100, "2nd": 9, "2nd*2": 18, "w0,1*2": 6,
    "w0,1,0*2": 8, "layer 1 + 1": 2.5, "x#2/x": 2, "sigmoid'(z)*2": 12, "-y*2": 16, "x*w1": -7.5,
    "x*w1**2": 22.5, "1-o**2": 0.75, "1-o": 0.5, "a+c*2": 26, "x+y": 100, "x+y+1": 101, '" * 2': 22,
    "\\ + 1": 13, "損失*1000": 1, "x̄/2": 2, "λ": 0.75, "𝒳 2 + 1": 15, "tanh + 1": 2.25, "tanh(0)": 0,
    "tanh (tanh - tanh)": 0, "in + 1": 8, "42": 42, "(1)": 1, "1 + 1": 2, LONG: 20, "max(w0,1)": 3,
    "max(x,1)": 2.5, "__proto__*2": 42, "max(1, 3, 2)": 3, "min(2, 1)": 1, "maximum(1, 2)": 2,
    "max(4)": 4, "sum(1, 2, 3)": 6, "dot(1, 2, 3, 4)": 11, "largest(1, 5)": 5,
    "logsumexp(0, 0)": math.log(2), "leaky_relu(-1)": -0.01, "leaky_relu(-1, 0.5)": -0.5, "add(1, 2)": 3,
    "sub(1, 2)": -1, "mul(2, 3)": 6, "div(1, 4)": 0.25, "pow(2, 3)": 8, "neg(2)": -2, "abs(-2)": 2,
    "clip(5, 0, 1)": 1, "hardtanh(3)": 1, "round(2.5)": 2, "floor(-0.5)": -1, "ceil(0.2)": 1,
    "sign(-3)": -1, "(-8)**3": -512, "(" * 400 + "x" + ")" * 400: 2.5, "-" * 400 + "x": 2.5,
    "1**" * 400 + "1": 1, "exp2(3)": 8, "square( 3 )": 9, "\t1\n+\u00a02\u3000": 3, "hypot(3, 4)": 5,
    "erf(0) + erfc(0)": 1,
}  # fmt: skip

# Where each is refused.
REFUSALS = {
    "": 0, "   ": 0, "layer  1": 0, "2 nd": 2, "1 +": 3, "* 1": 0, "x λ": 2, "2x": 1, "(x": 0, "((x)": 0,
    "tanh(x": 4, "x)": 1, "()": 1, "tanh()": 0, "sum()": 0, "tanh(x, b)": 0, "maximum(x)": 0,
    "clip(1, 2)": 0, "dot(1, 2, 3)": 0, "hardtanh(1,2,3,4)": 0, "tanh(x,)": 7, "x, b": 1, "(x, b)": 2,
    ",": 0, "q": 0, "1 + q": 4, "x + on": 4, "q(1)": 0, "x(1)": 0, "pi(1)": 0, "x.real": 0,
    "os.system": 0, "(x).real": 3, "1..2": 2, "x.5": 0, ".": 0, "'x'": 0, "f'x'": 0, "`x`": 0,
    "x = 3": 2, "(q := 3)": 1, "x == 1": 2, "x < 1": 2, "x != 1": 2, "[x]": 0, "x[0]": 1, "{x}": 0,
    "lambda x: x": 0, "x if b": 2, "x and b": 2, "not b": 0, "True": 0, "x // 2": 2, "x % 2": 2,
    "x @ 2": 2, "x << 2": 2, "~x": 0, "x & b": 2, "x²": 1, "²": 0, "1_000": 1, "0x10": 1, "1j": 1,
    "x; b": 1, "# x": 0, "1 + \x00": 4, "x\x1b[2J": 1, "1 + \u202eb": 4, "1/0": 1, "log(-1)": 0,
    "1/(1/0)": 4, "w1**0.5": 2, "0*(1e308*10)": 8, "9**9**9**9": 4, "10**400": 2, "1e400": 0,
    "1/(1e308*1e308)": 8, "exp(1000)": 0, "log(0)": 0, "0**-1": 1, "sqrt(-1)": 0, "log1p(-1)": 0,
    "1/0 + )": 6, "arcsin(2)": 0, "sinh(1000)": 0, "exp2(2000)": 0, "exp": 0, "max": 0, "inf": 0,
    "nan": 0, "constructor": 0, "constructor(1)": 0, "toString": 0, "1,5": 1, "(1": 0, "(" * 300: 300,
    "1 2": 2, "٣": 0, "1٣": 1, "½": 0, "1/½": 2, "$": 0, "x\u0300\u0301": 0, "𝒴": 0, "1 + 𝒴": 4,
    "𝒳 2 2": 4, "\ufeff1": 0, "1" * 10_001: 0, "9" * 400: 0, "alert(1)": 0, "x ++": 4, "x ** ** 2": 5,
    "x^": 2, "∗2": 0, "x − ": 4, "max(1 2)": 6, "max(1;2)": 5, "(1, 2)": 2, "x\u0085": 1, "x!": 1,
    "1 = x": 2, "e e": 2, "tanh x": 5, "-": 1, "sin()": 0, "cos(,)": 4,
}  # fmt: skip


def generated(count):
    """Texts that the grammar gives, and in every third something that is moved, left out or put in."""
    draw = random.Random(0)
    rows = functions()
    smooth = [
        name for name in sorted(rows)
        if name not in ("round", "floor", "ceil", "sign") and not getattr(rows[name], "is_defined", False)
    ]  # fmt: skip
    words = ["x", "w1", "λ", "損失", "x̄", "o", "w0,1", "layer 1", "x#2", "2nd", "a+c", "pi", "e", "tanh"]
    numbers = ["0", "1", "2", ".5", "3.", "1e-3", "2E1", "0.1", "12"]

    def text(depth):
        if depth == 0:
            return draw.choice(words + numbers)
        space = draw.choice(["", " "])
        kind = draw.randrange(8)
        if kind < 4:
            operator = draw.choice(["+", "-", "*", "/", "**", "^", "×", "·", "÷", "−"])
            return f"{text(depth - 1)}{space}{operator}{space}{text(draw.randrange(depth))}"
        if kind == 4:
            return f"({text(depth - 1)})"
        if kind == 5:
            return draw.choice("-+−") + text(depth - 1)
        name = draw.choice(smooth)
        least, most, step, _ = takes(rows[name])
        count = draw.randint(least, min(most, 4)) // step * step
        operands = [text(draw.randrange(depth)) for _ in range(count)]
        return f"{name}({f',{space}'.join(operands)})"

    found = []
    for index in range(count):
        typed = text(draw.randrange(1, 4))
        if index % 3 == 0:
            place = draw.randrange(len(typed))
            put = draw.choice(
                ["", "", "(", ")", ",", "**", "/", ".", " ", "²", "=", "'", "x", "1", "if", "$"]
            )
            typed = typed[:place] + put + typed[place + draw.randrange(2) :]
        found.append(typed)
    return found


TEXTS = [*VALUES, *REFUSALS, *generated(600)]


def in_python(read):
    """The value or the column of the refusal of each text."""

    def result(text):
        try:
            return read(text)
        except ExpressionError as error:
            return [error.column]

    return [result(text) for text in TEXTS]


@pytest.fixture(scope="module")
def by_shell():
    return in_python(lambda text: evaluate(text, NAMES))


@pytest.fixture(scope="module")
def by_page(in_node):
    """What the page's parser gives, in Node.js; its columns count in UTF-16."""
    program = f"\n\n{complete(script())}"  # a head, and the module
    return in_node(f"""{bundle("arithmetic.js", read, {"program.js": program})}
      const names = new Map({json.dumps(list(NAMES.items()))});
      const found = {json.dumps(TEXTS)}.map((text) => {{
        try {{
          return evaluate(text, names);
        }} catch (error) {{
          if (error.column === undefined) throw error;
          return [[...text.slice(0, error.column)].length, error.message];
        }}
      }});""")


def same(one, other):
    if isinstance(one, list) or isinstance(other, list):
        return isinstance(one, list) and isinstance(other, list) and one[0] == other[0]
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def test_what_is_read_is_right_and_what_is_not_is_refused_where_it_stands(by_shell):
    expected = [*VALUES.values(), *([column] for column in REFUSALS.values())]
    wrong = [(text, got, want) for text, got, want in zip(TEXTS, by_shell, expected) if not same(got, want)]
    assert wrong == []


def test_the_page_reads_as_the_shell_does(by_shell, by_page):
    refused = sum(isinstance(result, list) for result in by_shell)
    assert len(TEXTS) > 800 and 250 < refused < len(TEXTS) - 350
    differ = [each for each in zip(TEXTS, by_shell, by_page, strict=True) if not same(*each[1:])]
    assert differ == []


def test_predict_mode_reads_as_the_shell_does(by_shell):
    names = {name: number for name, number in NAMES.items() if name and name != LONG}  # it shortens
    root = Value(1.0, "first")
    for name, number in names.items():
        root = root + Value(number, name)
    lesson = read_lesson(root)
    question = Quiz(lesson).question(len(lesson.order) + 2)
    assert question and names.items() <= question.names.items()
    by_quiz = in_python(lambda text: value_of(question, text))
    three = zip(TEXTS, by_shell, by_quiz, strict=True)
    assert [each for each in three if each[0] != LONG and not same(*each[1:])] == []
    assert value_of(question, "upstream * local") == 1.0


def test_the_page_says_what_the_table_says(by_page):
    said = {text: result[1] for text, result in zip(TEXTS, by_page) if isinstance(result, list)}
    assert said["1 +"] == "at the end: an operand is missing here: a number, a name or a function"
    assert said["tanh(x, b)"] == "at “tanh(x, b)”: tanh got 2 numbers and takes 1"
    assert said["1/0"] == "at “/0”: div(1, 0) has no finite value"
