"""A project file: what is in it, and what comes out of it again."""

from __future__ import annotations

import json
import math
import zipfile

import numpy as np
import pytest
from safetensors.numpy import load

from engine import Experiment, ExperimentError, ProjectError, Trainer
from engine.files.imports.weights import read_weights
from engine.files.projects.project import Project, open_document, read_project, write_project
from engine.history import CAPACITY, Curves, Recorder
from tests.engine.projects import assert_bits, assert_same_run, begun, everything, kept, project_of
from tests.engine.small import experiment

WINDOW = {"splitter": [3, 1.5], "page": "weights ①", "dark": None, "deep": {"er": [True, {}]}}


def members(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_experiment_alone_is_a_project(tmp_path):
    project = kept(Project(experiment(title="Alone"), None, None), tmp_path)
    assert project.experiment == experiment(title="Alone")
    assert (project.checkpoint, project.curves, project.taken_back) == (None, None, None)
    assert project.window == {}
    assert set(members(tmp_path / "p.unfold")) == {"project.json", "experiment.json"}
    assert_same_run(
        Trainer.resumed(project).checkpoint(), Trainer(experiment(title="Alone")).checkpoint(), seconds=True
    )


def test_what_the_window_wants_to_find_again_is_kept(tmp_path):
    project = kept(Project(experiment(), None, None, taken_back=12, window=WINDOW), tmp_path)
    assert project.window == WINDOW
    assert project.taken_back == 12


@pytest.mark.parametrize("window", [{"x": math.nan}, {"x": "y" * (2 << 20)}, {"x": object()}])
def test_settings_that_could_not_be_read_again_are_not_written(tmp_path, window):
    with pytest.raises((ValueError, TypeError)):
        write_project(tmp_path / "p.unfold", Project(experiment(), None, None, window=window))
    assert list(tmp_path.iterdir()) == []


def test_the_members_are_what_the_documentation_says(tmp_path):
    trainer = begun(everything(optimizer={"kind": "adam"}))
    project = project_of(trainer, Curves(np.zeros((3, 1)), 1, 0))
    kept(project, tmp_path)
    found = members(tmp_path / "p.unfold")
    assert list(found) == [
        "project.json",
        "experiment.json",
        "weights.safetensors",
        "state.safetensors",
        "history.csv",
    ]
    assert Experiment.model_validate_json(found["experiment.json"]) == trainer.experiment
    state = load(found["state.safetensors"])
    for name, tensors in trainer.optimizer_state.items():
        for i, layer in enumerate(tensors):
            for part, array in layer.items():
                assert_bits(state[f"optimizer.{name.replace(' ', '_')}.layers.{i}.{part}"], array)
    assert state["counters"].tolist()[:2] == [trainer.step, trainer.epoch]
    for name in ("gradient.layers.0.weight", "muted.layers.0.weight", "earlier.layers.3.bias", "order"):
        assert name in state
    assert not any(name.endswith(".flat") for name in state)
    record = json.loads(found["project.json"])
    assert (record["format"], record["version"]) == ("unfold.project", 1)


def test_the_weights_in_it_are_a_file_of_weights(tmp_path):
    trainer = begun(everything())
    kept(project_of(trainer), tmp_path)
    path = tmp_path / "w.safetensors"
    path.write_bytes(members(tmp_path / "p.unfold")["weights.safetensors"])
    assert_bits(read_weights(path), trainer.tensors)
    length = int.from_bytes(path.read_bytes()[:8], "little")
    header = json.loads(path.read_bytes()[8 : 8 + length])
    assert Experiment.model_validate_json(header["__metadata__"]["experiment"]) == trainer.experiment


def test_padding_that_is_not_zero_is_kept_as_it_lies_in_memory(tmp_path):
    trainer = begun(experiment(training={"optimizer": "rprop"}))
    kept(project_of(trainer), tmp_path)
    state = load(members(tmp_path / "p.unfold")["state.safetensors"])
    assert "optimizer.step_size.flat" in state
    assert "optimizer.last_gradient.layers.0.weight" in state


def test_curves_survive_to_the_bit(tmp_path):
    recorder = Recorder()
    rng = np.random.default_rng(0)
    for epoch in range(3 * CAPACITY):
        recorder.append(epoch + 1 / 3, rng.normal() ** -7, math.nan if epoch % 5 else math.inf)
    curves = recorder.state()
    found = kept(Project(experiment(), None, curves), tmp_path).curves
    assert_bits(found, curves)
    again = Recorder()
    again.restore(found)
    for one in (recorder, again):
        one.append(1e6, 0.5, 0.25)
    assert_bits(recorder.state(), again.state())


def test_a_checkpoint_of_another_experiment_is_not_written(tmp_path):
    project = Project(experiment(seed=4), begun(experiment()).checkpoint(), None)
    with pytest.raises(ValueError, match="another experiment"):
        write_project(tmp_path / "p.unfold", project)
    assert list(tmp_path.iterdir()) == []


def test_the_most_painted_points_fit(tmp_path):
    points = np.random.default_rng(0).uniform(-6, 6, (100_000, 2)).tolist()
    data = {"kind": "points", "points": [[*point, i % 10] for i, point in enumerate(points)]}
    painted = experiment(data=data)
    assert kept(Project(painted, None, None), tmp_path).experiment == painted


def test_documents_are_opened_by_what_they_are(tmp_path):
    trainer = begun(experiment())
    trainer.experiment.save(tmp_path / "e.json")
    for name in ("p.unfold", "p.json", "P.UNFOLD"):
        write_project(tmp_path / name, project_of(trainer))
        assert_same_run(open_document(tmp_path / name).checkpoint, trainer.checkpoint(), seconds=True)
    found = open_document(str(tmp_path / "e.json"))
    assert found.experiment == trainer.experiment
    assert found.checkpoint is None
    (tmp_path / "e.unfold").write_bytes((tmp_path / "e.json").read_bytes())
    with pytest.raises(ProjectError, match=r"^e\.unfold: this is no Unfold project: it holds text, where "):
        open_document(tmp_path / "e.unfold")
    with pytest.raises(ExperimentError):
        open_document(tmp_path / "missing.json")
    with pytest.raises(ProjectError, match=r"missing\.unfold: cannot be read: no such file"):
        read_project(tmp_path / "missing.unfold")
    with pytest.raises(ProjectError, match="not a file"):
        read_project(tmp_path)
