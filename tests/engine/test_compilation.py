"""Compiled once, for whatever the user builds."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.kernels import jit
from engine.kernels.dispatch import Family
from engine.kernels.jit import CACHE, inner, is_warm
from engine.probes import Probe
from engine.snapshot import FrameRequest, History
from engine.warm import KERNELS, warm
from tests.engine.twins import random_trainer

ROOT = Path(engine.__file__).parents[1]


def test_one_signature_serves_every_architecture():
    nothing = np.zeros(0)
    for seed in range(200, 208):
        trainer = random_trainer(seed)
        trainer.advance(epochs=1)
        trainer.predict(trainer.data.train_inputs)
        trainer.frame(
            FrameRequest(resolution=24, thumbnail=20, axes=(0, 0)),
            generation=0,
            history=History(nothing, nothing, nothing),
            running=True,
            samples_per_second=0.0,
            epochs_per_second=0.0,
        )
        probe, tensors = Probe(trainer.experiment, trainer.data), trainer.snapshot().tensors
        probe.layer_statistics(tensors)
        probe.gradient(tensors, rows=[0])
        probe.landscape(tensors, probe.random_directions(tensors), resolution=2)
        probe.field(tensors, [(0, 0)], resolution=8)
    assert [len(k.signatures) for k in KERNELS] == [1] * len(KERNELS)


FRESH = """
import numpy as np
from numba.core import event
compiled = event.RecordingListener()
event.register("numba:compile", compiled)
from engine import Experiment, Trainer
from engine.probes import Probe
from engine.snapshot import FrameRequest, History
from engine.warm import KERNELS
nothing = np.zeros(0)
history = History(nothing, nothing, nothing)
for data, layers, training in [
    ("spiral", [{"units": 8}, {"units": 8, "residual": True}], {}),
    ("spiral", [{"units": 8, "normalization": "batch"}, {"units": 5, "residual": True}],
     {"optimizer": "lbfgs"}),
    (
        "blobs",
        [{"units": 6, "activation": "maxout", "muted_units": [1]}, {"units": 4, "activation": "prelu"}],
        {"schedule": "plateau", "input_noise": 0.1,
         "loss": {"kind": "focal", "class_weights": [1.0, 2.0, 3.0]}},
    ),
    (
        "moons",
        [{"units": 6, "normalization": "layer", "frozen_weights": [[0, 0]]}],
        {"regularizer": "max_norm", "gradient_clip_value": 0.1, "stop": {"patience": 1}},
    ),
    ("rings", [], {"optimizer": {"kind": "sgd", "momentum": 0.9}, "batch_size": "full"}),
    ("sine", [{"units": 70, "activation": "relu", "dropout": 0.5}], {"regularizer": "l1"}),
]:
    document = {"data": data, "network": {"layers": layers}, "training": training}
    trainer = Trainer(Experiment.parse(document))
    assert trainer.advance(batches=np.int32(3)) and trainer.advance(epochs=1)
    trainer.predict(np.zeros((5, len(trainer.data.input_names)), np.float32))
    trainer.snapshot()
    point = (0.0,) * len(trainer.data.input_names)
    frame = trainer.frame(
        FrameRequest(np.int64(20), 16, probe=point, gradients=True, statistics=True),
        generation=0, history=history, running=True, samples_per_second=0.0, epochs_per_second=0.0,
    )
    assert frame.probed and frame.gradients and frame.statistics
    probe, tensors = Probe(trainer.experiment, trainer.data), trainer.snapshot().tensors
    probe.layer_statistics(tensors)
    probe.landscape(tensors, probe.random_directions(tensors), resolution=np.int64(2), rows=[0, 1])
    probe.field(tensors, [(0, 0)], resolution=np.int64(8))
    probe.top_eigenvalue(tensors, iterations=np.int64(2))
    trainer.graft(trainer.experiment.edited(features=("x1", "x1**2")))
    trainer.reset()
    assert trainer.advance(batches=1)
for kernel in KERNELS:
    assert len(kernel.signatures) == 1, kernel
    assert not kernel.stats.cache_misses, kernel
    assert sum(kernel.stats.cache_hits.values()) == 1, kernel
assert not compiled.buffer, compiled.buffer
"""


@pytest.mark.skipif(CACHE is None, reason="no cache directory can be written")
def test_a_warm_cache_leaves_nothing_to_compile():
    warm()
    assert is_warm()
    fresh = subprocess.run(
        [sys.executable, "-c", FRESH], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert fresh.returncode == 0, fresh.stderr


def test_no_kernel_compiles_before_the_formulas_are_known():
    empty = Family(lambda x, y: None).call

    @inner
    def early(x):
        empty(0, (x, x))

    with pytest.raises(Exception, match=r"import engine\.loops"):
        early(np.zeros(16, np.float32))


# The cache on disk


def _engine_with(folder: Path, formula: str) -> Path:
    """Return the path of a made-up decorator in a made-up engine."""
    for name in ("kernels/jit.py", "kernels/simd.py", "catalog/activations.py", "loops.py", "trainer.py"):
        path = folder / "engine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(formula if name == "catalog/activations.py" else "")
    return folder / "engine" / "kernels" / "jit.py"


def test_the_cache_is_another_for_every_change_of_a_source(tmp_path, monkeypatch):
    monkeypatch.setattr(jit, "__file__", str(_engine_with(tmp_path, "x")))
    before = jit._fingerprint()
    assert jit._fingerprint() == before
    (tmp_path / "engine" / "trainer.py").write_text("# no part of a kernel")
    assert jit._fingerprint() == before
    for name in ("catalog/activations.py", "kernels/simd.py", "loops.py"):
        (tmp_path / "engine" / name).write_text("y")
        assert jit._fingerprint() != before
        before = jit._fingerprint()
    monkeypatch.setattr(jit.numba, "__version__", "0.0")
    assert jit._fingerprint() != before


def test_without_a_writable_folder_there_is_no_cache(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(jit, "user_cache_path", lambda *_a, **_k: tmp_path / "file")
    assert jit._writable_directory() is None
    monkeypatch.setattr(jit, "user_cache_path", lambda *_a, **_k: tmp_path / "new")
    directory = jit._writable_directory()
    assert directory is not None
    assert directory.is_dir()
    assert not list(directory.iterdir())

    monkeypatch.setattr(jit, "CACHE", None)

    @jit.kernel
    def double(x):
        return 2 * x

    assert double(21) == 42
    assert not jit.is_warm()
    jit.mark_warm()
    assert not jit.is_warm()


def test_caches_of_old_versions_are_dropped_after_a_month(tmp_path, monkeypatch):
    now, folders = time.time(), {name: tmp_path / name for name in ("mine", "recent", "old")}
    for path in folders.values():
        path.mkdir()
        (path / "kernel.nbc").write_text("")
    os.utime(folders["recent"], (now, now - 10 * 24 * 3600))
    for name in ("old", "mine"):
        os.utime(folders[name], (now, now - 40 * 24 * 3600))
    monkeypatch.setattr(jit, "CACHE", folders["mine"])
    assert not jit.is_warm()
    jit.mark_warm()
    assert jit.is_warm()
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "recent"}


def test_the_cache_setting_of_numba_is_left_as_it_was(tmp_path):
    before = jit.config.CACHE_DIR
    with jit._cache_directory(tmp_path):
        assert str(tmp_path) == jit.config.CACHE_DIR
    assert before == jit.config.CACHE_DIR
