"""Normalization, projected residuals, trained slopes and pieces, as a trainer has them."""

from __future__ import annotations

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.kernels import layout
from tests.engine.twins import Twin, table, trainer_of

NORMALIZED = [{"units": 7, "normalization": "batch"}, {"units": 5, "normalization": "layer"}]


def test_running_statistics_follow_the_batches_and_serve_predictions():
    data = table(0, rows=45, inputs=3)
    trainer = trainer_of(data, NORMALIZED, optimizer={"kind": "sgd", "learning_rate": 0.05}, batch_size=10)
    twin = Twin(trainer)
    trainer.advance(epochs=3)
    for _ in range(3):
        twin.epoch()
    for name in ("normalization.running_mean", "normalization.running_var"):
        np.testing.assert_allclose(trainer.tensors[0][name], twin.tensors[0][name], rtol=1e-4, atol=1e-6)
        assert name not in trainer.tensors[1]
    expected = twin.forward(data.train_features)[-1].outputs
    np.testing.assert_allclose(trainer.predict(data.train_inputs), expected, rtol=1e-4, atol=1e-5)


def test_a_prediction_does_not_depend_on_the_rows_beside_it():
    data = table(0, rows=45, inputs=3)
    trainer = trainer_of(data, NORMALIZED)
    trainer.advance(epochs=2)
    whole = trainer.predict(data.train_inputs)
    before = trainer.tensors[0]["normalization.running_mean"]
    np.testing.assert_array_equal(trainer.predict(data.train_inputs[7:8]), whole[7:8])
    np.testing.assert_array_equal(trainer.tensors[0]["normalization.running_mean"], before)


@pytest.mark.parametrize("rows", [1, 129, 300])
def test_a_batch_is_normalized_as_a_whole_however_large(rows):
    data = table(1, rows=rows, inputs=3)
    trainer = trainer_of(data, NORMALIZED, optimizer={"kind": "sgd"}, batch_size="full")
    twin = Twin(trainer)
    assert trainer.advance(batches=2)
    twin.epoch()
    twin.epoch()
    for found, exact in zip(trainer.tensors, twin.tensors, strict=True):
        for name, tensor in exact.items():
            np.testing.assert_allclose(found[name], tensor, rtol=1e-4, atol=1e-5, err_msg=name)


def test_a_batch_size_beyond_the_block_is_tuned_while_weights_and_memory_stay():
    data = table(2, rows=300, inputs=3)
    optimizer = {"kind": "adam", "learning_rate": 0.01}
    trainer = trainer_of(data, NORMALIZED, optimizer=optimizer, batch_size=10)
    trainer.advance(epochs=1)
    twin = Twin(trainer)
    before, slots = trainer.tensors, trainer._machine.learning.slots.copy()
    small = trainer._machine.work.outputs.size
    trainer.tune(trainer.experiment.edited(training=trainer.experiment.training.edited(batch_size=290)))
    assert trainer._machine.work.outputs.size > small
    for layer, same in zip(before, trainer.tensors, strict=True):
        for name, tensor in layer.items():
            np.testing.assert_array_equal(same[name], tensor)
    np.testing.assert_array_equal(trainer._machine.learning.slots, slots)
    assert trainer.advance(epochs=1)
    assert trainer._fields.field(8, (0, 1), None).shape == (1, 8, 8)
    assert twin is not None


def test_a_residual_between_widths_has_weights_of_its_own():
    trainer = trainer_of(table(3, inputs=3), [{"units": 5, "residual": True}, {"units": 5, "residual": True}])
    assert trainer.tensors[0]["projection.weight"].shape == (5, 3)
    assert "projection.weight" not in trainer.tensors[1]
    before = trainer.tensors[0]["projection.weight"]
    assert trainer.advance(epochs=1)
    assert (trainer.tensors[0]["projection.weight"] != before).all()


def test_trained_slopes_and_pieces_start_as_the_entry_says():
    trainer = trainer_of(
        table(4, inputs=3),
        [
            {"units": 5, "activation": {"kind": "prelu", "initial_slope": 0.1}},
            {"units": 4, "activation": {"kind": "maxout", "pieces": 3}},
        ],
    )
    np.testing.assert_array_equal(trainer.tensors[0]["activation.weight"], np.full(5, np.float32(0.1)))
    assert trainer.tensors[1]["weight"].shape == (12, 5)
    assert trainer.tensors[1]["bias"].shape == (12,)
    assert trainer.advance(epochs=1)
    assert (trainer.tensors[0]["activation.weight"] != np.float32(0.1)).all()


def test_a_graft_keeps_every_piece_slope_and_statistic_that_has_a_place():
    data = table(5, inputs=3)
    layers = [
        {"units": 4, "activation": {"kind": "maxout", "pieces": 2}, "normalization": "batch"},
        {"units": 5, "activation": "prelu", "residual": True},
    ]
    trainer = trainer_of(data, layers)
    trainer.advance(epochs=2)
    before = trainer.tensors
    wider = [
        {**layers[0], "units": 6, "activation": {"kind": "maxout", "pieces": 3}},
        {**layers[1], "units": 3},
    ]
    trainer.graft(trainer.experiment.edited(network={"layers": wider}))
    after = trainer.tensors
    pieces = after[0]["weight"].reshape(3, 6, 3)
    np.testing.assert_array_equal(pieces[:2, :4], before[0]["weight"].reshape(2, 4, 3))
    for name in ("normalization.weight", "normalization.running_var", "bias"):
        np.testing.assert_array_equal(after[0][name].reshape(3, 6)[:2, :4], before[0][name].reshape(2, 4))
    np.testing.assert_array_equal(after[1]["activation.weight"], before[1]["activation.weight"][:3])
    np.testing.assert_array_equal(after[1]["projection.weight"][:, :4], before[1]["projection.weight"][:3])


def test_noise_on_the_inputs_is_drawn_anew_in_training_and_absent_in_predictions():
    document = {"data": {"kind": "moons", "samples": 60}, "training": {"input_noise": 0.3}}
    noisy, plain = Trainer(Experiment.parse(document)), Trainer(Experiment.parse({"data": document["data"]}))
    X = noisy.data.train_inputs
    np.testing.assert_array_equal(noisy.predict(X), plain.predict(X))
    noisy.advance(epochs=1)
    first = noisy._machine.work.outputs[: 2 * layout.stride(2)].copy()
    noisy.advance(batches=3)
    assert not np.array_equal(noisy._machine.work.outputs[: 2 * layout.stride(2)], first)
    noisy.reset()
    noisy.advance(epochs=1)
    np.testing.assert_array_equal(noisy._machine.work.outputs[: 2 * layout.stride(2)], first)


def test_normal_noise_is_normal():
    data = table(6, rows=20_000, inputs=1)
    trainer = trainer_of(
        data, [], optimizer={"kind": "sgd", "learning_rate": 0.0}, input_noise=2.0, batch_size=100
    )
    drawn = []
    for batch in range(200):
        trainer.advance(batches=1)
        rows = trainer._machine.work.outputs[: 100 * layout.stride(1)].reshape(100, -1)[:, 0]
        drawn.append(rows - data.train_features[batch * 100 : batch * 100 + 100, 0])
    noise = np.concatenate(drawn)
    assert abs(noise.mean()) < 0.05
    assert noise.std() == pytest.approx(2.0, rel=0.02)
    assert np.mean(np.abs(noise) < 2.0) == pytest.approx(0.6827, abs=0.01)
    assert np.mean(np.abs(noise) > 4.0) == pytest.approx(0.0455, abs=0.006)
