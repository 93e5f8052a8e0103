"""The commands that need no window: ``train`` and ``warm``."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from engine.errors import UnfoldError, WeightsError
from engine.files.atomic import check_writable, write_atomically
from engine.files.history_table import history_csv
from engine.files.weights import check_suffix, read_weights, write_weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from engine.experiment import Experiment
    from engine.snapshot import Snapshot
    from engine.trainer import Trainer

BAD_INPUT = 2
DIVERGED = 3
MOST_EPOCHS = 10_000_000


class _Parser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"unfold: {message}; see {self.prog} --help\n")


def _epochs(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not 0 <= value <= MOST_EPOCHS:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to {MOST_EPOCHS}, not {text!r}")
    return value


def parser() -> argparse.ArgumentParser:
    """Return the parser of the headless commands."""
    top = _Parser(
        prog="unfold",
        description="Commands that need no window.",
        epilog="Exit status: 0 done, 2 bad input, 3 diverged.",
    )
    commands = top.add_subparsers(dest="command", required=True)
    train = commands.add_parser(
        "train",
        help="train an experiment without a window",
        description="Train an experiment and write its weights and curves.",
        epilog="Exit status: 0 trained, 2 bad input (nothing is written), "
        "3 training diverged (the last finite weights are written).",
    )
    train.add_argument("file", metavar="FILE", type=Path, help="an experiment (JSON)")
    train.add_argument(
        "--epochs", metavar="N", type=_epochs, default=100, help="how long to train (default: 100)"
    )
    train.add_argument(
        "--weights", metavar="IN", type=Path, help="start from these weights (.npz, .safetensors)"
    )
    train.add_argument(
        "--export",
        metavar="OUT",
        type=Path,
        action="append",
        default=[],
        help="write the trained weights (.npz, .safetensors); repeatable",
    )
    train.add_argument(
        "--history", metavar="OUT.csv", type=Path, help="write losses and all metrics of every epoch"
    )
    commands.add_parser("warm", help="compile the kernels into the cache")
    return top


def run(arguments: Sequence[str]) -> int:
    """Carry out a headless command and return its exit status."""
    options = parser().parse_args(arguments)
    try:
        return _train(options) if options.command == "train" else _warm()
    except UnfoldError as error:
        return _refuse(error.problems)
    except BrokenPipeError:  # whoever read our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _refuse([f"{error.filename or 'output'}: {(error.strerror or str(error)).lower()}"])
    except KeyboardInterrupt:
        print("unfold: interrupted; nothing was written", file=sys.stderr)
        return 130


def _refuse(problems: Iterable[str]) -> int:
    for problem in problems:
        print(f"unfold: {problem}", file=sys.stderr)
    return BAD_INPUT


def _warm() -> int:
    from engine.warm import warm

    begin = time.perf_counter()
    warm()
    print(f"kernels are compiled ({time.perf_counter() - begin:.1f} s)")
    return 0


def _train(options: argparse.Namespace) -> int:
    outputs = [*options.export, *([options.history] if options.history else [])]
    problems = _output_problems(options.export, options.history)
    if problems:
        return _refuse(problems)
    from engine.experiment import Experiment

    experiment = Experiment.load(options.file)
    given = read_weights(options.weights) if options.weights else None
    for out in outputs:
        if any(_is_same(out, source) for source in _sources(options.file, experiment)):
            return _refuse([f"{out}: is what is trained from; it would be overwritten"])
    from engine.trainer import Trainer  # brings Numba along: not before the input is known to be good

    trainer = Trainer(experiment)
    if given is not None:
        try:
            trainer.set_tensors(given)
        except WeightsError as error:
            return _refuse(f"{options.weights.name}: {problem}" for problem in error.problems)
    rows = [trainer.snapshot()]
    _run(trainer, options.epochs, rows if options.history else None)
    last = trainer.snapshot()
    if options.history:
        write_atomically(options.history, history_csv(rows).encode())
    for out in options.export:
        write_weights(out, trainer.tensors, experiment)
    print(summary(last))
    if last.finished:
        print(last.finished.reason)
    for out in outputs:
        print(f"wrote {out}")
    if last.diverged:
        print(f"unfold: {last.diverged.reason}", file=sys.stderr)
        return DIVERGED
    return 0


def _output_problems(exports: Sequence[Path], history: Path | None) -> list[str]:
    """Say what would keep the outputs from being written, before hours of training."""
    problems: list[str] = []
    for out in exports:
        try:
            check_suffix(out)
        except WeightsError as error:
            problems += error.problems
    if history and history.suffix.lower() != ".csv":
        problems.append(f"{history.name}: the history is a table; name a .csv file")
    outputs = [*exports, *([history] if history else [])]
    for i, out in enumerate(outputs):
        if any(_is_same(out, other) for other in outputs[:i]):
            problems.append(f"{out}: is named twice")
        if out.is_dir():
            problems.append(f"{out}: is a folder; name a file")
        elif not out.parent.is_dir():
            problems.append(f"{out}: the folder {out.parent} does not exist")
        else:
            try:
                check_writable(out)
            except OSError as error:
                problems.append(f"{out}: cannot be written: {(error.strerror or str(error)).lower()}")
    return problems


def _sources(file: Path, experiment: Experiment) -> list[Path]:
    """Return the files that training must leave as they are."""
    path = getattr(experiment.data, "path", None)
    return [file, Path(path)] if path else [file]


def _is_same(a: Path, b: Path) -> bool:
    return os.path.realpath(a) == os.path.realpath(b)


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


def _run(trainer: Trainer, epochs: int, rows: list[Snapshot] | None) -> None:
    """Train, showing a bar on a terminal; with ``rows``, note the state after every epoch."""
    bar = Bar(epochs, sys.stderr)
    done, chunk = 0, 1
    with contextlib.closing(bar), _noted_interrupts() as interrupts:
        while done < epochs and trainer.diverged is None and trainer.finished is None:
            if interrupts:
                raise KeyboardInterrupt
            size = 1 if rows is not None else min(chunk, epochs - done)
            begin = time.perf_counter()
            trainer.advance(epochs=size)
            done += size
            if rows is not None and trainer.step > rows[-1].step:
                # Without the parameters, which would fill the memory in a long run.
                rows.append(dataclasses.replace(trainer.snapshot(), parameters=(), tensors=()))
            elapsed = time.perf_counter() - begin
            chunk = max(1, int(size * 0.1 / max(elapsed, 1e-6)))
            bar.show(done)


class Bar:
    """A progress bar, on a terminal only, redrawn at most ten times a second."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self.total, self.stream = total, stream
        self.visible = stream.isatty() and total > 0
        self.begin = time.perf_counter()
        self.next = self.begin + 0.2

    def show(self, done: int) -> None:
        """Draw the bar for so many epochs."""
        now = time.perf_counter()
        if not self.visible or (now < self.next and done < self.total):
            return
        self.next = now + 0.1
        filled = 30 * done // self.total
        left = (now - self.begin) / max(done, 1) * (self.total - done)
        text = f"[{'#' * filled}{'.' * (30 - filled)}] epoch {done:,} of {self.total:,}, {left:.0f} s left"
        width = shutil.get_terminal_size().columns - 1  # a line that wraps could not be drawn over
        self.stream.write(f"\r{text[:width]}\033[K")
        self.stream.flush()

    def close(self) -> None:
        """Clear the line."""
        if self.visible:
            self.stream.write("\r\033[K")
            self.stream.flush()


def summary(state: Snapshot) -> str:
    """Return one line that says how training ended."""
    parts = [f"epoch {state.epoch:,}, step {state.step:,}"]
    for part, loss in state.losses.items():
        name = _metric(state, part)
        parts.append(f"{part} loss {loss:.6g} ({name} {state.metrics[part][name]:.4f})")
    return "; ".join(parts)


def _metric(state: Snapshot, part: str) -> str:
    """Return the key of the metric to show where there is room for one: the first of the task."""
    return next(iter(state.metrics[part]))
