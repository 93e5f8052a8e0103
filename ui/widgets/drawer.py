"""Pages below the canvas, behind a row of tabs that is always there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from ui.widgets.drawer_parts import GRIP, TABS, Grip, Tabs
from ui.widgets.row import line
from ui.widgets.themed import focusable
from ui.wording.texts import tip

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from ui.looks.theme import Theme

DEFAULT_HEIGHT = 208
SMALLEST = 160
LARGEST_SHARE = 0.6  # of the column, tabs included


class Drawer(QWidget):
    """A row of tabs; a click on one opens its page below the row, another click on it closes the drawer.

    Who places it calls ``fit`` with the height of the column it shares with what stands above, and gives it
    the height that ``sizeHint`` then tells.
    """

    shown = Signal(str)
    """The key of the page that is open now, "" when it was closed."""
    heightChanged = Signal()
    """It wants another height."""
    heightChosen = Signal(int)
    """A hand has set the height of the pages, in pixels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: list[str] = []
        self._first: dict[str, QWidget] = {}
        self._wanted = DEFAULT_HEIGHT
        self._room = SMALLEST
        self._grabbed: int | None = None
        self._tabs = Tabs()
        self._tabs.setAccessibleName(self.tr("Pages below the network"))
        self._tabs.setAccessibleDescription(
            self.tr("Left and Right go from page to page, Return opens or closes one.")
        )
        self._pages = QStackedWidget()
        self._pages.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(line())
        row = QVBoxLayout()
        row.setContentsMargins(6, 0, 6, 0)
        row.addWidget(self._tabs)
        layout.addLayout(row)
        layout.addWidget(self._pages, 1)
        self._grip = Grip(self)
        self._grip.hide()
        self.setAutoFillBackground(True)
        self._tabs.pressed.connect(self._pressed)
        self._tabs.flipped.connect(self._flip)
        self._tabs.currentChanged.connect(self._moved)
        self._grip.moved.connect(self._drag)
        self._grip.released.connect(self._drop)

    # -- pages

    def add(
        self, key: str, title: str, widget: QWidget, hint: str = "", first: QWidget | None = None
    ) -> None:
        """Append a page.

        Parameters
        ----------
        key : str
            Its name in code and settings.
        title, hint : str
            The text of its tab, and a sentence for the tooltip.
        widget : QWidget
            The page.
        first : QWidget, optional
            What a key that opens the page gives the focus to, by default its first control.
        """
        self._first[key] = first or widget
        self._keys.append(key)
        self._pages.addWidget(widget)
        blocked = self._tabs.blockSignals(True)
        at = self._tabs.addTab(title)
        self._tabs.blockSignals(blocked)
        self._tabs.setTabToolTip(at, tip(title, hint))
        self._tabs.setAccessibleTabName(at, title)

    def keys(self) -> tuple[str, ...]:
        """Return the keys of all pages, from left to right."""
        return tuple(self._keys)

    def current(self) -> str:
        """Return the key of the open page, "" while closed."""
        return self._keys[self._tabs.currentIndex()] if self._tabs.opened else ""

    def open(self, key: str) -> None:
        """Open a page; one that does not exist leaves all as it is."""
        if key not in self._keys or key == self.current():
            return
        index = self._keys.index(key)
        blocked = self._tabs.blockSignals(True)
        self._tabs.setCurrentIndex(index)
        self._tabs.blockSignals(blocked)
        self._pages.setCurrentIndex(index)
        self._set_opened(True)

    def close(self) -> bool:
        """Close the page; return True."""
        if self._tabs.opened:
            inside = self._pages.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
            self._set_opened(False)
            if inside:
                self._tabs.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def toggle(self, key: str) -> None:
        """Open a page and put the keyboard into it, or close it where it is open."""
        if key == self.current():
            self.close()
            return
        self.open(key)
        first = self._first[key]
        takes_focus = bool(first.focusPolicy() & Qt.FocusPolicy.TabFocus)
        control = first if takes_focus else next(iter(focusable(first)), self._tabs)
        control.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._tabs.theme = self._grip.theme = theme
        self.update()
        self._tabs.update()

    def _set_opened(self, opened: bool) -> None:
        self._tabs.opened = opened
        self._tabs.update()
        self._pages.setVisible(opened)
        self._grip.setVisible(opened)
        self._grip.raise_()
        self.heightChanged.emit()
        self.shown.emit(self.current())

    def _pressed(self, index: int, again: bool) -> None:
        if again and self._tabs.opened:
            self.close()
        else:
            self.open(self._keys[index])

    def _flip(self) -> None:
        if self._tabs.opened:
            self.close()
        elif self._tabs.currentIndex() >= 0:
            self.open(self._keys[self._tabs.currentIndex()])

    def _moved(self, index: int) -> None:
        if self._tabs.opened and 0 <= index < len(self._keys):
            self._pages.setCurrentIndex(index)
            self.shown.emit(self.current())

    # -- height

    def page_height(self) -> int:
        """Return the height wanted for the pages, in pixels."""
        return self._wanted

    def set_page_height(self, height: int) -> None:
        """Take another height for the pages, if there is room."""
        self._wanted = max(SMALLEST, height)
        self.heightChanged.emit()

    def fit(self, column: int, above: int) -> None:
        """Take as much of a column of so many pixels as leaves ``above`` to what stands above."""
        self._room = max(SMALLEST, min(round(LARGEST_SHARE * column), column - above) - TABS - 1)

    def sizeHint(self) -> QSize:
        """Return the height that fits."""
        page = min(self._wanted, self._room) if self._tabs.opened else 0
        return QSize(super().sizeHint().width(), TABS + 1 + page)

    def minimumSizeHint(self) -> QSize:
        """Ask for the tabs alone: the column gives what it has."""
        return QSize(0, TABS + 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the grip at the upper edge."""
        self._grip.setGeometry(0, 0, self.width(), GRIP)

    def _drag(self, up: int) -> None:
        if self._grabbed is None:
            self._grabbed = min(self._wanted, self._room)
        self.set_page_height(min(self._grabbed + up, self._room))

    def _drop(self) -> None:
        self._grabbed = None
        self.heightChosen.emit(self._wanted)
