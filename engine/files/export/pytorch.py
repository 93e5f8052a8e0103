"""A network as one Python file for PyTorch that predicts, and that goes on with the training."""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING

import numpy as np

from engine import __version__
from engine.counted import counted
from engine.files.export.children import run_python
from engine.files.export.format import Format
from engine.files.export.numbers import numbers_of, too_many
from engine.files.export.python_text import FLOATS, MAIN, MOST_NUMBERS, array, docstring, loading, names_block
from engine.files.export.rows_text import TOO_MANY, data_blocks, data_numbers, embedded, embeds
from engine.files.export.torch_model import model_blocks
from engine.files.export.torch_optimizers import memory_of, vectors_remembered
from engine.files.export.torch_steps import frozen_links
from engine.files.export.torch_training import constants, training_blocks
from engine.files.export.words import listed, outputs_told, plain

if TYPE_CHECKING:
    from pathlib import Path

    from engine.files.export.format import Check
    from engine.files.export.portable import Portable
    from engine.floats import Floats


def render(network: Portable, check: Check) -> bytes:
    """Return the module."""
    rows = embedded(network)
    numbers = _numbers(network, rows)
    blocks = [
        *model_blocks(network),
        *data_blocks(network, rows, "torch.tensor({})"),
        *training_blocks(network, bool(rows)),
    ]
    if any("floats(" in text for text in numbers):
        blocks.append(FLOATS)
    code = "\n\n".join(block.strip("\n") + "\n" for block in blocks)
    standard = [
        name
        for name in ("argparse", "base64", "csv", "functools", "math", "zlib")
        if f"{name}." in code + "\n".join(numbers)
    ]
    head = [
        f'"""{docstring(_told(network, check))}\n"""',
        "\n".join(f"import {name}" for name in standard),
        "import numpy as np\nimport torch\nfrom torch import nn",
        "\n".join([*names_block(network), *constants(network)]),
    ]
    return ("\n\n".join(head) + "\n\n\n" + code + "\n\n" + "\n\n".join(numbers) + "\n\n" + MAIN).encode()


def _told(network: Portable, check: Check) -> str:
    """Return what the module says of itself."""
    lines = [
        f"{plain(network.title)}: a neural network that was trained with Unfold {__version__}, in PyTorch.",
        "",
        *loading(network, ".torch.py"),
        "To go on with its training, with the same data, optimizer and schedule:",
        "",
        "    python network.torch.py --epochs 10 --save trained.pt",
        "",
        f"Inputs: {listed(network.input_names)}; raw, as the data have them.",
        f"Outputs: {outputs_told(network)}.",
        f"Trained for {counted(network.epoch, 'epoch')}, {counted(network.step, 'step')}.",
        *notes(network),
        check.text,
    ]
    return "\n".join(lines)


def _numbers(network: Portable, rows: dict[str, tuple[str, str]]) -> list[str]:
    """Return everything of a network and a run that is no code."""
    data = network.data
    parts = []
    if network.standardizes:
        parts.append(
            f"INPUT_MEAN = np.array({data.mean.tolist()})\nINPUT_SCALE = np.array({data.scale.tolist()})"
        )
    lines = ["STATE = {}  # by the names of PyTorch's state_dict"]
    for i, layer in enumerate(network.layers):
        lines += [array(f'STATE["layers.{i}.{name}"]', tensor) for name, tensor in layer.tensors.items()]
    parts.append("\n".join(lines))
    memory = memory_of(network)
    if memory:
        lines = ["MEMORY = {}  # what the optimizer keeps of every parameter, one after the other"]
        lines += [array(f'MEMORY["{name}"]', np.asarray(flat, np.float32)) for name, flat in memory.items()]
        parts.append("\n".join(lines))
    if frozen := frozen_links(network):
        lines = ["FROZEN = {  # single weights that stay as they are: rows and columns"]
        lines += [f'    "{name}": {places},' for name, places in frozen.items()]
        parts.append("\n".join([*lines, "}"]))
    return [*parts, *data_numbers(network, rows)]


def problems(network: Portable) -> tuple[str, ...]:
    """Return what keeps a network and what its optimizer remembers from being a module."""
    remembered = numbers_of(network) * vectors_remembered(network)
    return too_many(network, MOST_NUMBERS, "a Python file", ".onnx or .safetensors", remembered)


def notes(network: Portable) -> tuple[str, ...]:
    """Return what the file computes in another way than the engine would."""
    training = network.experiment.training
    random = [
        *(["the order of the rows"] if training.shuffle and not training.optimizer.full_batch else []),
        *(["dropout"] if any(layer.dropout for layer in network.experiment.network.layers) else []),
        *(["input noise"] if training.input_noise else []),
    ]
    found = []
    if random:
        found.append(f"Training goes on with other random numbers than in Unfold: {', '.join(random)}.")
    if network.batch:
        found.append("Training goes on with a new epoch: Unfold stood in the middle of one.")
    if any(value is not None for name, value in training.stop if name != "restore_best"):
        found.append("The stop rules are left out: the script trains as long as it is told to.")
    if not embeds(network):
        found.append(TOO_MANY)
    return tuple(found)


def run(path: Path, inputs: Floats) -> tuple[Floats, str]:
    """Import the module in another process and call its ``predict``."""
    found = run_python(path, inputs, "torch")
    return found, f"PyTorch {importlib.metadata.version('torch')}"


FORMAT = Format(
    ".torch.py",
    "PyTorch",
    "One file for PyTorch: a module with its weights, predict(X), and a script that continues the training.",
    render,
    run,
    problems=problems,
    notes=notes,
)
