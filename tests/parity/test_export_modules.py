"""The files for PyTorch and for Keras predict what the engine does."""

from __future__ import annotations

import importlib.util

import pytest

from engine.catalog.activations import ACTIVATIONS, ELEMENTWISE
from engine.files.export import keras_file, pytorch
from engine.files.export.comparison import largest_difference, points_of
from engine.files.export.portable import portable
from tests.parity.counterparts import torch
from tests.parity.modules import CHOICES, layered, module_of, trained

torch.set_num_threads(1)
# Keras's own way from PyTorch's tensors to NumPy.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

needs_keras = pytest.mark.skipif(
    importlib.util.find_spec("keras") is None, reason="Keras is not installed (the extra `parity`)"
)
both = pytest.mark.parametrize(
    "kind", [pytorch.FORMAT, pytest.param(keras_file.FORMAT, marks=needs_keras)], ids=["torch", "keras"]
)


def assert_predicts(kind, trainer, folder):
    inputs = points_of(portable(trainer))
    found = module_of(kind, trainer, folder).predict(inputs)
    assert largest_difference(found, trainer.predict(inputs)) <= 1e-5


@both
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda entry: entry.key())
@pytest.mark.parametrize("choice", [{}, *CHOICES], ids=str)
def test_every_kind_of_layer_predicts_the_same(kind, activation, choice, tmp_path):
    gain = 0.1 if activation.key() == "exponential" else 1.0
    common = {"activation": activation.key(), "initializer": {"kind": "glorot_uniform", "gain": gain}}
    trainer = trained(layered({"units": 6, **common}, {"units": 6, **common, **choice}))
    assert_predicts(kind, trainer, tmp_path)


@both
@pytest.mark.parametrize("data", ["spiral", "rings", "reg_gauss", "sine"])
@pytest.mark.parametrize("output", ["auto", *(entry.key() for entry in ELEMENTWISE)])
def test_every_output_predicts_the_same(kind, data, output, tmp_path):
    training = {"loss": "mse", "optimizer": {"kind": "sgd", "learning_rate": 1e-3}}
    network = {"layers": [{"units": 5}], "output": {"activation": output}}
    trainer = trained({"data": {"kind": data, "samples": 60}, "network": network, "training": training})
    assert_predicts(kind, trainer, tmp_path)
