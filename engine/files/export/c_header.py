"""C: one header without allocation, for microcontrollers and for programs."""

from __future__ import annotations

import functools
import re
import shutil
import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.files.export import words
from engine.files.export.c_inputs import input_lines
from engine.files.export.c_notation import comment, literal, notation, used_helpers
from engine.files.export.children import run as run_command
from engine.files.export.format import ExportError, Format, Unavailable
from engine.files.export.numbers import shortest, too_many, wrapped
from engine.files.export.reduced import COMPUTABLE, reduced
from engine.kernels.layout import EPSILON
from engine.tensors import BIAS, MEAN, PROJECTION, SCALE, SHIFT, SLOPE, VARIANCE, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.files.export.format import Check
    from engine.files.export.portable import Portable, PortableLayer
    from engine.floats import Floats


MOST_LETTERS = 24
MOST_NUMBERS = 1_000_000  # a compiler takes seconds for them


def prefix_of(title: str) -> str:
    """Return what all names of a file begin with: ``unfold`` and the title in ASCII letters."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub("[^a-z0-9]+", "_", plain).strip("_")
    short = words[:MOST_LETTERS]
    if len(words) > MOST_LETTERS and words[MOST_LETTERS] != "_" and "_" in short:
        short = short.rpartition("_")[0]  # no half words
    short = short.strip("_")
    return "unfold" if short in ("", "untitled") else f"unfold_{short}"


def _render(network: Portable, check: Check) -> bytes:
    prefix = prefix_of(network.title)
    guard = f"{prefix.upper()}_H"
    arrays = [_arrays(network, at, prefix) for at in range(len(network.layers))]
    predict = _predict(network, prefix)
    body = "\n\n".join(
        [
            _sizes(network, prefix),
            *_names(network, prefix),
            *arrays,
            *used_helpers(prefix, predict, EPSILON),
            predict,
        ]
    )
    start = f"#ifndef {guard}\n#define {guard}\n\n#include <math.h>"
    return f"{_header(network, check, prefix)}\n{start}\n\n{body}\n\n#endif /* {guard} */\n".encode()


def _header(network: Portable, check: Check, prefix: str) -> str:
    macro = prefix.upper()
    numbers = sum(tensor.size for layer in network.layers for tensor in _stored(layer).values())
    stack = 4 * (2 * _width(network) + len(network.input_names))
    lines = [
        words.plain(network.title),
        "",
        "A neural network made with Unfold, in C99 and C++, in float, without allocation.",
        "",
        f"    float outputs[{macro}_OUTPUTS];",
        f"    {prefix}_predict(inputs, outputs);",
        "",
        f"Inputs:   {words.listed(network.input_names)}; raw, nothing has to be scaled",
        f"Outputs:  {words.outputs_told(network)}",
        "",
        f"Memory:   {4 * numbers:,} bytes of constants and about {stack:,} bytes of stack. Link with -lm.",
        check.text,
        *filter(None, [words.training_only(network)]),
    ]
    return "\n".join(["/*", *(f" * {comment(line)}".rstrip() for line in lines), " */"])


def _sizes(network: Portable, prefix: str) -> str:
    macro = prefix.upper()
    inputs, outputs = len(network.input_names), network.layers[-1].units
    return f"#define {macro}_INPUTS {inputs}\n#define {macro}_OUTPUTS {outputs}"


def _names(network: Portable, prefix: str) -> Iterator[str]:
    for what, names in (
        ("input_names", network.input_names),
        ("output_names", network.output_names),
        ("classes", network.data.classes),
    ):
        if names:
            strings = list(map(_string, names))
            joined = f"    {', '.join(strings)}"
            rows = joined if len(joined) < 100 else ",\n".join(f"    {string}" for string in strings)
            yield f"static const char *const {prefix}_{what}[{len(names)}] = {{\n{rows}\n}};"


def _string(text: str) -> str:
    """Return a C string of a name in UTF-8; a question mark is escaped since trigraphs begin with two."""
    escapes = {ord('"'): '\\"', ord("\\"): "\\\\", ord("?"): "\\?"}
    encoded = text.encode("utf-8", "replace")
    return '"' + "".join(escapes.get(b, chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in encoded) + '"'


def _width(network: Portable) -> int:
    """Return how many numbers a buffer between two layers holds."""
    return max(network.layers[0].inputs, *(layer.sums for layer in network.layers))


def _stored(layer: PortableLayer) -> dict[str, Floats]:
    """Return the arrays of a layer by their names in C."""
    tensors = layer.tensors
    stored = {"weight": tensors[WEIGHT], "bias": tensors[BIAS]}
    if layer.normalization == "batch":
        deviation = np.sqrt(tensors[VARIANCE].astype(np.float64) + EPSILON)
        stored["mean"] = tensors[MEAN]
        stored["gain"] = (tensors[SCALE] / deviation).astype(np.float32)
        stored["shift"] = tensors[SHIFT]
    elif layer.normalization == "layer":
        stored["scale"], stored["shift"] = tensors[SCALE], tensors[SHIFT]
    named = {SLOPE: "slope", PROJECTION: "projection"}
    return stored | {name: tensors[key] for key, name in named.items() if key in tensors}


def _arrays(network: Portable, at: int, prefix: str) -> str:
    layer = network.layers[at]
    lines = [f"/* {comment(words.layer_told(network, at))} */"]
    for name, tensor in _stored(layer).items():
        lines.append(f"static const float {prefix}_{name}{at + 1}[{tensor.size}] = {{")
        for row in shortest(np.atleast_2d(tensor)).tolist():
            lines += wrapped([f"{number}f" for number in row], "    ")
        lines[-1] = lines[-1].removesuffix(",")
        lines.append("};")
    return "\n".join(lines)


def _predict(network: Portable, prefix: str) -> str:
    macro = prefix.upper()
    width, last = _width(network), len(network.layers) - 1
    lines = [
        "/* The layers' values by turns. */" if last else "/* The features. */",
        f"float a[{width}]{f', b[{width}]' if last else ''};",
        "",
        *input_lines(network, prefix),
    ]
    given, found = "a", "b"  # by turns, so that a layer's inputs last until a residual connection has them
    for at in range(len(network.layers)):
        target = "outputs" if at == last else found
        lines += ["", *_layer(network, at, prefix, given, target)]
        given, found = target, given
    if network.bounds is not None:
        lines += ["", *_bounded(network, prefix)]
    body = "\n".join(f"    {line}".rstrip() for line in lines)
    inputs = f"const float inputs[{macro}_INPUTS]"
    return (
        f"static inline void {prefix}_predict(\n    {inputs}, float outputs[{macro}_OUTPUTS])\n{{\n{body}\n}}"
    )


def _layer(network: Portable, at: int, prefix: str, a: str, z: str) -> Iterator[str]:
    layer = network.layers[at]

    def array(name: str) -> str:
        return f"{prefix}_{name}{at + 1}"

    yield f"{prefix}_dense({array('weight')}, {array('bias')}, {a}, {layer.inputs}, {z}, {layer.sums});"
    if layer.normalization == "batch":
        yield f"for (int i = 0; i < {layer.sums}; i++) {{"
        yield f"    const float n = ({z}[i] - {array('mean')}[i]) * {array('gain')}[i];"
        yield f"    {z}[i] = n + {array('shift')}[i];"
        yield "}"
    elif layer.normalization == "layer":
        yield f"{prefix}_layer_norm({z}, {layer.sums}, {array('scale')}, {array('shift')});"
    yield from _activation(layer, prefix, z, array("slope"))
    if PROJECTION in layer.tensors:
        yield f"{prefix}_dense({array('projection')}, {z}, {a}, {layer.inputs}, {z}, {layer.units});"
    elif layer.residual:
        yield f"for (int i = 0; i < {layer.units}; i++) {z}[i] += {a}[i];"
    for unit in sorted(layer.muted):
        yield f"{z}[{unit}] = 0.0f; /* muted */"


def _activation(layer: PortableLayer, prefix: str, z: str, slopes: str) -> Iterator[str]:
    if layer.is_softmax:
        yield f"{prefix}_softmax({z}, {layer.units});"
        return
    if layer.pieces > 1:
        largest = f"{z}[i]"
        for piece in range(1, layer.pieces):
            largest = f"{prefix}_max({largest}, {z}[i + {piece * layer.units}])"
        yield f"for (int i = 0; i < {layer.units}; i++) {z}[i] = {largest};"
        return
    formula = reduced(layer.formula(), COMPUTABLE, np.float32)
    lines, value = notation(prefix).lines(formula, lambda i: f"t{i + 1}")
    if value == "x":
        return
    yield f"for (int i = 0; i < {layer.units}; i++) {{"
    yield f"    const float x = {z}[i];"
    if SLOPE in layer.tensors:
        yield f"    const float slope = {slopes}[i];"
    for name, text in lines:
        yield f"    const float {name} = {text};"
    yield f"    {z}[i] = {value};"
    yield "}"


def _bounded(network: Portable, prefix: str) -> Iterator[str]:
    assert network.bounds is not None
    low, high = network.bounds
    share = f"(outputs[i] - {literal(low)}) / {literal(high - low)}" if low else "outputs[i]"
    yield f"/* {low:g} stands for the probability 0, {high:g} for 1. */"
    yield f"for (int i = 0; i < {network.layers[-1].units}; i++) {{"
    yield f"    outputs[i] = {prefix}_min({prefix}_max({share}, 0.0f), 1.0f);"
    yield "}"


_DRIVER = """
#include <stdio.h>
#include "network.h"

