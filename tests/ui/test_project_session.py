"""Projects through the worker: what is saved goes on to the bit, and nothing that was to be saved is lost."""

from __future__ import annotations

import errno
import threading

import numpy as np
import pytest

from engine.catalog.sources import CsvData
from engine.experiment import Experiment
from engine.files.projects.project import Project, read_project
from engine.trainer import Trainer
from engine.weight_edits import ResetWeights
from tests.ui.watched import EXPERIMENT, Watched, same, sessions
from ui.projects import writer
from ui.training import run as run_module
from ui.training import worker as worker_module


@pytest.fixture
def started(qtbot):
    for start in sessions(qtbot):

        def started(*arguments, start=start, **named):
            watched = start(*arguments, **named)
            watched.saved, watched.unsaved = [], []
            watched.session.projectSaved.connect(watched.saved.append)
            watched.session.projectNotSaved.connect(watched.unsaved.append)
            return watched

        yield started


def _save(watched, path, **named):
    ticket = watched.session.save_project(path, EXPERIMENT, {"page": "weights"}, **named)
    watched.until(lambda: any(one.ticket == ticket for one in watched.saved + watched.unsaved))


def test_a_save_in_the_middle_of_training_goes_on_to_the_bit(started, tmp_path):
    watched = started()
    watched.session.set_running(True)
    watched.next_frame(lambda frame: frame.snapshot.epoch > 20)
    _save(watched, tmp_path / "a.unfold")
    watched.next_frame()
    watched.session.set_running(False)
    last = watched.next_frame(lambda frame: not frame.running)
    (report,) = watched.saved
    project = read_project(tmp_path / "a.unfold")
    assert project.experiment == EXPERIMENT
    assert project.window["page"] == "weights"
    trainer = Trainer.resumed(project)
    assert project.window["epoch"] == trainer.epoch
    assert trainer.step == report.mark.step <= last.snapshot.step
    trainer.advance(batches=last.snapshot.step - trainer.step)
    assert same(trainer.parameters, last.snapshot.parameters)


def test_a_project_is_opened_where_it_stood_and_goes_on_to_the_bit(started, tmp_path):
    watched = started()
    for _ in range(3):
        watched.session.step_epoch()
    watched.next_frame(lambda frame: frame.snapshot.epoch == 3)
    watched.session.step_batch()
    before = watched.next_frame(lambda frame: frame.snapshot.step == 76)
    _save(watched, tmp_path / "a.unfold")
    watched.session.step_epoch()
    after = watched.next_frame(lambda frame: frame.snapshot.step == 100)

    watched.session.load(EXPERIMENT, read_project(tmp_path / "a.unfold"))
    opened = watched.next_frame(lambda frame: frame.snapshot.step == 76)
    assert same(opened.snapshot.parameters, before.snapshot.parameters)
    for curve in ("epoch", "train_loss", "test_loss"):
        np.testing.assert_array_equal(getattr(opened.history, curve), getattr(before.history, curve))
    watched.session.step_epoch()
    again = watched.next_frame(lambda frame: frame.snapshot.step == 100)
    assert same(again.snapshot.parameters, after.snapshot.parameters)


def test_a_project_without_a_run_begins_at_the_start(started, tmp_path):
    watched = started()
    watched.session.step_epoch()
    watched.next_frame(lambda frame: frame.snapshot.epoch == 1)
    watched.session.load(EXPERIMENT, Project(EXPERIMENT, None, None))
    assert watched.next_frame().snapshot.step == 0


def test_what_comes_after_a_save_is_not_in_it(started, tmp_path):
    watched = started()
    watched.session.step_epoch()
    watched.next_frame(lambda frame: frame.snapshot.epoch == 1)
    ticket = watched.session.save_project(tmp_path / "a.unfold", EXPERIMENT, {})
    watched.edit_weights(ResetWeights())
    watched.until(lambda: watched.saved)
    assert watched.saved[0].ticket == ticket
    assert Trainer.resumed(read_project(tmp_path / "a.unfold")).epoch == 1


def test_a_full_disk_is_told_and_the_file_stays(started, tmp_path, monkeypatch):
    watched = started()
    _save(watched, tmp_path / "a.unfold")
    content = (tmp_path / "a.unfold").read_bytes()

    def full(path, project):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(writer, "write_project", full)
    watched.session.step_batch()
    _save(watched, tmp_path / "a.unfold")
    (report,) = watched.unsaved
    assert report.problems == (f"{tmp_path / 'a.unfold'}: no space left on device",)
    assert (tmp_path / "a.unfold").read_bytes() == content


def test_a_document_without_a_network_is_refused_unless_it_is_to_be_rescued(started, tmp_path):
    watched = started()
    other = Experiment(title="Never trained")
    for rescue in (False, True):
        ticket = watched.session.save_project(tmp_path / "a.unfold", other, {}, rescue=rescue)
        watched.until(lambda t=ticket: any(one.ticket == t for one in watched.saved + watched.unsaved))
    assert "no network" in watched.unsaved[0].problems[0]
    project = read_project(tmp_path / "a.unfold")
    assert (project.experiment, project.checkpoint) == (other, None)


