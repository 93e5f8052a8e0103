"""Formulas over the inputs: read as Python reads them, shown as textbooks print them, never dangerous."""

from __future__ import annotations

import ast
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.catalog.features import FUNCTIONS, OFFERED, OFFERS, offers, parse
from engine.errors import DataError

X = np.array([[0.5, -2.0], [3.0, 1.5], [-1.25, 0.0]])

numbers = st.sampled_from(["0", "1", "2", "3", "0.5", ".25", "2.", "1e-1", "1.5E+0", "pi", "e"])
leaves = st.one_of(numbers, st.sampled_from(["x1", "x2"]))


def _larger(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} {} {}".format, children, st.sampled_from("+-*/"), children),
        st.builds("({}){}({})".format, children, st.sampled_from(["+", "-", "*", "/", "**"]), children),
        st.builds("{}**{}".format, children, st.sampled_from(["2", "3", "-1", "-x1", "2**2"])),
        st.builds("-{}".format, children),
        st.builds("+({})".format, children),
        st.builds("{}({})".format, st.sampled_from(sorted(FUNCTIONS)), children),
    )


formulas = st.recursive(leaves, _larger, max_leaves=12).filter(lambda text: len(text) <= 200)


class _Float64(ast.NodeTransformer):
    """Make the numbers of a Python formula float64, whose powers cannot take forever."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Call(ast.Name("float64", ast.Load()), [node], [])


@given(formulas)
@settings(max_examples=400, deadline=None)
def test_formulas_mean_what_python_means(text):
    tree = ast.fix_missing_locations(_Float64().visit(ast.parse(text, mode="eval")))
    names = FUNCTIONS | {"pi": np.float64(math.pi), "e": np.float64(math.e), "float64": np.float64}
    with np.errstate(all="ignore"):
        expected = eval(compile(tree, "formula", "eval"), names | {"x1": X[:, 0], "x2": X[:, 1]})
    np.testing.assert_array_equal(parse(text, 2).compute(X), np.broadcast_to(expected, 3))


@given(formulas, st.lists(st.text(min_size=1, max_size=5), min_size=2, max_size=2))
@settings(max_examples=100, deadline=None)
def test_every_formula_can_be_shown(text, names):
    feature = parse(text, 2)
    assert feature.label
    assert feature.labelled(names)


@given(formulas)
@settings(max_examples=100, deadline=None)
def test_blanks_at_the_ends_do_not_matter(text):
    assert parse(f"  {text}\t", 2) == parse(text, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-x1**2", -(X[:, 0] ** 2)),
        ("2**-1*x1", X[:, 0] / 2),
        ("2**3**2+0*x1", np.full(3, 512.0)),
        ("x1-x2-1", X[:, 0] - X[:, 1] - 1),
        ("x1/x1/2", np.full(3, 0.5)),
        ("--x1", X[:, 0]),
        ("3", np.full(3, 3.0)),
        ("log(x1)", np.array([math.log(0.5), math.log(3), math.nan])),
        ("1/x2", np.array([-0.5, 1 / 1.5, math.inf])),
        ("(-8)**(1/3)", np.full(3, math.nan)),
        ("9**9**9**9", np.full(3, math.inf)),
        ("10**400 - 10**400", np.full(3, math.nan)),
        ("1/0", np.full(3, math.inf)),
    ],
)
def test_values(text, expected):
    values = parse(text, 2).compute(X)
    assert values.dtype == np.float64
    assert values.shape == (3,)
    np.testing.assert_allclose(values, expected, rtol=1e-14)


def test_compute_returns_an_array_of_its_own():
    values = parse("x1", 2).compute(X)
    assert not np.shares_memory(values, X)
    assert parse("x1", 2).compute(np.empty((0, 2))).shape == (0,)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("x1", "x₁"),
        ("x12", "x₁₂"),
        ("x1**2", "x₁²"),
        ("x1**-2", "x₁⁻²"),
        ("x1*x2", "x₁x₂"),
        ("sin(x1)", "sin x₁"),
        ("sqrt(x1)", "√x₁"),
        ("abs(x1)", "|x₁|"),
        ("abs(x1-x2)", "|x₁ − x₂|"),
        ("sin(2*pi*x1)", "sin(2πx₁)"),
        ("sin(x1)*x2", "sin(x₁) · x₂"),
        ("2*x1", "2x₁"),
        ("x1*2", "x₁ · 2"),
        ("-2*x1*x2", "−2 · x₁ · x₂"),
        ("3*x1*x2**2", "3x₁x₂²"),
        ("2*(-x1)", "2 · −x₁"),
        ("2*sin(x1)", "2 · sin(x₁)"),
        ("(x1+x2)*x1", "(x₁ + x₂) · x₁"),
        ("x1-(x2-1)", "x₁ − (x₂ − 1)"),
        ("x1/(x2*x1)", "x₁ / (x₂x₁)"),
        ("(x1*x2)**2", "(x₁x₂)²"),
        ("-x1**2", "−x₁²"),
        ("(-x1)**2", "(−x₁)²"),
        ("2**x1", "2^x₁"),
        ("x1**0.5", "x₁^(0.5)"),
        ("(x1**2)**3", "(x₁²)³"),
        ("exp(-x1**2)", "exp(−x₁²)"),
    ],
)
def test_labels(text, label):
    assert parse(text, 12).label == label


def test_labels_show_the_columns_of_a_table():
    assert parse("x1*x2", 2).labelled(("age", "income")) == "age · income"
    assert parse("x1**2", 2).labelled(("age", "income")) == "age^2"
    assert parse("sin(x2)", 2).labelled(("age", "blood pressure")) == "sin blood pressure"
    assert parse("sin(x2)", 2).labelled(("age", "weight (kg)")) == "sin weight (kg)"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sin(x3)", ["feature 'sin(x3)'", "no input x3", "x1, x2"]),
        ("x0", ["no input x0"]),
        ("x01", ["no input x01"]),
        ("x" + "9" * 150, ["no input x999"]),
        ("", ["empty"]),
        ("   ", ["empty"]),
        ("2x1", ["missing before 'x1' at position 2"]),
        ("x1 x2", ["missing before 'x2' at position 4"]),
        ("x1^2", ["'^' at position 3", "x1**2"]),
        ("x1²", ["'²' at position 3", "x1**2"]),
        ("x1 ** ", ["at the end"]),
        ("x1 // x2", ["before '/' at position 5"]),
        ("(x1", ["')' is missing at the end"]),
        ("x1)", ["')' at position 3 closes nothing"]),
        ("sin x1", ["needs parentheses", "sin(x1)"]),
        ("sin()", ["before ')' at position 5"]),
        ("foo(x1)", ["'foo' at position 1 is unknown", "sin"]),
        ("__import__('os')", ["__import__"]),
        ("x1.real", ["'.'"]),
        ("x1[0]", ["'['"]),
        ("x1; x2", ["';'"]),
        ("lambda: x1", ["lambda"]),
        ("x1\n+x2", ["\\n"]),
        ("x1\0", ["\\x00"]),
        ("\uff581", ["'\uff58'"]),
        ("x\uff11", ["'x'"]),
        ("1e999", ["too large"]),
        ("1_000", ["missing before '_000'"]),
        ("max(x1,x2)", ["'max'"]),
        ("sin(x1,x2)", ["','"]),
        ("x1+" * 100 + "x1", ["longer than 200"]),
        ("(" * 60 + "x1" + ")" * 60, ["50 levels"]),
        ("-" * 190 + "x1", ["50 levels"]),
        ("2**" * 60 + "x1", ["50 levels"]),
        ("(" * 49 + "--x1" + ")" * 49, ["50 levels"]),
    ],
)
def test_wrong_formulas_get_one_sentence(text, words):
    with pytest.raises(DataError) as caught:
        parse(text, 2)
    (problem,) = caught.value.problems
    assert all(word in problem for word in words), problem
    assert problem.startswith("feature ")
    assert "\n" not in problem
    assert len(problem) < 300


def test_the_inputs_named_are_those_there_are():
    with pytest.raises(DataError, match="the only input is x1"):
        parse("x2", 1)
    with pytest.raises(DataError, match=r"the inputs are x1, x2, \.\.\., x30"):
        parse("x31", 30)


def test_the_limits_themselves_are_allowed():
    text = "(" * 50 + "x1" + ")" * 50
    np.testing.assert_array_equal(parse(text, 1).compute(X[:, :1]), X[:, 0])
    long = "x1+" * 66 + "x1"
    assert len(long) == 200
    np.testing.assert_allclose(parse(long, 1).compute(X[:, :1]), 67 * X[:, 0])


def test_any_text_is_a_formula_or_a_data_error():
    chance = random.Random(4)
    pieces = [
        "x1",
        "x2",
        "x3",
        "(",
        ")",
        "+",
        "-",
        "*",
        "/",
        "**",
        "sin",
        "log",
        "pi",
        "e",
        " ",
        "2",
        "1e9",
        ".",
        "²",
    ]
    pieces += ["\0", "\n", "'", '"', "\\", "é", "\ud800", "😀", "x", "_", ",", "=", "if", "9" * 30, "1e"]
    good = 0
    for _ in range(2000):
        text = "".join(chance.choices(pieces, k=chance.randint(1, 14)))
        try:
            feature = parse(text, 2)
        except DataError as error:
            assert len(error.problems) == 1
        else:
            good += 1
            assert feature.compute(X).shape == (3,)
            assert feature.label
    assert good > 20


@given(st.text(max_size=250))
@settings(max_examples=300, deadline=None)
def test_arbitrary_unicode_never_raises_anything_else(text):
    try:
        parse(text, 3)
    except DataError as error:
        assert len(error.problems) == 1


def test_what_is_offered():
    assert OFFERED == ("x1", "x2", "x1**2", "x2**2", "x1*x2", "sin(x1)", "sin(x2)", "cos(x1)", "cos(x2)")
    assert all(offer.advice and offer.label == parse(offer.text, 2).label for offer in OFFERS)
    assert [offer.text for offer in offers(1)] == ["x1", "x1**2", "sin(x1)", "cos(x1)"]
    assert tuple(offer.text for offer in offers(2)) == OFFERED
    assert [offer.text for offer in offers(4)][:5] == ["x1", "x2", "x3", "x4", "x1**2"]
    for inputs in (1, 2, 5):
        for offer in offers(inputs):
            parse(offer.text, inputs)
