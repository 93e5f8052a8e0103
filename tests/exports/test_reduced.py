"""Formulas lose what changes no value, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from engine.catalog.activations import ELEMENTWISE
from engine.files.export.expression import of_function, variable
from engine.files.export.reduced import COMPUTABLE, READABLE, computed, reduced


def tree_of(entry):
    activation = entry()
    return activation, of_function(activation.value, variable("x"), *activation.numbers())


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("entry", ELEMENTWISE, ids=lambda entry: entry.key())
def test_for_a_computer_it_computes_the_same_for_every_number(entry, kind):
    activation, tree = tree_of(entry)
    x = np.concatenate([np.linspace(-200, 200, 4001), [-1e37, -3e4, 1e-30, 3e4, 1e37]])
    found = np.broadcast_to(computed(reduced(tree, COMPUTABLE, kind), {"x": x}, kind), x.shape)
    expected = np.asarray(computed(tree, {"x": x}, kind))
    rounding = 1e-12 if kind is np.float64 else 1e-5 if entry.key() == "gaussian" else 1e-6
    np.testing.assert_allclose(found, expected, rtol=rounding, atol=1e-37)
    if kind is np.float64:
        np.testing.assert_allclose(found, activation.value(x, *activation.numbers()), rtol=rounding)


def test_guards_stay_where_numbers_need_them():
    _, mish = tree_of(next(entry for entry in ELEMENTWISE if entry.key() == "mish"))
    assert any(node.operation == "minimum" for node in reduced(mish, COMPUTABLE).nodes())
    assert not any(node.operation == "minimum" for node in reduced(mish, READABLE).nodes())


def test_a_formula_of_many_steps_becomes_the_one_of_textbooks():
    _, gaussian = tree_of(next(entry for entry in ELEMENTWISE if entry.key() == "gaussian"))
    found = [node.operation for node in reduced(gaussian, READABLE).nodes()]
    assert found == ["variable", "mul", "neg", "exp"]
