"""The command line: what it writes, and what it tells."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.catalog.metrics import metrics_for
from engine.files.export.weight_files import ALONE
from engine.files.imports.weights import read_weights
from tests.engine.command import ROWS, SMALL, TABLE, assert_weights, files_told, run, trained


def test_train_writes_weights_and_history(folder, capsys):
    status = run(
        "train",
        "e.json",
        "--epochs",
        "5",
        "--export",
        "o.npz",
        "--export",
        "o.safetensors",
        "--history",
        "h.csv",
    )
    out, err = capsys.readouterr()
    assert (status, err) == (0, "")
    trainer = trained(5)
    assert_weights(folder / "o.npz", trainer)
    assert_weights(folder / "o.safetensors", trainer)
    snapshot = trainer.snapshot()
    lines = out.splitlines()
    assert lines[0] == (
        f"epoch 5, step 15; train loss {snapshot.losses['train']:.6g} "
        f"(accuracy {snapshot.metrics['train']['accuracy']:.4f}); test loss {snapshot.losses['test']:.6g} "
        f"(accuracy {snapshot.metrics['test']['accuracy']:.4f})"
    )
    assert files_told(lines[1:]) == ["o.npz", "o.safetensors", "h.csv"]
    assert lines[2] == f"  {ALONE}"
    assert out.count(ALONE) == 1
    assert sorted(p.name for p in folder.iterdir()) == ["e.json", "h.csv", "o.npz", "o.safetensors"]


def test_history_holds_every_epoch_as_it_was(folder):
    assert run("train", "e.json", "--epochs", "4", "--history", "h.csv") == 0
    with open("h.csv", newline="") as file:
        header, *rows = csv.reader(file)
    metrics = [metric.key() for metric in metrics_for("classification", 2)]
    assert "top_k" not in metrics
    columns = [f"{part}_{name}" for part in ("train", "test") for name in ("loss", *metrics)]
    assert header == ["epoch", "step", "learning_rate", *columns]
    assert columns[:2] == ["train_loss", "train_accuracy"]
    trainer = trained(0)
    for i, row in enumerate(rows):
        snapshot = trainer.snapshot()
        assert row[:2] == [str(i), str(3 * i)]
        expected = [
            value
            for part in ("train", "test")
            for value in (snapshot.losses[part], *(snapshot.metrics[part][name] for name in metrics))
        ]
        assert [float(cell) for cell in row[2:]] == [snapshot.learning_rate, *expected]
        trainer.advance(epochs=1)
    assert len(rows) == 5


def test_history_of_a_regression_without_test_rows(folder):
    document = SMALL | {"data": {"kind": "sine", "samples": 20, "test_fraction": 0.0}}
    Path("e.json").write_text(json.dumps(document))
    assert run("train", "e.json", "--epochs", "1", "--history", "h.csv") == 0
    assert Path("h.csv").read_text().splitlines()[0] == (
        "epoch,step,learning_rate,train_loss,train_r2,train_mae,train_rmse"
    )


def test_training_goes_on_from_given_weights(folder):
    assert run("train", "e.json", "--epochs", "3", "--export", "a.npz") == 0
    assert run("train", "e.json", "--epochs", "2", "--weights", "a.npz", "--export", "a.npz") == 0
    trainer = trained(0)
    trainer.set_parameters(trained(3).parameters)
    trainer.advance(epochs=2)
    assert_weights(folder / "a.npz", trainer)


def test_no_epochs_export_the_initial_weights(folder):
    assert run("train", "e.json", "--epochs", "0", "--export", "a.npz") == 0
    assert_weights(folder / "a.npz", trained(0))


def test_a_hundred_epochs_are_the_default(folder, capsys):
    assert run("train", "e.json") == 0
    assert capsys.readouterr().out.startswith("epoch 100, step 300; ")


def test_a_table_beside_the_document_is_trained_on_from_anywhere(folder, capsys):
    (folder / "sub").mkdir()
    (folder / "sub" / "t.csv").write_text(ROWS)
    (folder / "sub" / "e.json").write_text(json.dumps(SMALL | {"data": TABLE}))
    assert run("train", "sub/e.json", "--epochs", "2") == 0
    assert capsys.readouterr().out.startswith("epoch 2, ")


def test_divergence_is_told_and_the_last_finite_weights_are_written(folder, capsys):
    training = {"loss": "mse", "optimizer": {"kind": "sgd", "learning_rate": 100.0}}
    network = {"layers": [{"units": 8, "activation": "relu"}] * 3}
    Path("e.json").write_text(
        json.dumps(SMALL | {"training": training, "network": network, "data": "reg_gauss"})
    )
    assert run("train", "e.json", "--export", "o.npz", "--history", "h.csv") == 3
    out, err = capsys.readouterr()
    assert files_told(out.splitlines()[1:]) == ["o.npz", "h.csv"]
    assert re.fullmatch(
        r"unfold: training diverged after step \d+ .*Lower the learning rate, or reset\n", err
    )
    found = read_weights(folder / "o.npz")
    assert all(np.isfinite(array).all() for layer in found for array in layer.values())
    with open("h.csv", newline="") as file:
        steps = [int(row["step"]) for row in csv.DictReader(file)]
    assert steps == sorted(set(steps))


def stopping(**rules: Any) -> dict[str, Any]:
    return SMALL | {"training": SMALL.get("training", {}) | {"stop": rules}}


@pytest.mark.parametrize("history", [(), ("--history", "h.csv")], ids=["", "history"])
def test_a_stop_rule_ends_training_and_is_told_in_one_line(folder, capsys, history):
    document = stopping(epochs=4)
    Path("e.json").write_text(json.dumps(document))
    assert run("train", "e.json", "--epochs", "50", "--export", "o.npz", *history) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert err == ""
    assert lines[0].startswith("epoch 4, step 12; ")
    assert lines[1] == trained(4, document).finished.reason
    assert files_told(lines[2:]) == ["o.npz", *(["h.csv"] if history else [])]
    assert_weights(folder / "o.npz", trained(4))


def test_early_stopping_takes_its_best_epoch_back_but_not_the_history_since(folder, capsys):
    # Weights that training cannot change: the first epoch stays the best.
    network = {"layers": [{"units": 3, "frozen": True}], "output": {"frozen": True}}
    document = stopping(patience=3) | {"network": network}
    Path("e.json").write_text(json.dumps(document))
    assert run("train", "e.json", "--history", "h.csv") == 0
    assert capsys.readouterr().out.startswith("epoch 1, step 3; ")
    with open("h.csv", newline="") as file:
        epochs = [int(row["epoch"]) for row in csv.DictReader(file)]
    assert epochs == [0, 1, 2, 3]


def test_warm_says_how_long_it_took(capsys):
    assert run("warm") == 0
    assert re.fullmatch(r"kernels are compiled \(\d+\.\d s\)\n", capsys.readouterr().out)


@pytest.mark.parametrize("command", ["", "train", "export", "link", "warm"])
def test_help_of_every_command(command, capsys):
    assert run(*([command] if command else []), "--help") == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("usage: unfold")
    words = {
        "": ["train", "export", "link", "warm", "Exit status"],
        "train": [
            "FILE",
            "--epochs",
            "--weights",
            "--export",
            "--history",
            "3 training diverged",
            "4 an export",
        ],
        "export": ["PROJECT", "OUT", "4 an export was refused"],
        "link": ["URL", "--out"],
        "warm": [],
    }[command]
    if command:
        words += ["--quiet", "--json", "Exit status: 0 done"]
    told = " ".join(out.split())
    assert [word for word in words if word not in told] == []
