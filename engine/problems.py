"""Turn pydantic's errors into sentences that name the path and say what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.sentences import one_line

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

LONG = 1000  # entries: more are not written out only to be shortened


def problems_of(error: ValidationError, document: Any) -> list[str]:
    """Return one sentence a problem: ``network.layers.1.units: must be between 1 and 1024``."""
    found = []
    for detail in error.errors(include_url=False):
        if detail["type"] == "experiment":  # already whole sentences
            found += str(detail["ctx"]["text"]).split("\n")
            continue
        path = _path(detail["loc"], document)
        found.append(f"{path}: {_sentence(detail)}" if path else _sentence(detail))
    return [one_line(sentence) for sentence in found]


def _path(location: Sequence[int | str], document: Any) -> str:
    """Join a location, leaving out the union tags that pydantic puts between the document's own keys."""
    parts: list[str] = []
    here, tag_is_past = document, False
    for i, part in enumerate(location):
        kind = here.get("kind") if isinstance(here, Mapping) else here
        is_last = i + 1 == len(location)
        if isinstance(part, str) and part == kind and not tag_is_past:
            tag_is_past = True  # what follows is a key, even where it is spelled like the kind
            continue
        if isinstance(here, Mapping) and part not in here and not is_last:
            continue  # the tag of an object that an earlier step of the validation has replaced
        parts.append(_shortened(str(part)) or '""')
        tag_is_past = False
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            here = None
    return ".".join(parts)


def _sentence(detail: ErrorDetails) -> str:
    """Say in the document's words what is wrong with one value."""
    shown = _shown(detail["input"])
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            return "unknown key; remove it or correct its spelling"
        case "missing":
            return "is required"
        case "int_type" | "int_from_float" | "int_parsing" | "int_parsing_size":
            return f"must be a whole number, not {shown}"
        case "float_type" | "float_parsing":
            return f"must be a number, not {shown}"
        case "finite_number":
            return "must be a finite number"
        case "bool_type" | "bool_parsing":
            return f"must be true or false, not {shown}"
        case "string_type":
            return f"must be text, not {shown}"
        case "string_unicode":
            return "must be text that can be saved as UTF-8"
        case "string_too_short":
            return "must not be empty"
        case "string_too_long":
            return f"must have at most {context['max_length']} characters"
        case "too_long":
            return f"must have at most {context['max_length']} entries"
        case "too_short":
            return f"must have at least {context['min_length']} entries"
        case "tuple_type" | "list_type":
            return f"must be a list, not {shown}"
        case "literal_error":
            return f"must be {context['expected']}, not {shown}"
        case "union_tag_invalid":
            known = str(context["expected_tags"]).replace("'", "")
            return f"unknown kind {_shown(context['tag'])}; known: {known}"
        case "union_tag_not_found":
            return 'must name its "kind"'
        case "model_attributes_type":
            return f"must be an object or a bare kind, not {shown}"
        case "model_type" | "dict_type":
            return f"must be an object, not {shown}"
        case "invalid_key":
            return "keys must be text"
        case _:
            return detail["msg"].removeprefix("Value error, ")


def _shown(value: Any) -> str:
    """Write a value as the document does, shortened."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, list | tuple | dict) and _is_large(value):
        return f"this {'object' if isinstance(value, dict) else 'list'} of {len(value)}"
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # nested too deeply, or a number of thousands of digits
        return f"this {type(value).__name__}"
    return _shortened(text)


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _is_large(value: Any, most: int = LONG) -> bool:
    """Return whether something holds so many values that to write them all would take its time."""
    waiting = [value]
    for part in waiting:  # grows as it goes
        if isinstance(part, list | tuple | dict):
            if len(waiting) + len(part) > most:
                return True
            waiting.extend(part.values() if isinstance(part, dict) else part)
    return False
