"""The main button of every dialog: the only blue one, Enter presses it, and one sees where the focus is."""

from __future__ import annotations

import numpy as np
import pytest
from fake_frames import experiment_of, frame_of
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QFileDialog, QLineEdit, QPushButton

from engine import Experiment, Trainer
from engine.files.export.portable import portable
from engine.files.imports.reader import read_network
from engine.files.preview import read_preview
from ui.canvas.network_view import NetworkView
from ui.dialogs import messages
from ui.dialogs.about import AboutDialog
from ui.dialogs.conflicts import SavingDialog, ask_changed, ask_in_use
from ui.dialogs.csv_import import CsvImportDialog
from ui.dialogs.export import ExportDialog
from ui.dialogs.files import FileType, ask_open, ask_save
from ui.dialogs.hidden_controls import HiddenControlsDialog
from ui.dialogs.messages import ProblemDialog
from ui.dialogs.network_import import NetworkImportDialog
from ui.dialogs.open_link import OpenLinkDialog
from ui.dialogs.picture import SavePictureDialog
from ui.dialogs.record import Pace, RecordDialog
from ui.dialogs.recovery import RecoveryDialog
from ui.dialogs.shortcuts import ShortcutsDialog
from ui.dialogs.title import TitleDialog
from ui.dialogs.without_weights import ask_without_weights
from ui.looks import theme
from ui.looks.theme import LIGHT
from ui.pictures import sources
from ui.projects.recovery_files import Left
from ui.views.field_view import FieldView
from ui.views.loss_chart import LossChart

LINK = "https://playground.tensorflow.org/#activation=tanh&seed=0.5"
TYPES = (FileType("Weights", ".npz"),)


def _sources(qtbot):
    views = NetworkView(), FieldView(), LossChart()
    experiment = experiment_of(3, 2)
    for view in views:
        qtbot.addWidget(view)
        view.show_experiment(experiment)
        view.show_frame(frame_of(experiment))
    return sources(*(view.make_sheet for view in views))


def _csv(qtbot, folder):
    path = folder / "t.csv"
    path.write_text("a,b,c\n" + "".join(f"{i},{i * i},{i % 2}\n" for i in range(12)))
    return CsvImportDialog(path, read_preview(path))


def _import(qtbot, folder):
    path = folder / "w.npz"
    arrays = {"0.weight": (3, 2), "0.bias": (3,), "1.weight": (1, 3), "1.bias": (1,)}
    np.savez(path, **{name: np.ones(shape, np.float32) for name, shape in arrays.items()})
    return NetworkImportDialog("w.npz", read_network(path), Experiment())


def _export(qtbot, folder):
    return ExportDialog(portable(Trainer(Experiment())), ".py")


def _recovery(qtbot, folder):
    left = Left.__new__(Left)
    for name, value in (("name", "work"), ("written", 0.0), ("epoch", 3), ("path", None)):
        object.__setattr__(left, name, value)
    return RecoveryDialog(None, [left], lambda _left: None)


# What makes each dialog, and the text of its main button; None for the one that has none.
DIALOGS = {
    "record": (lambda q, _: RecordDialog(_sources(q), LIGHT, Pace()), "Record…"),
    "picture": (lambda q, _: SavePictureDialog(_sources(q), LIGHT), "Save…"),
    "title": (lambda q, _: TitleDialog("Spirals", None), "Set title"),
    "csv": (_csv, "Import"),
    "network": (_import, "Import"),
    "link": (lambda q, _: OpenLinkDialog(LINK), "Open"),
    "export": (_export, "Export…"),
    "hidden": (lambda q, _: HiddenControlsDialog(()), "OK"),
    "problems": (lambda q, _: ProblemDialog(None, LIGHT, "No", ["why"]), "Close"),
    "recovery": (_recovery, "Restore"),
    "about": (lambda q, _: AboutDialog(), "Close"),
    "shortcuts": (lambda q, _: ShortcutsDialog([]), "Close"),
}
# Boxes and file dialogs that a function shows and waits for.
ASKED = {
    "unsaved": (lambda _: messages.ask_unsaved(None, "a"), "Save"),
    "overwrite": (lambda folder: messages.ask_overwrite(None, folder / "a"), "Cancel"),
    "in use": (lambda _: ask_in_use(None, "a"), "Open a copy"),
    "changed": (lambda _: ask_changed(None, "a"), "Save as…"),
    "without weights": (lambda _: ask_without_weights(None, "a"), "Save as a project"),
    "save": (lambda folder: ask_save(None, "Save", TYPES, str(folder), "w"), "Save"),
    "open": (lambda folder: ask_open(None, "Open", TYPES, str(folder)), "Open"),
}


