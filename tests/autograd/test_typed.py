"""Typed expressions: what Python's own arithmetic gives, and an error that points at everything else."""

import ast
import math
import pickle
import subprocess
import sys
import textwrap

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import autograd
from autograd import Value
from autograd.typed import ExpressionError, build, evaluate, parse, reading

NUMBERS = {"x": 2.5, "w1": -3.0, "λ": 0.75, "b_2": 0.0, "損失": 1e-3}

# What Python computes the same functions with; none of them is the package's.
FUNCTIONS = {
    "tanh": math.tanh, "exp": math.exp, "log": math.log, "log1p": math.log1p, "sqrt": math.sqrt,
    "sin": math.sin, "cos": math.cos, "erf": math.erf, "abs": abs, "maximum": max, "min": min,
    "sum": lambda *xs: sum(map(float, xs)), "neg": lambda x: -x, "relu": lambda x: max(x, 0.0),
    "mul": lambda x, y: x * y,
}  # fmt: skip


class Strict(float):
    """A float whose arithmetic raises where the result is no finite real number."""


def _strict(name):
    def method(*operands):
        result = getattr(float, name)(*map(float, operands))
        if isinstance(result, complex) or not math.isfinite(result):
            raise OverflowError(name)
        return Strict(result)

    return method


for _name in (
    "add",
    "sub",
    "mul",
    "truediv",
    "pow",
    "radd",
    "rsub",
    "rmul",
    "rtruediv",
    "rpow",
    "neg",
    "pos",
    "abs",
):
    setattr(Strict, f"__{_name}__", _strict(f"__{_name}__"))


