"""The report of a run: one HTML file to hand in, with settings, curves, field and metrics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.files.atomic import write_atomically
from engine.files.report.page import report_html

if TYPE_CHECKING:
    from engine.snapshot import History
    from engine.trainer import Trainer


def write_report(
    path: str | Path, trainer: Trainer, history: History, *, date: str, log: bool = True
) -> None:
    """Write the report of a run as it stands, atomically.

    Parameters
    ----------
    path : str or Path
        The file, one HTML page that needs nothing else.
    trainer : Trainer
        The run; it is only read.
    history : History
        Its curves.
    date : str
        When this is, as it is to be written.
    log : bool
        Whether the loss has a logarithmic axis.

    Raises
    ------
    OSError
        Where the file cannot be written; an existing file is then unchanged.
    """
    path = Path(path)
    page = report_html(trainer, history, date=date, folder=path.parent, log=log)
    write_atomically(path, page.encode("utf-8", "replace"))


__all__ = ["report_html", "write_report"]
