"""Read a network from a file, whatever wrote it; the suffix tells the format."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import WeightsError
from engine.files.bounded import content_of
from engine.files.crowds import MOST_ARRAYS, is_crowded_safetensors
from engine.files.imports.numbers import bfloat16
from engine.files.imports.onnx_network import network_of_model
from engine.files.imports.own import network_of_arrays, network_of_experiment, network_of_layers
from engine.files.weights import DAMAGED, MAX_BYTES, TEXTS, arrays_of, read_weights
from engine.sentences import shown

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from engine.files.imports.imported import Imported

SUFFIXES = (".safetensors", ".npz", ".onnx", ".json", ".csv")
PICKLED = (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle", ".joblib")
KERAS = (".h5", ".keras", ".hdf5")
TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2"}
TYPES |= {"I8": "|i1", "U8": "|u1", "U16": "<u2", "U32": "<u4", "U64": "<u8"}


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
    content = content_of(path, MAX_BYTES, WeightsError, "which no network here needs")
    if suffix == ".onnx":
        return network_of_model(path.name, content)
    if suffix == ".npz":
        return network_of_arrays(path.name, arrays_of(path.name, suffix, content), None)
    return network_of_arrays(path.name, *_safetensors(path.name, content))


def _safetensors(name: str, content: bytes) -> tuple[dict[str, NDArray[Any]], str | None]:
    """Return the arrays of a safetensors file, and the document in its metadata."""
    from safetensors import SafetensorError, deserialize

    if is_crowded_safetensors(content):
        raise WeightsError(f"{name}: more than {MOST_ARRAYS:,} arrays are too many for a network")
    try:
        members = deserialize(content)  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise WeightsError(f"{name}: not a readable .safetensors file ({DAMAGED})") from error
    arrays = {}
    for member, found in members:
        kind = found["dtype"]
        if kind not in TYPES:
            raise WeightsError(f"{name}: {shown(member)} holds numbers of the type {kind}, not float32 (F32)")
        if 0 in found["shape"]:
            raise WeightsError(f"{name}: {shown(member)} is empty: only dense layers can be imported")
        array = np.frombuffer(found["data"], TYPES[kind]).reshape(found["shape"])
        arrays[member] = bfloat16(array) if kind == "BF16" else array
    (size,) = struct.unpack_from("<Q", content)
    metadata = json.loads(content[8 : 8 + size]).get("__metadata__") or {}
    return arrays, metadata.get("experiment")