class _LiteralsAreStrict(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.Call(ast.Name("Strict", ast.Load()), [node], [])


def by_python(text):
    """What Python makes of the text, and None where that is no finite real number."""
    tree = ast.fix_missing_locations(_LiteralsAreStrict().visit(ast.parse(text, mode="eval")))
    scope = {name: lambda *xs, f=function: Strict(f(*xs)) for name, function in FUNCTIONS.items()}
    scope |= {name: Strict(number) for name, number in {**NUMBERS, "pi": math.pi, "e": math.e}.items()}
    try:
        result = eval(compile(tree, "typed", "eval"), {"__builtins__": {}, "Strict": Strict, **scope})  # noqa: S307
    except (ArithmeticError, ValueError):
        return None
    return float(result) if math.isfinite(result) else None


def _extended(operands):
    spaces = st.sampled_from(["", " ", "  "])
    joined = st.builds(
        "".join, st.tuples(operands, spaces, st.sampled_from(["+", "-", "*", "/", "**"]), spaces, operands)
    )
    one = st.sampled_from(["tanh", "exp", "log", "log1p", "sqrt", "sin", "cos", "erf", "abs", "neg", "relu"])
    two = st.sampled_from(["maximum", "min", "mul"])
    return st.one_of(
        joined,
        joined,
        operands.map("({})".format),
        operands.map("-{}".format),
        operands.map("+ {}".format),
        st.builds("{}({})".format, one, operands),
        st.builds("{}( {} ,{})".format, two, operands, operands),
        st.lists(operands, min_size=1, max_size=4).map(lambda them: f"sum({', '.join(them)})"),
    )


LITERALS = st.one_of(
    st.integers(0, 12).map(str), st.sampled_from([".5", "3.", "1e-3", "2E2", "0.1", "00.25"]),
    st.floats(0, 100).map(repr),
)  # fmt: skip
TEXTS = st.recursive(st.one_of(LITERALS, st.sampled_from([*NUMBERS, "pi", "e"])), _extended, max_leaves=12)


@given(TEXTS)
@example("-x**2")
@example("2**-x**2")
@example("x - w1 - λ")
@example("x / w1 / λ * 2")
@example("2**3**2")
@example("--x*-w1")
@example("(-8)**(1/3)")
@example("x/b_2")
def test_a_value_is_the_one_that_python_gives(text):
    expected = by_python(text)
    if expected is None:
        with pytest.raises(ExpressionError):
            evaluate(text, NUMBERS)
    else:
        assert evaluate(text, NUMBERS) == expected


@given(TEXTS)
def test_on_values_it_is_a_graph_with_the_same_value(text):
    expected = by_python(text)
    try:
        root = build(text, {name: Value(number, name) for name, number in NUMBERS.items()})
    except ExpressionError as error:
        # a value may exist where its slope does not, as for sqrt(x) at 0
        assert expected is None or "derivative" in str(error)
    else:
        assert root.data == pytest.approx(expected, rel=1e-9, abs=1e-300)


@given(st.text(st.characters(blacklist_categories=()), max_size=40))
def test_any_text_at_all_is_a_number_or_an_error_that_points_at_a_column(text):
    try:
        assert math.isfinite(evaluate(text, NUMBERS))
    except ExpressionError as error:
        assert 0 <= error.column <= len(text)
        assert not any(ord(c) < 32 and c != "\n" for c in str(error))


@given(st.text("xw1 +-*/().,=<>[]{}'\"_:lambdifor\\\n\x000e", max_size=30))
def test_text_that_looks_like_an_expression_too(text):
    try:
        assert math.isfinite(evaluate(text, NUMBERS))
    except ExpressionError as error:
        assert 0 <= error.column <= len(text)


def test_the_graph_is_the_one_that_was_typed():
    w, x = Value(-3.0, "w"), Value(2.0, "x")
    out = build("w*x + w", {"w": w, "x": x}, out="out")
    product, again = out.parents
    assert product.parents == (w, x) and again is w  # a name that is used twice is one node
    assert (out.label, product.label, w.label) == ("out", None, "w")
    out.backward()
    assert (w.grad, x.grad) == (3.0, -3.0)  # by hand: x + 1, and w


def test_a_leaf_keeps_its_name_and_numbers_alone_are_a_constant():
    x = Value(2.0, "x")
    assert build("x", {"x": x}, out="out") is x and x.label == "x"
    assert build("2 + 3", {}, out="out").data == 5.0


@pytest.mark.parametrize(
    "text, slope",
    [
        ("x**3", 12.0),
        ("dot(x, 3, x, 4)", 4.0),  # x*x + 3*4
        ("sum(x, x, 1)", 2.0),
        ("maximum(x, 1) + max(x, 5)", 1.0),
        ("leaky_relu(-x, 0.5)", -0.5),
        ("leaky_relu(-x)", -0.01),
        ("logsumexp(x, x)", 1.0),
        ("e**(x - 2)", 1.0),
    ],
)
def test_functions_of_several_operands(text, slope):
    x = Value(2.0, "x")
    build(text, {"x": x}).backward()
    assert x.grad == pytest.approx(slope)


def test_a_function_that_was_defined_can_be_typed():
    autograd.define("typed_cube", lambda x: x**3, lambda out, x: 3.0 * x**2)
    assert evaluate("typed_cube(2) + 1", {}) == 9.0


def test_a_sum_of_thousands_of_terms():
    x = Value(0.5, "x")
    root = build("+".join(["x"] * 5000), {"x": x})
    root.backward()
    assert root.data == 2500.0 and x.grad == 5000.0


# Errors: what is said, and where it points.

KNOWN = {"w1": -3.0, "x1": 2.0, "w2": 1.0, "b": 6.88}


@pytest.mark.parametrize(
    "text, at, says",
    [
        ("", 0, "empty"),
        ("   ", 0, "empty"),
        ("w1 *", 4, "operand is missing"),
        ("* w1", 0, "operand is missing"),
        ("w1 x1", 3, "operator is missing"),
        ("2x1", 1, "operator is missing"),
        ("(w1 + x1", 0, "never closed"),
        ("tanh(w1", 4, "never closed"),
        ("w1)", 2, "no ( that this ) closes"),
        ("()", 1, "operand is missing"),
        ("tanh()", 0, "takes 1 operand (x), but got 0"),
        ("tanh(w1, b)", 0, "takes 1 operand (x), but got 2"),
        ("maximum(w1)", 0, "takes 2 operands"),
        ("leaky_relu(w1, b, b)", 0, "takes 2 operands (x, slope) or 1, but got 3"),
        ("dot(w1, x1, b)", 0, "the weights and then as many inputs, but got 3"),
        ("sum()", 0, "1 operand or more, but got 0"),
        ("tanh(w1,)", 8, "operand is missing"),
        ("w1, b", 2, "comma"),
        ("tanh(w1*x1 + os.system)", 13, "attributes"),
        ("w1.real", 0, "attributes"),
        ("(w1).real", 4, "attributes"),
        ("w1.__class__", 0, "attributes"),
        ("eval(w1)", 0, "no function eval"),
        ("__import__('os')", 0, "no function __import__"),
        ("print(w1)", 0, "no function print"),
        ("tnah(w1)", 0, "did you mean tanh?"),
        ("w1(x1)", 0, "w1 is a number, not a function"),
        ("pi(x1)", 0, "pi is a number, not a function"),
        ("w1 * tanh", 5, "tanh is a function"),
        ("w1 + w3", 5, "no name w3"),
        ("bb + 1", 0, "did you mean b?"),
        ("leaky_relu(w1, slope=0.1)", 15, "no ="),
        ("w1 = 3", 3, "no ="),
        ("(y := 3)", 1, "no ="),
        ("'text'", 0, "quotes"),
        ('w1 + "a"', 5, "quotes"),
        ("f'{w1}'", 0, "quotes"),
        ("b'a'", 1, "quotes"),
        ("w1 < x1", 3, "comparisons"),
        ("w1 == x1", 3, "comparisons"),
        ("w1 != x1", 3, "comparisons"),
        ("lambda x: x", 0, "lambda is not part"),
        ("w1 if b else x1", 3, "if is not part"),
        ("w1 and b", 3, "and is not part"),
        ("not b", 0, "not is not part"),
        ("[w1 for w1 in b]", 0, "lists"),
        ("w1[0]", 2, "lists"),
        ("{w1}", 0, "lists"),
        ("w1 for w1 in b", 3, "for is not part"),
        ("await b", 0, "await is not part"),
        ("True", 0, "True is not part"),
        ("w1 // 2", 3, "this operator"),
        ("w1 % 2", 3, "this operator"),
        ("w1 @ b", 3, "this operator"),
        ("w1 << 2", 3, "this operator"),
        ("~w1", 0, "this operator"),
        ("w1²", 2, "a power is written **"),
        ("1_000", 1, "operator is missing"),
        ("0x10", 1, "operator is missing"),
        ("1j", 1, "operator is missing"),
        ("w1; b", 2, "the character ;"),
        ("# note", 0, "the character #"),
        ("w1 \\ b", 3, "the character \\"),
        ("w1 + \x00", 5, "the character \\x00"),
        ("w1\x1b[2J", 2, "the character \\x1b"),
        ("w1 + \u202eb", 5, "the character \\u202e"),
        ("w1 + \ud800", 5, "the character �"),
        ("1/0", 1, "a divisor other than 0"),
        ("log(w1)", 0, "x > 0"),
        ("w1**0.5", 2, "math domain error"),
        ("0 * (1e308 * 10)", 11, "too large for a float"),
        ("9**9**9**9", 4, "too large for a float"),
        ("2**10000", 1, "too large for a float"),
        ("10**400", 2, "too large for a float"),
        ("1e400", 0, "too large for a float"),
        ("exp(1000)", 0, "too large for a float"),
        ("9" * 5000, 0, "too large for a float"),
    ],
)  # fmt: skip
def test_an_error_says_what_is_wrong_and_points_at_it(text, at, says):
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, KNOWN)
    assert says in caught.value.reason
    assert caught.value.column == at
    assert isinstance(caught.value, ValueError)


