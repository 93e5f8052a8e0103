"""The door: a headless command, or the window."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

from engine import __version__
from engine.child import ENCODE_RECORDING
from engine.sentences import shown

# Each with what engine.cli says of it; they import no Qt.
COMMANDS = {
    "train": "train an experiment or a project without a window",
    "export": "write the network of a project in other formats",
    "link": "turn a TensorFlow Playground link into an experiment, or back",
    "warm": "compile the kernels into the cache",
}


class _Parser(argparse.ArgumentParser):
    """Tells a mistake in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    commands = "\n".join(f"  {name:<8}{text}" for name, text in COMMANDS.items())
    parser = _Parser(
        prog="unfold",
        allow_abbrev=False,
        usage="%(prog)s [FILE]\n       %(prog)s COMMAND ...",
        description="A desktop playground for neural networks: build a small one and watch it learn.",
        epilog=f"commands (each with its own --help):\n{commands}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    opened = "a project or an experiment to open"
    parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help=opened)
    parser.add_argument("--version", action="version", version=f"unfold {__version__}")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program.

    Parameters
    ----------
    arguments : list of str, optional
        Those of the command line, without the program's name.

    Returns
    -------
    int
        The exit status: 0, or 2 where the input was bad or there is no display.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    # What every command takes may stand before it, too.
    first = next((word for word in arguments if word not in ("--json", "--quiet")), "")
    if first in COMMANDS:
        from engine.cli import run as headless

        return headless(arguments)
    if arguments == [ENCODE_RECORDING]:
        from engine.files.recordings.encoder import main as encode

        return encode()
    parser = _parser()
    options = parser.parse_args(arguments)
    file: Path | None = options.file
    if file is not None and file.name == str(file) and not file.suffix and not os.path.lexists(file):
        parser.error(f"{shown(str(file))} is neither a command nor a file")
    # Here, so that commands do without Qt.
    from ui.app import run as window

    return window(options.file)


if __name__ == "__main__":
    sys.exit(main())
