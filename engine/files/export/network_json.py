"""A network as one JSON document that says all of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import __version__
from engine.catalog.entry import MOST_COUNTED
from engine.errors import ExperimentError, WeightsError
from engine.files.bounded import content_of
from engine.files.export.format import Format
from engine.files.export.network_document import FORMAT as NAME
from engine.files.export.network_document import VERSION
from engine.files.export.network_reader import from_document, program_of
from engine.files.export.numbers import as_lists, too_many
from engine.files.export.portable import evaluate
from engine.files.export.weight_files import portable_experiment
from engine.files.json_document import parse_object, version_of
from engine.kernels.layout import EPSILON

if TYPE_CHECKING:
    from pathlib import Path

    from engine.files.export.format import Check
    from engine.files.export.portable import Portable, PortableLayer
    from engine.floats import Floats

MOST_NUMBERS = 2_000_000
MOST_VALUES, MOST_LISTS = 2 * MOST_NUMBERS, MOST_NUMBERS // 2
MAX_BYTES = 128 << 20
WIDTH = 100


def to_document(network: Portable, check: Check) -> dict[str, Any]:
    """Return the network as a document."""
    data = network.data
    meaning = "probability" if data.classes else "value"
    document = {
        "format": NAME,
        "version": VERSION,
        "program": f"Unfold {__version__}",
        "title": network.title,
        "check": check.document(),
        "epochs": min(network.epoch, MOST_COUNTED),
        "steps": min(network.step, MOST_COUNTED),
        "inputs": [
            {"name": name, "mean": float(mean), "scale": float(scale), "low": low, "high": high}
            for name, mean, scale, (low, high) in zip(
                data.input_names, data.mean, data.scale, data.extent, strict=True
            )
        ],
        "features": [
            {"formula": feature.text, "label": label, "program": program_of(feature)}
            for feature, label in zip(data.features, data.feature_labels, strict=True)
        ],
        "layers": [_layer(layer) for layer in network.layers],
        "outputs": [{"name": name, "meaning": meaning} for name in network.output_names],
        "classes": list(data.classes),
        "rescale": None,
        "experiment": portable_experiment(network).document(),
    }
    if network.bounds is not None:
        document["rescale"] = dict(zip(("low", "high"), network.bounds, strict=True))
    return document


def _layer(layer: PortableLayer) -> dict[str, Any]:
    return {
        "units": layer.units,
        "activation": layer.activation.model_dump(mode="json"),
        "normalization": layer.normalization,
        "epsilon": EPSILON,
        "residual": layer.residual,
        "muted": list(layer.muted),
        "tensors": {name: as_lists(tensor) for name, tensor in layer.tensors.items()},
    }


def render(network: Portable, check: Check) -> bytes:
    """Return the document as JSON, a row of numbers a line."""
    return (_text(to_document(network, check)) + "\n").encode()


def _text(value: Any, indent: str = "") -> str:
    """Return JSON with what is short in one line, and lists of numbers always."""
    inside = indent + "  "
    if isinstance(value, dict) and value:
        parts = [f"{inside}{json.dumps(key)}: {_text(part, inside)}" for key, part in value.items()]
        return _bracketed("{", parts, "}", indent)
    if isinstance(value, list) and any(isinstance(part, list | dict) for part in value):
        return _bracketed("[", [inside + _text(part, inside) for part in value], "]", indent)
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _bracketed(left: str, parts: list[str], right: str, indent: str) -> str:
    if len(parts) < WIDTH and not any("\n" in part for part in parts):
        line = f"{left}{', '.join(part.lstrip() for part in parts)}{right}"
        if len(line) <= WIDTH - len(indent):
            return line
    return f"{left}\n" + ",\n".join(parts) + f"\n{indent}{right}"


def read_portable(path: Path) -> Portable:
    """Read a network from its document.

    Raises
    ------
    WeightsError
        With one sentence for everything that is wrong.
    """
    content = content_of(path, MAX_BYTES, WeightsError)
    try:
        text = content.decode("utf-8-sig")
        # What they would become in memory is a multiple of the file.
        if text.count(",") > MOST_VALUES or text.count("[") + text.count("{") > MOST_LISTS:
            raise WeightsError(
                f"holds over {MOST_VALUES:,} values, more than a network that JSON is good for"
            )
        document = parse_object(text)
        _check_version(document)
        return from_document(document)
    except UnicodeDecodeError as error:
        raise WeightsError(f"{path.name}: not UTF-8 text (byte {error.start})") from error
    except (ExperimentError, WeightsError) as error:
        raise WeightsError(f"{path.name}: {problem}" for problem in error.problems) from error


def _check_version(document: dict[str, Any]) -> None:
    if document.get("format") != NAME:
        raise WeightsError(f'format: must be "{NAME}", which holds a trained network')
    version_of(document, VERSION)


def run(path: Path, inputs: Floats) -> tuple[Floats, str]:
    """Read the document and compute what it says."""
    return evaluate(read_portable(path), inputs), f"NumPy {np.__version__}"


FORMAT = Format(
    ".json",
    "JSON",
    "All of the network in one documented text file, for programs in any language.",
    render,
    run,
    problems=lambda network: too_many(network, MOST_NUMBERS, "JSON", ".safetensors"),
)