def test_the_message_has_the_text_and_below_it_the_caret():
    with pytest.raises(ExpressionError) as caught:
        evaluate("tanh(w1*x1 + os.system)", KNOWN)
    _, text, pointer = str(caught.value).split("\n")
    assert text == "tanh(w1*x1 + os.system)"
    assert pointer.startswith(" " * 13 + "^ attributes are not part of an expression")


def test_the_caret_stands_below_its_character_whatever_the_characters_are():
    with pytest.raises(ExpressionError) as caught:
        evaluate("損失 + \t$", {"損失": 1.0})
    _, text, pointer = str(caught.value).split("\n")
    assert text == "損失 +  $"
    assert pointer.index("^") == 8  # each of the first two takes two columns, and the tab is shown as a space


def test_of_a_long_text_the_part_around_the_caret_is_quoted():
    text = " + ".join(["w1"] * 900 + ["oops"] + ["w1"] * 900)
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, KNOWN)
    _, quoted, pointer = str(caught.value).split("\n")
    assert len(quoted) < 80 and quoted[0] == quoted[-1] == "…"
    assert quoted[pointer.index("^") :].startswith("oops")
    assert caught.value.column == text.index("oops")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("(" * 4999 + "x" + ")" * 4999, 1.5),
        ("-" * 9000 + "x", 1.5),
        ("x**1**" * 1600 + "x", 1.5),
        ("relu(" * 1600 + "x" + ")" * 1600, 1.5),
    ],
)
def test_nesting_of_any_depth_is_read_far_down_the_stack_too(text, expected):
    def at(depth):
        return at(depth - 1) if depth else evaluate(text, {"x": 1.5})

    assert at(900) == expected


