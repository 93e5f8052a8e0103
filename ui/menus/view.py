"""The commands of the View menu."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ui.menus.command import Command


def commands() -> tuple[Command, ...]:
    """Return them in the user's language."""
    translate = QCoreApplication.translate  # by this name lupdate knows it
    view = translate("Actions", "&View")
    return (
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
            "hide_controls",
            view,
            "hiding.choose",
            translate("Actions", "Hidden &controls…"),
            translate("Actions", "Choose what to leave out of the window, for a lesson"),
            separated=True,
        ),
        Command(
            "show_hidden",
            view,
            "hiding.show_all",
            translate("Actions", "Show h&idden controls"),
            translate("Actions", "Bring all hidden controls back"),
        ),
    )
