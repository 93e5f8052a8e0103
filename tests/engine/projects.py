"""Runs to be kept in project files, and what two of them must have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import Trainer
from engine.files.projects.project import Project, read_project, write_project
from tests.engine.small import experiment

if TYPE_CHECKING:
    from engine.checkpoint import Checkpoint
    from engine.history import Curves, Recorder

SGD = {"kind": "sgd", "learning_rate": 0.1}
MOMENTUM = {**SGD, "momentum": 0.9, "form": "velocity"}
EVERYTHING: dict[str, Any] = {
    "layers": [
        {"units": 6, "dropout": 0.3, "normalization": "batch", "muted_weights": [[0, 1], [2, 0]]},
        {"units": 5, "normalization": "layer", "activation": "prelu", "residual": True, "muted_units": [3]},
        {"units": 4, "activation": {"kind": "maxout", "pieces": 3}, "frozen_weights": [[0, 0]]},
        {"units": 3, "frozen": True},
    ],
    "output": {"muted_weights": [[0, 2]]},
}
WILD = {
    "data": {"kind": "reg_plane", "samples": 40},
    "network": {"layers": []},
    "training": {"loss": "mse", "optimizer": {"kind": "sgd", "learning_rate": 100.0}},
}


def everything(**training: Any) -> Any:
    """Return an experiment with all that a layer can have."""
    return experiment(
        network=EVERYTHING,
        training={"batch_size": 7, "input_noise": 0.1, "stop": {"patience": 400}, **training},
    )


def begun(experiment: Any, epochs: int = 2, batches: int = 1) -> Trainer:
    trainer = Trainer(experiment)
    trainer.advance(epochs=epochs)
    trainer.advance(batches=batches)
    return trainer


def recorded(trainer: Trainer, recorder: Recorder) -> None:
    """Add a point to the curves, as the window does."""
    losses = trainer.snapshot().losses
    epoch = trainer.epoch + trainer.batch / trainer.batches_per_epoch
    recorder.append(epoch, losses["train"], losses.get("test", np.nan))


def project_of(trainer: Trainer, curves: Curves | None = None, **others: Any) -> Project:
    return Project(trainer.experiment, trainer.checkpoint(), curves, **others)


def kept(project: Project, folder: Path) -> Project:
    """Write a project and read it back."""
    path = Path(folder) / "p.unfold"
    write_project(path, project)
    return read_project(path)


def assert_bits(one: Any, other: Any) -> None:
    """Compare to the bit whatever a checkpoint consists of."""
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert np.array_equal(*(np.ascontiguousarray(x).view(np.uint8) for x in (one, other)))
    elif isinstance(one, tuple | list):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_bits(a, b)
    elif isinstance(one, dict):
        assert list(one) == list(other)
        assert_bits(list(one.values()), list(other.values()))
    elif hasattr(one, "__dict__") and type(one).__module__.startswith("engine."):
        assert_bits(vars(one), vars(other))
    else:
        assert one == other or (one != one and other != other)


def assert_same_run(one: Checkpoint, other: Checkpoint, seconds: bool = False) -> None:
    """Compare all that two runs depend on; how long they have trained only where ``seconds`` says so."""
    assert one.experiment == other.experiment
    for name in ("state", "voices", "gradient", "earlier", "diverged", "finished"):
        assert_bits(getattr(one, name), getattr(other, name))
    seen = [{**vars(run.watch), "seconds": run.watch.seconds if seconds else 0.0} for run in (one, other)]
    assert_bits(*seen)
