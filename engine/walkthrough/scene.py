"""What the steps of a walk are written from: the network, the numbers of its sample, and their names."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engine.output import plan_output
from engine.tensors import BIAS, PROJECTION, WEIGHT
from engine.walkthrough.notation import TERMS, Formula, Phrase, joined, place, say, symbol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from engine.catalog.entry import Entry
    from engine.data import PreparedData
    from engine.experiment import Experiment, Layer
    from engine.probes.samples import Memory, Sample
    from engine.walkthrough.steps import Link, Request, Unit

WIDE = 8  # units; a layer of more is one step, in which the first are shown and the rest summed up


class Scene:
    """A network, one sample's numbers, and how each of them is called.

    Layers are counted from 0 like tensors, columns from 0 for the features: a layer's units stand in the
    column layer + 1.

    Parameters
    ----------
    tensors : list of dict
        float64.
    """

    def __init__(
        self,
        experiment: Experiment,
        data: PreparedData,
        tensors: Sequence[Mapping[str, NDArray[np.float64]]],
        memory: Memory,
        request: Request,
        sample: Sample,
    ) -> None:
        self.experiment, self.data, self.tensors = experiment, data, tensors
        self.memory, self.request, self.sample = memory, request, sample
        self.plan = plan_output(experiment, data)
        self.hidden = experiment.network.layers
        self.depth = len(tensors)
        self.columns = (sample.features, *(layer.outputs for layer in sample.layers))

    # The network

    def spec(self, layer: int) -> Layer | None:
        """Return a hidden layer's part of the document, None for the output."""
        return self.hidden[layer] if layer < len(self.hidden) else None

    def entry(self, layer: int) -> Entry:
        """Return a layer's activation."""
        return self.hidden[layer].activation if layer < len(self.hidden) else self.plan.activation

    def pieces(self, layer: int) -> int:
        """Return how many weighted sums a unit has."""
        return len(self.tensors[layer][BIAS]) // self.units(layer)

    def units(self, layer: int) -> int:
        """Return how many units a layer has."""
        return len(self.columns[layer + 1])

    def sums(self, layer: int, unit: int) -> list[tuple[int, str]]:
        """Return the rows of a unit's weights, each with the place that its symbols carry."""
        pieces, units = self.pieces(layer), self.units(layer)
        return [(p * units + unit, place(unit, p if pieces > 1 else None)) for p in range(pieces)]

    def is_wide(self, layer: int) -> bool:
        """Return whether a layer is shown in one step."""
        return self.units(layer) > WIDE

    def is_softmax(self, layer: int) -> bool:
        """Return whether a layer's units share one activation."""
        return self.entry(layer).kind == "softmax"

    def is_muted(self, layer: int, unit: int) -> bool:
        """Return whether a unit's output counts as zero."""
        spec = self.spec(layer)
        return spec is not None and unit in spec.muted_units

    def part(self, layer: int) -> Any:
        """Return a layer's part of the document, the output's too."""
        spec = self.spec(layer)
        return self.experiment.network.output if spec is None else spec

    # Names

    def layer_name(self, layer: int) -> str:
        """Return what a title begins with, a text of its own to translate."""
        return "Layer {layer}" if layer < len(self.hidden) else "Output"

    def title(self, layer: int, unit: int | None, what: str) -> Phrase:
        """Return the title of a step about one unit, or about a whole layer."""
        name = self.layer_name(layer)
        if unit is None:
            return say(f"{name}: {what}", layer=str(layer + 1), count=str(self.units(layer)))
        if layer == len(self.hidden) and self.units(layer) == 1:
            return say(f"Output: {what}")
        return say(f"{name}, neuron {{unit}}: {what}", layer=str(layer + 1), unit=str(unit + 1))

    def a(self, column: int, unit: int) -> str:
        """Return the symbol of what a unit hands on."""
        return symbol("a", column, unit + 1)

    # What to point at

    def into(self, layer: int, units: Sequence[int]) -> tuple[Link, ...]:
        """Return the links into some units of a layer."""
        sources = range(len(self.columns[layer]))
        return tuple((layer + 1, unit, source) for unit in units for source in sources)

    def out_of(self, layer: int, units: Sequence[int]) -> tuple[Link, ...]:
        """Return the links from some units of a hidden layer."""
        targets = range(self.units(layer + 1))
        return tuple((layer + 2, target, unit) for unit in units for target in targets)

    def labels(self, column: int, units: Sequence[int] | None = None) -> Mapping[Unit, float]:
        """Return the activations of a column, or of some of its units, to stand beside them."""
        values = self.columns[column]
        chosen = range(len(values)) if units is None else units
        return MappingProxyType({(column, unit): float(values[unit]) for unit in chosen})

    # Sums

    def weighted_sum(
        self, layer: int, row: int, at: str, name: str = WEIGHT
    ) -> tuple[Formula, Formula, Formula]:
        """Return w · a in symbols, in numbers with long sums summed up, and in all its numbers."""
        letter = "w" if name == WEIGHT else "P"
        inputs = self.columns[layer]
        weights = self.tensors[layer][name][row]
        numbers = [(float(w), " · ", float(a)) for w, a in zip(weights, inputs, strict=True)]
        short = shortened(numbers, weights * inputs)
        symbols: Formula = (f"{symbol(letter, layer + 1, at)} · {symbol('a', layer)}",)
        return symbols, short, joined(numbers, " + ") if len(numbers) > TERMS else ()

    def has_projection(self, layer: int) -> bool:
        """Return whether a residual connection goes through weights."""
        return PROJECTION in self.tensors[layer]


def shortened(terms: Sequence[Formula], values: NDArray[np.float64]) -> Formula:
    """Return a sum of the first terms and of what all others come to."""
    if len(terms) <= TERMS:
        return joined(terms, " + ")
    rest = float(values[TERMS:].sum())
    count = len(terms) - TERMS
    return (*joined(terms[:TERMS], " + "), f" + … ({count} more: ", rest, ")")
