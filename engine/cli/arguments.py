"""What the commands take."""

from __future__ import annotations

import argparse
import itertools
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from engine.cli import status, suffixes
from engine.errors import UnfoldError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_EPOCHS = 10_000_000
QUIET, JSON = "--quiet", "--json"


class UsageError(UnfoldError):
    """A command that was not given as it takes it."""


class _Formatter(argparse.HelpFormatter):
    """Wraps as ever, but keeps the lines of what has some."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = text.split("\n")
        if len(lines) == 1:
            return super()._fill_text(text, width, indent)
        return "\n".join(textwrap.fill(line, width, subsequent_indent=" " * 7) for line in lines)


class _Parser(argparse.ArgumentParser):
    """A parser that takes options by their whole names, and raises what is wrong as a sentence."""

    def __init__(self, **options: Any) -> None:
        # A script that says --js would mean something else once there is another option that begins so.
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def _epochs(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not 0 <= value <= MAX_EPOCHS:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to {MAX_EPOCHS}, not {text!r}")
    return value


def ordered(arguments: Sequence[str]) -> list[str]:
    """Return arguments with the options that every command takes behind the command."""
    before = list(itertools.takewhile(lambda word: word in (QUIET, JSON), arguments))
    command, behind = arguments[len(before) : len(before) + 1], arguments[len(before) + 1 :]
    return [*command, *before, *behind]


def parser() -> argparse.ArgumentParser:
    """Return the parser of the headless commands."""
    top = _Parser(
        prog="unfold",
        description="Commands that need no window.",
        epilog=status.told(*status.MEANINGS),
        formatter_class=_Formatter,
    )
    commands = top.add_subparsers(dest="command", required=True)
    _train(commands)
    _export(commands)
    _link(commands)
    _command(
        commands,
        "warm",
        "compile the kernels into the cache",
        "Compile the kernels into the cache, so that the next start need not.",
        status.told(status.DONE, status.INTERRUPTED),
    )
    return top


def _command(
    commands: argparse._SubParsersAction[_Parser], name: str, text: str, description: str, epilog: str
) -> argparse.ArgumentParser:
    found = commands.add_parser(
        name, help=text, description=description, epilog=epilog, formatter_class=_Formatter
    )
    found.add_argument(
        QUIET,
        action="store_true",
        help="say nothing but what is wrong: no progress, no summary, no notes",
    )
    found.add_argument(
        JSON,
        action="store_true",
        help="say everything in one JSON object on stdout, problems too; docs/files.md lists its keys",
    )
    return found


def _train(commands: argparse._SubParsersAction[_Parser]) -> None:
    train = _command(
        commands,
        "train",
        "train an experiment or a project without a window",
        "Train an experiment from its beginning, or a project from where it stands, and write what came of "
        "it.",
        f"{suffixes.told()}\n\n{status.told(*status.MEANINGS)}",
    )
    train.add_argument("file", metavar="FILE", type=Path, help="an experiment (.json) or a project (.unfold)")
    train.add_argument(
        "--epochs", metavar="N", type=_epochs, default=100, help="how long to train (default: 100)"
    )
    train.add_argument(
        "--weights",
        metavar="IN",
        type=Path,
        help="start from these weights (.npz, .safetensors, or a .json or .csv export)",
    )
    train.add_argument(
        "--export",
        metavar="OUT",
        type=Path,
        action="append",
        default=[],
        help="write what the suffix tells, see below; repeatable",
    )
    train.add_argument(
        "--history", metavar="OUT.csv", type=Path, help="write losses and all metrics of every epoch"
    )


def _export(commands: argparse._SubParsersAction[_Parser]) -> None:
    export = _command(
        commands,
        "export",
        "write the network of a project in other formats",
        "Write the trained network of a project in the formats of the suffixes. Every export is read back "
        "and run before it counts.",
        f"{suffixes.told()}\n\n"
        + status.told(status.DONE, status.BAD_INPUT, status.REFUSED, status.INTERRUPTED),
    )
    export.add_argument(
        "file", metavar="PROJECT", type=Path, help="a project (.unfold) that has been trained"
    )
    export.add_argument(
        "outputs",
        metavar="OUT",
        type=Path,
        nargs="+",
        help="where to; the suffix tells what to write, see below",
    )


def _link(commands: argparse._SubParsersAction[_Parser]) -> None:
    link = _command(
        commands,
        "link",
        "turn a TensorFlow Playground link into an experiment, or back",
        "Turn a TensorFlow Playground link into an experiment, printed as JSON; or the other way round, an "
        "experiment or a project into its link. What has no counterpart is noted on stderr.",
        status.told(status.DONE, status.BAD_INPUT),
    )
    link.add_argument(
        "link", metavar="URL", help="a link or its part after #, in quotes; or an experiment or project file"
    )
    link.add_argument(
        "--out", metavar="FILE", type=Path, help="write the experiment to this file (.json) instead of stdout"
    )
