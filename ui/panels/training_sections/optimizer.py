"""The optimizer and its learning rate, as it is set and as the schedule has it at present."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.catalog.entry import significant
from engine.catalog.optimizers import OPTIMIZERS
from engine.catalog.schedules import Constant
from ui.widgets.counter import ReadOut
from ui.widgets.entry_rows import EntryRows
from ui.widgets.scale import plain_text
from ui.wording.texts import tip

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from engine.catalog.entry import Entry
    from engine.experiment import Training

translate = QCoreApplication.translate

# Their defaults are right nearly always.
_RARE = frozenset(
    {
        "alpha",
        "beta1",
        "beta2",
        "centered",
        "epsilon",
        "eta_minus",
        "eta_plus",
        "form",
        "history_size",
        "largest_step",
        "momentum_decay",
        "rho",
        "smallest_step",
    }
)


class OptimizerRows(EntryRows):
    """The optimizer, and below its learning rate what a schedule makes of it at present."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.now = ReadOut()
        self.now.hide()
        super().__init__(
            translate("OptimizerRows", "Optimizer"),
            OPTIMIZERS,
            (
                translate("OptimizerRows", "More optimizer settings"),
                translate("OptimizerRows", "Show the settings that are good as they are in most cases."),
            ),
            labels={"momentum_decay": translate("OptimizerRows", "Decay of μ")},
            folded=_RARE,
            below={"learning_rate": self.now},
            parent=parent,
        )
        self._hides_rate = False
        self._rate: float | None = None  # the last one that another optimizer can take over
        self.now.setToolTip(
            tip(
                self.tr("Learning rate at present"),
                self.tr("What the schedule makes of the learning rate in the next step."),
            )
        )
        self.box.set_note(
            self.tr(
                "Another optimizer takes over the learning rate: one change at a time shows what it does."
            )
        )

    def hide_rate(self, hidden: bool) -> None:
        """Hide the learning rate, as it is set and as it is at present; show it again."""
        self._hides_rate = hidden
        self.form.set_away(frozenset({"learning_rate"} if hidden else ()))

    def show_training(self, training: Training) -> None:
        """Show the optimizer, and make room for the present rate where it varies."""
        if not _sizes_its_steps(type(training.optimizer)):
            self._rate = training.optimizer.learning_rate
        self.show_entry(training.optimizer)
        varies = training.schedule != Constant() and not self._hides_rate
        if varies and self.now.isHidden():
            self.now.set_text("")  # what it said last was of another run
        self.now.setVisible(varies)

    def show_rate(self, rate: float) -> None:
        """Show the learning rate of the next step."""
        self.now.set_text(self.tr("now {rate}").format(rate=plain_text(significant(rate))))

    def successor(self, kind: type[Entry]) -> Entry:
        """Take over the learning rate, unless it means something else: a factor of steps sized otherwise."""
        if self._rate is None or _sizes_its_steps(kind):
            return kind.model_validate({})
        return kind.model_validate({"learning_rate": self._rate})


def _sizes_its_steps(kind: type[Entry]) -> bool:
    """Return whether an optimizer finds the length of its steps by itself, as Adadelta and L-BFGS do."""
    return bool(kind.model_fields["learning_rate"].default == 1)
