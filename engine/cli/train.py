"""Train without a window."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import status
from engine.cli.bar import Bar
from engine.cli.output import Written
from engine.cli.suffixes import PROJECT, REPORT
from engine.cli.targets import (
    Result,
    is_same,
    path_problems,
    refusals,
    suffix_problems,
    write_all,
    write_result,
)
from engine.errors import UnfoldError, WeightsError
from engine.files.atomic import write_atomically
from engine.files.imports.weights import read_weights
from engine.files.projects.project import open_document

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from engine.cli.output import Output
    from engine.files.projects.project import Project
    from engine.history import Recorder
    from engine.snapshot import Snapshot
    from engine.trainer import Trainer

MOST_POINTS = 1000  # of the curves of one command, where they go into a project or a report


def train(options: argparse.Namespace, output: Output) -> int:
    """Train, write what was asked for, and return the exit status.

    Raises
    ------
    UnfoldError
        Where something keeps the training from beginning; nothing is written then.
    """
    outputs = [*options.export, *([options.history] if options.history else [])]
    problems = [*_name_problems(options), *path_problems(outputs)]
    if problems:
        raise UnfoldError(problems)
    project = open_document(options.file)
    given = read_weights(options.weights) if options.weights else None
    _check_sources(outputs, options.file, project)
    from engine.history import Recorder
    from engine.trainer import Trainer  # brings Numba along: not before the input is known to be good

    trainer = Trainer.resumed(project)
    if given is not None:
        try:
            trainer.set_tensors(given)
        except WeightsError as error:
            raise WeightsError(f"{options.weights.name}: {problem}" for problem in error.problems) from error
    problems = list(refusals(options.export, trainer))
    if problems:
        output.problems(problems)
        return status.REFUSED
    log = _Log(Recorder(), [] if options.history else None)
    if project.curves is not None and given is None:
        log.curves.restore(project.curves)
        log.taken_back = project.taken_back
    log.append(trainer)
    begin = time.perf_counter()
    keeps_curves = any(path.name.lower().endswith((PROJECT, REPORT)) for path in options.export)
    _run(trainer, options.epochs, log, keeps_curves, output)
    last = trainer.snapshot()
    _tell(last, len(trainer.data.classes), time.perf_counter() - begin, trainer.experiment.title, output)
    result = Result(trainer, log.curves, log.taken_back, project.window)
    ended = write_all(outputs, lambda path: _write(path, options.history, log, result), output)
    if last.diverged:
        output.problems([last.diverged.reason])
        return status.DIVERGED
    return ended


def _write(path: Path, history: Path | None, log: _Log, result: Result) -> Written:
    if path is not history or log.rows is None:
        return write_result(path, result)
    from engine.files.history_table import history_csv

    write_atomically(path, history_csv(log.rows, len(result.trainer.data.classes)).encode())
    return Written(path)


def _name_problems(options: argparse.Namespace) -> Iterator[str]:
    if options.export:
        yield from suffix_problems(options.export)
    if options.history and options.history.suffix.lower() != ".csv":
        yield f"{options.history.name}: the history is a table; name a .csv file"


def _check_sources(outputs: Sequence[Path], file: Path, project: Project) -> None:
    """Refuse to write over what is trained from; a project may be saved in its place."""
    table = getattr(project.experiment.data, "path", None)
    sources = [file, Path(table)] if table else [file]
    for out in outputs:
        saves = is_same(out, file) and file.suffix.lower() == PROJECT
        if not saves and any(is_same(out, source) for source in sources):
            raise UnfoldError(f"{out}: is what is trained from; it would be overwritten")


class _Log:
    """What is noted on the way: the curves, and where they are asked for the states of all epochs."""

    def __init__(self, curves: Recorder, rows: list[Snapshot] | None) -> None:
        self.curves, self.rows = curves, rows
        self.taken_back: int | None = None  # the step to which early stopping went back

    def append(self, trainer: Trainer) -> None:
        """Note the present state."""
        snapshot = trainer.snapshot()
        if self.rows is not None and (not self.rows or snapshot.step > self.rows[-1].step):
            # Without the parameters, which would fill the memory in a long run.
            self.rows.append(dataclasses.replace(snapshot, parameters=(), tensors=()))
        if snapshot.finished is not None and snapshot.finished.restored is not None:
            self.taken_back = snapshot.step
        if snapshot.step != self.taken_back:
            self.taken_back = None
            epoch = snapshot.epoch + trainer.batch / trainer.batches_per_epoch
            self.curves.append(epoch, snapshot.losses["train"], snapshot.losses.get("test", math.nan))


@contextlib.contextmanager
def _noted_interrupts() -> Iterator[list[int]]:
    """Note Ctrl+C besides raising it: what is raised in one of LLVM's callbacks, as kernels load, is lost."""
    noted: list[int] = []

    def note(number: int, frame: object) -> None:
        noted.append(number)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield noted
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


def _run(trainer: Trainer, epochs: int, log: _Log, keeps_curves: bool, output: Output) -> None:
    """Train, showing a bar on a terminal, and note what is wanted of the way."""
    bar = Bar(epochs, sys.stderr, output.shows_progress)
    most = 1 if log.rows is not None else max(1, epochs // MOST_POINTS) if keeps_curves else epochs
    done, chunk = 0, 1
    with contextlib.closing(bar), _noted_interrupts() as interrupts:
        while done < epochs and trainer.diverged is None and trainer.finished is None:
            if interrupts:
                raise KeyboardInterrupt
            size = min(chunk, most, epochs - done)
            begin = time.perf_counter()
            trainer.advance(epochs=size)
            done += size
            if log.rows is not None or keeps_curves:
                log.append(trainer)
            elapsed = time.perf_counter() - begin
            chunk = max(1, int(size * 0.1 / max(elapsed, 1e-6)))
            bar.show(done)


def _tell(last: Snapshot, classes: int, seconds: float, title: str, output: Output) -> None:
    from engine.catalog.metrics import silent_for

    silent = silent_for(classes)
    finished, diverged = last.finished, last.diverged
    output.put(
        title=title,
        epoch=last.epoch,
        step=last.step,
        seconds=seconds,
        losses=dict(last.losses),
        metrics={
            part: {name: value for name, value in found.items() if name not in silent}
            for part, found in last.metrics.items()
        },
        finished=finished and finished.reason,
        diverged=diverged and dataclasses.asdict(diverged),
    )
    output.say(summary(last))
    if finished:
        output.say(finished.reason)


def summary(state: Snapshot) -> str:
    """Return one line that says how training ended."""
    parts = [f"epoch {state.epoch:,}, step {state.step:,}"]
    for part, loss in state.losses.items():
        name = next(iter(state.metrics[part]))  # there is room for one: the first of the task
        parts.append(f"{part} loss {loss:.6g} ({name} {state.metrics[part][name]:.4f})")
    return "; ".join(parts)
