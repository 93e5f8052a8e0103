"""The document that a network of a file becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from engine.catalog.activations import Activation, Auto, Maxout, Prelu
from engine.counted import counted
from engine.errors import ExperimentError, WeightsError
from engine.experiment import Layer
from engine.files.imports.imported import ImportedLayer
from engine.output import output_activation
from engine.problems import problems_of

if TYPE_CHECKING:
    from engine.catalog.entry import Entry
    from engine.experiment import Experiment, Network
    from engine.files.imports.imported import Imported


def network_for(
    experiment: Experiment, imported: Imported, activation: Activation, outputs: int | None = None
) -> Experiment:
    """Return a document with the network of a file; its tensors are those of the file.

    Parameters
    ----------
    experiment : Experiment
        The document; its data, features and training stay.
    imported : Imported
        The file's network.
    activation : Activation
        Of the hidden layers whose activation the file does not tell.
    outputs : int, optional
        How many outputs the document's data ask for; left out, the data are prepared to find out.

    Raises
    ------
    WeightsError
        Where the network has other inputs than there are features, other outputs than the data, or an
        activation of the output that the loss does not allow.
    DataError
        Where the data cannot be read.
    """
    if outputs is None:
        from engine.data import prepare

        outputs = prepare(experiment.data, experiment.features, experiment.seed).outputs
    problems = []
    features = len(experiment.features)
    if imported.inputs != features:
        problems.append(
            f"the network has {counted(imported.inputs, 'input')}, but there "
            f"{'is' if features == 1 else 'are'} {counted(features, 'feature')}"
        )
    if imported.outputs != outputs:
        problems.append(
            f"the network has {counted(imported.outputs, 'output')}, but the data "
            f"need {counted(outputs, 'output')}"
        )
    if problems:
        raise WeightsError(problems)
    try:
        network = _network(experiment, imported, activation)
        return experiment.edited(network=network)
    except ValidationError as error:
        raise WeightsError(problems_of(error, {})) from error
    except ExperimentError as error:
        raise WeightsError(error.problems) from error


def fits(experiment: Experiment, imported: Imported) -> bool:
    """Tell whether the document's own network has a place for every tensor, and computes the same with it."""
    own = experiment.network.layers
    if len(own) != len(imported.layers) - 1 or len(experiment.features) != imported.inputs:
        return False
    inputs = imported.inputs
    for spec, layer, tensors in zip(own, imported.layers, imported.tensors, strict=False):
        given = layer.activation or spec.activation
        wanted = ImportedLayer(spec.units, spec.activation, spec.normalization, spec.residual)
        shapes = {name: array.shape for name, array in tensors.items()}
        if given != spec.activation or shapes != wanted.shapes(inputs):
            return False
        inputs = spec.units
    activation = imported.layers[-1].activation
    return activation is None or activation == resolved_output(experiment, imported.outputs)


def _network(experiment: Experiment, imported: Imported, activation: Activation) -> Network:
    if imported.experiment is not None:
        given = imported.experiment.network
        layers, output = given.layers, given.output
    else:
        layers = tuple(_layer(layer, activation) for layer in imported.layers[:-1])
        output = experiment.network.output.edited(frozen=False, frozen_weights=(), muted_weights=())
    chosen = _output_activation(experiment, imported.layers[-1])
    return experiment.network.edited(layers=layers, output=output.edited(activation=chosen))


def _layer(layer: ImportedLayer, activation: Activation) -> Layer:
    if layer.activation is None and isinstance(activation, Prelu | Maxout):
        raise WeightsError(
            f"{activation.label} has parameters of its own that the file does not hold; choose another "
            "activation"
        )
    return Layer(
        units=layer.units,
        activation=layer.activation or activation,
        normalization=layer.normalization,
        residual=layer.residual,
    )


def _output_activation(experiment: Experiment, layer: ImportedLayer) -> Entry:
    """Return what the document's output does, so that the network computes the same as it did.

    Values without an activation are logits where the loss wants a sigmoid or a softmax.
    """
    loss, own = experiment.training.loss, experiment.network.output.activation
    needed = loss.output(_classes(experiment, layer.units))
    if layer.activation is None:
        return own
    kind = layer.activation.kind
    if kind == needed:
        return Auto()
    if loss.fixed_output:
        if kind == "linear":
            return Auto()
        raise WeightsError(
            f"the network's output is {kind}, but {loss.kind} needs {needed}; choose another loss"
        )
    return layer.activation


def resolved_output(experiment: Experiment, units: int) -> Entry:
    """Return what the output of a document with so many outputs does, ``auto`` resolved."""
    return output_activation(experiment, _classes(experiment, units))


def _classes(experiment: Experiment, outputs: int) -> int:
    """Return how many classes so many outputs stand for, 0 for values."""
    return max(outputs, 2) if experiment.data.task == "classification" else 0
