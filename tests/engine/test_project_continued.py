"""A run that is kept in a project and opened again goes on as if nothing had been, to the bit."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings

from engine import Trainer, UnfoldError
from engine.catalog.optimizers import OPTIMIZERS
from engine.catalog.schedules import SCHEDULES
from engine.history import Recorder
from tests.engine.projects import (
    MOMENTUM,
    SGD,
    WILD,
    assert_bits,
    assert_same_run,
    begun,
    everything,
    kept,
    project_of,
    recorded,
)
from tests.engine.small import experiment
from tests.engine.strategies import experiments

SOME_SCHEDULES = ["constant", {"kind": "plateau", "patience": 1}, {"kind": "cosine_restarts", "epochs": 2}]
SOME_OPTIMIZERS = [MOMENTUM, "adam", "lbfgs"]
COMBINATIONS = [
    *itertools.product([entry.key() for entry in OPTIMIZERS], SOME_SCHEDULES),
    *itertools.product(SOME_OPTIMIZERS, [{"kind": s.key(), "warmup": 3} for s in SCHEDULES]),
]


def shown(value):
    return value if isinstance(value, str) else value["kind"]


@pytest.mark.parametrize(("optimizer", "schedule"), COMBINATIONS, ids=shown)
def test_training_goes_on_as_it_would_have(tmp_path, optimizer, schedule):
    trainer, recorder = begun(everything(optimizer=optimizer, schedule=schedule)), Recorder()
    recorded(trainer, recorder)
    before = trainer.checkpoint()
    assert before.watch.best is not None  # early stopping is under way
    project = kept(project_of(trainer, recorder.state()), tmp_path)
    assert_same_run(project.checkpoint, before, seconds=True)
    other, others = Trainer.resumed(project), Recorder()
    others.restore(project.curves)
    for epochs, batches in ((0, 1), (2, 2)):
        for one, curves in ((trainer, recorder), (other, others)):
            one.advance(epochs=epochs)
            one.advance(batches=batches)
            recorded(one, curves)
        assert_same_run(trainer.checkpoint(), other.checkpoint())
        assert_bits(recorder.state(), others.state())
        assert trainer.learning_rate == other.learning_rate
        assert trainer.snapshot().losses == other.snapshot().losses


RUNS = {
    "sgd": SGD,
    "momentum": {**SGD, "momentum": 0.9},
    "nesterov": {**MOMENTUM, "nesterov": True},
    "centred rmsprop": {"kind": "rmsprop", "momentum": 0.5, "centered": True},
}


@pytest.mark.parametrize("optimizer", RUNS.values(), ids=RUNS)
def test_every_form_of_an_optimizer_goes_on(tmp_path, optimizer):
    trainer = begun(everything(optimizer=optimizer))
    other = Trainer.resumed(kept(project_of(trainer), tmp_path))
    for one in (trainer, other):
        assert one.advance(epochs=2)
    assert_same_run(trainer.checkpoint(), other.checkpoint())


@settings(max_examples=40)
@given(experiments(trainable=True))
def test_any_run_survives_the_disk(tmp_path_factory, experiment):
    folder = tmp_path_factory.mktemp("disk")
    try:
        trainer = begun(experiment)
    except UnfoldError:  # an output that does not fit the data
        return
    project = kept(project_of(trainer), folder)
    assert_same_run(project.checkpoint, trainer.checkpoint(), seconds=True)


def test_a_run_that_has_not_begun_is_kept_too(tmp_path):
    trainer = Trainer(everything())
    other = Trainer.resumed(kept(project_of(trainer), tmp_path))
    assert_same_run(trainer.checkpoint(), other.checkpoint(), seconds=True)
    for one in (trainer, other):
        one.advance(epochs=2)
    assert_same_run(trainer.checkpoint(), other.checkpoint())


@pytest.mark.parametrize("before_the_end", [0, 2, 6], ids=["finished", "after the best epoch", "before it"])
def test_early_stopping_ends_where_it_would_have_ended(tmp_path, before_the_end):
    changes = {"training": {"optimizer": SGD, "stop": {"patience": 3}, "input_noise": 0.5}}
    finished = Trainer(experiment(**changes))
    assert not finished.advance(epochs=5000)
    trainer = Trainer(experiment(**changes))
    trainer.advance(epochs=finished.checkpoint().watch.best_epoch + 3 - before_the_end)
    other = Trainer.resumed(kept(project_of(trainer), tmp_path))
    assert not other.advance(epochs=5000)
    assert other.finished == finished.finished
    assert other.finished.restored is not None
    assert_same_run(other.checkpoint(), finished.checkpoint())


@pytest.mark.parametrize("steps", [-1, 0, 1, 2])
def test_divergence_ends_where_it_would_have_ended(tmp_path, steps):
    diverged = Trainer(experiment(**WILD))
    assert not diverged.advance(epochs=1000)
    trainer = Trainer(experiment(**WILD))
    trainer.advance(batches=diverged.diverged.step + steps)
    other = Trainer.resumed(kept(project_of(trainer), tmp_path))
    assert not other.advance(epochs=1000)
    assert other.diverged == diverged.diverged
    assert_same_run(other.checkpoint(), diverged.checkpoint())


def test_a_muted_weight_is_heard_of_again(tmp_path):
    trainer = begun(experiment())
    heard = trainer.tensors
    trainer.tune(experiment(network={"layers": [{"units": 5, "muted_weights": [[1, 1]]}, {"units": 4}]}))
    other = Trainer.resumed(kept(project_of(trainer), tmp_path))
    assert other.tensors[0]["weight"][1, 1] == 0
    other.tune(experiment())
    assert_bits(other.tensors, heard)


def test_a_run_goes_on_after_edits_in_the_middle_of_an_epoch(tmp_path):
    trainer = begun(everything())
    changed = trainer.experiment.edited(training=trainer.experiment.training.edited(batch_size=4))
    trainer.tune(changed)
    trainer.advance(batches=2)
    wider = changed.network.layers[3].edited(units=7)
    network = changed.network.edited(layers=(*changed.network.layers[:3], wider))
    trainer.graft(changed.edited(network=network))
    trainer.advance(batches=1)
    other = Trainer.resumed(kept(project_of(trainer), tmp_path))
    for one in (trainer, other):
        assert one.advance(epochs=2)
    assert_same_run(trainer.checkpoint(), other.checkpoint())


def test_a_new_title_is_kept_with_the_old_run(tmp_path):
    trainer = begun(everything())
    titled = trainer.experiment.edited(title="Another ①")
    project = kept(replace(project_of(trainer), experiment=titled), tmp_path)
    assert project.experiment == titled
    assert Trainer.resumed(project).experiment == titled
