"""The loss over the epochs: training and test, with a read-out under the pointer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup, QColor, QFont, QPen
from PySide6.QtWidgets import QMenu, QSizePolicy, QVBoxLayout, QWidget

from engine.chart import SMALLEST, bounds_of, peaks, smoothed
from ui.looks.theme import LIGHT, Theme, caption_font
from ui.views.loss_legend import LossLegend
from ui.widgets.buttons import PaintedButton
from ui.widgets.row import SectionTitle
from ui.wording.texts import tip

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPaintEvent, QShowEvent

    from engine.experiment import Experiment
    from engine.snapshot import Frame, History
    from ui.views.loss_plot import LossPlot
    from ui.views.loss_sheet import LossSheet

MARGIN = 14
SMOOTHING = (0.0, 0.6, 0.9, 0.97)
_REFRESH = 0.1  # seconds between two repaints while training: a line moves too little for more
_MOST = 340  # stretches of a curve, about as many as pixels


class ChartChoice(PaintedButton):
    """A word at the right of the title that can be clicked."""

    def sizeHint(self) -> QSize:
        """Return the size of the word."""
        width = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(width + 10, 18)

    def font_used(self) -> QFont:
        """Return the font of the word."""
        return caption_font(self.font(), QFont.Weight.DemiBold)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the word."""
        painter = self.begin()
        if self.underMouse() or self.hasFocus():
            painter.setBrush(QColor(self.theme.hover))
            painter.setPen(QPen(QColor(self.theme.accent), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(QRect(0, 0, self.width() - 1, self.height() - 1), 4, 4)
        painter.setFont(self.font_used())
        painter.setPen(QColor(self.theme.text if self.underMouse() else self.theme.muted))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class LossChart(QWidget):
    """Shows the history of every frame.

    ``logChanged`` tells that the user has switched between a logarithmic and a linear scale.
    """

    logChanged = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._plot: LossPlot | None = None
        self._history: History | None = None
        self._running = False
        self._log, self._weight = True, 0.0
        self._pointed: float | None = None
        self._painted_at = 0.0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._refresh)
        self.scale_choice, self.smooth_choice = ChartChoice(), ChartChoice()
        self.scale_choice.clicked.connect(self._toggle_log)
        self.smooth_choice.clicked.connect(self._open_smoothing)
        self.scale_choice.setToolTip(
            tip(
                self.tr("Scale of the loss"),
                self.tr("A logarithmic scale shows small losses as well as large ones."),
            )
        )
        self.smooth_choice.setToolTip(
            tip(
                self.tr("Smoothing"),
                self.tr(
                    "An exponential moving average, as in TensorBoard. The numbers below stay as measured."
                ),
            )
        )
        self.title = SectionTitle(self.tr("Loss").upper())
        row = self.title.layout()
        assert row is not None
        row.setSpacing(0)
        row.addWidget(self.scale_choice)
        row.addWidget(self.smooth_choice)
        self.title.setFixedHeight(18)
        self.legend = LossLegend()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(MARGIN, 8, MARGIN - 5, 10)
        self._layout.setSpacing(0)
        self._layout.addWidget(self.title)
        self._layout.addSpacing(6)
        self._space = QWidget()
        self._layout.addWidget(self._space, 1)
        self._layout.addWidget(self.legend)
        self.setMinimumHeight(180)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._name_choices()

    def sizeHint(self) -> QSize:
        """Return the size in the main window."""
        return QSize(380, 250)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.scale_choice.set_theme(theme)
        self.smooth_choice.set_theme(theme)
        self.legend.set_theme(theme)
        if self._plot is not None:
            self._plot.set_theme(theme)

    def set_log(self, log: bool) -> None:
        """Use a logarithmic or a linear scale."""
        if log != self._log:
            self._log = log
            self._name_choices()
            self._refresh()

    def set_smoothing(self, weight: float) -> None:
        """Smooth the curves by an exponential moving average of this weight, 0 for none."""
        if weight != self._weight:
            self._weight = weight
            self._name_choices()
            self._refresh()

    def smoothing(self) -> float:
        """Return the weight of the moving average, 0 for none."""
        return self._weight

    def is_log(self) -> bool:
        """Return whether the scale is logarithmic."""
        return self._log

    def make_sheet(self, moving: bool = False) -> LossSheet:
        """Return what paints the curves as a picture of their own, or as one of a recording."""
        from ui.views.loss_sheet import LossSheet  # the start need not wait for it

        return LossSheet(self, moving)

    def is_running(self) -> bool:
        """Return whether training ran at the last frame."""
        return self._running

    def history(self) -> History | None:
        """Return the curves, None before the first frame."""
        return self._history

    def show_experiment(self, experiment: Experiment) -> None:
        """Do nothing: everything shown comes with the frames."""

    def show_frame(self, frame: Frame) -> None:
        """Show the history up to a frame, at once when training rests and several times a second else."""
        restarted = self._history is not None and len(frame.history.epoch) < len(self._history.epoch)
        self._history, self._running = frame.history, frame.running
        self._show_legend()
        if not frame.running:  # a screen reader is not told sixty times a second
            self.legend.setAccessibleName(self.legend.text())
        if restarted or not frame.running:
            self._refresh()
        elif not self._later.isActive():
            # By a timer also when it is time: painted with the diagram, both would make one long gap.
            wait = self._painted_at + _REFRESH - time.perf_counter()
            self._later.start(max(1, round(wait * 1000)))

    def showEvent(self, event: QShowEvent) -> None:
        """Make the plot once the window is in sight: its library takes a moment to load."""
        super().showEvent(event)
        if self._plot is None:
            QTimer.singleShot(0, self, self._make_plot)

    def _make_plot(self) -> None:
        if self._plot is not None:
            return
        from ui.views.loss_plot import LossPlot

        self._plot = LossPlot(self.tr("epoch {number}"))
        self._plot.setAccessibleName(self.tr("Loss over the epochs"))
        self._plot.set_theme(self._theme)
        self._plot.pointed.connect(self._point_at)
        self._layout.replaceWidget(self._space, self._plot)
        self._layout.setStretchFactor(self._plot, 1)
        self._space.deleteLater()
        self._refresh()

    def _name_choices(self) -> None:
        self.scale_choice.setText(self.tr("log") if self._log else self.tr("linear"))
        smooth = self.tr("smooth {weight}").format(weight=f"{self._weight:g}")
        self.smooth_choice.setText(smooth if self._weight else self.tr("smooth off"))
        self.scale_choice.setAccessibleName(
            self.tr("Scale of the loss: {scale}").format(scale=self.scale_choice.text())
        )
        self.smooth_choice.setAccessibleName(self.smooth_choice.text())
        for choice in (self.scale_choice, self.smooth_choice):
            choice.updateGeometry()

    def _toggle_log(self) -> None:
        self.set_log(not self._log)
        self.logChanged.emit(self._log)

    def _open_smoothing(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        for weight in SMOOTHING:
            action = menu.addAction(f"{weight:g}" if weight else self.tr("Off"))
            action.setCheckable(True)
            action.setChecked(weight == self._weight)
            action.setData(weight)
            group.addAction(action)
        group.triggered.connect(lambda action: self.set_smoothing(float(action.data())))
        menu.popup(self.smooth_choice.mapToGlobal(QPoint(0, self.smooth_choice.height() + 2)))

    def _scaled(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values in the scale's own terms."""
        if not self._log:
            return values
        with np.errstate(invalid="ignore"):
            result: NDArray[np.float64] = np.log10(np.maximum(values, SMALLEST))
        return result

    def _refresh(self) -> None:
        self._later.stop()
        history = self._history
        if history is None:
            return
        if self._plot is None:
            return
        self._painted_at = time.perf_counter()
        train, test = (smoothed(curve, self._weight) for curve in (history.train_loss, history.test_loss))
        bounds = bounds_of(history.epoch, (train, test), self._log)
        x, train = peaks(history.epoch, self._scaled(train), _MOST)
        _, test = peaks(history.epoch, self._scaled(test), _MOST)
        self._plot.show_curves(x, train, test, bounds, self._log)
        self._show_cross()

    def _nearest(self) -> int | None:
        """Return the row of the history at the pointer, None without one."""
        history = self._history
        if history is None or self._pointed is None or not len(history.epoch):
            return None
        return int(np.argmin(np.abs(history.epoch - self._pointed)))

    def _show_legend(self) -> None:
        history = self._history
        if history is None or not len(history.epoch):
            self.legend.show_values(None, None, 0.0)
            return
        row = self._nearest()
        row = len(history.epoch) - 1 if row is None else row
        has_test = bool(np.isfinite(history.test_loss[row]))
        self.legend.show_values(
            float(history.train_loss[row]),
            float(history.test_loss[row]) if has_test else None,
            float(history.epoch[row]),
        )

    def _point_at(self, epoch: float | None) -> None:
        self._pointed = epoch
        self._show_legend()
        self._show_cross()

    def _show_cross(self) -> None:
        if self._plot is None or self._history is None:
            return
        row = self._nearest()
        if row is None:
            self._plot.show_cross(None, (0.0, 0.0))
            return
        history = self._history
        values = []
        for curve in (history.train_loss, history.test_loss):
            # The mark sits on the line, which may be smoothed.
            values.append(float(self._scaled(smoothed(curve[: row + 1], self._weight))[-1]))
        self._plot.show_cross(float(history.epoch[row]), (values[0], values[1]))
