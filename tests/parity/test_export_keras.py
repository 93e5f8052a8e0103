"""The file for Keras predicts what the engine does, on every backend, and trains on."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest

from engine.catalog.activations import ACTIVATIONS, ELEMENTWISE
from engine.files.export import keras_file
from engine.files.export.format import UNCHECKED, Unavailable
from engine.files.export.keras_file import FORMAT, render
from engine.files.export.portable import portable
from engine.files.export.verify import export, largest_difference, points_of
from tests.parity.counterparts import torch
from tests.parity.test_export_torch import CHOICES, layered, table, trained

os.environ["KERAS_BACKEND"] = "torch"
keras = pytest.importorskip("keras", reason="Keras is not installed (the extra `parity`)")

torch.set_num_threads(1)
# Keras's own way from PyTorch's tensors to NumPy.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def written(trainer, folder, name="network.keras.py"):
    path = folder / name
    path.write_bytes(render(portable(trainer), UNCHECKED))
    return path


def loaded(trainer, folder):
    """Return the module that a trainer's network makes."""
    spec = importlib.util.spec_from_file_location("network", written(trainer, folder))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def assert_predicts(trainer, folder):
    inputs = points_of(portable(trainer))
    assert largest_difference(loaded(trainer, folder).predict(inputs), trainer.predict(inputs)) <= 1e-5


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda entry: entry.key())
@pytest.mark.parametrize("choice", [{}, *CHOICES], ids=str)
def test_every_kind_of_layer_predicts_the_same(activation, choice, tmp_path):
    gain = 0.1 if activation.key() == "exponential" else 1.0
    common = {"activation": activation.key(), "initializer": {"kind": "glorot_uniform", "gain": gain}}
    trainer = trained(layered({"units": 6, **common}, {"units": 6, **common, **choice}))
    assert_predicts(trainer, tmp_path)


@pytest.mark.parametrize("data", ["spiral", "rings", "reg_gauss", "sine"])
@pytest.mark.parametrize("output", ["auto", *(entry.key() for entry in ELEMENTWISE)])
def test_every_output_predicts_the_same(data, output, tmp_path):
    training = {"loss": "mse", "optimizer": {"kind": "sgd", "learning_rate": 1e-3}}
    network = {"layers": [{"units": 5}], "output": {"activation": output}}
    trainer = trained({"data": {"kind": data, "samples": 60}, "network": network, "training": training})
    assert_predicts(trainer, tmp_path)


PREDICT_ALL = """
import importlib.util, pathlib, sys
import numpy as np
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.keras.py")):
    spec = importlib.util.spec_from_file_location("network", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    np.save(str(path) + ".npy", module.predict(np.load(str(path) + ".inputs.npy")))
"""


@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_every_activation_predicts_the_same_on_other_backends(backend, tmp_path):
    trainers = []
    for i, activation in enumerate(ACTIVATIONS):
        choice = [*CHOICES[:8], CHOICES[-1]][i % 9]
        gain = 0.1 if activation.key() == "exponential" else 1.0
        initializer = {"kind": "glorot_uniform", "gain": gain}
        common = {"units": 6, "activation": activation.key(), "initializer": initializer}
        trainers.append(trained(layered(common, {**common, **choice})))
        path = written(trainers[-1], tmp_path, f"{i:02}.keras.py")
        np.save(f"{path}.inputs.npy", points_of(portable(trainers[-1])))
    environment = {**os.environ, "KERAS_BACKEND": backend}
    subprocess.run([sys.executable, "-c", PREDICT_ALL, str(tmp_path)], check=True, env=environment)
    for i, trainer in enumerate(trainers):
        found = np.load(tmp_path / f"{i:02}.keras.py.npy")
        assert largest_difference(found, trainer.predict(points_of(portable(trainer)))) <= 1e-5


def test_a_table_with_odd_names_is_exported_and_checked(tmp_path):
    trainer = trained(table(tmp_path, 80))
    done = export(tmp_path / "out.keras.py", portable(trainer), trainer.predict)
    assert done.check.difference is not None and done.check.consumer.startswith("Keras 3")
    assert done.check.text in (tmp_path / "out.keras.py").read_text("utf-8")


def test_without_a_backend_it_is_not_run(tmp_path, monkeypatch):
    monkeypatch.setattr(keras_file, "BACKENDS", {"numpy": "no_such_package"})
    with pytest.raises(Unavailable, match="no backend"):
        FORMAT.run(tmp_path / "x.keras.py", np.zeros((1, 2), np.float32))
