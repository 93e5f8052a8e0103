"""Networks that Unfold wrote come back whole: the same document, the same predictions."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import save

from engine import Experiment, Trainer
from engine.catalog.activations import Auto, Maxout, Prelu, Relu, Sigmoid, Tanh
from engine.errors import WeightsError
from engine.files.export.portable import portable
from engine.files.export.verify import export
from engine.files.imports.document import network_for
from engine.files.imports.reader import read_network
from engine.files.weights import named
from tests.engine.imported_files import refusal
from tests.engine.onnx_files import exported, layered, trained
from tests.engine.test_export_onnx import table

EVERYTHING = layered(
    {"units": 5, "activation": "prelu", "normalization": "batch", "residual": True, "muted_units": [1]},
    {"units": 5, "activation": {"kind": "maxout", "pieces": 3}, "residual": True, "dropout": 0.1},
    {"units": 4, "activation": "gelu", "normalization": "layer", "muted_weights": [[0, 1]]},
    features=["x1", "x2", "x1*x2"],
    title="Rings",
)


def written(trainer, folder, suffix):
    path = folder / f"network{suffix}"
    if suffix == ".onnx":
        exported(trainer, folder)
    else:
        export(path, portable(trainer), trainer.predict)
    return path


def predictions(trainer):
    return trainer.predict(np.random.default_rng(0).uniform(-6, 6, (50, 2)))


@pytest.mark.parametrize("suffix", [".safetensors", ".onnx", ".json"])
def test_a_file_with_its_document_opens_as_it_was(suffix, tmp_path):
    trainer = trained(EVERYTHING)
    found = read_network(written(trainer, tmp_path, suffix))
    assert found.experiment == trainer.experiment and not found.notes and found.is_complete
    assert (found.inputs, found.outputs) == (3, 3)
    again = Trainer(found.experiment)
    again.set_tensors(found.tensors)
    np.testing.assert_array_equal(predictions(again), predictions(trainer))


@pytest.mark.parametrize("suffix", [".safetensors", ".onnx", ".json"])
def test_it_also_becomes_the_network_of_another_document(suffix, tmp_path):
    trainer = trained(EVERYTHING)
    found = read_network(written(trainer, tmp_path, suffix))
    other = Experiment.parse(
        {"data": {"kind": "blobs", "classes": 3}, "seed": 5, "features": ["x1", "x2", "x1*x2"]}
    )
    new = network_for(other, found, Tanh())
    assert new.network.layers == trainer.experiment.network.layers
    assert (new.seed, new.data, new.training) == (5, other.data, other.training)
    again = Trainer(new)
    again.set_tensors(found.tensors)
    np.testing.assert_array_equal(predictions(again), predictions(trainer))


@pytest.mark.parametrize("suffix", [".npz", ".csv"])
def test_weights_alone_tell_what_their_names_and_shapes_tell(suffix, tmp_path):
    trainer = trained(EVERYTHING)
    found = read_network(written(trainer, tmp_path, suffix))
    assert [layer.activation for layer in found.layers] == [Prelu(), Maxout(pieces=3), None, None]
    assert [layer.normalization for layer in found.layers] == ["batch", "none", "layer", "none"]
    assert [layer.residual for layer in found.layers] == [True, False, False, False]
    assert found.notes == ("Layer 2 has 3 sums a unit, so it was taken as maxout.",)
    assert found.experiment is None and not found.is_complete
    new = network_for(trainer.experiment, found, Relu())
    assert [layer.activation.kind for layer in new.network.layers] == ["prelu", "maxout", "relu"]
    Trainer(new).set_tensors(found.tensors)


def test_weights_alone_of_a_plain_network_predict_the_same(tmp_path):
    trainer = trained({"data": "circle"})
    found = read_network(written(trainer, tmp_path, ".npz"))
    again = Trainer(network_for(trainer.experiment, found, Tanh()))
    again.set_tensors(found.tensors)
    np.testing.assert_array_equal(predictions(again), predictions(trainer))


@pytest.mark.parametrize("suffix", [".safetensors", ".onnx", ".json"])
def test_a_table_is_looked_for_beside_the_file(suffix, tmp_path):
    trainer = trained({"data": table(tmp_path / "t.csv", 0, 1)}, 0)
    path = tmp_path / f"network{suffix}"
    export(path, portable(trainer), trainer.predict)
    (tmp_path / "elsewhere").mkdir()
    for each in (path, tmp_path / "t.csv"):
        each.rename(tmp_path / "elsewhere" / each.name)
    found = read_network(tmp_path / "elsewhere" / path.name)
    assert found.experiment.data.path == str(tmp_path / "elsewhere" / "t.csv")
    Trainer(found.experiment).set_tensors(found.tensors)


def test_an_experiment_without_a_network_and_a_table_of_data_are_refused(tmp_path):
    Experiment.parse({"data": "circle"}).save(tmp_path / "w.json")
    (tmp_path / "w.csv").write_text("a,b\n1,2\n")
    assert 'format: must be "unfold.network"' in refusal(tmp_path / "w.json")
    assert "the columns must be layer, tensor" in refusal(tmp_path / "w.csv")


def with_document(trainer, document, folder):
    path = folder / "w.safetensors"
    path.write_bytes(save(named(trainer.tensors), {"experiment": document}))
    return path


def test_a_document_that_cannot_be_read_is_left_out_and_that_is_said(tmp_path):
    trainer = trained({"data": "circle"}, 0)
    for document in ("", "{", "[]", '{"format": "unfold.experiment", "version": 99}', "[" * 100_000):
        found = read_network(with_document(trainer, document, tmp_path))
        assert found.experiment is None
        (note,) = found.notes
        assert note.startswith("The experiment in the file cannot be read, so only its network is taken (")
        assert note.isprintable() and len(note) < 300


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"network": {"layers": [{"units": 4}]}},
            "it holds the weights of 3 layers, but its experiment has 2",
        ),
        (
            {"network": {"layers": [{"units": 3}, {"units": 2}]}},
            r"layer 1 holds weight \(4, 2\), bias \(4,\), but weight \(3, 2\), bias \(3,\) is needed there",
        ),
        ({"features": ["x1"]}, "its first layer has 2 inputs, but its experiment 1 feature$"),
    ],
)
def test_a_document_of_another_network_is_refused(change, problem, tmp_path):
    trainer = trained({"data": "circle"}, 0)
    other = Experiment.parse({"data": "circle", **change}).document()
    with pytest.raises(WeightsError, match=f"w.safetensors: {problem}"):
        read_network(with_document(trainer, json.dumps(other), tmp_path))


def test_other_numbers_of_inputs_and_outputs_are_refused_with_both(tmp_path):
    found = read_network(written(trained({"data": "rings"}, 0), tmp_path, ".npz"))
    other = Experiment.parse({"data": "circle", "features": ["x1"]})
    with pytest.raises(WeightsError) as caught:
        network_for(other, found, Tanh())
    assert caught.value.problems == (
        "the network has 2 inputs, but there is 1 feature",
        "the network has 3 outputs, but the data need 1 output",
    )
    with pytest.raises(WeightsError) as again:
        network_for(other, found, Tanh(), outputs=1)
    assert again.value.problems == caught.value.problems


def test_an_activation_with_parameters_of_its_own_cannot_be_chosen_for_a_file_without(tmp_path):
    found = read_network(written(trained({"data": "circle"}, 0), tmp_path, ".npz"))
    for activation in (Prelu(), Maxout()):
        with pytest.raises(WeightsError, match="has parameters of its own that the file does not hold"):
            network_for(Experiment.parse({"data": "circle"}), found, activation)


def of_output(activation, loss, folder, data="circle"):
    document = {"data": data, "network": {"output": {"activation": activation}}, "training": {"loss": loss}}
    return read_network(written(trained(document, 0), folder, ".safetensors"))


def test_the_output_computes_what_it_did(tmp_path):
    def become(found, loss):
        document = {"data": "circle", "training": {"loss": loss}}
        return network_for(Experiment.parse(document), found, Tanh()).network.output.activation

    assert become(of_output("auto", "mse", tmp_path), "mse") == Auto()
    assert become(of_output("sigmoid", "mse", tmp_path), "mse") == Sigmoid()
    assert become(of_output("sigmoid", "mse", tmp_path), "cross_entropy") == Auto()
    assert become(of_output("auto", "cross_entropy", tmp_path), "mse") == Sigmoid()
    # Values without an activation are logits to a loss that makes probabilities of them.
    assert become(of_output("linear", "mse", tmp_path), "cross_entropy") == Auto()
    with pytest.raises(WeightsError, match="the network's output is tanh, but cross_entropy needs sigmoid"):
        become(of_output("tanh", "mse", tmp_path), "cross_entropy")


def test_frozen_and_muted_links_of_the_old_output_are_not_those_of_the_new(tmp_path):
    found = read_network(written(trained({"data": "circle"}, 0), tmp_path, ".npz"))
    output = {"frozen": True, "muted_weights": [[0, 1]], "frozen_weights": [[0, 0]]}
    new = network_for(Experiment.parse({"data": "circle", "network": {"output": output}}), found, Tanh())
    assert not new.network.output.frozen and not new.network.output.muted_weights


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_an_empty_array_is_named(suffix, tmp_path):
    path = tmp_path / f"n{suffix}"
    arrays = {"layers.0.weight": np.zeros((2, 0), np.float32), "layers.0.bias": np.zeros(2, np.float32)}
    if suffix == ".npz":
        np.savez(path, **arrays)
    else:
        path.write_bytes(save(arrays))
    assert refusal(path) == "layers.0.weight is empty: only dense layers can be imported"
