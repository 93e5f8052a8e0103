"""A running network that goes on in another structure or on other data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.graft import carry, kept, places
from engine.kernels import layout
from engine.machine import Machine
from engine.program import slot_names
from engine.tensors import read_like_parameters, write_like_parameters

if TYPE_CHECKING:
    from engine.data import PreparedData
    from engine.experiment import Experiment
    from engine.graft import Kept, Origin, Place


def transplanted(
    old: Machine, experiment: Experiment, data: PreparedData, origin: Origin | None
) -> tuple[Machine, Kept]:
    """Return a machine of another experiment with all that it can take over from an old one.

    Raises
    ------
    ExperimentError, DataError
        Where the output layer or the loss does not fit the data.
    ValueError
        Where the origin is of other networks.
    """
    new = Machine(experiment, data)
    found = places(old.experiment, experiment, origin)
    tensors, drawn = old.voiced(), new.voiced()
    counted = kept(found, tensors, drawn)
    carry(found, tensors, drawn)
    new.write(drawn)
    _carry_slots(old, new, found)
    _go_on(old, new)
    return new, counted


def _carry_slots(old: Machine, new: Machine, found: list[Place | None]) -> None:
    """Keep what the optimizer remembers of kept parameters, where it is the same optimizer."""
    optimizers = old.experiment.training.optimizer, new.experiment.training.optimizer
    names, new_names = map(slot_names, optimizers)
    if optimizers[0].kind != optimizers[1].kind or names != new_names:
        return
    for k in range(len(names)):
        source, target = (
            machine.learning.slots[k * size : (k + 1) * size]
            for machine, size in ((old, old.network.parameters.size), (new, new.network.parameters.size))
        )
        memory = read_like_parameters(new.network, target)
        carry(found, read_like_parameters(old.network, source), memory)
        write_like_parameters(new.network, target, memory)


def _go_on(old: Machine, new: Machine) -> None:
    """Take over counters and random streams, so that what is not touched is not disturbed either."""
    before, after = old.learning, new.learning
    training = new.experiment.training
    for counter in (layout.STEP, layout.EPOCH):
        after.counters[counter] = before.counters[counter]
    if old.experiment.seed != new.experiment.seed:
        return
    after.dropout_state[:], after.noise_state[:] = before.dropout_state, before.noise_state
    if after.order.size == before.order.size:
        after.order[:], after.order_state[:] = before.order, before.order_state
        if not training.optimizer.full_batch:  # which has no place within an epoch
            after.counters[layout.POSITION] = before.counters[layout.POSITION]
    if old.data is new.data and old.experiment.training.loss == training.loss:
        if after.counters[layout.POSITION] == before.counters[layout.POSITION]:
            after.losses[:] = before.losses
        # A plateau compares losses, so it goes on only where they mean the same.
        if old.plateau is not None and old.experiment.training.schedule == training.schedule:
            new.plateau = old.plateau
