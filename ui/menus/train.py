"""The commands of the Train menu."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ui.menus.command import Command


def commands() -> tuple[Command, ...]:
    """Return them in the user's language."""
    translate = QCoreApplication.translate  # by this name lupdate knows it
    train = translate("Actions", "&Train")
    return (
        Command(
            "play",
            train,
            "toggle_play",
            translate("Actions", "&Play"),
            translate("Actions", "Train, or pause training"),
            ("F5", "Ctrl+Return"),
            "play",
        ),
        Command(
            "step_batch",
            train,
            "session.step_batch",
            translate("Actions", "Step &batch"),
            translate("Actions", "Pause, and train on one batch: one update of the weights"),
            ("F6",),
            "step-batch",
        ),
        Command(
            "step_epoch",
            train,
            "session.step_epoch",
            translate("Actions", "Step &epoch"),
            translate("Actions", "Pause, and train once through all training points"),
            ("F7",),
            "step-epoch",
        ),
        Command(
            "reset",
            train,
            "intents.reset_weights",
            translate("Actions", "&Reset weights"),
            translate(
                "Actions", "Back to the initial weights of this seed and epoch 0; undo brings them back"
            ),
            ("Ctrl+R",),
            "reset",
        ),
    )
