"""The small controls: what real keys and the mouse do to them, and that programs change them silently."""

from __future__ import annotations

import math
from typing import Literal

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from engine.catalog.datasets import Blobs, Spiral
from engine.catalog.entry import Entry
from engine.catalog.losses import LOSSES, CrossEntropy, HalfSquaredError
from engine.catalog.optimizers import OPTIMIZERS, Adam, Sgd
from engine.experiment import Stopping, Training
from ui import theme
from ui.icons import icon, pixmap
from ui.texts import entry_tip
from ui.widgets.buttons import Chip, SegmentedControl
from ui.widgets.choice_box import ChoiceBox
from ui.widgets.column import Column
from ui.widgets.disclosure import Fold
from ui.widgets.flow import FlowLayout
from ui.widgets.optional_slider import OptionalSlider, bounds_of
from ui.widgets.parameter_form import ParameterForm
from ui.widgets.scale import Scale, even_stops, scale_of
from ui.widgets.scatter import scatter
from ui.widgets.slider import LabelledSlider
from ui.widgets.themed import focusable

LEFT = Qt.MouseButton.LeftButton
TENTHS = Scale(tuple(i / 10 for i in range(11)), 0.0, 1.0)


def parameter(entry, name):
    return next(p for p in entry.parameters() if p.name == name)


def collect(signal):
    """Return the list that every emission is appended to."""
    found = []
    signal.connect(lambda *values: found.append(values[0] if len(values) == 1 else values))
    return found


def shown(qtbot, widget, width=240, height=None):
    qtbot.addWidget(widget)
    widget.resize(width, height or widget.sizeHint().height())
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)
    return widget


# -- scales


def test_learning_rates_are_offered_as_a_person_types_them():
    stops = scale_of(parameter(Sgd, "learning_rate")).stops
    assert stops[0] == 0.0
    assert stops[1] == 1e-5
    assert stops[-1] == 100.0
    assert {0.001, 0.01, 0.03, 0.1, 0.3, 1.0} <= set(stops)
    assert all(len(f"{stop:g}") <= 7 for stop in stops)


def test_a_decay_has_stops_close_to_one():
    stops = scale_of(parameter(Adam, "beta2")).stops
    assert {0.0, 0.5, 0.9, 0.99, 0.999, 0.9999} <= set(stops)
    assert list(stops) == sorted(set(stops))
    assert stops[-1] == 0.999999


@pytest.mark.parametrize("entry", [*OPTIMIZERS, Spiral, Blobs], ids=lambda entry: entry.key())
def test_every_stop_is_a_value_that_the_entry_accepts(entry):
    for one in entry.parameters():
        if one.range is not None:
            for stop in scale_of(one).stops:
                value = round(stop) if one.type is int else stop
                entry.model_validate({one.name: value})


@pytest.mark.parametrize(
    ("low", "high", "some"),
    [
        (0.0, 1.0, {0.01, 0.5, 0.99}),
        (0.01, 0.99, {0.02, 0.1, 0.5}),
        (1.01, 10.0, {1.1, 1.2, 5.0, 9.9}),
        (0.5, 1.0, {0.505, 0.51, 0.995}),
        (-10.0, 10.0, {-9.8, 0.0, 9.8}),
        (0.0, 0.9, {0.01, 0.5, 0.89}),
        (3.0, 4000.0, {50.0, 100.0, 3950.0}),
    ],
)
def test_even_stops_are_short_numbers_between_two_ends(low, high, some):
    stops = even_stops(low, high)
    assert (stops[0], stops[-1]) == (low, high)
    assert list(stops) == sorted(set(stops))
    assert some <= set(stops)
    assert 40 <= len(stops) <= 102
    assert all(len(f"{abs(stop):g}") <= 5 for stop in stops)


@pytest.mark.parametrize(
    ("text", "value"),
    [("off", -math.inf), ("0", -math.inf), ("0.0", -math.inf), ("0.001", 0.01), ("1e9", 100.0), ("-5", 0.01)],
)
def test_a_zero_that_is_no_value_means_the_word_at_the_lower_end(text, value):
    scale = Scale((-math.inf, 0.1, 1.0), 0.01, 100.0, words=((-math.inf, "off"),))
    assert scale.parsed(text) == value


