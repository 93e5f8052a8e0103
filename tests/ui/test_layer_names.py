"""What layers, neurons and inputs are called."""

from __future__ import annotations

from engine.experiment import Experiment
from tests.ui.fake_frames import experiment_of
from ui.wording.layer_names import activation_of, input_titles, layer_titles, unit_titles

TABLE = {
    "kind": "csv",
    "path": "flats.csv",
    "inputs": ["area", "age"],
    "target": ["price", "rent"],
    "task": "regression",
}


def test_layers_are_counted_and_the_output_is_called_so():
    assert layer_titles(experiment_of(3, 2)) == ["Layer 1", "Layer 2", "Output"]
    assert layer_titles(experiment_of()) == ["Output"]


def test_inputs_are_features_then_the_neurons_before():
    experiment = experiment_of(2, features=["x1", "x1*x2"])
    assert input_titles(experiment, 0) == ["x₁", "x₁x₂"]
    assert input_titles(experiment, 1) == ["neuron 1", "neuron 2"]


def test_a_table_gives_its_own_names():
    experiment = Experiment.parse({"data": TABLE, "training": {"loss": "mse"}})
    assert input_titles(experiment, 0) == ["area", "age"]
    assert unit_titles(experiment, 2, 2, ()) == ["price", "rent"]


def test_outputs_are_classes_where_there_are_several():
    experiment = experiment_of(2)
    assert unit_titles(experiment, 1, 3, ("0", "a", "7")) == ["class 0", "a", "class 7"]
    assert unit_titles(experiment, 1, 1, ("0", "1")) == ["output"]


def test_auto_stands_for_what_loss_and_classes_ask_for():
    experiment = experiment_of(2)
    assert activation_of(experiment, 0, 2).kind == "tanh"
    assert [activation_of(experiment, 1, classes).kind for classes in (2, 3)] == ["sigmoid", "softmax"]
