"""What a person sees of an ONNX file in a viewer, and what its metadata say."""

from __future__ import annotations

import json
import re

import numpy as np
import onnx
import pytest

from engine import Experiment, __version__
from engine.files.export import onnx_graph
from engine.files.export.format import ExportError
from engine.files.export.portable import portable
from engine.files.export.verify import export
from tests.engine.onnx_files import exported, layered, metadata, names, operators, trained
from tests.engine.test_export_onnx import table

NASTY = "a\"b'c\\ */ <!-- \n ü 类 %s {0} ${x}"


def shape(value):
    return [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]


def test_nodes_and_tensors_are_named_as_a_person_expects(tmp_path):
    layers = [{"units": 4, "activation": "relu"}, {"units": 4, "normalization": "batch", "residual": True}]
    model = exported(trained(layered(*layers)), tmp_path)
    assert names(model) == [
        "layer1/Gemm",
        "layer1/Relu",
        "layer2/Gemm",
        "layer2/BatchNormalization",
        "layer2/Tanh",
        "layer2/residual/Add",
        "output/Gemm",
        "output/Softmax",
        "class/ArgMax",
    ]
    shapes = {tensor.name: list(tensor.dims) for tensor in model.graph.initializer}
    assert shapes == {
        "layers.0.weight": [4, 2],
        "layers.0.bias": [4],
        "layers.1.weight": [4, 4],
        "layers.1.bias": [4],
        "layers.1.normalization.weight": [4],
        "layers.1.normalization.bias": [4],
        "layers.1.normalization.running_mean": [4],
        "layers.1.normalization.running_var": [4],
        "layers.2.weight": [3, 4],
        "layers.2.bias": [3],
    }
    assert [(each.name, shape(each)) for each in model.graph.input] == [("inputs", ["n", 2])]
    assert [(each.name, shape(each)) for each in model.graph.output] == [
        ("probabilities", ["n", 3]),
        ("class", ["n"]),
    ]


def test_the_graph_begins_with_scaling_and_features(tmp_path):
    data = {**table(tmp_path / "t.csv", 5, 2), "standardize": True}
    model = exported(trained({"data": data, "features": ["x1", "x2*x3"]}), tmp_path)
    assert names(model)[:7] == [
        "standardize/Cast",
        "standardize/Sub",
        "standardize/Div",
        "inputs/Split",
        "features/x2*x3/Mul",
        "features/Concat",
        "features/Cast",
    ]
    plain = exported(trained({"data": data | {"standardize": False}}), tmp_path)
    assert names(plain)[0] == "layer1/Gemm"


def test_every_value_has_a_type_and_a_shape_and_is_named_by_what_it_is(tmp_path):
    data = {**table(tmp_path / "t.csv", 5, 2), "standardize": True}
    layers = [
        {"units": 6, "normalization": "batch", "muted_units": [1]},
        {"units": 4, "activation": {"kind": "maxout", "pieces": 2}, "residual": True},
        {"units": 3, "activation": "gelu", "normalization": "layer", "residual": True},
    ]
    features = ["x1", "x2*x3", "sin(x1)", "x3**2"]
    model = exported(trained({"data": data, "features": features, "network": {"layers": layers}}), tmp_path)
    known = {each.name: shape(each) for each in (*model.graph.value_info, *model.graph.output)}
    assert set(known) == {name for each in model.graph.node for name in each.output}
    assert all(sizes[0] == "n" and all(sizes[1:]) for name, sizes in known.items())
    assert {
        name: known[name] for name in ("inputs/x1", "features/Concat", "layer1/Gemm", "layer2/piece2")
    } == {
        "inputs/x1": ["n", 1],
        "features/Concat": ["n", 4],
        "layer1/Gemm": ["n", 6],
        "layer2/piece2": ["n", 4],
    }
    read = {
        name for each in model.graph.node if each.name.startswith("features/x2*x3") for name in each.input
    }
    assert read == {"inputs/x2", "inputs/x3"}


def test_inputs_and_outputs_say_what_their_columns_are(tmp_path):
    def told(document):
        made = exported(trained(document, 0), tmp_path).graph
        return [each.doc_string for each in (*made.input, *made.output)]

    data = table(tmp_path / "t.csv", 0, 1, ("no", "maybe", "yes"))
    assert told({"data": data}) == [
        """Raw, by column: "a", "b c", "größe\"'\"""",
        'By column: the probabilities of the classes "maybe", "no", "yes"',
        'The index of the most probable class, counted from 0: "maybe", "no", "yes"',
    ]
    assert (
        told({"data": "circle"})[1] == 'By column: the probability of the class "1"; that of "0" is the rest'
    )
    assert told({"data": "sine"})[1] == 'By column: "y"'


