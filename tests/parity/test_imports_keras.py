"""Networks of Keras, saved as npz, predict here what they predict there."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.catalog.activations import Tanh
from engine.files.imports.document import network_for
from engine.files.imports.reader import read_network

# In a process of its own, since the backend is chosen where Keras is first imported.
SCRIPT = """
import sys, numpy, keras
from keras import layers
model = keras.Sequential([
    keras.Input((2,)),
    *(layers.Dense(6, "tanh", bias_initializer="glorot_uniform") for _ in range(11)),
    layers.Dense(3, "softmax"),
])
numpy.savez("bare.npz", *model.get_weights())
numpy.savez("named.npz", **{weight.path: weight.numpy() for weight in model.weights})
points = numpy.load("points.npy")
numpy.save("expected.npy", keras.ops.convert_to_numpy(model(points)))
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    if importlib.util.find_spec("keras") is None:
        pytest.skip("Keras is not installed")
    folder = tmp_path_factory.mktemp("keras")
    points = np.random.default_rng(0).uniform(-3, 3, (200, 2)).astype(np.float32)
    np.save(folder / "points.npy", points)
    environment = {**os.environ, "KERAS_BACKEND": "torch"}
    subprocess.run([sys.executable, "-c", SCRIPT], cwd=folder, env=environment, check=True, timeout=200)
    return folder


@pytest.mark.parametrize("name", ["bare", "named"])
def test_a_model_predicts_the_same_here(name, saved):
    found = read_network(saved / f"{name}.npz")
    assert len(found.layers) == 12
    document = Experiment.parse({"data": {"kind": "blobs", "classes": 3}})
    trainer = Trainer(network_for(document, found, Tanh()))
    trainer.set_tensors(found.tensors)
    expected = np.load(saved / "expected.npy")
    np.testing.assert_allclose(trainer.predict(np.load(saved / "points.npy")), expected, atol=1e-5)
