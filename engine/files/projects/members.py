"""The members of a project, and those of them that are JSON: as bytes and back, within bounds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from engine.errors import ExperimentError, ProjectError
from engine.files.json_document import MAX_ENTRIES, holds_too_much, parse_object

if TYPE_CHECKING:
    from engine.experiment import Experiment
    from engine.files.archive import Archive

EXPERIMENT, WEIGHTS, STATE = "experiment.json", "weights.safetensors", "state.safetensors"
TABLE, HISTORY, RECORD = "data.csv", "history.csv", "project.json"
MEMBERS = (RECORD, EXPERIMENT, WEIGHTS, STATE, TABLE, HISTORY)

MAX_EXPERIMENT, MAX_RECORD, MAX_HISTORY = 8 << 20, 1 << 20, 1 << 20  # bytes
INDENTED = 1 << 20  # bytes of an experiment, beyond which it is written without spaces


def json_of(document: Any) -> bytes:
    """Return JSON for people.

    Raises
    ------
    ValueError, TypeError
        Where the document is not plain JSON.
    """
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def experiment_text(experiment: Experiment) -> bytes:
    """Return the JSON of an experiment.

    Raises
    ------
    ValueError
        Where it is too long to be read again.
    """
    document = experiment.document()
    content = json_of(document)
    if len(content) > INDENTED:
        content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    if len(content) > MAX_EXPERIMENT or holds_too_much(content):
        raise ValueError("the experiment is too long to be kept in a project")
    return content


def parsed(members: Archive, name: str, most: int, what: str, form: str) -> dict[str, Any]:
    """Return the object that a member holds; what it should be is for the messages.

    Raises
    ------
    ArchiveError, ProjectError
        Where it is missing or no such object.
    """
    content = members.read(name, most)
    if holds_too_much(content):
        raise ProjectError(f"{name}: holds more than {MAX_ENTRIES} lists and objects")
    try:
        return parse_object(content.decode(), what, form)
    except UnicodeDecodeError as error:
        raise ProjectError(f"{name}: not UTF-8 text") from error
    except ExperimentError as error:
        raise ProjectError(f"{name}: {problem}" for problem in error.problems) from error
