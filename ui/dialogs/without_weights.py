"""Questions about an experiment without weights whose network has learned something."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from ui.dialogs.messages import choose

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class Keep(Enum):
    """What to keep."""

    PROJECT = auto()
    EXPERIMENT = auto()
    NOTHING = auto()
    CANCEL = auto()


def ask_without_weights(parent: QWidget, name: str) -> Keep:
    """Ask whether a file that keeps no weights is meant."""
    translate = QCoreApplication.translate
    return choose(
        parent,
        translate("WithoutWeights", "Save “{name}” without what the network has learned?").format(name=name),
        translate(
            "WithoutWeights",
            "A .json file keeps the experiment alone: opened again, it begins with fresh weights. A project "
            "(.unfold) keeps the weights and goes on where training stands.",
        ),
        {
            translate("WithoutWeights", "Save as a project"): Keep.PROJECT,
            translate("WithoutWeights", "Save the experiment alone"): Keep.EXPERIMENT,
        },
        Keep.CANCEL,
    )


def ask_weights_unsaved(parent: QWidget, name: str, edited: bool) -> Keep:
    """Ask what becomes of what was learned before a document closes whose file keeps no weights.

    Parameters
    ----------
    edited : bool
        Whether its experiment is unsaved too.
    """
    translate = QCoreApplication.translate
    answers = {translate("WithoutWeights", "Save as a project…"): Keep.PROJECT}
    text = translate(
        "WithoutWeights",
        "Its file keeps the experiment without weights. Without a project (.unfold) the weights are lost.",
    )
    if edited:
        answers[translate("WithoutWeights", "Save the experiment alone")] = Keep.EXPERIMENT
        text = translate(
            "WithoutWeights",
            "Its file keeps the experiment without weights, and not the last edits yet. A project (.unfold) "
            "keeps both.",
        )
    answers[translate("WithoutWeights", "Discard")] = Keep.NOTHING
    headline = translate("WithoutWeights", "Save what “{name}” has learned?").format(name=name)
    return choose(parent, headline, text, answers, Keep.CANCEL)
