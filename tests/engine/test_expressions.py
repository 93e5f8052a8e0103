"""Formulas as trees: they say what the catalog's functions and the features compute."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.catalog.activations import ELEMENTWISE
from engine.catalog.features import parse
from engine.files.export.expression import Notation, number, of_feature, of_function, variable
from engine.kernels import simd

FUNCTIONS = [
    "where",
    "maximum",
    "minimum",
    "absolute",
    "sign",
    "square_root",
    "exp",
    "expm1",
    "log",
    "log1p",
    "softplus",
    "power",
    "tanh",
    "sigmoid",
    "erf",
    "normal_cdf",
    "sine",
    "cosine",
]
ARITY = {"where": 3, "maximum": 2, "minimum": 2, "power": 2}
PYTHON = Notation(
    {
        **{f: f"simd.{f}({', '.join(f'{{{i}}}' for i in range(ARITY.get(f, 1)))})" for f in FUNCTIONS},
        "pow": "np.power({0}, {1})",
        "tan": "np.tan({0})",
    },
    repr,
)


def computed(expression, **variables):
    lines, last = PYTHON.lines(expression, lambda i: f"t{i}")
    scope = {"np": np, "simd": simd, **variables}
    for name, text in lines:
        scope[name] = eval(text, scope)
    whole = eval(PYTHON.text(expression), scope)
    found = eval(last, scope)
    np.testing.assert_array_equal(whole, found)
    return found


@pytest.mark.parametrize("entry", ELEMENTWISE, ids=lambda entry: entry.key())
def test_an_activation_as_a_tree_computes_the_same(entry):
    activation = entry()
    x = np.linspace(-9, 9, 181)
    tree = of_function(activation.value, variable("x"), *activation.numbers())
    np.testing.assert_allclose(computed(tree, x=x), activation.value(x, *activation.numbers()), rtol=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "x1 - (x2 - 1)",
        "-x1**2",
        "(-x1)**2",
        "x1/(x2*3)",
        "2**-abs(x2)",
        "sqrt(abs(x1)) + log(2 + x2**2)",
        "tan(x1)*sign(x2) - -3",
        "x1 - 2 - x2*(x1 + 1)/(x2/7)",
    ],
)
def test_a_feature_as_a_tree_computes_the_same(text):
    feature = parse(text, 2)
    X = np.random.default_rng(0).uniform(-2, 2, (50, 2))
    tree = of_feature(feature, (variable("a"), variable("b")))
    found = computed(tree, a=X[:, 0], b=X[:, 1])
    np.testing.assert_allclose(found, feature.compute(X), rtol=1e-14)


def test_what_is_used_twice_is_written_once():
    x = variable("x")
    square = (x + 1) * (x + 1)
    shared = x + 1
    lines, last = PYTHON.lines(shared * shared, lambda i: f"t{i}")
    assert (lines, last) == ([("t0", "x + 1.0")], "t0 * t0")
    assert PYTHON.lines(square, str)[0] == []


def test_a_formula_without_its_argument_is_a_number():
    tree = of_function(lambda x: 3, variable("x"))
    assert tree.operation == "number" and tree.value == 3


def test_negative_numbers_are_parted_from_signs():
    assert PYTHON.text(variable("x") - number(-2.0)) == "x - -2.0"
    assert math.isclose(eval(PYTHON.text(-(number(-2.0) * 3))), 6.0)
