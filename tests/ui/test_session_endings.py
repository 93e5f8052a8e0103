"""Training that ends by itself, by divergence or by a rule, and goes on."""

from __future__ import annotations

import numpy as np
import pytest

from engine.catalog.datasets import RegPlane
from engine.catalog.losses import Mse
from engine.catalog.optimizers import Sgd
from engine.experiment import Network, Training
from tests.ui.watched import EXPERIMENT, sessions
from ui.training.speed import Speed


@pytest.fixture
def started(qtbot):
    yield from sessions(qtbot)


def test_divergence_stops_training_and_is_told(started, qtbot):
    # A straight line has nothing that could saturate: every step overshoots further.
    wild = EXPERIMENT.with_data(RegPlane()).edited(
        network=Network(layers=()), training=Training(loss=Mse(), optimizer=Sgd(learning_rate=100.0))
    )
    watched = started(experiment=wild)
    with qtbot.waitSignals([watched.session.runningChanged] * 2, timeout=30_000):
        watched.session.set_running(True)
    assert not watched.session.running
    # Its frame may have come with the same wake-up.
    watched.until(lambda: watched.frame.snapshot.diverged is not None and not watched.frame.running)
    assert all(
        np.isfinite(weight).all() and np.isfinite(bias).all()
        for weight, bias in watched.frame.snapshot.parameters
    )


def _stopping(**rules):
    return EXPERIMENT.edited(training=EXPERIMENT.training.edited(stop=rules))


def test_a_stop_rule_ends_play_and_is_told(started, qtbot):
    watched = started(experiment=_stopping(epochs=12))
    with qtbot.waitSignals([watched.session.runningChanged] * 2, timeout=30_000):
        watched.session.set_running(True)
    assert not watched.session.running
    watched.until(lambda: watched.frame.snapshot.finished is not None and not watched.frame.running)
    snapshot = watched.frame.snapshot
    assert (snapshot.finished.rule, snapshot.epoch, snapshot.step) == ("epochs", 12, 300)
    assert not watched.problems


def test_what_has_finished_goes_on_with_another_rule(started, qtbot):
    old, new = _stopping(epochs=3), _stopping(epochs=5)
    watched = started(experiment=old)
    watched.session.set_running(True)
    watched.next_frame(lambda frame: frame.snapshot.finished is not None)
    watched.session.step_batch()
    watched.until(lambda: not watched.session.running)
    assert watched.frame.snapshot.epoch == 3
    watched.edit(old, new)
    watched.next_frame(lambda frame: frame.snapshot.finished is None)
    watched.session.set_running(True)
    frame = watched.next_frame(lambda frame: frame.snapshot.finished is not None)
    assert frame.snapshot.epoch == 5


def test_the_curves_show_what_led_to_early_stopping_until_training_goes_on(started):
    # Weights that training cannot change: the first epoch stays the best.
    layers = tuple(layer.edited(frozen=True) for layer in EXPERIMENT.network.layers)
    still = EXPERIMENT.network.edited(layers=layers, output=EXPERIMENT.network.output.edited(frozen=True))
    old = _stopping(patience=8).edited(network=still)
    watched = started(Speed(epochs_per_frame=1), old)
    watched.session.set_running(True)
    frame = watched.next_frame(lambda frame: frame.snapshot.finished is not None)
    assert frame.snapshot.epoch == frame.snapshot.finished.restored == 1
    shown = list(frame.history.epoch)
    assert shown == sorted(set(shown))
    assert shown[-1] == 8, "the epoch before the one that was taken back"
    new = old.edited(training=EXPERIMENT.training)
    watched.edit(old, new)
    assert watched.next_frame(lambda frame: frame.snapshot.finished is None).history.epoch[-1] == 8
    watched.session.step_epoch()
    assert watched.next_frame(lambda frame: frame.snapshot.epoch == 2).history.epoch[-1] == 2
