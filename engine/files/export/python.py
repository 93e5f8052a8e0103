"""A network as one Python file that needs NumPy alone."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import numpy as np

from engine import __version__
from engine.catalog.activations import Activation
from engine.counted import counted
from engine.files.export.children import run_python
from engine.files.export.expression import NUMBER, VARIABLE, of_feature, of_function, variable
from engine.files.export.format import Format
from engine.files.export.numbers import too_many
from engine.files.export.python_text import (
    FLOATS,
    HELPERS,
    MOST_NUMBERS,
    NOTATION,
    array,
    docstring,
    doubles,
    example_row,
    folded,
    names_block,
    number,
    predicted,
)
from engine.files.export.words import TENSORS, layer_told, listed, outputs_told, plain, training_only
from engine.kernels.layout import EPSILON
from engine.tensors import PROJECTION

if TYPE_CHECKING:
    from pathlib import Path

    from engine.files.export.expression import Expression
    from engine.files.export.format import Check
    from engine.files.export.portable import Portable, PortableLayer
    from engine.floats import Floats

_RESERVED = {*HELPERS, *TENSORS.values(), "np", "math", "sys", "base64", "predict", "floats"}

_PREDICT = '''\
@np.errstate(all="ignore")  # what overflows becomes infinite
def predict(X):
    """Return {returns}, float32 (n, {outputs}).

    X holds raw inputs, (n, {inputs}), in the order of INPUTS.
    """
    X = np.asarray(X, np.float64)
    if X.ndim != 2 or X.shape[1] != len(INPUTS):
        raise ValueError(f"X must have the shape (n, {{len(INPUTS)}}), not {{X.shape}}")
'''

_MAIN = """\
if __name__ == "__main__":
    try:
        row = [float(text) for text in sys.argv[1:]]
    except ValueError as error:
        sys.exit(str(error))
    if len(row) != len(INPUTS):
        sys.exit(f"give {len(INPUTS)} numbers: {', '.join(INPUTS)}")
    for name, value in zip(OUTPUTS, predict([row])[0]):
        print(f"@ {value:.6g}")
"""


def render(network: Portable, check: Check) -> bytes:
    """Return the module."""
    formulas = _Formulas()
    body = _body(network, formulas)  # before the functions: it says which are used
    tensors = [_tensors(layer, i + 1) for i, layer in enumerate(network.layers)]
    if network.standardizes:
        tensors.insert(
            0, doubles("INPUT_MEAN", network.data.mean) + "\n" + doubles("INPUT_SCALE", network.data.scale)
        )
    functions = [*formulas.helpers(), *formulas.functions.values()]
    uses_base64 = any("floats(" in text for text in tensors)
    standard = [
        *(["base64"] if uses_base64 else []),
        *(["math"] if any("math." in text for text in functions) else []),
        "sys",
    ]
    head = [
        f'"""{docstring(_told(network, check))}\n"""',
        "\n".join(f"import {name}" for name in standard) + "\n\nimport numpy as np",
        "\n".join(names_block(network)),
    ]
    main = _MAIN.replace("@", "P(class {name}) =" if network.data.classes else "{name} =")
    blocks = [_PREDICT.format(**_shape(network)) + body, *functions, *([FLOATS] if uses_base64 else [])]
    text = "\n\n".join(head) + "\n\n\n" + "\n\n".join(block.strip("\n") + "\n" for block in blocks)
    return (text + "\n\n" + "\n".join(tensors) + "\n\n" + main).encode()


def _told(network: Portable, check: Check) -> str:
    """Return what the module says of itself."""
    example = example_row(network)
    lines = [
        f"{plain(network.title)}: a neural network that was trained with Unfold {__version__}.",
        "",
        "It needs NumPy alone.  From Python:",
        "",
        "    from network import predict  # by the name of this file",
        f"    predict([[{example}]])",
        "",
        f"or from a shell: python network.py {example.replace(',', '')}",
        "",
        f"Inputs: {listed(network.input_names)}; raw, as the data have them.",
        f"Outputs: {outputs_told(network)}.",
        *[layer_told(network, i) for i in range(len(network.layers))],
        f"Trained for {counted(network.epoch, 'epoch')}, {counted(network.step, 'step')}.",
        *([told] if (told := training_only(network)) else []),
        check.text,
    ]
    return "\n".join(lines)


def _shape(network: Portable) -> dict[str, str]:
    inputs, outputs = len(network.input_names), len(network.output_names)
    return {"inputs": str(inputs), "outputs": str(outputs), "returns": predicted(network)}


class _Formulas:
    """The functions that a file needs besides ``predict``, each once."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.functions: dict[str, str] = {}

    def applied(self, layer: PortableLayer, argument: str, at: int) -> str:
        """Return the text of a layer's activation applied to something."""
        entry = layer.activation
        assert isinstance(entry, Activation)
        parameters = [p.name for p in type(entry).parameters() if p.type in (int, float, bool)]
        names, given = parameters, [number(value) for value in entry.numbers()]
        if entry.trained:
            names, given = ["slope"], [f"slope{at}"]
        elif not entry.arity():
            names, given = [], []
        formula = of_function(entry.value, variable("x"), *map(variable, names))
        if formula.operation == VARIABLE:
            return argument
        self._note(formula)
        if not names and all(a.operation in (VARIABLE, NUMBER) for a in formula.arguments):
            simple = of_function(entry.value, variable(argument))
            return NOTATION.text(simple)
        name = entry.kind if entry.kind not in _RESERVED else f"{entry.kind}_of"
        self.functions[name] = _function(name, ["x", *names], formula, f"{entry.label}: {entry.formula}")
        return f"{name}({', '.join([argument, *given])})"

    def feature(self, formula: Expression) -> str:
        """Return the text of a feature."""
        formula = folded(formula)
        self._note(formula)
        return NOTATION.text(formula)

    def helpers(self) -> list[str]:
        """Return the definitions of the functions that NumPy lacks and that are used."""
        return [text for name, text in HELPERS.items() if name in self.used]

    def _note(self, formula: Expression) -> None:
        self.used.update(node.operation for node in formula.nodes())


