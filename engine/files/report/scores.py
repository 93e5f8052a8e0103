"""Tables of what a run has reached: losses, metrics, and which classes are confused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.metrics import confusion, metrics_for
from engine.files.report.markup import Content, Markup, element, joined, number, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.snapshot import Snapshot
    from engine.trainer import Trainer


def scores_table(trainer: Trainer, snapshot: Snapshot) -> Markup:
    """Return the losses and all metrics that tell something of the train and the test rows."""
    parts = list(snapshot.losses)
    loss = trainer.experiment.training.loss
    rows: list[tuple[Content, ...]] = [
        ("Loss", *(number(snapshot.losses[part]) for part in parts), f"{loss.label}: {loss.formula}")
    ]
    for metric in metrics_for(trainer.data.task, len(trainer.data.classes)):
        values = (number(snapshot.metrics[part][metric.key()], percent=metric.percent) for part in parts)
        rows.append((metric.label, *values, metric.formula))
    numbers = range(1, len(parts) + 1)
    header = ("Measure", *(f"{part.capitalize()} rows" for part in parts), "Definition")
    return table("Losses and metrics", header, rows, numbers=numbers)


def confusion_tables(trainer: Trainer) -> Markup:
    """Return a confusion matrix for the train and the test rows; nothing for a regression."""
    return joined(_confusions(trainer)) if trainer.data.classes else Markup("")


def _confusions(trainer: Trainer) -> Iterator[Markup]:
    data = trainer.data
    names = [f"class {name}" if name.isdecimal() else name for name in data.classes]
    for part, inputs, targets in (
        ("train", data.train_inputs, data.train_targets),
        ("test", data.test_inputs, data.test_targets),
    ):
        if not len(targets):
            continue
        counts = confusion(trainer.predict(inputs), targets, len(data.classes)).tolist()
        rows = []
        for i, row in enumerate(counts):
            cells = [element("strong", value) if i == j else value for j, value in enumerate(row)]
            rows.append((names[i], *cells, sum(row)))
        yield table(
            f"Confusion matrix of the {part} rows: true classes down, predicted classes across",
            ("True class", *names, "All"),
            rows,
            numbers=range(1, len(names) + 2),
            look="confusion",
        )