int main(int count, char **arguments)
{{
    float inputs[{macro}_INPUTS], outputs[{macro}_OUTPUTS];
    FILE *given = fopen(arguments[1], "rb"), *found = fopen(arguments[count - 1], "wb");
    if (!given || !found) return 1;
    while (fread(inputs, sizeof inputs, 1, given) == 1) {{
        {prefix}_predict(inputs, outputs);
        fwrite(outputs, sizeof outputs, 1, found);
    }}
    return fclose(given) || fclose(found);
}}
"""


def _run(path: Path, inputs: Floats) -> tuple[Floats, str]:
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        raise Unavailable("no C compiler is installed here")
    header = path.read_text(encoding="utf-8")
    declared = re.search(r"^static inline void (\w+)_predict\(", header, re.MULTILINE)
    if declared is None:
        raise ExportError(f"{path.name}: not written: it declares no function")
    prefix = declared[1]
    with tempfile.TemporaryDirectory(prefix="unfold-") as name:
        folder = Path(name)
        source, program, given, found = (folder / n for n in ("main.c", "main.exe", "inputs", "outputs"))
        (folder / "network.h").write_text(header, encoding="utf-8")
        source.write_text(_DRIVER.format(prefix=prefix, macro=prefix.upper()))
        given.write_bytes(inputs.astype(np.float32).tobytes())
        run_command([compiler, "-std=c99", "-O1", "-o", str(program), str(source), "-lm"], path.name)
        run_command([str(program), str(given), str(found)], path.name)
        outputs = np.fromfile(found, np.float32).reshape(len(inputs), -1)
    return outputs, _version(compiler)


@functools.cache
def _version(compiler: str) -> str:
    """Return the compiler's name and version."""
    first = run_command([compiler, "--version"], compiler).splitlines()[0]
    number = re.search(r"\d+(\.\d+)+", first)
    kind = "Clang" if "clang" in first else "GCC" if re.match(r"\w*cc|.*GCC", first) else Path(compiler).name
    return f"{kind} {number[0]}" if number else kind


FORMAT = Format(
    suffix=".h",
    label="C header",
    advice="For microcontrollers and C or C++ programs: one header in C99, in float, without allocation.",
    render=_render,
    run=_run,
    problems=lambda network: too_many(network, MOST_NUMBERS, "a C header", ".onnx"),
)
