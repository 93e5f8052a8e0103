"""What L-BFGS remembers, as the tensors it is about."""

from __future__ import annotations

import numpy as np

from engine import Trainer
from tests.engine.small import experiment


def test_only_lbfgs_has_it_and_only_after_a_step():
    trainer = Trainer(experiment())
    trainer.advance(epochs=1)
    assert trainer.curvature is None
    trainer = Trainer(experiment(training={"optimizer": "lbfgs"}))
    assert trainer.curvature is None
    trainer.advance(epochs=1)
    assert trainer.curvature is not None and trainer.curvature.steps == []


def test_its_steps_are_the_changes_of_the_tensors_oldest_first():
    trainer = Trainer(experiment(training={"optimizer": {"kind": "lbfgs", "history_size": 3}}))
    seen = []
    for _ in range(6):
        seen.append(trainer.tensors)
        trainer.advance(epochs=1)
    found = trainer.curvature
    assert found is not None and len(found.steps) == len(found.turns) == 3
    for step, before, after in zip(found.steps, seen[2:], seen[3:], strict=False):
        for layer, old, new in zip(step, before, after, strict=True):
            assert layer.keys() == new.keys()
            for name, change in layer.items():
                np.testing.assert_allclose(change, new[name].astype(float) - old[name], atol=1e-12)
    for layer, expected in zip(found.parameters, seen[-1], strict=True):
        for name, array in layer.items():
            np.testing.assert_array_equal(array, expected[name])
