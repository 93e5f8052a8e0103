"""The network's part of the document: hidden layers, the output layer, and what is said of single links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from engine.catalog.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS, Activation, Auto, Tanh
from engine.catalog.entry import Entry, Flag, Integer, Part, Range, Real, choice
from engine.catalog.initializers import INITIALIZERS, GlorotUniform, Initializer

MAX_LAYERS = 16
MAX_UNITS = 1024

if TYPE_CHECKING:
    ActivationChoice = Activation
    OutputActivationChoice = Entry
    InitializerChoice = Initializer
    BiasInitializerChoice = Initializer | None
else:
    ActivationChoice = choice(ACTIVATIONS)
    OutputActivationChoice = choice(OUTPUT_ACTIVATIONS)
    InitializerChoice = choice(INITIALIZERS)
    BiasInitializerChoice = InitializerChoice | None


def _check_indices(value: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(value)) < len(value):
        raise PydanticCustomError("indices", "names one twice")
    return value


Index = Annotated[Integer, Range(0, 100_000)]
Units = Annotated[tuple[Index, ...], Field(max_length=MAX_UNITS), AfterValidator(_check_indices)]
Links = Annotated[tuple[tuple[Index, Index], ...], Field(max_length=100_000), AfterValidator(_check_indices)]

FROZEN = Field(False, description="Training leaves this layer's parameters as they are.")
FROZEN_WEIGHTS = Field((), description="Links, as [unit, input], whose weights training leaves as they are.")
MUTED_WEIGHTS = Field((), description="Links, as [unit, input], that carry nothing.")
BIAS_INITIALIZER = Field(
    None, description="Where the biases start; left out: at the constant that the initializer names."
)


class Layer(Part):
    """A hidden dense layer."""

    units: Annotated[Integer, Range(1, MAX_UNITS)] = Field(8, description="Neurons in this layer.")
    activation: ActivationChoice = Field(Tanh(), description="What each unit does with its weighted sum.")
    initializer: InitializerChoice = Field(GlorotUniform(), description="Where the weights and biases start.")
    dropout: Annotated[Real, Range(0.0, 0.9)] = Field(
        0.0, description="Share of this layer's outputs set to zero at random in every training step."
    )
    normalization: Literal["none", "batch", "layer"] = Field(
        "none", description="Normalization of the weighted sums over the batch or over the layer."
    )
    residual: Flag = Field(
        False, description="Add the layer's input to its output, through trained weights where widths differ."
    )
    bias_initializer: BiasInitializerChoice = BIAS_INITIALIZER
    frozen: Flag = FROZEN
    frozen_weights: Links = FROZEN_WEIGHTS
    muted_units: Units = Field((), description="Units whose output counts as zero.")
    muted_weights: Links = MUTED_WEIGHTS


class Output(Part):
    """The output layer; how many units it has follows from the data."""

    activation: OutputActivationChoice = Field(Auto(), description="What the output units do.")
    initializer: InitializerChoice = Field(GlorotUniform(), description="Where the weights and biases start.")
    bias_initializer: BiasInitializerChoice = BIAS_INITIALIZER
    frozen: Flag = FROZEN
    frozen_weights: Links = FROZEN_WEIGHTS
    muted_weights: Links = MUTED_WEIGHTS


class Network(Part):
    """Hidden layers from input to output, and the output layer."""

    layers: Annotated[tuple[Layer, ...], Field(max_length=MAX_LAYERS)] = (Layer(units=4), Layer(units=2))
    output: Output = Output()

    def fitted(self, inputs: int) -> Network:
        """Return the network without what is said of units and links that do not exist.

        Parameters
        ----------
        inputs : int
            The number of features.  What the output's units are only the data know.
        """
        layers, width = [], inputs
        for layer in self.layers:
            layers.append(_without_lost(layer, layer.units, width))
            width = layer.units
        return self.edited(layers=tuple(layers), output=_without_lost(self.output, None, width))

    def problems(self, inputs: int) -> list[str]:
        """Return a sentence for everything that is said of units and links that do not exist."""
        found, width = [], inputs
        for i, layer in enumerate(self.layers):
            where = f"network.layers.{i}"
            found += [
                f"{where}.muted_units.{k}: there is no unit {unit}, the layer has {layer.units}"
                for k, unit in enumerate(layer.muted_units)
                if unit >= layer.units
            ]
            found += _link_problems(layer, where, layer.units, width)
            width = layer.units
        return found + _link_problems(self.output, "network.output", None, width)


def _without_lost(layer: Any, units: int | None, inputs: int) -> Any:
    changes: dict[str, Any] = {}
    for field in ("frozen_weights", "muted_weights"):
        links = getattr(layer, field)
        kept = tuple((u, i) for u, i in links if i < inputs and (units is None or u < units))
        if kept != links:
            changes[field] = kept
    if units is not None and any(unit >= units for unit in layer.muted_units):
        changes["muted_units"] = tuple(unit for unit in layer.muted_units if unit < units)
    return layer.edited(**changes) if changes else layer


def _link_problems(layer: Any, where: str, units: int | None, inputs: int) -> list[str]:
    """Return a sentence for every link that is not there; ``units`` None is known by the data alone."""
    found = []
    for field in ("frozen_weights", "muted_weights"):
        for k, (unit, source) in enumerate(getattr(layer, field)):
            if units is not None and unit >= units:
                found.append(f"{where}.{field}.{k}: there is no unit {unit}, the layer has {units}")
            elif source >= inputs:
                found.append(f"{where}.{field}.{k}: there is no input {source}, the layer has {inputs}")
    return found
