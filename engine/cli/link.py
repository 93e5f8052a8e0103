"""Turn a TensorFlow Playground link into an experiment, or the other way round."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import status
from engine.cli.output import Written, json_text
from engine.cli.targets import path_problems
from engine.errors import LinkError, UnfoldError
from engine.files.playground.link import is_link, read_link, write_link
from engine.files.projects.project import SUFFIX, open_document

if TYPE_CHECKING:
    import argparse

    from engine.cli.output import Output


def link(options: argparse.Namespace, output: Output) -> int:
    """Print or write the other form, and return the exit status.

    Raises
    ------
    UnfoldError
        Where there is none, or the file cannot be named so.
    OSError
        Where the file cannot be written.
    """
    if not is_link(options.link) and options.link.lower().endswith((".json", SUFFIX)):
        return _from_file(Path(options.link), options.out, output)
    out: Path | None = options.out
    if out is not None:
        problems = [*path_problems([out])]
        if out.suffix.lower() != ".json":
            problems.append(f"{out.name}: the experiment is JSON; name a .json file")
        if problems:
            raise UnfoldError(problems)
    found = read_link(options.link)
    document = found.experiment.document()
    output.put(experiment=document, notes=list(found.notes))
    for note in found.notes:
        output.note(note)
    if out is None:
        output.result(json_text(document) + "\n")
    else:
        found.experiment.save(out)
        output.wrote(Written(out))
    return status.DONE


def _from_file(path: Path, out: Path | None, output: Output) -> int:
    if out is not None:
        raise UnfoldError("--out is for the experiment of a link; the link of an experiment is printed")
    experiment = open_document(path).experiment
    try:
        made = write_link(experiment)
    except LinkError as error:
        raise LinkError(
            f"{path.name}: no link can say it: {problem}" for problem in error.problems
        ) from error
    output.put(url=made.url, notes=list(made.notes))
    for note in made.notes:
        output.note(note)
    output.result(made.url + "\n")
    return status.DONE
