"""The commands of the File menu."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

from ui.command import Command

_Key = QKeySequence.StandardKey


def commands() -> tuple[Command, ...]:
    """Return them in the user's language."""
    translate = QCoreApplication.translate  # by this name lupdate knows it
    file = translate("Actions", "&File")
    return (
        Command(
            "new",
            file,
            "files.new",
            translate("Actions", "&New"),
            translate("Actions", "Start over with a small network on a circle"),
            (_Key.New,),
        ),
        Command(
            "open",
            file,
            "files.choose_and_open",
            translate("Actions", "&Open…"),
            translate("Actions", "Open an experiment"),
            (_Key.Open,),
            "open",
        ),
        Command("recent", file, "", translate("Actions", "Open &recent")),
        Command(
            "open_link",
            file,
            "links.open",
            translate("Actions", "Open &link…"),
            translate("Actions", "Open the experiment of a TensorFlow Playground link"),
            ("Ctrl+Shift+O",),
        ),
        Command(
            "save",
            file,
            "files.save",
            translate("Actions", "&Save"),
            translate("Actions", "Save the experiment"),
            (_Key.Save,),
            "save",
            separated=True,
        ),
        Command(
            "save_as",
            file,
            "files.save_as",
            translate("Actions", "Save &as…"),
            translate("Actions", "Save the experiment to another file"),
            ("Ctrl+Shift+S",),
        ),
        Command(
            "import_csv",
            file,
            "files.import_csv",
            translate("Actions", "&Import CSV…"),
            translate("Actions", "Train on a table of your own"),
            ("Ctrl+I",),
            "import",
            separated=True,
        ),
        Command(
            "load_weights",
            file,
            "files.load_weights",
            translate("Actions", "Load &weights…"),
            translate("Actions", "Continue from weights that were exported before"),
            ("Ctrl+L",),
        ),
        Command(
            "export",
            file,
            "exports.open",
            translate("Actions", "&Export…"),
            translate("Actions", "Take the trained network with you: weights, ONNX, or code"),
            ("Ctrl+E",),
            "export",
        ),
        Command(
            "copy_link",
            file,
            "links.copy",
            translate("Actions", "&Copy link"),
            translate("Actions", "Copy the link that opens this experiment in TensorFlow Playground"),
        ),
        Command("quit", file, "close", translate("Actions", "&Quit"), shortcuts=("Ctrl+Q",), separated=True),
    )
