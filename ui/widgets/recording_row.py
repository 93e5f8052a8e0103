"""The small sign in the status line that something is being recorded, with the buttons that end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from ui.looks.theme import LIGHT, Theme, caption_font
from ui.widgets.buttons import PaintedButton
from ui.wording.texts import tip

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from ui.recording import Status


class _Dot(QWidget):
    """A red disc while frames are recorded, a ring while the recording waits."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.filled = True
        self.setFixedSize(10, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(self.theme.danger)
        painter.setPen(QPen(colour, 1.5))
        painter.setBrush(colour if self.filled else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(5, self.height() / 2), 3.8, 3.8)


class _Word(PaintedButton):
    """A word that can be clicked."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        font = caption_font(self.font())
        metrics = self.fontMetrics()
        return QSize(
            metrics.horizontalAdvance(self.text()) * font.pixelSize() // max(metrics.height(), 1) + 26, 20
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self.theme, self.begin()
        hot = self.underMouse()
        painter.setPen(QPen(QColor(theme.accent if self.has_ring() else theme.border), 1))
        painter.setBrush(QColor(theme.hover if hot else theme.panel))
        painter.drawRoundedRect(QRect(0, 0, self.width() - 1, self.height() - 1), 4, 4)
        painter.setFont(caption_font(self.font()))
        painter.setPen(QColor(theme.text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class RecordingRow(QWidget):
    """Shows the status of a recording; hidden while there is none."""

    stopRequested = Signal()
    discardRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dot = _Dot()
        self.text = QLabel()
        self.text.setProperty("look", "caption")
        self.stop = _Word(self.tr("Stop"))
        self.stop.setToolTip(tip(self.tr("Stop recording"), self.tr("What was recorded so far is written.")))
        self.discard = _Word(self.tr("Discard"))
        self.discard.setToolTip(tip(self.tr("Discard the recording"), self.tr("Nothing is written.")))
        self.stop.clicked.connect(self.stopRequested)
        self.discard.clicked.connect(self.discardRequested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(6)
        for one in (self._dot, self.text, self.stop, self.discard):
            layout.addWidget(one)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._dot.theme = theme
        self.stop.set_theme(theme)
        self.discard.set_theme(theme)
        self.update()

    def show_status(self, status: Status | None) -> None:
        """Show how far a recording is, None where there is none."""
        self.setVisible(status is not None)
        if status is None:
            return
        writing = status.written is not None
        if self._dot.filled != status.running:
            self._dot.filled = status.running
            self._dot.update()
        self._dot.setVisible(not writing)
        self.stop.setVisible(not writing)
        text = self._told(status)
        if text != self.text.text():  # once a second at most
            self.text.setText(text)

    def _told(self, status: Status) -> str:
        if status.written is not None:
            return self.tr("Writing the recording: {share} %").format(share=int(100 * status.written))
        if status.length is None:
            text = self.tr("Recording {time}").format(time=_time(status.seconds))
        else:
            text = self.tr("Recording {time} of {length}").format(
                time=_time(status.seconds), length=_time(status.length)
            )
        return text if status.running else self.tr("{recording}, waits for training").format(recording=text)


def _time(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
