"""The small window with the numbers of a layer's activation and initializer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ui.texts import catalog
from ui.theme import LIGHT, Theme
from ui.widgets.parameter_form import ParameterForm
from ui.widgets.themed import label

if TYPE_CHECKING:
    from PySide6.QtCore import QRect
    from PySide6.QtGui import QPaintEvent

    from engine.catalog.entry import Entry


class LayerSettings(QFrame):
    """A popup with a form for the activation, where it has parameters, and one for the initializer.

    ``activationEdited`` and ``initializerEdited`` carry the index of the layer, the entry as edited
    and the parameter's label.
    """

    activationEdited = Signal(int, object, str)
    initializerEdited = Signal(int, object, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("layerSettings")
        self._index = 0
        self._theme: Theme = LIGHT
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(6)
        self._titles = (label("", "title"), label("", "title"))
        self._forms = (ParameterForm(), ParameterForm())
        for title, form in zip(self._titles, self._forms, strict=True):
            layout.addWidget(title)
            layout.addWidget(form)
        self._forms[0].entryEdited.connect(self._activation_edited)
        self._forms[1].entryEdited.connect(self._initializer_edited)
        self.setFixedWidth(272)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        for form in self._forms:
            form.set_theme(theme)

    def show_entries(self, activation: Entry, initializer: Entry) -> None:
        """Show the entries of the layer this popup is about."""
        kinds = (self.tr("Activation"), self.tr("Initializer"))
        entries = (activation, initializer)
        for kind, title, form, entry in zip(kinds, self._titles, self._forms, entries, strict=True):
            has_parameters = bool(type(entry).parameters())
            title.setText(f"{kind} · {catalog(entry.label)}".upper())
            title.setVisible(has_parameters)
            form.set_entry(entry)
            form.setVisible(has_parameters)

    def index(self) -> int:
        """Return the layer this popup is about."""
        return self._index

    def open_below(self, index: int, anchor: QRect) -> None:
        """Appear below a control, given in screen coordinates."""
        self._index = index
        self.adjustSize()
        screen = self.screen().availableGeometry()
        x = min(
            max(anchor.center().x() - self.width() // 2, screen.left() + 4), screen.right() - self.width() - 4
        )
        self.move(QPoint(x, min(anchor.bottom() + 6, screen.bottom() - self.height() - 4)))
        self.show()
        first = next((form for form in self._forms if not form.isHidden()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.PopupFocusReason)
            first.focusNextChild()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and an edge."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.panel))
        painter.setPen(QColor(self._theme.border))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _activation_edited(self, entry: Entry, name: str) -> None:
        self.activationEdited.emit(self._index, entry, name)

    def _initializer_edited(self, entry: Entry, name: str) -> None:
        self.initializerEdited.emit(self._index, entry, name)
