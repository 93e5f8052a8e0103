"""Named arrays in the bytes of ``.npz`` and ``.safetensors`` files, which are never taken at their word."""

from __future__ import annotations

import io
import json
import math
import struct
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.counted import counted
from engine.errors import WeightsError
from engine.files.bounded import content_of
from engine.sentences import shown

if TYPE_CHECKING:
    from pathlib import Path

Arrays = dict[str, NDArray[Any]]

MAX_BYTES = 640 << 20  # the largest network there can be, of maxout with eight pieces, takes 600 MB
MOST_NUMBERS = MAX_BYTES // 4  # in a file; of short types more would fit, and be four times as large here
MOST_ARRAYS = 10_000  # in a file; the largest network here has 136, an optimizer's memory with it 4,000
# Weights hardly compress: what unpacks to so many times its size, and to more than so much, is a bomb.
BOMB_RATIO, BOMB_BYTES = 20, 64 << 20
NEEDLESS = "which no network here needs"

NPY_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
_MEMBER = b"PK\x01\x02"  # begins the entry of a member in a zip archive's list

# The types of safetensors; a bfloat16 is the upper half of a float32.
TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2"}
TYPES |= {"I8": "|i1", "U8": "|u1", "U16": "<u2", "U32": "<u4", "U64": "<u8", "BOOL": "|b1", "C64": "<c8"}
_LENGTH = struct.Struct("<Q")  # of the header, at the begin of the file
MAX_HEADER = 100_000_000  # bytes, as the format has it
MOST_QUOTES = 12 * MOST_ARRAYS  # an array takes ten: its name, its type, and the names of what it says
MOST_COMMAS = 4_000_000  # the most points or links that an experiment in it can have take half as many


def network_file(path: Path) -> bytes:
    """Return the content of a file that may hold a network.

    Raises
    ------
    WeightsError
        Where it cannot be read, or is larger than that of any network.
    """
    return content_of(path, MAX_BYTES, WeightsError, NEEDLESS)


def arrays_of(name: str, suffix: str, data: bytes, most: int = MOST_NUMBERS) -> Arrays:
    """Parse the content of a file.

    Parameters
    ----------
    name : str
        The file's, with which sentences begin.
    suffix : {".npz", ".safetensors"}
        What it should be.
    data : bytes
        Its content.
    most : int, optional
        How many numbers there may be.

    Returns
    -------
    dict of str to array
        Whole numbers and floats, as they are; those of bfloat16 as float32.

    Raises
    ------
    WeightsError
        With one sentence for why it cannot be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the syntax of a damaged header
            return _read_npz(name, data, most) if suffix == ".npz" else _read_safetensors(name, data, most)
    except WeightsError:
        raise
    except Exception as error:  # the parsers raise many kinds on damaged files; each means the same to a user
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        if suffix == ".safetensors":  # whose parser speaks of itself: "Error while deserializing: ..."
            reason = "it is damaged or cut short"
        raise WeightsError(f"{name}: not a readable {suffix} file ({shown(reason, 100)})") from error


def metadata_of(data: bytes) -> dict[str, str]:
    """Return the metadata of a safetensors file that `arrays_of` has read."""
    (size,) = _LENGTH.unpack_from(data)
    return json.loads(data[_LENGTH.size : _LENGTH.size + size]).get("__metadata__") or {}


def bfloat16(array: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Return numbers of the upper half of a float32 each."""
    wide = array.astype(np.uint32)
    wide <<= 16
    return wide.view(np.float32)


def _read_npz(name: str, data: bytes, most: int) -> Arrays:
    arrays: Arrays = {}
    if data.count(_MEMBER) > MOST_ARRAYS:  # to parse so many would take gigabytes
        raise WeightsError(f"{name}: holds more than {MOST_ARRAYS:,} arrays, {NEEDLESS}")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        # A zip bomb declares itself here, and no more than what is declared is ever unpacked.
        size = sum(entry.file_size for entry in archive.infolist())
        if size > max(BOMB_BYTES, BOMB_RATIO * len(data)) and size <= MAX_BYTES:
            raise WeightsError(f"{name}: unpacks to {size >> 20} MB from far less, which no weights do")
        if size > MAX_BYTES:
            raise WeightsError(f"{name}: unpacks to over {MAX_BYTES >> 20} MB, {NEEDLESS}")
        for entry in archive.infolist():
            member = entry.filename.removesuffix(".npy")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                # Those of the others unpack all that they are given at once, whatever it comes to.
                raise WeightsError(f"{name}: {shown(member)} is compressed in a way that NumPy does not use")
            if member in arrays:
                raise WeightsError(f"{name}: the array {shown(member)} stands in it twice")
            with archive.open(entry) as file:
                arrays[member] = _read_npy(f"{name}: {shown(member)}", file.read(entry.file_size))
    _check_count(name, sum(array.size for array in arrays.values()), most)
    return arrays


def _read_npy(place: str, data: bytes) -> NDArray[Any]:
    """Parse one array, without unpickling and without taking the header's word for its size."""
    file = io.BytesIO(data)
    shape, by_columns, dtype = NPY_HEADERS[np.lib.format.read_magic(file)](file)
    _check_numbers(place, dtype)
    needed, left = math.prod(shape) * dtype.itemsize, len(data) - file.tell()
    if needed != left:
        raise WeightsError(f"{place}: its shape {shown(str(shape))} does not fit its {counted(left, 'byte')}")
    flat = np.frombuffer(data, dtype, offset=file.tell()) if left else np.empty(0, dtype)
    return flat.reshape(shape, order="F" if by_columns else "C")


def _read_safetensors(name: str, data: bytes, most: int) -> Arrays:
    from safetensors import deserialize

    _check_header(name, data)
    arrays: Arrays = {}
    members = deserialize(data)  # type: ignore[no-untyped-call]
    _check_count(name, sum(math.prod(found["shape"]) for _, found in members), most)
    for member, found in members:
        place, kind = f"{name}: {shown(member)}", found["dtype"]
        if kind not in TYPES:
            raise WeightsError(f"{place}: holds numbers of the type {kind}; save them as float32 (F32)")
        array = np.frombuffer(found["data"], TYPES[kind]).reshape(found["shape"])
        _check_numbers(place, array.dtype)
        arrays[member] = bfloat16(array) if kind == "BF16" else array
    return arrays


def _check_header(name: str, data: bytes) -> None:
    """Refuse far too many arrays, notes or numbers by counting, since to parse them would take gigabytes."""
    begin = _LENGTH.size
    (size,) = _LENGTH.unpack_from(data)
    if size > MAX_HEADER:
        return  # it is refused before it is parsed
    end = begin + size
    # Those of an experiment in the metadata are escaped; any other string has at least one that is not.
    quotes = data.count(b'"', begin, end) - data.count(b'\\"', begin, end)
    if quotes > MOST_QUOTES or data.count(b",", begin, end) > MOST_COMMAS:
        raise WeightsError(f"{name}: describes more than {MOST_ARRAYS:,} arrays, {NEEDLESS}")


def _check_count(name: str, count: int, most: int) -> None:
    if count > most:
        raise WeightsError(f"{name}: holds more than {most:,} numbers, {NEEDLESS}")


def _check_numbers(place: str, dtype: np.dtype[Any]) -> None:
    if dtype.kind not in "fiu":
        raise WeightsError(f"{place}: must hold numbers, not {dtype.name}")
