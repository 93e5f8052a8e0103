"""Probes stay apart from the run: nothing they do changes it, and nothing they return can be changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from engine import Trainer
from engine.probes import Coordinate, Directions, Probe, pca_directions, project, weight_directions
from tests.engine.probed import CASES, probe_of, tensors_of, trainer_of_case
from tests.engine.small import assert_same, experiment
from tests.engine.twins import table, trainer_of


def all_of(probe: Probe, tensors: Any) -> list[Any]:
    """Return what every probe finds."""
    directions = probe.random_directions(tensors)
    landscape = probe.landscape(tensors, directions, resolution=4)
    place = Coordinate(0, "weight", (0, 0))
    inputs = np.zeros(len(probe.data.input_names))
    target = 0 if probe.data.classes else np.zeros(probe.data.outputs)
    return [
        directions,
        landscape,
        weight_directions(tensors, place, Coordinate(0, "bias", (0,))),
        pca_directions([tensors] * 3),
        project([tensors], landscape),
        probe.sweep(tensors, place, np.linspace(-1, 1, 5)),
        probe.gradient(tensors),
        probe.gradient(tensors, rows=[1, 2]),
        probe.layer_statistics(tensors),
        probe.at_point(tensors, inputs),
        probe.one_sample(tensors, 3),
        probe.one_sample(tensors, inputs=inputs, target=target),
        probe.top_eigenvalue(tensors, iterations=3),
        probe.field(tensors, [(0, 0), (1, 0)], resolution=8),
    ]


def arrays_in(value: Any) -> list[np.ndarray]:
    """Return all arrays in frozen values, and refuse what is not frozen."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, Mapping):
        with pytest.raises(TypeError):
            value["new"] = 0  # type: ignore[index]
        return [array for item in value.values() for array in arrays_in(item)]
    if dataclasses.is_dataclass(value):
        assert value.__dataclass_params__.frozen
        return [a for field in dataclasses.fields(value) for a in arrays_in(getattr(value, field.name))]
    if isinstance(value, tuple | list):
        return [array for item in value for array in arrays_in(item)]
    assert value is None or isinstance(value, int | float | str)
    return []


@pytest.mark.parametrize("name", CASES)
def test_probing_leaves_a_run_as_it_is_bit_for_bit(name):
    probed, undisturbed = trainer_of_case(name), trainer_of_case(name)
    probe = probe_of(probed)
    for _ in range(3):
        tensors = tensors_of(probed)
        before = [array.copy() for array in arrays_in(tensors)]
        all_of(probe, tensors)
        for a, b in zip(arrays_in(tensors), before, strict=True):
            np.testing.assert_array_equal(a, b)
        assert probed.advance(epochs=1)
        assert undisturbed.advance(epochs=1)
    assert_same(probed, undisturbed)


@pytest.mark.parametrize("name", ["two classes", "batch", "maxout", "ablated"])
def test_what_probes_return_is_read_only_and_belongs_to_nobody_else(name):
    trainer = trainer_of_case(name)
    probe, tensors = probe_of(trainer), tensors_of(trainer)
    found = arrays_in(all_of(probe, tensors))
    assert len(found) > 100
    assert not any(array.flags.writeable for array in found)
    before = [array.copy() for array in found]
    trainer.advance(epochs=1)
    all_of(probe, tensors_of(trainer))
    for array, copy in zip(found, before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_a_probe_finds_the_same_of_a_snapshot_whatever_it_did_before():
    trainer = trainer_of_case("batch")
    first = tensors_of(trainer)
    probe = probe_of(trainer)
    found = arrays_in(all_of(probe, first))
    trainer.advance(epochs=2)
    all_of(probe, tensors_of(trainer))
    for a, b in zip(arrays_in(all_of(probe, first)), found, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(arrays_in(all_of(probe_of(trainer), first)), found, strict=True):
        np.testing.assert_array_equal(a, b)


def test_probing_in_a_thread_beside_training():
    trainer = trainer_of_case("several blocks")
    probe, tensors = probe_of(trainer), tensors_of(trainer)
    alone = arrays_in(all_of(probe, tensors))
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(lambda: [arrays_in(all_of(probe, tensors)) for _ in range(5)])
        while not pending.done():
            assert trainer.advance(batches=20)
    for found in pending.result():
        for a, b in zip(found, alone, strict=True):
            np.testing.assert_array_equal(a, b)


def test_one_probe_serves_a_run_through_tuning():
    """Only the step of the optimizer depends on hyper-parameters."""
    trainer = trainer_of_case("two classes")
    probe, tensors = probe_of(trainer), tensors_of(trainer)
    tuned = trainer.experiment.edited(
        training=trainer.experiment.training.edited(batch_size=3, gradient_clip=1.0)
    )
    a, b = probe.gradient(tensors), Probe(tuned, trainer.data).gradient(tensors)
    for x, y in zip(arrays_in(a), arrays_in(b), strict=True):
        np.testing.assert_array_equal(x, y)


# What does not fit


@pytest.mark.parametrize(
    "change",
    [
        lambda tensors: tensors[:-1],
        lambda tensors: [{"weight": tensors[0]["weight"]}, *tensors[1:]],
        lambda tensors: [{**tensors[0], "bias": tensors[0]["bias"][:1]}, *tensors[1:]],
        lambda tensors: [{**tensors[0], "slope": tensors[0]["bias"]}, *tensors[1:]],
    ],
    ids=["layers", "missing", "shape", "unknown"],
)
def test_tensors_of_another_network_are_refused(change):
    trainer = trainer_of_case("two classes")
    probe = probe_of(trainer)
    wrong = change(list(tensors_of(trainer)))
    for use in (probe.gradient, probe.layer_statistics, probe.top_eigenvalue, probe.random_directions):
        with pytest.raises(ValueError, match="another network"):
            use(wrong)
    with pytest.raises(ValueError, match="another network"):
        probe.at_point(wrong, (0.0, 0.0))
    right = tensors_of(trainer)
    with pytest.raises(ValueError, match="another network"):
        probe.landscape(right, Directions(tuple(wrong), tuple(wrong)))


@pytest.mark.parametrize("rows", [[], [60], [-1], [[1, 2]]], ids=str)
def test_rows_that_do_not_exist_are_refused(rows):
    trainer = trainer_of_case("two classes")
    with pytest.raises(ValueError, match="rows must be some of 0 to 59"):
        probe_of(trainer).gradient(tensors_of(trainer), rows=rows)


@pytest.mark.parametrize("inputs", [(), (1.0,), (1.0, 2.0, 3.0)], ids=len)
def test_points_of_another_number_of_inputs_are_refused(inputs):
    trainer = trainer_of_case("two classes")
    with pytest.raises(ValueError, match=r"shape \(n, 2\)"):
        probe_of(trainer).at_point(tensors_of(trainer), inputs)


def test_a_part_without_rows_is_refused():
    trainer = trainer_of(table(3), [{"units": 3}])
    with pytest.raises(ValueError, match="there are no test rows"):
        probe_of(trainer).layer_statistics(tensors_of(trainer), part="test")


def test_the_example_of_the_package():
    trainer = Trainer(experiment())
    trainer.advance(epochs=10)
    probe = Probe(trainer.experiment, trainer.data)
    tensors = trainer.snapshot().tensors
    assert probe.gradient(tensors).loss == pytest.approx(trainer.snapshot().losses["train"], rel=1e-5)
    assert probe.landscape(tensors, probe.random_directions(tensors)).losses.shape == (64, 64)
