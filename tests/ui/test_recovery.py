"""Work that a crash has left behind is offered back, once, and never stands in the way of a start."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time

import pytest
from on_screen import next_frame
from PySide6.QtCore import Qt

from engine.experiment import Experiment
from engine.files.projects.project import Project, write_project
from engine.trainer import Trainer
from tests.ui.watched import same
from ui.dialogs.messages import ProblemDialog
from ui.dialogs.recovery import RecoveryDialog
from ui.looks import theme
from ui.projects.file_stamp import stamp_of
from ui.projects.instance_lock import Claim
from ui.projects.recovery import Recovery
from ui.projects.recovery_files import Slot, left_behind, recovery_folder

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    recovery_folder().mkdir(parents=True)
    return recovery_folder()


@pytest.fixture
def recovery(window):
    return Recovery(window, window.files, window.appearance)


def _leave(folder, name, experiment, path=None, epochs=0, age=0.0):
    """Leave work behind as a program does that is killed."""
    trainer = Trainer(experiment)
    trainer.advance(epochs=epochs)
    stamp = None if path is None else list(stamp_of(path) or ()) or None
    about = {"path": "" if path is None else str(path), "name": experiment.title, "stamp": stamp}
    window = {"recovery": about, "epoch": trainer.epoch}
    write_project(folder / f"{name}.unfold", Project(experiment, trainer.checkpoint(), None, None, window))
    when = time.time() - age
    os.utime(folder / f"{name}.unfold", (when, when))
    return trainer


def test_nothing_left_is_nothing_asked(recovery, folder):
    recovery.offer()
    folder.rmdir()
    recovery.offer()


def test_work_comes_back_with_its_weights_unsaved_and_knowing_its_file(
    window, recovery, qtbot, answer, folder, tmp_path
):
    path = tmp_path / "mine.unfold"
    experiment = Experiment(title="Lost", seed=9)
    write_project(path, Project(experiment, None, None))
    trainer = _leave(folder, "a", experiment, path, epochs=3)

    def restore(dialog):
        assert isinstance(dialog, RecoveryDialog)
        (line,) = (dialog.list.item(i).text() for i in range(dialog.list.count()))
        assert line.startswith("Lost\nToday")
        assert "epoch 3" in line and "mine.unfold" in line
        qtbot.mouseClick(dialog.restore, LEFT)

    answer(restore)
    recovery.offer()
    frame = next_frame(qtbot, window, lambda frame: frame.experiment == experiment)
    assert frame.snapshot.epoch == 3
    assert same(frame.snapshot.parameters, trainer.parameters)
    assert window.document.path == path
    assert window.document.edited
    assert (folder / "a.unfold").exists(), "until it is saved"
    with qtbot.waitSignal(window.session.projectSaved):
        window.commands["save"].trigger()
    assert not window.document.edited
    qtbot.waitUntil(lambda: not (folder / "a.unfold").exists())


def test_work_on_a_file_that_another_window_has_comes_back_without_it(
    window, recovery, answer, folder, tmp_path
):
    path = tmp_path / "mine.unfold"
    write_project(path, Project(Experiment(title="Lost"), None, None))
    _leave(folder, "a", Experiment(title="Lost"), path)
    other = Claim(path)
    answer(lambda dialog: dialog.accept())
    recovery.offer()
    assert (window.document.name, window.document.path, window.document.edited) == ("Lost", None, True)
    other.release()


def test_restored_work_that_is_closed_is_gone(window, recovery, qtbot, answer, folder):
    _leave(folder, "a", Experiment(title="Lost"))
    answer(lambda dialog: dialog.accept())
    recovery.offer()
    window.document.replace(Experiment())
    qtbot.waitUntil(lambda: not list(folder.iterdir()))


def test_later_keeps_it(recovery, qtbot, answer, folder):
    _leave(folder, "a", Experiment(title="Lost"))
    for _ in range(2):
        answer(lambda dialog: qtbot.mouseClick(dialog.later, LEFT))
        recovery.offer()
    assert (folder / "a.unfold").exists()


def test_discarded_work_is_gone(window, recovery, qtbot, answer, folder):
    before = window.document.experiment
    _leave(folder, "a", Experiment(title="Lost"))
    answer(lambda dialog: qtbot.mouseClick(dialog.discard, LEFT))
    recovery.offer()
    assert not list(folder.iterdir())
    assert window.document.experiment is before


def test_of_several_one_is_restored_and_the_rest_offered_again(window, recovery, qtbot, answer, folder):
    for age, name in enumerate(("new", "middle", "old")):
        _leave(folder, name, Experiment(title=name), age=3600.0 * age)

    def choose(dialog):
        names = [dialog.list.item(i).text().split("\n")[0] for i in range(dialog.list.count())]
        assert names == ["new", "middle", "old"]
        qtbot.mouseClick(dialog.discard, LEFT)  # the newest
        dialog.list.setCurrentRow(1)
        qtbot.mouseClick(dialog.restore, LEFT)

    answer(choose)
    recovery.offer()
    assert window.document.name == "old"
    assert sorted(path.name for path in folder.glob("*.unfold")) == ["middle.unfold", "old.unfold"]

    def look(dialog):
        assert dialog.list.count() == 1, "what is open here is not offered again"
        dialog.reject()

    answer(look)
    recovery.offer()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"{}"])
def test_a_damaged_file_is_told_and_kept_aside(window, recovery, answer, folder, content):
    (folder / "a.unfold").write_bytes(content)

    def read(dialog):
        assert isinstance(dialog, ProblemDialog)
        text = dialog.text.toPlainText()
        dialog.accept()
        assert str(folder / "a.unfold.damaged") in text

    answer(read)
    recovery.offer()
    assert (folder / "a.unfold.damaged").read_bytes() == content
    recovery.offer()  # and not told again


def test_a_damaged_file_beside_whole_ones_is_told_with_them(recovery, answer, folder):
    _leave(folder, "a", Experiment(title="Lost"))
    (folder / "b.unfold").write_bytes(b"x")

    def look(dialog):
        texts = " ".join(label.text() for label in dialog.findChildren(type(dialog._rest)))
        assert "b.unfold.damaged" in texts
        dialog.reject()

    answer(look)
    recovery.offer()


def test_a_fault_of_the_reader_does_not_block_the_start(recovery, answer, folder, monkeypatch, caplog):
    _leave(folder, "a", Experiment())

    def fault(path):
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr("ui.projects.recovery_files.read_project", fault)
    answer(lambda dialog: dialog.accept())
    recovery.offer()
    assert "ZeroDivisionError" in caplog.text
    assert (folder / "a.unfold.damaged").exists()


def test_work_of_a_program_that_lives_is_left_alone(recovery, folder):
    _leave(folder, "a", Experiment())
    script = f"""
        import sys
        sys.path.insert(0, {os.getcwd()!r})
        from pathlib import Path
        from ui.projects.recovery_files import Slot
        slot = Slot(Path({str(folder / "a.unfold")!r}))
        assert slot.take()
        print("locked", flush=True)
        sys.stdin.read()
    """
    other = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert other.stdout.readline() == "locked\n"
        assert left_behind(folder) == ([], [])
        other.kill()
        other.wait()
        (found,) = left_behind(folder)[0]
        found.slot.leave()
    finally:
        other.kill()
        other.communicate()


def test_what_was_half_written_long_ago_is_cleared_away(folder):
    for name, age in ((".unfold.old", 7200), (".unfold.new", 1)):
        (folder / name).write_bytes(b"x")
        when = time.time() - age
        os.utime(folder / name, (when, when))
    left_behind(folder)
    assert [path.name for path in folder.iterdir()] == [".unfold.new"]


@pytest.mark.parametrize("about", [None, 3, {"path": 1, "name": [], "stamp": ["a", 1, 2]}, {"stamp": [1]}])
def test_work_that_says_little_of_itself_is_offered_all_the_same(folder, about):
    write_project(folder / "a.unfold", Project(Experiment(title="T"), None, None, None, {"recovery": about}))
    (found,) = left_behind(folder)[0]
    assert (found.name, found.path, found.stamp, found.epoch) == ("T", None, None, 0)
    found.slot.leave()


def test_a_folder_that_cannot_be_looked_into_is_told(tmp_path):
    (tmp_path / "recovery").write_text("")
    assert left_behind(tmp_path / "nowhere") == ([], [])
    assert left_behind(tmp_path / "recovery") == ([], [f"{tmp_path / 'recovery'}: not a directory"])


@pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_every_button_of_the_dialog_is_named_and_reached(qtbot, qapp, folder, look, themed):
    theme.apply(qapp, look)
    _leave(folder, "a", Experiment(title="Lost"))
    found, _ = left_behind(folder)
    dialog = RecoveryDialog(None, found, lambda left: None)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    assert dialog.restore.isDefault()
    reached = set()
    for _ in range(8):
        reached.add(dialog.focusWidget())
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert {dialog.list, dialog.restore, dialog.later, dialog.discard} <= reached
    for button in (dialog.restore, dialog.later, dialog.discard):
        assert button.accessibleDescription() and button.toolTip()
    found[0].slot.leave()


def test_a_slot_is_locked_by_one_alone(folder):
    first, second = Slot(folder / "a.unfold"), Slot(folder / "a.unfold")
    assert first.take()
    assert not second.take()
    first.leave()
    assert second.take()
    second.leave()
