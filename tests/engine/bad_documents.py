"""Documents that are no experiment, and the sentences they are refused with."""

from __future__ import annotations

import math
from typing import Any

HEAD = {"format": "unfold.experiment", "version": 1}
CSV = {"kind": "csv", "path": "t.csv", "inputs": ["a", "b"], "target": "c"}


def layer(**keys: Any) -> dict[str, Any]:
    return {"network": {"layers": [{"units": 4}, keys]}}


def training(**keys: Any) -> dict[str, Any]:
    return {"training": keys}


def data(**keys: Any) -> dict[str, Any]:
    return {"data": keys}


NAN, INFINITY = math.nan, math.inf
ACTIVATIONS = (
    "linear, sigmoid, tanh, relu, leaky_relu, elu, hard_sigmoid, hard_tanh, relu6, selu, celu, gelu, "
    "gelu_tanh, silu, mish, softplus, softsign, sine, gaussian, exponential, prelu, maxout"
)
BATCH_SIZE = 'training.batch_size: must be a whole number between 1 and 1000000, or "full"'
UNKNOWN_KEY = "unknown key; remove it or correct its spelling"
ONE_OF_CONTROLS = (
    "must be 'showTestData', 'discretize', 'playButton', 'stepButton', 'resetButton', 'learningRate', "
    "'activation', 'regularization', 'regularizationRate', 'problem', 'dataset', 'percTrainData', 'noise', "
    "'batchSize', 'numHiddenLayers', 'x', 'y', 'xSquared', 'ySquared', 'xTimesY', 'sinX', 'sinY', 'cosX' or "
    "'cosY', not '*'"
)
BAD: list[tuple[dict[str, Any], list[str]]] = [
    ({"seed": -1}, ["seed: must be between 0 and 4294967295"]),
    ({"seed": 2**32}, ["seed: must be between 0 and 4294967295"]),
    ({"seed": 10**400}, ["seed: must be between 0 and 4294967295"]),
    ({"seed": 1.0}, ["seed: must be a whole number, not 1.0"]),
    ({"seed": "7"}, ["seed: must be a whole number, not '7'"]),
    ({"seed": True}, ["seed: must be a whole number, not true"]),
    ({"seed": None}, ["seed: must be a whole number, not null"]),
    ({"seed": NAN}, ["seed: must be a whole number, not nan"]),
    ({"title": 3}, ["title: must be text, not 3"]),
    ({"title": "x" * 201}, ["title: must have at most 200 characters"]),
    ({"title": "\ud800"}, ["title: must be text that can be saved as UTF-8"]),
    ({"titel": "x"}, [f"titel: {UNKNOWN_KEY}"]),
    ({"": 1, "a\nb": 2}, [f'"": {UNKNOWN_KEY}', f"a\\nb: {UNKNOWN_KEY}"]),
    ({"format": "x"}, ["format: must be 'unfold.experiment', not 'x'"]),
    ({"version": 2}, ["version: must be 1, not 2"]),
    ({"data": None}, ["data: must be an object or a bare kind, not null"]),
    ({"data": [1]}, ["data: must be an object or a bare kind, not [1]"]),
    (data(), ['data: must name its "kind"']),
    (data(samples=10), ['data: must name its "kind"']),
    ({"data": "csv"}, ["data.path: is required", "data.inputs: is required", "data.target: is required"]),
    (data(kind="circle", samples=9), ["data.samples: must be between 10 and 1000000"]),
    (data(kind="circle", samples=1e3), ["data.samples: must be a whole number, not 1000.0"]),
    (data(kind="circle", noise=1.1), ["data.noise: must be between 0 and 1"]),
    (data(kind="circle", noise=-0.1), ["data.noise: must be between 0 and 1"]),
    (data(kind="circle", noise=NAN), ["data.noise: must be a finite number"]),
    (data(kind="circle", noise="a"), ["data.noise: must be a number, not 'a'"]),
    (data(kind="circle", test_fraction=1), ["data.test_fraction: must be between 0 and 0.9"]),
    (data(kind="circle", classes=3), [f"data.classes: {UNKNOWN_KEY}"]),
    (data(kind="blobs", classes=11), ["data.classes: must be between 2 and 10"]),
    ({"data": {**CSV, "path": ""}}, ["data.path: must not be empty"]),
    ({"data": {**CSV, "path": "a\0b"}}, ["data.path: must be the path of a file"]),
    ({"data": {**CSV, "inputs": []}}, ["data.inputs: must name at least one column"]),
    ({"data": {**CSV, "inputs": "a"}}, ["data.inputs: must be a list, not 'a'"]),
    ({"data": {**CSV, "inputs": ["a", 3]}}, ["data.inputs.1: must be text, not 3"]),
    ({"data": {**CSV, "inputs": ["a", "a "]}}, ["data.inputs: names the column 'a ' twice"]),
    ({"data": {**CSV, "inputs": ["a", ""]}}, ["data.inputs: must not hold an empty name"]),
    ({"data": {**CSV, "target": "a"}}, ["data.target: names 'a', which is also one of the inputs"]),
    ({"data": {**CSV, "target": 3}}, ["data.target: must be the name of a column or a list of such names"]),
    ({"data": {**CSV, "target": []}}, ["data.target: must be the name of a column or a list of such names"]),
    (
        {"data": {**CSV, "target": ["c", "d"]}},
        ["data.task: must be regression for several target columns; classification takes one"],
    ),
    ({"data": {**CSV, "task": "x"}}, ["data.task: must be 'classification' or 'regression', not 'x'"]),
    ({"data": {**CSV, "standardize": 1}}, ["data.standardize: must be true or false, not 1"]),
    (data(kind="points", points=[[1, 2]]), ["data.points.0.2: is required"]),
    (data(kind="points", points=[[1, 2, "a"]]), ["data.points.0.2: must be a number, not 'a'"]),
    (data(kind="points", points=[[0, 0, 0], [1, INFINITY, 0]]), ["data.points.1.1: must be a finite number"]),
    (data(kind="points", points=3), ["data.points: must be a list, not 3"]),
    (
        data(kind="points", points=[[1, 2, 3.5]]),
        [
            "data.task: is classification, but point 0 has the label 3.5; "
            "classes are whole numbers from 0 to 9"
        ],
    ),
    ({"features": "x1"}, ["features: must be a list, not 'x1'"]),
    ({"features": [1]}, ["features.0: must be text, not 1"]),
    ({"features": ["x1", "x2", "x1"]}, ["features: names a feature twice"]),
    ({"features": ["x3"]}, ["features.0: feature 'x3': there is no input x3; the inputs are x1, x2"]),
    (
        {"features": ["x1", "x1^2", "("]},
        [
            "features.1: feature 'x1^2': the character '^' at position 3 has no meaning here "
            "(powers are written x1**2)",
            "features.2: feature '(': a number, an input or '(' is missing at the end",
        ],
    ),
    ({"features": ["x1"] * 1001}, ["features: must have at most 1000 entries"]),
    ({"network": None}, ["network: must be an object, not null"]),
    ({"network": {"layer": []}}, [f"network.layer: {UNKNOWN_KEY}"]),
    ({"network": {"layers": 3}}, ["network.layers: must be a list, not 3"]),
    ({"network": {"layers": [{}] * 17}}, ["network.layers: must have at most 16 entries"]),
    ({"network": {"layers": ["tanh"]}}, ["network.layers.0: must be an object, not 'tanh'"]),
    ({"network": {"output": "tanh"}}, ["network.output: must be an object, not 'tanh'"]),
    ({"network": {"output": {"units": 3}}}, [f"network.output.units: {UNKNOWN_KEY}"]),
    (layer(units=0), ["network.layers.1.units: must be between 1 and 1024"]),
    (layer(units=1025), ["network.layers.1.units: must be between 1 and 1024"]),
    (layer(units=4.5), ["network.layers.1.units: must be a whole number, not 4.5"]),
    (layer(activation=None), ["network.layers.1.activation: must be an object or a bare kind, not null"]),
    (layer(activation={}), ['network.layers.1.activation: must name its "kind"']),
    (layer(activation="swich"), [f"network.layers.1.activation: unknown kind 'swich'; known: {ACTIVATIONS}"]),
    (
        layer(activation={"kind": "leaky_relu", "slope": 1}),
        [f"network.layers.1.activation.slope: {UNKNOWN_KEY}"],
    ),
    (
        layer(activation={"kind": "leaky_relu", "negative_slope": 2}),
        ["network.layers.1.activation.negative_slope: must be between 0 and 1"],
    ),
    (layer(dropout=0.95), ["network.layers.1.dropout: must be between 0 and 0.9"]),
    (
        layer(normalization="instance"),
        ["network.layers.1.normalization: must be 'none', 'batch' or 'layer', not 'instance'"],
    ),
    (layer(residual=1), ["network.layers.1.residual: must be true or false, not 1"]),
    (layer(frozen="yes"), ["network.layers.1.frozen: must be true or false, not 'yes'"]),
    (
        layer(units=5, muted_units=[2, 5]),
        ["network.layers.1.muted_units.1: there is no unit 5, the layer has 5"],
    ),
    (layer(muted_units=[1, 1]), ["network.layers.1.muted_units: names one twice"]),
    (
        layer(units=5, muted_weights=[[5, 0]]),
        ["network.layers.1.muted_weights.0: there is no unit 5, the layer has 5"],
    ),
    (
        layer(frozen_weights=[[0, 4]]),
        ["network.layers.1.frozen_weights.0: there is no input 4, the layer has 4"],
    ),
    (
        {"network": {"output": {"muted_weights": [[0, 2]]}}},
        ["network.output.muted_weights.0: there is no input 2, the layer has 2"],
    ),
    (
        training(optimizer="lbfgs", regularizer="l1"),
        [
            "training.regularizer: lbfgs needs a penalty with a slope everywhere, not l1; use l2 or none",
        ],
    ),
    (training(input_noise=-1), ["training.input_noise: must be between 0 and 10"]),
    (training(gradient_clip_value=0), ["training.gradient_clip_value: must be between 1e-06 and 1000000"]),
    (training(stop={"epochs": 0}), ["training.stop.epochs: must be between 1 and 10000000"]),
    (training(stop={"patience": 1.5}), ["training.stop.patience: must be a whole number, not 1.5"]),
    (training(stop={"until": 1}), [f"training.stop.until: {UNKNOWN_KEY}"]),
    (
        layer(initializer={"kind": "normal", "std": -1}),
        ["network.layers.1.initializer.std: must be between 0 and 10"],
    ),
    (training(loss={"kind": "mse", "x": 1}), [f"training.loss.x: {UNKNOWN_KEY}"]),
    (
        training(optimizer={"kind": "adam", "learning_rate": -1}),
        ["training.optimizer.learning_rate: must be between 0 and 100"],
    ),
    (
        training(optimizer={"kind": "adam", "learning_rate": INFINITY}),
        ["training.optimizer.learning_rate: must be a finite number"],
    ),
    (
        training(optimizer={"kind": "sgd", "momentum": 1}),
        ["training.optimizer.momentum: must be between 0 and 0.999999"],
    ),
    (training(optimizer={"learning_rate": 0.1}), ['training.optimizer: must name its "kind"']),
    (
        training(optimizer={"kind": "adam", "epsilon": 0}),
        ["training.optimizer.epsilon: must be between 1e-12 and 1"],
    ),
    (training(schedule={}), ['training.schedule: must name its "kind"']),
    (training(schedule={"kind": "constant", "a": 1}), [f"training.schedule.a: {UNKNOWN_KEY}"]),
    (
        training(regularizer={"kind": "l1", "rate": 11}),
        ["training.regularizer.rate: must be between 0 and 10"],
    ),
    *((training(batch_size=bad), [BATCH_SIZE]) for bad in (0, "all", 1.5, True, 10**7, None, NAN, [])),
    (
        {"view": {"hidden": ["noise", "noise"], "show_test": 1, "link": {"seed": "7" * 201}}},
        [
            "view.hidden: names a control twice",
            "view.show_test: must be true or false, not 1",
            "view.link.seed: must have at most 200 characters",
        ],
    ),
    (
        {"view": {"hidden": ["*"], "shown": []}},
        [f"view.hidden.0: {ONE_OF_CONTROLS}", f"view.shown: {UNKNOWN_KEY}"],
    ),
    (training(shuffle=1), ["training.shuffle: must be true or false, not 1"]),
    (training(gradient_clip=0), ["training.gradient_clip: must be between 1e-06 and 1000000"]),
    (
        {"data": "sine", "training": {"loss": "cross_entropy"}},
        ["training.loss: cross_entropy needs classes, but the data are a regression; use mse"],
    ),
    (
        {"data": "sine", "network": {"output": {"activation": "softmax"}}},
        ["network.output.activation: softmax needs classes, not a regression; use auto"],
    ),
    (
        {"network": {"output": {"activation": "tanh"}}},
        [
            "network.output.activation: cross_entropy needs sigmoid or softmax, not tanh; use auto",
        ],
    ),
    (
        {
            "seed": -1,
            "titel": 3,
            "network": {"layers": [{"units": 0}, {"units": "a"}]},
            "training": {"optimizer": {"kind": "adam", "beta1": 2}},
        },
        [
            "seed: must be between 0 and 4294967295",
            "network.layers.0.units: must be between 1 and 1024",
            "network.layers.1.units: must be a whole number, not 'a'",
            "training.optimizer.beta1: must be between 0 and 0.999999",
            f"titel: {UNKNOWN_KEY}",
        ],
    ),
    (
        {
            "data": "sine",
            "features": ["x2"],
            "training": {"loss": "cross_entropy"},
            "network": {"layers": [{"units": 3, "muted_units": [3]}]},
        },
        [
            "features.0: feature 'x2': there is no input x2; the only input is x1",
            "training.loss: cross_entropy needs classes, but the data are a regression; use mse",
            "network.layers.0.muted_units.0: there is no unit 3, the layer has 3",
        ],
    ),
]
