"""What deviates in a layer, as small signs below its header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QWidget

from engine.catalog.entry import number_text
from engine.experiment import Layer
from ui.editing.layer_edits import is_muted
from ui.looks.icons import pixmap
from ui.looks.theme import LIGHT, Theme, caption_font
from ui.wording.texts import tip

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from engine.experiment import Output

_SIGN = 12
_PAD = 5
_GAP = 3
_HEIGHT = 18
translate = QCoreApplication.translate


@dataclass(frozen=True)
class Badge:
    """A sign, what stands beside it, and what it means in full."""

    icon: str
    text: str
    meaning: str


def badges_of(layer: Layer | Output) -> tuple[Badge, ...]:
    """Return a badge for everything about a layer that is not as usual."""
    found = []
    normalization = getattr(layer, "normalization", "none")
    if normalization == "batch":
        found.append(Badge("normalization", "BN", translate("Badges", "Batch normalization")))
    elif normalization == "layer":
        found.append(Badge("normalization", "LN", translate("Badges", "Layer normalization")))
    if dropout := getattr(layer, "dropout", 0.0):
        share = f"{number_text(round(100 * dropout, 1))} %"
        found.append(Badge("dropout", share, translate("Badges", "Dropout {share}").format(share=share)))
    if getattr(layer, "residual", False):
        found.append(
            Badge("residual", translate("Badges", "res"), translate("Badges", "Residual connection"))
        )
    if layer.frozen:
        meaning = translate("Badges", "Frozen: training leaves this layer as it is")
        found.append(Badge("frozen", translate("Badges", "frozen"), meaning))
    if isinstance(layer, Layer) and is_muted(layer):
        meaning = translate("Badges", "Muted: all neurons of this layer count as zero")
        found.append(Badge("muted", translate("Badges", "muted"), meaning))
    return tuple(found)


class BadgeRow(QWidget):
    """Badges beside each other; where they do not fit, signs without their texts from the end on."""

    HEIGHT = _HEIGHT

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._badges: tuple[Badge, ...] = ()

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def badges(self) -> tuple[Badge, ...]:
        """Return what is shown."""
        return self._badges

    def set_badges(self, badges: tuple[Badge, ...]) -> None:
        """Show other badges."""
        if badges == self._badges:
            return
        self._badges = badges
        meanings = [badge.meaning for badge in badges]
        self.setVisible(bool(badges))
        self.setAccessibleName(", ".join(meanings))
        self.setToolTip(tip(meanings[0], " · ".join(meanings[1:])) if meanings else "")
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size with all texts."""
        return QSize(sum(self._widths(10_000)) + _GAP * max(len(self._badges) - 1, 0), _HEIGHT)

    def _widths(self, room: int) -> list[int]:
        """Return the width of every badge within a room; of a sign alone it is the least."""
        metrics = QFontMetrics(caption_font(self.font()))
        texts = [metrics.horizontalAdvance(badge.text) for badge in self._badges]
        full = [_SIGN + 2 * _PAD + 3 + text for text in texts]
        gaps = _GAP * max(len(full) - 1, 0)
        alone = min(max((room - gaps) // max(len(full), 1), _SIGN + 1), _SIGN + 2 * _PAD)
        for i in range(len(full) - 1, -1, -1):
            if sum(full) + gaps <= room:
                break
            full[i] = alone
        return full

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the badges in the middle."""
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(caption_font(self.font()))
        widths = self._widths(self.width())
        x = (self.width() - sum(widths) - _GAP * (len(widths) - 1)) // 2
        top = (self.height() - _HEIGHT) // 2
        for badge, width in zip(self._badges, widths, strict=True):
            box = QRectF(x, top, width, _HEIGHT)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.pressed))
            painter.drawRoundedRect(box, _HEIGHT / 2, _HEIGHT / 2)
            sign = pixmap(badge.icon, theme.muted, _SIGN, self.devicePixelRatioF())
            alone = width <= _SIGN + 2 * _PAD
            painter.drawPixmap(
                x + ((width - _SIGN) // 2 if alone else _PAD), top + (_HEIGHT - _SIGN) // 2, sign
            )
            if not alone:
                painter.setPen(QColor(theme.text))
                left = _SIGN + _PAD + 3
                painter.drawText(
                    box.adjusted(left, 0, 0, 0),
                    Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
                    badge.text,
                )
            x += width + _GAP
