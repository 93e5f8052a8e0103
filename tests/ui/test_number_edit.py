"""The number that is typed in the page of the walk."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from ui.panels.step_through.number_edit import NumberEdit

pytestmark = pytest.mark.usefixtures("themed")


def typed(qtbot, text, **more):
    """Return what an edit that showed 3 tells and shows after a text was typed."""
    edit = NumberEdit(-10, 5000, **more)
    edit.set_value(3)
    qtbot.addWidget(edit)
    edit.show()
    told = []
    edit.chosen.connect(told.append)
    edit.setFocus()
    edit.selectAll()
    edit.insert(text)  # keyClicks knows no real minus sign
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    return told, edit.text()


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("text", ["inf", "-inf", "nan", "1e999", "x", ""])
def test_what_is_no_number_brings_back_the_one_that_was_there(qtbot, text, whole):
    assert typed(qtbot, text, whole=whole) == ([], "3")


@pytest.mark.parametrize(
    ("text", "value", "shown"), [("0,5", 0.5, "0.5"), ("−1.25", -1.25, "−1.25"), ("1,000", 1.0, "1")]
)
def test_a_comma_is_a_decimal_sign(qtbot, text, value, shown):
    assert typed(qtbot, text, whole=False) == ([value], shown)


@pytest.mark.parametrize(("text", "value"), [("1,000", 1000.0), ("7,4", 7.0), ("99999", 5000.0)])
def test_whole_numbers_may_have_their_thousands_separated(qtbot, text, value):
    assert typed(qtbot, text) == ([value], str(round(value)))


def test_a_large_number_is_shown_as_it_would_be_read(qtbot):
    edit = NumberEdit(-1e9, 1e9, whole=False)
    qtbot.addWidget(edit)
    edit.set_value(-1234.5)
    edit.setModified(True)
    edit.editingFinished.emit()
    assert (edit.text(), edit.value()) == ("−1234.5", -1234.5)
