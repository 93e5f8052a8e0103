"""The part of a Keras file that predicts: preprocessing, a plain Keras model, and its numbers by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.catalog.activations import Activation
from engine.files.export.expression import of_function, variable
from engine.files.export.keras_text import OPERATIONS
from engine.files.export.python_text import NOTATION, assigned, docstring, indented, number, predicted
from engine.files.export.rows_text import feature_lines
from engine.files.export.words import plain
from engine.kernels.layout import EPSILON, MOMENTUM
from engine.tensors import BIAS, MEAN, PROJECTION, SCALE, SHIFT, SLOPE, VARIANCE, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.regularizers import Rates
    from engine.files.export.portable import Portable, PortableLayer
    from engine.floats import Floats

# Keras's own functions that are the catalog's, under the same names.
FUNCTIONS = (
    *("sigmoid", "tanh", "relu", "relu6", "hard_sigmoid", "hard_tanh", "selu", "gelu", "silu", "mish"),
    *("softsign", "exponential", "softmax"),
)
# Those that are layers, with the entry's own numbers.
LAYERS = {
    "leaky_relu": "LeakyReLU(negative_slope={negative_slope!r}",
    "elu": "ELU(alpha={alpha!r}",
    "prelu": "PReLU(",
}


def function_name(entry: Activation) -> str:
    """Return the name of an activation that is written out; its numbers may differ from layer to layer."""
    numbers = "_".join(number(value) for value in entry.numbers())
    return "_".join([entry.kind, *([numbers] if numbers else [])]).replace(".", "_").replace("-", "_")


def _written_out(layer: PortableLayer) -> bool:
    return (
        isinstance(layer.activation, Activation)
        and layer.activation.kind not in (*FUNCTIONS, *LAYERS, "linear")
        and layer.pieces == 1
    )


def _activation_function(entry: Activation) -> str:
    formula = of_function(entry.value, variable("x"), *entry.numbers())
    shared, result = OPERATIONS.lines(formula, lambda i: f"t{i + 1}")
    body = [*(assigned(*each) for each in shared), f"return {result}"]
    return f'''\
@keras.saving.register_keras_serializable(package="unfold")
def {function_name(entry)}(x):
    """{docstring(entry.formula)}"""
{indented(body)}
'''


def model_blocks(network: Portable) -> list[str]:
    """Return the functions, in their order."""
    written = {
        function_name(layer.activation): _activation_function(layer.activation)
        for layer in network.layers
        if _written_out(layer) and isinstance(layer.activation, Activation)
    }
    return [_features(network), *written.values(), _build(network), _NETWORK, _predict(network)]


def _features(network: Portable) -> str:
    lines = ["x = np.asarray(inputs, np.float64)"]
    if network.standardizes:
        lines.append("x = (x - INPUT_MEAN) / INPUT_SCALE")
    lines += feature_lines(network, "np", NOTATION.text)
    inputs, features = len(network.input_names), len(network.data.features)
    return f'''\
@np.errstate(all="ignore")  # what overflows becomes infinite
def features(inputs):
    """Return what the model takes (n, {features}) of raw inputs (n, {inputs}); computed in float64."""
{indented([*lines, "return x.astype(np.float32)"])}
'''


def _build(network: Portable) -> str:
    training, hidden = network.experiment.training, network.experiment.network.layers
    rates = training.regularizer.rates()
    lines = [f'x = inputs = keras.Input(({len(network.data.features)},), name="features")']
    if training.input_noise:
        lines.append(f"x = layers.GaussianNoise({training.input_noise!r})(x)  # in training alone")
    for i, layer in enumerate(network.layers):
        last = i == len(hidden)
        spec = network.experiment.network.output if last else hidden[i]
        dropout = 0.0 if last else hidden[i].dropout
        lines += _layer(layer, layer_name(network, i), rates, dropout, spec.frozen)
    lines.append('return keras.Model(inputs, x, name="network")')
    return f'''\
def build():
    """Return the model before it has its weights: {docstring(plain(network.title))}."""
{indented(lines)}
'''


def layer_name(network: Portable, at: int) -> str:
    """Return what a layer is called."""
    return "output" if at == len(network.layers) - 1 else f"layer{at + 1}"


def _layer(layer: PortableLayer, name: str, rates: Rates, dropout: float, frozen: bool) -> list[str]:
    entry, fixed = layer.activation, ", trainable=False" if frozen else ""
    penalty = ", kernel_regularizer=PENALTY" if penalty_text(rates) else ""
    limit = f", kernel_constraint=keras.constraints.MaxNorm({rates.limit!r})" if rates.limit else ""
    lines = []
    if layer.residual:
        shortcut = "x"
        if PROJECTION in layer.tensors:
            shortcut = (
                f'layers.Dense({layer.units}, use_bias=False, name="{name}_projection"{penalty}{fixed})(x)'
            )
        lines.append(f"shortcut = {shortcut}")
    function = ""
    if entry.kind in FUNCTIONS:
        function = f'"{entry.kind}"'
    elif _written_out(layer) and isinstance(entry, Activation):
        function = function_name(entry)
    inside = function and layer.normalization == "none"
    given = f", activation={function}" if inside else ""
    lines.append(f'x = layers.Dense({layer.sums}{given}, name="{name}"{penalty}{limit}{fixed})(x)')
    if layer.normalization == "batch":
        numbers = f"momentum={1 - MOMENTUM!r}, epsilon={EPSILON!r}"
        lines.append(f'x = layers.BatchNormalization({numbers}, name="{name}_normalization"{fixed})(x)')
    elif layer.normalization == "layer":
        lines.append(
            f'x = layers.LayerNormalization(epsilon={EPSILON!r}, name="{name}_normalization"{fixed})(x)'
        )
    if function and not inside:
        lines.append(f'x = layers.Activation({function}, name="{name}_activation")(x)')
    if entry.kind in LAYERS:
        call = LAYERS[entry.kind].format(**dict(entry))
        comma = "" if call.endswith("(") else ", "
        lines.append(f'x = layers.{call}{comma}name="{name}_activation"{fixed})(x)')
    if layer.pieces > 1:
        lines.append(f'x = layers.Reshape(({layer.pieces}, {layer.units}), name="{name}_pieces")(x)')
        lines.append(f'x = layers.GlobalMaxPooling1D(name="{name}_largest")(x)')
    if dropout:
        lines.append(f"x = layers.Dropout({dropout!r})(x)")
    if layer.residual:
        lines.append("x = layers.Add()([x, shortcut])")
    if layer.muted:
        lines.append(f"x = layers.Rescaling({layer.audible().tolist()})(x)  # muted: 0")
    return lines


def penalty_text(rates: Rates) -> str:
    """Return the call that makes the penalty of weights, if there is one; Keras's L2 is without the half."""
    numbers = {"l1": rates.shrink, "l2": rates.pull / 2}
    given = {name: rate for name, rate in numbers.items() if rate}
    if not given:
        return ""
    kind = "".join(name.upper() for name in given)
    arguments = ", ".join(f"{name}={rate!r}" for name, rate in given.items())
    return f"keras.regularizers.{kind}({arguments})"


