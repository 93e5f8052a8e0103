"""Counters at the end of their range, as no run has them by itself: what opens trains on and is kept."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load, save

from engine import ProjectError, Trainer
from engine.catalog.entry import MOST_COUNTED
from engine.catalog.schedules import SCHEDULES
from engine.files.export.portable import portable
from engine.files.export.verify import export
from engine.files.projects.project import Project, content_of, read_project
from engine.history import CAPACITY, Curves, Recorder
from tests.engine.mutated_projects import at_the_end, members_of, zipped
from tests.engine.projects import MOMENTUM, WILD, assert_same_run, begun, everything, project_of, recorded
from tests.engine.small import experiment

PATIENT = {"kind": "plateau", "patience": 10_000}


def members_at_the_end(project):
    return at_the_end(members_of(content_of(project)))


def opened(members, folder):
    (folder / "p.unfold").write_bytes(zipped(members))
    return read_project(folder / "p.unfold")


def curves_of(trainer):
    """Return curves that have no room for another point."""
    recorder = Recorder()
    recorded(trainer, recorder)
    return Curves(np.vstack([np.arange(CAPACITY), np.ones((2, CAPACITY))]) * 1.0, MOST_COUNTED, MOST_COUNTED)


def counters_of(trainer):
    return trainer.step, trainer.epoch


RUNS = {
    "momentum": everything(optimizer=MOMENTUM),
    "lbfgs on a plateau": everything(optimizer="lbfgs", schedule=PATIENT),
    "rprop on a plateau": everything(optimizer="rprop", schedule=PATIENT),
    "adam": everything(optimizer="adam"),
    "a goal": experiment(training={"optimizer": MOMENTUM, "stop": {"loss": 0.01, "seconds": 1e6}}),
    **{
        entry.key(): experiment(training={"optimizer": MOMENTUM, "schedule": entry.key()})
        for entry in SCHEDULES
    },
}


@pytest.mark.parametrize("name", RUNS)
def test_a_run_at_the_end_of_its_counters_goes_on_and_is_kept(tmp_path, name):
    first = begun(RUNS[name])
    project = opened(members_at_the_end(project_of(first, curves_of(first), taken_back=3)), tmp_path)
    trainer, curves = Trainer.resumed(project), Recorder()
    curves.restore(project.curves)
    assert counters_of(trainer) == (MOST_COUNTED, MOST_COUNTED)
    trainer.advance(batches=3)
    trainer.advance(epochs=2)
    recorded(trainer, curves)
    curves.append(1.0 + trainer.epoch * 1.5, 1.0, 1.0)  # a point more than there is room for
    again = opened(
        members_of(content_of(project_of(trainer, curves.state(), taken_back=MOST_COUNTED))), tmp_path
    )
    other = Trainer.resumed(again)
    assert counters_of(other) == (MOST_COUNTED, MOST_COUNTED)
    assert again.taken_back == MOST_COUNTED
    assert again.curves.stride <= MOST_COUNTED
    assert np.array_equal(again.curves.points, curves.state().points, equal_nan=True)
    # What is kept is the run that was opened, further trained; and what was opened again is kept to the bit.
    assert all(
        np.array_equal(one["weight"], two["weight"])
        for one, two in zip(trainer.tensors, other.tensors, strict=True)
    )
    assert_same_run(
        again.checkpoint, opened(members_of(content_of(again)), tmp_path).checkpoint, seconds=True
    )


@pytest.mark.parametrize("stop", [{"patience": 1}, {"patience": 1, "restore_best": False}, {"loss": 10.0}])
def test_a_run_that_ends_there_is_kept(tmp_path, stop):
    """The epoch in which a rule stops it lies beyond the largest one."""
    first = begun(experiment(training={"optimizer": MOMENTUM, "stop": {"patience": 400}}), batches=0)
    members = members_at_the_end(project_of(first))
    document = json.loads(members["experiment.json"])
    document["training"]["stop"] = stop
    record = json.loads(members["project.json"])
    record["run"]["watch"] |= {"lowest": -1.0, "best_epoch": 3}
    members |= {
        "project.json": json.dumps(record).encode(),
        "experiment.json": json.dumps(document).encode(),
    }
    project = opened(members, tmp_path)
    trainer = Trainer.resumed(project)
    assert not trainer.advance(epochs=1)
    again = opened(members_of(content_of(project_of(trainer))), tmp_path)
    assert (again.checkpoint.finished.epoch, again.checkpoint.finished.step) == (MOST_COUNTED, MOST_COUNTED)
    assert not Trainer.resumed(again).advance(epochs=1)


def test_a_run_that_diverges_there_is_kept(tmp_path):
    project = opened(members_at_the_end(project_of(begun(experiment(**WILD), epochs=0))), tmp_path)
    trainer = Trainer.resumed(project)
    assert not trainer.advance(epochs=100)
    assert trainer.diverged.step > MOST_COUNTED
    again = opened(members_of(content_of(project_of(trainer))), tmp_path)
    assert (again.checkpoint.diverged.epoch, again.checkpoint.diverged.step) == (MOST_COUNTED, MOST_COUNTED)


def test_it_is_exported(tmp_path):
    project = opened(members_at_the_end(project_of(begun(RUNS["adam"]))), tmp_path)
    trainer = Trainer.resumed(project)
    trainer.advance(batches=50)
    for suffix in (".json", ".onnx", ".safetensors", ".py", ".torch.py"):
        export(tmp_path / f"n{suffix}", portable(trainer), trainer.predict)
    assert json.loads((tmp_path / "n.json").read_text())["epochs"] == MOST_COUNTED


@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize("value", [MOST_COUNTED + 1, 2**62])
def test_a_counter_beyond_the_end_is_refused(tmp_path, at, value):
    members = members_of(content_of(project_of(begun(everything(optimizer=MOMENTUM)))))
    arrays = load(members["state.safetensors"])
    arrays["counters"][at] = value
    with pytest.raises(ProjectError) as caught:
        opened({**members, "state.safetensors": save(arrays)}, tmp_path)
    assert str(caught.value) == "p.unfold: counters: a step or an epoch that cannot be"


def test_what_trains_from_zero_is_kept_as_ever(tmp_path):
    trainer = begun(everything(optimizer=MOMENTUM))
    again = opened(members_of(content_of(Project(trainer.experiment, trainer.checkpoint(), None))), tmp_path)
    assert counters_of(Trainer.resumed(again)) == counters_of(trainer) != (MOST_COUNTED, MOST_COUNTED)
