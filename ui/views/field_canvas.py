"""The square that shows the field: picture, points, and a read-out under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.names import class_label, coordinate, input_name, plain_number
from ui.theme import LIGHT, Theme, caption_font, tabular
from ui.views.curve_plot import CurvePlot, plot_area, range_of
from ui.views.draw_points import draw_points
from ui.views.field_image import field_image
from ui.views.projection import class_unit, classes_shown, is_output, points_of, shown_axes

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent, QResizeEvent

    from engine.snapshot import Frame

_RADIUS = 7.0
_SMALLEST = 180


class FieldCanvas(QWidget):
    """Paints the field of the last frame; the picture is made once a frame, the points once a data set."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._frame: Frame | None = None
        self._scale = 1.0
        self._image: QImage | None = None
        self._points: QPixmap | None = None
        self._points_key: tuple[object, ...] = ()
        self._corners = QPixmap()
        self._pointer: QPointF | None = None
        self._train, self._test, self._hard = True, True, False
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Return the size of the picture in the main window."""
        return QSize(352, 352)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size at which points can be told apart."""
        return QSize(_SMALLEST, _SMALLEST)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self._image, self._points_key, self._corners = None, (), QPixmap()
        self.update()

    def set_parts(self, *, train: bool, test: bool, hard: bool) -> None:
        """Choose what is shown."""
        if hard != self._hard:
            self._image = None
        self._train, self._test, self._hard = train, test, hard
        self.update()

    def show_frame(self, frame: Frame, scale: float) -> None:
        """Show the field of a frame; ``scale`` is the value that has the full colour."""
        self._frame, self._scale = frame, scale
        self._image = None
        self.update()

    def square(self) -> QRectF:
        """Return where the field is: the largest square, in the middle."""
        side = min(self.width(), self.height())
        return QRectF((self.width() - side) // 2, 0, side, side)

    def is_curve(self) -> bool:
        """Whether there is a single input, so that the field is a curve."""
        return self._frame is not None and self._frame.field.shape[1] == 1

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the size."""
        self._corners = QPixmap()

    # Reading values

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the field under the pointer."""
        self._pointer = event.position()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Stop reading."""
        self._pointer = None
        self.update()

    def reading(self) -> str:
        """Return what stands under the pointer: the inputs and the field's value there; empty elsewhere."""
        frame, pointer = self._frame, self._pointer
        if frame is None or pointer is None:
            return ""
        area = plot_area(self.square()) if self.is_curve() else self.square()
        across = (pointer.x() - area.left()) / area.width()
        down = (pointer.y() - area.top()) / area.height()
        if not (0 <= across < 1 and 0 <= down < 1):
            return ""
        rows, columns = frame.field.shape[1:]
        values = frame.field[:, int(down * rows), int(across * columns)]
        axes = shown_axes(frame)
        names = frame.data.input_names
        low, high = frame.data.extent[axes[0]]
        parts = [f"{input_name(names[axes[0]])} {coordinate(low + across * (high - low), high - low)}"]
        if not self.is_curve():
            low, high = frame.data.extent[axes[1]]
            parts.append(f"{input_name(names[axes[1]])} {coordinate(high - down * (high - low), high - low)}")
        return "   ".join([*parts, self._answer(frame, values)])

    def _answer(self, frame: Frame, values: np.ndarray) -> str:
        classes = classes_shown(frame)
        if not classes:
            name = frame.data.target_names[0] if is_output(frame) else self.tr("value")
            return f"{name} {plain_number(float(values[0]))}"
        shares = values if classes > 2 else np.array([1 - values[0], values[0]])
        best = int(np.argmax(shares))
        return f"{class_label(frame.data.classes[best])} {100 * float(shares[best]):.1f} %"

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the field."""
        painter = QPainter(self)
        square = self.square()
        if self._frame is None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.zero))
            painter.drawRoundedRect(square, _RADIUS, _RADIUS)
            return
        painter.setFont(caption_font(self.font()))
        if self.is_curve():
            self._paint_curve(painter, square, self._frame)
        else:
            self._paint_plane(painter, square, self._frame)
        self._paint_corners(painter, square)
        self._paint_reading(painter, square)

    def _paint_plane(self, painter: QPainter, square: QRectF, frame: Frame) -> None:
        classes = classes_shown(frame)
        if self._image is None:
            self._image = field_image(
                frame.field, self._theme, classes=classes, value_scale=self._scale,
                hard=self._hard, unit=class_unit(frame),
            )  # fmt: skip
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(square, self._image)
        painter.drawPixmap(square.topLeft(), self._points_pixmap(square, frame))

    def _points_pixmap(self, square: QRectF, frame: Frame) -> QPixmap:
        """Return the points of the data, painted anew only when something about them has changed."""
        axes = shown_axes(frame)
        ratio = self.devicePixelRatioF()
        key = (frame.data, axes, square.width(), ratio, self._theme, self._train, self._test)
        if self._points is not None and key == self._points_key:
            return self._points
        pixmap = QPixmap((square.size() * ratio).toSize())
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        for test, wanted in ((True, self._test), (False, self._train)):
            points = points_of(frame.data, axes, test)
            if not wanted or points.y is None:
                continue
            targets = points.targets if frame.data.classes else points.targets[:, 0]
            side = square.width()
            draw_points(
                painter, points.x * side, points.y * side, targets, self._theme,
                classes=len(frame.data.classes), value_scale=frame.value_scale, test=test,
            )  # fmt: skip
        painter.end()
        self._points, self._points_key = pixmap, key
        return pixmap

    def _paint_curve(self, painter: QPainter, square: QRectF, frame: Frame) -> None:
        classes = classes_shown(frame)
        plot = CurvePlot(square, range_of(frame, classes), self._theme)
        plot.paint_axes(painter)
        if is_output(frame):  # a neuron's values are no targets
            for test, wanted in ((True, self._test), (False, self._train)):
                if wanted:
                    plot.paint_points(
                        painter, points_of(frame.data, (0, 0), test),
                        classes=len(frame.data.classes), scale=frame.value_scale, test=test,
                    )  # fmt: skip
        plot.paint_curves(painter, frame.field, classes=classes)

    def _paint_corners(self, painter: QPainter, square: QRectF) -> None:
        """Round the corners off by covering them with the panel's colour."""
        ratio = self.devicePixelRatioF()
        if self._corners.isNull():
            self._corners = QPixmap((square.size() * ratio).toSize())
            self._corners.setDevicePixelRatio(ratio)
            self._corners.fill(Qt.GlobalColor.transparent)
            whole, rounded = QPainterPath(), QPainterPath()
            frame = QRectF(0, 0, square.width(), square.height())
            whole.addRect(frame)
            rounded.addRoundedRect(frame, _RADIUS, _RADIUS)
            inner = QPainter(self._corners)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            inner.fillPath(whole.subtracted(rounded), QColor(self._theme.panel))
            inner.end()
        radius, side = _RADIUS + 1, square.width()
        for x in (0.0, side - radius):
            for y in (0.0, side - radius):
                part = QRectF(x * ratio, y * ratio, radius * ratio, radius * ratio)
                painter.drawPixmap(
                    QRectF(square.left() + x, square.top() + y, radius, radius), self._corners, part
                )

    def _paint_reading(self, painter: QPainter, square: QRectF) -> None:
        text = self.reading()
        if not text or self._pointer is None:
            return
        font = tabular(caption_font(self.font()))
        painter.setFont(font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = painter.fontMetrics().horizontalAdvance(text) + 18
        # At the edge that is away from the pointer, so that it hides nothing one looks at.
        at_top = self._pointer.y() > square.center().y()
        box = QRectF(0, 0, min(width, square.width() - 16), 24)
        box.moveLeft(square.left() + 8)
        box.moveTop(square.top() + 8 if at_top else square.bottom() - 32)
        ground = QColor(self._theme.panel)
        ground.setAlpha(235)
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(QColor(self._theme.text))
        painter.drawText(
            box.adjusted(9, 0, -9, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text
        )
