"""The weights as a table for a spreadsheet: one line a number."""

from __future__ import annotations

import csv
import math
import re
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import WeightsError
from engine.files.bounded import read_bounded
from engine.files.export.format import Format
from engine.files.export.numbers import as_lists, numbers_of
from engine.files.export.weight_files import ALONE, told
from engine.files.export.words import plain
from engine.files.weights import as_float32, checked_layers
from engine.tensors import PROJECTION, WEIGHT

if TYPE_CHECKING:
    from pathlib import Path

    from engine.files.export.format import Check
    from engine.files.export.portable import Portable
    from engine.snapshot import Floats
    from engine.tensors import Tensors

HEADER = ("layer", "tensor", "row", "column", "neuron", "input", "value")
MOST_NUMBERS = 1_000_000  # a spreadsheet has 1,048,576 lines
MAX_BYTES = 256 << 20
_FORMULA = tuple("=+-@\t\r")  # what a spreadsheet would take for one
_INDEX = re.compile("[0-9]{1,5}")


def render(network: Portable, check: Check) -> bytes:
    """Return the table, behind lines that begin with ``#`` and say what it is."""
    lines = [f"# {name}: {note}" for name, note in told(network, check).items()]
    lines.append(",".join(HEADER))
    for at, layer in enumerate(network.layers):
        neurons, inputs = _neurons(network, at), _inputs(network, at)
        for name, tensor in layer.tensors.items():
            takes_inputs = name in (WEIGHT, PROJECTION)
            for i, row in enumerate(as_lists(tensor)):
                start = f"{at},{name},{i}"
                neuron = neurons[i % len(neurons)]
                if takes_inputs:
                    lines += [f"{start},{j},{neuron},{inputs[j]},{value!r}" for j, value in enumerate(row)]
                else:
                    lines.append(f"{start},,{neuron},,{row!r}")
    return ("\n".join(lines) + "\n").encode()


def _neurons(network: Portable, at: int) -> list[str]:
    """Return what a layer's units are called, as cells."""
    if at == len(network.layers) - 1:
        return [_cell(name) for name in network.output_names]
    return [_cell(f"layer {at + 1}, neuron {i + 1}") for i in range(network.layers[at].units)]


def _inputs(network: Portable, at: int) -> list[str]:
    return _neurons(network, at - 1) if at else [_cell(label) for label in network.data.feature_labels]


def _cell(text: str) -> str:
    """Return a text in quotes, so that no # in it begins a comment, and no spreadsheet computes it."""
    text = plain(text)
    quoted = ("'" + text if text.startswith(_FORMULA) else text).replace('"', '""')
    return f'"{quoted}"'


def read_table(path: Path) -> Tensors:
    """Read the weights back, in whatever order the lines are.

    Raises
    ------
    WeightsError
        With a sentence for what is wrong.
    """
    try:
        content = read_bounded(path, MAX_BYTES)
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from error
    if content is None:
        raise WeightsError(f"{path.name}: larger than {MAX_BYTES >> 20} MB")
    try:
        text = content.decode("utf-8-sig")
        cells = _cells(path.name, text)
    except UnicodeDecodeError as error:
        raise WeightsError(f"{path.name}: not UTF-8 text (byte {error.start})") from error
    except csv.Error as error:
        raise WeightsError(f"{path.name}: not a readable table ({error})") from error
    return checked_layers(path.name, {name: _array(path.name, name, found) for name, found in cells.items()})


def _cells(name: str, text: str) -> dict[str, dict[tuple[int, ...], float]]:
    """Return by tensor and place the numbers."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    reader = csv.reader(lines, strict=True)
    if tuple(next(reader, ())) != HEADER:
        raise WeightsError(f"{name}: the columns must be {', '.join(HEADER)}")
    found: dict[str, dict[tuple[int, ...], float]] = {}
    for number, row in enumerate(reader, 1):
        place = f"{name}, row {number} of the table"
        if len(row) != len(HEADER):
            raise WeightsError(f"{place}: {len(row)} cells, but the header has {len(HEADER)}")
        layer, tensor, *indices, _, _, value = row
        places = [index for index in indices if index]
        if not indices[0] or not all(map(_INDEX.fullmatch, (layer, *places))):
            raise WeightsError(f"{place}: layer, row and column must be whole numbers, counted from 0")
        cells = found.setdefault(f"layers.{layer}.{tensor}", {})
        key = tuple(map(int, places))
        if key in cells:
            raise WeightsError(f"{place}: this number stands twice in the table")
        cells[key] = _value(place, value)
    return found


def _value(place: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise WeightsError(f"{place}: {plain(text[:40])!r} is not a finite number")
    return value


def _array(name: str, tensor: str, cells: dict[tuple[int, ...], float]) -> Floats:
    """Return the array of a tensor all of whose numbers are there."""
    axes = {len(place) for place in cells}
    shape = tuple(1 + max(axis) for axis in zip(*cells, strict=False)) if len(axes) == 1 else ()
    if math.prod(shape) != len(cells):
        raise WeightsError(f"{name}: {plain(tensor[:60])}: not all of its numbers are in the table")
    array = np.empty(shape)
    array[tuple(zip(*cells, strict=True))] = list(cells.values())
    return as_float32(array)


def _problems(network: Portable) -> tuple[str, ...]:
    numbers = numbers_of(network)
    if numbers <= MOST_NUMBERS:
        return ()
    return (
        f"the network has {numbers:,} numbers, more than the {MOST_NUMBERS:,} lines that a spreadsheet is "
        "good for; use .npz",
    )


FORMAT = Format(
    ".csv",
    "Table of weights",
    "One line a weight, with its layer, neuron and input by name: for spreadsheets and statistics.",
    render,
    None,
    problems=_problems,
    notes=lambda network: (ALONE,),
    read=read_table,
)
