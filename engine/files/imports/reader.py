"""Read a network from a file, whatever wrote it; the suffix tells the format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import WeightsError
from engine.files.arrays import arrays_of, metadata_of, network_file
from engine.files.imports.onnx_network import network_of_model
from engine.files.imports.own import network_of_arrays, network_of_experiment, network_of_layers
from engine.files.imports.weights import TEXTS, read_weights
from engine.sentences import shown

if TYPE_CHECKING:
    from engine.files.imports.imported import Imported

SUFFIXES = (".safetensors", ".npz", ".onnx", ".json", ".csv")
PICKLED = (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle", ".joblib")
KERAS = (".h5", ".keras", ".hdf5")


def read_network(path: str | Path) -> Imported:
    """Read a network of dense layers.

    Parameters
    ----------
    path : str or Path
        ``.safetensors`` or ``.npz`` with the names of Unfold, PyTorch or Keras; ``.onnx``; a network as
        ``.json`` or a table of weights as ``.csv`` that Unfold wrote.

    Returns
    -------
    Imported
        The layers as far as the file tells what they are, and their tensors.

    Raises
    ------
    WeightsError
        With one sentence for why it cannot be imported.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in PICKLED:
        raise WeightsError(
            f"{path.name}: such a file can run any program when it is opened, so it is not; save the weights "
            "as safetensors: safetensors.torch.save_file(model.state_dict(), path)"
        )
    if suffix in KERAS:
        raise WeightsError(
            f"{path.name}: Keras files are not read; save the weights as .npz: "
            "numpy.savez(path, *model.get_weights())"
        )
    if suffix not in SUFFIXES:
        raise WeightsError(f"{path.name}: networks are imported from {', '.join(SUFFIXES)} files")
    found = _from_text(path) if suffix in TEXTS else _from_bytes(path, suffix)
    if found.experiment is None:
        return found
    return replace(found, experiment=found.experiment.located(path.parent))


def _from_text(path: Path) -> Imported:
    """Read what only Unfold writes."""
    if path.suffix.lower() == ".csv":
        return network_of_layers(path.name, read_weights(path), ())
    from engine.files.export.network_json import read_portable

    network = read_portable(path)
    tensors = [dict(layer.tensors) for layer in network.layers]
    return network_of_experiment(path.name, tensors, network.experiment)


def _from_bytes(path: Path, suffix: str) -> Imported:
    data = network_file(path)
    if suffix == ".onnx":
        return network_of_model(path.name, data)
    arrays = arrays_of(path.name, suffix, data)
    for member, array in arrays.items():
        if 0 in array.shape:
            raise WeightsError(f"{path.name}: {shown(member)} is empty: only dense layers can be imported")
    document = metadata_of(data).get("experiment") if suffix == ".safetensors" else None
    return network_of_arrays(path.name, arrays, document)
