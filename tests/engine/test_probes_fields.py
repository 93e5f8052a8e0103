"""What neurons make of planes and lines of inputs, against the reference at every point."""

from __future__ import annotations

import numpy as np
import pytest

from engine.probes import slices
from tests.engine.probed import CASES, probe_of, tensors_of, trainer_of_case
from tests.engine.twins import Twin, table, trainer_of


def centres(low, high, count):
    return low + (np.arange(count) + 0.5) * (high - low) / count


def every_neuron(trainer):
    units = [trainer.data.train_features.shape[1], *(len(layer["bias"]) for layer in trainer.tensors)]
    for at, layer in enumerate(trainer.experiment.network.layers, 1):
        units[at] = layer.units
    return [(at, unit) for at, count in enumerate(units) for unit in range(count)]


def exact(trainer, neurons, inputs):
    """Return the activations (neurons, points)."""
    features = trainer.data.features_of(inputs)
    layers = [features, *(trace.outputs for trace in Twin(trainer).forward(features))]
    return np.array([layers[at][:, unit] for at, unit in neurons])


@pytest.mark.parametrize("name", CASES)
def test_field_of_every_neuron(name):
    trainer = trainer_of_case(name)
    neurons = every_neuron(trainer)
    found = probe_of(trainer).field(tensors_of(trainer), neurons, resolution=9)
    mean = trainer.data.train_inputs.mean(axis=0)
    inputs = np.tile(mean, (81, 1))
    x, y = np.meshgrid(centres(-3, 3, 9), centres(-3, 3, 9)[::-1])
    inputs[:, 0], inputs[:, 1] = x.ravel(), y.ravel()
    np.testing.assert_allclose(
        found.values.reshape(-1, 81), exact(trainer, neurons, inputs), rtol=1e-4, atol=2e-5
    )
    assert found.values.shape == (len(neurons), 9, 9)
    assert found.values.dtype == np.float32
    assert found.neurons == tuple(neurons)
    assert found.axes == (0, 1)
    np.testing.assert_array_equal(found.at, mean)
    np.testing.assert_allclose(found.coordinates, [x[0], y[:, 0]])


def test_plane_of_any_two_inputs_with_the_others_anywhere():
    trainer = trainer_of_case("residual")  # five inputs
    at = np.array([0.5, -1.0, 2.0, 0.0, 1.5])
    found = probe_of(trainer).field(tensors_of(trainer), [(2, 1), (0, 3)], axes=(3, 1), resolution=6, at=at)
    inputs = np.tile(at, (36, 1))
    x, y = np.meshgrid(centres(-3, 3, 6), centres(-3, 3, 6)[::-1])
    inputs[:, 3], inputs[:, 1] = x.ravel(), y.ravel()
    expected = exact(trainer, [(2, 1), (0, 3)], inputs)
    np.testing.assert_allclose(found.values.reshape(2, -1), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(found.values[1], np.float32(x))
    np.testing.assert_array_equal(found.at, at)


def test_line_through_several_inputs():
    trainer = trainer_of_case("four classes")  # three inputs
    found = probe_of(trainer).field(
        tensors_of(trainer), [(1, 16), (2, 3)], axes=[2], resolution=50, at=[1, 2, 3]
    )
    inputs = np.tile([1.0, 2.0, 3.0], (50, 1))
    inputs[:, 2] = centres(-3, 3, 50)
    assert found.values.shape == (2, 50)
    expected = exact(trainer, [(1, 16), (2, 3)], inputs)
    np.testing.assert_allclose(found.values, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found.coordinates, [inputs[:, 2]])


def test_line_of_a_single_input():
    trainer = trainer_of(table(3, inputs=1), [{"units": 4}])
    found = probe_of(trainer).field(tensors_of(trainer), [(1, 2)], resolution=30)
    assert found.axes == (0,)
    inputs = centres(-3, 3, 30)[:, None]
    np.testing.assert_allclose(found.values, exact(trainer, [(1, 2)], inputs), rtol=1e-4, atol=1e-5)


def test_large_planes_come_piece_by_piece():
    trainer = trainer_of_case("two classes")
    side = 1 + int(np.sqrt(2 * slices.PIECE))
    found = probe_of(trainer).field(tensors_of(trainer), [(0, 1), (2, 0)], resolution=side)
    x, y = np.meshgrid(centres(-3, 3, side), centres(-3, 3, side)[::-1])
    expected = exact(trainer, [(0, 1), (2, 0)], np.column_stack([x.ravel(), y.ravel()]))
    np.testing.assert_allclose(found.values.reshape(2, -1), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"neurons": [(4, 0)]}, "no neuron 0 in layer 4"),
        ({"neurons": [(1, 5)]}, "no neuron 5 in layer 1"),
        ({"neurons": [(-1, 0)]}, "no neuron 0 in layer -1"),
        ({"neurons": [], "axes": (0, 2)}, "axes must be"),
        ({"neurons": [], "axes": (1, 1)}, "axes must be"),
        ({"neurons": [], "axes": ()}, "axes must be"),
        ({"neurons": [], "at": [1, 2, 3]}, "at must hold 2 inputs"),
    ],
)
def test_what_is_not_there_is_refused(arguments, message):
    trainer = trainer_of_case("two classes")
    with pytest.raises(ValueError, match=message):
        probe_of(trainer).field(tensors_of(trainer), **arguments)


def test_no_neurons_make_no_pictures():
    trainer = trainer_of_case("two classes")
    assert probe_of(trainer).field(tensors_of(trainer), [], resolution=5).values.shape == (0, 5, 5)
