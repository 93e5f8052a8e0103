"""A checkpoint as named arrays and a record, and back: nothing is lost, not even a bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.catalog.entry import MOST_COUNTED
from engine.catalog.optimizers import Lbfgs as LbfgsEntry
from engine.catalog.schedules import PlateauState
from engine.checkpoint import PARTS, Checkpoint
from engine.files.projects.record import (
    MOST_SECONDS,
    DivergenceRecord,
    FinishRecord,
    LbfgsRecord,
    PlateauRecord,
    RunRecord,
    StateRecord,
    WatchRecord,
    within_count,
)
from engine.files.projects.run_form import BEST, EARLIER, PRESENT, SMALL, Form, Vector
from engine.lbfgs import Lbfgs, Outcome
from engine.snapshot import Divergence, Finish
from engine.stopping import Watch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from engine.data import PreparedData
    from engine.files.projects.run_form import Arrays
    from engine.machine import State, Voices


@dataclass(frozen=True, eq=False)
class Packed:
    """A run: its present tensors and all its other arrays, both by name, and what is no array."""

    weights: Arrays
    state: Arrays
    record: RunRecord


def pack(checkpoint: Checkpoint) -> Packed:
    """Return all that is in a checkpoint but the experiment and its data."""
    form = Form(checkpoint.experiment, checkpoint.data)
    arrays: Arrays = {}
    flat: list[str] = []
    order = checkpoint.state[0][PARTS.index("order")]

    def state_of(prefix: str, state: State | None) -> StateRecord | None:
        return None if state is None else _pack_state(form, prefix, state, order, arrays, flat)

    state = _pack_state(form, PRESENT, checkpoint.state, order, arrays, flat)
    earlier, best = state_of(EARLIER, checkpoint.earlier), state_of(BEST, checkpoint.watch.best)
    arrays |= form.named(Vector("gradient"), checkpoint.gradient, flat)
    for layer, links in form.muted().items():
        arrays[f"muted.layers.{layer}.weight"] = np.stack([checkpoint.voices[link] for link in links])
    watch, diverged, finished = checkpoint.watch, checkpoint.diverged, checkpoint.finished
    record = RunRecord(
        state=state,
        earlier=earlier,
        best=best,
        watch=WatchRecord(
            seconds=min(watch.seconds, MOST_SECONDS),
            best_epoch=min(watch.best_epoch, MOST_COUNTED),
            lowest=watch.lowest,
        ),
        diverged=diverged and DivergenceRecord(**within_count(vars(diverged))),
        finished=finished and FinishRecord(**within_count(vars(finished))),
        flat=tuple(flat),
    )
    weights = {name: arrays.pop(name) for name in form.weights()}
    return Packed(weights, {name: np.ascontiguousarray(array) for name, array in arrays.items()}, record)


def _pack_state(
    form: Form, prefix: str, state: State, order: NDArray[Any], arrays: Arrays, flat: list[str]
) -> StateRecord:
    """Add a state's arrays to ``arrays`` and return the rest of it."""
    values, lbfgs, plateau = state
    parts = dict(zip(PARTS, values, strict=True))
    arrays |= form.named_layers(prefix, parts["parameters"], parts["statistics"])
    if form.slots:
        for slot, memory in zip(form.slots, parts["slots"].reshape(len(form.slots), -1), strict=True):
            arrays |= form.named(Vector(f"{prefix}optimizer.{slot}"), memory, flat)
    arrays |= {prefix + name: parts[name] for name in SMALL}
    arrays[f"{prefix}counters"] = np.minimum(parts["counters"], MOST_COUNTED)
    shares_order = prefix != PRESENT and np.array_equal(parts["order"], order)
    if not shares_order:
        arrays[f"{prefix}order"] = parts["order"]
    return StateRecord(
        plateau=plateau and PlateauRecord(**within_count(vars(plateau))),
        lbfgs=lbfgs and _pack_lbfgs(form, f"{prefix}lbfgs.", lbfgs, arrays, flat),
        shares_order=shares_order,
    )


