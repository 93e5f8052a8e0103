"""Weights that we write are at home in PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.catalog.activations import ACTIVATIONS
from engine.files.weights import write_weights
from tests.parity import twin
from tests.parity.twin import nn, torch

# data set, what turns its outputs into predictions
DATA = {
    "spiral": nn.Sigmoid,
    "rings": lambda: nn.Softmax(dim=1),
    "reg_gauss": nn.Identity,
    "sine": nn.Identity,
}


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda entry: entry.key())
def test_safetensors_load_into_linear_layers_and_predict_the_same(activation, data, tmp_path):
    from safetensors.torch import load_file

    features = ["x1", "x1**2", "sin(x1)"] if data == "sine" else ["x1", "x2", "x1*x2"]
    layers = [{"units": units, "activation": activation.key()} for units in (11, 20)]
    experiment = Experiment.parse({"data": data, "features": features, "network": {"layers": layers}})
    trainer = Trainer(experiment)
    assert trainer.advance(epochs=5)
    write_weights(tmp_path / "weights.safetensors", trainer.parameters, experiment)

    state = load_file(tmp_path / "weights.safetensors")
    model = nn.Sequential(nn.Linear(3, 11), nn.Linear(11, 20), nn.Linear(20, trainer.data.outputs))
    model.load_state_dict({name.removeprefix("layers."): tensor for name, tensor in state.items()})
    f = twin.ACTIVATIONS[activation.key()](activation())
    whole = nn.Sequential(model[0], f, model[1], f, model[2], DATA[data]())

    raw = np.random.default_rng(0).uniform(-6, 6, (1000, len(trainer.data.input_names)))
    x1, x2 = raw[:, 0], raw[:, -1]
    third = [x1, x1**2, np.sin(x1)] if data == "sine" else [x1, x2, x1 * x2]
    with torch.no_grad():
        expected = whole(torch.tensor(np.stack(third, axis=1), dtype=torch.float32)).numpy()
    np.testing.assert_allclose(trainer.predict(raw), expected, rtol=1e-5, atol=1e-5)
