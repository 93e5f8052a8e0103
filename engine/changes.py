"""What an edit of the experiment means to a network that is being trained."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from engine.catalog.sources import CsvData, PointsData

if TYPE_CHECKING:
    from engine.catalog.entry import Part
    from engine.catalog.sources import DataSource
    from engine.experiment import Experiment, Network, Training


class Change(IntEnum):
    """How much of a running network an edit touches; a larger one includes the smaller ones."""

    VIEW = 0
    """Nothing that is trained."""
    TUNE = 1
    """Numbers that the next step reads; parameters and optimizer slots stay."""
    GRAFT = 2
    """Another structure or other data; every weight that still has a place stays, with its slots."""
    REBUILD = 3
    """Another problem or another seed; training starts over."""


# What is named nowhere below is a graft: a new field is then handled safely before it is handled well.
_TOP = {"title": Change.VIEW, "view": Change.VIEW, "seed": Change.REBUILD}
_LAYER = dict.fromkeys(("dropout", "frozen", "frozen_weights", "muted_units", "muted_weights"), Change.TUNE)
_TRAINING = dict.fromkeys(
    (
        "schedule",
        "regularizer",
        "batch_size",
        "shuffle",
        "gradient_clip",
        "gradient_clip_value",
        "input_noise",
        "stop",
    ),
    Change.TUNE,
)


def classify(old: Experiment, new: Experiment) -> Change:
    """Return what it takes to go on training when one experiment becomes another.

    Parameters
    ----------
    old, new : Experiment
        Before and after the edit, or the other way round: the answer is the same.

    Returns
    -------
    Change
        ``VIEW`` for equal experiments.
    """
    change = Change.VIEW
    for field in _differing(old, new):
        match field:
            case "data":
                part = _data(old.data, new.data)
            case "network":
                part = _network(old.network, new.network)
            case "training":
                part = _training(old.training, new.training)
            case _:
                part = _TOP.get(field, Change.GRAFT)
        change = max(change, part)
    return change


def _differing(old: Part, new: Part) -> list[str]:
    return [field for field in type(new).model_fields if getattr(old, field) != getattr(new, field)]


def _data(old: DataSource, new: DataSource) -> Change:
    """Other points of the same kind of problem are a graft, another kind of problem is a rebuild."""
    return Change.GRAFT if _problem(old) == _problem(new) else Change.REBUILD


def _problem(data: DataSource) -> tuple[Any, ...]:
    """Return what must stay the same for a network to fit: its inputs, its task and its outputs."""
    common = (data.task, len(data.input_names))
    if data.task == "regression":
        return (*common, len(data.target_names))
    if isinstance(data, CsvData):  # only the file knows how many classes there are
        return (*common, data.path, data.target_names)
    if isinstance(data, PointsData):
        return (*common, 1 + max((int(label) for _, _, label in data.points), default=0))
    return (*common, data.classes)


def _network(old: Network, new: Network) -> Change:
    if len(old.layers) != len(new.layers):
        return Change.GRAFT
    pairs = [*zip(old.layers, new.layers, strict=True), (old.output, new.output)]
    fields = {field for pair in pairs for field in _differing(*pair)}
    return max((_LAYER.get(field, Change.GRAFT) for field in fields), default=Change.VIEW)


def _training(old: Training, new: Training) -> Change:
    change = Change.VIEW
    for field in _differing(old, new):
        if field == "optimizer":
            part = Change.TUNE if old.optimizer.kind == new.optimizer.kind else Change.GRAFT
        else:
            part = _TRAINING.get(field, Change.GRAFT)
        change = max(change, part)
    return change
