"""LaTeX: the formula of a small network, to print and to compute by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.files.export import words
from engine.files.export.comparison import largest_difference, points_of
from engine.files.export.expression import VARIABLE, of_feature, variable
from engine.files.export.format import TOLERANCE, Format
from engine.files.export.numbers import numbers_of
from engine.files.export.portable import evaluate
from engine.files.export.reduced import READABLE, reduced
from engine.files.export.tex_notation import escaped, formula, number
from engine.files.export.tex_reader import compute
from engine.floats import as_float32
from engine.kernels.layout import EPSILON
from engine.tensors import BIAS, MEAN, PROJECTION, SCALE, SHIFT, SLOPE, VARIANCE, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

    from engine.files.export.format import Check
    from engine.files.export.portable import Portable, PortableLayer
    from engine.floats import Floats

MOST_UNITS, MOST_NUMBERS = 12, 150  # what a page and a reader can take
DIGITS = range(4, 10)
UPRIGHT, LANDSCAPE = 494, 740  # points of a line


def _problems(network: Portable) -> tuple[str, ...]:
    numbers = numbers_of(network)
    widest = max(
        network.layers[0].inputs, len(network.input_names), *(layer.sums for layer in network.layers)
    )
    if widest <= MOST_UNITS and numbers <= MOST_NUMBERS:
        return ()
    return (
        f"a formula is for small networks, of at most {MOST_UNITS} inputs, features or weighted sums a layer "
        f"and {MOST_NUMBERS} numbers; this one has up to {widest:,} and {numbers:,}",
    )


def _notes(network: Portable) -> tuple[str, ...]:
    names = (network.title, *network.input_names, *network.output_names)
    if any("[U+" in escaped(name) for name in names):
        return ("Characters that LaTeX has no sign for stand by their number, as [U+6570].",)
    return ()


def _render(network: Portable, check: Check) -> bytes:
    digits = _enough_digits(network)
    sections = _sections(network, digits)
    # A digit takes 5 points; the columns of a matrix, one more for the biases, and what is around them.
    width = 110 + (5 * digits + 25) * (1 + max(layer.inputs for layer in network.layers))
    told = [words.outputs_told(network), words.training_only(network)]
    lines = [
        r"\documentclass{article}",
        rf"\usepackage[a4paper{',landscape' if width > UPRIGHT else ''},margin=18mm]{{geometry}}",
        r"\usepackage[T1]{fontenc}",
        r"\usepackage{textcomp,amsmath}",
        r"\setcounter{MaxMatrixCols}{20}",
        r"\setlength{\parindent}{0pt}",
        r"\allowdisplaybreaks",
        r"\begin{document}",
        *([r"\footnotesize"] if width > LANDSCAPE else []),
        "",
        rf"\section*{{{escaped(network.title)}}}",
        "",
        "A neural network made with Unfold, as a formula.",
        "Upper case letters are matrices; a superscript in brackets is the layer, a subscript the element.",
        r"A function of a vector is taken of each element, and $\odot$ multiplies element by element.",
        f"Numbers are rounded: the largest of a matrix has {digits} significant digits.",
        *(sentence for sign, sentence in _EXPLAINED.items() if any(sign in line for line in sections)),
        "",
        *sections,
        "",
        rf"$\hat{{y}}$: {escaped(told[0])}.",
        *map(escaped, filter(None, told[1:])),
        "",
        rf"\smallskip\textit{{{escaped(check.text)}.}}",
        "",
        r"\end{document}",
    ]
    return ("\n".join(lines) + "\n").encode()


_EXPLAINED = {
    r"\operatorname{softmax}": r"$\operatorname{softmax}(z)_i = e^{z_i} / \sum_j e^{z_j}$.",
    r"\operatorname{mean}": r"$\operatorname{mean}$ and $\operatorname{var}$ are those of the elements.",
    r"\operatorname{sgn}": r"$\operatorname{sgn}$ is -1, 0 or 1, the sign.",
    r"\Phi": r"$\Phi$ is the distribution function of the standard normal distribution.",
}


def _enough_digits(network: Portable) -> int:
    """Return the fewest digits with which the formula gives the same, with room for float32's rounding."""
    points = points_of(network)
    expected = evaluate(network, points)
    for digits in DIGITS:
        found = compute("\n".join(_sections(network, digits)), points)
        if largest_difference(as_float32(found), expected) <= TOLERANCE / 4:
            break
    return digits


def _sections(network: Portable, digits: int) -> list[str]:
    """Return the text between introduction and end; every equation has a line of its own."""
    lines = [*_section("Inputs", _inputs(network, digits)), *_list_of_inputs(network)]
    for at in range(len(network.layers)):
        lines += _section(escaped(words.layer_told(network, at)), _layer(network.layers[at], at + 1, digits))
    last = f"a^{{[{len(network.layers)}]}}"
    if network.bounds is None:
        result = last
    else:
        low, high = network.bounds
        shifted = rf"\frac{{{last} + {number(-low)}}}{{{number(high - low)}}}" if low else last
        result = rf"\min\left(\max\left({shifted}, 0\right), 1\right)"
    return [*lines, *_section("Result", [rf"\hat{{y}} &= {result}"])]


def _section(title: str, equations: Iterable[str]) -> list[str]:
    body = " \\\\\n".join(equations)
    return [rf"\subsection*{{{title}}}", r"\begin{align*}", body, r"\end{align*}"]


