"""Networks of PyTorch, saved as safetensors or npz, predict here what they predict there."""

from __future__ import annotations

import warnings
from itertools import pairwise

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.catalog.activations import ELEMENTWISE, Celu, Softmax, Tanh
from engine.errors import WeightsError
from engine.files.imports.document import network_for
from engine.files.imports.reader import read_network
from tests.parity import counterparts
from tests.parity.counterparts import nn, torch

POINTS = np.random.default_rng(0).uniform(-3, 3, (200, 2)).astype(np.float32)


def saved(model, path):
    from safetensors.torch import save_file

    state = model.state_dict()
    if path.suffix == ".npz":
        np.savez(path, **{name: tensor.numpy() for name, tensor in state.items()})
    else:
        save_file(state, path)
    return path


def trained(model):
    """Return a model whose running statistics are not those of the start."""
    torch.manual_seed(0)
    model.train()
    for _ in range(5):
        model(2 * torch.randn(64, 2) + 1)
    return model.eval()


def assert_same(model, path, activation=None, outputs="sigmoid"):
    found = read_network(saved(model, path))
    data = "circle" if found.outputs == 1 else {"kind": "blobs", "classes": found.outputs}
    experiment = network_for(Experiment.parse({"data": data}), found, activation or Tanh())
    trainer = Trainer(experiment)
    trainer.set_tensors(found.tensors)
    with torch.no_grad():
        logits = model(torch.tensor(POINTS))
        expected = torch.sigmoid(logits) if found.outputs == 1 else torch.softmax(logits, dim=1)
    np.testing.assert_allclose(trainer.predict(POINTS), expected.numpy(), atol=1e-5)
    return found


