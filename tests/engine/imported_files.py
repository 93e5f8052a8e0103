"""Files of networks that were made elsewhere, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save

from engine.errors import WeightsError
from engine.files.imports.reader import read_network
from tests.engine.weights_files import npz

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def array(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng((seed, *shape)).normal(size=shape).astype(np.float32)


def saved(folder: Path, arrays: dict[str, Any], suffix: str = ".safetensors") -> Path:
    path = folder / f"w{suffix}"
    path.write_bytes(npz(arrays) if suffix == ".npz" else save(arrays))
    return path


def refusal(path: Path, read: Callable[[Path], object] = read_network) -> str:
    """Return the one sentence a file is refused with, without its name."""
    with pytest.raises(WeightsError) as caught:
        read(path)
    (sentence,) = caught.value.problems
    assert sentence.isprintable() and len(sentence) < 400
    assert sentence.startswith(f"{path.name}: ")
    return sentence.removeprefix(f"{path.name}: ")


def node(operator: str, inputs: str, output: str, **attributes: Any) -> Any:
    return helper.make_node(operator, inputs.split(), [output], **attributes)


def graph(nodes: list[Any], constants: dict[str, Any], output: str = "y", **more: Any) -> Any:
    """Return a model from ``x`` to an output."""
    tensors = [
        each if isinstance(each, TensorProto) else numpy_helper.from_array(np.asarray(each), name)
        for name, each in constants.items()
    ]
    made = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, None)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in output.split()],
        tensors,
        **more,
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def modelled(folder: Path, nodes: list[Any], constants: dict[str, Any], output: str = "y") -> Path:
    path = folder / "w.onnx"
    path.write_bytes(graph(nodes, constants, output).SerializeToString())
    return path
