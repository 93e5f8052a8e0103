"""Experiments without weights in the whole window: what was learned is never lost without a question."""

from __future__ import annotations

import pytest
from answers import named, typed, typed_over
from on_screen import next_frame
from PySide6.QtWidgets import QMessageBox

from engine.experiment import Experiment
from engine.files.projects.project import read_project

PROJECT, ALONE = "Save as a project", "Save the experiment alone"


@pytest.fixture
def trained(window, qtbot):
    window.session.step_epoch()
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == 1)
    return window


@pytest.fixture
def plain(trained, tmp_path):
    """A trained window whose file keeps the experiment alone."""
    assert trained.files.saving.write(tmp_path / "mine.json")
    return trained


def _project_is_written(window, path, epoch=1):
    assert window.files._projects.wait()
    assert read_project(path).window["epoch"] == epoch
    assert window.document.path == path
    assert not window.document.edited


def test_an_untrained_experiment_is_saved_without_a_question(window, answer, tmp_path):
    answer(typed(tmp_path / "mine.json"))
    window.commands["save_as"].trigger()
    assert window.document.path == tmp_path / "mine.json"
    assert window.close()


def test_a_project_is_offered_instead(trained, answer, tmp_path):
    answer(typed(tmp_path / "mine.json"), named(PROJECT, "mine.json"))
    trained.commands["save_as"].trigger()
    _project_is_written(trained, tmp_path / "mine.unfold")
    assert not (tmp_path / "mine.json").exists()


def test_a_project_that_is_there_is_not_replaced_unasked(trained, answer, tmp_path):
    there = tmp_path / "mine.unfold"
    there.write_text("theirs")
    answer(
        typed(tmp_path / "mine.json"),
        named(PROJECT),
        named("Cancel", "Replace “mine.unfold”?"),
        typed(tmp_path / "other.unfold"),
    )
    trained.commands["save_as"].trigger()
    _project_is_written(trained, tmp_path / "other.unfold")
    assert there.read_text() == "theirs"


def test_the_experiment_alone_is_saved_where_that_is_meant(trained, answer, tmp_path):
    answer(typed(tmp_path / "mine.json"), named(ALONE, "fresh weights"))
    trained.commands["save_as"].trigger()
    assert Experiment.load(tmp_path / "mine.json") == trained.document.experiment
    assert "without what was learned" in trained.status.message.full_text()
    assert trained.windowTitle() == "mine — weights not saved — Unfold"


def test_thinking_better_of_it_saves_nothing(trained, answer, tmp_path):
    answer(typed(tmp_path / "mine.json"), named("Cancel"))
    trained.commands["save_as"].trigger()
    assert not list(tmp_path.glob("mine*"))
    assert trained.document.path is None


def test_saving_it_again_does_not_ask_but_says_what_is_missing(plain, tmp_path):
    plain.commands["add_layer"].trigger()
    plain.commands["save"].trigger()
    assert Experiment.load(tmp_path / "mine.json") == plain.document.experiment
    assert "without what was learned" in plain.status.message.full_text()
    assert plain.document.edited


def test_closing_it_offers_a_project(plain, answer, tmp_path):
    answer(named("Save as a project…", "has learned"), typed(tmp_path / "kept"))
    assert plain.close()
    assert read_project(tmp_path / "kept.unfold").window["epoch"] == 1


@pytest.mark.parametrize(("button", "closes"), [("Cancel", False), ("Discard", True)])
def test_closing_it_asks(plain, answer, button, closes):
    answer(named(button, "the weights are lost"))
    assert plain.close() is closes


def test_giving_up_the_name_of_the_project_keeps_the_window(plain, answer):
    answer(named("Save as a project…"), lambda dialog: dialog.reject())
    assert not plain.close()


def test_closing_it_with_edits_offers_the_experiment_alone_too(plain, answer, tmp_path):
    plain.commands["add_layer"].trigger()
    answer(named(ALONE, "last edits"))
    assert plain.close()
    assert Experiment.load(tmp_path / "mine.json") == plain.document.experiment


def test_what_was_trained_after_it_was_opened_is_asked_about(window, qtbot, answer, tmp_path):
    Experiment(title="Lesson").save(tmp_path / "lesson.json")
    window.files.open(tmp_path / "lesson.json")
    next_frame(qtbot, window, lambda frame: frame.experiment.title == "Lesson")
    assert window.windowTitle() == "lesson — Unfold"
    window.session.step_batch()
    next_frame(qtbot, window, lambda frame: frame.snapshot.step == 1)
    answer(named("Cancel", "“lesson”"))
    window.commands["new"].trigger()
    assert window.document.experiment.title == "Lesson"


def test_weights_that_were_reset_are_not_asked_about(plain, qtbot):
    plain.commands["reset"].trigger()
    next_frame(qtbot, plain, lambda frame: frame.snapshot.step == 0)
    assert plain.close()


def test_weights_that_are_safe_in_a_project_are_not_asked_about_again(trained, qtbot, answer, tmp_path):
    assert trained.files.saving.write(tmp_path / "mine.unfold")
    assert trained.files._projects.wait()
    answer(typed_over(qtbot, tmp_path / "mine.json"), named(ALONE))
    trained.commands["save_as"].trigger()
    assert trained.close()


def test_a_first_save_at_the_end_asks_once(trained, answer, tmp_path):
    answer(
        lambda box: box.button(QMessageBox.StandardButton.Save).click(),
        typed(tmp_path / "last.json"),
        named(ALONE),
    )
    assert trained.close()
    assert Experiment.load(tmp_path / "last.json") == trained.document.experiment


def test_a_project_that_is_opened_and_stepped_at_once_is_changed(trained, qtbot, tmp_path):
    path = tmp_path / "mine.unfold"
    assert trained.files.saving.write(path)
    assert trained.files._projects.wait()
    step = read_project(path).checkpoint.step
    trained.files.new()
    next_frame(qtbot, trained, lambda frame: frame.snapshot.step == 0)
    trained.files.open(path)
    assert not trained.document.edited
    trained.session.step_batch()  # obeyed before any frame of the project comes
    frame = next_frame(qtbot, trained, lambda frame: frame.snapshot.step == step + 1)
    assert frame.experiment == trained.document.experiment
    assert trained.document.edited
