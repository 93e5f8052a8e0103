"""A network from an ONNX file: its document where it carries one, else what the graph computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.activations import Activation
from engine.errors import WeightsError
from engine.files.imports.imported import Imported, ImportedLayer, imported
from engine.files.imports.onnx_chain import Chain
from engine.files.imports.onnx_file import Model, parse
from engine.files.imports.own import experiment_of, layers_of, network_of_experiment
from engine.files.imports.protobuf import Malformed
from engine.files.weights import NAME

if TYPE_CHECKING:
    from engine.experiment import Experiment


def network_of_model(name: str, content: bytes) -> Imported:
    """Return the network of an ONNX file's content.

    Raises
    ------
    WeightsError
        Where it is no plain chain of dense layers, with one sentence.
    """
    try:
        model = parse(content)
        experiment, notes = experiment_of(model.metadata.get("experiment"))
        own = None if experiment is None else _own(name, model, experiment)
        if own is not None:
            return own
        chain = Chain(model, notes=notes)
        chain.run()
    except Malformed as error:
        raise WeightsError(f"{name}: not a readable .onnx file ({error})") from error
    except WeightsError as error:
        problems = [each if each.startswith(f"{name}: ") else f"{name}: {each}" for each in error.problems]
        raise WeightsError(problems) from error
    layers = [ImportedLayer(each.units, each.activation, each.normalization) for each in chain.layers]
    softmax = next(
        (i for i, each in enumerate(layers[:-1]) if not isinstance(each.activation, Activation)), None
    )
    if softmax is not None:
        raise WeightsError(f"{name}: layer {softmax + 1} of it has a softmax, which only an output can have")
    return imported(name, layers, [each.tensors for each in chain.layers], notes=chain.notes)


def _own(name: str, model: Model, experiment: Experiment) -> Imported | None:
    """Return the network of a document and of the tensors named as ours, None without any."""
    held = {key: tensor.array() for key, tensor in model.tensors.items() if NAME.fullmatch(key)}
    layers = layers_of(held)
    return None if layers is None else network_of_experiment(name, layers, experiment)
