"""The activations of a PyTorch file: those of torch.nn, and classes for what is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.activations import Activation
from engine.files.export.expression import of_function, variable
from engine.files.export.python_text import docstring, indented
from engine.files.export.torch_text import number, statements

if TYPE_CHECKING:
    from engine.files.export.portable import Portable, PortableLayer

# The modules of torch.nn that are the catalog's functions, with the entry's own numbers.
MODULES = {
    "linear": "nn.Identity()",
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "leaky_relu": "nn.LeakyReLU({negative_slope!r})",
    "elu": "nn.ELU({alpha!r})",
    "hard_sigmoid": "nn.Hardsigmoid()",
    "hard_tanh": "nn.Hardtanh()",
    "relu6": "nn.ReLU6()",
    "selu": "nn.SELU()",
    "celu": "nn.CELU({alpha!r})",
    "gelu": "nn.GELU()",
    "gelu_tanh": 'nn.GELU(approximate="tanh")',
    "silu": "nn.SiLU()",
    "mish": "nn.Mish()",
    "softplus": "nn.Softplus({beta!r})",
    "softsign": "nn.Softsign()",
    "softmax": "nn.Softmax(dim=1)",
}

_MAXOUT = '''\
class Maxout(nn.Module):
    """The largest of the sums of every unit, one piece of all units after the other."""

    def __init__(self, pieces):
        super().__init__()
        self.pieces = pieces

    def forward(self, x):
        return x.reshape(len(x), self.pieces, -1).amax(1)
'''


def activation_text(layer: PortableLayer) -> str:
    """Return the call that makes the module of a layer's activation."""
    entry = layer.activation
    if entry.kind in MODULES:
        return MODULES[entry.kind].format(**dict(entry))
    assert isinstance(entry, Activation)
    if layer.pieces > 1:
        return f"Maxout({layer.pieces})"
    if entry.kind == "prelu":
        return f"nn.PReLU({layer.units})"
    return f"{_class_name(entry)}({layer.units if entry.trained else ''})"


def _class_name(entry: Activation) -> str:
    # The numbers of one entry may differ from layer to layer.
    numbers = "_".join(number(value) for value in entry.numbers())
    name = "".join(word.capitalize() for word in entry.kind.split("_"))
    return name + "".join(c if c.isalnum() else "_" for c in numbers)


def _activation_class(layer: PortableLayer) -> str:
    """Return the class of an activation that PyTorch does not have."""
    entry = layer.activation
    assert isinstance(entry, Activation)
    trained = bool(entry.trained)
    given = [variable("self.weight")] if trained else entry.numbers()
    formula = of_function(entry.value, variable("x"), *given)
    lines, result = statements(formula)
    head = [f"class {_class_name(entry)}(nn.Module):", f'    """{docstring(entry.formula)}"""', ""]
    if trained:
        head += [
            "    def __init__(self, units):",
            "        super().__init__()",
            "        self.weight = nn.Parameter(torch.empty(units))",
            "",
        ]
    return "\n".join([*head, "    def forward(self, x):", indented([*lines, f"return {result}"], 2)]) + "\n"


def activation_classes(network: Portable) -> list[str]:
    """Return the classes that are not in PyTorch, each once."""
    classes = {
        activation_text(layer): _activation_class(layer)
        for layer in network.layers
        if isinstance(layer.activation, Activation)
        and layer.activation.kind not in (*MODULES, "prelu")
        and layer.pieces == 1
    }
    several = any(layer.pieces > 1 for layer in network.layers)
    return [*classes.values(), *([_MAXOUT] if several else [])]
