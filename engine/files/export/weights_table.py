"""The weights as a table for a spreadsheet: one line a number."""

from __future__ import annotations

import csv
import io
import math
import re
from array import array
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.errors import WeightsError
from engine.files.bounded import content_of
from engine.files.export.format import Format
from engine.files.export.numbers import as_lists, too_many
from engine.files.export.weight_files import ALONE, told
from engine.files.export.words import plain
from engine.files.weights import checked_layers
from engine.floats import as_float32
from engine.tensors import PROJECTION, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine.files.export.format import Check
    from engine.files.export.portable import Portable
    from engine.floats import Floats
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
    content = content_of(path, MAX_BYTES, WeightsError)
    try:
        cells = _cells(path.name, io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline=""))
    except UnicodeDecodeError as error:
        raise WeightsError(f"{path.name}: not UTF-8 text (byte {error.start})") from error
    except csv.Error as error:
        raise WeightsError(f"{path.name}: not a readable table ({error})") from error
    return checked_layers(path.name, {name: _array(path.name, name, found) for name, found in cells.items()})


class _Cells(NamedTuple):
    """The numbers of a tensor and where they belong, the column -1 where a line has none."""

    rows: array[int]
    columns: array[int]
    values: array[float]


def _cells(name: str, lines: Iterable[str]) -> dict[str, _Cells]:
    """Return the numbers of every tensor."""
    reader = csv.reader((line for line in lines if line.strip() and not line.startswith("#")), strict=True)
    if tuple(next(reader, ())) != HEADER:
        raise WeightsError(f"{name}: this is no table of weights: the columns must be {', '.join(HEADER)}")
    found: dict[str, _Cells] = {}
    for number, cells in enumerate(reader, 1):
        place = f"{name}, row {number} of the table"
        if number > MOST_NUMBERS:
            raise WeightsError(f"{name}: has over {MOST_NUMBERS:,} lines, more than are ever written")
        if len(cells) != len(HEADER):
            raise WeightsError(f"{place}: {len(cells)} cells, but the header has {len(HEADER)}")
        layer, tensor, row, column, _, _, value = cells
        if not all(map(_INDEX.fullmatch, (layer, row, column or "0"))):
            raise WeightsError(f"{place}: layer, row and column must be whole numbers, counted from 0")
        key = f"layers.{layer}.{tensor}"
        if key not in found:
            found[key] = _Cells(array("q"), array("q"), array("d"))
        found[key].rows.append(int(row))
        found[key].columns.append(int(column) if column else -1)
        found[key].values.append(_value(place, value))
    return found


def _value(place: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise WeightsError(f"{place}: {plain(text[:40])!r} is not a finite number")
    return value


def _array(name: str, tensor: str, cells: _Cells) -> Floats:
    """Return the array of a tensor all of whose numbers are there."""
    place = f"{name}: {plain(tensor[:60])}"
    rows, columns = np.array(cells.rows), np.array(cells.columns)
    is_vector, shape = (columns < 0).all(), (int(rows.max()) + 1, int(columns.max()) + 1)
    if is_vector:
        columns, shape = columns + 1, (shape[0], 1)
    if (columns < 0).any() or math.prod(shape) > len(rows):
        raise WeightsError(f"{place}: not all of its numbers are in the table")
    found = np.full(shape, np.nan)
    found[rows, columns] = cells.values
    if np.isnan(found).any() or math.prod(shape) < len(rows):
        raise WeightsError(f"{place}: a number stands twice in the table")
    return as_float32(found[:, 0] if is_vector else found)


FORMAT = Format(
    ".csv",
    "Table of weights",
    "One line a weight, with its layer, neuron and input by name: for spreadsheets and statistics.",
    render,
    None,
    problems=lambda network: too_many(network, MOST_NUMBERS, "a spreadsheet", ".npz"),
    notes=lambda network: (ALONE,),
    read=read_table,
)
