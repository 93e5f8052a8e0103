"""Weights as ``.npz`` and ``.safetensors``, nothing pickled.

The arrays are float32 ``layers.0.weight`` (out, in), ``layers.0.bias`` (out,), ...  The layers count from
the input, the output last, as in a PyTorch state dict.
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

from engine.errors import WeightsError
from engine.files.atomic import write_atomically
from engine.files.bounded import read_bounded

if TYPE_CHECKING:
    from engine.experiment import Experiment

Floats = NDArray[np.float32]
Parameters = Sequence[tuple[Floats, Floats]]

SUFFIXES = (".npz", ".safetensors")
MAX_BYTES = 1 << 28  # the largest network there can be takes 64 MB
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
NAME = re.compile(r"layers\.(0|[1-9]\d{0,3})\.(weight|bias)")


def check_suffix(path: Path) -> str:
    """Return the format a file name asks for.

    Raises
    ------
    WeightsError
        For another suffix.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise WeightsError(
            f"{path.name}: weights are kept in {' or '.join(SUFFIXES)} files; use one of these suffixes"
        )
    return suffix


def named(parameters: Parameters) -> dict[str, Floats]:
    """Return the arrays by their names, contiguous: the safetensors writer scrambles others."""
    arrays = {}
    for i, (weight, bias) in enumerate(parameters):
        arrays[f"layers.{i}.weight"] = np.ascontiguousarray(weight, np.float32)
        arrays[f"layers.{i}.bias"] = np.ascontiguousarray(bias, np.float32)
    return arrays


def as_float32(array: NDArray[Any]) -> Floats:
    """Return numbers as float32; those beyond its range become infinite, without a warning."""
    with np.errstate(over="ignore"):
        return array.astype(np.float32)


def write_weights(path: str | Path, parameters: Parameters, experiment: Experiment) -> None:
    """Write weights in the format of the suffix, atomically, and read them back.

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
    arrays = named(parameters)
    content = _npz(arrays) if suffix == ".npz" else _safetensors(arrays, experiment)
    back = _from_bytes(path.name, suffix, content)
    if back.keys() != arrays.keys() or any(not np.array_equal(back[name], arrays[name]) for name in arrays):
        raise WeightsError(f"{path.name}: what was written reads back differently; the file was not saved")
    write_atomically(path, content)


def _npz(arrays: Mapping[str, Floats]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]  # the stubs take every keyword for allow_pickle
    return buffer.getvalue()


def _safetensors(arrays: Mapping[str, Floats], experiment: Experiment) -> bytes:
    from safetensors.numpy import save

    document = json.dumps(experiment.document(), ensure_ascii=False, allow_nan=False)
    return bytes(save(dict(arrays), metadata={"format": "pt", "experiment": document}))


def read_weights(path: str | Path) -> list[tuple[Floats, Floats]]:
    """Read weights written by this program or by one that uses the same names.

    Raises
    ------
    WeightsError
        With one sentence for what is wrong.
    """
    path = Path(path)
    suffix = check_suffix(path)
    try:
        content = read_bounded(path, MAX_BYTES)
        if content is None:
            raise WeightsError(f"{path.name}: larger than {MAX_BYTES >> 20} MB, which no network here needs")
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from error
    return _in_order(path.name, _from_bytes(path.name, suffix, content))


def _from_bytes(name: str, suffix: str, content: bytes) -> dict[str, NDArray[Any]]:
    """Parse a file's content into named arrays."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the syntax of a damaged header
            return _read_npz(name, content) if suffix == ".npz" else _read_safetensors(name, content)
    except WeightsError:
        raise
    except Exception as error:  # the parsers raise many kinds on damaged files; each means the same to a user
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(f"{name}: not a readable {suffix} file ({_shown(reason, 100)})") from error


def _read_npz(name: str, content: bytes) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        # A zip bomb declares itself here, and no more than what is declared is ever unpacked.
        if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
            raise WeightsError(f"{name}: unpacks to over {MAX_BYTES >> 20} MB, which no network here needs")
        for entry in archive.infolist():
            member = entry.filename.removesuffix(".npy")
            if member in arrays:
                raise WeightsError(f"{name}: the array {_shown(member)} stands in it twice")
            with archive.open(entry) as file:
                arrays[member] = _read_npy(f"{name}: {_shown(member)}", file.read(entry.file_size))
    return arrays


def _read_npy(place: str, content: bytes) -> NDArray[Any]:
    """Parse one array, without unpickling and without taking the header's word for its size."""
    file = io.BytesIO(content)
    shape, _, dtype = HEADERS[np.lib.format.read_magic(file)](file)
    if dtype.kind not in "fiu":
        raise WeightsError(f"{place}: must hold numbers, not {dtype.name}")
    needed, left = math.prod(shape) * dtype.itemsize, len(content) - file.tell()
    if needed != left:
        raise WeightsError(f"{place}: its shape {_shown(str(shape))} does not fit its {left} bytes")
    file.seek(0)
    return np.asarray(np.lib.format.read_array(file, allow_pickle=False))


def _read_safetensors(name: str, content: bytes) -> dict[str, NDArray[Any]]:
    from safetensors.numpy import load

    try:
        arrays = load(content)
    except KeyError as error:
        wanted = "which is unknown here; save them as float32 (F32)"
        raise WeightsError(f"{name}: holds numbers of the type {error.args[0]}, {wanted}") from error
    for member, array in arrays.items():
        if array.dtype.kind not in "fiu":
            raise WeightsError(f"{name}: {_shown(member)}: must hold numbers, not {array.dtype.name}")
    return dict(arrays)


def _shown(text: str, most: int = 40) -> str:
    """Shorten a text from a file, and escape what would break a line."""
    line = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[: most + 1])
    return line if len(line) <= most else line[: most - 3] + "..."


def _in_order(name: str, arrays: Mapping[str, NDArray[Any]]) -> list[tuple[Floats, Floats]]:
    """Check names and shapes, and return the layers from the input on."""
    strange = [key for key in arrays if not NAME.fullmatch(key)]
    if strange or not arrays:
        some = ", ".join(map(_shown, sorted(strange)[:3])) + (", ..." if len(strange) > 3 else "")
        holds = f"it holds {some}" if strange else "it holds none"
        raise WeightsError(f"{name}: arrays must be named layers.0.weight, layers.0.bias, ...; {holds}")
    layers, problems = [], []
    before: int | None = None
    for i in range(1 + max(int(NAME.fullmatch(key)[1]) for key in arrays)):  # type: ignore[index]
        weight, bias = arrays.get(f"layers.{i}.weight"), arrays.get(f"layers.{i}.bias")
        if weight is None or bias is None:
            problems.append(f"{name}: layers.{i}.{'weight' if weight is None else 'bias'} is missing")
            break
        if (
            weight.ndim != 2
            or bias.shape != weight.shape[:1]
            or (before is not None and weight.shape[1] != before)
        ):
            needed = "" if before is None else f" after a layer of {before} outputs"
            shapes = f"a weight of shape {weight.shape} and a bias of shape {bias.shape}"
            problems.append(f"{name}: layers.{i}: {shapes} do not fit{needed}")
            break
        for part, array in (("weight", weight), ("bias", bias)):
            if not np.isfinite(as_float32(array)).all():
                problems.append(f"{name}: layers.{i}.{part} holds a value that is not a finite number")
        before = weight.shape[0]
        layers.append((as_float32(weight), as_float32(bias)))
    if problems:
        raise WeightsError(problems)
    return layers
