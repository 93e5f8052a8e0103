"""What the comments of an exported file say in any language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.tensors import BIAS, MEAN, PROJECTION, SCALE, SHIFT, SLOPE, VARIANCE, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.files.export.portable import Portable, PortableLayer

# What a layer's tensors are called in a program.
TENSORS = {
    WEIGHT: "weight",
    BIAS: "bias",
    SCALE: "scale",
    SHIFT: "shift",
    MEAN: "mean",
    VARIANCE: "variance",
    SLOPE: "slope",
    PROJECTION: "projection",
}


def plain(text: str) -> str:
    """Return a user's text in one line of printable characters; others by their number, as ``<U+202E>``."""
    return "".join(c if c.isprintable() else " " if c.isspace() else f"<U+{ord(c):04X}>" for c in text)


def listed(names: Iterable[str], most: int = 20) -> str:
    """Return quoted names in one line, of very many only the first."""
    names = list(names)
    shown = [f'"{plain(name)}"' for name in names[:most]]
    return ", ".join(shown) + (f" and {len(names) - most} more" if len(names) > most else "")


def outputs_told(network: Portable) -> str:
    """Return in a few words what ``predict`` gives."""
    names = listed(network.output_names)
    if len(network.data.classes) == 2:
        return f"the probability of the class {names}; that of {listed(network.data.classes[:1])} is the rest"
    if network.data.classes:
        return f"the probabilities of the classes {names}"
    return names


def layer_told(network: Portable, at: int) -> str:
    """Return one line about a layer: "Layer 2: 8 to 4, ReLU, batch normalization"."""
    layer = network.layers[at]
    name = "Output layer" if at == len(network.layers) - 1 else f"Layer {at + 1}"
    return f"{name}: {layer.inputs} to {layer.units}, {', '.join(parts_told(layer))}"


def parts_told(layer: PortableLayer) -> list[str]:
    """Return what a layer does, each in a word or two."""
    parts = [layer.activation.label]
    if layer.pieces > 1:
        parts[0] += f" of {layer.pieces}"
    if layer.normalization != "none":
        parts.append(f"{layer.normalization} normalization")
    if layer.residual:
        parts.append("residual connection")
    if layer.muted:
        parts.append("muted: " + ", ".join(str(unit + 1) for unit in sorted(layer.muted)))
    return parts


def training_only(network: Portable) -> str:
    """Return a sentence on what is done in training alone; empty where nothing is."""
    training = network.experiment.training
    parts = [
        *(["dropout"] if any(layer.dropout for layer in network.experiment.network.layers) else []),
        *(["input noise"] if training.input_noise else []),
    ]
    if not parts:
        return ""
    have = "have" if len(parts) > 1 else "has"
    return f"{' and '.join(parts)} {have} no part here: for training only.".capitalize()
