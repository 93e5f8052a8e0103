"""Distributions, dead and saturated units of every layer, counted by hand from the reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import reference
from engine.catalog.activations import Softmax
from engine.kernels.survey import BINS
from engine.snapshot import LayerStatistics
from tests.engine.probed import CASES, exact_gradient, probe_of, row, tensors_of, trainer_of_case
from tests.engine.twins import Twin, table, trainer_of


def numbers(trainer: Any, rows: Any) -> list[dict[str, np.ndarray]]:
    """Return the numbers of every layer that are to be counted, in float64."""
    twin = Twin(trainer)
    twin.experiment = trainer.experiment.edited(training=trainer.experiment.training.edited(input_noise=0.0))
    gradient = exact_gradient(trainer, rows)
    traces = twin.forward(trainer.data.train_features[rows], training=True)
    found, start = [], 0
    for layer, trace in zip(twin.tensors, traces, strict=True):
        names = [n for n in sorted(layer) if "running" not in n]
        at = dict(zip(names, np.cumsum([0, *(layer[n].size for n in names)]), strict=False))
        weight = gradient[start + at["weight"] :][: layer["weight"].size]
        start += sum(layer[n].size for n in names)
        found.append(
            {
                "preactivations": trace.x,
                "activations": trace.values,
                "weights": layer["weight"],
                "weight_gradients": weight,
            }
        )
    return found


def assert_counts(found: Any, expected: np.ndarray, scale: float) -> None:
    """Compare a distribution with its numbers, forgiving rounding as large as ``scale`` times 1e-5."""
    near = {"rtol": 1e-4, "atol": 1e-5 * scale}
    assert found.count == expected.size
    np.testing.assert_allclose(
        [found.mean, found.std, found.norm / np.sqrt(expected.size)],
        [expected.mean(), expected.std(), np.sqrt(np.mean(expected**2))],
        **near,
    )
    if np.ptp(expected) > 1e-4 * scale:
        np.testing.assert_allclose(found.edges[[0, -1]], [expected.min(), expected.max()], **near)
    assert found.edges.shape == (BINS + 1,)
    np.testing.assert_allclose(np.diff(found.edges), np.ptp(found.edges) / BINS)
    assert found.counts.sum() == expected.size
    # What lies on an edge may fall on either side of it.
    width = 1e-5 * scale + 1e-4 * np.ptp(found.edges)
    below = np.cumsum(found.counts)
    assert (below >= (expected.ravel() < found.edges[1:, None] - width).sum(axis=1)).all()
    assert (below <= (expected.ravel() < found.edges[1:, None] + width).sum(axis=1)).all()


@pytest.mark.parametrize("name", CASES)
def test_distributions_are_those_of_the_reference_s_numbers(name):
    trainer = trainer_of_case(name)
    rows = np.arange(len(trainer.data.train_features))
    statistics = probe_of(trainer).layer_statistics(tensors_of(trainer))
    expected = numbers(trainer, rows)
    assert len(statistics) == len(expected)
    for found, arrays in zip(statistics, expected, strict=True):
        for quantity, array in arrays.items():
            assert_counts(getattr(found, quantity), array, np.abs(array).max() + 1e-3)
        values = arrays["activations"]
        near = {"rtol": 1e-4, "atol": 1e-5 * (np.abs(values).max() + 1e-3)}
        np.testing.assert_allclose(found.means, values.mean(axis=0), **near)
        np.testing.assert_allclose(found.stds, values.std(axis=0), **near)


@pytest.mark.parametrize(
    "name", ["two classes", "class weights", "weighted blocks", "layer", "maxout", "ablated"]
)
def test_deltas_are_those_of_single_samples(name):
    """Of one sample dL/dz is the gradient of the bias; together they share the mean loss by their weights."""
    trainer = trainer_of_case(name)
    probe, tensors = probe_of(trainer), tensors_of(trainer)
    count = len(trainer.data.train_features)
    weights = Twin(trainer).weights
    shares = np.ones(count) if weights is None else weights / weights.mean()
    singles = [[layer.z_deltas for layer in probe.one_sample(tensors, i).layers] for i in range(count)]
    for at, found in enumerate(probe.layer_statistics(tensors)):
        deltas = np.array([single[at] for single in singles]) * shares[:, None]
        assert_counts(found.deltas, deltas, np.abs(deltas).max())


def test_statistics_of_chosen_and_of_test_rows():
    trainer = trainer_of_case("two classes")
    probe, tensors = probe_of(trainer), tensors_of(trainer)
    some = probe.layer_statistics(tensors, rows=[5, 6, 30])
    assert_counts(some[0].activations, numbers(trainer, [5, 6, 30])[0]["activations"], 1)
    test = probe.layer_statistics(tensors, part="test")
    values = Twin(trainer).forward(trainer.data.test_features)[0].values
    assert_counts(test[0].activations, values, 1)


def test_statistics_add_up_to_the_gradient():
    trainer = trainer_of_case("weighted blocks")
    probe, tensors = probe_of(trainer), tensors_of(trainer)
    gradient = probe.gradient(tensors)
    for found, layer in zip(probe.layer_statistics(tensors), gradient.tensors, strict=True):
        weight = layer["weight"].astype(np.float64)
        assert found.weight_gradients.norm == pytest.approx(np.linalg.norm(weight), rel=1e-4)
        # The bias's gradient is the mean of the deltas.
        bias = layer["bias"].astype(np.float64)
        assert found.deltas.mean == pytest.approx(bias.mean(), rel=1e-3, abs=1e-6)


# Dead and saturated units


def slopes(trainer: Any) -> list[tuple[np.ndarray, Any]]:
    """Return |f'| of every layer (rows, units), and the largest there is."""
    twin = Twin(trainer)
    traces = twin.forward(trainer.data.train_features, training=True)
    entries = [*(layer.activation for layer in trainer.experiment.network.layers), twin.output]
    found = []
    for entry, tensors, trace in zip(entries, twin.tensors, traces, strict=True):
        if isinstance(entry, Softmax):
            p = trace.values
            found.append((p * (1 - p), 0.25))
        elif entry.kind == "maxout":
            found.append((np.ones_like(trace.values), 1))
        elif entry.kind == "prelu":
            slope = tensors["activation.weight"]
            found.append((np.where(trace.x > 0, 1, np.abs(slope)), np.maximum(1, np.abs(slope))))
        else:
            largest = {"sigmoid": 0.25, "exponential": 1.0}.get(entry.kind, 1.0)
            found.append((np.abs(entry.slope(trace.x, trace.values, *entry.numbers())), largest))
    return found


