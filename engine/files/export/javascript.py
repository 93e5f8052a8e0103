"""JavaScript: one function without dependencies, for pages and for Node.js."""

from __future__ import annotations

import base64
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.files.export import words
from engine.files.export.children import run as run_command
from engine.files.export.expression import of_feature, variable
from engine.files.export.format import Format, Unavailable
from engine.files.export.js_notation import NOTATION, comment, decimal, names_literal, used_helpers
from engine.files.export.numbers import too_many, wrapped
from engine.files.export.reduced import COMPUTABLE, reduced
from engine.kernels.layout import EPSILON
from engine.tensors import PROJECTION, SLOPE

if TYPE_CHECKING:
    from engine.files.export.format import Check
    from engine.files.export.portable import Portable, PortableLayer
    from engine.floats import Floats

SHORT = 6  # numbers on the line that names them
MOST_NUMBERS = 2_000_000  # 11 MB for a page to load; Node.js takes 5 s to check them, and 40 s for 11 million
READABLE = 2000  # numbers of an array; more are packed


def _render(network: Portable, check: Check) -> bytes:
    layers = [_layer(network, at) for at in range(len(network.layers))]
    run = _compute(network)
    helpers = used_helpers("\n".join([*layers, run]))
    facts = [
        f"predict.{name} = {names_literal(names)};"
        for name, names in (
            ("inputs", network.input_names),
            ("outputs", network.output_names),
            ("classes", network.data.classes),
        )
        if names
    ]
    body = "\n\n".join([*helpers, *layers, run, _PREDICT.strip(), "\n".join(facts), _EXPORT.strip()])
    text = f'{_header(network, check)}\n(() => {{\n"use strict";\n\n{body}\n}})();\n'
    return text.encode()


_PREDICT = """
// One sample, or an array of samples.
function predict(inputs) {
  if (Array.isArray(inputs[0]) || ArrayBuffer.isView(inputs[0])) return Array.from(inputs, compute);
  return inputs.length ? compute(inputs) : [];
}
"""
_EXPORT = """
if (typeof module === "object" && module.exports) module.exports = { predict };
else globalThis.predict = predict;
"""


def _header(network: Portable, check: Check) -> str:
    sample = ", ".join(["0.5", "-1.2", "0"][: len(network.input_names)]) + (
        ", ..." if len(network.input_names) > 3 else ""
    )
    classes = network.data.classes
    lines = [
        words.plain(network.title),
        "",
        "A neural network made with Unfold, as one function without dependencies.",
        "",
        f"  predict([{sample}])       one sample: an array of outputs",
        f"  predict([[{sample}]])     several samples: an array of such arrays",
        "",
        f"Inputs:   {words.listed(network.input_names)}; raw, nothing has to be scaled",
        f"Outputs:  {words.outputs_told(network)}",
        *([f"Classes:  {words.listed(classes)}"] if classes else []),
        "",
        'Page:       <script src="network.js"> defines predict',
        'Node.js:    const { predict } = require("./network.js")',
        'ES module:  import { predict } from "./network.js" in Node.js; in a page, or where a package is of',
        '            "type": "module", import "./network.js" defines predict',
        "",
        check.text,
        *filter(None, [words.training_only(network)]),
    ]
    return "\n".join(["/*", *(f" * {comment(line)}".rstrip() for line in lines), " */"])


def _array(name: str, values: Floats) -> str:
    """Return the definition of an array of float32 numbers, a row of a matrix on a line of its own."""
    if values.size > READABLE:
        packed = base64.b64encode(values.astype("<f4").tobytes()).decode()
        folded = "\n".join(packed[at : at + 110] for at in range(0, len(packed), 110))
        return f"const {name} = unpacked(`\n{folded}\n`);"
    rows = [list(map(_float32, row)) for row in np.atleast_2d(values)]
    if len(rows) == 1 and len(rows[0]) <= SHORT:
        return f"const {name} = new Float32Array([{', '.join(rows[0])}]);"
    lines = [line for row in rows for line in wrapped(row, "  ")]
    return "\n".join([f"const {name} = new Float32Array([", *lines, "]);"])


def _float32(value: np.float32) -> str:
    """Return the shortest digits that JavaScript, which reads float64 first, makes the same number of."""
    text = str(value)
    return (text if np.float32(float(text)) == value else repr(float(value))).removesuffix(".0")


def _layer(network: Portable, at: int) -> str:
    layer, k = network.layers[at], at + 1
    arrays = [_array(f"{words.TENSORS[name]}{k}", tensor) for name, tensor in layer.tensors.items()]
    steps = [f"let v = dense(weight{k}, bias{k}, a);", *_normalization(layer, k), *_activation(layer, k)]
    if layer.residual:
        projected = PROJECTION in layer.tensors
        steps.append(f"v = {f'dense(projection{k}, v, a)' if projected else 'v.map((x, i) => x + a[i])'};")
    steps += [f"v[{unit}] = 0; // muted" for unit in sorted(layer.muted)]
    steps.append("return v.map(Math.fround);")
    told = comment(words.layer_told(network, at))
    return "\n".join([f"// {told}", *arrays, f"function layer{k}(a) {{", *(f"  {s}" for s in steps), "}"])


