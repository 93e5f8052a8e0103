"""Pictures of what the window shows, painted anew at any size: PNG, SVG and PDF, and frames of recordings."""

from __future__ import annotations

import dataclasses
import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QIODevice, QMarginsF, QRectF, QSize, QSizeF
from PySide6.QtGui import QColor, QImage, QImageWriter, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from engine import __version__
from ui.looks.theme import DARK, LIGHT, Theme

if TYPE_CHECKING:
    from collections.abc import Callable

SUFFIXES = (".png", ".svg", ".pdf")
SHARPNESS = 2  # pixels of a PNG a pixel of its size
WIDTHS = (120, 4000)
MOST_PIXELS = 120_000_000  # 4 bytes each
PROGRAM = f"Unfold {__version__}"
_INCH = 96.0  # pixels; a page has 72 points
_PDF_DOTS = 1200  # an inch
_WHOLE = QSizeF(1280, 720)
_RIGHT, _FIELD = 440.0, 466.0


class Sheet(Protocol):
    """What paints one picture."""

    def size(self) -> QSizeF:
        """Return the size at which words have their usual size."""

    def paint(self, painter: QPainter, rect: QRectF, theme: Theme) -> None:
        """Paint what is shown at this moment into a rectangle."""


@dataclass(frozen=True)
class Source:
    """A picture that can be chosen: its key, its name, and what makes the one that paints it.

    ``make`` takes whether the pictures are to be frames of a recording, in which lights travel.
    """

    key: str
    name: str
    make: Callable[[bool], Sheet]


def sources(
    network: Callable[[bool], Sheet], field: Callable[[], Sheet], loss: Callable[[bool], Sheet]
) -> tuple[Source, ...]:
    """Return all pictures in the user's language, from what makes their three parts."""
    translate = QCoreApplication.translate
    return (
        Source(
            "whole",
            translate("Pictures", "Network, output and loss"),
            lambda moving: Whole(network(moving), field(), loss(moving)),
        ),
        Source("field", translate("Pictures", "Output"), lambda _moving: field()),
        Source("network", translate("Pictures", "Network"), network),
        Source("loss", translate("Pictures", "Loss"), loss),
    )


class Whole:
    """The network, and at its right the field above the loss."""

    def __init__(self, network: Sheet, field: Sheet, loss: Sheet) -> None:
        self._network, self._field, self._loss = network, field, loss

    def size(self) -> QSizeF:
        """Return the size at which words have their usual size."""
        return _WHOLE

    def paint(self, painter: QPainter, rect: QRectF, theme: Theme) -> None:
        """Paint all three into a rectangle."""
        split = rect.right() - _RIGHT
        self._network.paint(
            painter, QRectF(rect.left(), rect.top(), split - rect.left(), rect.height()), theme
        )
        self._field.paint(painter, QRectF(split, rect.top(), _RIGHT, _FIELD), theme)
        self._loss.paint(painter, QRectF(split, rect.top() + _FIELD, _RIGHT, rect.height() - _FIELD), theme)
        painter.fillRect(QRectF(split, rect.top(), 1, rect.height()), QColor(theme.border))


def colours() -> dict[str, Theme]:
    """Return the colours to choose from: as on the screen, and on white, for paper."""
    return {"light": LIGHT, "white": dataclasses.replace(LIGHT, canvas="#ffffff"), "dark": DARK}


def height_for(sheet: Sheet, width: int) -> int:
    """Return the height of a picture of a width."""
    size = sheet.size()
    return max(1, round(width * size.height() / size.width()))


def image_of(sheet: Sheet, width: int, height: int, theme: Theme) -> QImage:
    """Paint a picture of so many pixels; all of it is painted for them, nothing enlarged.

    Raises
    ------
    OSError
        Where that would take too much memory.
    """
    size = sheet.size()
    image = QImage()
    if width * height <= MOST_PIXELS:
        image = QImage(width, height, QImage.Format.Format_RGB32)
    if image.isNull():
        raise OSError(errno.ENOMEM, "So large a picture takes too much memory; choose a smaller width")
    image.setDevicePixelRatio(width / size.width())
    image.fill(QColor(theme.panel))
    painter = QPainter(image)
    sheet.paint(painter, QRectF(0, 0, size.width(), height * size.width() / width), theme)
    painter.end()
    return image


def content_of(sheet: Sheet, suffix: str, width: int, theme: Theme, title: str) -> bytes:
    """Return a picture as a file: twice as many pixels for PNG, shapes and words for SVG and PDF.

    Parameters
    ----------
    suffix : str
        One of SUFFIXES.
    width : int
        In pixels of 1/96 inch; the height follows.
    title : str
        What it shows, kept in the file beside the program's name.

    Raises
    ------
    OSError
        Where that would take too much memory.
    """
    size = QSize(width, height_for(sheet, width))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if suffix == ".svg":
        _write_svg(sheet, buffer, size, theme, title)
    elif suffix == ".pdf":
        _write_pdf(sheet, buffer, size, theme, title)
    else:
        image = image_of(sheet, SHARPNESS * size.width(), SHARPNESS * size.height(), theme)
        image.setDevicePixelRatio(1.0)
        dots = round(SHARPNESS * _INCH / 0.0254)
        image.setDotsPerMeterX(dots)
        image.setDotsPerMeterY(dots)
        image.setText("Title", title)
        image.setText("Software", PROGRAM)
        QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


def _write_svg(sheet: Sheet, buffer: QBuffer, size: QSize, theme: Theme, title: str) -> None:
    # Version 1.1 knows clipping; the older one would paint beyond it.
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    natural = sheet.size()
    whole = QRectF(0, 0, natural.width(), natural.height())
    generator.setOutputDevice(buffer)
    generator.setResolution(round(_INCH))
    generator.setSize(size)
    generator.setViewBox(whole)
    generator.setTitle(title)
    generator.setDescription(PROGRAM)
    painter = QPainter(generator)
    sheet.paint(painter, whole, theme)
    painter.end()


def _write_pdf(sheet: Sheet, buffer: QBuffer, size: QSize, theme: Theme, title: str) -> None:
    writer = QPdfWriter(buffer)
    natural = sheet.size()
    points = QSizeF(size.width() * 72 / _INCH, size.height() * 72 / _INCH)
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setResolution(_PDF_DOTS)
    writer.setTitle(title)
    writer.setCreator(PROGRAM)
    painter = QPainter(writer)
    scale = points.width() / 72 * _PDF_DOTS / natural.width()
    painter.scale(scale, scale)
    sheet.paint(painter, QRectF(0, 0, natural.width(), natural.height()), theme)
    painter.end()