def _text(button):
    return button.text().replace("&", "")


def _defaults(dialog):
    return [_text(one) for one in dialog.findChildren(QPushButton) if one.isDefault()]


def _check_after_every_tab(qtbot, dialog, main):
    """Go through a dialog twice; the same button must lead all the time."""
    assert _defaults(dialog) == [main]
    for _ in range(2 * len(dialog.findChildren(QPushButton)) + 40):
        qtbot.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Tab)
        assert _defaults(dialog) == [main]
    for button in dialog.findChildren(QPushButton):
        assert button.property("look") != "primary" and not button.autoDefault()


def _show(qtbot, dialog):
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


@pytest.fixture
def shown(qtbot, themed, tmp_path):
    return lambda name: _show(qtbot, DIALOGS[name][0](qtbot, tmp_path))


@pytest.mark.parametrize("name", DIALOGS)
def test_the_main_button_alone_is_ever_the_default(qtbot, shown, name):
    _check_after_every_tab(qtbot, shown(name), DIALOGS[name][1])


@pytest.mark.parametrize("name", ASKED)
def test_so_it_is_in_boxes_and_file_dialogs(qtbot, answer, themed, monkeypatch, tmp_path, name):
    monkeypatch.setattr("ui.dialogs.files.sys.platform", "linux")
    monkeypatch.delenv("XDG_CURRENT_DESKTOP", raising=False)
    ask, main = ASKED[name]

    def act(dialog):
        try:
            assert isinstance(dialog, QDialog)
            if isinstance(dialog, QFileDialog):
                dialog.findChild(QLineEdit, "fileNameEdit").setText("w.npz")
            _check_after_every_tab(qtbot, dialog, main)
        finally:
            dialog.reject()

    answer(act)
    ask(tmp_path)


def test_waiting_for_a_save_ends_by_no_key_of_the_dialog_before(qtbot, themed):
    parent = QDialog()
    qtbot.addWidget(parent)
    assert _defaults(_show(qtbot, SavingDialog(parent, "a"))) == []


def test_no_dialog_is_forgotten_here():
    """Every dialog of the program is looked at here."""
    looked_at = {"RecordDialog", "SavePictureDialog", "TitleDialog", "CsvImportDialog", "NetworkImportDialog"}
    looked_at |= {"OpenLinkDialog", "ExportDialog", "HiddenControlsDialog", "ProblemDialog", "RecoveryDialog"}
    looked_at |= {"AboutDialog", "ShortcutsDialog", "SavingDialog", "Sheet"}
    known, waiting = set(), [QDialog]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("ui.") and not kind.__subclasses__():
                known.add(kind.__name__)
    assert known <= looked_at


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
@pytest.mark.parametrize("name", ["record", "title", "network", "csv", "link", "hidden"])
def test_enter_presses_cancel_where_that_has_the_focus(qtbot, shown, name, key):
    dialog = shown(name)
    cancel = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Cancel)
    cancel.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(cancel, key)
    assert not dialog.isVisible()
    assert dialog.result() == QDialog.DialogCode.Rejected


def test_enter_in_a_field_keeps_what_was_typed_though_tab_has_passed_cancel(qtbot, shown):
    dialog = shown("title")
    cancel = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Cancel)
    cancel.setFocus(Qt.FocusReason.TabFocusReason)
    dialog.field.setFocus()
    qtbot.keyClicks(dialog.field, "Mine")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode.Accepted


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", DIALOGS)
def test_one_sees_which_button_has_the_focus(qtbot, qapp, shown, name, colours):
    theme.apply(qapp, colours)
    dialog = shown(name)
    for button in dialog.findChildren(QPushButton):
        if not button.isEnabled():
            continue
        pictures = []
        for act in (button.setFocus, button.clearFocus):
            act()
            QApplication.processEvents()
            image = button.grab().toImage()
            pictures.append(np.frombuffer(image.constBits(), np.uint8).copy())
        assert (pictures[0] != pictures[1]).sum() > 60, _text(button)
