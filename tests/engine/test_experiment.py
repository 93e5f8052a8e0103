"""The document: what it accepts, and that it survives its way to disk."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from engine import Experiment, ExperimentError
from engine.catalog.datasets import Circle, Sine
from engine.experiment import Layer, Network, Output, Training
from engine.files import json_document
from tests.engine.bad_documents import CSV, HEAD
from tests.engine.strategies import documents, experiments

ROOT = Path(__file__).parents[2]
DESIGN = {
    "format": "unfold.experiment",
    "version": 1,
    "title": "Two spirals",
    "seed": 7,
    "data": {"kind": "spiral", "samples": 500, "noise": 0.1, "test_fraction": 0.5},
    "features": ["x1", "x2"],
    "network": {
        "layers": [
            {"units": 8, "activation": "tanh", "initializer": "glorot_uniform"},
            {
                "units": 8,
                "activation": {"kind": "leaky_relu", "negative_slope": 0.01},
                "initializer": {"kind": "he_normal"},
                "dropout": 0.0,
                "normalization": "none",
                "residual": False,
            },
        ],
        "output": {"activation": "auto", "initializer": "glorot_uniform"},
    },
    "training": {
        "loss": "cross_entropy",
        "optimizer": {"kind": "adam", "learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-08},
        "schedule": "constant",
        "regularizer": "none",
        "batch_size": 10,
        "shuffle": True,
        "gradient_clip": None,
    },
}


@pytest.fixture
def file(tmp_path):
    def write(content: Any) -> Path:
        path = tmp_path / "experiment.json"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def load_problems(path: Path) -> list[str]:
    with pytest.raises(ExperimentError) as caught:
        Experiment.load(path)
    assert all(problem and "\n" not in problem for problem in caught.value.problems)
    return list(caught.value.problems)


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
    }


def test_every_key_but_the_two_has_a_default():
    experiment = Experiment.parse({})
    assert experiment == Experiment() == Experiment.parse(HEAD)
    assert experiment.model_dump(mode="json", exclude={"training", "network", "data"}) == {
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


def test_save_and_load(tmp_path):
    experiment = Experiment.parse({**DESIGN, "title": "Zwei Spiralen ①"})
    path = tmp_path / "e.json"
    experiment.save(path)
    assert Experiment.load(path) == experiment
    assert Experiment.load(str(path)) == experiment
    text = path.read_text(encoding="utf-8")
    assert "①" in text
    assert text.endswith("}\n")
    assert [p.name for p in tmp_path.iterdir()] == ["e.json"]


@settings(max_examples=25)
@given(experiments())
def test_any_experiment_survives_the_disk(tmp_path_factory, experiment):
    folder = tmp_path_factory.mktemp("disk")
    experiment.save(folder / "e.json")
    loaded = Experiment.load(folder / "e.json")
    if experiment.data.kind == "csv":
        path = os.path.abspath(experiment.data.path)
        experiment = experiment.edited(data=experiment.data.edited(path=path))
    assert loaded == experiment


def test_path_of_a_table_is_relative_in_the_file_and_absolute_in_memory(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    source = tmp_path / "a" / "e.json"
    source.write_text(json.dumps(HEAD | {"data": {**CSV, "path": "b/t.csv"}}))
    experiment = Experiment.load(source)
    assert experiment.data.path == str(tmp_path / "a" / "b" / "t.csv")
    for folder, path in (("a", "b/t.csv"), ("a/b", "t.csv"), (".", "a/b/t.csv")):
        moved = tmp_path / folder / "moved.json"
        experiment.save(moved)
        assert json.loads(moved.read_text())["data"]["path"] == path
        assert Experiment.load(moved) == experiment


@pytest.mark.parametrize("function", ["replace", "fsync", "chmod"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, function):
    path = tmp_path / "e.json"
    Experiment(title="Old").save(path)

    def fail(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(OSError, match="No space left on device") as caught:
        Experiment(title="New").save(path)
    monkeypatch.undo()
    assert caught.value.filename == str(path)
    assert Experiment.load(path).title == "Old"
    assert [p.name for p in tmp_path.iterdir()] == ["e.json"]


def test_saving_where_no_folder_is_names_the_file(tmp_path):
    with pytest.raises(OSError, match="No such file or directory") as caught:
        Experiment().save(tmp_path / "no" / "e.json")
    assert caught.value.filename == str(tmp_path / "no" / "e.json")


def test_saving_through_a_link_keeps_the_link(tmp_path):
    (tmp_path / "far").mkdir()
    link, file = tmp_path / "e.json", tmp_path / "far" / "real.json"
    link.symlink_to(file)
    for title in ("First", "Second"):
        Experiment(title=title).save(link)
        assert link.is_symlink()
        assert Experiment.load(file).title == title


def test_saving_over_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder.json").mkdir()
    for name, problem in (("pipe.json", "Not a regular file"), ("folder.json", "Is a directory")):
        with pytest.raises(OSError, match=problem) as caught:
            Experiment().save(tmp_path / name)
        assert caught.value.filename == str(tmp_path / name)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder.json", "pipe.json"]


def test_saving_keeps_the_rights_of_the_file(tmp_path):
    path = tmp_path / "e.json"
    Experiment().save(path)
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask
    path.chmod(0o640)
    Experiment().save(path)
    assert path.stat().st_mode & 0o777 == 0o640


BAD_FILES: dict[str, tuple[Any, list[str]]] = {
    "empty": ("", ["experiment.json: the file is empty"]),
    "blank": (" \n\t", ["experiment.json: the file is empty"]),
    "cut off": ('{"format": ', ["experiment.json: not valid JSON at line 1, column 12: expecting value"]),
    "a comma too many": (
        '{\n  "format": 1,\n}',
        [
            "experiment.json: not valid JSON at line 3, column 1: "
            "expecting property name enclosed in double quotes"
        ],
    ),
    "a list": ("[]", ['experiment.json: must be a JSON object with "format": "unfold.experiment"']),
    "a number": ("3", ['experiment.json: must be a JSON object with "format": "unfold.experiment"']),
    "no format": (
        {"version": 1},
        ['experiment.json: format: must be "unfold.experiment"; this file is not an Unfold experiment'],
    ),
    "another format": (
        {"format": "x", "version": 1},
        ['experiment.json: format: must be "unfold.experiment"; this file is not an Unfold experiment'],
    ),
    "no version": (
        {"format": "unfold.experiment"},
        ["experiment.json: version: must be a whole number from 1 on"],
    ),
    "version as text": (
        {"format": "unfold.experiment", "version": "1"},
        ["experiment.json: version: must be a whole number from 1 on"],
    ),
    "version true": (
        {"format": "unfold.experiment", "version": True},
        ["experiment.json: version: must be a whole number from 1 on"],
    ),
    "newer": (
        {"format": "unfold.experiment", "version": 2, "anything": 1},
        [
            "experiment.json: version: the file is of version 2, this Unfold reads up to 1; update Unfold",
        ],
    ),
    "twice": (
        '{"format": "unfold.experiment", "version": 1, "data": {"kind": "xor", "kind": "circle"}}',
        ["experiment.json: the key 'kind' stands twice in one object; keep one of them"],
    ),
    "nested": ("[" * 200_000, ["experiment.json: not an experiment: nested too deeply"]),
    "nested objects": (
        '{"a":' * 200_000 + "1" + "}" * 200_000,
        ["experiment.json: not an experiment: nested too deeply"],
    ),
    "binary": (
        b"\x00\xff\xfe",
        ["experiment.json: not UTF-8 text, so it is no experiment (byte 1)"],
    ),
    "NaN": (
        '{"format": "unfold.experiment", "version": 1, "data": {"kind": "xor", "noise": NaN}}',
        ["experiment.json: data.noise: must be a finite number"],
    ),
    "Infinity": (
        '{"format": "unfold.experiment", "version": 1, "training": {"gradient_clip": -Infinity}}',
        ["experiment.json: training.gradient_clip: must be a finite number"],
    ),
    "two problems": (
        HEAD | {"seed": "x", "network": {"layers": [{"units": 0}]}},
        [
            "experiment.json: seed: must be a whole number, not 'x'",
            "experiment.json: network.layers.0.units: must be between 1 and 1024",
        ],
    ),
}


@pytest.mark.parametrize(("content", "sentences"), BAD_FILES.values(), ids=BAD_FILES)
def test_bad_files_are_told_by_name_and_place(file, content, sentences):
    assert load_problems(file(content)) == sentences


@pytest.mark.parametrize("depth", [10, 300, 900, 950, 980, 990, 5000])
def test_nesting_of_any_depth_is_refused(file, depth):
    text = '{"format": "unfold.experiment", "version": 1, "data": ' + "[" * depth + "]" * depth + "}"
    (sentence,) = load_problems(file(text))
    assert sentence.startswith("experiment.json: ")


def test_numbers_of_thousands_of_digits_are_refused(file):
    text = '{"format": "unfold.experiment", "version": 1, "seed": ' + "9" * 5000 + "}"
    (sentence,) = load_problems(file(text))
    assert sentence.startswith("experiment.json: not valid JSON: ")


def test_a_byte_order_mark_does_no_harm(file):
    assert Experiment.load(file(b"\xef\xbb\xbf" + json.dumps(DESIGN).encode())) == Experiment.parse(DESIGN)


def test_missing_files_and_folders_are_told(tmp_path):
    assert load_problems(tmp_path / "no.json") == [
        f"{tmp_path / 'no.json'}: cannot be read: no such file or directory"
    ]
    assert load_problems(tmp_path) == [f"{tmp_path}: cannot be read: is a directory"]


def test_files_without_an_end_are_refused():
    if not Path("/dev/zero").exists():
        pytest.skip("no such device")
    (sentence,) = load_problems(Path("/dev/zero"))
    assert sentence == "zero: larger than 64 MB, so it is no experiment"


def test_older_versions_are_brought_up_to_date(file, monkeypatch):
    """There is none yet: a made-up one shows that the steps are taken in order."""
    monkeypatch.setattr(json_document, "VERSION", 3)
    steps = {
        1: lambda d: {**d, "version": 2, "title": d["name"]},
        2: lambda d: {k: v for k, v in d.items() if k != "name"} | {"version": 3},
    }
    monkeypatch.setattr(json_document, "MIGRATIONS", steps)
    document = json_document.read_document(file({**HEAD, "name": "Old"}))
    assert document == {"format": "unfold.experiment", "version": 3, "title": "Old"}


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
