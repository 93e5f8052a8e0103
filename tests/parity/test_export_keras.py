"""The file for Keras predicts what the engine does, on every backend, and trains on."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from engine.catalog.activations import ACTIVATIONS
from engine.catalog.optimizers import OPTIMIZERS
from engine.catalog.regularizers import REGULARIZERS
from engine.catalog.schedules import SCHEDULES
from engine.files.export import keras_file, rows_text
from engine.files.export.comparison import largest_difference, points_of
from engine.files.export.format import UNCHECKED, Unavailable
from engine.files.export.keras_file import FORMAT
from engine.files.export.keras_model import weights
from engine.files.export.portable import portable
from engine.files.export.verify import export
from tests.engine.exported import assert_header_holds
from tests.parity.counterparts import torch
from tests.parity.modules import CHOICES, LOSSES_ON_DATA, SMALL, layered, module_of, table, trained

os.environ["KERAS_BACKEND"] = "torch"
keras = pytest.importorskip("keras", reason="Keras is not installed (the extra `parity`)")

torch.set_num_threads(1)
# Keras's own way from PyTorch's tensors to NumPy.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def loaded(trainer, folder):
    return module_of(FORMAT, trainer, folder)


def written(trainer, folder, name="network.keras.py"):
    path = folder / name
    path.write_bytes(FORMAT.render(portable(trainer), UNCHECKED))
    return path


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
    monkeypatch.setattr(keras_file, "BACKENDS", ("no_such_package",))
    with pytest.raises(Unavailable, match="no backend"):
        FORMAT.run(tmp_path / "x.keras.py", np.zeros((1, 2), np.float32))


# Training


def trained_on(document, folder, epochs=1, before=0):
    """Return all weights after training here and in Keras, and how far the largest has come."""
    document = {**document, "training": {"shuffle": False, **document.get("training", {})}}
    trainer = trained(document, before)
    start = trainer.tensors
    model = loaded(trainer, folder).train(epochs)
    trainer.advance(epochs=epochs)
    found = {weight.path: np.array(keras.ops.convert_to_numpy(weight)) for weight in model.weights}
    moved = max(
        np.abs(new[name] - old[name]).max()
        for new, old in zip(trainer.tensors, start, strict=True)
        for name in old
    )
    return found, dict(weights(portable(trainer))), moved


def assert_goes_on(document, folder, epochs=1, before=0, relative=1e-4):
    found, expected, moved = trained_on(document, folder, epochs, before)
    for path, weight in expected.items():
        assert (np.abs(found[path] - weight) <= relative * np.maximum(1, np.abs(weight))).all(), path
    assert moved > 1e-3


EXACT = [
    {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.9},
    {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "form": "velocity"},
    {"kind": "adadelta", "learning_rate": 10.0},
    {"kind": "nadam", "learning_rate": 0.02},
    {"kind": "radam", "learning_rate": 0.02},
    {"kind": "lion", "learning_rate": 0.005, "weight_decay": 0.1},
    {"kind": "rprop", "learning_rate": 0.005},
    # What is done with epsilon does not show where it is small.
    {"kind": "adam", "learning_rate": 0.02, "epsilon": 1e-12},
    {"kind": "adamw", "learning_rate": 0.02, "epsilon": 1e-12, "weight_decay": 0.1},
    {"kind": "amsgrad", "learning_rate": 0.02, "epsilon": 1e-12},
    {"kind": "adamax", "learning_rate": 0.02, "epsilon": 1e-12},
    {"kind": "adagrad", "learning_rate": 0.02, "epsilon": 1e-12},
    {"kind": "rmsprop", "learning_rate": 0.002, "epsilon": 1e-12},
    {"kind": "rmsprop", "learning_rate": 0.002, "epsilon": 1e-12, "momentum": 0.5},
]


@pytest.mark.parametrize("optimizer", EXACT, ids=str)
def test_optimizers_train_as_here_from_the_start(optimizer, tmp_path):
    assert_goes_on({**SMALL, "training": {"optimizer": optimizer}}, tmp_path)


def test_every_optimizer_is_kerass_or_written_out(tmp_path):
    for entry in OPTIMIZERS:
        module = loaded(trained({**SMALL, "training": {"optimizer": entry.key()}}, 1), tmp_path)
        kind = type(module.compiled(module.network()).optimizer)
        assert (kind.__module__ == "network") == (entry.key() in ("nadam", "radam", "rprop"))


@pytest.mark.parametrize(("loss", "data"), LOSSES_ON_DATA)
def test_every_loss_trains_as_here(loss, data, tmp_path):
    document = {**SMALL, "data": data}
    optimizer = {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.9}
    numbers = {"label_smoothing": 0.1} if "label_smoothing" in loss.model_fields else {}
    document["training"] = {"loss": {"kind": loss.key(), **numbers}, "optimizer": optimizer}
    assert_goes_on(document, tmp_path)


@pytest.mark.parametrize("kind", ["cross_entropy", "mse", "huber"])
def test_classes_are_weighed(kind, tmp_path):
    loss = {"kind": kind, "class_weights": [0.5, 2.0, 1.0]}
    training = {"loss": loss, "optimizer": {"kind": "sgd", "learning_rate": 0.1}}
    assert_goes_on({**SMALL, "data": {"kind": "rings", "samples": 60}, "training": training}, tmp_path)


@pytest.mark.parametrize("regularizer", REGULARIZERS, ids=lambda entry: entry.key())
def test_every_regularizer_trains_as_here(regularizer, tmp_path):
    strength = {"max_norm": {"limit": 0.8}, "none": {}}.get(regularizer.key(), {"rate": 0.01})
    training = {
        "regularizer": {"kind": regularizer.key(), **strength},
        "optimizer": {"kind": "sgd", "learning_rate": 0.1},
    }
    # The slope of |w| in place of a distance towards 0: of weights beside it, the same to the first order.
    relative = 2e-3 if regularizer.key() in ("l1", "elastic_net") else 1e-4
    assert_goes_on({**SMALL, "training": training}, tmp_path, relative=relative)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda entry: entry.key())
def test_every_schedule_trains_as_here(schedule, tmp_path):
    numbers = {
        "step": {"every": 2, "gamma": 0.5},
        "polynomial": {"epochs": 8, "end": 0.1},
        "cosine": {"epochs": 8},
        "cosine_restarts": {"epochs": 2},
        "one_cycle": {"epochs": 9},
        "plateau": {"patience": 1000},
    }.get(schedule.key(), {})
    warmup = 0 if schedule.key() == "plateau" else 2
    training = {
        "schedule": {"kind": schedule.key(), "warmup": warmup, **numbers},
        "optimizer": {"kind": "sgd", "learning_rate": 0.3},
    }
    assert_goes_on({**SMALL, "training": training}, tmp_path, epochs=3, before=2)


@pytest.mark.parametrize("clip", [{"gradient_clip": 0.02}, {"gradient_clip_value": 0.003}], ids=str)
def test_gradients_are_clipped(clip, tmp_path):
    training = {"optimizer": {"kind": "sgd", "learning_rate": 0.5, "momentum": 0.9}, **clip}
    assert_goes_on({**SMALL, "training": training}, tmp_path)


def test_a_frozen_layer_stays(tmp_path):
    document = layered({"units": 6, "frozen": True, "activation": "prelu"}, {"units": 5})
    training = {"optimizer": {"kind": "sgd", "learning_rate": 0.1}}
    assert_goes_on({**document, "training": training}, tmp_path)


def test_what_is_not_as_here_is_said():
    def notes(before=0, layers=({"units": 4},), **training):
        document = layered(*layers, training=training)
        return " ".join(FORMAT.notes(portable(trained(document, before))))

    sgd = {"kind": "sgd", "learning_rate": 0.1}
    assert notes(optimizer=sgd) == ""
    assert "L-BFGS" in notes(optimizer="lbfgs")
    assert "begins anew" in notes(2, optimizer={**sgd, "momentum": 0.9})
    assert "epsilon of Adam" in notes(optimizer="adam")
    assert "gathers steps" in notes(optimizer={**sgd, "momentum": 0.9}, schedule="cosine")
    assert "any lower loss" in notes(optimizer=sgd, schedule="plateau")
    assert "warm-up" in notes(optimizer=sgd, schedule={"kind": "plateau", "warmup": 3})
    assert "L1" in notes(optimizer=sgd, regularizer="l1")
    assert "weight decay" in notes(optimizer="lion", regularizer="weight_decay")
    assert "norm alone" in notes(optimizer=sgd, gradient_clip=1.0, gradient_clip_value=1.0)
    assert "Single weights" in notes(layers=[{"units": 4, "muted_weights": [[0, 0]]}], optimizer=sgd)
    batch = notes(layers=[{"units": 4, "normalization": "batch", "frozen": True}], optimizer=sgd)
    assert "running variance" in batch and "keeps its statistics" in batch
    assert "few digits" in notes(layers=[{"units": 4, "normalization": "layer"}], optimizer=sgd)
    assert "stop rules" in notes(optimizer=sgd, stop={"loss": 0.1})


def test_the_command_line_trains_and_saves_what_keras_loads(tmp_path):
    trainer = trained(
        layered({"units": 5, "activation": "gaussian"}, training={"optimizer": "nadam", "loss": "log_cosh"})
    )
    path = written(trainer, tmp_path)
    command = [sys.executable, str(path), "--epochs", "2", "--seed", "1", "--save", str(tmp_path / "a.keras")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Epoch 4/4" in done.stdout and "val_loss" in done.stdout
    module = loaded(trainer, tmp_path)
    model = keras.models.load_model(tmp_path / "a.keras")
    assert module.predict([[0.5, 1.0]], model).shape == (1, 1)
    refused = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "KERAS_BACKEND": "numpy"}, check=False
    )
    assert refused.returncode == 2 and "cannot train" in refused.stderr


ADAM = {"learning_rate": 0.02, "kind": "adam", "epsilon": 1e-12}


@pytest.mark.parametrize(
    "loss",
    [
        "cross_entropy",
        "half_squared_error",
        {"kind": "cross_entropy", "class_weights": [1.0, 3.0]},
        {"kind": "focal", "class_weights": [1.0, 3.0]},
    ],
    ids=str,
)
def test_the_losses_that_are_told_are_those_of_unfold(tmp_path, loss):
    training = {"loss": loss, "optimizer": ADAM, "regularizer": {"kind": "l2", "rate": 0.05}}
    document = layered({"units": 6}, training={**training, "shuffle": False})
    trainer = trained(document, 2)
    module, losses = loaded(trainer, tmp_path), trainer.snapshot().losses
    for part in ("train", "test"):
        assert module.loss_of(module.MODEL, part) == pytest.approx(losses[part], rel=1e-5)
    model = module.train(1)
    found = model.history.history
    assert found["loss"] == [module.loss_of(model, "train")]
    assert found["val_loss"] == [module.loss_of(model, "test")]


def test_its_header_holds_when_it_is_copied(tmp_path):
    path = written(trained(layered({"units": 3})), tmp_path)
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    assert_header_holds(path, environment)


NOT_INSTALLED = """
import importlib.util, runpy, sys
find = importlib.util.find_spec
missing = sys.argv[2].split(",")
importlib.util.find_spec = lambda name, *more: None if name in missing else find(name, *more)
runpy.run_path(sys.argv[1], run_name=sys.argv[3])
"""


@pytest.mark.parametrize(
    ("missing", "wanted", "told"),
    [
        ("torch,jax,tensorflow", None, "a backend for it: install keras, and torch, jax or tensorflow"),
        ("keras", None, "this needs Keras 3 and a backend"),
        ("tensorflow", "tensorflow", "KERAS_BACKEND asks for tensorflow, which is not installed"),
    ],
)
def test_without_keras_or_a_backend_it_says_so_in_one_line(tmp_path, missing, wanted, told):
    path = written(trained(layered({"units": 3})), tmp_path)
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    environment |= {"KERAS_BACKEND": wanted} if wanted else {}
    for name, lines in (("__main__", 1), ("network", 2)):
        command = [sys.executable, "-c", NOT_INSTALLED, str(path), missing, name]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 1
        assert told in done.stderr.splitlines()[-1]
        assert len(done.stderr.splitlines()) >= lines
        assert ("Traceback" in done.stderr) == (name != "__main__")


def test_rows_that_are_too_many_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(rows_text, "MOST", 1000)
    optimizer = {"kind": "sgd", "learning_rate": 0.1}
    document = {**table(tmp_path, 80, 0.0), "training": {"shuffle": False, "optimizer": optimizer}}
    trainer = trained(document)
    assert any("--train-data" in note for note in FORMAT.notes(portable(trainer)))
    module = loaded(trainer, tmp_path)
    module.DATA["train"] = tmp_path / "table.csv"
    model = module.train(1)
    trainer.advance(epochs=1)
    found = np.array(keras.ops.convert_to_numpy(model.get_layer("layer1").kernel))
    np.testing.assert_allclose(found, trainer.tensors[0]["weight"].T, atol=1e-4)
