"""The drawer below the canvas: tabs, keys, height."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QTabBar, QVBoxLayout, QWidget

from ui.looks import theme
from ui.looks.arrangement import Middle
from ui.widgets.drawer import DEFAULT_HEIGHT, LARGEST_SHARE, SMALLEST, Drawer
from ui.widgets.drawer_parts import TABS

LEFT = Qt.MouseButton.LeftButton
CANVAS = 300


@pytest.fixture
def drawer(qtbot, themed):
    drawer = Drawer()
    drawer.buttons = {}
    for key in ("one", "two", "three"):
        page = QWidget()
        drawer.buttons[key] = QPushButton(key)
        QVBoxLayout(page).addWidget(drawer.buttons[key])
        drawer.add(key, key.capitalize(), page, f"What {key} is.")
    above = QWidget()
    above.setMinimumSize(360, CANVAS)
    middle = Middle(above, drawer)
    drawer.above = above
    qtbot.addWidget(middle)
    middle.resize(500, 776)
    drawer.set_theme(theme.LIGHT)
    drawer.told = []
    drawer.shown.connect(drawer.told.append)
    middle.show()
    middle.activateWindow()
    qtbot.waitUntil(middle.isActiveWindow)
    yield drawer


@pytest.fixture
def tabs(drawer):
    return drawer.findChild(QTabBar)


def _press(qtbot, tabs, index, button=LEFT):
    qtbot.mouseClick(tabs, button, pos=tabs.tabRect(index).center())


def test_it_is_closed_at_first_and_leaves_the_room_to_the_canvas(drawer):
    assert drawer.current() == ""
    assert drawer.height() == TABS + 1
    assert drawer.above.height() == 776 - TABS - 1


def test_a_click_opens_a_page_another_changes_it_and_the_same_again_closes(drawer, tabs, qtbot):
    _press(qtbot, tabs, 0)
    assert drawer.current() == "one"
    assert drawer.height() == TABS + 1 + DEFAULT_HEIGHT
    assert drawer.above.height() + drawer.height() == 776
    _press(qtbot, tabs, 2)
    _press(qtbot, tabs, 2, Qt.MouseButton.RightButton)
    assert drawer.buttons["three"].isVisible()
    _press(qtbot, tabs, 2)
    _press(qtbot, tabs, 2)
    _press(qtbot, tabs, 2)
    assert drawer.told == ["one", "three", "", "three", ""]
    assert drawer.above.height() == 776 - TABS - 1


def test_keys_go_from_tab_to_tab_and_open_and_close(drawer, tabs, qtbot):
    assert tabs.focusPolicy() & Qt.FocusPolicy.TabFocus
    tabs.setFocus()
    qtbot.keyClick(tabs, Qt.Key.Key_Right)
    assert drawer.told == []
    qtbot.keyClick(tabs, Qt.Key.Key_Space)
    qtbot.keyClick(tabs, Qt.Key.Key_Right)
    qtbot.keyClick(tabs, Qt.Key.Key_Return)
    qtbot.keyClick(tabs, Qt.Key.Key_Left)
    assert drawer.told == ["two", "three", ""]
    assert drawer.current() == ""


def test_a_wheel_over_the_tabs_changes_nothing(drawer, tabs, qtbot):
    drawer.open("one")
    QTest.wheelEvent(tabs.window().windowHandle(), tabs.mapTo(tabs.window(), QPoint(10, 10)), QPoint(0, -120))
    assert drawer.current() == "one"


def test_a_menu_opens_a_page_and_puts_the_keyboard_there(drawer, tabs, qtbot):
    drawer.toggle("two")
    assert drawer.buttons["two"].hasFocus()
    drawer.toggle("two")
    assert drawer.current() == ""
    assert tabs.hasFocus()
    drawer.open("nowhere")
    assert drawer.current() == ""


def test_the_upper_edge_is_dragged_within_bounds_and_told_once(drawer, qtbot):
    drawer.open("one")
    chosen = []
    drawer.heightChosen.connect(chosen.append)
    grip = drawer._grip
    at = QPoint(100, 2)
    for up, height in ((60, DEFAULT_HEIGHT + 60), (1000, None), (-1000, SMALLEST)):
        start = grip.mapToGlobal(at)
        qtbot.mousePress(grip, LEFT, pos=at)
        for share in (0.3, 1.0):
            qtbot.mouseMove(grip, grip.mapFromGlobal(start - QPoint(0, round(share * up))))
        qtbot.mouseRelease(grip, LEFT)
        expected = height if height is not None else round(LARGEST_SHARE * 776) - TABS - 1
        assert drawer.page_height() == expected
        assert drawer.height() == TABS + 1 + expected
    assert len(chosen) == 3


def test_the_upper_edge_moves_by_key(drawer, qtbot):
    drawer.open("one")
    chosen = []
    drawer.heightChosen.connect(chosen.append)
    drawer._grip.setFocus()
    qtbot.keyClick(drawer._grip, Qt.Key.Key_Up)
    qtbot.keyClick(drawer._grip, Qt.Key.Key_Up)
    qtbot.keyClick(drawer._grip, Qt.Key.Key_Down)
    assert chosen == [DEFAULT_HEIGHT + 20, DEFAULT_HEIGHT + 40, DEFAULT_HEIGHT + 20]


def test_a_low_window_leaves_the_canvas_its_smallest_height(drawer):
    drawer.set_page_height(400)
    drawer.open("one")
    drawer.parentWidget().resize(500, 596)
    assert drawer.above.height() == CANVAS
    assert drawer.height() == 296
    drawer.parentWidget().resize(500, 1300)
    assert drawer.height() == TABS + 1 + 400  # what was wanted comes back


def test_screen_readers_find_tabs_by_name(drawer, tabs):
    found = QAccessible.queryAccessibleInterface(tabs)
    assert found.role() == QAccessible.Role.PageTabList
    names = [found.child(i).text(QAccessible.Text.Name) for i in range(3)]
    assert names == ["One", "Two", "Three"]
    assert tabs.accessibleName()
    assert all("What" in tabs.tabToolTip(i) for i in range(3))


def test_everything_in_the_open_page_is_reached_by_tab(drawer, tabs, qtbot):
    drawer.open("two")
    tabs.setFocus()
    reached = []
    for _ in range(4):
        reached.append(tabs.window().focusWidget())
        qtbot.keyClick(reached[-1], Qt.Key.Key_Tab)
    assert drawer.buttons["two"] in reached
    assert drawer._grip in reached