def test_the_weights_in_it_are_those_of_the_network(tmp_path):
    trainer = trained(layered({"units": 4, "activation": "prelu"}))
    model = exported(trainer, tmp_path)
    held = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for i, tensors in enumerate(trainer.tensors):
        for name, array in tensors.items():
            np.testing.assert_array_equal(held[f"layers.{i}.{name}"], array)


def test_the_metadata_name_everything(tmp_path):
    data = table(tmp_path / "t.csv", 0, 1, ("no", NASTY.strip(), "ja"))
    trainer = trained({"data": data, "title": NASTY})
    model = exported(trainer, tmp_path)
    known = metadata(model)
    assert known["title"] == NASTY
    assert json.loads(known["input_names"]) == ["a", "b c", "größe\"'"]
    assert json.loads(known["classes"]) == list(trainer.data.classes) == sorted(["no", NASTY.strip(), "ja"])
    assert json.loads(known["output_names"]) == json.loads(known["classes"])
    assert json.loads(known["features"]) == ["x1", "x2", "x3"]
    # The folders of a computer are nobody's business elsewhere.
    held = Experiment.parse(json.loads(known["experiment"]))
    assert held.data.path == "t.csv" and held.located(tmp_path) == trainer.experiment
    assert re.fullmatch(
        r"Checked with onnx.reference [\d.]+ at 1,000 points: largest difference from Unfold .*",
        known["check"],
    )
    assert 0 <= float(known["difference"]) <= 1e-5
    assert (model.producer_name, model.producer_version) == ("Unfold", __version__)
    assert (model.ir_version, model.opset_import[0].version) == (8, 17)
    assert known["check"] in model.doc_string
    onnx.checker.check_model(model, full_check=True)


def test_of_two_classes_the_column_is_the_second_s(tmp_path):
    known = metadata(exported(trained({"data": "circle"}), tmp_path))
    assert json.loads(known["output_names"]) == ["1"]
    assert json.loads(known["classes"]) == ["0", "1"]


def test_an_untitled_network_and_an_empty_title(tmp_path):
    for title in ("", "x"):
        assert metadata(exported(trained({"data": "circle", "title": title}), tmp_path))["title"] == title


def test_the_same_network_gives_the_same_bytes(tmp_path):
    trainer = trained({"data": "rings"})
    exported(trainer, tmp_path)
    before = (tmp_path / "network.onnx").read_bytes()
    exported(trainer, tmp_path)
    assert (tmp_path / "network.onnx").read_bytes() == before


def test_what_is_for_training_only_is_said(tmp_path):
    document = layered({"units": 4, "dropout": 0.5}, training={"input_noise": 0.1})
    trainer = trained(document)
    done = export(tmp_path / "n.onnx", portable(trainer), trainer.predict)
    assert done.notes == ("Dropout and input noise have no part here: for training only.",)
    plain = trained(layered({"units": 4}), 0)
    assert not export(tmp_path / "n.onnx", portable(plain), plain.predict).notes


def test_more_than_a_file_holds_is_refused(tmp_path, monkeypatch):
    trainer = trained({"data": "rings"}, 0)
    monkeypatch.setattr(onnx_graph, "MOST", 50)
    with pytest.raises(ExportError, match=r"n.onnx: its weights take 0.0 GB, but an ONNX file ends at 2 GB"):
        export(tmp_path / "n.onnx", portable(trainer), trainer.predict)
    assert not (tmp_path / "n.onnx").exists()


def test_a_graph_that_is_not_valid_is_not_written(tmp_path, monkeypatch):
    trainer = trained({"data": "rings"}, 0)
    whole = onnx_graph.model

    def broken(network, check):
        made = whole(network, check)
        made.graph.node[1].op_type = "Tanhh"
        return made

    monkeypatch.setattr(onnx_graph, "model", broken)
    with pytest.raises(ExportError, match="not written"):
        export(tmp_path / "n.onnx", portable(trainer), trainer.predict)
    assert not (tmp_path / "n.onnx").exists()


def test_onnx_is_not_imported_before_it_is_used():
    import subprocess
    import sys

    code = "import sys, engine.files.export.formats; print('onnx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_it_can_be_run_by_operators_of_opset_17_alone(tmp_path):
    layers = [{"units": 4, "activation": kind} for kind in ("gelu", "mish", "softplus", "gaussian", "silu")]
    for operator in operators(exported(trained(layered(*layers)), tmp_path)):
        assert onnx.defs.has(operator, 17)
