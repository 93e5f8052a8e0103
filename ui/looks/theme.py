"""Colours, fonts and the one style sheet.

Fusion with a full palette looks the same on every platform; the style sheet on top of it only sets
what the palette cannot (edges, radii, padding).  Controls that paint themselves take the same colours
from the `Theme` they are given.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetricsF, QPalette

from engine.colours import CLASSES, NEGATIVE, POSITIVE, ZERO
from ui.looks.style_sheet import style_sheet

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


@dataclass(frozen=True)
class Theme:
    """The colours of the program, as ``#rrggbb``.

    ``control`` is the ground of fields and combo boxes (buttons have the panel's), ``track`` that of
    chips, segments and slider grooves' surroundings, ``accent_soft`` that of a chip that is on.
    ``negative``, ``zero`` and ``positive`` span the field; ``classes`` begins with its two ends.
    """

    name: str
    window: str
    panel: str
    canvas: str
    border: str
    control: str
    control_border: str
    track: str
    hover: str
    pressed: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    accent_text: str
    accent_soft: str
    negative: str
    zero: str
    positive: str
    danger: str
    danger_soft: str
    train_line: str
    test_line: str
    grid: str
    classes: tuple[str, ...]

    @property
    def is_dark(self) -> bool:
        """Whether light text stands on a dark ground."""
        return self.name == "dark"


LIGHT = Theme(
    name="light",
    window="#ffffff",
    panel="#ffffff",
    canvas="#f6f7f9",
    border="#e3e6eb",
    control="#f6f7f9",
    control_border="#e3e6eb",
    track="#f0f2f5",
    hover="#f0f2f5",
    pressed="#e3e6eb",
    text="#1c2129",
    muted="#6b7482",
    faint="#a3aab5",
    accent="#3b6fe0",
    accent_hover="#2f61cf",
    accent_text="#ffffff",
    accent_soft="#e9effd",
    negative=NEGATIVE,
    zero=ZERO,
    positive=POSITIVE,
    danger="#c6342b",
    danger_soft="#fdecea",
    train_line="#3b6fe0",
    test_line="#6b7482",
    grid="#f1f3f5",
    classes=CLASSES,
)

DARK = Theme(
    name="dark",
    window="#1b1f26",
    panel="#1b1f26",
    canvas="#14171c",
    border="#2b313b",
    control="#14171c",
    control_border="#2b313b",
    track="#252a33",
    hover="#252a33",
    pressed="#323944",
    text="#e7eaef",
    muted="#8d97a6",
    faint="#5c6573",
    accent="#6c9bff",
    accent_hover="#7fa8ff",
    accent_text="#ffffff",
    accent_soft="#22304f",
    negative=NEGATIVE,
    zero="#22272f",
    positive=POSITIVE,
    danger="#ff7b72",
    danger_soft="#3a2024",
    train_line="#6c9bff",
    test_line="#8d97a6",
    grid="#222730",
    classes=CLASSES,
)

# The ends of a field stop short of the points' colours, so that points stand out on them.
FIELD_STRENGTH = 0.85


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mixed(start: str, end: str, share: float) -> int:
    """Return the opaque colour between two others as the integer that an image's table wants."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(_rgb(start), _rgb(end), strict=True))
    return 0xFF000000 | red << 16 | green << 8 | blue


def field_table(theme: Theme, strength: float = FIELD_STRENGTH) -> list[int]:
    """Return the 256 colours of a field: -1 at 0, zero at 128, +1 at 255.

    Parameters
    ----------
    theme : Theme
        Where the colours come from.
    strength : float
        How far the ends go towards the full colours; 1 for a legend, less for grounds under points.
    """
    below = [_mixed(theme.zero, theme.negative, strength * (128 - i) / 128) for i in range(128)]
    above = [_mixed(theme.zero, theme.positive, strength * i / 127) for i in range(128)]
    return below + above


def class_table(theme: Theme, index: int, strength: float = FIELD_STRENGTH) -> list[int]:
    """Return the 256 colours of a value that is never negative: zero up to 128, then the class's colour."""
    colour = theme.classes[index % len(theme.classes)]
    return [_mixed(theme.zero, colour, strength * max(0, i - 128) / 127) for i in range(256)]


def body_font(base: QFont | None = None) -> QFont:
    """Return the platform's font at the size that gives 13 pixels of Inter's width.

    Fonts of one nominal size differ in width by a seventh; panels are laid out for a width.
    """
    font = QFont(base) if base is not None else QFont()
    reference = "Learning rate 0.0391 Cross-entropy"
    wanted = 212.0
    for size in (13, 12):
        font.setPixelSize(size)
        if QFontMetricsF(font).horizontalAdvance(reference) <= wanted * 1.03:
            break
    return font


def pixel_size(font: QFont) -> int:
    """Return a font's size in pixels, also of one whose size is given in points."""
    return font.pixelSize() if font.pixelSize() > 0 else QFontInfo(font).pixelSize()


def caption_font(base: QFont, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the small font of captions and titles, two pixels below the body's."""
    font = QFont(base)
    font.setPixelSize(max(10, round(pixel_size(base) * 11 / 13)))
    font.setWeight(weight)
    return font


def tabular(font: QFont) -> QFont:
    """Return the font with digits of one width, so that counting numbers do not jitter."""
    result = QFont(font)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


def palette(theme: Theme) -> QPalette:
    """Return a palette with every role set, for all states."""
    role = QPalette.ColorRole
    result = QPalette()
    for roles, colour in (
        ((role.Window,), theme.window),
        ((role.Base, role.Button), theme.control),
        ((role.AlternateBase, role.Midlight, role.Light), theme.hover),
        ((role.ToolTipBase,), theme.panel),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText, role.BrightText), theme.text),
        ((role.PlaceholderText,), theme.muted),
        ((role.Highlight, role.Accent, role.Link), theme.accent),
        ((role.LinkVisited,), theme.muted),
        ((role.HighlightedText,), theme.accent_text),
        ((role.Mid, role.Dark), theme.border),
        ((role.Shadow,), theme.pressed),
    ):
        for one in roles:
            result.setColor(one, QColor(colour))
    for one in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        result.setColor(QPalette.ColorGroup.Disabled, one, QColor(theme.faint))
    result.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(theme.border))
    return result


def apply(app: QApplication, theme: Theme) -> None:
    """Give the whole application its style, font and colours; again for another theme."""
    if app.style().objectName().lower() != "fusion" and not app.styleSheet():
        app.setStyle("Fusion")
    if app.font().pixelSize() <= 0:  # the platform gives points; ours is in pixels, set once
        app.setFont(body_font(app.font()))
    app.setPalette(palette(theme))
    app.setStyleSheet(style_sheet(theme, app.font().pixelSize()))
    charts = sys.modules.get("pyqtgraph")
    if charts is not None:  # importing it here would cost the start a quarter of a second
        charts.setConfigOptions(background=theme.panel, foreground=theme.muted, antialias=True)
