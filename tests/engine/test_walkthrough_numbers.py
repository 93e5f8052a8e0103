"""The numbers of a walk: those of the kernels, step after step, and a step that is taken."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import WeightsError
from engine.catalog.optimizers import OPTIMIZERS, RULES
from engine.probes import Memory
from engine.walkthrough import Request, drawn_row, plain
from engine.walkthrough.rules import WRITERS
from engine.walkthrough.walk import walk, walk_of
from engine.weight_edits import TakeStep
from tests.engine.probed import trainer_of_case
from tests.engine.test_walkthrough import lines_of
from tests.engine.twins import table, trainer_of

STEPPING = [entry for entry in OPTIMIZERS if entry.rules]


def one_row(entry: Any, **training: Any) -> Any:
    """Return a trainer whose batch is its only row."""
    layers = [
        {"units": 4, "activation": "prelu", "frozen_weights": [[1, 2]], "muted_weights": [[0, 1]]},
        {"units": 3, "normalization": "layer", "residual": True},
    ]
    settings = {"optimizer": {"kind": entry.key(), "learning_rate": 0.02}, "gradient_clip": 0.05}
    return trainer_of(table(5, rows=1, inputs=3), layers, **(settings | training))


@pytest.mark.parametrize("entry", STEPPING, ids=lambda entry: entry.key())
def test_the_update_is_the_kernels_step(entry):
    trainer = one_row(entry, regularizer={"kind": "l2", "rate": 0.01})
    assert trainer.advance(batches=4)
    walked, before = walk_of(trainer, Request(row=0)), trainer.tensors
    assert trainer.snapshot().losses["train"] == pytest.approx(walked.sample.loss, rel=1e-5)
    assert trainer.advance(batches=1)
    for ours, old, kernels in zip(walked.after, before, trainer.tensors, strict=True):
        for name, new in kernels.items():
            np.testing.assert_allclose(ours[name] - old[name], new - old[name], rtol=2e-3, atol=3e-7)
    for slot, layers in trainer.optimizer_state.items():
        for ours, kernels in zip(walked.memory_after.slots[slot], layers, strict=True):
            for name, new in kernels.items():
                np.testing.assert_allclose(ours[name], new, rtol=2e-3, atol=2e-6 * (1 + np.abs(new).max()))
    assert walked.memory_after.step == trainer.step


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.update.__name__)
def test_every_rule_is_written_out(rule):
    assert rule in WRITERS


@pytest.mark.parametrize("name", ["none", "l1", "l2", "elastic_net", "weight_decay", "max_norm"])
@pytest.mark.parametrize("entry", STEPPING, ids=lambda entry: entry.key())
def test_the_equations_of_every_number_end_at_its_new_value(entry, name):
    settings = {"kind": name} | ({"limit": 0.3} if name == "max_norm" else {})
    trainer = one_row(entry, regularizer=settings, gradient_clip_value=0.04)
    assert trainer.advance(batches=3)
    walked = walk_of(trainer, Request(row=0))
    rows = [row for s in walked.steps if s.phase == "update" and s.table for row in s.table.rows]
    assert len(rows) > 20
    for row in rows:
        new = next(line.value for line in reversed(row.lines) if line.name == row.name[0])
        assert new == pytest.approx(row.cells[1][0], rel=1e-9, abs=1e-15)


def test_a_walk_disturbs_nothing_and_is_the_same_twice():
    trainer = trainer_of_case("residual")
    before, state = trainer.tensors, trainer.optimizer_state
    first, second = (walk_of(trainer, Request(row=7)) for _ in range(2))
    for a, b in zip(before, trainer.tensors, strict=True):
        assert all(np.array_equal(a[name], b[name]) for name in a)
    for slot, layers in trainer.optimizer_state.items():
        assert all(np.array_equal(a["weight"], b["weight"]) for a, b in zip(state[slot], layers, strict=True))
    assert [step.title for step in first.steps] == [step.title for step in second.steps]
    assert [lines_of(step, 8) for step in first.steps] == [lines_of(step, 8) for step in second.steps]


def test_a_point_of_one_s_own():
    trainer = trainer_of_case("four classes")
    walked = walk_of(trainer, Request(row=None, inputs=(0.1, 0.2, 0.3), target=2))
    assert plain(walked.steps[0].title.formula()) == "The sample: a point of your own"
    assert walked.sample.target.tolist() == [0, 0, 1, 0]


def test_a_row_that_is_none_is_refused():
    with pytest.raises(ValueError, match="0 to 59"):
        walk_of(trainer_of_case("four classes"), Request(row=60))


def test_draws_follow_from_the_seed():
    rows = [drawn_row(7, 250, draw) for draw in range(40)]
    assert rows == [drawn_row(7, 250, draw) for draw in range(40)]
    assert len(set(rows)) > 30 and min(rows) >= 0 and max(rows) < 250
    assert rows != [drawn_row(8, 250, draw) for draw in range(40)]


# Taking the step


@pytest.mark.parametrize("entry", STEPPING, ids=lambda entry: entry.key())
def test_a_step_that_is_taken_is_the_one_shown(entry):
    trainer = one_row(entry)
    assert trainer.advance(batches=3)
    walked = walk_of(trainer, Request(row=0))
    trainer.edit_weights(walked.edit())
    for ours, new in zip(walked.after, trainer.tensors, strict=True):
        for name in new:
            np.testing.assert_array_equal(new[name], ours[name].astype(np.float32))
    for slot, layers in trainer.optimizer_state.items():
        for ours, new in zip(walked.memory_after.slots[slot], layers, strict=True):
            for name in new:
                np.testing.assert_array_equal(new[name], ours[name].astype(np.float32))
    assert trainer.step == 4
    again = walk_of(trainer, Request(row=0))
    assert again.sample.loss == pytest.approx(walked.loss_after, rel=1e-5)
    assert trainer.advance(batches=2)


def test_a_step_leaves_the_voice_of_a_muted_weight():
    trainer = one_row(STEPPING[0])
    before = trainer.tensors[0]["weight"][0, 1]
    assert before == 0  # muted
    trainer.edit_weights(walk_of(trainer, Request(row=0)).edit())
    layers = trainer.experiment.network.layers
    audible = trainer.experiment.network.edited(layers=(layers[0].edited(muted_weights=()), *layers[1:]))
    trainer.tune(trainer.experiment.edited(network=audible))
    assert trainer.tensors[0]["weight"][0, 1] != 0


def test_a_step_of_another_optimizer_or_network_is_refused():
    adam, sgd = (one_row(entry) for entry in (STEPPING[4], STEPPING[0]))
    edit = walk_of(adam, Request(row=0)).edit()
    before = sgd.tensors
    with pytest.raises(WeightsError, match="another optimizer"):
        sgd.edit_weights(edit)
    with pytest.raises(WeightsError, match="2 layers"):
        adam.edit_weights(TakeStep(edit.tensors[1:], edit.slots, 1))
    assert all(np.array_equal(a["weight"], b["weight"]) for a, b in zip(before, sgd.tensors, strict=True))


def test_a_walk_needs_no_trainer():
    trainer = trainer_of_case("two classes")
    memory = Memory(trainer.step, trainer.learning_rate, trainer.optimizer_state)
    found = walk(trainer.experiment, trainer.data, trainer.snapshot().tensors, memory, Request(row=2))
    assert found.sample.loss == walk_of(trainer, Request(row=2)).sample.loss