@pytest.mark.parametrize(
    "text", ["(" * 9_999, "tanh(" * 1_999, "-" * 9_999, "x**" * 3_000, "(" * 5_000 + "x"]
)
def test_what_is_nested_deeply_and_never_ends_is_an_error(text):
    with pytest.raises(ExpressionError, match="operand is missing|never closed"):
        evaluate(text, {"x": 1.0})


@pytest.mark.parametrize("text", ["(" * 10_000 + "x" + ")" * 10_000, "x+" * 200_000 + "x", "1" * 1_000_000])
def test_a_text_that_no_person_types_is_an_error(text):
    with pytest.raises(ExpressionError, match="characters; an expression has at most 10,000"):
        evaluate(text, {"x": 1.0})


def test_an_error_survives_pickling():
    with pytest.raises(ExpressionError) as caught:
        parse("x + ")
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  as processes hand errors to one another
    assert (str(copy), copy.column) == (str(caught.value), 4)


def test_what_is_no_text_is_a_type_error():
    with pytest.raises(TypeError, match="expected an expression as text"):
        parse(3)


# Names.


def test_names_come_in_the_order_of_their_first_use():
    assert parse("b + w1*x1 - b*pi").names == ("b", "w1", "x1", "pi")
    assert parse("tanh(tanh)", ["tanh"]).names == ("tanh",)  # a name may be that of a function


def test_pi_and_e_are_known_unless_a_name_hides_them():
    assert evaluate("cos(pi) + log(e)", {}) == 0.0
    assert evaluate("e + pi", {"e": 1.0, "pi": 2.0}) == 3.0