def test_an_edit_that_cannot_be_trained_on_costs_no_training(started, tmp_path):
    watched = started()
    watched.session.step_epoch()
    watched.until(lambda: watched.frame.snapshot.epoch == 1)
    edited = EXPERIMENT.edited(data=CsvData(path="/nowhere/at all.csv", inputs=("a", "b"), target="c"))
    watched.edit(EXPERIMENT, edited)
    watched.session.save_project(tmp_path / "a.unfold", edited, {}, rescue=True)
    watched.until(lambda: watched.saved)
    project = read_project(tmp_path / "a.unfold")
    assert project.experiment == EXPERIMENT
    assert Trainer.resumed(project).step == watched.frame.snapshot.step


def test_a_document_that_cannot_be_trained_on_is_not_taken_for_the_one_before(started, tmp_path):
    watched = started()
    watched.session.step_epoch()
    watched.until(lambda: watched.frame.snapshot.epoch == 1)
    other = EXPERIMENT.edited(data=CsvData(path="/nowhere/at all.csv", inputs=("a", "b"), target="c"))
    watched.session.load(other)
    watched.session.save_project(tmp_path / "a.unfold", other, {}, rescue=True)
    watched.until(lambda: watched.saved)
    project = read_project(tmp_path / "a.unfold")
    assert (project.experiment, project.checkpoint) == (other, None)


def test_the_window_gets_frames_while_the_disk_is_slow(started, tmp_path, monkeypatch):
    watched = started()
    go_on = threading.Event()
    write = writer.write_project

    def slow(path, project):
        assert go_on.wait(30)
        write(path, project)

    monkeypatch.setattr(writer, "write_project", slow)
    watched.session.set_running(True)
    watched.next_frame(lambda frame: frame.running)
    watched.session.save_project(tmp_path / "a.unfold", EXPERIMENT, {})
    shown = len(watched.frames)
    watched.until(lambda: len(watched.frames) > shown + 10)
    assert not watched.saved
    go_on.set()
    watched.until(lambda: watched.saved)


def test_a_save_asked_for_at_the_very_end_is_done(started, tmp_path):
    watched = started()
    watched.session.step_epoch()
    watched.next_frame(lambda frame: frame.snapshot.epoch == 1)
    watched.edit_weights(ResetWeights())
    watched.session.save_project(tmp_path / "a.unfold", EXPERIMENT, {})
    watched.session.stop()
    assert Trainer.resumed(read_project(tmp_path / "a.unfold")).epoch == 0


def test_without_an_engine_a_save_is_refused_instead_of_waited_for(qtbot, tmp_path, monkeypatch):
    def broken(self):
        raise RuntimeError("no engine")

    monkeypatch.setattr(worker_module.Worker, "_prepared", broken)
    watched = Watched(qtbot, None)
    unsaved = []
    watched.session.projectNotSaved.connect(unsaved.append)
    watched.session.load(EXPERIMENT)
    watched.session.start()
    watched.session.save_project(tmp_path / "a.unfold", EXPERIMENT, {})
    watched.until(lambda: unsaved and watched.failures)
    assert "engine did not start" in unsaved[0].problems[0]
    watched.session.stop()


def test_without_an_engine_a_look_is_refused_instead_of_waited_for(qtbot, monkeypatch):
    def broken(self):
        raise RuntimeError("no engine")

    monkeypatch.setattr(worker_module.Worker, "_prepared", broken)
    watched = Watched(qtbot, None)
    watched.session.start()
    watched.session.ask(lambda trainer, history: None, pytest.fail)
    watched.until(lambda: watched.problems and watched.failures)
    assert "engine did not start" in str(watched.problems[0])
    watched.session.stop()


def test_a_fault_while_a_run_is_taken_is_an_answer_too(started, tmp_path, monkeypatch):
    watched = started()

    def broken(self, experiment, window, rescue):
        raise MemoryError("no room")

    monkeypatch.setattr(run_module.Run, "project", broken)
    _save(watched, tmp_path / "a.unfold")
    assert "no room" in watched.unsaved[0].problems[0]
    watched.until(lambda: watched.failures)
    assert "MemoryError" in watched.failures.pop()


def test_a_rescue_at_the_end_of_a_start_that_was_broken_off_is_done(qtbot, tmp_path, monkeypatch):
    stopping = threading.Event()

    def slow(self):
        assert stopping.wait(30)
        return run_module.Run(Trainer)

    monkeypatch.setattr(worker_module.Worker, "_prepared", slow)
    watched = Watched(qtbot, None)
    edited = EXPERIMENT.edited(title="Edited")
    watched.session.load(EXPERIMENT)
    watched.session.start()
    watched.edit(EXPERIMENT, edited)
    watched.session.save_project(tmp_path / "a.unfold", edited, {}, rescue=True)
    threading.Timer(0.1, stopping.set).start()
    watched.session.stop()
    assert read_project(tmp_path / "a.unfold").experiment == edited
