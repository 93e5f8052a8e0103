"""How many numbers a network learns, as its document tells before anything is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.activations import Activation

if TYPE_CHECKING:
    from engine.experiment import Network


def parameter_count(network: Network, inputs: int, outputs: int) -> int:
    """Return the number of parameters of all layers; running statistics are measured, not learned.

    Parameters
    ----------
    network : Network
        The layers.
    inputs, outputs : int
        How many features and output units the data ask for.
    """
    count, width = 0, inputs
    for layer in network.layers:
        sums = layer.units * layer.activation.sums_per_unit()
        count += (width + 1) * sums
        if layer.normalization != "none":
            count += 2 * sums
        count += len(layer.activation.trained) * layer.units
        if layer.residual and layer.units != width:
            count += width * layer.units
        width = layer.units
    last = network.output.activation
    return count + (width + 1) * outputs * (last.sums_per_unit() if isinstance(last, Activation) else 1)
