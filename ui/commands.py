"""Every menu command as data."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

Shortcut = str | QKeySequence.StandardKey
_Key = QKeySequence.StandardKey


@dataclass(frozen=True)
class Command:
    """One command of a menu.

    Parameters
    ----------
    name : str
        The key of its slot and of its QAction.
    menu : str
        The title of the menu it stands in.
    slot : str
        What it calls, as a path from the window: "files.save".
    text, tip : str
        What it is called and, in a sentence, what it does.
    shortcuts : tuple
        Keys, the first shown in the menu.
    icon : str
        A name of ``resources/icons``, or none.
    group : str
        Checkable; of one group one is checked, and its slot takes its value.  One whose group has its own
        name stands alone, and its slot takes whether it is on.
    value : str
        See ``group``; without a group, what the slot takes each time.
    separated : bool
        Whether a line stands above it.
    local : bool
        Whether its keys act on the canvas alone: elsewhere they have another meaning.
    """

    name: str
    menu: str
    slot: str
    text: str
    tip: str = ""
    shortcuts: tuple[Shortcut, ...] = ()
    icon: str = ""
    group: str = ""
    value: str = ""
    separated: bool = False
    local: bool = False


def commands() -> tuple[Command, ...]:
    """Return all commands in the order of the menus, in the user's language."""
    translate = QCoreApplication.translate  # by this name lupdate knows it
    file = translate("Actions", "&File")
    edit = translate("Actions", "&Edit")
    network = translate("Actions", "&Network")
    train = translate("Actions", "&Train")
    view = translate("Actions", "&View")
    help_ = translate("Actions", "&Help")
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
            "files.export_weights",
            translate("Actions", "&Export weights…"),
            translate("Actions", "Write the weights to a .safetensors or .npz file"),
            ("Ctrl+E",),
            "export",
        ),
        Command("quit", file, "close", translate("Actions", "&Quit"), shortcuts=("Ctrl+Q",), separated=True),
        Command("undo", edit, "", translate("Actions", "&Undo"), shortcuts=(_Key.Undo,), icon="undo"),
        Command(
            "redo", edit, "", translate("Actions", "&Redo"), shortcuts=("Ctrl+Shift+Z", "Ctrl+Y"), icon="redo"
        ),
        Command(
            "add_layer",
            network,
            "canvas.building.add_layer",
            translate("Actions", "&Add layer"),
            translate("Actions", "Put another hidden layer behind the selected one, or before the output"),
            ("Ctrl+Shift+L",),
            "plus",
        ),
        Command(
            "duplicate_layer",
            network,
            "canvas.building.duplicate_layers",
            translate("Actions", "&Duplicate layer"),
            translate("Actions", "Put a copy with the same weights behind each selected layer"),
            ("Ctrl+D",),
            "duplicate",
        ),
        Command(
            "remove_layer",
            network,
            "canvas.building.remove_layers",
            translate("Actions", "&Remove layer"),
            translate("Actions", "Take the selected layers away, or the last hidden one"),
            ("Ctrl+Shift+Backspace",),
            "minus",
        ),
        Command(
            "move_layer_left",
            network,
            "canvas.building.move_left",
            translate("Actions", "Move layer &left"),
            translate("Actions", "Move the selected layers one place towards the inputs"),
            ("Ctrl+Shift+Left",),
            local=True,
            separated=True,
        ),
        Command(
            "move_layer_right",
            network,
            "canvas.building.move_right",
            translate("Actions", "Move layer ri&ght"),
            translate("Actions", "Move the selected layers one place towards the output"),
            ("Ctrl+Shift+Right",),
            local=True,
        ),
        Command(
            "select_layers",
            network,
            "canvas.building.select_all",
            translate("Actions", "&Select all layers"),
            translate("Actions", "Select all hidden layers, to edit them together"),
            (_Key.SelectAll,),
            local=True,
            separated=True,
        ),
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
        Command(
            "theme_light",
            view,
            "store.set_theme",
            translate("Actions", "&Light"),
            group="theme",
            value="light",
        ),
        Command(
            "theme_dark", view, "store.set_theme", translate("Actions", "&Dark"), group="theme", value="dark"
        ),
        Command(
            "theme_system",
            view,
            "store.set_theme",
            translate("Actions", "&System colours"),
            group="theme",
            value="system",
        ),
        Command(
            "log_loss",
            view,
            "store.set_log_loss",
            translate("Actions", "L&ogarithmic loss axis"),
            group="log_loss",
            separated=True,
        ),
        Command(
            "page_layer",
            view,
            "instruments.toggle",
            translate("Actions", "La&yer settings"),
            translate("Actions", "All layers as a line of text, and everything about the selected ones"),
            ("Ctrl+1",),
            value="layer",
            separated=True,
        ),
        Command(
            "page_steps",
            view,
            "instruments.toggle",
            translate("Actions", "Step &through"),
            translate("Actions", "Follow one sample through the network, its loss, and back"),
            ("Ctrl+2",),
            value="steps",
        ),
        Command(
            "page_activation",
            view,
            "instruments.toggle",
            translate("Actions", "&Activation"),
            translate(
                "Actions", "What the layer's activation does, and where its neurons stand on the curve"
            ),
            ("Ctrl+3",),
            value="activation",
        ),
        Command(
            "page_weights",
            view,
            "instruments.toggle",
            translate("Actions", "&Weight matrix"),
            translate("Actions", "The layer's weights and biases as a table that can be edited"),
            ("Ctrl+4",),
            value="weights",
        ),
        Command(
            "page_history",
            view,
            "instruments.toggle",
            translate("Actions", "&History"),
            translate("Actions", "All edits; go back to any"),
            ("Ctrl+5",),
            value="history",
        ),
        Command(
            "shortcuts",
            help_,
            "help.show_shortcuts",
            translate("Actions", "&Keyboard shortcuts"),
            shortcuts=("F1",),
        ),
        Command("about", help_, "help.show_about", translate("Actions", "&About Unfold")),
    )
