"""What changes the learning rate, and what is no first-order step: schedules, plateau, L-BFGS."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.catalog.schedules import SCHEDULES, Plateau, PlateauState
from tests.engine.twins import Twin, flat, table, trainer_of

SHORT = {
    "step": {"every": 3},
    "cosine": {"epochs": 8},
    "one_cycle": {"epochs": 9},
    "polynomial": {"epochs": 7},
}


@pytest.mark.parametrize("warmup", [0, 4])
@pytest.mark.parametrize("entry", SCHEDULES, ids=lambda entry: entry.key())
def test_every_schedule_sets_the_learning_rate_of_its_epoch(entry, warmup):
    schedule = {"kind": entry.key(), "warmup": warmup, **SHORT.get(entry.key(), {})}
    data = table(0, rows=25, inputs=3)
    optimizer = {"kind": "adam", "learning_rate": 0.02}
    settings = {"optimizer": optimizer, "schedule": schedule, "batch_size": 10}
    trainer = trainer_of(data, [{"units": 6}], **settings)
    cut = trainer_of(data, [{"units": 6}], **settings)
    twin = Twin(trainer)
    for epoch in range(12):
        expected = 0.02 * float(trainer.experiment.training.schedule.factor([epoch])[0])
        assert trainer.learning_rate == pytest.approx(expected)
        assert trainer.snapshot().learning_rate == trainer.learning_rate
        assert trainer.advance(epochs=1)
        twin.epoch()
    np.testing.assert_allclose(flat(trainer.parameters), flat(twin.parameters), rtol=2e-4, atol=1e-5)
    for batches in (5, 1, 7, 23):  # across the ends of epochs
        assert cut.advance(batches=batches)
    np.testing.assert_array_equal(flat(cut.parameters), flat(trainer.parameters))


def test_a_plateau_drops_the_rate_by_the_losses_of_the_epochs():
    schedule = {"kind": "plateau", "patience": 2, "gamma": 0.5, "threshold": 0.1}
    trainer = trainer_of(
        table(1, rows=40, inputs=2),
        [{"units": 4}],
        optimizer={"kind": "sgd", "learning_rate": 0.001},
        schedule=schedule,
        batch_size="full",
    )
    entry, state = Plateau(patience=2, gamma=0.5, threshold=0.1), PlateauState()
    rates = []
    for _ in range(30):
        loss = trainer.snapshot().losses["train"]  # of a full batch, what the coming step is computed from
        assert trainer.learning_rate == pytest.approx(0.001 * state.factor)
        rates.append(trainer.learning_rate)
        assert trainer.advance(epochs=1)
        state.update(entry, loss)
    assert len(set(rates)) > 2
    whole = trainer_of(trainer.data, [{"units": 4}], **trainer.experiment.training.model_dump(mode="json"))
    whole.advance(epochs=30)
    np.testing.assert_array_equal(flat(whole.parameters), flat(trainer.parameters))


def lbfgs(**training):
    return Experiment.parse(
        {
            "data": {"kind": "moons", "samples": 100, "noise": 0.1},
            "network": {"layers": [{"units": 8}, {"units": 8}]},
            "training": {"optimizer": "lbfgs", **training},
        }
    )


def test_lbfgs_takes_one_step_an_epoch_of_all_rows_and_gets_far_in_few():
    trainer = Trainer(lbfgs(batch_size=10))
    assert trainer.batches_per_epoch == 1
    losses = []
    for _ in range(40):
        losses.append(trainer.snapshot().losses["train"])
        assert trainer.advance(epochs=1)
    assert (trainer.epoch, trainer.step, trainer.batch) == (40, 40, 0)
    assert all(after <= before * (1 + 1e-5) for before, after in itertools.pairwise(losses))
    assert losses[-1] < 0.01
    assert trainer.optimizer_state == {}


def test_lbfgs_lowers_the_objective_with_its_penalty():
    rate = 0.01

    def objective(trainer):
        penalty = sum(np.square(weight.astype(np.float64)).sum() for weight, _ in trainer.parameters)
        return trainer.snapshot().losses["train"] + 0.5 * rate * penalty

    trainer = Trainer(lbfgs(regularizer={"kind": "l2", "rate": rate}))
    values = [objective(trainer)]
    for _ in range(30):
        trainer.advance(epochs=1)
        values.append(objective(trainer))
    assert all(after <= before * (1 + 1e-5) for before, after in itertools.pairwise(values))


@pytest.mark.parametrize(
    "chance", [{"dropout": 0.3}, {"normalization": "batch"}], ids=lambda c: next(iter(c))
)
def test_lbfgs_is_deterministic_and_goes_on_from_a_restored_state(chance):
    document = lbfgs().document()
    document["network"]["layers"][0] |= chance
    document["training"]["input_noise"] = 0.05
    a, b = (Trainer(Experiment.parse(document)) for _ in range(2))
    a.advance(epochs=12)
    for _ in range(6):
        b.advance(batches=2)
    np.testing.assert_array_equal(flat(a.parameters), flat(b.parameters))
    state = a._machine.state()
    a.advance(epochs=3)
    after = flat(a.parameters)
    a._machine.restore(state)
    a.advance(epochs=3)
    np.testing.assert_array_equal(flat(a.parameters), after)


def test_lbfgs_that_can_go_no_further_stays_where_it_is():
    trainer = Trainer(lbfgs())
    trainer.advance(epochs=400)
    assert trainer.diverged is None
    loss = trainer.snapshot().losses["train"]
    trainer.advance(epochs=20)
    assert trainer.snapshot().losses["train"] <= loss * (1 + 1e-5)


def test_the_optimizer_s_memory_can_be_read():
    trainer = trainer_of(table(2, inputs=3), [{"units": 4}], optimizer="adam")
    twin = Twin(trainer)
    trainer.advance(epochs=1)
    twin.epoch()
    assert set(trainer.optimizer_state) == set(trainer.experiment.training.optimizer.rule.slots)
    for k, name in enumerate(trainer.experiment.training.optimizer.rule.slots):
        for found, exact in zip(trainer.optimizer_state[name], twin.optimizer.slots, strict=True):
            for tensor, slots in exact.items():
                np.testing.assert_allclose(found[tensor], slots[k], rtol=1e-3, atol=1e-7)
