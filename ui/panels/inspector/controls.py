"""The controls for what no catalog describes: sizes, shares and switches of a layer."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine.experiment import MAX_UNITS, Layer
from ui.widgets.choice_box import QuietComboBox
from ui.widgets.mixed_check import MixedCheckBox
from ui.widgets.optional_slider import bounds_of
from ui.widgets.scale import Scale
from ui.widgets.slider import LabelledSlider
from ui.wording.texts import tip

translate = QCoreApplication.translate

_SLIDER_UNITS = 64


def units_slider() -> LabelledSlider:
    """Return a slider for the width of a layer."""
    name = translate("Inspector", "Neurons")
    text = translate("Inspector", "How many neurons stand beside each other. Up to {most} can be typed.")
    stops = tuple(float(i) for i in range(1, _SLIDER_UNITS + 1))
    scale = Scale(stops, 1, MAX_UNITS, whole=True)
    return LabelledSlider(name, scale, tip(name, text.format(most=MAX_UNITS)))


def normalization_box(mixed: str) -> QuietComboBox:
    """Return a list of the normalizations; ``mixed`` is the word for several of them."""
    box = QuietComboBox()
    box.addItem(translate("Inspector", "None"), "none")
    box.addItem(translate("Inspector", "Batch"), "batch")
    box.addItem(translate("Inspector", "Layer"), "layer")
    box.setPlaceholderText(mixed)
    text = translate(
        "Inspector",
        "Scales the weighted sums before the activation to mean 0 and variance 1: over the samples of a "
        "batch, or over the neurons of the layer. Deep networks learn faster with it.",
    )
    box.setToolTip(tip(translate("Inspector", "Normalization"), text))
    return box


def dropout_slider() -> LabelledSlider:
    """Return a slider for the share that is dropped."""
    name = translate("Inspector", "Dropout")
    text = translate(
        "Inspector",
        "Share of the neurons left out at random in every training step. It keeps a large network from "
        "learning the points by heart; small networks do better without.",
    )
    words = ((0.0, translate("Inspector", "off")),)
    stops = tuple(i / 20 for i in range(19))
    scale = Scale(stops, *bounds_of(Layer, "dropout"), percent=True, words=words)
    return LabelledSlider(name, scale, tip(name, text))


def residual_switch() -> MixedCheckBox:
    """Return a switch for the way around a layer."""
    text = translate(
        "Inspector",
        "Adds what goes into the layer to what comes out, so that deep networks pass gradients on. "
        "Where the widths differ, through weights of its own.",
    )
    return _switch(translate("Inspector", "Residual"), text)


def frozen_switch() -> MixedCheckBox:
    """Return a switch that keeps a layer from being trained."""
    text = translate("Inspector", "Training leaves all weights and biases of the layer as they are.")
    return _switch(translate("Inspector", "Frozen"), text)


def muted_switch() -> MixedCheckBox:
    """Return a switch that silences a layer."""
    text = translate("Inspector", "All neurons of the layer count as zero for what comes behind.")
    return _switch(translate("Inspector", "Muted"), text)


def _switch(name: str, text: str) -> MixedCheckBox:
    box = MixedCheckBox(name)
    box.setAccessibleName(name)
    box.setToolTip(tip(name, text))
    return box
