"""What is not saved is kept in a recovery file, and no longer than needed."""

from __future__ import annotations

import errno
import json
from dataclasses import replace

import pytest
from answers import named
from on_screen import next_frame
from PySide6.QtWidgets import QMessageBox

from engine.experiment import Experiment
from engine.files.projects.project import read_project
from engine.snapshot import Divergence
from engine.trainer import Trainer
from engine.weight_edits import SetNumber
from ui.projects import recovery_files, writer
from ui.projects.recovery_files import autosave_seconds, recovery_folder


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def files(window):
    """Return the recovery files there are."""
    return lambda: sorted(recovery_folder().glob("*.unfold"))


@pytest.fixture
def soon(window):
    """Let a change be kept at once instead of in a minute."""
    window.files.autosave._timer.setInterval(0)


def _one(qtbot, files):
    qtbot.waitUntil(lambda: len(files()) == 1)
    return read_project(files()[0])


def _save(qtbot, window, path):
    window.files.saving.write(path)
    assert window.files._projects.wait()


def test_nothing_is_kept_while_nothing_changes(window, qtbot, files, soon):
    qtbot.wait(100)
    window.files.autosave.now()
    qtbot.wait(50)
    assert not files()


def test_an_edit_is_kept_after_a_while(window, qtbot, files, soon):
    window.commands["add_layer"].trigger()
    project = _one(qtbot, files)
    assert project.experiment == window.document.experiment
    assert project.window["recovery"] == {"path": "", "name": "Two spirals", "stamp": None}


def test_training_is_kept_with_its_weights(window, qtbot, files, soon):
    window.session.step_epoch()
    frame = next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == 1)
    project = _one(qtbot, files)
    assert Trainer.resumed(project).step == frame.snapshot.step
    assert project.window["epoch"] == 1


def test_an_edit_of_the_weights_is_kept(window, qtbot, files, soon):
    window.intents.edit_weights(SetNumber(0, "weight", (0, 0), 7.0), "Weight")
    assert Trainer.resumed(_one(qtbot, files)).parameters[0][0][0, 0] == 7.0


def test_what_was_learned_is_kept_for_the_file_that_it_is_not_in(window, qtbot, files, soon, tmp_path):
    window.session.step_epoch()
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == 1)
    _one(qtbot, files)
    _save(qtbot, window, tmp_path / "mine.json")
    qtbot.waitUntil(
        lambda: read_project(files()[0]).window["recovery"]["path"] == str(tmp_path / "mine.json")
    )
    kept = read_project(files()[0])
    assert kept.window["recovery"]["name"] == "mine"
    assert Trainer.resumed(kept).epoch == 1


def test_it_is_written_again_when_something_changes_again(window, qtbot, files, soon):
    for seed in (3, 4):
        window.document.apply(window.document.experiment.edited(seed=seed), "Seed")
        qtbot.waitUntil(lambda seed=seed: bool(files()) and read_project(files()[0]).experiment.seed == seed)
    assert len(files()) == 1


def test_a_change_is_kept_within_a_minute():
    assert autosave_seconds() == 60.0


@pytest.mark.parametrize(
    ("text", "seconds"), [("2.5", 2.5), ("", 60.0), ("nan", 60.0), ("-1", 60.0), ("x", 60.0)]
)
def test_tests_may_shorten_the_minute(monkeypatch, text, seconds):
    monkeypatch.setenv("UNFOLD_AUTOSAVE_SECONDS", text)
    assert autosave_seconds() == seconds


def test_what_was_learned_before_there_is_a_file_is_kept_while_it_is_asked_about(
    window, qtbot, answer, files
):
    window.files.new()
    next_frame(qtbot, window, lambda frame: frame.experiment == Experiment())
    window.session.step_epoch()
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == 1)

    def look(box):
        project = _one(qtbot, files)
        box.button(QMessageBox.StandardButton.Cancel).click()
        assert project.window["epoch"] == 1
        assert project.window["recovery"]["name"] == "Untitled"

    answer(look)
    window.commands["quit"].trigger()


def test_an_undo_to_the_beginning_makes_it_needless(window, qtbot, files, soon):
    window.intents.edit_weights(SetNumber(0, "weight", (0, 0), 7.0), "Weight")
    qtbot.waitUntil(lambda: len(files()) == 1)
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: not files())


def test_divergence_at_the_first_step_of_a_project_is_kept(window, qtbot, files, tmp_path):
    _save(qtbot, window, tmp_path / "a.unfold")
    frame = window.frames[-1]
    snapshot = replace(frame.snapshot, step=1, diverged=Divergence(0, 1, "Too large."))
    window.session.frameReady.emit(replace(frame, snapshot=snapshot))
    _one(qtbot, files)


def test_a_save_makes_it_needless(window, qtbot, files, tmp_path):
    window.commands["add_layer"].trigger()
    window.files.autosave.now()
    qtbot.waitUntil(lambda: len(files()) == 1)
    _save(qtbot, window, tmp_path / "a.unfold")
    qtbot.waitUntil(lambda: not files())
    window.files.autosave.now()
    qtbot.wait(50)
    assert not files()


