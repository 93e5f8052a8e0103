"""A form for every entry of every table of the catalog: each parameter has a control that edits it."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox

import engine.catalog
from engine.catalog.entry import Entry
from ui.looks import theme
from ui.widgets.parameter_form import ParameterForm
from ui.widgets.scale import Scale, scale_of
from ui.widgets.slider import LabelledSlider
from ui.widgets.themed import focusable

pytestmark = pytest.mark.usefixtures("themed")


def tables() -> dict[str, tuple[type[Entry], ...]]:
    """Return every table that a module of the catalog holds, by name."""
    found = {}
    for module in pkgutil.iter_modules(engine.catalog.__path__):
        for name, value in vars(importlib.import_module(f"engine.catalog.{module.name}")).items():
            if isinstance(value, tuple) and value and all(_is_entry(one) for one in value):
                found[name] = value
    return found


def _is_entry(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Entry)


ENTRIES = sorted({entry for table in tables().values() for entry in table}, key=lambda entry: entry.__name__)
# What cannot be without a file or points is made by a dialog, not by a form.
IN_FORMS = [kind for kind in ENTRIES if not any(f.is_required() for f in kind.model_fields.values())]


def test_the_tables_are_found():
    assert {"ACTIVATIONS", "DATASETS", "INITIALIZERS", "LOSSES", "OPTIMIZERS"} <= set(tables())
    assert {"OUTPUT_ACTIVATIONS", "REGULARIZERS", "SCHEDULES"} <= set(tables())


def edit_slider(qtbot, form, name):
    """Go to both ends and a stop back, then type the default; return what the entry said on the way."""
    row = form.row(name)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Left):
        qtbot.keyClick(row.slider, key)
    default = row.edit.text()
    row.edit.setFocus()
    row.edit.selectAll()
    qtbot.keyClicks(row.edit, default)
    qtbot.keyClick(row.edit, Qt.Key.Key_Return)
    assert row.edit.text() == default, "what is written can be typed"


def edit_combo(qtbot, form, name):
    combo = form.row(name).findChild(QComboBox)
    for key in (Qt.Key.Key_End, Qt.Key.Key_Home):
        qtbot.keyClick(combo, key)


def edit_box(qtbot, form, name):
    box = form.row(name).findChild(QCheckBox)
    for _ in range(2):
        qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(6, box.height() // 2))


@pytest.mark.parametrize("kind", IN_FORMS, ids=lambda kind: kind.__name__)
def test_every_parameter_can_be_edited(qtbot, kind):
    form = ParameterForm()
    qtbot.addWidget(form)
    form.set_theme(theme.DARK)
    form.set_entry(kind.model_validate({}))
    form.resize(239, max(40, form.sizeHint().height()))
    form.show()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    edits = []
    form.entryEdited.connect(lambda entry, text: edits.append((entry, text)))
    for parameter in kind.parameters():
        edits.clear()
        if parameter.choices:
            edit_combo(qtbot, form, parameter.name)
            seen = [getattr(entry, parameter.name) for entry, _ in edits]
            assert set(seen) == {parameter.choices[0], parameter.choices[-1]}
        elif parameter.type is bool:
            edit_box(qtbot, form, parameter.name)
            assert [getattr(entry, parameter.name) for entry, _ in edits] == [
                not parameter.default,
                parameter.default,
            ]
        else:
            assert parameter.range is not None, f"{parameter.name} has no range, so no slider"
            edit_slider(qtbot, form, parameter.name)
            values = [getattr(entry, parameter.name) for entry, _ in edits]
            assert {parameter.range.low, parameter.range.high} - {parameter.default} <= set(values)
            assert {type(value) for value in values} == {parameter.type}
        assert {text for _, text in edits} == {parameter.label}
        assert all(type(entry) is kind for entry, _ in edits)


@pytest.mark.parametrize("kind", IN_FORMS, ids=lambda kind: kind.__name__)
def test_every_control_has_a_name_and_a_tooltip_that_says_what_it_does(qtbot, kind):
    form = ParameterForm()
    qtbot.addWidget(form)
    form.set_entry(kind.model_validate({}))
    for parameter in kind.parameters():
        row = form.row(parameter.name)
        assert parameter.label in row.toolTip()
        assert parameter.description, parameter.name
        assert parameter.description.split("<")[0][:20].replace("'", "&#x27;") in row.toolTip()
        assert all(control.accessibleName() == parameter.label for control in focusable(row))


def test_structured_fields_have_no_control(qtbot):
    from engine.catalog.losses import CrossEntropy

    form = ParameterForm()
    qtbot.addWidget(form)
    form.set_entry(CrossEntropy(class_weights=(1.0, 2.0)))
    assert "class_weights" not in {row.objectName() for row in form.rows()}


@pytest.mark.parametrize("kind", ENTRIES, ids=lambda kind: kind.__name__)
def test_what_a_slider_offers_is_short_enough_to_be_read(qtbot, kind):
    form = ParameterForm()
    qtbot.addWidget(form)
    row = LabelledSlider("", Scale((0.0, 1.0), 0.0, 1.0))
    qtbot.addWidget(row)
    room = row.edit.width() - 2  # its edge
    for parameter in kind.parameters():
        if parameter.range is not None:
            scale = scale_of(parameter)
            for stop in scale.stops[:-1]:  # the last may be as odd as the range has it
                text = scale.text(stop)
                assert row.edit.fontMetrics().horizontalAdvance(text) <= room, f"{parameter.name}: {text}"
