"""When training ends by itself: the document's stop rules, early stopping among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.counted import counted
from engine.snapshot import Finish

if TYPE_CHECKING:
    from engine.experiment import Stopping
    from engine.machine import Machine, State


class Watch:
    """Looks after every epoch whether a stop rule holds."""

    def __init__(self) -> None:
        self.seconds = 0.0  # of training
        self.best: State | None = None  # what early stopping would take back
        self.best_epoch = 0
        self.lowest = float("inf")

    @staticmethod
    def is_needed(stop: Stopping) -> bool:
        """Tell whether there is a rule that must be looked at after every epoch."""
        return stop.loss is not None or stop.patience is not None

    def finish(self, machine: Machine, stop: Stopping, epoch: int, step: int) -> Finish | None:
        """Return why training ends here, or None; called between two epochs.

        Early stopping writes the best parameters back: modified in place, machine.
        """
        if stop.epochs is not None and epoch >= stop.epochs:
            return Finish("epochs", epoch, step, f"stopped after {counted(epoch, 'epoch')}, as asked for")
        if stop.seconds is not None and self.seconds >= stop.seconds:
            return Finish(
                "seconds", epoch, step, f"stopped after {self.seconds:.3g} s of training, as asked for"
            )
        if stop.loss is not None and (loss := machine.loss(machine.train_rows)) <= stop.loss:
            return Finish(
                "loss", epoch, step, f"stopped in epoch {epoch}: the train loss has come down to {loss:.4g}"
            )
        if stop.patience is None:
            return None
        part = "test" if len(machine.test_rows.truth) else "train"
        loss = machine.loss(machine.test_rows if part == "test" else machine.train_rows)
        if loss < self.lowest:
            self.lowest, self.best_epoch = loss, epoch
            self.best = machine.state() if stop.restore_best else None
        elif epoch - self.best_epoch >= stop.patience:
            return self._stop_early(machine, stop, part, epoch, step)
        return None

    def _stop_early(self, machine: Machine, stop: Stopping, part: str, epoch: int, step: int) -> Finish:
        reason = (
            f"stopped in epoch {epoch}: no lower {part} loss than {self.lowest:.4g} "
            f"of epoch {self.best_epoch} for {counted(epoch - self.best_epoch, 'epoch')}"
        )
        if self.best is None:
            return Finish("patience", epoch, step, reason)
        machine.restore(self.best)
        return Finish(
            "patience", epoch, step, f"{reason}; its parameters are taken back", restored=self.best_epoch
        )