def test_a_zero_that_is_a_value_is_one():
    scale = Scale((-math.inf, 0.1, 1.0), 0.0, 100.0, words=((-math.inf, "off"),))
    assert scale.parsed("0") == 0.0
    assert scale.position(0.0) == 0.25, "half-way between off and the first stop"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("25", 0.25),
        ("25 %", 0.25),
        ("12,5", 0.125),
        ("-3", 0.0),
        ("400", 0.9),
        ("", None),
        ("abc", None),
        ("nan", None),
    ],
)
def test_typed_shares_are_per_cent_and_stay_in_their_bounds(text, value):
    assert scale_of(parameter(Spiral, "test_fraction")).parsed(text) == value


@pytest.mark.parametrize("value", [10.0, 500.0, 1200.0, 9999.0, 12_345.0, 50_000.0, 1_000_000.0])
def test_a_written_count_can_be_typed_back(value):
    scale = scale_of(parameter(Spiral, "samples"))
    assert scale.parsed(scale.text(value)) == value


def test_a_value_between_two_stops_stands_between_them_and_steps_to_the_next():
    assert TENTHS.position(0.25) == pytest.approx(0.25)
    assert TENTHS.moved(0.25, 1) == 0.3
    assert TENTHS.moved(0.25, -1) == 0.2
    assert TENTHS.moved(0.95, 5) == 1.0


# -- slider


def test_a_drag_tells_values_on_the_way_and_one_end(qtbot):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    values, ends = collect(row.valueEdited), []
    row.editingFinished.connect(lambda: ends.append(row.value()))
    slider = row.slider
    y = slider.height() // 2
    qtbot.mousePress(slider, LEFT, pos=QPoint(8, y))
    for x in range(10, slider.width() - 8, 4):
        qtbot.mouseMove(slider, QPoint(x, y))
    assert ends == []
    qtbot.mouseRelease(slider, LEFT, pos=QPoint(slider.width() - 8, y))
    assert len(values) >= 8
    assert values == sorted(values)
    assert ends == [values[-1]]


def test_a_click_on_the_line_jumps_there(qtbot):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    values = collect(row.valueEdited)
    qtbot.mouseClick(row.slider, LEFT, pos=QPoint(row.slider.width() // 2, row.slider.height() // 2))
    assert values == [0.5]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (Qt.Key.Key_Right, 0.6),
        (Qt.Key.Key_Left, 0.4),
        (Qt.Key.Key_PageUp, 1.0),
        (Qt.Key.Key_PageDown, 0.0),
        (Qt.Key.Key_Home, 0.0),
        (Qt.Key.Key_End, 1.0),
    ],
)
def test_keys_move_the_slider(qtbot, key, value):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    row.set_value(0.5)
    values = collect(row.valueEdited)
    row.slider.setFocus()
    qtbot.keyClick(row.slider, key)
    assert values == [value]
    assert row.value() == value


def test_a_typed_value_between_the_stops_is_kept(qtbot):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    values = collect(row.valueEdited)
    qtbot.mouseClick(row.edit, LEFT)
    row.edit.selectAll()
    qtbot.keyClicks(row.edit, "0.123")
    assert values == []
    qtbot.keyClick(row.edit, Qt.Key.Key_Return)
    assert values == [0.123]
    assert row.edit.text() == "0.123"


@pytest.mark.parametrize("typed", ["nonsense", ""])
def test_what_is_no_number_gives_way_to_the_old_value(qtbot, typed):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    row.set_value(0.5)
    values = collect(row.valueEdited)
    row.edit.setFocus()
    row.edit.selectAll()
    qtbot.keyClick(row.edit, Qt.Key.Key_Backspace)
    qtbot.keyClicks(row.edit, typed)
    qtbot.keyClick(row.edit, Qt.Key.Key_Return)
    assert values == []
    assert row.edit.text() == "0.5"


