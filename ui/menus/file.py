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
            translate("Actions", "Open a project or an experiment"),
            (_Key.Open,),
            "open",
        ),
        Command("recent", file, "", translate("Actions", "Open &recent")),
        Command(
            "save",
            file,
            "files.save",
            translate("Actions", "&Save"),
            translate("Actions", "Save the experiment, and in a project all that was learned"),
            (_Key.Save,),
            "save",
            separated=True,
        ),
        Command(
            "save_as",
            file,
            "files.save_as",
            translate("Actions", "Save &as…"),
            translate("Actions", "Save to another file: a project, or the experiment without weights"),
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
            "files.export_weights",
            translate("Actions", "&Export weights…"),
            translate("Actions", "Write the weights to a .safetensors or .npz file"),
            ("Ctrl+E",),
            "export",
        ),
        Command("quit", file, "close", translate("Actions", "&Quit"), shortcuts=("Ctrl+Q",), separated=True),
    )
