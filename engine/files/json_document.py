"""Read a JSON document into plain records, strictly; write it whole or not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from engine.errors import ExperimentError
from engine.files.atomic import write_atomically
from engine.files.bounded import content_of
from engine.sentences import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FORMAT = "unfold.experiment"
VERSION = 1
MAX_BYTES = 16 << 20  # the most points there can be take 10 MB
MAX_ENTRIES = 500_000  # lists and objects, e.g. points or links: Python takes a hundred bytes for each

# version -> a pure function from a document of that version to one of the next
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def read_document(path: Path) -> dict[str, Any]:
    """Return the document of a file, brought to the current version.

    Raises
    ------
    ExperimentError
        Where the file cannot be read, is no JSON object, or is of another format or a newer version.
    """
    content = content_of(path, MAX_BYTES, ExperimentError, "so it is no experiment")
    try:
        if holds_too_much(content):
            raise ExperimentError(f"{path.name}: holds more than {MAX_ENTRIES} lists and objects")
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"not UTF-8 text, so it is no experiment (byte {error.start})"
        raise ExperimentError(f"{path.name}: {problem}") from error
    try:
        return current(parse_object(text))
    except ExperimentError as error:
        raise ExperimentError(f"{path.name}: {problem}" for problem in error.problems) from error


def holds_too_much(content: bytes) -> bool:
    """Tell, before it is parsed, whether a JSON text has more lists and objects than is sensible."""
    return content.count(b"[") + content.count(b"{") > MAX_ENTRIES


def parse_object(text: str, what: str = "an experiment", form: str = FORMAT) -> dict[str, Any]:
    """Parse text into one JSON object without repeated keys; what it should be is for the messages."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise ExperimentError(f"the key {key!r} stands twice in one object; keep one of them")
            found[key] = value
        return found

    if not text.strip():
        raise ExperimentError("the file is empty")
    try:
        document = json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ExperimentError(f"not valid JSON at {place}: {error.msg.lower()}") from error
    except RecursionError as error:
        raise ExperimentError(f"not {what}: nested too deeply") from error
    except ValueError as error:  # an integer of thousands of digits
        raise ExperimentError(f"not valid JSON: {error}") from error
    if not isinstance(document, dict):
        raise ExperimentError(f'must be a JSON object with "format": "{form}"')
    return document


def current(document: dict[str, Any]) -> dict[str, Any]:
    """Check format and version, and migrate an older document step by step."""
    if document.get("format") != FORMAT:
        raise ExperimentError(f'format: must be "{FORMAT}"; this file is not an Unfold experiment')
    for version in range(version_of(document, VERSION), VERSION):
        document = MIGRATIONS[version](document)
    return document


def version_of(document: Mapping[str, Any], newest: int) -> int:
    """Return the version of a document of any format, whatever else is in it.

    Raises
    ------
    ExperimentError
        Where it has none, or was written by a newer Unfold than one that reads up to ``newest``.
    """
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ExperimentError("version: must be a whole number from 1 on")
    if version > newest:
        given = shown(str(version))
        raise ExperimentError(
            f"version: the file is of version {given}, this Unfold reads up to {newest}; update Unfold"
        )
    return version


def write_document(document: dict[str, Any], path: Path) -> None:
    """Write a document as indented UTF-8 JSON, atomically."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_atomically(path, text.encode())