def test_escape_gives_up_typing(qtbot):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    row.set_value(0.5)
    values = collect(row.valueEdited)
    row.edit.setFocus()
    qtbot.keyClicks(row.edit, "0.9")
    qtbot.keyClick(row.edit, Qt.Key.Key_Escape)
    row.slider.setFocus()
    assert row.edit.text() == "0.5"
    assert values == []


def test_the_program_sets_a_slider_silently(qtbot):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    values = collect(row.valueEdited) + collect(row.slider.valueChanged)
    row.set_value(0.7)
    row.set_scale(Scale((0.0, 0.35, 0.7), 0.0, 0.7))
    assert values == []
    assert row.edit.text() == "0.7"


def test_a_value_being_typed_survives_a_value_from_the_program(qtbot):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    row.activateWindow()
    row.edit.setFocus()
    qtbot.waitUntil(row.edit.hasFocus)
    row.edit.selectAll()
    qtbot.keyClicks(row.edit, "0.3")
    row.set_value(0.7)
    assert row.edit.text() == "0.3"


def wheel(widget, notches):
    centre = QPointF(widget.rect().center())
    event = QWheelEvent(
        centre,
        QPointF(widget.mapToGlobal(centre.toPoint())),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_the_wheel_changes_a_slider_only_when_it_has_the_focus(qtbot):
    row = shown(qtbot, LabelledSlider("Noise", TENTHS))
    row.edit.setFocus()
    qtbot.waitUntil(row.edit.hasFocus)
    values = collect(row.valueEdited)
    wheel(row.slider, 1)
    assert values == []
    row.slider.setFocus()
    wheel(row.slider, 1)
    assert values == [0.1]


def test_a_stop_may_be_a_word(qtbot):
    scale = Scale((1.0, 10.0, math.inf), 1, 100, whole=True, words=((math.inf, "full"),))
    row = shown(qtbot, LabelledSlider("Batch size", scale))
    row.set_value(math.inf)
    assert row.edit.text() == "full"
    values = collect(row.valueEdited)
    row.edit.setFocus()
    row.edit.selectAll()
    qtbot.keyClicks(row.edit, "20\r")
    row.edit.selectAll()
    qtbot.keyClicks(row.edit, "Full\r")
    assert values == [20.0, math.inf]


def test_a_number_may_be_left_out(qtbot):
    row = shown(qtbot, OptionalSlider("Epochs", (10.0, 20.0, 50.0), (1, 1000), "off", whole=True))
    chosen = collect(row.chosen)
    assert row.number() is None
    assert row.edit.text() == "off"
    for key in (Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Home):
        row.slider.setFocus()
        qtbot.keyClick(row.slider, key)
    row.edit.setFocus()
    row.edit.selectAll()
    qtbot.keyClicks(row.edit, "333\r")
    assert chosen == [10, 50, None, 333]
    assert [type(value) for value in chosen] == [int, int, type(None), int]
    row.set_number(None)
    row.set_number(7)
    assert row.edit.text() == "7"
    assert len(chosen) == 4, "the program sets it silently"


@pytest.mark.parametrize(
    ("part", "name", "bounds"),
    [
        (Stopping, "epochs", (1, 10_000_000)),
        (Stopping, "loss", (0.0, 1e6)),
        (Training, "input_noise", (0.0, 10.0)),
        (Training, "gradient_clip", (1e-6, 1e6)),
    ],
)
def test_the_bounds_of_what_is_typed_are_the_document_s(part, name, bounds):
    assert bounds_of(part, name) == bounds


# -- buttons


def test_a_segment_is_chosen_by_click_and_by_arrow(qtbot):
    control = shown(qtbot, SegmentedControl((("a", "A", ""), ("b", "B", ""), ("c", "C", ""))))
    chosen = collect(control.chosen)
    control.set_current("a")
    assert chosen == []
    qtbot.mouseClick(control.button("b"), LEFT)
    qtbot.keyClick(control.button("b"), Qt.Key.Key_Right)
    assert chosen == ["b", "c"]
    assert control.current() == "c"


def test_a_locked_chip_stays_on_and_says_why(qtbot):
    chip = shown(qtbot, Chip("x₁"), 40)
    chip.show_checked(True)
    chip.set_locked("the last one")
    qtbot.mouseClick(chip, LEFT)
    assert chip.isChecked()
    chip.set_locked("")
    qtbot.mouseClick(chip, LEFT)
    assert not chip.isChecked()


def test_chips_wrap_into_lines_that_fit(qtbot):
    body = QWidget()
    flow = FlowLayout(body)
    chips = [Chip(f"sin x{i}") for i in range(12)]
    for chip in chips:
        flow.addWidget(chip)
    shown(qtbot, body, 200, 400)
    assert all(chip.geometry().right() <= 200 for chip in chips)
    lines = {chip.y() for chip in chips}
    assert len(lines) > 1
    assert flow.heightForWidth(200) == max(lines) + Chip.HEIGHT
    assert flow.heightForWidth(2000) == Chip.HEIGHT


# -- choices and forms


def test_a_choice_box_tells_only_what_a_user_picks(qtbot):
    box = shown(qtbot, ChoiceBox(LOSSES))
    chosen = collect(box.chosen)
    box.set_current("cross_entropy")
    assert box.currentText() == "Cross-entropy"
    box.set_table(LOSSES[:2])
    assert chosen == []
    box.set_current("mse")
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert chosen == ["half_squared_error"]


def test_a_refused_choice_cannot_be_picked_and_says_why(qtbot):
    box = shown(qtbot, ChoiceBox((HalfSquaredError, CrossEntropy)))
    box.set_current("half_squared_error")
    box.set_refusals({"cross_entropy": "needs probabilities"})
    chosen = collect(box.chosen)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert chosen == []
    index = box.findData("cross_entropy")
    assert "needs probabilities" in box.itemData(index, Qt.ItemDataRole.ToolTipRole)


@pytest.mark.parametrize("entry", [*OPTIMIZERS, *LOSSES], ids=lambda entry: entry.key())
def test_a_tooltip_teaches_formula_advice_and_pitfall(entry):
    tip = entry_tip(entry)
    for text in (entry.label, entry.advice, entry.pitfall):
        assert text.split("<")[0][:20].replace("'", "&#x27;") in tip


def test_a_form_edits_one_parameter_and_keeps_the_others(qtbot):
    form = shown(qtbot, ParameterForm(), 240, 200)
    form.set_entry(Sgd(learning_rate=0.03, momentum=0.5))
    edits = collect(form.entryEdited)
    slider = form.row("momentum").slider
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert edits[-1][0] == Sgd(learning_rate=0.03, momentum=0.999999)
    assert edits[-1][1] == "Momentum"
    box = form.row("nesterov").findChildren(QWidget)[-1]
    qtbot.mouseClick(box, LEFT, pos=QPoint(6, box.height() // 2))
    assert edits[-1][0] == Sgd(learning_rate=0.03, momentum=0.999999, nesterov=True)


def test_a_form_for_another_entry_has_its_rows_and_tells_nothing(qtbot):
    form = shown(qtbot, ParameterForm(), 240, 300)
    edits = collect(form.entryEdited)
    form.set_entry(Sgd())
    form.set_entry(Adam(learning_rate=0.5))
    assert form.row("learning_rate").value() == 0.5
    assert form.row("beta2").edit.text() == "0.999"
    with pytest.raises(KeyError):
        form.row("momentum")
    assert edits == []


def test_whole_numbers_stay_whole(qtbot):
    form = shown(qtbot, ParameterForm(), 240, 200)
    form.set_entry(Blobs())
    edits = collect(form.entryEdited)
    qtbot.keyClick(form.row("classes").slider, Qt.Key.Key_Right)
    assert edits[-1][0].classes == 4
    assert type(edits[-1][0].classes) is int


def test_a_folded_row_shows_when_unfolded_or_unusual(qtbot):
    form = shown(qtbot, ParameterForm(folded=frozenset({"beta1", "beta2", "epsilon"})), 240, 300)
    form.set_entry(Adam())
    assert not form.row("beta1").isVisible()
    form.set_entry(Adam(beta1=0.5))
    assert form.row("beta1").isVisible()
    assert not form.row("beta2").isVisible()
    form.set_unfolded(True)
    assert form.row("beta2").isVisible()


def test_what_stands_below_a_parameter_stays_there_for_another_entry(qtbot):
    below = QWidget()
    below.setFixedHeight(13)
    form = shown(qtbot, ParameterForm(below={"learning_rate": below}), 240, 200)
    form.set_entry(Adam())
    below.show()
    for entry in (Sgd(), Adam(), Sgd()):
        form.set_entry(entry)
        form.layout().activate()
        first, second = form.rows()[:2]
        assert first.geometry().bottom() < below.y() < second.y()


def test_a_form_without_a_row_in_sight_takes_no_room(qtbot):
    form = ParameterForm(folded=frozenset({"beta1", "beta2", "epsilon", "learning_rate"}))
    shown(qtbot, form, 240, 200)
    form.set_entry(Adam())
    assert form.isHidden()
    form.set_unfolded(True)
    assert not form.isHidden()


def test_folded_parameters_come_last(qtbot):
    form = shown(qtbot, ParameterForm(folded=frozenset({"learning_rate"})), 240, 200)
    form.set_entry(Adam())
    assert [row.objectName() for row in form.rows()] == ["beta1", "beta2", "epsilon", "learning_rate"]


class Worded(Entry):
    kind: Literal["worded"] = "worded"
    label = "Worded"
    form: Literal["gradient", "velocity"] = "gradient"


def test_words_are_chosen_from_a_list_that_tab_passes_over(qtbot):
    form = shown(qtbot, ParameterForm(), 240, 100)
    form.set_entry(Worded())
    edits = collect(form.entryEdited)
    (combo,) = focusable(form)  # not its list, which is a window of its own
    assert [combo.itemText(i) for i in range(combo.count())] == ["Gradient", "Velocity"]
    qtbot.keyClick(combo, Qt.Key.Key_Down)
    assert edits == [(Worded(form="velocity"), "Form")]


# -- folds


@pytest.fixture
def fold(qtbot):
    result = Fold("Stop when", "Rules", "never")
    result.rows = [LabelledSlider("a", TENTHS), LabelledSlider("b", TENTHS)]
    for row in result.rows:
        result.add(row)
        result.set_unusual(row, False)
    return shown(qtbot, result, 240, 100)


def test_a_fold_shows_its_rows_only_when_open(qtbot, fold):
    assert [row.isVisible() for row in fold.rows] == [False, False]
    qtbot.mouseClick(fold.header, LEFT)
    assert [row.isVisible() for row in fold.rows] == [True, True]
    qtbot.mouseClick(fold.header, LEFT)
    assert [row.isVisible() for row in fold.rows] == [False, False]


def test_a_row_that_is_not_as_usual_is_never_folded_away(fold):
    assert fold.header.summary() == "never"
    fold.set_unusual(fold.rows[1], True)
    assert [row.isVisible() for row in fold.rows] == [False, True]
    assert fold.header.summary() == "", "it would not be true"
    fold.set_unusual(fold.rows[1], False)
    assert fold.header.summary() == "never"


@pytest.mark.parametrize(
    ("keys", "opened"),
    [
        ((Qt.Key.Key_Space,), True),
        ((Qt.Key.Key_Return,), True),
        ((Qt.Key.Key_Right,), True),
        ((Qt.Key.Key_Left,), False),
        ((Qt.Key.Key_Right, Qt.Key.Key_Right), True),
        ((Qt.Key.Key_Right, Qt.Key.Key_Left), False),
    ],
)
def test_a_fold_opens_and_closes_by_key(qtbot, fold, keys, opened):
    fold.header.setFocus()
    for key in keys:
        qtbot.keyClick(fold.header, key)
    assert fold.is_open() is opened


def test_a_header_tells_a_screen_reader_what_it_is_about_and_its_state(fold):
    interface = QAccessible.queryAccessibleInterface(fold.header)
    assert interface.text(QAccessible.Text.Name) == "Stop when"
    assert interface.text(QAccessible.Text.Description) == "never"
    assert interface.state().checkable


def test_a_header_is_painted_in_the_colours_of_its_theme(fold):
    for one in (theme.LIGHT, theme.DARK):
        fold.header.set_theme(one)
        image = fold.header.grab().toImage()
        colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
        assert one.muted in colours


# -- the column, pictures, icons, colours


def test_a_low_column_scrolls_without_moving_its_content_sideways(qtbot):
    column = Column()
    tall = QWidget()
    tall.setFixedHeight(500)
    column.add(tall)
    shown(qtbot, column, 267, 600)
    width = tall.width()
    column.resize(267, 200)
    qtbot.waitUntil(lambda: column.verticalScrollBar().maximum() == 300)
    assert tall.width() == width == 267


def test_a_scatter_shows_every_class_in_its_colour(qapp):
    rng = Blobs(samples=90, classes=3)
    import numpy as np

    X, y = rng.generate(np.random.default_rng(0))
    image = scatter(X, y, 3, 6.0, theme.LIGHT, 46, 2.0).toImage().convertToFormat(QImage.Format.Format_RGB32)
    found = {image.pixelColor(x, v).name() for x in range(image.width()) for v in range(image.height())}
    assert set(theme.LIGHT.classes[:3]) <= found


@pytest.mark.parametrize(
    "name", ["play", "pause", "reset", "refresh", "plus", "minus", "close", "export", "tune"]
)
def test_icons_take_the_theme_s_colour_and_stay_sharp_at_twice_the_size(qapp, name):
    image = pixmap(name, theme.DARK.accent, 16, 2.0).toImage()
    assert image.width() == 32
    colours = {
        image.pixelColor(x, y).name()
        for x in range(32)
        for y in range(32)
        if image.pixelColor(x, y).alpha() == 255
    }
    assert theme.DARK.accent in colours
    assert not icon(name, theme.LIGHT).isNull()


@pytest.mark.parametrize("one", [theme.LIGHT, theme.DARK], ids=lambda one: one.name)
def test_the_field_s_colours_run_from_one_end_over_zero_to_the_other(one):
    table = theme.field_table(one, 1.0)
    assert len(table) == 256
    assert [QColor.fromRgb(table[i]).name() for i in (0, 128, 255)] == [one.negative, one.zero, one.positive]
    assert QColor.fromRgb(theme.class_table(one, 3, 1.0)[255]).name() == one.classes[3]
    assert theme.class_table(one, 3)[0] == theme.class_table(one, 3)[128]


@pytest.mark.parametrize("one", [theme.LIGHT, theme.DARK], ids=lambda one: one.name)
def test_text_can_be_read_on_its_ground(one):
    def luminance(colour):
        parts = [
            c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in QColor(colour).getRgbF()[:3]
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    def contrast(a, b):
        high, low = sorted((luminance(a), luminance(b)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for ground in (one.panel, one.canvas, one.control):
        assert contrast(one.text, ground) >= 7
        assert contrast(one.muted, ground) >= 4.4
        assert contrast(one.danger, ground) >= 4.4
    assert contrast(one.accent, one.accent_soft) >= 3.8


def test_applying_a_theme_twice_gives_the_same_fonts(qapp):
    before = (qapp.font(), qapp.palette(), qapp.styleSheet())
    try:
        theme.apply(qapp, theme.LIGHT)
        size = qapp.font().pixelSize()
        theme.apply(qapp, theme.DARK)
        assert qapp.font().pixelSize() == size > 0
        assert qapp.palette().window().color().name() == theme.DARK.window
    finally:
        qapp.setStyleSheet(before[2])
        qapp.setFont(before[0])
        qapp.setPalette(before[1])
