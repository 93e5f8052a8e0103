"""The probe point on the field: set, dragged, moved by keys, removed, and what stands beside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fake_frames import experiment_of, frame_of
from on_screen import LEFT, constant, shown, tick
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QKeySequence, QShortcut
from PySide6.QtTest import QTest

from engine.catalog.sources import CsvData
from ui.looks import theme
from ui.views.field_view import FieldView

pytestmark = pytest.mark.usefixtures("themed")

KEY = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Asked:
    """A field view, what it asked for, and a network that answers at once as the window has it."""

    def __init__(self, qtbot, experiment):
        self.qtbot, self.experiment, self.request = qtbot, experiment, {}
        self.points = []
        self.view = shown(qtbot, FieldView())
        self.canvas = self.view.canvas
        self.view.probeMoved.connect(self._moved)
        self.answer(running=False)
        self.view.activateWindow()
        qtbot.waitUntil(self.view.isActiveWindow)

    def _moved(self, point):
        self.points.append(point)
        self.answer(probe=point)

    def answer(self, **changes):
        self.request |= changes
        self.frame = frame_of(self.experiment, **self.request)
        self.view.show_frame(self.frame)

    @property
    def point(self):
        return self.canvas.probe.inputs

    def place(self, across, down):
        """Return a place in shares of the field, from the top left."""
        square = self.canvas.square()
        return QPoint(
            round(square.left() + across * square.width()), round(square.top() + down * square.height())
        )

    def focus(self):
        self.canvas.setFocus(Qt.FocusReason.TabFocusReason)

    def key(self, key, modifier=Qt.KeyboardModifier.NoModifier):
        self.focus()
        self.qtbot.keyClick(self.canvas, key, modifier)

    def press(self, across, down):
        self.qtbot.mousePress(self.canvas, LEFT, pos=self.place(across, down))

    def drag(self, across, down):
        QTest.mouseMove(self.canvas, self.place(across, down))

    def release(self, across, down):
        self.qtbot.mouseRelease(self.canvas, LEFT, pos=self.place(across, down))


@pytest.fixture
def spirals(qtbot):
    """Return a field of the plane from -6 to 6."""
    return Asked(qtbot, experiment_of(3))


@pytest.fixture
def table(qtbot, tmp_path):
    """Return a field of four inputs."""
    rng = np.random.default_rng(0)
    rows = [",".join(f"{v:.3f}" for v in rng.normal(size=4)) + f",{i % 2}" for i in range(40)]
    path = tmp_path / "table.csv"
    path.write_text("age,income,rooms,floor,sold\n" + "\n".join(rows) + "\n")
    data = CsvData(path=str(path), inputs=("age", "income", "rooms", "floor"), target="sold")
    return Asked(qtbot, experiment_of(3, data=data))


# On and off


def test_there_is_no_probe_point_until_it_is_asked_for(spirals):
    assert spirals.point is None
    assert not spirals.view.probe.isChecked()
    assert not spirals.points


def test_nothing_can_be_probed_before_there_is_a_field(qtbot):
    view = shown(qtbot, FieldView())
    assert not view.probe.isEnabled()
    view.canvas.setFocus()
    qtbot.keyClick(view.canvas, KEY.Key_P)
    qtbot.mouseDClick(view.canvas, LEFT, pos=QPoint(100, 100))
    assert view.canvas.probe.inputs is None
    view.show_frame(frame_of(experiment_of(3)))
    assert view.probe.isEnabled()


def test_the_check_puts_the_point_in_the_middle_and_takes_it_away(spirals, qtbot):
    tick(qtbot, spirals.view.probe)
    assert spirals.points == [(0.0, 0.0)]
    tick(qtbot, spirals.view.probe)
    assert spirals.points == [(0.0, 0.0), None]
    assert spirals.point is None


def test_p_sets_and_removes_the_point_and_the_check_follows(spirals):
    spirals.key(KEY.Key_P)
    assert spirals.point == (0.0, 0.0)
    assert spirals.view.probe.isChecked()
    spirals.key(KEY.Key_P)
    assert spirals.points[-1] is None
    assert not spirals.view.probe.isChecked()


def test_escape_removes_the_point_and_it_comes_back_where_it_was(spirals):
    spirals.key(KEY.Key_P)
    spirals.key(KEY.Key_Right)
    where = spirals.point
    spirals.key(KEY.Key_Escape)
    assert spirals.points[-1] is None
    spirals.key(KEY.Key_P)
    assert spirals.point == where


def test_a_double_click_sets_the_point_there(spirals, qtbot):
    qtbot.mouseDClick(spirals.canvas, LEFT, pos=spirals.place(0.75, 0.25))
    assert spirals.point == pytest.approx((3.0, 3.0), abs=0.05)
    assert spirals.view.probe.isChecked()


def test_the_field_takes_its_keys_before_the_window_does(spirals):
    taken = []
    for key in ("P", "Escape", "Left"):
        QShortcut(QKeySequence(key), spirals.view).activated.connect(lambda key=key: taken.append(key))
    spirals.key(KEY.Key_P)
    spirals.key(KEY.Key_Left)
    spirals.key(KEY.Key_Escape)
    assert len(spirals.points) == 3
    assert not taken
    spirals.key(KEY.Key_Left)  # nothing to move: the window may have it
    assert taken == ["Left"]


# Moved


def test_a_press_anywhere_takes_the_point_there_and_it_follows_the_pointer(spirals):
    spirals.key(KEY.Key_P)
    spirals.press(0.25, 0.75)
    assert spirals.point == pytest.approx((-3.0, -3.0), abs=0.05)
    for share in (0.3, 0.5, 0.7):
        spirals.drag(share, 0.75)
        assert spirals.points[-1] == pytest.approx((12 * share - 6, -3.0), abs=0.05)
    spirals.release(0.7, 0.75)
    count = len(spirals.points)
    spirals.drag(0.1, 0.1)
    assert len(spirals.points) == count


def test_a_point_that_is_dragged_beyond_the_edge_stays_on_it(spirals):
    spirals.key(KEY.Key_P)
    spirals.press(0.5, 0.5)
    spirals.drag(1.4, -0.3)
    assert spirals.point == (6.0, 6.0)
    spirals.release(1.4, -0.3)


def test_other_buttons_leave_the_point_alone(spirals, qtbot):
    spirals.key(KEY.Key_P)
    qtbot.mouseClick(spirals.canvas, Qt.MouseButton.RightButton, pos=spirals.place(0.2, 0.2))
    assert spirals.point == (0.0, 0.0)


def test_a_press_beside_the_field_leaves_the_point_alone(spirals):
    spirals.view.resize(600, 400)
    spirals.key(KEY.Key_P)
    spirals.press(-0.1, 0.5)
    spirals.release(-0.1, 0.5)
    assert spirals.point == (0.0, 0.0)


@pytest.mark.parametrize(
    ("key", "direction"),
    [(KEY.Key_Left, (-1, 0)), (KEY.Key_Right, (1, 0)), (KEY.Key_Up, (0, 1)), (KEY.Key_Down, (0, -1))],
)
def test_arrow_keys_move_by_a_hundredth_and_with_shift_by_a_tenth(spirals, key, direction):
    spirals.key(KEY.Key_P)
    spirals.key(key)
    assert spirals.point == pytest.approx([0.12 * d for d in direction])
    spirals.key(key, SHIFT)
    assert spirals.points[-1] == pytest.approx([1.32 * d for d in direction])
    for _ in range(5):
        spirals.key(key, SHIFT)
    assert spirals.point == pytest.approx([6 * d for d in direction])
    count = len(spirals.points)
    spirals.key(key)  # it is at the edge: nothing is asked for anew
    assert len(spirals.points) == count


def test_arrow_keys_do_nothing_without_a_point(spirals):
    spirals.key(KEY.Key_Left)
    assert not spirals.points


# More inputs, fewer inputs, other inputs


def test_inputs_that_span_no_axis_are_at_their_mean(table, qtbot):
    means = table.frame.data.train_inputs.mean(axis=0)
    tick(qtbot, table.view.probe)
    middle = [sum(extent) / 2 for extent in table.frame.data.extent[:2]]
    assert table.point == pytest.approx((*middle, *means[2:]))
    table.press(0.1, 0.1)
    assert table.point[2:] == pytest.approx(means[2:])


def test_the_point_keeps_its_other_inputs_when_the_plane_is_another(table, qtbot):
    tick(qtbot, table.view.probe)
    table.press(0.2, 0.8)
    table.release(0.2, 0.8)
    before = table.point
    table.answer(axes=(2, 1))
    assert table.point == before
    table.press(0.9, 0.3)
    assert (table.point[0], table.point[3]) == (before[0], before[3])
    low, high = table.frame.data.extent[2]
    assert table.point[2] == pytest.approx(low + 0.9 * (high - low), abs=0.02)
    assert table.point[1] != before[1]


def test_a_single_input_has_a_line(qtbot):
    asked = Asked(qtbot, experiment_of(3, data="sine"))
    asked.key(KEY.Key_P)
    assert asked.point == (0.0,)
    asked.key(KEY.Key_Up)
    asked.key(KEY.Key_Right)
    assert asked.point == pytest.approx((0.12,))
    asked.press(0.6, 0.3)
    asked.release(0.6, 0.3)
    assert len(asked.point) == 1
    picture = asked.canvas.grab().toImage()
    x = asked.place(0.6, 0.3).x()
    rows = range(60, int(asked.canvas.square().height()) - 60)
    dark = [any(picture.pixelColor(x + dx, y).lightness() < 110 for dx in (-1, 0, 1)) for y in rows]
    assert sum(dark) > 0.8 * len(dark)


def test_another_number_of_inputs_removes_the_point(spirals):
    spirals.key(KEY.Key_P)
    spirals.view.show_experiment(experiment_of(3, data="sine"))
    assert spirals.points[-1] is None
    assert not spirals.view.probe.isChecked()


def test_edits_that_leave_the_inputs_leave_the_point(spirals):
    spirals.key(KEY.Key_P)
    spirals.key(KEY.Key_Left)
    spirals.view.show_experiment(experiment_of(5, 5, data="moons"))
    assert spirals.point == pytest.approx((-0.12, 0.0))
    assert spirals.points[-1] is not None


def test_the_inputs_of_a_frame_count_too(spirals):
    spirals.key(KEY.Key_P)
    spirals.experiment = experiment_of(3, data="sine")
    spirals.answer(probe=None)
    assert spirals.point is None


def test_a_smaller_field_takes_the_point_inside(spirals):
    spirals.key(KEY.Key_P)
    spirals.press(0.95, 0.95)
    spirals.release(0.95, 0.95)
    frame = spirals.frame
    spirals.view.show_frame(replace(frame, data=replace(frame.data, extent=((-2.0, 2.0), (-3.0, 3.0)))))
    assert (2.0, -3.0) in spirals.points


# What stands beside it


def test_the_answer_is_painted_when_it_is_there(spirals, qtbot):
    tick(qtbot, spirals.view.train)
    tick(qtbot, spirals.view.test)
    spirals.key(KEY.Key_P)
    beside = spirals.place(0.5, 0.5) + QPoint(40, -18)
    frame = constant(spirals.frame, 0.0)
    spirals.view.show_frame(frame)
    answered = spirals.canvas.grab().toImage().pixelColor(beside)
    spirals.view.show_frame(replace(frame, probed=None))
    silent = spirals.canvas.grab().toImage().pixelColor(beside)
    assert answered.lightness() > 240
    assert silent == QColor(theme.field_table(theme.LIGHT)[1])


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=lambda one: one.name)
def test_the_cross_hair_is_where_the_point_is(spirals, qtbot, colours):
    tick(qtbot, spirals.view.train)
    tick(qtbot, spirals.view.test)
    spirals.view.set_theme(colours)
    spirals.key(KEY.Key_P)
    spirals.press(0.25, 0.25)
    spirals.release(0.25, 0.25)
    picture = spirals.canvas.grab().toImage()
    middle = spirals.place(0.25, 0.25)
    ink = QColor(colours.text)
    for arm in (QPoint(0, 0), QPoint(9, 0), QPoint(-9, 0), QPoint(0, 9), QPoint(0, -9), QPoint(12, 0)):
        found = picture.pixelColor(middle + arm)
        assert abs(found.lightness() - ink.lightness()) < 40, arm


def test_people_who_do_not_see_it_are_told(spirals):
    spirals.key(KEY.Key_P)
    spirals.key(KEY.Key_Right)
    probability = float(spirals.frame.probed.prediction[0])
    text = spirals.canvas.accessibleDescription()
    assert text.startswith("Probe point at x₁ 0.12, x₂ 0.00: class 0 ")
    assert text.endswith(f"class 1 {100 * probability:.1f} %")
    spirals.key(KEY.Key_Escape)
    assert spirals.canvas.accessibleDescription() == ""


def test_training_does_not_make_it_talk_without_end(spirals, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("ui.views.field_canvas.time.perf_counter", lambda: now[0])
    spirals.key(KEY.Key_P)
    told = []
    for seed in range(1, 31):
        now[0] += 0.1
        spirals.answer(seed=seed, running=True)
        told.append(spirals.canvas.accessibleDescription())
    assert 3 <= len(set(told)) <= 4
    spirals.answer(seed=99, running=False)
    assert spirals.canvas.accessibleDescription() not in told


def test_the_pointer_reads_nothing_that_the_probe_says_already(spirals):
    spirals.key(KEY.Key_P)
    spirals.drag(0.2, 0.2)
    assert spirals.canvas.reading()
    spirals.drag(0.51, 0.49)
    assert spirals.canvas.reading() == ""
    spirals.press(0.2, 0.2)
    spirals.drag(0.4, 0.2)
    assert spirals.canvas.reading() == ""
    spirals.release(0.4, 0.2)
    spirals.drag(0.8, 0.8)
    assert spirals.canvas.reading()


# Focus and hints


def test_the_tab_key_reaches_the_field_and_shows_that_it_is_there(spirals, qtbot):
    view, canvas = spirals.view, spirals.canvas
    view.train.setFocus()
    edge = QPoint(int(canvas.square().center().x()), 1)
    accent = QColor(theme.LIGHT.accent)
    assert canvas.grab().toImage().pixelColor(edge) != accent
    qtbot.keyClick(view.train, KEY.Key_Backtab, SHIFT)
    assert canvas.hasFocus()
    assert canvas.grab().toImage().pixelColor(edge) == accent


def test_a_click_gives_the_focus_without_a_frame_until_a_key_is_used(spirals, qtbot):
    view, canvas = spirals.view, spirals.canvas
    view.train.setFocus()
    qtbot.mouseClick(canvas, LEFT, pos=spirals.place(0.03, 0.03))
    assert canvas.hasFocus()
    edge = QPoint(int(canvas.square().center().x()), 1)
    assert canvas.grab().toImage().pixelColor(edge) != QColor(theme.LIGHT.accent)
    qtbot.keyClick(canvas, KEY.Key_P)
    assert canvas.grab().toImage().pixelColor(edge) == QColor(theme.LIGHT.accent)


def test_the_hint_says_what_can_be_done_now(spirals):
    assert "Double-click" in spirals.canvas.toolTip()
    spirals.key(KEY.Key_P)
    assert "arrow keys" in spirals.canvas.toolTip()
    assert spirals.canvas.cursor().shape() == Qt.CursorShape.CrossCursor
    spirals.key(KEY.Key_P)
    assert "Double-click" in spirals.canvas.toolTip()
    assert spirals.canvas.cursor().shape() != Qt.CursorShape.CrossCursor
