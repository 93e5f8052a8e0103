"""What the tests of ensembles share."""

from __future__ import annotations

import numpy as np

from engine import Experiment, Trainer
from engine.ensemble import EnsembleResult
from engine.snapshot import Snapshot
from tests.engine.twins import flat

WILD = {
    "data": {"kind": "reg_gauss", "samples": 60},
    "network": {"layers": [{"units": 8, "activation": "relu"}] * 2},
    "training": {"optimizer": {"kind": "sgd", "learning_rate": 3.0}, "batch_size": "full"},
}
RATE = "training.optimizer.learning_rate"


def alone(member: Experiment, epochs: list[int]) -> tuple[list[Snapshot], Trainer]:
    """Train without an ensemble and return the states at some epochs."""
    trainer = Trainer(member)
    states = []
    for before, epoch in zip([0, *epochs], epochs, strict=False):
        trainer.advance(epochs=epoch - before)
        states.append(trainer.snapshot())
    return states, trainer


def assert_member(result: EnsembleResult, i: int) -> None:
    """Fail where a member is not, to the last bit, what it is alone."""
    states, trainer = alone(result.experiments[i], result.epochs.tolist())
    for part, curve in (("train", result.train_loss), ("test", result.test_loss)):
        np.testing.assert_array_equal(curve[i], [state.losses[part] for state in states])
        for key, values in result.metrics[part].items():
            np.testing.assert_array_equal(values[i], [state.metrics[part][key] for state in states])
    last = result.snapshots[i]
    assert last is not None
    assert (last.epoch, last.step) == (trainer.epoch, trainer.step)
    np.testing.assert_array_equal(flat(last.parameters), flat(trainer.parameters))


def made(train: list[list[float]], test: list[list[float]] | None = None) -> EnsembleResult:
    """Return a result with given accuracies, losses twice as large, and epochs 0, 10, 20, ..."""
    accuracies = {"train": np.array(train), "test": np.array(test or np.full(np.shape(train), np.nan))}
    parts = ["train", "test"] if test else ["train"]
    state = Snapshot(0, 0, dict.fromkeys(parts, 0.0), {}, ())
    members = len(train)
    return EnsembleResult(
        experiments=(Experiment(),) * members,
        epochs=10 * np.arange(len(train[0])),
        train_loss=2 * accuracies["train"],
        test_loss=2 * accuracies["test"],
        metrics={part: {"accuracy": values, "log_loss": values} for part, values in accuracies.items()},
        snapshots=(state,) * members,
        stopped=False,
    )