def _normalization(layer: PortableLayer, k: int) -> list[str]:
    if layer.normalization == "none":
        return []
    mean, variance, lines = f"mean{k}[i]", f"variance{k}[i]", []
    if layer.normalization == "layer":
        mean, variance = "mean", "variance"
        lines = ["const mean = average(v);", "const variance = average(v.map((x) => (x - mean) ** 2));"]
    scaled = f"(scale{k}[i] * (x - {mean})) / Math.sqrt({variance} + {decimal(EPSILON)})"
    return [*lines, f"v = v.map((x, i) => {scaled} + shift{k}[i]);"]


def _activation(layer: PortableLayer, k: int) -> list[str]:
    if layer.is_softmax:
        return ["v = softmax(v);"]
    if layer.pieces > 1:
        others = ", ".join(f"v[i + {piece * layer.units}]" for piece in range(1, layer.pieces))
        return [f"v = v.slice(0, {layer.units}).map((x, i) => Math.max(x, {others}));"]
    formula = reduced(layer.formula(), COMPUTABLE)
    lines, value = NOTATION.lines(formula, lambda i: f"t{i + 1}")
    if value == "x":
        return []
    defined = [f"  const {name} = {text};" for name, text in lines]
    if SLOPE in layer.tensors:
        defined.insert(0, f"  const slope = slope{k}[i];")
    if not defined:
        return [f"v = v.map((x) => {value});"]
    return [
        f"v = v.map(({'x, i' if SLOPE in layer.tensors else 'x'}) => {{",
        *defined,
        f"  return {value};",
        "});",
    ]


def _compute(network: Portable) -> str:
    """Return the function from one sample to its outputs."""
    count = len(network.input_names)
    lines = [f'if (x.length !== {count}) throw new RangeError("predict: {count} inputs a sample, please");']
    given = "x"
    if network.standardizes:
        given = "u"
        pairs = zip(network.data.mean, network.data.scale, network.input_names, strict=True)
        lines.append("const u = [ // standardized")
        lines += [
            f"  {_standardized(i, mean, scale)}, // {comment(words.plain(name))}"
            for i, (mean, scale, name) in enumerate(pairs)
        ]
        lines.append("];")
    names = tuple(variable(f"{given}[{i}]") for i in range(count))
    lines.append("let a = [")
    for feature, label in zip(network.data.features, network.data.feature_labels, strict=True):
        lines.append(f"  {NOTATION.text(of_feature(feature, names))}, // {comment(words.plain(label))}")
    lines.append("].map(Math.fround);")
    lines += [f"a = layer{at + 1}(a);" for at in range(len(network.layers))]
    if network.bounds is None:
        lines.append("return a;")
    else:
        low, high = network.bounds
        lines.append(f"// {low:g} stands for the probability 0, {high:g} for 1.")
        share = f"(y + {-low:g}) / {high - low:g}" if low else "y"
        lines.append(f"return a.map((y) => Math.min(Math.max({share}, 0), 1));")
    return "\n".join(["function compute(x) {", *(f"  {line}" for line in lines), "}"])


def _standardized(i: int, mean: float, scale: float) -> str:
    centred = f"x[{i}] {'-' if mean >= 0 else '+'} {decimal(abs(mean))}" if mean else f"x[{i}]"
    if scale == 1:
        return centred
    return f"({centred}) / {decimal(scale)}" if mean else f"{centred} / {decimal(scale)}"


_DRIVER = """
const [script, given, found, width] = process.argv.slice(2);
const fs = require("fs");
const { predict } = require(script);
const bytes = fs.readFileSync(given);
const numbers = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const samples = [];
for (let i = 0; i < numbers.length; i += +width) samples.push(Array.from(numbers.slice(i, i + +width)));
fs.writeFileSync(found, Float32Array.from(predict(samples).flat()));
"""


def _run(path: Path, inputs: Floats) -> tuple[Floats, str]:
    node = shutil.which("node") or shutil.which("nodejs")
    if node is None:
        raise Unavailable("Node.js is not installed here")
    with tempfile.TemporaryDirectory(prefix="unfold-") as name:
        folder = Path(name)
        driver, given, found = folder / "driver.cjs", folder / "inputs", folder / "outputs"
        script = folder / "network.cjs"  # .js may be an ES module, as a package.json further up has it
        script.write_bytes(path.read_bytes())
        driver.write_text(_DRIVER)
        given.write_bytes(inputs.astype("<f4").tobytes())
        command = [node, str(driver), str(script), str(given), str(found), str(inputs.shape[1])]
        run_command(command, path.name)
        outputs = np.frombuffer(found.read_bytes(), "<f4").reshape(len(inputs), -1)
    return outputs.astype(np.float32), f"Node.js {run_command([node, '--version'], path.name).strip()[1:]}"


FORMAT = Format(
    suffix=".js",
    label="JavaScript",
    advice="For web pages and Node.js: one file with a function predict(inputs), without dependencies.",
    render=_render,
    run=_run,
    problems=lambda network: too_many(network, MOST_NUMBERS, "a script", ".onnx or .safetensors"),
)
