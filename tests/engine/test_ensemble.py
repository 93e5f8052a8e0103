"""Many runs at once: each is what it is alone."""

from __future__ import annotations

import doctest
import threading
import time

import numpy as np
import pytest

import engine.ensemble
from engine import DataError, Experiment, ExperimentError, Trainer
from engine.catalog.metrics import metrics_for
from engine.ensemble import ensemble, seeds, variants
from tests.engine.ensembles import RATE, WILD, alone, assert_member
from tests.engine.small import experiment
from tests.engine.twins import flat


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_member_is_the_run_it_would_be_alone(threads):
    members = [
        *seeds(experiment(), 3),
        *variants(experiment(), RATE, [0.01, 0.3]),
        experiment(network={"layers": [{"units": 5, "dropout": 0.4}, {"units": 4}]}),
        experiment(data={"kind": "rings", "samples": 40}),
    ]
    result = ensemble(members, epochs=7, every=3, threads=threads)
    assert result.experiments == tuple(members)
    assert result.epochs.tolist() == [0, 3, 6, 7]
    assert not result.stopped and not result.diverged.any()
    assert list(result.metrics["test"]) == [metric.key() for metric in metrics_for("classification")]
    for i in range(len(members)):
        assert_member(result, i)


def test_long_intervals_are_taken_in_slices_and_end_at_the_same_place(monkeypatch):
    monkeypatch.setattr(engine.ensemble, "SLICE_SECONDS", 1e-5)
    result = ensemble(seeds(experiment(), 2), epochs=40, every=40, threads=2)
    for i in range(2):
        assert_member(result, i)


def test_members_may_have_different_tasks_and_no_test_rows():
    members = [
        experiment(),
        experiment(data={"kind": "sine", "samples": 30}, training={"loss": "mse"}),
        experiment(data={"kind": "moons", "samples": 30, "test_fraction": 0.0}),
    ]
    result = ensemble(members, epochs=2)
    defined = {part: ~np.isnan(curves["r2"]).any(axis=1) for part, curves in result.metrics.items()}
    assert defined["train"].tolist() == defined["test"].tolist() == [False, True, False]
    assert np.isnan(result.test_loss).all(axis=1).tolist() == [False, False, True]
    chosen = result.curves()
    np.testing.assert_array_equal(chosen, [*result.test_loss[:2], result.train_loss[2]])


def test_no_epochs_record_the_initial_state():
    result = ensemble([experiment()], epochs=0)
    assert result.epochs.tolist() == [0]
    assert result.train_loss.shape == (1, 1)
    assert result.snapshots[0].step == 0


