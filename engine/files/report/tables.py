"""Tables of what was trained: the layers of the network, and the inputs and targets of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.entry import number_text
from engine.counted import counted
from engine.files.report.markup import Content, Markup, element, joined, number, table
from engine.files.report.settings import entry_text
from engine.output import plan_output
from engine.tensors import STATISTICS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.experiment import Layer, Output
    from engine.trainer import Trainer

_MOST_INPUTS = 40


def parameter_counts(trainer: Trainer) -> list[int]:
    """Return how many numbers every layer has learned; running statistics are measured, not learned."""
    return [
        sum(array.size for name, array in layer.items() if name not in STATISTICS)
        for layer in trainer.tensors
    ]


def layers_table(trainer: Trainer) -> Markup:
    """Return the layers with all that is said of them."""
    network, data = trainer.experiment.network, trainer.data
    counts = parameter_counts(trainer)
    rows: list[tuple[Content, ...]] = [
        ("Inputs", f"{len(data.feature_labels):,}", ", ".join(data.feature_labels), "", "", "")
    ]
    for i, layer in enumerate(network.layers):
        rows.append(
            (
                f"Layer {i + 1}",
                f"{layer.units:,}",
                entry_text(layer.activation),
                entry_text(layer.initializer),
                _special(layer),
                f"{counts[i]:,}",
            )
        )
    output = network.output
    activation = plan_output(trainer.experiment, data).activation
    chosen = entry_text(activation)
    if output.activation.kind == "auto":
        chosen = joined((chosen, " (auto)"))
    rows.append(
        (
            "Output",
            f"{data.outputs:,}",
            chosen,
            entry_text(output.initializer),
            _special(output),
            f"{counts[-1]:,}",
        )
    )
    header = ("Layer", "Neurons", "Activation", "Initializer", "Besides", "Parameters")
    return table("Layers from input to output", header, rows, numbers=(1, 5))


def _special(layer: Layer | Output) -> str:
    """Say everything about a layer that is not as usual."""
    found = []
    if (kind := getattr(layer, "normalization", "none")) != "none":
        found.append(f"{kind} normalization")
    if share := getattr(layer, "dropout", 0.0):
        found.append(f"dropout {number_text(round(100 * share, 4))} %")
    if getattr(layer, "residual", False):
        found.append("residual connection")
    if layer.bias_initializer is not None:
        found.append(f"biases: {layer.bias_initializer.label}")
    if layer.frozen:
        found.append("frozen")
    for name, what in (("muted_units", "muted neurons"), ("muted_weights", "muted links"),
                       ("frozen_weights", "frozen links")):  # fmt: skip
        if count := len(getattr(layer, name, ())):
            found.append(f"{what}: {count:,}")
    return ", ".join(found)


def data_tables(trainer: Trainer) -> Markup:
    """Return the inputs and the classes with their numbers."""
    data = trainer.data
    shown = min(len(data.input_names), _MOST_INPUTS)
    rows = [_spread(name, data.train_inputs[:, i]) for i, name in enumerate(data.input_names[:shown])]
    parts = [
        table(
            "The inputs over the train rows",
            ("Input", "Least", "Mean", "Largest", "Standard deviation"),
            rows,
            numbers=range(1, 5),
        )
    ]
    if shown < len(data.input_names):
        parts.append(
            element("p", f"And {counted(len(data.input_names) - shown, 'more input')}.", class_="quiet")
        )
    targets = data.train_targets, data.test_targets
    if data.classes:
        found: list[tuple[Content, ...]] = [
            (name, *(f"{int((one == i).sum()):,}" for one in targets)) for i, name in enumerate(data.classes)
        ]
        parts.append(
            table(
                "The classes", ("Class", "Train rows", "Test rows"), found, numbers=(1, 2), look="confusion"
            )
        )
    else:
        named = zip(data.target_names, data.train_targets.T, strict=True)
        values = [_spread(name, column) for name, column in named]
        header = ("Target", "Least", "Mean", "Largest", "Standard deviation")
        parts.append(table("The targets over the train rows", header, values, numbers=range(1, 5)))
    return joined(parts)


def _spread(name: str, column: NDArray[np.float64]) -> tuple[Content, ...]:
    values = column.min(), column.mean(), column.max(), column.std()
    return name, *(number(float(value)) for value in values)
