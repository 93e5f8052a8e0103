"""The document: what it accepts, and what editing makes of it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from engine import Experiment
from engine.catalog.datasets import Circle, Sine
from engine.experiment import Layer, Network, Output, Training
from tests.engine.bad_documents import CSV, HEAD
from tests.engine.design_document import DESIGN
from tests.engine.strategies import documents, experiments

ROOT = Path(__file__).parents[2]
NOTHING_FROZEN = {"bias_initializer": None, "frozen": False, "frozen_weights": [], "muted_weights": []}


def test_document_of_the_design_is_valid():
    experiment = Experiment.parse(DESIGN)
    assert experiment.document() == {
        **DESIGN,
        "network": {
            "layers": [
                {
                    "units": 8,
                    "activation": {"kind": "tanh"},
                    "initializer": {"kind": "glorot_uniform", "bias": 0.0, "gain": 1.0},
                    "dropout": 0.0,
                    "normalization": "none",
                    "residual": False,
                    "muted_units": [],
                    **NOTHING_FROZEN,
                },
                {
                    **DESIGN["network"]["layers"][1],
                    "initializer": {"kind": "he_normal", "bias": 0.0, "gain": 1.0},
                    "muted_units": [],
                    **NOTHING_FROZEN,
                },
            ],
            "output": {
                "activation": {"kind": "auto"},
                "initializer": {"kind": "glorot_uniform", "bias": 0.0, "gain": 1.0},
                **NOTHING_FROZEN,
            },
        },
        "training": {
            **DESIGN["training"],
            "loss": {"kind": "cross_entropy", "class_weights": [], "label_smoothing": 0.0},
            "schedule": {"kind": "constant", "warmup": 0},
            "regularizer": {"kind": "none"},
            "gradient_clip_value": None,
            "input_noise": 0.0,
            "stop": {"epochs": None, "loss": None, "seconds": None, "patience": None, "restore_best": True},
        },
        "view": {"hidden": [], "show_test": True, "discretize": False, "link": None},
    }


def test_every_key_but_the_two_has_a_default():
    experiment = Experiment.parse({})
    assert experiment == Experiment() == Experiment.parse(HEAD)
    assert experiment.model_dump(mode="json", exclude={"training", "network", "data", "view"}) == {
        **HEAD,
        "title": "Untitled",
        "seed": 0,
        "features": ["x1", "x2"],
    }
    assert experiment.data == Circle()
    assert [layer.units for layer in experiment.network.layers] == [4, 2]
    assert experiment.training.batch_size == 10
    assert experiment.training.optimizer.learning_rate == 0.01


def _without(document: Any, path: tuple[Any, ...]) -> Any:
    document = copy.deepcopy(document)
    *parents, last = path
    here = document
    for key in parents:
        here = here[key]
    del here[last]
    return document


def _paths(here: Any, start: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all keys of a document."""
    items: Any = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
    found = []
    for key, value in items:
        found += [(*start, key), *_paths(value, (*start, key))]
    return found


@pytest.mark.parametrize(
    "path",
    [p for p in _paths(DESIGN) if p[-1] != "kind" and not isinstance(p[-1], int)],
    ids=lambda path: ".".join(map(str, path)),
)
def test_every_single_key_may_be_left_out(path):
    Experiment.parse(_without(DESIGN, path))


@given(documents())
def test_a_bare_kind_means_its_defaults(document):
    def spelled_out(here: Any, key: str = "") -> Any:
        if isinstance(here, dict):
            return {k: spelled_out(v, k) for k, v in here.items()}
        if isinstance(here, list):
            return [spelled_out(v) for v in here]
        kinds = ("data", "activation", "initializer", "loss", "optimizer", "schedule", "regularizer")
        return {"kind": here} if key in kinds and isinstance(here, str) else here

    assert Experiment.parse(spelled_out(document)) == Experiment.parse(document)


def test_left_out_loss_follows_the_data():
    assert Experiment.parse({"data": "circle"}).training.loss.kind == "cross_entropy"
    assert Experiment.parse({"data": "sine"}).training.loss.kind == "mse"
    assert Experiment.parse({"data": "sine", "training": {"batch_size": 3}}).training.loss.kind == "mse"
    assert Experiment(data=Sine()).training.loss.kind == "mse"


def test_left_out_features_are_the_inputs():
    assert Experiment.parse({"data": "sine"}).features == ("x1",)
    assert Experiment.parse({"data": {**CSV, "inputs": list("abde")}}).features == ("x1", "x2", "x3", "x4")
    assert Experiment.parse({"features": []}).features == ("x1", "x2")


def test_whole_numbers_are_numbers_too():
    document = {"data": {"kind": "circle", "noise": 0}, "training": {"gradient_clip": 1}}
    experiment = Experiment.parse(document)
    assert (experiment.data.noise, experiment.training.gradient_clip) == (0.0, 1.0)
    assert isinstance(experiment.training.gradient_clip, float)


def test_experiments_are_frozen():
    experiment = Experiment()
    for part, name in ((experiment, "seed"), (experiment.training, "shuffle"), (experiment.data, "noise")):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(part, name, 1)


@given(experiments())
def test_json_round_trip(experiment):
    text = json.dumps(experiment.document(), allow_nan=False)
    assert Experiment.parse(json.loads(text)) == experiment
    assert Experiment.model_validate_json(text) == experiment
    assert Experiment.parse(json.loads(text)).document() == experiment.document()


@given(experiments())
def test_editing_nothing_is_the_same_experiment(experiment):
    assert experiment.edited() == experiment
    assert hash(experiment.edited().training) == hash(experiment.training)


# Files


def test_json_text_must_say_what_it_is():
    with pytest.raises(ValidationError, match="this file is not an Unfold experiment"):
        Experiment.model_validate_json("{}")
    with pytest.raises(ValidationError, match="update Unfold"):
        Experiment.model_validate_json('{"format": "unfold.experiment", "version": 2}')


def test_shipped_experiments_are_valid():
    found = sorted((ROOT / "resources" / "experiments").glob("*.json"))
    assert found
    for path in found:
        Experiment.load(path)


# Other data


@given(experiments(), experiments())
def test_any_experiment_takes_any_data(experiment, other):
    changed = experiment.with_data(other.data)
    assert changed.data == other.data
    assert changed.seed == experiment.seed
    assert [layer.units for layer in changed.network.layers] == [
        layer.units for layer in experiment.network.layers
    ]


def test_parts_can_be_built_by_hand():
    experiment = Experiment(
        data=Circle(noise=0.1),
        network=Network(layers=(Layer(units=3),), output=Output(activation="sigmoid")),
        training=Training(optimizer="sgd"),
    )
    assert Experiment.parse(experiment.document()) == experiment
