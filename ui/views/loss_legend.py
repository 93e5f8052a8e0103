"""The line below the loss chart: which curve is which, and its value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.looks.theme import LIGHT, Theme, tabular
from ui.wording.names import loss_text

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class LossLegend(QWidget):
    """Shows the two losses at an epoch: a filled dot for training, a ring for test."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._take_font()
        self._values: tuple[float | None, float | None, float] = (None, None, 0.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._take_font()

    def _take_font(self) -> None:
        self._tabular = tabular(self.font())
        self._tabular.setPixelSize(max(11, self.font().pixelSize() - 1))
        self._metrics = QFontMetrics(self._tabular)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def show_values(self, train: float | None, test: float | None, epoch: float) -> None:
        """Show the losses at an epoch; None for a part that has no rows."""
        values = (train, test, epoch)
        if values != self._values:
            self._values = values
            self.update()

    def text(self) -> str:
        """Return what is shown as one line."""
        return "  ".join(text for _, text in self._parts())

    def _parts(self) -> list[tuple[str, str]]:
        train, test, epoch = self._values
        parts = []
        if train is not None:
            parts.append(("train", self.tr("train {value}").format(value=loss_text(train))))
        if test is not None:
            parts.append(("test", self.tr("test {value}").format(value=loss_text(test))))
        if parts:
            number = f"{epoch:,.0f}" if epoch == round(epoch) else f"{epoch:,.2f}"
            parts.append(("", self.tr("at epoch {number}").format(number=number)))
        return parts

    def sizeHint(self) -> QSize:
        """Return the size of one line."""
        return QSize(200, 20)

    def minimumSizeHint(self) -> QSize:
        """Return the same height."""
        return QSize(100, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._tabular)
        metrics = self._metrics
        x, middle = 0.0, self.height() / 2
        for kind, text in self._parts():
            if kind:
                colour = QColor(theme.train_line if kind == "train" else theme.test_line)
                painter.setPen(QPen(colour, 1.6))
                painter.setBrush(colour if kind == "train" else Qt.BrushStyle.NoBrush)
                painter.drawEllipse(QPointF(x + 5, middle), 3.7, 3.7)
                x += 14
            painter.setPen(QColor(theme.muted))
            painter.drawText(QPointF(x, middle + metrics.ascent() / 2 - 1), text)
            # Room for a value of the usual length, so that the next part stays where it is.
            name = text.rsplit(" ", 1)[0]
            x += max(metrics.horizontalAdvance(text), metrics.horizontalAdvance(f"{name} 0.0000")) + 16
