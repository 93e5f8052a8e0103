"""The part of a PyTorch file that predicts: preprocessing, layers, and the network's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.files.export.python_text import WIDTH, docstring, indented, predicted
from engine.files.export.rows_text import feature_lines
from engine.files.export.torch_activations import activation_classes, activation_text
from engine.files.export.torch_text import TENSORS, number
from engine.files.export.words import plain
from engine.tensors import PROJECTION

if TYPE_CHECKING:
    from engine.files.export.portable import Portable

# PyTorch refuses a batch of one row, which the last of an epoch may be.
_BATCH_NORM = '''\
class BatchNorm(nn.BatchNorm1d):
    """As in PyTorch, and a single row, of which there is no variance, becomes zero."""

    def forward(self, x):
        if len(x) > 1 or not self.training:
            return super().forward(x)
        with torch.no_grad():
            self.running_mean.lerp_(x[0], self.momentum)
        return self.weight * (x - x) + self.bias
'''


def model_blocks(network: Portable) -> list[str]:
    """Return the functions and classes, in their order."""
    layers = network.layers
    return [
        _features(network),
        *activation_classes(network),
        *([_BATCH_NORM] if any(layer.normalization == "batch" for layer in layers) else []),
        _dense(network),
        _network(network),
        _predict(network),
    ]


def _features(network: Portable) -> str:
    inputs, features = len(network.input_names), network.data.features
    lines = ["x = inputs.to(torch.float64)"]
    if network.standardizes:
        lines.append("x = (x - torch.tensor(INPUT_MEAN)) / torch.tensor(INPUT_SCALE)")
    lines += feature_lines(network, "torch", TENSORS.text)
    told = f"Return what the layers see of raw inputs (n, {inputs}), float32 (n, {len(features)})"
    return "\n".join(
        [
            "def features(inputs):",
            f'    """{told}; computed in float64."""',
            indented([*lines, "return x.to(torch.float32)"]),
            "",
        ]
    )


def _dense(network: Portable) -> str:
    """Return the class of all layers, with what they need of it."""
    hidden = network.experiment.network.layers
    normalized = any(layer.normalization != "none" for layer in network.layers)
    dropped = any(layer.dropout for layer in hidden)
    residual = any(layer.residual for layer in network.layers)
    muted = any(layer.muted for layer in network.layers)
    pieces = any(layer.pieces > 1 for layer in network.layers)
    parameters = ["inputs", "units", "activation"]
    body = [f"super().__init__(inputs, {'pieces * units' if pieces else 'units'})"]
    forward = ["y = super().forward(x)"]
    if pieces:
        parameters.append("pieces=1")
    if normalized:
        parameters.append("normalization=None")
        body.append("self.normalization = normalization or nn.Identity()")
        forward.append("y = self.normalization(y)")
    body.append("self.activation = activation")
    forward.append("y = self.activation(y)")
    if dropped:
        parameters.append("dropout=0.0")
        body.append("self.dropout = nn.Dropout(dropout)")
        forward.append("y = self.dropout(y)")
    if residual:
        parameters.append("residual=None")
        body.append("self.projection = residual  # of the layer's input, added to its output")
        forward += ["if self.projection is not None:", "    y = y + self.projection(x)"]
    if muted:
        parameters.append("muted=()")
        body += [
            "audible = torch.ones(units)",
            "audible[list(muted)] = 0",
            'self.register_buffer("audible", audible, persistent=False)',
        ]
        forward.append("y = y * self.audible")
    parts = [
        "weighted sums",
        *(["normalization"] if normalized else []),
        "activation",
        *(["dropout"] if dropped else []),
        *(["residual connection"] if residual else []),
    ]
    told = f"{', '.join(parts[:-1])} and {parts[-1]}"
    return "\n".join(
        [
            "class Dense(nn.Linear):",
            f'    """A dense layer: {told}."""',
            "",
            _signature(parameters),
            indented(body, 2),
            "",
            "    def forward(self, x):",
            indented([*forward, "return y"], 2),
            "",
        ]
    )


def _signature(parameters: list[str]) -> str:
    line = f"    def __init__(self, {', '.join(parameters)}):"
    if len(line) <= WIDTH:
        return line
    return f"    def __init__(\n        self, {', '.join(parameters)}\n    ):"


def _network(network: Portable) -> str:
    hidden = network.experiment.network.layers
    calls = []
    for i, layer in enumerate(network.layers):
        last = i == len(hidden)
        arguments = [str(layer.inputs), str(layer.units)]
        arguments.append("nn.Identity()" if last else activation_text(layer))
        if layer.pieces > 1:
            arguments.append(f"pieces={layer.pieces}")
        if layer.normalization != "none":
            kind = "BatchNorm" if layer.normalization == "batch" else "nn.LayerNorm"
            arguments.append(f"normalization={kind}({layer.sums})")
        if not last and hidden[i].dropout:
            arguments.append(f"dropout={hidden[i].dropout!r}")
        if layer.residual:
            projected = PROJECTION in layer.tensors
            of = f"nn.Linear({layer.inputs}, {layer.units}, bias=False)" if projected else "nn.Identity()"
            arguments.append(f"residual={of}")
        if layer.muted:
            arguments.append(f"muted={list(layer.muted)}")
        calls.append(f"            Dense({', '.join(arguments)}),")
    layers = "\n".join(calls)
    return f'''\
class Network(nn.Module):
    """{docstring(plain(network.title))}."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([
{layers}
        ])
        self.output = {activation_text(network.layers[-1])}

    def sums(self, x):
        """Return the weighted sums of the output layer, on which a loss of logits acts."""
        for layer in self.layers:
            x = layer(x)
        return x

    def forward(self, x):
        """Return the output layer's values (n, {network.layers[-1].units}) for features."""
        return self.output(self.sums(x))


def network():
    """Return the network as it was trained, for inference."""
    model = Network()
    model.load_state_dict({{name: torch.tensor(array) for name, array in STATE.items()}})
    return model.eval()
'''


def _predict(network: Portable) -> str:
    lines = []
    if network.bounds is not None:
        low, high = network.bounds
        lines = [
            f"# An output of {low:g} stands for the probability 0, one of {high:g} for 1.",
            f"outputs = ((outputs - {number(low)}) / {number(high - low)}).clamp(0, 1)",
        ]
    rescaled = "".join(f"    {line}\n" for line in lines)
    return f'''\
@torch.no_grad()
def predict(inputs, model=None):
    """Return {predicted(network)}, float32 (n, {len(network.output_names)}).

    inputs are raw, (n, {len(network.input_names)}) in the order of INPUTS: a tensor, for which a tensor is
    returned, or anything that NumPy makes an array of.
    """
    given = isinstance(inputs, torch.Tensor)
    x = inputs if given else torch.tensor(np.asarray(inputs, np.float64))
    outputs = (model or MODEL)(features(x))
{rescaled}    return outputs if given else outputs.numpy()
'''
