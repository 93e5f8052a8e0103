"""Which experiments have a link: every reason why not, and what is lost without harm."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Experiment
from engine.catalog.activations import ACTIVATIONS
from engine.catalog.datasets import Blobs, Circle, RegPlane, Rings, Sine
from engine.catalog.initializers import HeNormal, Uniform, Zeros
from engine.catalog.losses import CrossEntropy, HalfSquaredError, Mse
from engine.catalog.optimizers import Adam, Sgd
from engine.catalog.regularizers import L1, L2, ElasticNet, MaxNorm, WeightDecay
from engine.catalog.schedules import Constant, Cosine
from engine.catalog.sources import CsvData, PointsData
from engine.errors import LinkError
from engine.experiment import Layer, Stopping
from engine.files.playground.link import read_link, write_link
from engine.files.playground.text import number_text
from engine.view import View

BASE = read_link("networkShape=3,2&seed=1").experiment
IT = "TensorFlow Playground"
REGRESSION = read_link("problem=regression").experiment
SETS = "(Circle, XOR, Gauss, Spiral, Plane, Hills)"
START = f"initial weights: in {IT} they are uniform within ±0.5 with biases of 0.1, or all zero, not"


def training(**changes: Any) -> Experiment:
    return BASE.edited(training=BASE.training.edited(**changes))


def layer(**changes: Any) -> Experiment:
    first, second = BASE.network.layers
    return BASE.edited(network=BASE.network.edited(layers=(first, second.edited(**changes))))


def output(experiment: Experiment = BASE, **changes: Any) -> Experiment:
    network = experiment.network
    return experiment.edited(network=network.edited(output=network.output.edited(**changes)))


TABLE = CsvData(path="a.csv", inputs=("a", "b", "c"), target="d")
PAINTED = PointsData(points=((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)))
REFUSED = [
    (BASE.with_data(Rings()), [f"data: Rings is not one of {IT}'s data sets {SETS}"]),
    (BASE.with_data(Blobs(classes=2)), [f"data: Blobs is not one of {IT}'s data sets {SETS}"]),
    (BASE.with_data(TABLE), [f"data: Table is not one of {IT}'s data sets {SETS}"]),
    (BASE.with_data(PAINTED), [f"data: Painted points is not one of {IT}'s data sets {SETS}"]),
    (
        REGRESSION.edited(data=Sine(), features=()),
        [f"data: Sine is not one of {IT}'s data sets {SETS}"],
    ),
    (BASE.edited(data=Circle(samples=300)), [f"data: {IT} draws 500 points, not 300"]),
    (REGRESSION.edited(data=RegPlane(samples=500)), [f"data: {IT} draws 1,200 points, not 500"]),
    (BASE.edited(data=Circle(noise=0.95)), [f"noise: {IT} goes up to 80 %, not 95 %"]),
    (
        BASE.edited(features=("x1", "x1 ", "abs(x2)", "x1*x1")),
        [
            f"inputs: {IT} has the input x₁ only once",
            f"inputs: {IT} has no input |x₂|",
            f"inputs: {IT} has no input x₁x₁",
        ],
    ),
    (layer(dropout=0.5), [f"layer 2: {IT} has no dropout"]),
    (layer(normalization="batch"), [f"layer 2: {IT} has no normalization"]),
    (layer(residual=True), [f"layer 2: {IT} has no residual connection"]),
    (layer(frozen=True), [f"layer 2: {IT} has no frozen parameters"]),
    (layer(frozen_weights=((0, 0),)), [f"layer 2: {IT} has no frozen weights"]),
    (layer(muted_units=(0,)), [f"layer 2: {IT} has no muted neurons"]),
    (layer(muted_weights=((0, 0),)), [f"layer 2: {IT} has no muted weights"]),
    (output(frozen=True), [f"the output: {IT} has no frozen parameters"]),
    (output(activation="sigmoid"), [f"the output: its activation is tanh in {IT}, not Sigmoid"]),
    (output(REGRESSION, activation="tanh"), [f"the output: its activation is linear in {IT}, not Tanh"]),
    (layer(activation="maxout"), [f"layer 2: {IT} has no activation Maxout"]),
    (layer(activation="relu"), [f"activation: {IT} has one for all hidden layers, not Tanh and ReLU"]),
    (layer(initializer=HeNormal()), [f"{START} He normal with biases of 0 (layer 2)"]),
    (
        layer(initializer=Uniform(bias=0.1), bias_initializer=Zeros()),
        [f"{START} Uniform with biases Zeros (layer 2)"],
    ),
    (layer(initializer=Zeros()), [f"initial weights: in {IT} either all of them are zero, or none"]),
    (training(loss=CrossEntropy()), [f"loss: it is half the squared error in {IT}, not Cross-entropy"]),
    (training(loss=Mse()), [f"loss: it is half the squared error in {IT}, not MSE"]),
    (training(loss=HalfSquaredError(class_weights=(1.0, 2.0))), [f"loss: classes have no weights in {IT}"]),
    (training(optimizer=Adam()), [f"optimizer: it is plain SGD in {IT}, not Adam"]),
    (training(optimizer=Sgd(momentum=0.9)), [f"optimizer: {IT} has no momentum"]),
    (training(schedule=Cosine()), [f"schedule: the learning rate is constant in {IT}, not Cosine"]),
    (training(schedule=Constant(warmup=5)), [f"schedule: {IT} has no warm-up"]),
    (training(regularizer=ElasticNet()), [f"regularizer: {IT} has L1 and L2, not Elastic net"]),
    (training(regularizer=MaxNorm()), [f"regularizer: {IT} has L1 and L2, not Max norm"]),
    (training(gradient_clip=1.0), [f"gradient clipping: {IT} has none"]),
    (training(gradient_clip_value=1.0), [f"gradient clipping: {IT} has none"]),
    (training(input_noise=0.1), [f"input noise: {IT} has none"]),
    (
        Experiment(data=Rings(), network=BASE.network.edited(layers=(Layer(activation="maxout"),))),
        [
            f"data: Rings is not one of {IT}'s data sets {SETS}",
            f"layer 1: {IT} has no activation Maxout",
            f"{START} Glorot uniform with biases of 0 (layer 1)",
            f"loss: it is half the squared error in {IT}, not Cross-entropy",
            f"optimizer: it is plain SGD in {IT}, not Adam",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("experiment", "reasons"), REFUSED, ids=[" ".join(r)[:70] for _, r in REFUSED])
def test_every_reason_why_there_is_no_link_is_given(experiment, reasons):
    with pytest.raises(LinkError) as found:
        write_link(experiment)
    assert list(found.value.problems) == reasons


LOST = [
    (BASE, []),
    (training(shuffle=True), ["Batches follow the same order in every epoch there; here they are shuffled."]),
    (
        training(stop=Stopping(epochs=5)),
        ["The stop rules are lost: training goes on there until it is paused."],
    ),
    (training(stop=Stopping(restore_best=False)), []),
    (BASE.edited(title="Mine\n"), ["The title “Mine\\n” is lost."]),
    (
        training(regularizer=L1(rate=0.1)),
        ["L1: a weight that reaches zero stays zero there; here it can come back."],
    ),
    (training(regularizer=L2(rate=0.1)), []),
    (
        training(regularizer=WeightDecay(rate=0.1)),
        ["Weight decay is called L2 there; with plain SGD they are the same."],
    ),
    (training(batch_size=1000), []),
    (
        BASE.edited(features=("x1", "cos(x2)")),
        ["The link names the input cos(x2), which TensorFlow Playground has not."],
    ),
    (
        BASE.edited(view=View(hidden=("x", "noise", "xSquared"))),
        [f"x1 is not hidden in the link: {IT} would switch it off."],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("experiment", "notes"), LOST)
def test_what_is_lost_without_harm_is_noted(experiment, notes):
    assert list(write_link(experiment).notes[:-1]) == notes


def test_what_says_the_same_gives_the_same_link():
    url = write_link(BASE).url
    assert write_link(output(activation="tanh")).url == url
    assert write_link(BASE.edited(features=("x2", " x1"))).url == url
    assert write_link(training(batch_size="full")).url == write_link(training(batch_size=250)).url
    assert (
        write_link(training(regularizer=WeightDecay(rate=0.1))).url
        == write_link(training(regularizer=L2(rate=0.1))).url
    )


def test_hidden_inputs_in_use_stay_on():
    experiment = BASE.edited(view=View(hidden=("x", "xSquared")))
    again = read_link(write_link(experiment).url).experiment
    assert again.features == ("x1", "x2")
    assert again.view.hidden == ("xSquared",)


def test_seed_of_the_link_counts_until_another_is_chosen():
    experiment = read_link("seed=0.59321").experiment
    assert "&seed=0.59321&" in write_link(experiment).url
    assert "&seed=8&" in write_link(experiment.edited(seed=8)).url


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (10.0, "10"),
        (0.03, "0.03"),
        (1e-5, "0.00001"),
        (1e-6, "0.000001"),
        (1.25e-7, "1.25e-7"),
        (100.0, "100"),
    ],
)
def test_numbers_are_written_as_javascript_does(value, text):
    assert number_text(value) == text


@given(
    noise=st.floats(0, 0.8),
    test_fraction=st.just(0.0) | st.floats(1e-6, 0.9),  # what is smaller means no point
    rate=st.floats(0, 100),
    penalty=st.floats(0, 10),
    size=st.integers(1, 600),
    seed=st.integers(0, 2**32 - 1),
    activation=st.sampled_from([entry for entry in ACTIVATIONS if entry().kind in ("tanh", "relu")]),
)
def test_numbers_come_back_exactly(noise, test_fraction, rate, penalty, size, seed, activation):
    experiment = BASE.edited(
        seed=seed,
        data=Circle(noise=noise, test_fraction=test_fraction),
        network=BASE.network.edited(
            layers=tuple(one.edited(activation=activation()) for one in BASE.network.layers)
        ),
        training=BASE.training.edited(
            optimizer=Sgd(learning_rate=rate), regularizer=L2(rate=penalty), batch_size=size
        ),
    )
    made = write_link(experiment)
    again = read_link(made.url).experiment
    assert (again.seed, again.data, again.network) == (seed, experiment.data, experiment.network)
    assert again.training.optimizer.learning_rate == rate
    assert again.training.regularizer.rate == penalty
    assert write_link(again).url == made.url
