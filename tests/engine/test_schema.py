"""The JSON Schema says of a document what the program says of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from engine import schema
from tests.engine.bad_documents import BAD, HEAD
from tests.engine.strategies import documents, experiments


def test_schema_in_the_resources_is_current():
    assert schema.PATH.read_text(encoding="utf-8") == schema.schema_text(), "run python -m engine.schema"


SCHEMA = json.loads(schema.schema_text())
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": (int, float),
}


def accepts(rule: dict[str, Any], value: Any) -> bool:
    """Validate by those words of JSON Schema that ours uses."""
    checks = {
        "$ref": lambda ref: accepts(SCHEMA["$defs"][ref.removeprefix("#/$defs/")], value),
        "anyOf": lambda rules: any(accepts(r, value) for r in rules),
        "oneOf": lambda rules: sum(accepts(r, value) for r in rules) == 1,
        "const": lambda constant: value == constant,
        "enum": lambda values: value in values,
        "type": lambda name: (
            isinstance(value, TYPES[name]) and (name == "boolean") == isinstance(value, bool)
        ),
        "minimum": lambda low: not isinstance(value, int | float) or value >= low,
        "maximum": lambda high: not isinstance(value, int | float) or value <= high,
        "minLength": lambda low: not isinstance(value, str) or len(value) >= low,
        "maxLength": lambda high: not isinstance(value, str) or len(value) <= high,
        "minItems": lambda low: not isinstance(value, list) or len(value) >= low,
        "maxItems": lambda high: not isinstance(value, list) or len(value) <= high,
        "items": lambda item: not isinstance(value, list) or all(accepts(item, v) for v in value),
        "prefixItems": lambda items: (
            not isinstance(value, list) or all(map(accepts, items, value[: len(items)]))
        ),
        "required": lambda keys: not isinstance(value, dict) or all(key in value for key in keys),
        "properties": lambda known: (
            not isinstance(value, dict) or all(accepts(known[k], v) for k, v in value.items() if k in known)
        ),
        "additionalProperties": lambda allowed: (
            not isinstance(value, dict) or allowed or set(value) <= set(rule["properties"])
        ),
    }
    said = {"$schema", "$defs", "title", "description", "default", "discriminator"}
    assert set(rule) <= {*checks, *said}, set(rule) - {*checks, *said}
    return all(check(rule[word]) for word, check in checks.items() if word in rule)


@given(documents())
def test_schema_accepts_every_valid_document(document):
    assert accepts(SCHEMA, document)


@given(experiments())
def test_schema_accepts_what_is_saved(experiment):
    assert accepts(SCHEMA, json.loads(json.dumps(experiment.document())))


BEYOND_A_SCHEMA = (
    "UTF-8",
    "twice",
    "column",
    "names",
    "empty name",
    "path of a file",
    "classification",
    "feature '",
    "needs",
    "finite",
    "there is no",
    "names one twice",
)


@pytest.mark.parametrize(("document", "sentences"), BAD, ids=[" ".join(s)[:70] for _, s in BAD])
def test_schema_refuses_what_stands_in_one_place(document, sentences):
    if not any(word in sentence for sentence in sentences for word in BEYOND_A_SCHEMA):
        assert not accepts(SCHEMA, HEAD | document)


def test_schema_asks_for_format_and_version():
    assert accepts(SCHEMA, HEAD)
    assert not accepts(SCHEMA, {})
