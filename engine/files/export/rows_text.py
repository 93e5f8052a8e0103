"""The rows that a Python file trains on and is tested on, inside it while they are not too many."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.files.export.expression import VARIABLE, of_feature, variable
from engine.files.export.python_text import array, folded, indented, names_list
from engine.kernels.layout import stride
from engine.output import class_weights, target_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from engine.files.export.expression import Expression
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


TOO_MANY = "The rows are too many to stand in the file: to train, it asks for a table (--train-data)."
_TABLES_ADDED = [
    'parser.add_argument("--train-data", required=True, help="a CSV file of the rows to train on")',
    'parser.add_argument("--test-data", help="one of the rows to test on")',
]
_TABLES_GIVEN = [
    'DATA["train"] = arguments.train_data',
    "if arguments.test_data:",
    '    DATA["test"] = arguments.test_data',
]


def with_tables(main: str, embeds: bool) -> str:
    """Return the text of ``main`` that asks for tables at ``{more}`` and takes them at ``{given}``.

    It does neither where the rows stand in the file.
    """
    if embeds:
        return main.format(more="", given="")
    return main.format(more=indented(_TABLES_ADDED) + "\n", given=indented(_TABLES_GIVEN) + "\n")


def embeds(network: Portable) -> bool:
    """Tell whether the rows are few enough to stand in a file."""
    data = network.data
    width = 1 if data.classes else 4 * data.outputs
    size = data.train_inputs.nbytes + data.test_inputs.nbytes
    size += width * (len(data.train_inputs) + len(data.test_inputs))
    return size * 4 / 3 <= MOST


def embedded(network: Portable) -> dict[str, tuple[str, str]]:
    """Return inputs and targets of each part as texts; nothing where that would be too long."""
    if not embeds(network):
        return {}
    data = network.data
    parts = {
        "train": (data.train_inputs, data.train_targets),
        "test": (data.test_inputs, data.test_targets),
    }
    kind = "u1" if data.classes else "<f4"
    return {
        name: (_packed(inputs, "<f8"), _packed(targets, kind))
        for name, (inputs, targets) in parts.items()
        if len(inputs)
    }


def weights_of_classes(network: Portable) -> tuple[float, ...]:
    """Return what the samples of each class count; empty where all count the same."""
    return class_weights(network.experiment) if network.data.classes else ()


def _packed(numbers: NDArray[Any], kind: str) -> str:
    return base64.encodebytes(zlib.compress(np.ascontiguousarray(numbers, kind).tobytes())).decode()


def data_blocks(network: Portable, parts: dict[str, tuple[str, str]], tensor: str = "{}") -> list[str]:
    """Return the functions that give the rows, as tensors of what ``tensor`` makes of an array."""
    classes, weighted = network.data.classes, bool(weights_of_classes(network))
    label = "CLASSES.index(row[TARGET_NAMES[0]].strip())"
    value = "[float(row[name]) for name in TARGET_NAMES]"
    if parts:
        given = [
            "inputs, targets = DATA[part]",
            f'inputs = unpacked(inputs, "<f8").reshape(-1, {len(network.input_names)})',
            'targets = unpacked(targets, "u1")'
            if classes
            else f'targets = unpacked(targets, "<f4").reshape(-1, {network.data.outputs})',
        ]
    else:
        given = ["inputs, targets = read(DATA[part])"]
    found = [f"features({tensor.format('inputs')})"]
    found.append(tensor.format("TARGETS[targets]" if classes else "targets"))
    if weighted:
        found.append(tensor.format("CLASS_WEIGHTS[targets]"))
    third = ", targets and weights" if weighted else " and targets"
    rows = f'''\
@functools.cache
def rows_of(part):
    """Return the features{third} of the "train" or the "test" rows."""
{indented([*given, f"return {', '.join(found)}"])}
'''
    if parts:
        return [_UNPACKED, rows]
    kind = "int" if classes else "np.float32"
    targets = f"np.array([{label if classes else value} for row in table], {kind})"
    return [_READ.format(targets=targets), rows]


def feature_lines(network: Portable, module: str, write: Callable[[Expression], str]) -> list[str]:
    """Return the statements that make the features, columns of float64, of standardized inputs ``x``.

    ``module`` is what has ``stack`` and ``full_like``, ``write`` makes the text of a formula.
    """
    inputs, features = len(network.input_names), network.data.features
    if network.takes_inputs_as_they_are:
        return []
    used = sorted({int(step.value) for f in features for step in f.program if step.name == "input"})
    lines = [*(f"x{i + 1} = x[:, {i}]" for i in used), "columns = ["]
    given = tuple(variable(f"x{i + 1}") for i in range(inputs))
    for feature in features:
        formula = folded(of_feature(feature, given))
        constant = not any(node.operation == VARIABLE for node in formula.nodes())
        text = write(formula)
        lines.append(f"    {module}.full_like(x[:, 0], {text})," if constant else f"    {text},")
    return [*lines, "]", f"x = {module}.stack(columns, 1)"]


def data_numbers(network: Portable, parts: dict[str, tuple[str, str]]) -> list[str]:
    """Return the assignments of the rows and of what the classes stand for."""
    data, found = network.data, []
    if data.classes:
        classes = np.arange(len(data.classes))
        rows = target_rows(network.experiment, data, classes, network.plan)
        rows = rows.reshape(len(classes), stride(data.outputs))[:, : data.outputs]
        lines = ["# What the outputs are compared with, by class.", array("TARGETS", rows)]
        if weights := weights_of_classes(network):
            lines.append(array("CLASS_WEIGHTS", np.array(weights, np.float32)))
        found.append("\n".join(lines))
    if not parts:
        names = names_list("TARGET_NAMES", data.target_names)
        return [*found, f"{names}\nDATA = {{}}  # the rows are too many to stand here: paths of tables"]
    lines = ["DATA = {}  # inputs and targets, row after row"]
    for name, (inputs, targets) in parts.items():
        lines.append(f'DATA["{name}"] = (\n    """{inputs}""",\n    """{targets}""",\n)')
    return [*found, "\n".join(lines)]