@pytest.mark.parametrize(
    "text, expected",
    [
        ("2 * w0,1,0 + 1", 9.0),
        ("w0,1*w0,1,0", 12.0),
        ("layer 1 - x#2", -4.0),
        ("sigmoid'(z)*2", 14.0),
        ("tanh(w0,1)", math.tanh(3.0)),
        ("2nd*3", 27.0),
        ("maximum(x,12)", 12.0),  # and not the name x,1 and a 2
    ],
)
def test_a_name_may_be_any_text(text, expected):
    names = {
        "w0,1": 3.0,
        "w0,1,0": 4.0,
        "layer 1": 1.0,
        "x": 0.0,
        "x#2": 5.0,
        "x,1": 6.0,
        "sigmoid'(z)": 7.0,
        "2nd": 9.0,
    }
    assert evaluate(text, names) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("1-o**2", 0.75),  # and not (1-o)**2
        ("8/x*w", 6.0),  # and not 8/(x*w)
        ("x*w**2", 36.0),  # and not (x*w)**2
        ("a+b*2", 200.0),  # but a and b alone are no names, so that a+b is one
        ("x*wide", 8.0),  # and not x*w and more
    ],
)
def test_a_name_that_reads_as_arithmetic_of_names_is_arithmetic(text, expected):
    names = {"o": 0.5, "1-o": 0.5, "x": 4.0, "w": 3.0, "x*w": 12.0, "a+b": 100.0, "wide": 2.0}
    assert evaluate(text, names) == expected


def test_many_names_that_nest_within_each_other_take_no_time():
    names = {"a" + "+a" * length: float(length) for length in range(1, 60)}
    assert evaluate("a+a+a", {**names, "a": 1.0}) == 3.0
    assert evaluate("a" + "+a" * 59, names) == 59.0
    products = ["x" + "*x" * length for length in range(1, 1_000)]
    assert evaluate(products[-1], dict.fromkeys(["x", *products], 1.0)) == 1.0
    words = [" ".join("a" * length) for length in range(2, 101)]
    assert parse(f"{words[-1]} + {words[0]}", words).names == (words[-1], words[0])
    words = [" ".join("a" * length) for length in range(2, 1_001)]
    assert parse(f"1 + {words[-1]} + {words[99]}", words).names == (words[-1], words[99])


def test_two_thousand_names_of_two_words(monkeypatch):
    """Whether each is arithmetic is looked at without looking for names like it, which took them all."""
    names = [f"w{i} b" for i in range(2_000)]
    with pytest.raises(ExpressionError, match="there is no name w9999, did you mean w999 b.* and 1987 more"):
        parse("w9999", names)
    monkeypatch.setattr(reading, "difflib", None)
    assert parse("+".join(names[:1_300]), names).names == tuple(names[:1_300])


def test_an_error_does_not_repeat_names_of_any_length():
    with pytest.raises(ExpressionError) as caught:
        parse("x * " + "z" * 9_000, ["y" * 100_000 + "?", "y" * 100_000])
    assert len(str(caught.value)) < 600


# Nothing is ever run.


def test_nothing_is_compiled_imported_opened_or_run():
    program = """
        import sys
        from autograd.typed import ExpressionError, evaluate, build
        texts = [
            "__import__('os').system('echo ran')", "eval('1')", "exec('import os')", "open('/etc/passwd')",
            "().__class__.__base__.__subclasses__()", "(lambda: print('ran'))()",
            "[print('ran') for x in '1']", "f'{print(1)}'", "x if print('ran') else x", "breakpoint()",
            "x.__init__.__globals__", "tanh.on_float(x)", "print('ran')", "x := 2", "import os",
            "x; print('ran')", "tanh(x)\\nprint('ran')", "x + 1", "exp(x)",
        ]
        for text in texts:  # once, so that what is loaded at the first error is loaded
            try: evaluate(text, {"x": 1.0})
            except ExpressionError: pass
        happened = []
        watched = ("compile", "exec", "import", "open", "os.system", "subprocess.Popen", "code.__new__")
        sys.addaudithook(lambda event, arguments: happened.append(event) if event in watched else None)
        values = []
        for text in texts:
            try: values.append(evaluate(text, {"x": 1.0}))
            except ExpressionError: pass
        assert happened == [], happened
        compile("1", "", "eval")
        assert happened == ["compile"]  # the watch is awake
        print(values)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{[2.0, math.exp(1.0)]}\n"
