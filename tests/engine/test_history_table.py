"""The history as CSV: every number reads back as it was, and what is not known is empty."""

from __future__ import annotations

import csv
import io
import math

import numpy as np

from engine import Trainer
from engine.catalog.metrics import metrics_for
from engine.files.history_table import curves_csv, history_csv
from engine.snapshot import History, Snapshot
from tests.engine.small import experiment


def _read(text):
    return list(csv.DictReader(io.StringIO(text)))


def _run(epochs, **changes):
    trainer = Trainer(experiment(**changes))
    rows = [trainer.snapshot()]
    for _ in range(epochs):
        trainer.advance(epochs=1)
        rows.append(trainer.snapshot())
    return rows


def test_every_number_of_every_epoch_reads_back_exactly():
    rows = _run(4, training={"optimizer": "adam", "schedule": "cosine"})
    found = _read(history_csv(rows))
    assert [int(row["epoch"]) for row in found] == [0, 1, 2, 3, 4]
    for row, snapshot in zip(found, rows, strict=True):
        assert int(row["step"]) == snapshot.step
        assert float(row["learning_rate"]) == snapshot.learning_rate
        for part in ("train", "test"):
            assert float(row[f"{part}_loss"]) == snapshot.losses[part]
            for metric in metrics_for("classification"):
                assert float(row[f"{part}_{metric.key()}"]) == snapshot.metrics[part][metric.key()]
    assert len({row["learning_rate"] for row in found}) > 1


def test_columns_stand_in_the_order_of_parts_loss_first():
    header = history_csv(_run(0, data={"kind": "sine", "samples": 20})).splitlines()[0]
    assert header == (
        "epoch,step,learning_rate,train_loss,train_r2,train_mae,train_rmse,test_loss,test_r2,test_mae,test_rmse"
    )


def test_without_test_rows_there_are_no_columns_of_them():
    header = history_csv(_run(0, data={"kind": "moons", "samples": 20, "test_fraction": 0.0})).splitlines()[0]
    assert "test" not in header


def test_a_rate_that_is_not_known_has_no_column_and_a_metric_that_is_not_an_empty_cell():
    row = Snapshot(1, 3, {"train": 0.5}, {"train": {"r2": math.nan, "mae": 0.1}}, ())
    assert history_csv([row]) == "epoch,step,train_loss,train_r2,train_mae\n1,3,0.5,,0.1\n"


def test_the_curves_of_a_window_read_back_exactly():
    epoch = np.array([0.0, 1.0, 1.5])
    train, test = np.array([1 / 3, 1e-300, 2.5e17]), np.array([0.1 + 0.2, np.nan, 7.0])
    text = curves_csv(History(epoch, train, test))
    assert text.splitlines()[:2] == ["epoch,train_loss,test_loss", f"0.0,{1 / 3!r},{0.1 + 0.2!r}"]
    found = _read(text)
    assert [float(row["epoch"]) for row in found] == epoch.tolist()
    assert [float(row["train_loss"]) for row in found] == train.tolist()
    assert [row["test_loss"] for row in found] == ["0.30000000000000004", "", "7.0"]