def _function(name: str, arguments: list[str], formula: Expression, told: str) -> str:
    lines, result = NOTATION.lines(formula, lambda i: f"t{i + 1}")
    body = [f'"""{docstring(told)}."""', *(f"{left} = {right}" for left, right in lines), f"return {result}"]
    return f"def {name}({', '.join(arguments)}):\n" + "\n".join(f"    {line}" for line in body) + "\n"


def _body(network: Portable, formulas: _Formulas) -> str:
    """Return the statements of ``predict``."""
    lines = _features(network, formulas)
    for i, layer in enumerate(network.layers):
        lines += ["", f"# {layer_told(network, i)}", *_layer(layer, i + 1, formulas)]
    if network.bounds is not None:
        low, high = network.bounds
        lines += ["", f"# An output of {low:g} stands for the probability 0, one of {high:g} for 1."]
        lines.append(f"a = np.clip((a - {number(low)}) / {number(high - low)}, 0, 1)")
    lines.append("return a.astype(np.float32)")
    return "\n".join(f"    {line}" if line else "" for line in lines)


def _features(network: Portable, formulas: _Formulas) -> list[str]:
    lines = [""]
    if network.standardizes:
        lines += ["# Standardized: less the mean of the training data, over their standard deviation."]
        lines += ["X = (X - INPUT_MEAN) / INPUT_SCALE"]
    inputs = len(network.input_names)
    features = network.data.features
    if network.takes_inputs_as_they_are:
        return [*lines, "a = X.astype(np.float32)"]
    used = sorted({int(step.value) for f in features for step in f.program if step.name == "input"})
    lines += [f"x{i + 1} = X[:, {i}]" for i in used]
    lines.append(f"a = np.empty((len(X), {len(features)}), np.float32)")
    given = tuple(variable(f"x{i + 1}") for i in range(inputs))
    for i, feature in enumerate(features):
        lines.append(f"a[:, {i}] = {formulas.feature(of_feature(feature, given))}")
    return lines


def _layer(layer: PortableLayer, at: int, formulas: _Formulas) -> list[str]:
    dense = f"a @ weight{at}.T + bias{at}"
    lines = [f"z = {dense}"]
    if layer.normalization == "batch":
        lines.append(f"z = (z - mean{at}) / np.sqrt(variance{at} + {EPSILON!r}) * scale{at} + shift{at}")
    elif layer.normalization == "layer":
        lines.append("mean, variance = z.mean(axis=1, keepdims=True), z.var(axis=1, keepdims=True)")
        lines.append(f"z = (z - mean) / np.sqrt(variance + {EPSILON!r}) * scale{at} + shift{at}")
    if layer.is_softmax:
        return [
            *lines,
            "e = np.exp(z - z.max(axis=1, keepdims=True))",
            "a = e / e.sum(axis=1, keepdims=True)",
        ]
    if layer.pieces > 1:
        value = f"z.reshape(-1, {layer.pieces}, {layer.units}).max(axis=1)"
    else:
        value = formulas.applied(layer, "z", at)
    if layer.residual:
        value += f" + a @ projection{at}.T" if PROJECTION in layer.tensors else " + a"
    lines.append(f"a = {value}")
    if layer.muted:
        lines.append(f"a = a * audible{at}")
    return lines


def _tensors(layer: PortableLayer, at: int) -> str:
    lines = [array(f"{TENSORS[name]}{at}", tensor) for name, tensor in layer.tensors.items()]
    if layer.muted:
        lines.append(array(f"audible{at}", layer.audible()))
    return "\n".join(lines)


def run(path: Path, inputs: Floats) -> tuple[Floats, str]:
    """Import the module in another process and call its ``predict``."""
    found = run_python(path, inputs)
    return found, f"Python {platform.python_version()} and NumPy {np.__version__}"


FORMAT = Format(
    ".py",
    "Python (NumPy)",
    "One file with a function predict(X) that needs NumPy alone: to read, to import, or to run in a shell.",
    render,
    run,
    problems=lambda network: too_many(network, MOST_NUMBERS, "a Python file", ".onnx or .safetensors"),
)
