"""What a painter paints on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QPaintEngine

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

_VECTORS = (QPaintEngine.Type.SVG, QPaintEngine.Type.Pdf)


def is_vector(painter: QPainter) -> bool:
    """Tell whether a painter writes shapes and words to a file, where kept pixels would be coarse."""
    return painter.paintEngine().type() in _VECTORS
