"""The rows of a PyTorch file: what it trains on and is tested on, inside it while they are not too many."""

from __future__ import annotations

import base64
import functools
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.files.export.python_text import array, names_list
from engine.files.export.torch_text import indented
from engine.kernels.layout import stride
from engine.output import class_weights, target_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.data import PreparedData
    from engine.files.export.portable import Portable

MOST = 20_000_000  # characters of rows in a file

_UNPACKED = '''\
def unpacked(text, kind):
    """Return the numbers of a compressed text in base64."""
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), kind)
'''

_READ = '''\
def read(path):
    """Return inputs and targets of a table: a CSV file whose first line names the columns."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        table = list(csv.DictReader(file, skipinitialspace=True))
    inputs = np.array([[float(row[name]) for name in INPUTS] for row in table])
    return inputs, {targets}
'''


def embedded(network: Portable) -> dict[str, tuple[str, str]]:
    """Return inputs and targets of each part as texts; nothing where that would be too long."""
    return _embedded(network.data)


@functools.lru_cache(maxsize=1)  # a file is written twice, and told about
def _embedded(data: PreparedData) -> dict[str, tuple[str, str]]:
    parts = {
        "train": (data.train_inputs, data.train_targets),
        "test": (data.test_inputs, data.test_targets),
    }
    kind = "u1" if data.classes else "<f4"
    if data.train_inputs.nbytes + data.test_inputs.nbytes > 4 * MOST:
        return {}
    packed = {
        name: (_packed(inputs, "<f8"), _packed(targets, kind))
        for name, (inputs, targets) in parts.items()
        if len(inputs)
    }
    return packed if sum(len(text) for texts in packed.values() for text in texts) <= MOST else {}


def _packed(numbers: NDArray[Any], kind: str) -> str:
    return base64.encodebytes(zlib.compress(np.ascontiguousarray(numbers, kind).tobytes())).decode()


def data_blocks(network: Portable, parts: dict[str, tuple[str, str]]) -> list[str]:
    """Return the functions that give the rows."""
    classes, weighted = network.data.classes, bool(class_weights(network.experiment))
    found = ["features(inputs)", "torch.tensor(TARGETS)[labels]" if classes else "targets"]
    if weighted:
        found.append("torch.tensor(CLASS_WEIGHTS)[labels]")
    if parts:
        inputs, outputs = len(network.input_names), network.data.outputs
        given = [
            "inputs, targets = DATA[part]",
            f'inputs = torch.tensor(unpacked(inputs, "<f8").reshape(-1, {inputs}))',
            'labels = torch.tensor(unpacked(targets, "u1")).long()'
            if classes
            else f'targets = torch.tensor(unpacked(targets, "<f4").reshape(-1, {outputs}))',
        ]
    else:
        last = "labels = torch.tensor(targets)" if classes else "targets = torch.tensor(targets).float()"
        given = ["inputs, targets = read(DATA[part])", "inputs = torch.tensor(inputs)", last]
    third = ", targets and weights" if weighted else " and targets"
    rows = f'''\
@functools.cache
def rows_of(part):
    """Return the features{third} of the "train" or the "test" rows."""
{indented([*given, f"return {', '.join(found)}"])}
'''
    if parts:
        return [_UNPACKED, rows]
    values = "np.array([[float(row[name]) for name in TARGET_NAMES] for row in table])"
    if classes:
        values = "np.array([CLASSES.index(row[TARGET_NAMES[0]].strip()) for row in table])"
    return [_READ.format(targets=values), rows]


def data_numbers(network: Portable, parts: dict[str, tuple[str, str]]) -> list[str]:
    """Return the assignments of the rows and of what the classes stand for."""
    data, found = network.data, []
    if data.classes:
        classes = np.arange(len(data.classes))
        rows = target_rows(network.experiment, data, classes, network.plan)
        rows = rows.reshape(len(classes), stride(data.outputs))[:, : data.outputs]
        lines = ["# What the outputs are compared with, by class.", array("TARGETS", rows)]
        if weights := class_weights(network.experiment):
            lines.append(array("CLASS_WEIGHTS", np.array(weights, np.float32)))
        found.append("\n".join(lines))
    if not parts:
        names = names_list("TARGET_NAMES", data.target_names)
        return [*found, f"{names}\nDATA = {{}}  # the rows are too many to stand here: paths of tables"]
    lines = ["DATA = {}  # inputs and targets, row after row"]
    for name, (inputs, targets) in parts.items():
        lines.append(f'DATA["{name}"] = (\n    """{inputs}""",\n    """{targets}""",\n)')
    return [*found, "\n".join(lines)]
