"""The commands that need no window: ``train``, ``export``, ``link`` and ``warm``."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import time
from typing import TYPE_CHECKING

from engine.cli import status
from engine.cli.arguments import UsageError, ordered, parser
from engine.cli.output import Output
from engine.errors import UnfoldError
from engine.sentences import reason_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def run(arguments: Sequence[str]) -> int:
    """Carry out a headless command and return its exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # names may hold what it has no letters for
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            return _run(arguments)
        finally:
            if sys.stdout is not None:  # it is None where it is closed
                sys.stdout.flush()  # here, not as Python ends, where nothing could be made of a failure
    except BrokenPipeError:  # whoever read our output has gone
        _drop_output()
        return 1
    except OSError as error:
        _drop_output()
        with contextlib.suppress(OSError):
            print(f"unfold: output: {(error.strerror or str(error)).lower()}", file=sys.stderr)
        return status.BAD_INPUT


def _drop_output() -> None:
    """Let what is left of the output go nowhere."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: Sequence[str]) -> int:
    try:
        options = parser().parse_args(ordered(arguments))
    except UsageError as error:
        command = next((word for word in arguments if not word.startswith("-")), "")
        output = Output(command, "--json" in arguments, quiet=False)
        output.problems(error.problems)
        return output.end(status.BAD_INPUT)
    output = Output(options.command, options.json, options.quiet)
    return output.end(_ended(options, output))


def _ended(options: argparse.Namespace, output: Output) -> int:
    """Carry out a command; what is wrong is told, and becomes its exit status."""
    try:
        return _carried_out(options, output)
    except UnfoldError as error:
        output.problems(error.problems)
    except BrokenPipeError:
        raise
    except OSError as error:
        output.problems([f"{error.filename or 'output'}: {reason_of(error)}"])
    except KeyboardInterrupt:
        written = ", ".join(str(done.path) for done in output.written) or "nothing"
        output.problems([f"interrupted; {written} {'was' if len(output.written) < 2 else 'were'} written"])
        return status.INTERRUPTED
    return status.BAD_INPUT


def _carried_out(options: argparse.Namespace, output: Output) -> int:
    # Each brings along what it needs, and no more.
    match options.command:
        case "train":
            from engine.cli.train import train

            return train(options, output)
        case "export":
            from engine.cli.export import export

            return export(options, output)
        case "link":
            from engine.cli.link import link

            return link(options, output)
        case _:
            return _warm(output)


def _warm(output: Output) -> int:
    from engine.warm import warm

    begin = time.perf_counter()
    warm()
    seconds = time.perf_counter() - begin
    output.put(seconds=seconds)
    output.say(f"kernels are compiled ({seconds:.1f} s)")
    return status.DONE
