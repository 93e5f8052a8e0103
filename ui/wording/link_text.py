"""What a link will open, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.catalog.entry import number_text
from engine.catalog.features import parse
from engine.catalog.generated import Dataset
from ui.wording.control_names import control_names
from ui.wording.counts import counted
from ui.wording.texts import catalog

if TYPE_CHECKING:
    from engine.experiment import Experiment

translate = QCoreApplication.translate  # by a name that lupdate finds
_BETWEEN = " · "


def facts_of(experiment: Experiment) -> tuple[tuple[str, str], ...]:
    """Return the name and the value of everything that the experiment of a link says."""
    return (
        (translate("LinkText", "Data"), _data(experiment)),
        (translate("LinkText", "Inputs"), ", ".join(parse(text, 2).label for text in experiment.features)),
        (translate("LinkText", "Network"), _network(experiment)),
        (translate("LinkText", "Training"), _training(experiment)),
        (translate("LinkText", "Regularizer"), _regularizer(experiment)),
        (translate("LinkText", "Seed"), str(experiment.seed)),
        (translate("LinkText", "Shown"), _shown(experiment)),
    )


def _per_cent(share: float) -> str:
    return f"{number_text(round(100 * share, 6))} %"


def _data(experiment: Experiment) -> str:
    data = experiment.data
    parts = [catalog(data.label)]
    if isinstance(data, Dataset):
        parts += [
            counted(data.samples, translate("LinkText", "1 point"), translate("LinkText", "{count} points")),
            translate("LinkText", "{share} noise").format(share=_per_cent(data.noise)),
        ]
    parts.append(translate("LinkText", "{share} to test on").format(share=_per_cent(data.test_fraction)))
    return _BETWEEN.join(parts)


def _network(experiment: Experiment) -> str:
    network = experiment.network
    start = catalog(network.output.initializer.label).lower()
    weights = translate("LinkText", "initial weights: {start}").format(start=start)
    if not network.layers:
        return _BETWEEN.join((translate("LinkText", "no hidden layer"), weights))
    units = [layer.units for layer in network.layers]
    widths = (
        translate("LinkText", "1 neuron")
        if units == [1]
        else translate("LinkText", "{units} neurons").format(units=", ".join(map(str, units)))
    )
    return _BETWEEN.join((widths, catalog(network.layers[0].activation.label), weights))


def _training(experiment: Experiment) -> str:
    training = experiment.training
    size = training.batch_size
    batches = (
        translate("LinkText", "full batches")
        if size == "full"
        else translate("LinkText", "batches of {size}").format(size=size)
    )
    rate = number_text(training.optimizer.learning_rate)
    return _BETWEEN.join(
        (
            catalog(training.optimizer.label),
            translate("LinkText", "learning rate {rate}").format(rate=rate),
            batches,
            catalog(training.loss.label),
        )
    )


def _regularizer(experiment: Experiment) -> str:
    regularizer = experiment.training.regularizer
    rate = getattr(regularizer, "rate", None)
    name = catalog(regularizer.label)
    return name if rate is None else f"{name}{_BETWEEN}{number_text(rate)}"


def _shown(experiment: Experiment) -> str:
    view = experiment.view
    parts = [translate("LinkText", "train points")]
    if view.show_test:
        parts.append(translate("LinkText", "test points"))
    if view.discretize:
        parts.append(translate("LinkText", "hard boundary"))
    if view.hidden:
        words = control_names()
        listed = ", ".join(words[name] for name in view.hidden)
        parts.append(translate("LinkText", "hidden: {controls}").format(controls=listed))
    return _BETWEEN.join(parts)
