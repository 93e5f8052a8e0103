"""From what a panel asks for to an edit of the document that can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.errors import UnfoldError
from engine.weight_edits import ResetWeights, SetNumber, SetTensors
from ui.editing import edits
from ui.editing.gesture import Gesture

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import ArrayLike

    from engine.catalog.sources import DataSource
    from engine.experiment import Experiment, Network, Training
    from engine.graft import Origin
    from engine.view import View
    from engine.weight_edits import WeightEdit
    from ui.document import Document


class Intents(QObject):
    """Makes edits of intents; what is not valid never reaches the document.

    Parameters
    ----------
    document : Document
        What is edited.
    parent : QObject, optional
        The owner.
    """

    refused = Signal(str)
    """An edit was not possible: why."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._gesture = Gesture(self)
        document.replaced.connect(self._gesture.end)

    @Slot(object, str)
    def edit_data(self, data: DataSource, text: str) -> None:
        """Train on other data."""
        self._edit(text, lambda now: edits.with_data(now, data))

    @Slot(object, str)
    def edit_features(self, features: tuple[str, ...], text: str) -> None:
        """Give the network other features."""
        self._edit(text, lambda now: edits.with_features(now, features))

    @Slot(object, str)
    def edit_training(self, training: Training, text: str) -> None:
        """Train otherwise."""
        self._edit(text, lambda now: edits.with_training(now, training))

    @Slot(object, str)
    @Slot(object, str, object)
    def edit_network(self, network: Network, text: str, origin: Origin | None = None) -> None:
        """Train another network; ``origin`` says where its layers come from, if that is not plain to see."""
        self._edit(text, lambda now: edits.edited(now, network=network), origin)

    @Slot(object, str)
    def edit_view(self, view: View, text: str) -> None:
        """Show the experiment otherwise."""
        self._edit(text, lambda now: edits.edited(now, view=view))

    @Slot(str)
    def edit_title(self, title: str) -> None:
        """Call the experiment something else."""
        self._edit(self.tr("Title"), lambda now: edits.edited(now, title=title))

    @Slot(object, str)
    def edit_weights(self, edit: WeightEdit, text: str) -> None:
        """Change weights by hand."""
        steps = isinstance(edit, SetNumber)
        where = f" {edit.layer} {edit.name} {edit.index}" if isinstance(edit, SetNumber) else ""
        self._document.edit_weights(edit, text, self._gesture.key(text + where, steps))

    @Slot()
    def reset_weights(self) -> None:
        """Begin the run anew."""
        self.edit_weights(ResetWeights(), self.tr("Reset weights"))

    @Slot(object, object, str)
    def import_network(self, network: Network, tensors: Sequence[Mapping[str, ArrayLike]], name: str) -> None:
        """Train a network of a file on, with its weights: one edit, also where the network is another."""
        weights = SetTensors(tensors)
        if network == self._document.experiment.network:
            self.edit_weights(weights, self.tr("Weights of {name}").format(name=name))
        else:
            text = self.tr("Network of {name}").format(name=name)
            self._edit(text, lambda now: edits.edited(now, network=network), weights=weights)

    @Slot(object)
    def edit_seed(self, seed: int) -> None:
        """Draw everything anew."""
        self._edit(self.tr("Seed"), lambda now: edits.edited(now, seed=seed))

    @Slot(object)
    def import_data(self, data: DataSource) -> None:
        """Train on a table."""
        self.edit_data(data, self.tr("Import CSV"))

    def _edit(
        self,
        text: str,
        change: Callable[[Experiment], Experiment],
        origin: Origin | None = None,
        weights: WeightEdit | None = None,
    ) -> None:
        now = self._document.experiment
        try:
            new = change(now)
        except UnfoldError as error:
            self.refused.emit("; ".join(error.problems))
            return
        self._document.apply(new, text, self._gesture.key(text, edits.in_steps(now, new)), origin, weights)
