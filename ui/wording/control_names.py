"""What the controls are called that can be hidden."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine.catalog.features import parse
from engine.view import INPUTS

translate = QCoreApplication.translate  # by a name that lupdate finds


def control_names() -> dict[str, str]:
    """Return the words for the names in ``engine.view.CONTROLS``."""
    return {
        "playButton": translate("ControlNames", "Play"),
        "stepButton": translate("ControlNames", "Step batch, step epoch"),
        "resetButton": translate("ControlNames", "Reset"),
        "problem": translate("ControlNames", "Classify, regress, my data"),
        "dataset": translate("ControlNames", "Data sets"),
        "noise": translate("ControlNames", "Noise"),
        "percTrainData": translate("ControlNames", "Test share"),
        "numHiddenLayers": translate("ControlNames", "Add and remove layers"),
        "activation": translate("ControlNames", "Activations"),
        "learningRate": translate("ControlNames", "Learning rate"),
        "batchSize": translate("ControlNames", "Batch size"),
        "regularization": translate("ControlNames", "Regularizer"),
        "regularizationRate": translate("ControlNames", "Penalty rate"),
        "showTestData": translate("ControlNames", "Test points"),
        "discretize": translate("ControlNames", "Hard boundary"),
        **{name: parse(formula, 2).label for name, formula in INPUTS.items()},
    }
