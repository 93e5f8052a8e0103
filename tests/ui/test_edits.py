"""What an intent makes of the whole experiment: what no longer fits gives way, and nothing else."""

from __future__ import annotations

import pytest

from engine.catalog.datasets import Circle, RegGauss, Rings, Sine, Spiral
from engine.catalog.losses import CrossEntropy, HalfSquaredError, Mse
from engine.catalog.optimizers import Sgd
from engine.catalog.sources import CsvData, PointsData
from engine.data import prepare
from engine.errors import DataError, ExperimentError
from engine.experiment import Experiment, Layer, Network, Output, Training
from engine.output import plan_output
from ui.editing import edits


def experiment(data, activation="auto", loss=None, **output):
    return Experiment(
        data=data,
        network=Network(layers=(Layer(units=3),), output=Output(activation=activation, **output)),
        training=Training(loss=loss or CrossEntropy()),
    )


def can_be_trained(found):
    plan_output(found, prepare(found.data, found.features, found.seed))
    return True


@pytest.mark.parametrize("activation", ["tanh", "linear", "relu"])
def test_a_loss_that_needs_probabilities_brings_its_output_along(activation):
    before = experiment(Circle(), activation, Mse())
    after = edits.with_training(before, before.training.edited(loss=CrossEntropy()))
    assert after.network.output.activation.kind == "auto"
    assert can_be_trained(after)


def test_a_loss_takes_the_output_s_place_only_where_the_classes_are_told_by_the_data():
    before = experiment(Rings(), "sigmoid", HalfSquaredError())
    after = edits.with_training(before, before.training.edited(loss=CrossEntropy()))
    assert after.network.output.activation.kind == "auto", "three classes need a softmax"
    assert can_be_trained(after)


def test_an_output_that_the_loss_can_take_stays():
    before = experiment(Circle(), "sigmoid", HalfSquaredError())
    after = edits.with_training(before, before.training.edited(loss=CrossEntropy()))
    assert after.network == before.network


def test_a_number_of_the_training_part_changes_nothing_else():
    before = experiment(Circle(), "tanh", Mse())
    after = edits.with_training(before, before.training.edited(optimizer=Sgd(learning_rate=3.0)))
    assert after == before.edited(training=after.training)


@pytest.mark.parametrize(
    ("activation", "before", "after"), [("sigmoid", Spiral(), Rings()), ("softmax", Rings(), Spiral())]
)
def test_other_classes_bring_their_output_along(activation, before, after):
    found = edits.with_data(experiment(before, activation), after)
    assert found.network.output.activation.kind == "auto"
    assert can_be_trained(found)


def test_painted_points_count_as_many_classes_as_they_show():
    points = PointsData(points=tuple((float(i), 0.5, float(i % 3)) for i in range(12)))
    found = edits.with_data(experiment(Spiral(), "sigmoid"), points)
    assert found.network.output.activation.kind == "auto"


def test_weights_of_classes_that_are_gone_are_given_up_and_the_rest_of_the_loss_stays():
    before = experiment(Rings(), "softmax", CrossEntropy(class_weights=(1.0, 2.0, 3.0)))
    kept = edits.with_data(before, Rings(noise=0.2))
    assert kept.training == before.training
    found = edits.with_data(before, Circle())
    assert found.training == before.training.edited(loss=CrossEntropy())
    assert can_be_trained(found)


def test_links_of_output_units_that_are_gone_are_given_up():
    before = experiment(Rings(), "softmax", muted_weights=((2, 0),), frozen_weights=((0, 1),))
    found = edits.with_data(before, Circle())
    assert found.network.output.muted_weights == ()
    assert found.network.output.frozen_weights == ((0, 1),)
    assert can_be_trained(found)


def test_another_task_brings_its_loss_along():
    found = edits.with_data(experiment(Circle(), "sigmoid"), RegGauss())
    assert (found.training.loss, found.network.output.activation.kind) == (Mse(), "auto")


def test_a_loss_that_is_not_defined_for_a_target_is_refused(monkeypatch):
    before = experiment(Sine(), loss=HalfSquaredError())
    monkeypatch.setattr(Mse, "lowest_target", 0.0)
    with pytest.raises(DataError, match="needs targets of 0 or more"):
        edits.with_training(before, before.training.edited(loss=Mse()))


def test_data_that_the_loss_is_not_defined_for_are_refused(monkeypatch):
    monkeypatch.setattr(Mse, "lowest_target", -2.0)
    before = experiment(Sine(), loss=Mse())
    monkeypatch.setattr(Mse, "lowest_target", 0.0)
    with pytest.raises(DataError, match="needs targets of 0 or more"):
        edits.with_data(before, Sine(noise=0.3))


def test_a_table_that_cannot_be_read_is_refused_though_its_columns_are_named_alike(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b,c\n" + "".join(f"{i},{i % 3},{'xy'[i % 2]}\n" for i in range(20)))
    data = CsvData(path=str(path), inputs=("a", "b"), target="c")
    before = edits.with_data(Experiment(), data)
    assert before.features == ("x1", "x2")
    with pytest.raises(DataError):
        edits.with_data(before, data.edited(path=str(tmp_path / "missing.csv")))


def test_a_residual_survives_other_features():
    before = Experiment(network=Network(layers=(Layer(units=2, residual=True),)))
    assert edits.with_features(before, ("x1",)).network.layers[0].residual


def test_links_to_features_that_are_gone_are_dropped():
    before = Experiment(network=Network(layers=(Layer(units=2, muted_weights=((0, 0), (1, 1))),)))
    assert edits.with_features(before, ("x1",)).network.layers[0].muted_weights == ((0, 0),)


def test_what_nothing_can_give_way_for_is_refused():
    before = experiment(RegGauss(), loss=Mse())
    with pytest.raises(ExperimentError, match="needs classes"):
        edits.with_training(before, before.training.edited(loss=CrossEntropy()))
