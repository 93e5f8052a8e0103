"""The report of a run as one HTML page: no script, nothing loaded from elsewhere."""

from __future__ import annotations

import base64
import json
from pathlib import PurePath
from typing import TYPE_CHECKING

from engine import __version__
from engine.catalog.entry import number_text
from engine.counted import counted
from engine.files.report.curves import loss_drawing
from engine.files.report.diagram import THUMBNAIL, network_drawing
from engine.files.report.field import field_drawing, field_words
from engine.files.report.markup import Content, Markup, element, joined, number, table, text
from engine.files.report.scores import confusion_tables, scores_table
from engine.files.report.settings import data_rows, training_rows
from engine.files.report.style import STYLE
from engine.files.report.tables import data_tables, layers_table, parameter_counts
from engine.snapshot import FrameRequest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine.files.report.settings import Row
    from engine.snapshot import History, Snapshot
    from engine.trainer import Trainer

RESOLUTION = 240  # points of the field's side
_SETTINGS = ("Setting", "Value", "Meaning")


def report_html(
    trainer: Trainer, history: History, *, date: str, folder: Path | None = None, log: bool = True
) -> str:
    """Return the report of a run as it stands.

    Parameters
    ----------
    trainer : Trainer
        The run; it is only read.
    history : History
        Its curves.
    date : str
        When this is, as it is to be written.
    folder : Path, optional
        Where the report is to lie: a table's path becomes relative to it.
    log : bool
        Whether the loss has a logarithmic axis.
    """
    snapshot = trainer.snapshot()
    frame = trainer.frame(
        FrameRequest(RESOLUTION, THUMBNAIL),
        generation=0,
        history=history,
        running=False,
        samples_per_second=0.0,
        epochs_per_second=0.0,
        snapshot=snapshot,
    )
    experiment = trainer.experiment
    body = joined(
        (
            element("header", element("h1", experiment.title), _facts(trainer, snapshot, date)),
            element(
                "main",
                _section("result", "Result", _ending(trainer, snapshot), _result(trainer, snapshot)),
                _section(
                    "field",
                    "Answer of the network",
                    element("figure", field_drawing(frame), element("figcaption", field_words(frame))),
                ),
                _section("curves", "Loss over the epochs", _curves(history, log)),
                _section(
                    "network", "Network", element("figure", network_drawing(frame)), layers_table(trainer)
                ),
                _section("training", "Training", _settings("How it learned", training_rows(experiment))),
                _section(
                    "data",
                    "Data",
                    _settings("What it learned from", data_rows(experiment)),
                    data_tables(trainer),
                ),
                _section("experiment", "The experiment as a file", _document(trainer, folder)),
            ),
            element("footer", element("p", f"Made with Unfold {__version__}, {date}.", class_="quiet")),
        ),
        "\n",
    )
    head = joined(
        (
            Markup('<meta charset="utf-8">'),
            Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Markup(f'<meta name="generator" content="Unfold {text(__version__)}">'),
            element("title", f"{experiment.title} — Unfold report"),
            element("style", Markup(STYLE)),
        ),
        "\n",
    )
    page = element("html", element("head", head), "\n", element("body", body), lang="en")
    return f"<!DOCTYPE html>\n{page.text}\n"


def _section(name: str, title: str, *content: Content) -> Markup:
    heading = element("h2", title, id=name)
    return element("section", heading, *content, aria_labelledby=name)


def _facts(trainer: Trainer, snapshot: Snapshot, date: str) -> Markup:
    """Return what one wants to know first."""
    data = trainer.data
    facts = (
        ("Date", date),
        ("Seed", number_text(trainer.experiment.seed)),
        ("Epochs", f"{snapshot.epoch:,}"),
        ("Steps", f"{snapshot.step:,}"),
        ("Train rows", f"{len(data.train_targets):,}"),
        ("Test rows", f"{len(data.test_targets):,}"),
        ("Parameters", f"{sum(parameter_counts(trainer)):,}"),
        ("Learning rate of the next step", number(snapshot.learning_rate)),
        ("Program", f"Unfold {__version__}"),
    )
    return element("dl", *(element("div", element("dt", name), element("dd", fact)) for name, fact in facts))


def _ending(trainer: Trainer, snapshot: Snapshot) -> Markup:
    """Say why training has ended, or that it has not."""
    if snapshot.diverged is not None:
        return element(
            "p", f"{snapshot.diverged.reason[:1].upper()}{snapshot.diverged.reason[1:]}.", class_="warn"
        )
    if snapshot.finished is not None:
        return element("p", f"Training {snapshot.finished.reason}.")
    if not snapshot.step:
        return element("p", "The network has not been trained yet: these are its initial weights.")
    begun = f" and {counted(trainer.batch, 'step')} of the next one" if trainer.batch else ""
    stands = f"Training stands after {counted(snapshot.epoch, 'epoch')}{begun}"
    return element("p", f"{stands}; no stop rule has ended it.")


def _result(trainer: Trainer, snapshot: Snapshot) -> Markup:
    return joined((scores_table(trainer, snapshot), confusion_tables(trainer)))


def _curves(history: History, log: bool) -> Markup:
    drawn = loss_drawing(history, log)
    if not drawn.text:
        return element("p", "There are no curves: nothing was recorded of this run.", class_="quiet")
    caption = "Mean loss over all rows of a part, without dropout and regularization."
    return element("figure", drawn, element("figcaption", caption))


def _settings(caption: str, rows: Iterable[Row]) -> Markup:
    return table(caption, _SETTINGS, rows, look="settings")


def _document(trainer: Trainer, folder: Path | None) -> Markup:
    """Return the experiment's JSON, to be opened again."""
    document = trainer.experiment.document(folder)
    source = json.dumps(document, indent=2, ensure_ascii=False)
    address = "data:application/json;base64," + base64.b64encode(source.encode()).decode("ascii")
    parts: list[Content] = [
        element(
            "p",
            "With this file Unfold opens the same experiment and repeats the run: ",
            element("a", "save it as experiment.json", href=address, download="experiment.json"),
            " or copy the text below into a file of that name.",
            class_="screen",
        )
    ]
    if "path" in document["data"]:
        parts.append(
            element(
                "p",
                f"The table itself is not part of it: {PurePath(document['data']['path']).name}.",
                class_="quiet",
            )
        )
    summary = element("summary", "Experiment (JSON)")
    return joined((*parts, element("details", summary, element("pre", element("code", source)))))
