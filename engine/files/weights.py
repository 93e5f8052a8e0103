"""Weights as ``.npz`` and ``.safetensors``, nothing pickled.

The arrays are float32 ``layers.0.weight`` (out, in), ``layers.0.bias`` (out,), ... and, where a layer has
them, those of its normalization, trained slope and projection; ``engine.tensors`` says which there are.  The
layers count from the input, the output last, as in a PyTorch state dict.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.counted import counted
from engine.errors import WeightsError
from engine.files.arrays import arrays_of, network_file
from engine.floats import Floats, as_float32
from engine.sentences import shown
from engine.tensors import BIAS, MEAN, PROJECTION, SCALE, SHIFT, SLOPE, VARIANCE, WEIGHT

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.experiment import Experiment

Layers = Sequence[Mapping[str, Floats]]

SUFFIXES = (".npz", ".safetensors")
MAX_NOTE = 1000  # characters; a zip's comment holds 65,535 bytes
# A layer's tensors in the order in which a file keeps them.
NAMES = (WEIGHT, BIAS, SCALE, SHIFT, MEAN, VARIANCE, SLOPE, PROJECTION)
NAME = re.compile(rf"layers\.(0|[1-9]\d{{0,3}})\.({'|'.join(map(re.escape, NAMES))})")


def named(layers: Layers) -> dict[str, Floats]:
    """Return the arrays by their names, contiguous: the safetensors writer scrambles others."""
    return {
        f"layers.{i}.{name}": np.ascontiguousarray(array, np.float32)
        for i, layer in enumerate(layers)
        for name, array in layer.items()
    }


def npz_of(layers: Layers, notes: Mapping[str, str]) -> bytes:
    """Return a ``.npz`` with notes for its reader, as JSON, in the zip's comment."""
    buffer = io.BytesIO()
    np.savez(buffer, **named(layers))  # type: ignore[arg-type]  # the stubs take every keyword for allow_pickle
    with zipfile.ZipFile(buffer, "a") as archive:
        short = {name: text[:MAX_NOTE] for name, text in notes.items()}
        archive.comment = json.dumps(short, ensure_ascii=False, indent=1).encode()
    return buffer.getvalue()


def safetensors_of(
    arrays: Mapping[str, NDArray[Any]],
    experiment: Experiment | None = None,
    notes: Mapping[str, str] | None = None,
) -> bytes:
    """Return named arrays, contiguous ones, as a safetensors file; experiment and notes are its metadata."""
    from safetensors.numpy import save

    metadata = {"format": "pt", **(notes or {})}
    if experiment is not None:
        metadata["experiment"] = json.dumps(experiment.document(), ensure_ascii=False, allow_nan=False)
    return bytes(save(dict(arrays), metadata=metadata))


def read_layers(path: Path) -> list[dict[str, Floats]]:
    """Read a file of one of the ``SUFFIXES``: the arrays of every layer by name, input to output.

    Raises
    ------
    WeightsError
        With one sentence for what is wrong.
    """
    return checked_layers(path.name, arrays_of(path.name, path.suffix.lower(), network_file(path)))


def checked_layers(name: str, arrays: Mapping[str, NDArray[Any]]) -> list[dict[str, Floats]]:
    """Check names and shapes, and return the layers from the input on.

    Raises
    ------
    WeightsError
        Where they are not those of a network; sentences begin with ``name``, the file's.
    """
    strange = [key for key in arrays if not NAME.fullmatch(key)]
    if strange or not arrays:
        some = ", ".join(map(shown, sorted(strange)[:3])) + (", ..." if len(strange) > 3 else "")
        holds = f"it holds {some}" if strange else "it holds none"
        raise WeightsError(f"{name}: arrays must be named layers.0.weight, layers.0.bias, ...; {holds}")
    layers: list[dict[str, Floats]] = []
    problems: list[str] = []
    before: int | None = None
    for i in range(1 + max(int(NAME.fullmatch(key)[1]) for key in arrays)):  # type: ignore[index]
        layer = {part: arrays[key] for part in NAMES if (key := f"layers.{i}.{part}") in arrays}
        misfit = _misfit(layer, before)
        if misfit is not None:
            problems.append(f"{name}: layers.{i}{misfit}")
            break
        values = {part: as_float32(array) for part, array in layer.items()}
        problems += [
            f"{name}: layers.{i}.{part} holds a value that is not a finite number"
            for part, array in values.items()
            if not np.isfinite(array).all()
        ]
        before = layer["weight"].shape[0]
        layers.append(values)
    if problems:
        raise WeightsError(problems)
    return layers


def _misfit(layer: Mapping[str, NDArray[Any]], before: int | None) -> str | None:
    """Say what keeps arrays from being a layer behind one of so many weighted sums, None if nothing does.

    The file does not tell how many of its sums a unit takes the largest of (maxout), so any divisor of
    ``before`` may be the number of units there.
    """
    for part in ("weight", "bias"):
        if part not in layer:
            return f".{part} is missing"
    weight, bias = layer["weight"], layer["bias"]
    fits = weight.ndim == 2 and bias.shape == weight.shape[:1] and 0 not in weight.shape
    if not fits or (before is not None and before % weight.shape[1]):
        behind = "" if before is None else f" after a layer of {counted(before, 'output')}"
        return f": a weight of shape {weight.shape} and a bias of shape {bias.shape} do not fit{behind}"
    sums, inputs = weight.shape
    for part, array in layer.items():
        if part == "activation.weight":
            fits = array.ndim == 1 and 0 not in array.shape and sums % len(array) == 0
        elif part == "projection.weight":
            fits = (
                array.ndim == 2
                and 0 not in array.shape
                and array.shape[1] == inputs
                and sums % len(array) == 0
            )
        elif part.startswith("normalization."):
            fits = array.shape == bias.shape
        if not fits:
            return f".{part}: the shape {array.shape} does not fit a weight of shape {weight.shape}"
    return None
