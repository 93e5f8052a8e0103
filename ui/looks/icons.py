"""Icons: our own SVG strokes, recoloured for the theme.

Theme icons of the desktop are missing where there is no desktop, and symbols such as the pause sign are
missing in common fonts, so neither is used.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

import resources

if TYPE_CHECKING:
    from ui.looks.theme import Theme

_SIZES = (16, 20)
_SCALES = (1.0, 2.0, 3.0)


@functools.cache
def _source(name: str) -> str:
    return resources.path("icons", f"{name}.svg").read_text(encoding="utf-8")


@functools.cache
def pixmap(name: str, colour: str, size: int = 16, scale: float = 1.0) -> QPixmap:
    """Return an icon in one colour, ``size`` pixels wide on a screen of that device pixel ratio."""
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    result = QPixmap(round(size * scale), round(size * scale))
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    renderer.render(painter, QRectF(0, 0, result.width(), result.height()))
    painter.end()
    result.setDevicePixelRatio(scale)
    return result


@functools.cache
def icon(name: str, theme: Theme, colour: str | None = None) -> QIcon:
    """Return an icon of ``resources/icons`` in the theme's text colour, or in another one.

    Parameters
    ----------
    name : str
        The file's name without its suffix.
    theme : Theme
        Gives the colours; a disabled icon is faint.
    colour : str, optional
        Another colour than the text's, e.g. ``theme.accent_text`` on a filled button.
    """
    result = QIcon()
    for size in _SIZES:
        for scale in _SCALES:
            result.addPixmap(pixmap(name, colour or theme.text, size, scale), QIcon.Mode.Normal)
            result.addPixmap(pixmap(name, theme.faint, size, scale), QIcon.Mode.Disabled)
    return result
