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
    from engine.floats import Floats

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
    told = f"Raw, by column: {words.listed(network.input_names)}"
    given = [helper.make_tensor_value_info(INPUTS, TensorProto.FLOAT, ["n", inputs], told)]
    told = f"By column: {words.outputs_told(network)}"
    results = [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", outputs], told)]
    if classified:
        graph.rename(predicted_class(graph, network, output), CLASS)
        told = f"The index of the most probable class, counted from 0: {words.listed(network.data.classes)}"
        results.append(helper.make_tensor_value_info(CLASS, TensorProto.INT64, ["n"], told))
    tensors = list(graph.initializers.values())
    whole = helper.make_graph(
        graph.nodes,
        network.title or "network",
        given,
        results,
        tensors,
        value_info=_shapes(graph.nodes, given, results, tensors),
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


def _shapes(
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    tensors: list[onnx.TensorProto],
) -> list[onnx.ValueInfoProto]:
    """Return the shapes of all values between nodes, which viewers show; no weight is copied for that."""
    from onnx import TensorProto, helper, shape_inference

    weights = [
        helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
        for tensor in tensors
        if tensor.data_type == TensorProto.FLOAT
    ]
    others = [tensor for tensor in tensors if tensor.data_type != TensorProto.FLOAT]
    skeleton = helper.make_model(
        helper.make_graph(nodes, "shapes", [*inputs, *weights], outputs, others),
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    return list(shape_inference.infer_shapes(skeleton).graph.value_info)


def _description(network: Portable, output: str, check: Check) -> str:
    outputs = f"{output}, float32 (n, {network.layers[-1].units})"
    lines = [
        network.title,
        f"In: {INPUTS}, float32 (n, {len(network.input_names)}), raw: nothing has to be scaled.",
        f"Out: {outputs}{f'; {CLASS}, int64 (n)' if network.data.classes else ''}.",
        "In Python, X an array of n rows:",
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
        "features": text([feature.text for feature in network.data.features]),
        "epoch": str(network.epoch),
        "step": str(network.step),
        "check": check.text,
    }
    if check.difference is not None:
        known["difference"] = f"{check.difference:.3g}"
    known["experiment"] = text(portable_experiment(network).document())
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