def test_results_never_change():
    result = ensemble([experiment()], epochs=1)
    for array in (result.epochs, result.train_loss, result.test_loss, result.metrics["test"]["accuracy"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(TypeError):
        result.metrics["test"]["accuracy"] = result.train_loss
    with pytest.raises(AttributeError):
        result.epochs = result.epochs


@pytest.mark.parametrize("wrong", [{"epochs": -1}, {"every": 0}, {"threads": 0}, {"experiments": []}])
def test_counts_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match="an ensemble needs"):
        ensemble(**{"experiments": [experiment()], "epochs": 1} | wrong)


def test_the_example_in_the_documentation_is_true():
    failed, attempted = doctest.testmod(engine.ensemble)
    assert attempted > 5 and not failed


# What members share


def watch(monkeypatch) -> tuple[list[object], list[object]]:
    """Note what is prepared, and what the trainers are given."""
    prepared, given = [], []
    prepare, trainer = engine.ensemble.prepare, engine.ensemble.Trainer

    def noted_prepare(*arguments):
        prepared.append(prepare(*arguments))
        return prepared[-1]

    def noted_trainer(member, folder, data):
        given.append((member, data))
        return trainer(member, folder, data)

    monkeypatch.setattr(engine.ensemble, "prepare", noted_prepare)
    monkeypatch.setattr(engine.ensemble, "Trainer", noted_trainer)
    return prepared, given


@pytest.mark.parametrize("threads", [1, 4])
def test_each_distinct_data_is_prepared_once_and_shared(monkeypatch, threads):
    prepared, given = watch(monkeypatch)
    rates = [0.01, 0.03, 0.1, 0.3]
    members = [each for seed in seeds(experiment(), 3) for each in variants(seed, RATE, rates)]
    ensemble(members, epochs=1, threads=threads)
    assert len(given) == 12
    assert len(prepared) == 3
    for seed in (3, 4, 5):
        assert len({id(data) for member, data in given if member.seed == seed}) == 1


def test_members_of_one_seed_differ_in_nothing_but_what_was_varied():
    narrow, wide = variants(experiment(), "network.layers.1.units", [4, 6])
    result = ensemble([narrow, wide, *variants(narrow, RATE, [0.1, 0.2])], epochs=0)
    first, second, *others = (state.parameters for state in result.snapshots)
    np.testing.assert_array_equal(first[0][0], second[0][0])  # the layer before the wider one
    for other in others:
        np.testing.assert_array_equal(flat(first), flat(other))


def test_data_are_let_go_after_their_last_use():
    members = [*seeds(experiment(), 2), experiment()]
    shared = engine.ensemble._SharedData(members, None)
    assert shared.take(members[0]) is shared.take(members[2])
    shared.take(members[1])
    assert not shared._ready


# Problems


def test_problems_are_found_before_anything_is_trained(monkeypatch, tmp_path):
    _, given = watch(monkeypatch)
    table = {"kind": "csv", "path": "none.csv", "inputs": ["a", "b"], "target": "c"}
    missing = experiment(data=table)
    softmax = experiment(network={"layers": [], "output": {"activation": "softmax"}})
    with pytest.raises(DataError, match=r"none\.csv") as caught:
        ensemble([experiment(), *seeds(missing, 3), softmax], epochs=1, folder=tmp_path)
    assert len(caught.value.problems) == 2  # said once, not for every seed
    assert "cross_entropy with 2 classes needs sigmoid" in caught.value.problems[1]
    with pytest.raises(ExperimentError, match="needs sigmoid"):
        ensemble([softmax], epochs=1)
    assert not given


def test_tables_are_relative_to_the_folder(tmp_path):
    (tmp_path / "t.csv").write_text("a,c\n" + "".join(f"{i},{i % 2}\n" for i in range(20)))
    table = {"kind": "csv", "path": "t.csv", "inputs": ["a"], "target": "c"}
    result = ensemble(seeds(experiment(data=table), 2), epochs=1, folder=tmp_path)
    assert np.isfinite(result.train_loss).all()


def test_what_a_member_raises_ends_all(monkeypatch):
    class Broken(Trainer):
        def snapshot(self):
            if self.experiment.seed == 4 and self.epoch == 2:
                raise RuntimeError("broken")
            return super().snapshot()

    monkeypatch.setattr(engine.ensemble, "Trainer", Broken)
    with pytest.raises(RuntimeError, match="broken"):
        ensemble(seeds(experiment(), 4), epochs=1_000_000, every=1, threads=2)


# Divergence


def test_a_diverged_member_stops_alone():
    wild = Experiment.parse(WILD)
    (calm,) = variants(wild, RATE, [0.01])
    result = ensemble([calm, wild, calm.edited(seed=5)], epochs=200, every=1, threads=2)
    assert result.diverged.tolist() == [False, True, False]
    assert_member(result, 0)
    assert_member(result, 2)
    last = result.snapshots[1]
    assert last.diverged
    reached = result.epochs <= last.epoch
    for curve in (result.train_loss, result.test_loss, result.metrics["test"]["r2"]):
        assert np.isfinite(curve[1, reached]).all()
        assert np.isnan(curve[1, ~reached]).all()
        assert 1 < reached.sum() < reached.size
    _, trainer = alone(wild, [200])
    assert last.diverged == trainer.diverged
    np.testing.assert_array_equal(flat(last.parameters), flat(trainer.parameters))


# Progress and cancelling


def test_progress_counts_all_epochs_and_comes_from_the_calling_thread():
    seen = []
    members = [*seeds(experiment(), 3), Experiment.parse(WILD)]
    ensemble(members, 100, 10, 2, progress=lambda *counts: seen.append((*counts, threading.current_thread())))
    assert {thread for *_, thread in seen} == {threading.current_thread()}
    done = [count for count, *_ in seen]
    assert done == sorted(done) and done[-1] == 400
    assert {total for _, total, _ in seen} == {400}


def test_after_a_stop_what_has_been_recorded_is_returned():
    asked = []

    def should_stop() -> bool:
        asked.append(threading.current_thread())
        return len(asked) > 2

    began = time.monotonic()
    result = ensemble(seeds(experiment(), 4), 10_000_000, 100_000, threads=2, should_stop=should_stop)
    assert time.monotonic() - began < 30
    assert set(asked) == {threading.current_thread()}
    assert result.stopped
    assert result.snapshots[2:] == (None, None)
    assert np.isnan(result.train_loss[2:]).all() and np.isnan(result.train_loss[:, -1]).all()
    for i, state in enumerate(result.snapshots[:2]):
        assert 0 < state.epoch < 10_000_000
        recorded = ~np.isnan(result.train_loss[i])
        np.testing.assert_array_equal(recorded, result.epochs <= state.epoch)
    assert np.isnan(result.epochs_to_solve()[2:]).all()
    assert not result.diverged.any()


@pytest.mark.parametrize("name", ["progress", "should_stop"])
def test_an_error_of_the_caller_stops_the_members(name):
    def fail(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ensemble(seeds(experiment(), 4), 10_000_000, 1000, threads=2, **{name: fail})