def _pack_lbfgs(form: Form, prefix: str, lbfgs: Lbfgs, arrays: Arrays, flat: list[str]) -> LbfgsRecord:
    pairs = len(lbfgs.rho)
    if pairs:
        arrays |= form.named(Vector(f"{prefix}s", "float64", pairs), np.stack(lbfgs.s), flat)
        arrays |= form.named(Vector(f"{prefix}y", "float64", pairs), np.stack(lbfgs.y), flat)
        arrays[f"{prefix}rho"] = np.array(lbfgs.rho, np.float64)
    if lbfgs.previous is not None:
        vector = Vector(f"{prefix}previous", "float64", 2)
        arrays |= form.named(vector, np.stack(lbfgs.previous), flat)
    return LbfgsRecord(
        learning_rate=lbfgs.learning_rate,
        outcome=lbfgs.outcome.name,
        evaluations=min(lbfgs.evaluations, MOST_COUNTED),
        pairs=pairs,
        begun=lbfgs.previous is not None,
    )


def unpack(
    form: Form, data: PreparedData, arrays: Mapping[str, NDArray[Any]], record: RunRecord
) -> Checkpoint:
    """Return the checkpoint that `pack` was given; ``arrays`` are the weights and the state together.

    They must be those that the form asks for; nothing is checked here.
    """
    order = arrays["order"]
    states = {
        prefix: _unpack_state(form, prefix, arrays, record, part, order)
        for prefix, part in form.states(record)
    }
    voices: Voices = {}
    for layer, links in form.muted().items():
        voices |= dict(zip(links, arrays[f"muted.layers.{layer}.weight"], strict=True))
    watch = Watch()
    watch.seconds, watch.best = record.watch.seconds, states.get(BEST)
    watch.best_epoch, watch.lowest = record.watch.best_epoch, record.watch.lowest
    return Checkpoint(
        experiment=form.experiment,
        data=data,
        state=states[PRESENT],
        voices=voices,
        gradient=form.vector(Vector("gradient"), arrays, record.flat),
        earlier=states.get(EARLIER),
        watch=watch,
        diverged=None if record.diverged is None else Divergence(**dict(record.diverged)),
        finished=None if record.finished is None else Finish(**dict(record.finished)),
    )


def _unpack_state(
    form: Form,
    prefix: str,
    arrays: Mapping[str, NDArray[Any]],
    record: RunRecord,
    part: StateRecord,
    order: NDArray[Any],
) -> State:
    parameters, statistics = form.layers(prefix, arrays)
    slots = [form.vector(Vector(f"{prefix}optimizer.{slot}"), arrays, record.flat) for slot in form.slots]
    parts = {
        **{name: arrays[prefix + name] for name in SMALL},
        "parameters": parameters,
        "statistics": statistics,
        "slots": np.concatenate(slots) if slots else np.zeros(0, np.float32),
        "order": order if part.shares_order else arrays[f"{prefix}order"],
    }
    lbfgs, plateau = None, None
    if part.lbfgs is not None:
        lbfgs = _unpack_lbfgs(form, f"{prefix}lbfgs.", arrays, record, part.lbfgs)
    if part.plateau is not None:
        plateau = PlateauState(**dict(part.plateau))
    return tuple(parts[name] for name in PARTS), lbfgs, plateau


def _unpack_lbfgs(
    form: Form, prefix: str, arrays: Mapping[str, NDArray[Any]], record: RunRecord, part: LbfgsRecord
) -> Lbfgs:
    optimizer = form.experiment.training.optimizer
    assert isinstance(optimizer, LbfgsEntry)
    s, y, rho = [], [], []
    if part.pairs:
        s = list(form.vector(Vector(f"{prefix}s", "float64", part.pairs), arrays, record.flat))
        y = list(form.vector(Vector(f"{prefix}y", "float64", part.pairs), arrays, record.flat))
        rho = arrays[f"{prefix}rho"].tolist()
    previous = None
    if part.begun:
        previous = tuple(form.vector(Vector(f"{prefix}previous", "float64", 2), arrays, record.flat))
    return Lbfgs(
        learning_rate=part.learning_rate,
        history_size=optimizer.history_size,
        s=s,
        y=y,
        rho=rho,
        previous=previous,
        outcome=Outcome[part.outcome],
        evaluations=part.evaluations,
    )
