"""A network as one Python file for Keras 3 that predicts, and trains on."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from typing import TYPE_CHECKING

from engine import __version__
from engine.catalog.optimizers import Sgd
from engine.catalog.schedules import Constant, Plateau
from engine.counted import counted
from engine.files.export.children import run_python
from engine.files.export.format import Format, Unavailable
from engine.files.export.keras_compile import DECAYING, ELSEWHERE
from engine.files.export.keras_model import model_blocks, weights
from engine.files.export.keras_training import constants, training_blocks
from engine.files.export.numbers import too_many
from engine.files.export.python_text import (
    FLOATS,
    MAIN,
    MOST_NUMBERS,
    array,
    docstring,
    doubles,
    loading,
    names_block,
)
from engine.files.export.rows_text import TOO_MANY, data_blocks, data_numbers, embedded, embeds
from engine.files.export.torch_steps import described_layers, frozen_links
from engine.files.export.words import listed, outputs_told, plain

if TYPE_CHECKING:
    from pathlib import Path

    from engine.files.export.format import Check
    from engine.files.export.portable import Portable
    from engine.floats import Floats

# By what must be there for them, the fastest to start first.  That of NumPy needs JAX too, and squares what
# it normalizes a layer by before it takes the mean off, which costs digits.
BACKENDS = ("torch", "jax", "tensorflow")

_CHOICE = """\
# Keras computes with the backend that KERAS_BACKEND names, or else with the first of these that is installed.
if "keras" not in sys.modules:
    wanted = os.environ.get("KERAS_BACKEND")
    installed = [
        name for name in ([wanted] if wanted else [{backends}]) if importlib.util.find_spec(name)
    ]
    if not installed or not importlib.util.find_spec("keras"):
        problem = "this needs Keras 3 and a backend for it: install keras, and torch, jax or tensorflow"
        if wanted and not installed:
            problem = f"KERAS_BACKEND asks for {{wanted}}, which is not installed"
        raise (SystemExit if __name__ == "__main__" else ImportError)(problem)
    os.environ["KERAS_BACKEND"] = installed[0]
"""


def render(network: Portable, check: Check) -> bytes:
    """Return the module."""
    rows = embedded(network)
    lines = ["WEIGHTS = {}  # by the paths of the model's weights"]
    lines += [array(f'WEIGHTS["{path}"]', tensor) for path, tensor in weights(network)]
    numbers = ["\n".join(lines), *data_numbers(network, rows)]
    if network.standardizes:
        mean, scale = network.data.mean, network.data.scale
        numbers.insert(0, doubles("INPUT_MEAN", mean) + "\n" + doubles("INPUT_SCALE", scale))
    blocks = [*model_blocks(network), *data_blocks(network, rows), *training_blocks(network, bool(rows))]
    if any("floats(" in text for text in numbers):
        blocks.append(FLOATS)
    choice = _CHOICE.format(backends=", ".join(f'"{name}"' for name in BACKENDS))
    code = "\n\n".join(block.strip("\n") + "\n" for block in blocks)
    standard = ("argparse", "base64", "csv", "functools", "importlib.util", "math", "os", "sys", "zlib")
    names = [
        *names_block(network),
        *constants(network),
    ]
    head = [
        f'"""{docstring(_told(network, check))}\n"""',
        "\n".join(f"import {name}" for name in standard if f"{name}." in choice + code),
        "import numpy as np",
        choice,
        "import keras\nfrom keras import layers, ops",
        "\n".join(names),
    ]
    return (
        "\n\n".join(part.strip("\n") for part in head)
        + "\n\n\n"
        + code
        + "\n\n"
        + "\n\n".join(numbers)
        + "\n\n"
        + MAIN
    ).encode()


def _told(network: Portable, check: Check) -> str:
    """Return what the module says of itself."""
    return "\n".join(
        [
            f"{plain(network.title)}: a neural network that was trained with Unfold {__version__}, in Keras.",
            "",
            *loading(network, ".keras.py"),
            "To train on, with the same data:",
            "",
            "    python network.keras.py --epochs 10 --save trained.keras",
            "",
            f"Inputs: {listed(network.input_names)}; raw, as the data have them.",
            f"Outputs: {outputs_told(network)}.",
            "The losses it prints are those after an epoch without penalties and dropout, as in Unfold.",
            f"Trained for {counted(network.epoch, 'epoch')}, {counted(network.step, 'step')}.",
            *notes(network),
            check.text,
        ]
    )


def notes(network: Portable) -> tuple[str, ...]:
    """Return how training in Keras differs."""
    training = network.experiment.training
    entry, rates, schedule = training.optimizer, training.regularizer.rates(), training.schedule
    pairs = zip(described_layers(network), network.layers, strict=True)
    batches = [spec for spec, layer in pairs if layer.normalization == "batch"]
    steady = isinstance(schedule, Constant) and not schedule.warmup
    gathers = isinstance(entry, Sgd) and entry.momentum and entry.form == "gradient"
    clips = training.gradient_clip is not None and training.gradient_clip_value is not None
    said = [
        (entry.full_batch, f"Keras has no {entry.label}: training goes on with its Adam."),
        (network.step and network.optimizer_state, "What the optimizer remembers begins anew."),
        (entry.kind in ELSEWHERE, f"Keras adds the epsilon of {entry.label} at another place."),
        (
            gathers and not steady,
            "Keras's momentum gathers steps, not gradients, which differs where the learning rate changes.",
        ),
        (
            isinstance(schedule, Plateau),
            "Keras's plateau takes any lower loss for better, penalties included.",
        ),
        (isinstance(schedule, Plateau) and schedule.warmup, "The warm-up of the plateau is left out."),
        (rates.shrink, "Keras follows the slope of the L1 penalty, which leaves no weight at exactly 0."),
        (
            rates.decay and entry.kind in DECAYING,
            f"The weight decay is left out: {entry.label} has one of its own.",
        ),
        (clips, "Gradients are clipped by their norm alone: Keras does one of the two."),
        (frozen_links(network), "Single weights that are frozen or muted are trained in Keras."),
        (batches, "Keras's running variance is that of the batch, not the unbiased one."),
        (
            any(layer.normalization == "layer" for layer in network.layers),
            "Keras's numpy backend has few digits in layer normalization: take another.",
        ),
        (any(spec.frozen for spec in batches), "A frozen batch normalization keeps its statistics in Keras."),
        (
            any(value is not None for name, value in training.stop if name != "restore_best"),
            "The stop rules are left out: the script trains as long as it is told to.",
        ),
        (not embeds(network), TOO_MANY),
    ]
    return tuple(text for holds, text in said if holds)


def run(path: Path, inputs: Floats) -> tuple[Floats, str]:
    """Import the module in another process and call its ``predict``."""
    for backend in BACKENDS:
        if importlib.util.find_spec(backend) is not None:
            found = run_python(path, inputs, "keras", {"KERAS_BACKEND": backend})
            return found, f"Keras {importlib.metadata.version('keras')} ({backend} backend)"
    raise Unavailable("Keras has no backend here: one of JAX, PyTorch and TensorFlow")


FORMAT = Format(
    ".keras.py",
    "Keras",
    "One file for Keras 3, whatever the backend: a model with its weights, predict(X), and a call of fit.",
    render,
    run,
    problems=lambda network: too_many(network, MOST_NUMBERS, "a Python file", ".onnx or .safetensors"),
    notes=notes,
)
