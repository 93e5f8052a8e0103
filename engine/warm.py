"""Compile every kernel into the cache, by using each once on the smallest experiment there is."""

from __future__ import annotations

from engine.experiment import Experiment, Network
from engine.kernels.evaluate import evaluate
from engine.kernels.fields import fields, quantize
from engine.kernels.jit import mark_warm
from engine.kernels.train import train
from engine.snapshot import FrameRequest, History
from engine.trainer import Trainer

KERNELS = (train, evaluate, fields, quantize)


def warm() -> None:
    """Compile what is not in the cache yet, and note that it is there.

    One network stands for all: the kernels read an architecture from tables.
    """
    trainer = Trainer(Experiment(network=Network(layers=())))
    trainer.advance(batches=1)
    nothing = trainer.data.train_targets[:0].astype(float)
    history = History(nothing, nothing, nothing)
    request = FrameRequest(resolution=16, thumbnail=16)
    trainer.frame(
        request, generation=0, history=history, running=False, samples_per_second=0.0, epochs_per_second=0.0
    )
    mark_warm()
