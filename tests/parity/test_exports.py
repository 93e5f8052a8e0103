"""Weights that we write are at home in PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.catalog.activations import ACTIVATIONS
from tests.engine.exported import exported
from tests.parity import counterparts
from tests.parity.counterparts import nn, torch

# data set, what turns its outputs into predictions
DATA = {
    "spiral": nn.Sigmoid,
    "rings": lambda: nn.Softmax(dim=1),
    "reg_gauss": nn.Identity,
    "sine": nn.Identity,
}
WEIGHTS_ALONE = [entry for entry in ACTIVATIONS if not entry.trained]


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("activation", WEIGHTS_ALONE, ids=lambda entry: entry.key())
def test_safetensors_load_into_linear_layers_and_predict_the_same(activation, data, tmp_path):
    from safetensors.torch import load_file

    features = ["x1", "x1**2", "sin(x1)"] if data == "sine" else ["x1", "x2", "x1*x2"]
    gain = 0.01 if activation.key() == "exponential" else 1.0  # two in a row explode
    initializer = {"kind": "glorot_uniform", "gain": gain}
    layers = [{"units": n, "activation": activation.key(), "initializer": initializer} for n in (11, 20)]
    experiment = Experiment.parse({"data": data, "features": features, "network": {"layers": layers}})
    trainer = Trainer(experiment)
    assert trainer.advance(epochs=5)
    exported(trainer, tmp_path / "weights.safetensors")

    state = load_file(tmp_path / "weights.safetensors")
    f = counterparts.ACTIVATIONS[activation.key()]
    functions = [f(activation(), units) for units in (11, 20)]
    pieces = getattr(functions[0], "pieces", 1)
    modules = [nn.Linear(3, 11 * pieces), nn.Linear(11, 20 * pieces), nn.Linear(20, trainer.data.outputs)]
    model = nn.Sequential(*modules)
    model.load_state_dict({name.removeprefix("layers."): tensor for name, tensor in state.items()})
    whole = nn.Sequential(model[0], functions[0], model[1], functions[1], model[2], DATA[data]())

    raw = np.random.default_rng(0).uniform(-6, 6, (1000, len(trainer.data.input_names)))
    x1, x2 = raw[:, 0], raw[:, -1]
    third = [x1, x1**2, np.sin(x1)] if data == "sine" else [x1, x2, x1 * x2]
    with torch.no_grad():
        expected = whole(torch.tensor(np.stack(third, axis=1), dtype=torch.float32)).numpy()
    np.testing.assert_allclose(trainer.predict(raw), expected, rtol=1e-5, atol=1e-5)


def test_safetensors_hold_every_tensor_of_the_network(tmp_path):
    from safetensors.torch import load_file

    layers = [{"units": 5, "activation": "prelu", "normalization": "batch", "residual": True}]
    experiment = Experiment.parse({"data": "rings", "network": {"layers": layers}})
    trainer = Trainer(experiment)
    exported(trainer, tmp_path / "weights.safetensors")
    expected = {f"layers.{i}.{name}" for i, layer in enumerate(trainer.tensors) for name in layer}
    assert load_file(tmp_path / "weights.safetensors").keys() == expected
