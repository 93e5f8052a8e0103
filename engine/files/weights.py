"""Weights as ``.npz`` and ``.safetensors``, nothing pickled.

The arrays are float32 ``layers.0.weight`` (out, in), ``layers.0.bias`` (out,), ... and, where a layer has
them, those of its normalization, trained slope and projection; ``engine.tensors`` says which there are.  The
layers count from the input, the output last, as in a PyTorch state dict.
"""

from __future__ import annotations

import io
import json
import math
import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.counted import counted
from engine.errors import WeightsError
from engine.files.atomic import write_atomically
from engine.files.bounded import content_of
from engine.files.crowds import MOST_ARRAYS, is_crowded_safetensors, is_crowded_zip
from engine.sentences import shown
from engine.tensors import BIAS, MEAN, PROJECTION, SCALE, SHIFT, SLOPE, VARIANCE, WEIGHT

if TYPE_CHECKING:
    from engine.experiment import Experiment

Floats = NDArray[np.float32]
Layers = Sequence[Mapping[str, Floats] | tuple[Floats, Floats]]

SUFFIXES = (".npz", ".safetensors")
TEXTS = (".json", ".csv")  # written as exports, and read as well
DAMAGED = "it is damaged or cut short"
MAX_BYTES = 640 << 20  # the largest network there can be, of maxout with eight pieces, takes 600 MB
# Weights hardly compress: what unpacks to so many times its size, and to more than so much, is a bomb.
BOMB_RATIO, BOMB_BYTES = 20, 64 << 20
MAX_NOTE = 1000  # characters; a zip's comment holds 65,535 bytes
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
# A layer's tensors in the order in which a file keeps them.
NAMES = (WEIGHT, BIAS, SCALE, SHIFT, MEAN, VARIANCE, SLOPE, PROJECTION)
NAME = re.compile(rf"layers\.(0|[1-9]\d{{0,3}})\.({'|'.join(map(re.escape, NAMES))})")


def check_suffix(path: Path, known: Sequence[str] = SUFFIXES) -> str:
    """Return the format a file name asks for; raise WeightsError for none of the known."""
    suffix = path.suffix.lower()
    if suffix not in known:
        kept = f"{', '.join(known[:-1])} or {known[-1]}"
        raise WeightsError(f"{path.name}: weights are kept in {kept} files; use one of these suffixes")
    return suffix


def named(layers: Layers) -> dict[str, Floats]:
    """Return the arrays by their names, contiguous: the safetensors writer scrambles others."""
    arrays = {}
    for i, layer in enumerate(layers):
        tensors = layer if isinstance(layer, Mapping) else dict(zip(("weight", "bias"), layer, strict=True))
        for name, array in tensors.items():
            arrays[f"layers.{i}.{name}"] = np.ascontiguousarray(array, np.float32)
    return arrays


def as_float32(array: NDArray[Any]) -> Floats:
    """Return numbers as float32; those beyond its range become infinite, without a warning."""
    with np.errstate(over="ignore"):
        return array.astype(np.float32)


def write_weights(path: str | Path, layers: Layers, experiment: Experiment) -> None:
    """Write weights in the format of the suffix, atomically, and read them back.

    Parameters
    ----------
    path : str or Path
        Where to; ``.npz`` or ``.safetensors``.
    layers : sequence of mapping
        ``Trainer.tensors``: the arrays of every layer by name, input to output.  A (weight, bias) pair
        stands for a layer without any others.
    experiment : Experiment
        What they were trained on; safetensors carry it along.

    Raises
    ------
    WeightsError
        For an unknown suffix, or where what was written reads back differently; an existing file is then
        unchanged.
    OSError
        Where the file cannot be written.
    """
    path = Path(path)
    suffix = check_suffix(path)
    arrays = named(layers)
    content = _npz(arrays) if suffix == ".npz" else safetensors_of(arrays, experiment)
    back = arrays_of(path.name, suffix, content)
    if back.keys() != arrays.keys() or any(not np.array_equal(back[name], arrays[name]) for name in arrays):
        raise WeightsError(f"{path.name}: what was written reads back differently; the file was not saved")
    write_atomically(path, content)


def npz_of(layers: Layers, notes: Mapping[str, str]) -> bytes:
    """Return a ``.npz`` with notes for its reader, as JSON, in the zip's comment."""
    buffer = io.BytesIO(_npz(named(layers)))
    with zipfile.ZipFile(buffer, "a") as archive:
        short = {name: text[:MAX_NOTE] for name, text in notes.items()}
        archive.comment = json.dumps(short, ensure_ascii=False, indent=1).encode()
    return buffer.getvalue()


