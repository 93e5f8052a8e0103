"""When training ends by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QCheckBox

from engine.experiment import Stopping
from ui.widgets.disclosure import Fold
from ui.widgets.optional_slider import OptionalSlider, bounds_of
from ui.widgets.row import Row
from ui.widgets.scale import log_stops
from ui.wording.texts import tip

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from engine.experiment import Training

translate = QCoreApplication.translate


class StopSection(Fold):
    """When training ends by itself; each rule is off until it is given a number.

    ``edited`` carries the field of the training part with its new value, and what was changed.
    """

    edited = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        title = translate("StopSection", "Stop when")
        text = translate(
            "StopSection",
            "Rules that end training. Whichever holds first counts; without one it goes on until you pause.",
        )
        super().__init__(title, tip(title, text), translate("StopSection", "never"), parent)
        self._stop = Stopping()
        self.rules: dict[str, OptionalSlider] = {}
        self._build_rules()
        self._build_restore()

    def _build_rules(self) -> None:
        self._add_rule(
            "epochs",
            self.tr("Epochs"),
            (10, 100_000),
            self.tr("Stop after so many passes over all training points."),
        )
        self._add_rule(
            "seconds",
            self.tr("Seconds"),
            (1, 3600),
            self.tr("Stop after so many seconds of training; pauses do not count."),
        )
        self._add_rule(
            "loss",
            self.tr("Train loss"),
            (1e-4, 1),
            self.tr("Stop as soon as the loss over all training points has come down to this."),
        )
        self._add_rule(
            "patience",
            self.tr("Patience"),
            (1, 1000),
            self.tr(
                "Early stopping: stop after so many epochs without a lower test loss, before the network has "
                "learned the training points by heart. Without test points the train loss counts."
            ),
        )

    def _add_rule(self, field: str, label: str, ends: tuple[float, float], text: str) -> None:
        whole = field in ("epochs", "patience")
        stops = (round(stop) if whole else stop for stop in log_stops(*ends))
        row = OptionalSlider(
            label,
            tuple(float(stop) for stop in dict.fromkeys(stops)),
            bounds_of(Stopping, field),
            self.tr("off"),
            whole,
            tip(label, text),
        )
        row.chosen.connect(lambda value: self._tell(label, **{field: value}))
        self.rules[field] = row
        self.add(row)

    def _build_restore(self) -> None:
        name = self.tr("Restore the best weights")
        hint = tip(
            name,
            self.tr("Early stopping goes back to the epoch with the lowest loss. Off keeps the last epoch."),
        )
        self.restore = QCheckBox(self.tr("best weights"))
        self.restore.setToolTip(hint)
        self.restore.setAccessibleName(name)
        self.restore.clicked.connect(lambda on: self._tell(self.tr("Restore"), restore_best=bool(on)))
        self._restore_row = Row(self.tr("Restore"), self.restore, hint)
        self.add(self._restore_row)

    def _tell(self, text: str, **changes: Any) -> None:
        self.edited.emit({"stop": self._stop.edited(**changes)}, text)

    def show_training(self, training: Training) -> None:
        """Show the rules."""
        self._stop = stop = training.stop
        for field, row in self.rules.items():
            value = getattr(stop, field)
            row.set_number(value)
            self.set_unusual(row, value is not None)
        is_early = stop.patience is not None
        self.restore.setChecked(stop.restore_best)
        self._restore_row.setEnabled(is_early)  # it has no effect on the other rules
        self.set_unusual(self._restore_row, is_early or not stop.restore_best)
