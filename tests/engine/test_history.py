"""The curves stay within bounds, complete from end to end, and evenly spaced."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.history import Recorder


def _recorded(count, capacity):
    recorder = Recorder(capacity)
    for i in range(count):
        recorder.append(float(i), 1.0 / (i + 1), 2.0 / (i + 1))
    return recorder


@given(count=st.integers(1, 500), capacity=st.sampled_from([4, 16, 64]))
def test_any_number_of_points_fits_with_the_first_and_the_newest(count, capacity):
    history = _recorded(count, capacity).view()
    assert len(history.epoch) <= capacity
    assert history.epoch[0] == 0
    assert history.epoch[-1] == count - 1
    assert (np.diff(history.epoch) > 0).all()
    np.testing.assert_array_equal(history.train_loss, 1 / (history.epoch + 1))
    np.testing.assert_array_equal(history.test_loss, 2 / (history.epoch + 1))


def test_thinning_spaces_points_evenly():
    gaps = np.diff(_recorded(10_000, 64).view().epoch)[:-1]  # the newest point is where it is
    assert gaps.max() <= 2 * gaps.min()


def test_points_are_kept_unthinned_until_there_are_too_many():
    assert list(_recorded(16, 16).view().epoch) == list(range(16))


def test_a_point_at_the_same_epoch_replaces_the_last():
    recorder = _recorded(3, 16)
    recorder.append(2.0, 9.0, math.nan)
    history = recorder.view()
    assert list(history.epoch) == [0, 1, 2]
    assert history.train_loss[-1] == 9
    assert math.isnan(history.test_loss[-1])


def test_a_view_never_changes():
    recorder = _recorded(3, 16)
    history = recorder.view()
    recorder.append(2.0, 9.0, 9.0)
    assert history.train_loss[-1] == pytest.approx(1 / 3)
    with pytest.raises(ValueError, match="read-only"):
        history.epoch[0] = 1


def test_cleared_curves_are_empty():
    recorder = _recorded(100, 16)
    recorder.clear()
    assert len(recorder.view().epoch) == 0
    recorder.append(0.0, 1.0, 1.0)
    assert list(recorder.view().epoch) == [0]


@pytest.mark.parametrize("capacity", [16, 64])
@pytest.mark.parametrize("back", [0.0, 3.0, 17.5, 39.0])
def test_a_run_that_goes_back_writes_over_what_it_redoes(capacity, back):
    recorder = _recorded(40, capacity)
    before = recorder.view()
    recorder.append(back, 5.0, 6.0)
    history = recorder.view()
    kept = before.epoch < back
    np.testing.assert_array_equal(history.epoch, [*before.epoch[kept], back])
    np.testing.assert_array_equal(history.train_loss, [*before.train_loss[kept], 5.0])
    for i in range(1, 100):
        recorder.append(back + i, 1.0, 1.0)
    epochs = recorder.view().epoch
    assert (np.diff(epochs) > 0).all()
    assert epochs[-1] == back + 99
    assert len(epochs) <= capacity
