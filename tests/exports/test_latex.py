"""The exported formula: it is what a reader computes from it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from engine.catalog.activations import ELEMENTWISE
from engine.files.export import tex
from engine.files.export.comparison import largest_difference, points_of
from engine.files.export.expression import of_function, variable
from engine.files.export.format import TOLERANCE, ExportError
from engine.files.export.reduced import READABLE, reduced
from engine.files.export.tex_notation import escaped, formula, number
from engine.files.export.tex_reader import compute
from tests.exports import latex
from tests.exports.networks import NAMES, random_network
from tests.exports.small import exported, table, trained


@pytest.mark.parametrize("entry", ELEMENTWISE, ids=lambda entry: entry.key())
@pytest.mark.parametrize("computed", [compute, latex.computed], ids=["reader", "rewritten"])
def test_an_activation_is_written_as_what_it_computes(entry, computed):
    activation = entry()
    tree = reduced(of_function(activation.value, variable("x"), *activation.numbers()), READABLE)
    text = f"f^{{[1]}}\\left(t\\right) &= {formula(tree, {'x': 't'})} \\\\\n"
    text += "\\hat{y} &= f^{[1]}\\left(x\\right)"
    x = np.linspace(-9, 9, 181, dtype=np.float32)[:, None]
    expected = activation.value(x.astype(np.float64), *activation.numbers())
    np.testing.assert_allclose(computed(text, x), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("gaussian", "e^{-t^{2}}"),
        ("sigmoid", r"\frac{1}{1 + e^{-t}}"),
        ("relu", r"\max\left(t, 0\right)"),
        ("elu", r"\begin{cases} t & t > 0 \\ e^{t} - 1 & \text{otherwise} \end{cases}"),
        ("softsign", r"\frac{t}{1 + \lvert t \rvert}"),
        ("gelu", r"t \, \Phi\left(t\right)"),
        ("mish", r"t \, \frac{e^{2 \, t} + 2 \, e^{t}}{e^{2 \, t} + 2 \, e^{t} + 2}"),
    ],
)
def test_formulas_read_as_in_a_textbook(key, expected):
    activation = next(entry for entry in ELEMENTWISE if entry.key() == key)()
    tree = reduced(of_function(activation.value, variable("x"), *activation.numbers()), READABLE)
    assert formula(tree, {"x": "t"}) == expected


def test_no_more_digits_than_needed():
    network = random_network(12).portable
    points = points_of(network)
    expected = random_network(12).trainer.predict(points)

    def difference(digits):
        return largest_difference(compute("\n".join(tex._sections(network, digits)), points), expected)

    digits = tex._enough_digits(network)
    assert 4 < digits < 9
    assert difference(digits) < TOLERANCE < 100 * difference(digits - 1)
    assert difference(digits - 1) > TOLERANCE / 5


def test_signs_that_a_reader_may_not_know_are_explained(tmp_path):
    layers = [{"units": 2, "activation": "gelu", "normalization": "layer"}]
    trainer = trained(tmp_path, data={"kind": "rings", "samples": 30}, network={"layers": layers})
    exported(trainer, tmp_path / "n.tex")
    text = (tmp_path / "n.tex").read_text("utf-8")
    assert r"$\operatorname{softmax}(z)_i = e^{z_i} / \sum_j e^{z_j}$." in text
    assert r"$\Phi$ is the distribution function" in text and r"$\operatorname{mean}$ and" in text
    assert r"$\operatorname{sgn}$" not in text


def test_large_networks_are_refused_and_the_limit_is_named(tmp_path):
    trainer = trained(tmp_path, network={"layers": [{"units": 20}]})
    with pytest.raises(ExportError, match=r"at most 12 .* and 150 numbers; this one has up to 20 and 81"):
        exported(trainer, tmp_path / "n.tex")
    assert not (tmp_path / "n.tex").exists()


def test_names_print_as_they_are_or_by_their_number(tmp_path):
    assert escaped(r"50% of $a_1 & {b}~\c^#") == (
        r"50\% of \$a\_1 \& \{b\}\textasciitilde{}\textbackslash{}c\textasciicircum{}\#"
    )
    assert escaped("λ²é 数\n\u202e") == "$\\lambda$$^2$é [U+6570] [U+202E]"
    inputs = {name: np.linspace(0, 1, 20) for name in NAMES[4:]}
    trainer = trained(tmp_path, title=NAMES[7], data=table(tmp_path, inputs, (NAMES[0], NAMES[1])))
    done = exported(trainer, tmp_path / "n.tex")
    text = (tmp_path / "n.tex").read_text("utf-8")
    plain = re.sub(r"\\[{}]", "", text)
    assert plain.count("{") == plain.count("}")
    assert all(
        text.count(f"\\begin{{{kind}}}") == text.count(f"\\end{{{kind}}}") for kind in ("align*", "pmatrix")
    )
    assert done.notes == ("Characters that LaTeX has no sign for stand by their number, as [U+6570].",)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0.1, 9, "0.1"), (1e-5, 4, "10^{-5}"), (-1.5e-7, 4, r"-1.5 \cdot 10^{-7}"), (123456.0, 8, "123456")],
)
def test_numbers_are_as_short_as_can_be(value, digits, text):
    assert number(value, digits) == text
    if value > 0:
        found = compute(rf"\hat{{y}} &= x + {text}", np.zeros((1, 1), np.float32))
        np.testing.assert_allclose(found, [[value]], rtol=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        r"\hat{y} &= \foo\left(x\right)",
        r"\hat{y} &= q + x",
        r"\hat{y} &= x +",
        r"\hat{y} &= \frac{x}(2)",
        "ŷ",
    ],
)
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(ExportError):
        compute(text, np.zeros((1, 1), np.float32))