def _npz(arrays: Mapping[str, Floats]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]  # the stubs take every keyword for allow_pickle
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


def read_weights(path: str | Path) -> list[dict[str, Floats]]:
    """Read weights written by this program or by one that uses the same names.

    Returns
    -------
    list of dict
        The arrays of every layer by name, input to output, as ``Trainer.set_tensors`` takes them.

    Raises
    ------
    WeightsError
        With one sentence for what is wrong.
    """
    path = Path(path)
    if path.suffix.lower() in TEXTS:
        return _read_text(path)
    suffix = check_suffix(path, (*SUFFIXES, *TEXTS))
    content = content_of(path, MAX_BYTES, WeightsError, "which no network here needs")
    return checked_layers(path.name, arrays_of(path.name, suffix, content))


def _read_text(path: Path) -> list[dict[str, Floats]]:
    from engine.files.export.network_json import read_portable
    from engine.files.export.weights_table import read_table

    if path.suffix.lower() == ".csv":
        return read_table(path)
    return [dict(layer.tensors) for layer in read_portable(path).layers]


def arrays_of(name: str, suffix: str, content: bytes) -> dict[str, NDArray[Any]]:
    """Parse a file's content into named arrays."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the syntax of a damaged header
            return _read_npz(name, content) if suffix == ".npz" else _read_safetensors(name, content)
    except WeightsError:
        raise
    except Exception as error:  # the parsers raise many kinds on damaged files; each means the same to a user
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        if suffix == ".safetensors":  # whose parser speaks of itself: "Error while deserializing: ..."
            reason = DAMAGED
        raise WeightsError(f"{name}: not a readable {suffix} file ({shown(reason, 100)})") from error


def _read_npz(name: str, content: bytes) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    if is_crowded_zip(content):
        raise WeightsError(f"{name}: holds more than {MOST_ARRAYS:,} arrays, which no network here needs")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        # A zip bomb declares itself here, and no more than what is declared is ever unpacked.
        size = sum(entry.file_size for entry in archive.infolist())
        if size > max(BOMB_BYTES, BOMB_RATIO * len(content)) and size <= MAX_BYTES:
            raise WeightsError(f"{name}: unpacks to {size >> 20} MB from far less, which no weights do")
        if size > MAX_BYTES:
            raise WeightsError(f"{name}: unpacks to over {MAX_BYTES >> 20} MB, which no network here needs")
        for entry in archive.infolist():
            member = entry.filename.removesuffix(".npy")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                # Those of the others unpack all that they are given at once, whatever it comes to.
                raise WeightsError(f"{name}: {shown(member)} is compressed in a way that NumPy does not use")
            if member in arrays:
                raise WeightsError(f"{name}: the array {shown(member)} stands in it twice")
            with archive.open(entry) as file:
                arrays[member] = _read_npy(f"{name}: {shown(member)}", file.read(entry.file_size))
    return arrays


def _read_npy(place: str, content: bytes) -> NDArray[Any]:
    """Parse one array, without unpickling and without taking the header's word for its size."""
    file = io.BytesIO(content)
    shape, by_columns, dtype = HEADERS[np.lib.format.read_magic(file)](file)
    if dtype.kind not in "fiu":
        raise WeightsError(f"{place}: must hold numbers, not {dtype.name}")
    needed, left = math.prod(shape) * dtype.itemsize, len(content) - file.tell()
    if needed != left:
        raise WeightsError(f"{place}: its shape {shown(str(shape))} does not fit its {counted(left, 'byte')}")
    flat = np.frombuffer(content, dtype, offset=file.tell()) if left else np.empty(0, dtype)
    return flat.reshape(shape, order="F" if by_columns else "C")


def _read_safetensors(name: str, content: bytes) -> dict[str, NDArray[Any]]:
    from safetensors.numpy import load

    if is_crowded_safetensors(content):
        raise WeightsError(f"{name}: holds more than {MOST_ARRAYS:,} arrays, which no network here needs")
    try:
        arrays = load(content)
    except KeyError as error:
        wanted = "which is unknown here; save them as float32 (F32)"
        raise WeightsError(f"{name}: holds numbers of the type {error.args[0]}, {wanted}") from error
    for member, array in arrays.items():
        if array.dtype.kind not in "fiu":
            raise WeightsError(f"{name}: {shown(member)}: must hold numbers, not {array.dtype.name}")
    return dict(arrays)


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
