"""Where the biases start, as one choice: the initializer's own value, or a draw of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from engine.catalog.entry import Entry, Range, Real
from engine.catalog.initializers import INITIALIZERS

if TYPE_CHECKING:
    from engine.experiment import Layer, Output


class OneBias(Entry):
    """Stands in the list for a layer without a bias initializer."""

    kind: Literal["none"] = "none"
    bias: Annotated[Real, Range(-10.0, 10.0)] = Field(0.0, description="The value every bias starts at.")
    label = "By initializer"
    formula = "b = c"
    advice = "All biases start at the one value that the layer's initializer names, usually 0."
    pitfall = "With ReLU a value well below 0 leaves neurons dead from the start."


BIAS_STARTS: tuple[type[Entry], ...] = (OneBias, *INITIALIZERS)


def bias_start(part: Layer | Output) -> Entry:
    """Return where the biases of a layer start."""
    if part.bias_initializer is not None:
        return part.bias_initializer
    return OneBias(bias=part.initializer.bias)
