"""A document and the run behind it, without threads: what the worker would do happens at once."""

from __future__ import annotations

import numpy as np

from engine.errors import UnfoldError
from engine.kernels import layout
from engine.trainer import Trainer
from ui.document import Document
from ui.training.mailbox import Edit, EditWeights
from ui.training.run import Run


class Watched(Trainer):
    """A trainer that checks what its grafts say they kept."""

    def graft(self, experiment, origin=None):
        before = self._machine.voiced()
        kept = super().graft(experiment, origin)
        fresh = Trainer(experiment, data=self.data)._machine.voiced()
        old = np.unique(np.concatenate([array.ravel() for layer in before for array in layer.values()]))
        found = total = 0
        for layer, drawn in zip(self._machine.voiced(), fresh, strict=True):
            for name, array in layer.items():
                is_old = np.isin(array, old)
                assert (is_old | (array == drawn[name])).all(), (
                    "neither kept to the bit nor drawn as at a start"
                )
                if "running" not in name:
                    found, total = found + int(is_old.sum()), total + array.size
        assert kept.kept <= found
        assert kept.kept + kept.drawn == total
        return kept


class Desk:
    """Edits, undo and redo as the window wires them."""

    def __init__(self, experiment):
        self.document = Document(experiment)
        self.run = Run(Watched)
        self.run.load(experiment, 0)
        self.reports = []
        self.faults = []
        self.document.changed.connect(self._edit)
        self.document.weightsEdited.connect(self._edit_weights)
        self.document.forgotten.connect(self.run.checkpoints.forget)

    @property
    def trainer(self):
        return self.run.trainer

    @property
    def stack(self):
        return self.document.undo_stack

    def _edit(self, old, new, step):
        try:
            self.reports.append(self.run.edit(Edit(old, new, 0, step)))
        except Exception as fault:
            self.faults.append(fault)

    def _edit_weights(self, edit, step):
        try:
            self.reports.append(self.run.edit_weights(EditWeights(edit, 0, step)))
        except UnfoldError as refusal:
            self.reports.append(refusal)
        except Exception as fault:
            self.faults.append(fault)

    def train(self, batches):
        for _ in range(batches):
            self.run.step(epoch=False)

    def weights(self):
        """Return everything that is learned, muted weights as they are when heard."""
        return [array for layer in self.trainer._machine.voiced() for array in layer.values()]

    def state(self):
        """Return everything that training changes."""
        machine = self.trainer._machine
        machine.learning.losses[layout.SCRATCH] = 0
        return [array.copy() for array in (*machine._changing(), *self.weights())]

    def undo_all(self):
        while self.stack.canUndo():
            self.stack.undo()

    def redo_all(self):
        while self.stack.canRedo():
            self.stack.redo()


def assert_same(arrays, others):
    assert len(arrays) == len(others)
    for array, other in zip(arrays, others, strict=True):
        np.testing.assert_array_equal(array, other)
