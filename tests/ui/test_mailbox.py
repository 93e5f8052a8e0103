"""Which commands to the worker need not be obeyed, since another one has overtaken them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.experiment import Experiment
from engine.graft import Origin
from engine.weight_edits import Redraw, SetNumber
from ui.editing.step import Kind, Step
from ui.training.mailbox import Edit, EditWeights, Load, Play, SaveProject, is_overtaken

A, B, C = (Experiment(seed=seed) for seed in range(3))


def edit(old, new, serial=1, kind=Kind.DO, origin=None):
    return Edit(old, new, 0, Step(serial, kind, origin))


def number(value, serial=1, kind=Kind.DO, index=(0, 0)):
    return EditWeights(SetNumber(0, "weight", index, value), 0, Step(serial, kind))


@pytest.mark.parametrize(
    ("first", "second"),
    [(edit(A, B), edit(B, C)), (number(1.0), number(2.0)), (Load(A, 1), Load(B, 2))],
    ids=["a slider", "a weight", "a document"],
)
def test_what_a_later_one_does_all_over_is_overtaken(first, second):
    assert is_overtaken(first, second)


APART = {
    "two commands": (edit(A, B, 1), edit(B, C, 2)),
    "an undo": (edit(A, B), edit(B, A, kind=Kind.UNDO)),
    "there and back": (edit(B, A, kind=Kind.UNDO), edit(A, B, kind=Kind.REDO)),
    "layers that came from elsewhere": (edit(A, B, origin=Origin((1, 0))), edit(B, C)),
    "layers that come from elsewhere": (edit(A, B), edit(B, C, origin=Origin((1, 0)))),
    "two weights": (number(1.0), number(1.0, index=(0, 1))),
    "two drags of a weight": (number(1.0, 1), number(2.0, 2)),
    "an undone weight": (number(1.0), number(1.0, kind=Kind.UNDO)),
    "two draws": (EditWeights(Redraw(0), 0, Step(1, Kind.DO)), EditWeights(Redraw(1), 0, Step(1, Kind.DO))),
    "a weight and an edit": (number(1.0), edit(A, B)),
    "a save and a document": (SaveProject(Path("a"), A, {}, 1), Load(B, 1)),
    "two saves": (SaveProject(Path("a"), A, {}, 1), SaveProject(Path("a"), A, {}, 2)),
    "play": (edit(A, B), Play(True, 1)),
}


@pytest.mark.parametrize(("first", "second"), APART.values(), ids=APART)
def test_nothing_else_does(first, second):
    assert not is_overtaken(first, second)
