"""What each edit means to a running network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.activations import Relu, Tanh
from engine.catalog.datasets import Blobs, Circle, RegPlane, Rings, Sine, Spiral
from engine.catalog.initializers import HeNormal
from engine.catalog.losses import CrossEntropy, HalfSquaredError, Mse
from engine.catalog.optimizers import Adam, RmsProp, Sgd
from engine.catalog.regularizers import L1, L2, NoRegularizer
from engine.catalog.sources import CsvData, PointsData
from engine.changes import Change, classify
from engine.experiment import Experiment, Layer, Network, Output, Training
from engine.view import View

BASE = Experiment(
    data=Spiral(),
    network=Network(layers=(Layer(units=8), Layer(units=8))),
    training=Training(optimizer=Sgd(learning_rate=0.1), regularizer=L2()),
)
TABLE = CsvData(path="a.csv", inputs=("a", "b"), target="c")
PAINTED = PointsData(points=((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)))


def _training(**changes):
    return BASE.edited(training=BASE.training.edited(**changes))


def _first_layer(**changes):
    layers = (BASE.network.layers[0].edited(**changes), BASE.network.layers[1])
    return BASE.edited(network=BASE.network.edited(layers=layers))


def _layers(*layers):
    return BASE.edited(network=BASE.network.edited(layers=layers))


EDITS = [
    (Change.VIEW, "title", BASE.edited(title="Another")),
    (Change.VIEW, "hidden controls", BASE.edited(view=View(hidden=("noise",), discretize=True))),
    (Change.TUNE, "learning rate", _training(optimizer=Sgd(learning_rate=0.2))),
    (Change.TUNE, "momentum", _training(optimizer=Sgd(learning_rate=0.1, momentum=0.9))),
    (Change.TUNE, "regularizer", _training(regularizer=L1())),
    (Change.TUNE, "no regularizer", _training(regularizer=NoRegularizer())),
    (Change.TUNE, "regularization rate", _training(regularizer=L2(rate=0.5))),
    (Change.TUNE, "batch size", _training(batch_size=32)),
    (Change.TUNE, "full batch", _training(batch_size="full")),
    (Change.TUNE, "shuffle", _training(shuffle=False)),
    (Change.TUNE, "gradient clipping", _training(gradient_clip=1.0)),
    (Change.TUNE, "dropout", _first_layer(dropout=0.5)),
    (Change.GRAFT, "optimizer", _training(optimizer=Adam())),
    (Change.GRAFT, "loss", _training(loss=HalfSquaredError())),
    (Change.GRAFT, "units", _first_layer(units=9)),
    (Change.GRAFT, "activation", _first_layer(activation=Relu())),
    (Change.GRAFT, "initializer", _first_layer(initializer=HeNormal())),
    (Change.GRAFT, "residual", _layers(Layer(units=8), Layer(units=8, residual=True))),
    (Change.GRAFT, "a layer more", _layers(*BASE.network.layers, Layer(units=3))),
    (Change.GRAFT, "a layer less", _layers(BASE.network.layers[0])),
    (Change.GRAFT, "dropout of a layer that is new", _layers(Layer(units=8, dropout=0.5))),
    (Change.GRAFT, "output", BASE.edited(network=BASE.network.edited(output=Output(initializer=HeNormal())))),
    (Change.GRAFT, "features", BASE.edited(features=("x1", "x2", "x1*x2"))),
    (Change.GRAFT, "noise", BASE.edited(data=Spiral(noise=0.5))),
    (Change.GRAFT, "samples", BASE.edited(data=Spiral(samples=100))),
    (Change.GRAFT, "another data set of two classes", BASE.edited(data=Circle())),
    (Change.GRAFT, "painted points of two classes", BASE.edited(data=PAINTED)),
    (Change.REBUILD, "three classes", BASE.edited(data=Rings())),
    (Change.REBUILD, "a regression", BASE.with_data(RegPlane())),
    (Change.REBUILD, "another table", BASE.edited(data=TABLE)),
    (Change.REBUILD, "seed", BASE.edited(seed=8)),
    (Change.REBUILD, "seed and learning rate", _training(optimizer=Adam()).edited(seed=8)),
    (Change.GRAFT, "loss and title", _training(loss=Mse()).edited(title="Another")),
]


@pytest.mark.parametrize(("change", "new"), [pytest.param(c, n, id=i) for c, i, n in EDITS])
def test_every_edit_has_its_meaning_both_ways(change, new):
    assert classify(BASE, new) is change
    assert classify(new, BASE) is change


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (Change.GRAFT, Blobs(classes=3), Rings()),
        (Change.REBUILD, Blobs(classes=3), Blobs(classes=4)),
        (Change.REBUILD, RegPlane(), Sine()),
        (Change.GRAFT, TABLE, TABLE.edited(test_fraction=0.2, standardize=False)),
        (Change.REBUILD, TABLE, TABLE.edited(path="b.csv")),
        (Change.REBUILD, TABLE, TABLE.edited(target="d")),
        (Change.REBUILD, TABLE, TABLE.edited(inputs=("a",))),
        (Change.GRAFT, TABLE.edited(task="regression"), TABLE.edited(task="regression", path="b.csv")),
        (Change.REBUILD, PAINTED, PAINTED.edited(points=(*PAINTED.points, (2.0, 2.0, 2.0)))),
    ],
)
def test_other_data_is_a_graft_while_inputs_and_outputs_stay(change, old, new):
    first = BASE.with_data(old)
    assert classify(first, first.with_data(new)) is change


layers = st.builds(
    Layer,
    units=st.integers(1, 5),
    activation=st.sampled_from([Tanh(), Relu()]),
    dropout=st.sampled_from([0.0, 0.5]),
)
experiments = st.builds(
    Experiment,
    title=st.sampled_from(["a", "b"]),
    seed=st.integers(0, 1),
    data=st.sampled_from([Spiral(), Circle(), Rings()]),
    network=st.builds(Network, layers=st.lists(layers, max_size=3).map(tuple)),
    training=st.builds(
        Training,
        loss=st.just(CrossEntropy()),
        optimizer=st.sampled_from([Sgd(), Sgd(momentum=0.5), RmsProp(), Adam()]),
        batch_size=st.sampled_from([1, 10, "full"]),
    ),
)


@given(experiments, experiments)
def test_meaning_is_symmetric_and_nothing_means_nothing(old, new):
    assert classify(old, new) is classify(new, old)
    assert classify(old, old) is Change.VIEW
    assert (old == new) <= (classify(old, new) is Change.VIEW)


@given(experiments, experiments, experiments)
def test_two_edits_in_a_row_never_mean_more_than_the_greater_of_them(first, second, third):
    """So the worker may skip an edit that another has overtaken."""
    assert classify(first, third) <= max(classify(first, second), classify(second, third))
