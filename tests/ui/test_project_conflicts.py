"""One project in two windows, and files that somebody else has changed."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest
from answers import typed, typed_over
from on_screen import next_frame
from PySide6.QtWidgets import QMessageBox

from engine.experiment import Experiment
from engine.files.projects.project import Project, read_project, write_project
from ui.projects.file_stamp import is_changed, stamp_of
from ui.projects.instance_lock import Claim


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def elsewhere(tmp_path):
    """Open files in another program, which is ended by the test or at its end."""
    others = []

    def open_(path):
        script = f"""
            import sys
            sys.path.insert(0, {os.getcwd()!r})
            from pathlib import Path
            from ui.projects.instance_lock import Claim
            claim = Claim(Path({str(path)!r}))
            assert claim.is_free
            print("open", flush=True)
            sys.stdin.read()
        """
        other = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        others.append(other)
        assert other.stdout.readline() == "open\n"
        return other

    yield open_
    for other in others:
        other.kill()
        other.communicate()


@pytest.fixture
def path(tmp_path):
    """A project named Mine."""
    path = tmp_path / "mine.unfold"
    write_project(path, Project(Experiment(title="Mine"), None, None))
    return path


def _says(text):
    return lambda box: next(button for button in box.buttons() if button.text() == text).click()


def _cancels(box):
    box.button(QMessageBox.StandardButton.Cancel).click()


def _save(window):
    return window.files.save() and window.files._projects.wait()


def test_a_file_is_free_again_once_its_program_has_died(path, elsewhere):
    other = elsewhere(path)
    claim = Claim(path)
    assert not claim.is_free
    other.kill()
    other.wait()
    assert Claim(path).is_free


def test_a_link_is_the_file_it_leads_to(path, tmp_path):
    (tmp_path / "link.unfold").symlink_to(path)
    claim = Claim(path)
    assert claim.is_of(tmp_path / "link.unfold")
    assert not Claim(tmp_path / "link.unfold").is_free
    claim.release()


def test_where_no_lock_is_possible_every_file_is_free(path, tmp_path):
    (tmp_path / "state").write_text("a file where the folder should be")
    assert Claim(path).is_free


def test_a_project_that_another_window_has_is_not_opened_unasked(window, answer, path, elsewhere):
    elsewhere(path)
    before = window.document.experiment
    answer(_cancels)
    window.files.open(path)
    assert window.document.experiment is before


def test_a_copy_leaves_the_file_alone(window, answer, qtbot, path, elsewhere, tmp_path):
    elsewhere(path)
    answer(_says("Open a copy"))
    window.files.open(path)
    assert window.document.path is None
    assert window.document.experiment.title == "Mine"
    assert window.menu_row.title() == "mine (copy)"
    assert not window.document.edited


def test_opened_anyway_it_has_its_file(window, answer, path, elsewhere):
    elsewhere(path)
    answer(_says("Open anyway"))
    window.files.open(path)
    assert window.document.path == path


def test_the_document_of_this_window_is_opened_again_without_a_question(window, qtbot, path):
    window.files.open(path)
    window.files.open(path)
    assert window.document.path == path
    assert not Claim(path).is_free, "it is still ours"


def test_another_document_lets_the_file_go(window, path, tmp_path):
    window.files.open(path)
    window.files.new()
    claim = Claim(path)
    assert claim.is_free
    claim.release()


def test_saving_to_a_file_that_another_window_has_is_asked_about(
    window, answer, qtbot, path, elsewhere, tmp_path
):
    elsewhere(path)
    replace = _says("Replace")
    answer(typed(path), replace, _cancels)
    assert not window.files.save_as()
    assert read_project(path).experiment.title == "Mine"
    answer(typed(path), replace, _says("Save as…"), typed(tmp_path / "other.unfold"))
    assert window.files.save_as() and window.files._projects.wait()
    assert window.document.path == tmp_path / "other.unfold"
    answer(typed_over(qtbot, path), replace, _says("Overwrite"))
    assert window.files.save_as() and window.files._projects.wait()
    assert read_project(path).experiment.title == "Two spirals"


@pytest.fixture
def changed(window, qtbot, path):
    """A window whose project was changed by somebody else, and then here."""
    window.files.open(path)
    next_frame(qtbot, window, lambda frame: frame.experiment.title == "Mine")
    write_project(path, Project(Experiment(title="Theirs"), None, None))
    window.commands["add_layer"].trigger()
    return window


def test_what_somebody_else_has_saved_is_not_overwritten_unasked(changed, answer, path):
    answer(_cancels)
    assert not _save(changed)
    assert read_project(path).experiment.title == "Theirs"
    assert changed.document.edited


def test_it_is_overwritten_where_the_user_says_so(changed, answer, path):
    answer(_says("Overwrite"))
    assert _save(changed)
    assert read_project(path).experiment.title == "Mine"
    assert _save(changed), "and is not asked about again"


def test_it_can_be_saved_elsewhere_instead(changed, answer, qtbot, path, tmp_path):
    answer(_says("Save as…"), typed_over(qtbot, tmp_path / "other.unfold"))
    assert _save(changed)
    assert read_project(path).experiment.title == "Theirs"
    assert read_project(tmp_path / "other.unfold").experiment.title == "Mine"


def test_a_file_that_was_deleted_is_written_anew(changed, path):
    path.unlink()
    assert _save(changed)
    assert read_project(path).experiment.title == "Mine"


def test_experiments_without_weights_are_watched_too(window, answer, tmp_path):
    path = tmp_path / "plain.json"
    Experiment(title="Mine").save(path)
    window.files.open(path)
    Experiment(title="Theirs").save(path)
    window.commands["add_layer"].trigger()
    answer(_cancels)
    assert not window.files.save()
    answer(_says("Overwrite"))
    assert window.files.save()
    assert window.files.save()


def test_a_file_that_was_only_touched_is_the_same(path):
    stamp = stamp_of(path)
    os.utime(path, (1, 1))
    assert not is_changed(path, stamp)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert is_changed(path, stamp)
    path.unlink()
    assert not is_changed(path, stamp)
    assert stamp_of(path) is None
    assert stamp_of(path.parent) is None
