"""Walk one sample through a network: all steps, their numbers, and what the update makes of the weights."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from engine.probes.bench import read_only
from engine.probes.probe import Probe
from engine.probes.samples import Memory
from engine.walkthrough.backward import backward_steps
from engine.walkthrough.checks import Nudger
from engine.walkthrough.forward import forward_steps
from engine.walkthrough.loss import loss_steps
from engine.walkthrough.scene import Scene
from engine.walkthrough.steps import Request, Walkthrough
from engine.walkthrough.update import update_steps

if TYPE_CHECKING:
    from engine.data import PreparedData
    from engine.experiment import Experiment
    from engine.probes.bench import State
    from engine.trainer import Trainer


def walk(
    experiment: Experiment, data: PreparedData, tensors: State, memory: Memory, request: Request
) -> Walkthrough:
    """Follow one sample forward, through its loss, backward, and through the update.

    Parameters
    ----------
    tensors : sequence of mappings
        A snapshot's.
    memory : Memory
        What the optimizer has in mind.
    request : Request
        Which sample.

    Raises
    ------
    ValueError
        Where there is no such sample.
    """
    probe = Probe(experiment, data)
    sample = probe.one_sample(
        tensors,
        request.row,
        part=request.part,
        inputs=request.inputs,
        target=request.target,
        memory=memory,
    )
    exact = tuple(
        MappingProxyType({name: read_only(np.array(array, np.float64)) for name, array in layer.items()})
        for layer in tensors
    )
    scene = Scene(experiment, data, exact, memory, request, sample)
    nudger = Nudger(scene)
    after = loss_after = None
    if sample.memory is not None:
        after = tuple(
            MappingProxyType(
                {
                    name: read_only(array + trace.update[name]) if name in trace.update else array
                    for name, array in layer.items()
                }
            )
            for layer, trace in zip(exact, sample.layers, strict=True)
            if trace.update is not None
        )
        loss_after = nudger.loss_of([dict(layer) for layer in after])
    with np.errstate(all="ignore"):
        steps = (
            *forward_steps(scene),
            *loss_steps(scene),
            *backward_steps(scene, nudger),
            *update_steps(scene, probe, after, loss_after),
        )
    return Walkthrough(
        experiment, request, sample, exact, memory, after, sample.memory, loss_after, tuple(steps)
    )


def walk_of(trainer: Trainer, request: Request) -> Walkthrough:
    """Walk one sample through the network of a run as it stands; the run is not disturbed.

    Raises
    ------
    ValueError
        Where there is no such sample.
    """
    memory = Memory(trainer.step, trainer.learning_rate, trainer.optimizer_state)
    return walk(trainer.experiment, trainer.data, trainer.tensors, memory, request)
