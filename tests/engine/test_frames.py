"""What one repaint of the window gets, against what the network says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.snapshot import FrameRequest
from tests.engine.small import experiment, frame_of
from tests.engine.twins import Twin, table, trainer_of


def _grid(extent: Any, side: int) -> np.ndarray:
    low, high = extent
    return low + (np.arange(side) + 0.5) * (high - low) / side


def _bytes(values: np.ndarray) -> np.ndarray:
    return np.clip(np.floor(values * 127 + 128.5), 1, 255)


def _assert_pictures(found: np.ndarray, values: np.ndarray) -> None:
    """Compare pictures, forgiving what the last digit of a float32 decides."""
    distance = np.abs(found.reshape(values.shape) - _bytes(values))
    assert distance.max() <= 1
    assert np.mean(distance > 0) < 0.01


def test_frame_of_two_inputs_shows_what_the_network_says():
    document = experiment(
        features=["x1", "x2**2", "x1*x2"],
        network={
            "layers": [{"units": 5}, {"units": 5, "residual": True}, {"units": 17, "activation": "elu"}]
        },
    )
    trainer = Trainer(document)
    assert trainer.advance(epochs=5)
    frame = frame_of(trainer, FrameRequest(resolution=40, thumbnail=21))
    assert [t.shape for t in frame.thumbnails] == [(n, 21, 21) for n in (3, 5, 5, 17, 1)]
    assert frame.field.shape == (1, 40, 40)
    assert frame.field.dtype == np.float32
    assert (frame.generation, frame.running, frame.samples_per_second, frame.epochs_per_second) == (
        5,
        True,
        1,
        2,
    )
    assert frame.experiment is trainer.experiment
    assert frame.data is trainer.data
    assert frame.value_scale == 1
    assert frame.request == FrameRequest(40, 21, None, (0, 1))

    def points(side):
        x, y = np.meshgrid(_grid(trainer.data.extent[0], side), _grid(trainer.data.extent[1], side)[::-1])
        return np.column_stack([x.ravel(), y.ravel()])

    p = trainer.predict(points(40))
    np.testing.assert_allclose(frame.field.ravel(), p[:, 0], atol=1e-5)
    _assert_pictures(frame.thumbnails[-1], 2 * trainer.predict(points(21))[:, 0] - 1)
    features = trainer.data.features_of(points(21))
    _assert_pictures(frame.thumbnails[0], 2 * (features / np.abs(features).max(axis=0)).T)
    for thumbnails, trace in zip(frame.thumbnails[1:-1], Twin(trainer).forward(features), strict=False):
        _assert_pictures(thumbnails, trace.outputs.T)


def test_frame_shows_any_neuron_in_the_field():
    trainer = Trainer(experiment(features=["x1", "x1*x2"]))
    x, y = np.meshgrid(_grid((-6, 6), 30), _grid((-6, 6), 30)[::-1])
    features = trainer.data.features_of(np.column_stack([x.ravel(), y.ravel()]))
    traces = Twin(trainer).forward(features)
    for shown, expected in [
        ((0, 1), features[:, 1]),
        ((1, 4), traces[0].outputs[:, 4]),
        ((2, 0), traces[1].outputs[:, 0]),
        ((3, 0), traces[2].outputs[:, 0]),
    ]:
        frame = frame_of(trainer, FrameRequest(30, 16, shown))
        assert frame.request.shown == shown
        np.testing.assert_allclose(frame.field.ravel(), expected, atol=1e-5)


@pytest.mark.parametrize("gone", [(0, 2), (1, 5), (4, 0), (-1, 0), (1, -1)])
def test_a_neuron_that_is_gone_gives_way_to_the_output(gone):
    frame = frame_of(Trainer(experiment()), FrameRequest(16, 16, gone))
    assert frame.request.shown is None
    assert frame.field.shape == (1, 16, 16)


def test_frame_of_one_input_is_a_row():
    trainer = Trainer(Experiment.parse({"data": {"kind": "sine", "samples": 40}}))
    assert trainer.advance(epochs=3)
    frame = frame_of(trainer, FrameRequest(50, 20))
    assert [t.shape for t in frame.thumbnails] == [(n, 1, 20) for n in (1, 4, 2, 1)]
    assert frame.field.shape == (1, 1, 50)
    y = trainer.predict(_grid((-6, 6), 50)[:, None])
    np.testing.assert_allclose(frame.field.ravel(), y.ravel(), atol=1e-5)
    scale = np.abs(trainer.data.train_targets).max()
    assert frame.value_scale == scale
    _assert_pictures(frame.thumbnails[-1], trainer.predict(_grid((-6, 6), 20)[:, None]).ravel() / scale)


def test_frame_of_three_inputs_holds_the_others_at_their_mean():
    trainer = trainer_of(table(2, rows=50, inputs=3, outputs=2), [{"units": 4}])
    assert trainer.advance(epochs=3)
    frame = frame_of(trainer, FrameRequest(12, 16, axes=(2, 0)))
    assert frame.request.axes == (2, 0)
    x, y = np.meshgrid(_grid((-3, 3), 12), _grid((-3, 3), 12)[::-1])
    points = np.column_stack([y.ravel(), np.full(144, trainer.data.train_inputs[:, 1].mean()), x.ravel()])
    expected = trainer.predict(points).T.reshape(2, 12, 12)
    np.testing.assert_allclose(frame.field, expected, atol=1e-5)
    assert frame_of(trainer, FrameRequest(12, 16, axes=(0, 3))).request.axes == (0, 1)


@pytest.mark.parametrize(("loss", "output"), [("cross_entropy", "auto"), ("mse", "auto"), ("mse", "tanh")])
def test_frame_of_several_classes_shows_their_probabilities(loss, output):
    document = {
        "data": {"kind": "blobs", "classes": 4, "samples": 60},
        "network": {"layers": [{"units": 6}], "output": {"activation": output}},
        "training": {"loss": loss},
    }
    trainer = Trainer(Experiment.parse(document))
    assert trainer.advance(epochs=5)
    frame = frame_of(trainer, FrameRequest(25, 25))
    x, y = np.meshgrid(_grid((-6, 6), 25), _grid((-6, 6), 25)[::-1])
    p = trainer.predict(np.column_stack([x.ravel(), y.ravel()])).T.reshape(4, 25, 25)
    np.testing.assert_allclose(frame.field, p, atol=1e-5)
    if output == "auto":
        np.testing.assert_allclose(frame.field.sum(axis=0), 1, rtol=1e-5)
        _assert_pictures(frame.thumbnails[-1], p)


def test_frames_are_read_only_and_never_change():
    trainer = Trainer(experiment())
    frame = frame_of(trainer, FrameRequest(16, 16))
    kept = [frame.field.copy(), *(t.copy() for t in frame.thumbnails)]
    assert trainer.advance(epochs=5)
    later = frame_of(trainer, FrameRequest(16, 16))
    for before, now, after in zip(
        kept, [frame.field, *frame.thumbnails], [later.field, *later.thumbnails], strict=True
    ):
        np.testing.assert_array_equal(before, now)
        with pytest.raises(ValueError, match="read-only"):
            now[:] = 0
        if now is not frame.thumbnails[0]:  # the features alone stay
            assert not np.array_equal(now, after)


def test_frames_of_many_sizes_do_not_pile_up():
    trainer = Trainer(experiment())
    for side in range(16, 40):
        assert frame_of(trainer, FrameRequest(side, 16)).field.shape == (1, side, side)
    assert len(trainer._fields._grids) <= 6