def test_it_is_kept_again_after_a_save(window, qtbot, files, soon, tmp_path):
    _save(qtbot, window, tmp_path / "a.unfold")
    window.session.step_batch()
    project = _one(qtbot, files)
    about = project.window["recovery"]
    assert about["path"] == str(tmp_path / "a.unfold")
    assert about["stamp"][0] == (tmp_path / "a.unfold").stat().st_size


def test_an_undo_to_what_is_saved_makes_it_needless(window, qtbot, files, soon, tmp_path):
    _save(qtbot, window, tmp_path / "a.unfold")
    window.commands["add_layer"].trigger()
    qtbot.waitUntil(lambda: len(files()) == 1)
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: not files())


@pytest.mark.parametrize("command", ["new", "quit"])
def test_it_is_kept_before_a_risky_question(window, qtbot, answer, files, command):
    window.commands["add_layer"].trigger()

    def look(box):
        qtbot.waitUntil(lambda: len(files()) == 1)
        box.button(QMessageBox.StandardButton.Cancel).click()

    answer(look)
    window.commands[command].trigger()


def test_what_was_learned_is_kept_before_another_document_comes(window, qtbot, answer, tmp_path):
    window.files.saving.write(tmp_path / "a.json")
    window.session.step_epoch()
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == 1)
    answer(named("Discard"))
    with qtbot.waitSignal(window.session.projectSaved):
        window.files.new()


@pytest.mark.parametrize("what", ["a table", "a network"])
def test_it_is_kept_before_an_import(window, qtbot, files, what):
    signal, acts, content = {
        "a table": (window.files.dataChosen, window.intents.import_data, (None,)),
        "a network": (window.imports.networkChosen, window.intents.import_network, (None, None, "")),
    }[what]
    window.commands["add_layer"].trigger()
    signal.disconnect(acts)
    signal.emit(*content)
    qtbot.waitUntil(lambda: len(files()) == 1)


def test_divergence_is_kept(window, qtbot, files):
    experiment = Experiment.parse(
        {
            "data": {"kind": "reg_gauss", "samples": 60},
            "network": {"layers": [{"units": 8, "activation": "relu"}, {"units": 8, "activation": "relu"}]},
            "training": {"optimizer": {"kind": "sgd", "learning_rate": 3.0}},
        }
    )
    window.document.replace(experiment)
    next_frame(qtbot, window, lambda frame: frame.experiment == experiment)
    window.session.set_running(True)
    next_frame(qtbot, window, lambda frame: frame.snapshot.diverged is not None)
    project = _one(qtbot, files)
    assert Trainer.resumed(project).diverged is not None


def test_a_closed_document_is_dropped_once_the_next_has_come_up(window, qtbot, answer, files):
    window.commands["add_layer"].trigger()
    window.files.autosave.now()
    qtbot.waitUntil(lambda: len(files()) == 1)
    answer(lambda box: box.button(QMessageBox.StandardButton.Discard).click())
    window.files.new()
    assert files(), "the new document may still bring the program down"
    qtbot.waitUntil(lambda: not files())


def test_an_orderly_end_leaves_nothing(window, qtbot, answer, files):
    window.commands["add_layer"].trigger()
    window.files.autosave.now()
    qtbot.waitUntil(lambda: len(files()) == 1)
    answer(lambda box: box.button(QMessageBox.StandardButton.Discard).click())
    assert window.close()
    assert not list(recovery_folder().iterdir())


def test_an_end_without_asking_keeps_what_is_not_saved(window, qtbot, files):
    window.commands["add_layer"].trigger()
    window.finish(asked=False)
    assert read_project(files()[0]).experiment == window.document.experiment
    found, problems = recovery_files.left_behind(recovery_folder())
    assert (len(found), problems) == (1, [])
    found[0].slot.drop()


def test_a_folder_that_cannot_be_written_is_told_once(window, qtbot, files, tmp_path):
    (tmp_path / "state").write_text("a file where the folder should be")
    told = []
    window.files.autosave.troubled.connect(told.append)
    window.commands["add_layer"].trigger()
    window.files.autosave.now()
    assert "recovery" in told[0]
    assert window.status.message.full_text() == told[0]
    window.commands["add_layer"].trigger()
    window.files.autosave.now()
    assert len(told) == 1


def test_a_full_disk_is_told_and_tried_again(window, qtbot, files, monkeypatch):
    write = writer.write_project

    def full(path, project):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(writer, "write_project", full)
    told = []
    window.files.autosave.troubled.connect(told.append)
    window.commands["add_layer"].trigger()
    window.files.autosave.now()
    qtbot.waitUntil(lambda: len(told) == 1)
    assert "no space left" in told[0]
    monkeypatch.setattr(writer, "write_project", write)
    assert window.files.autosave._timer.isActive()
    window.files.autosave.now()
    qtbot.waitUntil(lambda: len(files()) == 1)


def test_what_is_kept_is_a_project_like_any_other(window, qtbot, files):
    window.commands["add_layer"].trigger()
    window.files.autosave.now()
    project = _one(qtbot, files)
    assert json.loads(json.dumps(project.window)) == project.window