class Named(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_layer = nn.Linear(2, 12)
        self.hidden = nn.Linear(12, 6)
        self.output = nn.Linear(6, 3)

    def forward(self, x):
        return self.output(torch.tanh(self.hidden(torch.tanh(self.input_layer(x)))))


class Listed(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [2, *[5] * 11, 1]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.tanh(layer(x))
        return self.layers[-1](x)


sequential, linear = nn.Sequential, nn.Linear
MODELS = {
    "sequential": lambda: sequential(linear(2, 8), nn.Tanh(), linear(8, 4), nn.Tanh(), linear(4, 1)),
    "named": Named,
    "twelve layers of a list": Listed,
    "without biases": lambda: sequential(linear(2, 8, bias=False), nn.Tanh(), linear(8, 3)),
    "batch normalization": lambda: sequential(
        *(linear(2, 8), nn.BatchNorm1d(8), nn.Tanh()),
        *(linear(8, 6, bias=False), nn.BatchNorm1d(6), nn.Tanh()),
        linear(6, 1),
    ),
    "batch normalization that is not trained": lambda: sequential(
        linear(2, 8), nn.BatchNorm1d(8, affine=False), nn.Tanh(), linear(8, 1)
    ),
    "layer normalization": lambda: sequential(linear(2, 8), nn.LayerNorm(8), nn.Tanh(), linear(8, 3)),
    "prelu": lambda: sequential(
        linear(2, 8), nn.PReLU(), linear(8, 4), nn.LayerNorm(4), nn.PReLU(init=0.6), linear(4, 1)
    ),
    "dropout": lambda: sequential(linear(2, 8), nn.Tanh(), nn.Dropout(0.5), linear(8, 1)),
}


@pytest.mark.parametrize("suffix", [".safetensors", ".npz"])
@pytest.mark.parametrize("kind", MODELS)
def test_a_model_predicts_the_same_here(kind, suffix, tmp_path):
    assert_same(trained(MODELS[kind]()), tmp_path / f"model{suffix}")


@pytest.mark.parametrize("entry", ELEMENTWISE, ids=lambda entry: entry.key())
def test_the_chosen_activation_is_pytorch_s(entry, tmp_path):
    activation = entry()
    model = sequential(nn.Linear(2, 5), counterparts.ACTIVATIONS[entry.key()](activation, 5), nn.Linear(5, 3))
    assert_same(model.eval(), tmp_path / "m.safetensors", activation)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_numbers_of_other_types_are_those_of_the_model(dtype, tmp_path):
    model = sequential(linear(2, 8), nn.Tanh(), linear(8, 1)).to(dtype)
    found = read_network(saved(model, tmp_path / "m.safetensors"))
    for tensors, layer in zip(found.tensors, (model[0], model[2]), strict=True):
        np.testing.assert_array_equal(tensors["weight"], layer.weight.detach().float().numpy())
        np.testing.assert_array_equal(tensors["bias"], layer.bias.detach().float().numpy())


class After(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.bn1, self.fc2 = linear(2, 8), nn.BatchNorm1d(8), linear(8, 1)


REFUSED = {
    "a convolution": (
        lambda: nn.Conv2d(1, 3, 5),
        "weight has 4 dimensions: only dense layers can be imported",
    ),
    "an LSTM": (lambda: nn.LSTM(2, 3), "fit neither as (out, in) nor as (in, out)"),
    "attention": (lambda: nn.MultiheadAttention(4, 2), "no tensor of a dense layer"),
    "a normalization after the activation": (
        lambda: sequential(linear(2, 8), nn.ReLU(), nn.BatchNorm1d(8), linear(8, 1)),
        "2 is no dense layer, and the file does not tell whether it comes before or after an activation",
    ),
    "a normalization that is named": (After, "bn1 is no dense layer, and the file does not tell"),
    "a slope for each unit": (
        lambda: sequential(linear(2, 8), nn.PReLU(8), linear(8, 1)),
        "1 may be a PReLU or a normalization; the file does not tell which",
    ),
    "a bilinear layer": (lambda: nn.Bilinear(2, 2, 1), "weight has 3 dimensions"),
    "an embedding": (
        lambda: sequential(nn.Embedding(100, 5), nn.Linear(4, 1)),
        "1 takes 4 values, but 0 ",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_dense_network_is_refused(kind, tmp_path):
    model, problem = REFUSED[kind]
    with pytest.raises(WeightsError) as caught:
        read_network(saved(model(), tmp_path / "m.safetensors"))
    (sentence,) = caught.value.problems
    assert problem in sentence


def test_what_torch_saves_is_not_opened(tmp_path):
    torch.save(nn.Linear(2, 1).state_dict(), tmp_path / "m.pt")
    with pytest.raises(WeightsError, match=r"safetensors.torch.save_file\(model.state_dict\(\), path\)"):
        read_network(tmp_path / "m.pt")


def exported(model, path, opset):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter that is going to be replaced
        example = torch.tensor(POINTS[:3])
        torch.onnx.export(
            model, (example,), path, dynamo=False, opset_version=opset, do_constant_folding=False
        )
    return path


@pytest.mark.parametrize("opset", [17, 20])
@pytest.mark.parametrize("entry", ELEMENTWISE, ids=lambda entry: entry.key())
def test_an_activation_that_pytorch_exported_to_onnx_is_known_again(entry, opset, tmp_path):
    activation = Celu(alpha=2) if entry is Celu else entry()  # with 1 it is ELU
    function = counterparts.ACTIVATIONS[entry.key()](activation, 5)
    model = sequential(linear(2, 5), function, linear(5, 3), nn.Softmax(dim=1)).eval()
    found = read_network(exported(model, tmp_path / "m.onnx", opset))
    assert [layer.activation for layer in found.layers] == [activation, Softmax()]
    for tensors, layer in zip(found.tensors, (model[0], model[2]), strict=True):
        np.testing.assert_array_equal(tensors["weight"], layer.weight.detach().numpy())
        np.testing.assert_array_equal(tensors["bias"], layer.bias.detach().numpy())


def test_a_model_that_pytorch_exported_to_onnx_predicts_the_same_here(tmp_path):
    model = sequential(
        *(linear(2, 8), nn.BatchNorm1d(8, eps=1e-3), nn.GELU()),
        *(linear(8, 5, bias=False), nn.LayerNorm(5), nn.SiLU(), nn.Dropout(0.1)),
        *(linear(5, 4), nn.PReLU(4), linear(4, 1), nn.Sigmoid()),
    )
    path = exported(trained(model), tmp_path / "m.onnx", 17)
    found = read_network(path)
    trainer = Trainer(network_for(Experiment.parse({"data": "circle"}), found, Tanh()))
    trainer.set_tensors(found.tensors)
    with torch.no_grad():
        expected = model(torch.tensor(POINTS)).numpy()
    np.testing.assert_allclose(trainer.predict(POINTS), expected, atol=1e-5)
