"""Play at full speed while everything is edited: nothing grows, leaks, warns or fails."""

from __future__ import annotations

import gc
import os
import random
import threading
import time
from pathlib import Path

import pytest

from engine.catalog.activations import ACTIVATIONS
from engine.catalog.datasets import DATASETS
from engine.catalog.initializers import INITIALIZERS
from engine.catalog.optimizers import OPTIMIZERS
from engine.catalog.regularizers import REGULARIZERS
from engine.catalog.schedules import SCHEDULES
from engine.experiment import Experiment, Layer
from ui.training.speed import SPEEDS, Speed

# Half an hour by hand: UNFOLD_SOAK_SECONDS=1800
SECONDS = float(os.environ.get("UNFOLD_SOAK_SECONDS", "40"))
ALLOWED_MEGABYTES = 25.0


def resident_megabytes() -> float:
    """Return the memory of this process that is in use."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def edited(experiment: Experiment, draw: random.Random) -> Experiment:
    """Return the experiment with one random edit, of the kinds that the panels and the canvas make."""
    layers, training = list(experiment.network.layers), experiment.training
    match draw.randrange(11):
        case 0:
            data = draw.choice(DATASETS)(noise=draw.choice((0.0, 0.1, 0.3)), samples=500)
            return experiment.with_data(data)
        case 1 if len(layers) < 5:
            layers.insert(draw.randrange(len(layers) + 1), Layer(units=draw.randint(1, 12)))
        case 2 if layers:
            del layers[draw.randrange(len(layers))]
        case 3 if layers:
            i = draw.randrange(len(layers))
            layers[i] = layers[i].edited(units=draw.randint(1, 16), activation=draw.choice(ACTIVATIONS)())
        case 4 if layers:
            i = draw.randrange(len(layers))
            layers[i] = layers[i].edited(initializer=draw.choice(INITIALIZERS)())
        case 5:
            optimizer = draw.choice(OPTIMIZERS)(learning_rate=draw.choice((0.001, 0.01, 0.03)))
            plain = training.edited(regularizer="none")  # L-BFGS takes not every penalty
            return experiment.edited(training=plain.edited(optimizer=optimizer))
        case 6:
            if not training.optimizer.full_batch:
                return experiment.edited(training=training.edited(regularizer=draw.choice(REGULARIZERS)()))
        case 7:
            return experiment.edited(training=training.edited(batch_size=draw.choice((1, 10, 50, "full"))))
        case 8 if layers:
            i = draw.randrange(len(layers))
            layers[i] = layers[i].edited(
                normalization=draw.choice(("none", "batch", "layer")),
                residual=draw.random() < 0.5,
                dropout=draw.choice((0.0, 0.2)),
                muted_units=(0,) if layers[i].units > 1 and draw.random() < 0.3 else (),
                frozen=draw.random() < 0.2,
            )
        case 9:
            schedule, noise = draw.choice(SCHEDULES)(), draw.choice((0.0, 0.1))
            return experiment.edited(training=training.edited(schedule=schedule, input_noise=noise))
        case _:
            return experiment.edited(seed=draw.randrange(1000))
    return experiment.edited(network=experiment.network.edited(layers=tuple(layers)))


@pytest.mark.timeout(SECONDS * 2 + 120)
def test_play_at_full_speed_with_random_edits(open_window, qtbot, recwarn):
    draw = random.Random(0)
    window = open_window(Experiment(data={"kind": "spiral", "noise": 0.1}))
    frames = 0

    def count(frame):
        nonlocal frames
        frames += 1

    window.session.frameReady.connect(count)
    window.session.set_speed(Speed())
    window.session.set_running(True)
    threads = None
    levels = []
    edits = 0
    begin = time.monotonic()
    while (elapsed := time.monotonic() - begin) < SECONDS:
        act = draw.random()
        if act < 0.7:
            window.document.apply(edited(window.document.experiment, draw), "Random edit")
        elif act < 0.85 and window.document.undo_stack.canUndo():
            window.document.undo_stack.undo()
        elif act < 0.9 and window.document.undo_stack.canRedo():
            window.document.undo_stack.redo()
        elif act < 0.95:
            window.session.set_speed(draw.choice((*SPEEDS[9:], Speed(), Speed())))
        else:
            window.intents.reset_weights()
        edits += 1
        window.session.set_running(True)  # where an edit made it diverge
        qtbot.wait(120)
        if elapsed > SECONDS * 0.4:
            threads = threads or threading.active_count()
            if edits % 20 == 0:
                gc.collect()
                levels.append(resident_megabytes())
    assert frames > SECONDS * 10, f"only {frames} frames in {SECONDS:.0f} s"
    assert threading.active_count() == threads
    third = max(1, len(levels) // 3)
    growth = min(levels[-third:]) - min(levels[:third])
    assert growth < ALLOWED_MEGABYTES, f"memory grew by {growth:.1f} MB: {[round(level) for level in levels]}"
    assert not [str(w.message) for w in recwarn]
    print(f"{edits} edits, {frames} frames, {levels[0]:.0f} to {levels[-1]:.0f} MB")
