"""The picture of a field with the points of its data: made once a frame, the points once a data set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPixmap

from ui.looks.painting import is_vector
from ui.looks.theme import LIGHT, Theme
from ui.views.curve_plot import CurvePlot, curve_scale
from ui.views.draw_points import draw_points
from ui.views.field_image import field_image
from ui.views.projection import class_unit, classes_shown, is_output, points_of, shown_axes

if TYPE_CHECKING:
    from engine.snapshot import Frame

RADIUS = 7.0


class FieldPicture:
    """Paints a frame's field into a square, and keeps what the next painting can use again."""

    def __init__(self) -> None:
        self.theme: Theme = LIGHT
        self.train, self.test, self._hard = True, True, False
        self._frame: Frame | None = None
        self._scale = 1.0
        self._image: QImage | None = None
        self._points: QPixmap | None = None
        self._points_key: tuple[object, ...] = ()
        self._corners = QPixmap()

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self.theme = theme
        self._image, self._points_key, self._corners = None, (), QPixmap()

    def set_parts(self, *, train: bool, test: bool, hard: bool) -> None:
        """Choose what is shown."""
        if hard != self._hard:
            self._image = None
        self.train, self.test, self._hard = train, test, hard

    def show_frame(self, frame: Frame, scale: float) -> None:
        """Paint the field of a frame; ``scale`` is the value that has the full colour."""
        self._frame, self._scale, self._image = frame, scale, None

    def forget_size(self) -> None:
        """Follow another size."""
        self._corners = QPixmap()

    def paint(self, painter: QPainter, square: QRectF) -> None:
        """Paint everything, the neutral colour before the first frame."""
        frame = self._frame
        if frame is None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.zero))
            painter.drawRoundedRect(square, RADIUS, RADIUS)
            return
        if frame.field.shape[1] == 1:
            self._paint_curve(painter, square, frame)
        else:
            self._paint_plane(painter, square, frame)
        self._paint_corners(painter, square)

    def _paint_plane(self, painter: QPainter, square: QRectF, frame: Frame) -> None:
        if self._image is None:
            self._image = field_image(
                frame.field, self.theme, classes=classes_shown(frame), value_scale=self._scale,
                hard=self._hard, unit=class_unit(frame),
            )  # fmt: skip
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(square, self._image)
        if is_vector(painter):
            painter.save()
            painter.translate(square.topLeft())
            self._draw_points(painter, square.width(), frame)
            painter.restore()
        else:
            painter.drawPixmap(square.topLeft(), self._points_pixmap(painter, square, frame))

    def _points_pixmap(self, on: QPainter, square: QRectF, frame: Frame) -> QPixmap:
        """Return the points of the data, painted anew only when something about them has changed."""
        axes = shown_axes(frame)
        ratio = on.device().devicePixelRatioF()
        key = (frame.data, axes, square.width(), ratio, self.theme, self.train, self.test)
        if self._points is not None and key == self._points_key:
            return self._points
        pixmap = QPixmap((square.size() * ratio).toSize())
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self._draw_points(painter, square.width(), frame)
        painter.end()
        self._points, self._points_key = pixmap, key
        return pixmap

    def _draw_points(self, painter: QPainter, side: float, frame: Frame) -> None:
        """Draw the points of the data into a square at the origin."""
        for test, wanted in ((True, self.test), (False, self.train)):
            points = points_of(frame.data, shown_axes(frame), test)
            if not wanted or points.y is None:
                continue
            targets = points.targets if frame.data.classes else points.targets[:, 0]
            draw_points(
                painter, points.x * side, points.y * side, targets, self.theme,
                classes=len(frame.data.classes), value_scale=frame.value_scale, test=test,
            )  # fmt: skip

    def _paint_curve(self, painter: QPainter, square: QRectF, frame: Frame) -> None:
        classes = classes_shown(frame)
        plot = CurvePlot(square, curve_scale(frame, square), self.theme)
        plot.paint_axes(painter)
        if is_output(frame):  # a neuron's values are no targets
            for test, wanted in ((True, self.test), (False, self.train)):
                if wanted:
                    plot.paint_points(
                        painter, points_of(frame.data, (0, 0), test),
                        classes=len(frame.data.classes), scale=frame.value_scale, test=test,
                    )  # fmt: skip
        plot.paint_curves(painter, frame.field, classes=classes)

    def _paint_corners(self, painter: QPainter, square: QRectF) -> None:
        """Round the corners off by covering them with the panel's colour."""
        whole, rounded = QPainterPath(), QPainterPath()
        frame = QRectF(0, 0, square.width(), square.height())
        whole.addRect(frame)
        rounded.addRoundedRect(frame, RADIUS, RADIUS)
        if is_vector(painter):
            corners = whole.subtracted(rounded).translated(square.topLeft())
            painter.fillPath(corners, QColor(self.theme.panel))
            return
        ratio = painter.device().devicePixelRatioF()
        if self._corners.isNull():
            self._corners = QPixmap((square.size() * ratio).toSize())
            self._corners.setDevicePixelRatio(ratio)
            self._corners.fill(Qt.GlobalColor.transparent)
            inner = QPainter(self._corners)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            inner.fillPath(whole.subtracted(rounded), QColor(self.theme.panel))
            inner.end()
        radius, side = RADIUS + 1, square.width()
        for x in (0.0, side - radius):
            for y in (0.0, side - radius):
                part = QRectF(x * ratio, y * ratio, radius * ratio, radius * ratio)
                painter.drawPixmap(
                    QRectF(square.left() + x, square.top() + y, radius, radius), self._corners, part
                )
