"""A network as ONNX: raw inputs in, predictions out, all between as nodes of the graph."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import __version__
from engine.files.export import words
from engine.files.export.format import Check, ExportError, Format
from engine.files.export.onnx_layers import INPUTS, layer, predicted_class, preprocessing, rescaled
from engine.files.export.onnx_operators import Graph
from engine.files.export.weight_files import portable_experiment

if TYPE_CHECKING:
    from pathlib import Path

    import onnx

    from engine.files.export.portable import Portable
    from engine.snapshot import Floats

OPSET, IR = 17, 8  # runtimes refuse files that are stamped newer than they are
MOST = (1 << 31) - (1 << 24)  # bytes; a protobuf message ends at 2 GB
PROBABILITIES, VALUES, CLASS = "probabilities", "values", "class"


def model(network: Portable, check: Check) -> onnx.ModelProto:
    """Return a network as a model.

    Parameters
    ----------
    network : Portable
        The network.
    check : Check
        What the metadata say of its check.
    """
    from onnx import TensorProto, helper

    graph = Graph()
    classified = bool(network.data.classes)
    output = PROBABILITIES if classified else VALUES
    a = preprocessing(graph, network)
    for i, each in enumerate(network.layers):
        last = i == len(network.layers) - 1
        a = layer(graph, each, a, "output" if last else f"layer{i + 1}", f"layers.{i}")
    a = rescaled(graph, network, a)
    graph.rename(a, output)
    inputs, outputs = len(network.input_names), network.layers[-1].units
    results = [
        helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", outputs], _columns(network)),
    ]
    if classified:
        graph.rename(predicted_class(graph, network, output), CLASS)
        text = f"The index of the most probable class: {_list(network.data.classes)}"
        results.append(helper.make_tensor_value_info(CLASS, TensorProto.INT64, ["n"], text))
    whole = helper.make_graph(
        graph.nodes,
        network.title or "network",
        [
            helper.make_tensor_value_info(
                INPUTS, TensorProto.FLOAT, ["n", inputs], f"Raw, unscaled: {_list(network.input_names)}"
            )
        ],
        results,
        list(graph.initializers.values()),
    )
    made = helper.make_model(
        whole,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR,
        producer_name="Unfold",
        producer_version=__version__,
        doc_string=_description(network, output, check),
    )
    helper.set_model_props(made, _metadata(network, check))
    return made


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(f"{i} {name}" for i, name in enumerate(names))


def _columns(network: Portable) -> str:
    what = "The probability of class" if network.data.classes else "The value of"
    return f"{what} (by column): {_list(network.output_names)}"


def _description(network: Portable, output: str, check: Check) -> str:
    lines = [
        network.title,
        f"In: float32 {INPUTS} (n, {len(network.input_names)}), as they are in the data: "
        "scaling and features are in the graph.",
        f"Out: float32 {output} (n, {network.layers[-1].units}).",
        f'onnxruntime.InferenceSession(path).run(["{output}"], {{"{INPUTS}": X}})[0]',
        check.text,
    ]
    return "\n".join(line for line in lines if line)


def _metadata(network: Portable, check: Check) -> dict[str, str]:
    def text(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)

    known = {
        "title": network.title,
        "input_names": text(network.input_names),
        "output_names": text(network.output_names),
        "classes": text(network.data.classes),
        "epoch": str(network.epoch),
        "step": str(network.step),
        "check": check.text,
        "experiment": text(portable_experiment(network).document()),
    }
    if check.difference is not None:
        known["difference"] = f"{check.difference:.3g}"
    return known


def render(network: Portable, check: Check) -> bytes:
    """Return the whole file."""
    return bytes(model(network, check).SerializeToString(deterministic=True))


def run(path: Path, inputs: Floats) -> tuple[Floats, str]:
    """Check a file and compute it with the reference implementation of ONNX.

    Raises
    ------
    ExportError
        Where the file is not valid.
    """
    import onnx
    from onnx.reference import ReferenceEvaluator

    read = onnx.load_model_from_string(path.read_bytes())
    try:
        onnx.checker.check_model(read, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ExportError(f"{path.name}: not written: {str(error).splitlines()[0]}") from error
    with np.errstate(all="ignore"):
        outputs: Any = ReferenceEvaluator(read).run([read.graph.output[0].name], {INPUTS: inputs})
    return np.asarray(outputs[0], np.float32), f"onnx.reference {onnx.__version__}"


def problems(network: Portable) -> tuple[str, ...]:
    """Return what keeps a network from being one file."""
    size = sum(array.nbytes for each in network.layers for array in each.tensors.values())
    if size <= MOST:
        return ()
    return (f"its weights take {size / 1e9:.1f} GB, but an ONNX file ends at 2 GB; use .safetensors",)


def notes(network: Portable) -> tuple[str, ...]:
    """Return what the file leaves out."""
    told = words.training_only(network)
    return (told,) if told else ()


FORMAT = Format(
    suffix=".onnx",
    label="ONNX",
    advice=(
        "For other programs and devices: ONNX Runtime, OpenVINO, TensorRT and many more run it. Give it raw "
        "inputs; Netron shows the graph."
    ),
    render=render,
    run=run,
    problems=problems,
    notes=notes,
    binary=True,
)
