"""Networks as ONNX files, run as their users run them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime

from engine import Experiment, Trainer
from engine.files.export.comparison import largest_difference, points_of
from engine.files.export.portable import portable
from engine.files.export.verify import export

if TYPE_CHECKING:
    from pathlib import Path

onnxruntime.set_default_logger_severity(4)  # of constants that are folded to infinity and the like


def trained(document: dict[str, Any], epochs: int = 2) -> Trainer:
    trainer = Trainer(Experiment.parse(document))
    trainer.advance(epochs=epochs)
    return trainer


def layered(*layers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"data": "rings", "network": {"layers": list(layers)}, **more}


def session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])


def exported(trainer: Trainer, folder: Path) -> onnx.ModelProto:
    """Export, compare what onnxruntime makes of the file with the engine, and return it."""
    path = folder / "network.onnx"
    network = portable(trainer)
    done = export(path, network, trainer.predict)
    assert done.check.difference is not None and done.check.consumer.startswith("onnx.reference ")
    inputs = points_of(network)
    name = "probabilities" if network.data.classes else "values"
    found = session(path).run([name], {"inputs": inputs})[0]
    assert found.dtype == np.float32
    expected = trainer.predict(inputs)
    assert found.shape == expected.shape
    assert largest_difference(found, expected) <= 1e-5
    return onnx.load_model_from_string(path.read_bytes())


def operators(model: onnx.ModelProto) -> list[str]:
    return [node.op_type for node in model.graph.node]


def names(model: onnx.ModelProto) -> list[str]:
    return [node.name for node in model.graph.node]


def metadata(model: onnx.ModelProto) -> dict[str, str]:
    return {entry.key: entry.value for entry in model.metadata_props}
