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
MAX_WINDOW = MAX_RECORD - (1 << 16)  # bytes without spaces; the rest of the record takes far less
SMALL_WINDOW = 1 << 16  # bytes, beyond which a record is written without spaces
INDENTED = 1 << 20  # bytes of a document, beyond which it is written without spaces


def json_of(document: Any) -> bytes:
    """Return JSON for people, or without spaces where it would be long.

    Raises
    ------
    ValueError, TypeError
        Where the document is not plain JSON.
    """
    content = (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
    return content if len(content) <= INDENTED else compact(document)


def compact(document: Any) -> bytes:
    """Return JSON without spaces; see `json_of`."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def experiment_text(experiment: Experiment) -> bytes:
    """Return the JSON of an experiment.

    Raises
    ------
    ValueError
        Where it is too long to be read again.
    """
    content = json_of(experiment.document())
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