@pytest.mark.parametrize("name", [*CASES, "relu", "exponential", "hard"])
def test_dead_and_saturated_units(name):
    if name in CASES:
        trainer = trainer_of_case(name)
    else:
        kind = {"hard": "hard_tanh"}.get(name, name)
        layer = {"units": 12, "activation": kind, "initializer": {"kind": "normal", "std": 2.0, "bias": -2.0}}
        trainer = trainer_of(table(2, rows=150), [layer])
    statistics = probe_of(trainer).layer_statistics(tensors_of(trainer))
    for found, (slope, largest) in zip(statistics, slopes(trainer), strict=True):
        np.testing.assert_array_equal(found.dead, (slope == 0).all(axis=0))
        # A slope near the limit may be on either side of it.
        low, high = ((slope < limit * largest).mean(axis=0) for limit in (0.0499, 0.0501))
        assert (low <= found.saturated).all()
        assert (found.saturated <= high).all()
        assert found.dead_share == found.dead.mean()
        assert found.saturated_share == pytest.approx(found.saturated.mean())


def test_a_relu_whose_input_stays_negative_is_dead_and_a_large_tanh_saturates():
    data = table(4, rows=50)
    relu = trainer_of(data, [{"units": 3, "activation": "relu"}])
    tensors = [{n: t.copy() for n, t in layer.items()} for layer in tensors_of(relu)]
    tensors[0]["bias"][:] = [-100, 0, 100]
    found = probe_of(relu).layer_statistics(tensors)[0]
    assert found.dead.tolist() == [True, False, False]
    assert found.saturated[[0, 2]].tolist() == [1, 0]
    assert found.dead_share == pytest.approx(1 / 3)
    tanh = trainer_of(data, [{"units": 3, "activation": "tanh"}])
    tensors = [{n: t.copy() for n, t in layer.items()} for layer in tensors_of(tanh)]
    tensors[0]["weight"][:], tensors[0]["bias"][:] = 0, [0, 4, 1]
    found = probe_of(tanh).layer_statistics(tensors)[0]
    assert found.saturated.tolist() == [0, 1, 0]
    assert not found.dead.any()


def test_equal_numbers_have_a_histogram_around_them():
    trainer = trainer_of(table(4), [{"units": 3}])
    tensors = [{n: np.zeros_like(t) for n, t in layer.items()} for layer in tensors_of(trainer)]
    found = probe_of(trainer).layer_statistics(tensors)[0].activations
    counts, edges = np.histogram(np.zeros(found.count), BINS)
    np.testing.assert_array_equal(found.counts, counts)
    np.testing.assert_allclose(found.edges, edges)
    assert (found.mean, found.std, found.norm) == (0, 0, 0)


def test_numbers_that_are_not_finite_are_in_no_bin():
    trainer = trainer_of(table(4, rows=40), [{"units": 3, "activation": "exponential"}])
    tensors = [{n: t.copy() for n, t in layer.items()} for layer in tensors_of(trainer)]
    tensors[0]["bias"][1] = 500
    found = probe_of(trainer).layer_statistics(tensors)[0].activations
    assert found.count == 120
    assert found.counts.sum() == 80
    assert np.isfinite(found.edges).all()
    assert not np.isfinite([found.mean, found.norm]).any()


def test_statistics_are_read_only():
    trainer = trainer_of_case("two classes")
    for found in probe_of(trainer).layer_statistics(tensors_of(trainer)):
        assert isinstance(found, LayerStatistics)
        arrays = [found.dead, found.saturated, found.deltas.counts, found.deltas.edges]
        assert not any(array.flags.writeable for array in arrays)


def test_the_reference_s_softmax_is_what_the_last_layer_counts():
    trainer = trainer_of_case("four classes")
    found = probe_of(trainer).layer_statistics(tensors_of(trainer))[-1]
    last = Twin(trainer).forward(trainer.data.train_features)[-1]
    assert_counts(found.activations, reference.softmax(last.z), 1)
    assert row([{"p": last.values}]).sum() == pytest.approx(found.activations.mean * found.activations.count)
