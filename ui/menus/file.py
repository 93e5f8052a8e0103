"""The commands of the File menu."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

from ui.menus.command import Command

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
            "import_weights",
            file,
            "imports.open",
            translate("Actions", "Import &weights…"),
            translate("Actions", "Continue from weights, or a whole network, of a file"),
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
        Command(
            "save_picture",
            file,
            "pictures.save",
            translate("Actions", "Save &picture…"),
            translate("Actions", "Save network, output or loss as PNG, SVG or PDF"),
            ("Ctrl+Shift+P",),
            "picture",
            separated=True,
        ),
        Command(
            "record",
            file,
            "pictures.record",
            translate("Actions", "Recor&d…"),
            translate("Actions", "Record training as GIF, WebP or MP4"),
            ("Ctrl+Shift+R",),
            "record",
        ),
        Command(
            "save_report",
            file,
            "pictures.report",
            translate("Actions", "Save repor&t…"),
            translate("Actions", "Save settings, curves, output and metrics as one page to hand in"),
            icon="report",
        ),
        Command(
            "export_history",
            file,
            "pictures.history",
            translate("Actions", "Export &history…"),
            translate("Actions", "Write the losses over the epochs to a table"),
        ),
        Command("quit", file, "close", translate("Actions", "&Quit"), shortcuts=("Ctrl+Q",), separated=True),
    )
