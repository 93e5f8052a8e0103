"""Make a step that has been walked through: of the weights, and of what the optimizer remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.checked import checked_tensors
from engine.errors import WeightsError
from engine.kernels import layout
from engine.program import slot_names
from engine.tensors import STATISTICS, write_tensors

if TYPE_CHECKING:
    from engine.machine import Machine
    from engine.weight_edits import TakeStep


def take_step(machine: Machine, edit: TakeStep) -> None:
    """Write the tensors, slots and step count of an update that has been worked out.

    Muted weights keep what they are when they are no longer muted.

    Raises
    ------
    WeightsError
        Where a name or a shape does not fit, a value is not finite, or the memory is another optimizer's;
        nothing is changed then.
    """
    names = slot_names(machine.experiment.training.optimizer)
    if tuple(edit.slots) != tuple(names):
        raise WeightsError("the step is that of another optimizer: walk through the sample again")
    like = machine.tensors()
    tensors = checked_tensors(edit.tensors, like)
    trained = [{name: layer[name] for name in layer if name not in STATISTICS} for layer in like]
    slots = [checked_tensors(edit.slots[name], trained) for name in names]
    voices = machine.voices()
    machine.write(tensors)
    machine.give_voices(voices)
    rooms = machine.learning.slots.reshape(-1, machine.network.parameters.size)
    for room, slot in zip(rooms, slots, strict=True):
        write_tensors(machine.network._replace(parameters=room), slot)
    machine.learning.counters[layout.STEP] = edit.step
