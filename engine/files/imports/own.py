"""Networks that Unfold wrote: arrays by our names, and the document where the file carries it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.activations import Activation, Maxout, Prelu
from engine.counted import counted
from engine.errors import ExperimentError, WeightsError
from engine.files.imports.document import resolved_output
from engine.files.imports.imported import Imported, ImportedLayer, imported
from engine.files.imports.names import network_of
from engine.files.json_document import current, parse_object
from engine.files.weights import NAME
from engine.tensors import BIAS, MEAN, PROJECTION, SCALE, SLOPE, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from numpy.typing import NDArray

    from engine.experiment import Experiment

    Tensors = dict[str, NDArray[Any]]

MAX_PIECES = 8


def layers_of(arrays: Mapping[str, NDArray[Any]]) -> list[Tensors] | None:
    """Return the arrays layer by layer, None where they are not named as ours are."""
    found: dict[int, Tensors] = {}
    for key, array in arrays.items():
        match = NAME.fullmatch(key)
        if match is None:
            return None
        found.setdefault(int(match[1]), {})[match[2]] = array
    layers = [found[i] for i in range(len(found)) if i in found]
    whole = len(layers) == len(found) and all(
        WEIGHT in layer and BIAS in layer and layer[WEIGHT].ndim == 2 for layer in layers
    )
    return layers if whole and layers else None


def experiment_of(text: str | None) -> tuple[Experiment | None, list[str]]:
    """Return the document in a file's metadata, and a note where there is one that cannot be read."""
    if text is None:
        return None, []
    from engine.experiment import Experiment

    try:
        return Experiment.parse(current(parse_object(text))), []
    except ExperimentError as error:
        problem = error.problems[0]
        return None, [f"The experiment in the file cannot be read, so only its network is taken ({problem})."]


def network_of_experiment(name: str, layers: Sequence[Tensors], experiment: Experiment) -> Imported:
    """Return the network of a document with its tensors.

    Raises
    ------
    WeightsError
        Where they do not belong together.
    """
    hidden = experiment.network.layers
    if len(layers) != len(hidden) + 1:
        raise WeightsError(
            f"{name}: it holds the weights of {counted(len(layers), 'layer')}, but its experiment has "
            f"{len(hidden) + 1}"
        )
    units = len(layers[-1][WEIGHT])
    known = [ImportedLayer(each.units, each.activation, each.normalization, each.residual) for each in hidden]
    known.append(ImportedLayer(units, resolved_output(experiment, units)))
    found = imported(name, known, layers, experiment)
    if found.inputs != len(experiment.features):
        raise WeightsError(
            f"{name}: its first layer has {counted(found.inputs, 'input')}, but its experiment "
            f"{counted(len(experiment.features), 'feature')}"
        )
    return found


def network_of_layers(name: str, layers: Sequence[Tensors], notes: Sequence[str]) -> Imported:
    """Return the network of arrays by our names, as far as these tell what it is.

    Raises
    ------
    WeightsError
        Where they do not fit together.
    """
    found: list[ImportedLayer] = []
    said = list(notes)
    normalization: Literal["none", "batch", "layer"]
    for i, layer in enumerate(layers):
        sums = len(layer[WEIGHT])
        after = layers[i + 1][WEIGHT].shape[1] if i + 1 < len(layers) else sums
        pieces = sums // after if after and sums % after == 0 else 1
        activation: Activation | None = None
        if 1 < pieces <= MAX_PIECES and SLOPE not in layer:
            activation = Maxout(pieces=pieces)
            said.append(f"Layer {i + 1} has {pieces} sums a unit, so it was taken as maxout.")
        elif SLOPE in layer:
            activation = Prelu()
        normalization = "batch" if MEAN in layer else "layer" if SCALE in layer else "none"
        units = sums // pieces if activation is not None and pieces <= MAX_PIECES else sums
        found.append(ImportedLayer(units, activation, normalization, PROJECTION in layer))
    return imported(name, found, layers, notes=said)


def network_of_arrays(name: str, arrays: Mapping[str, NDArray[Any]], document: str | None) -> Imported:
    """Return the network of named arrays, ours or others', and of the document that came with them.

    Raises
    ------
    WeightsError
        Where it is no network of dense layers.
    """
    layers = layers_of(arrays)
    if layers is None:
        return network_of(name, arrays)
    experiment, notes = experiment_of(document)
    if experiment is None:
        return network_of_layers(name, layers, notes)
    return network_of_experiment(name, layers, experiment)
