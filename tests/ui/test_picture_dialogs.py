"""What is asked before a picture is saved or training is recorded."""

from __future__ import annotations

import numpy as np
import pytest
from fake_frames import experiment_of, frame_of
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from ui.canvas.network_view import NetworkView
from ui.dialogs import record
from ui.dialogs.picture import SavePictureDialog
from ui.dialogs.record import Pace, RecordDialog
from ui.looks.theme import DARK, LIGHT
from ui.pictures import sources
from ui.views.field_view import FieldView
from ui.views.loss_chart import LossChart


@pytest.fixture
def pictures(qtbot, themed):
    network, field, loss = NetworkView(), FieldView(), LossChart()
    experiment = experiment_of(3, 2)
    frame = frame_of(experiment)
    for view in (network, field, loss):
        qtbot.addWidget(view)
        view.show_experiment(experiment)
        view.show_frame(frame)
    yield sources(network.make_sheet, field.make_sheet, loss.make_sheet)


def _shown(qtbot, dialog):
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def _save(qtbot, pictures, theme=LIGHT):
    return _shown(qtbot, SavePictureDialog(pictures, theme))


def _record(qtbot, pictures, pace=None):
    return _shown(qtbot, RecordDialog(pictures, LIGHT, pace or Pace()))


def _controls(dialog):
    return [
        one
        for one in dialog.findChildren(QWidget)
        if one.isVisible() and one.isEnabled() and one.focusPolicy() & Qt.FocusPolicy.TabFocus
        if one.focusProxy() is None and one.window() is dialog
    ]


@pytest.mark.parametrize("make", [_save, _record])
def test_every_control_is_named_explained_and_reached_by_tab(qtbot, pictures, make):
    dialog = make(qtbot, pictures)
    controls = _controls(dialog)
    assert len(controls) >= 5
    for one in controls:
        text = one.text() if isinstance(one, QAbstractButton) else ""
        assert one.accessibleName() or text, one
        if text != dialog.tr("Cancel"):
            assert one.toolTip(), one.accessibleName() or text
    reached = set()
    for _ in range(3 * len(controls)):
        reached.add(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert set(controls) <= reached


def test_a_picture_begins_in_its_usual_size_and_the_windows_colours(qtbot, pictures):
    dialog = _save(qtbot, pictures, DARK)
    form = dialog.form
    assert form.theme() is DARK
    assert (form.width_chosen(), form.height_chosen()) == (1280, 720)
    form.picture.setCurrentIndex(form.picture.findData("field"))
    assert form.width_chosen() == 488
    assert form.height_chosen() == round(488 * form.sheet().size().height() / form.sheet().size().width())


def test_the_size_in_the_file_is_told(qtbot, pictures):
    dialog = _save(qtbot, pictures)
    dialog.form.picture.setCurrentIndex(dialog.form.picture.findData("loss"))
    dialog.form.width_box.setValue(310)
    assert dialog.form.measure.text().startswith("PNG: 620 × 340 pixels.")


def test_the_preview_follows_the_choice(qtbot, pictures):
    dialog = _save(qtbot, pictures)
    form, seen = dialog.form, []
    for picture, theme in (("whole", "light"), ("network", "light"), ("network", "dark"), ("loss", "dark")):
        form.picture.setCurrentIndex(form.picture.findData(picture))
        form.colours.setCurrentIndex(form.colours.findData(theme))
        seen.append(form.preview.grab().toImage())
    assert all(one != other for i, one in enumerate(seen) for other in seen[:i])


def _begin_of_text(control):
    """Return where the first letter stands, from the left edge of the dialog."""
    image = control.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)[8:-8, 2 : image.width()]
    return control.x() + int((pixels < 140).any(axis=0).argmax())


def test_all_values_begin_in_one_line(qtbot, pictures):
    dialog = _record(qtbot, pictures)
    dialog.setFocus()
    form = dialog.form
    left = _begin_of_text(form.colours)  # "Light"
    for box in (form.width_box, dialog.rate, dialog.seconds):
        box.setPrefix("L")
        assert abs(_begin_of_text(box) - left) <= 1, box.accessibleName()


def test_a_recording_has_even_sides_and_is_no_wider_than_usual(qtbot, pictures):
    dialog = _record(qtbot, pictures)
    assert dialog.pixels() == (960, 540)
    dialog.form.width_box.setValue(641)
    assert dialog.pixels() == (642, 362)


def test_rate_and_length_are_what_was_chosen(qtbot, pictures):
    dialog = _record(qtbot, pictures, Pace(20, 7))
    assert dialog.pace() == Pace(20, 7)
    dialog.rate.setValue(99)
    dialog.seconds.setValue(12)
    assert dialog.pace() == Pace(30, 12)
    dialog.endless.setChecked(True)
    assert not dialog.seconds.isEnabled()
    assert dialog.pace() == Pace(30, None)
    other = _record(qtbot, pictures, Pace(5, None))
    assert other.pace() == Pace(5, None)


@pytest.mark.parametrize("known", [True, False])
def test_without_its_package_video_is_explained(qtbot, pictures, monkeypatch, known):
    monkeypatch.setattr(record, "can_write_video", lambda: known)
    dialog = _record(qtbot, pictures)
    text = dialog.note.text()
    assert "MP4" in text
    assert ("unfold[video]" in text) is not known
