"""The file for PyTorch predicts what the engine does, and goes on with the training as the engine would."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from engine.catalog.regularizers import REGULARIZERS
from engine.catalog.schedules import SCHEDULES
from engine.files.export import rows_text
from engine.files.export.comparison import points_of
from engine.files.export.portable import portable
from engine.files.export.pytorch import FORMAT
from engine.files.export.schedule_text import factor_lines
from engine.files.export.verify import export
from tests.engine.exported import assert_header_holds, exported
from tests.parity.counterparts import torch
from tests.parity.modules import CHOICES, LOSSES_ON_DATA, SMALL, layered, module_of, table, trained
from tests.parity.test_optimizers import SETTINGS

torch.set_num_threads(1)


def loaded(trainer, folder):
    return module_of(FORMAT, trainer, folder)


# Training


def assert_goes_on(document, folder, epochs=1, before=2):
    """Train here and there from the same state, and compare all tensors."""
    document = {**document, "training": {"shuffle": False, **document.get("training", {})}}
    trainer = trained(document, before)
    start = trainer.tensors
    model = loaded(trainer, folder).train(epochs)
    trainer.advance(epochs=epochs)
    found = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    moved = 0.0
    for i, (layer, initial) in enumerate(zip(trainer.tensors, start, strict=True)):
        for name, expected in layer.items():
            difference = np.abs(found[f"layers.{i}.{name}"] - expected)
            assert (difference <= 1e-4 * np.maximum(1, np.abs(expected))).all(), (name, difference.max())
            moved = max(moved, np.abs(expected - initial[name]).max())
    return moved


@pytest.mark.parametrize("before", [0, 3])
@pytest.mark.parametrize("optimizer", SETTINGS, ids=str)
def test_every_optimizer_goes_on_with_its_memory(optimizer, before, tmp_path):
    document = {**SMALL, "training": {"optimizer": optimizer}}
    assert (assert_goes_on(document, tmp_path, before=before) > 1e-4) == (optimizer.get("learning_rate") != 0)


@pytest.mark.parametrize(("loss", "data"), LOSSES_ON_DATA)
def test_every_loss_goes_on(loss, data, tmp_path):
    document = {**SMALL, "data": data}
    optimizer = {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.9}
    document["training"] = {"loss": loss.key(), "optimizer": optimizer}
    assert assert_goes_on(document, tmp_path) > 1e-3


@pytest.mark.parametrize(
    "loss",
    [
        {"kind": "cross_entropy", "label_smoothing": 0.2, "class_weights": [0.5, 2.0, 1.0]},
        {"kind": "focal", "gamma": 1.3, "class_weights": [0.5, 2.0, 1.0]},
        {"kind": "mse", "class_weights": [0.5, 2.0, 1.0]},
        {"kind": "huber", "delta": 0.3},
    ],
    ids=str,
)
def test_numbers_of_a_loss_are_kept(loss, tmp_path):
    document = {**SMALL, "data": {"kind": "rings", "samples": 60, "noise": 0.2}, "training": {"loss": loss}}
    assert assert_goes_on(document, tmp_path) > 1e-3


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", "lion"])
@pytest.mark.parametrize("regularizer", REGULARIZERS, ids=lambda entry: entry.key())
def test_every_regularizer_goes_on(regularizer, optimizer, tmp_path):
    strength = {"max_norm": {"limit": 0.8}, "none": {}}.get(regularizer.key(), {"rate": 0.05})
    rate = 0.005 if optimizer == "lion" else 0.05
    training = {
        "regularizer": {"kind": regularizer.key(), **strength},
        "optimizer": {"kind": optimizer, "learning_rate": rate},
    }
    layers = [{"units": 6}, {"units": 4, "residual": True, "normalization": "layer", "activation": "prelu"}]
    assert assert_goes_on({**layered(*layers), "training": training}, tmp_path) > 1e-3


@pytest.mark.parametrize("warmup", [0, 3])
@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda entry: entry.key())
def test_every_schedule_goes_on(schedule, warmup, tmp_path):
    numbers = {
        "step": {"every": 3, "gamma": 0.5},
        "polynomial": {"epochs": 8, "end": 0.1},
        "cosine": {"epochs": 8},
        "cosine_restarts": {"epochs": 2},
        "one_cycle": {"epochs": 9},
        "plateau": {"patience": 0, "threshold": 0.5},
    }.get(schedule.key(), {})
    document = {
        **SMALL,
        "training": {
            "schedule": {"kind": schedule.key(), "warmup": warmup, **numbers},
            "optimizer": {"kind": "sgd", "learning_rate": 0.3},
        },
    }
    for before in (0, 2, 5):
        assert_goes_on(document, tmp_path, epochs=3, before=before)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda entry: entry.key())
def test_a_schedule_is_written_as_it_is(schedule):
    for numbers in ({}, {"warmup": 7}):
        for length in ({}, {"epochs": 2}, {"epochs": 13}, {"every": 4}):
            if length and next(iter(length)) not in schedule.model_fields:
                continue
            entry = schedule.model_validate({**numbers, **length})
            names = {}
            body = "\n".join(f"    {line}" for line in factor_lines(entry))
            exec(f"import math\ndef factor(epoch):\n{body}", names)
            epochs = np.arange(60)
            np.testing.assert_allclose([names["factor"](int(e)) for e in epochs], entry.factor(epochs), 1e-12)


@pytest.mark.parametrize("choice", [c for c in CHOICES if "dropout" not in c], ids=str)
@pytest.mark.parametrize("activation", ["tanh", "maxout", "prelu", "gaussian"])
def test_every_kind_of_layer_goes_on(activation, choice, tmp_path):
    layers = [{"units": 6, "activation": activation}, {"units": 6, "activation": activation, **choice}]
    # Under batch normalization a bias has no gradient but rounding, of which Adam would make whole steps.
    kind, rate = ("sgd", 0.1) if choice.get("normalization") == "batch" else ("adam", 0.01)
    training = {"optimizer": {"kind": kind, "learning_rate": rate}, "regularizer": "l2"}
    assert assert_goes_on({**layered(*layers), "training": training}, tmp_path) > 1e-3


def test_a_last_batch_of_one_row_is_normalized(tmp_path):
    document = layered({"units": 6, "normalization": "batch", "activation": "relu"})
    document["data"] = {"kind": "moons", "samples": 62, "test_fraction": 0.5}
    training = {"optimizer": {"kind": "sgd", "momentum": 0.9, "learning_rate": 0.1}, "batch_size": 10}
    assert assert_goes_on({**document, "training": training}, tmp_path, epochs=2) > 1e-3


@pytest.mark.parametrize("frozen", ["frozen", "frozen_weights", "muted_weights"])
@pytest.mark.parametrize("optimizer", ["sgd", "adamw", "lion", "lbfgs"])
def test_what_is_frozen_stays(frozen, optimizer, tmp_path):
    choice = True if frozen == "frozen" else [[0, 1], [4, 3]]
    document = layered({"units": 6}, {"units": 5, frozen: choice, "activation": "maxout"})
    training = {"optimizer": {"kind": optimizer, "learning_rate": 0.1 if optimizer == "sgd" else 0.01}}
    training["gradient_clip"] = 0.05
    training["regularizer"] = {"kind": "l2", "rate": 0.1}
    assert_goes_on({**document, "training": training}, tmp_path)


@pytest.mark.parametrize("clip", [{"gradient_clip": 0.02}, {"gradient_clip_value": 0.003}], ids=str)
def test_gradients_are_clipped(clip, tmp_path):
    training = {"optimizer": {"kind": "sgd", "learning_rate": 0.5, "momentum": 0.9}, **clip}
    assert assert_goes_on({**SMALL, "training": training}, tmp_path) > 1e-3


@pytest.mark.parametrize("layer", [{}, {"normalization": "batch"}, {"residual": True}], ids=str)
@pytest.mark.parametrize("before", [0, 1, 4])
def test_lbfgs_goes_on_with_its_memory(before, layer, tmp_path):
    document = layered({"units": 6}, {"units": 4, **layer})
    training = {"optimizer": "lbfgs", "regularizer": {"kind": "l2", "rate": 0.01}}
    assert assert_goes_on({**document, "training": training}, tmp_path, 2, before) > 1e-3


# The file


def test_a_table_with_odd_names_is_exported_and_checked(tmp_path):
    trainer = trained(table(tmp_path, 80))
    done = export(tmp_path / "out.torch.py", portable(trainer), trainer.predict)
    assert done.check.difference is not None and done.check.consumer.startswith("PyTorch ")
    assert done.check.text in (tmp_path / "out.torch.py").read_text("utf-8")


def test_safetensors_of_ours_load_strictly_and_those_it_saves_load_here(tmp_path):
    from safetensors.torch import load_file

    from engine.files.imports.weights import read_weights

    choice = {"normalization": "batch", "residual": True, "muted_units": [1]}
    trainer = trained(layered({"units": 6, "activation": "prelu", **choice}, {"units": 5, **choice}))
    exported(trainer, tmp_path / "weights.safetensors")
    module = loaded(trainer, tmp_path)
    model = module.Network()
    model.load_state_dict(load_file(tmp_path / "weights.safetensors"), strict=True)
    inputs = points_of(portable(trainer))
    np.testing.assert_allclose(module.predict(inputs, model.eval()), trainer.predict(inputs), atol=1e-5)

    script = [sys.executable, str(tmp_path / "network.torch.py"), "--epochs", "2", "--seed", "1"]
    done = subprocess.run(
        [*script, "--save", str(tmp_path / "more.safetensors")], capture_output=True, text=True, check=True
    )
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["epoch 2", "epoch 3", "epoch 4"]
    losses = trainer.snapshot().losses
    assert done.stdout.startswith(f"epoch 2: train {losses['train']:.4g}"[:20])
    trainer.set_tensors(read_weights(tmp_path / "more.safetensors"))


def test_predict_takes_tensors_and_lists(tmp_path):
    module = loaded(trained(SMALL), tmp_path)
    rows = [[0.5, -1.0], [1.0, 2.0]]
    found = module.predict(torch.tensor(rows))
    assert isinstance(found, torch.Tensor)
    np.testing.assert_array_equal(found.numpy(), module.predict(rows))


def test_its_header_holds_when_it_is_copied(tmp_path):
    trainer = trained(SMALL)
    loaded(trainer, tmp_path)
    assert_header_holds(tmp_path / "network.torch.py")


def test_rows_that_are_too_many_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(rows_text, "MOST", 1000)
    document = {**table(tmp_path, 80, 0.0), "training": {"shuffle": False}}
    trainer = trained(document)
    assert any("--train-data" in note for note in FORMAT.notes(portable(trainer)))
    module = loaded(trainer, tmp_path)
    monkeypatch.setattr(
        sys, "argv", ["network", "--train-data", str(tmp_path / "table.csv"), "--epochs", "1"]
    )
    module.main()
    module.DATA.clear()
    module.DATA["train"] = tmp_path / "table.csv"
    model = module.train(1)
    trainer.advance(epochs=1)
    for layer, expected in zip(model.layers, trainer.tensors, strict=True):
        np.testing.assert_allclose(layer.weight.detach().numpy(), expected["weight"], atol=1e-4)


def test_values_of_several_targets_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(rows_text, "MOST", 1000)
    document = table(tmp_path, 80, 0.0)
    names = document["data"]["inputs"]
    document["data"] |= {"inputs": names[:1], "target": names[1:], "task": "regression"}
    loss = {"kind": "mse", "class_weights": [1.0, 2.0]}  # which a regression leaves aside
    document |= {"features": [], "training": {"shuffle": False, "loss": loss, "optimizer": "sgd"}}
    trainer = trained(document)
    module = loaded(trainer, tmp_path)
    module.DATA["train"] = tmp_path / "table.csv"
    model = module.train(1)
    trainer.advance(epochs=1)
    for layer, expected in zip(model.layers, trainer.tensors, strict=True):
        np.testing.assert_allclose(layer.weight.detach().numpy(), expected["weight"], rtol=1e-4, atol=1e-4)


def test_what_is_not_continued_exactly_is_said(tmp_path):
    layers = [{"units": 4, "dropout": 0.2}]
    training = {"input_noise": 0.1, "stop": {"epochs": 100}}
    notes = FORMAT.notes(portable(trained(layered(*layers, training=training), 1, 1)))
    assert len(notes) == 3
    assert "the order of the rows, dropout, input noise" in notes[0]
    assert not FORMAT.notes(portable(trained({**SMALL, "training": {"shuffle": False}})))


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_dropout_and_noise_act_in_training_alone(optimizer, tmp_path):
    document = layered({"units": 40, "dropout": 0.5, "normalization": "batch"})
    module = loaded(trained({**document, "training": {"optimizer": optimizer, "input_noise": 0.3}}), tmp_path)
    rows = [[0.5, -1.0]]
    before = module.predict(rows)
    np.testing.assert_array_equal(before, module.predict(rows))
    first, second = (module.train(1) for _ in range(2))
    assert not torch.equal(first.layers[0].weight, second.layers[0].weight)