_NETWORK = '''\
def network():
    """Return the model as it was trained."""
    model = build()
    model.set_weights([WEIGHTS[weight.path] for weight in model.weights])
    return model
'''


def _predict(network: Portable) -> str:
    lines = ["outputs = ops.convert_to_numpy((model or MODEL)(features(inputs), training=False))"]
    if network.bounds is not None:
        low, high = network.bounds
        lines += [
            f"# An output of {low:g} stands for the probability 0, one of {high:g} for 1.",
            f"outputs = np.clip((outputs - {number(low)}) / {number(high - low)}, 0, 1)",
        ]
    return f'''\
def predict(inputs, model=None):
    """Return {predicted(network)}, float32 (n, {len(network.output_names)}).

    inputs are raw, (n, {len(network.input_names)}), in the order of INPUTS.
    """
{indented([*lines, "return outputs.astype(np.float32)"])}
'''


_PATHS = {
    WEIGHT: "{}/kernel",
    BIAS: "{}/bias",
    SCALE: "{}_normalization/gamma",
    SHIFT: "{}_normalization/beta",
    MEAN: "{}_normalization/moving_mean",
    VARIANCE: "{}_normalization/moving_variance",
    SLOPE: "{}_activation/alpha",
    PROJECTION: "{}_projection/kernel",
}


def weights(network: Portable) -> Iterator[tuple[str, Floats]]:
    """Iterate over the model's weights by Keras's paths; its kernels are (inputs, units)."""
    for i, layer in enumerate(network.layers):
        for name, tensor in layer.tensors.items():
            yield _PATHS[name].format(layer_name(network, i)), np.ascontiguousarray(tensor.T)