def _list_of_inputs(network: Portable) -> Iterator[str]:
    named = [f"$x_{{{i}}}$ is ``{escaped(name)}''" for i, name in enumerate(network.input_names, 1)]
    yield f"Here {', '.join(named)}."


def _inputs(network: Portable, digits: int) -> Iterator[str]:
    given = "x"
    if network.standardizes:
        given = "u"
        pairs = zip(network.data.mean, network.data.scale, strict=True)
        yield f"u &= {_column(_standardized(i + 1, *pair, digits) for i, pair in enumerate(pairs))}"
    names = {f"x{i}": f"{given}_{{{i + 1}}}" for i in range(len(network.input_names))}
    trees = (of_feature(feature, tuple(map(variable, names))) for feature in network.data.features)
    yield f"a^{{[0]}} &= {_column(formula(tree, names) for tree in trees)}"


def _standardized(i: int, mean: float, scale: float, digits: int) -> str:
    # Of a mean far from 0 the digits count that are small beside the deviation.
    more = max(0, math.ceil(math.log10(abs(mean) / scale))) if mean else 0
    centred = f"x_{{{i}}}"
    if mean:
        centred += f" {'-' if mean > 0 else '+'} {number(abs(mean), min(digits + more, 17))}"
    return centred if scale == 1 else rf"\frac{{{centred}}}{{{number(scale, digits)}}}"


def _column(cells: Iterable[str]) -> str:
    cells = list(cells)
    rows = (r" \\[2ex] " if any(r"\frac" in cell for cell in cells) else r" \\ ").join(cells)
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"


def _matrix(name: str, k: int, tensor: Floats, digits: int) -> str:
    """Return the definition of a constant, all its elements with as many decimals."""
    largest = max(1e-3, float(np.abs(tensor).max(initial=0)))
    decimals = max(0, digits - 1 - math.floor(math.log10(largest)))
    rows = tensor if tensor.ndim == 2 else tensor[:, None]
    return f"{name}^{{[{k}]}} = {_column(' & '.join(_rounded(x, decimals) for x in row) for row in rows)}"


def _rounded(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if decimals else text
    return "0" if text == "-0" else text


_NAMES = {
    WEIGHT: "W",
    BIAS: "b",
    MEAN: r"\mu",
    VARIANCE: "v",
    SCALE: r"\gamma",
    SHIFT: r"\beta",
    SLOPE: "s",
    PROJECTION: "P",
}


def _layer(layer: PortableLayer, k: int, digits: int) -> Generator[str, None, None]:
    matrices = {_NAMES[name]: tensor for name, tensor in layer.tensors.items()}
    if layer.muted:
        matrices["m"] = layer.audible()
    for together in ("Wb", (r"\gamma", r"\beta", r"\mu", "v"), "Psm"):
        found = [_matrix(name, k, matrices[name], digits) for name in together if name in matrices]
        if found:
            yield r", \qquad ".join(found).replace(" = ", " &= ", 1)

    def of(name: str, at: int = k) -> str:
        return f"{name}^{{[{at}]}}"

    before, z = of("a", k - 1), of("z")
    yield f"{z} &= {of('W')} {before} + {of('b')}"
    if layer.normalization != "none":
        batch = layer.normalization == "batch"
        mean = of(r"\mu") if batch else rf"\operatorname{{mean}}\left({z}\right)"
        variance = of("v") if batch else rf"\operatorname{{var}}\left({z}\right)"
        share = rf"\frac{{{z} - {mean}}}{{\sqrt{{{variance} + {number(EPSILON)}}}}}"
        z, scale, shift = of("n"), of(r"\gamma"), of(r"\beta")
        yield rf"{z} &= {scale} \odot {share} + {shift}"
    value = yield from _activated(layer, k, z)
    if layer.residual:
        value += f" + {of('P')} {before}" if PROJECTION in layer.tensors else f" + {before}"
    if layer.muted:
        value = rf"{of('m')} \odot " + (rf"\left({value}\right)" if layer.residual else value)
    yield f"{of('a')} &= {value}"


def _activated(layer: PortableLayer, k: int, z: str) -> Generator[str, None, str]:
    """Yield the definition of the activation where it needs one, and return what it makes of ``z``."""
    if layer.is_softmax:
        return rf"\operatorname{{softmax}}\left({z}\right)"
    if layer.pieces > 1:
        starts = range(1, layer.sums, layer.units)
        parts = (f"{z}_{{{start}:{start + layer.units - 1}}}" for start in starts)
        return rf"\max\left({', '.join(parts)}\right)"
    tree = reduced(layer.formula(), READABLE)
    if tree.operation == VARIABLE:
        return z
    yield rf"f^{{[{k}]}}\left(t\right) &= {formula(tree, {'x': 't', 'slope': f's^{{[{k}]}}'})}"
    return rf"f^{{[{k}]}}\left({z}\right)"


def _run(path: Path, inputs: Floats) -> tuple[Floats, str]:
    found = compute(path.read_text(encoding="utf-8"), inputs)
    return as_float32(found), "Unfold's reader of its equations"


FORMAT = Format(
    suffix=".tex",
    label="LaTeX formula",
    advice="For a report or a computation by hand: the formula of a small network, as a document of its own.",
    render=_render,
    run=_run,
    problems=_problems,
    notes=_notes,
)
