"""Compile every kernel into the cache, by using each once on the smallest experiment there is."""

from __future__ import annotations

import gc

from engine.experiment import Experiment, Network
from engine.kernels.evaluate import evaluate
from engine.kernels.fields import fields, quantize
from engine.kernels.jit import mark_warm
from engine.kernels.survey import survey
from engine.kernels.train import train
from engine.probes.bench import Bench
from engine.probes.statistics import Counts
from engine.snapshot import FrameRequest, History
from engine.trainer import Trainer

KERNELS = (train, evaluate, fields, quantize, survey)


def warm() -> None:
    """Compile what is not in the cache yet, and note that it is there.

    One network stands for all: the kernels read an architecture from tables.
    """
    gc.disable()  # a compiler makes millions of small objects and few cycles: a tenth of the time
    try:
        bench = _train_and_draw()
        mark_warm()  # the window need not wait for what only instruments measure
        Counts(bench).add(range(0))
    finally:
        gc.enable()


def _train_and_draw() -> Bench:
    """Use what a window needs to play; return a bench for the rest."""
    trainer = Trainer(Experiment(network=Network(layers=())))
    trainer.advance(batches=1)
    nothing = trainer.data.train_targets[:0].astype(float)
    history = History(nothing, nothing, nothing)
    request = FrameRequest(resolution=16, thumbnail=16)
    trainer.frame(
        request, generation=0, history=history, running=False, samples_per_second=0.0, epochs_per_second=0.0
    )
    return Bench(trainer.experiment, trainer.data)
