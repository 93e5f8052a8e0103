"""What is chosen for pictures and recordings is remembered."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QFileDialog

from ui.dialogs.record import Pace, RecordDialog
from ui.settings import load


def _state(dialog):
    form = dialog.form
    state = (form.picture.currentData(), form.colours.currentData(), form.width_chosen())
    if isinstance(dialog, RecordDialog):
        state += (dialog.pace(), dialog.seconds.value())
    return state


@pytest.mark.parametrize(
    ("command", "expected"),
    [("save_picture", ("field", "white", 333)), ("record", ("field", "white", 333, Pace(7, None), 42))],
)
def test_what_was_chosen_is_there_again_after_the_chooser_and_the_next_time(
    window, answer, settings_path, command, expected
):
    seen = []

    def fill(dialog):
        form = dialog.form
        form.picture.setCurrentIndex(form.picture.findData("field"))
        form.colours.setCurrentIndex(form.colours.findData("white"))
        form.width_box.setValue(333)
        if command == "record":
            dialog.rate.setValue(7)
            dialog.seconds.setValue(42)
            dialog.endless.setChecked(True)
        dialog.accept_button.click()

    def look(dialog):
        seen.append(_state(dialog))
        dialog.reject()

    def cancel(dialog):
        assert isinstance(dialog, QFileDialog)
        dialog.reject()

    answer(fill, cancel, look, look)
    window.commands[command].trigger()
    assert len(seen) == 1, "the dialog came back after the chooser"
    window.store.settings = load(settings_path)  # as at the next start
    window.commands[command].trigger()
    assert seen == [expected, expected]
