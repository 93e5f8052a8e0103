"""The JSON Schema says of a document what the program says of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from engine import schema
from tests.engine.bad_documents import BAD, HEAD
from tests.engine.json_schema import accepts
from tests.engine.strategies import documents, experiments


@pytest.mark.parametrize("name", schema.FILES)
def test_schemas_in_the_resources_are_current(name):
    current = schema.FILES[name]()
    assert (schema.FOLDER / name).read_text(encoding="utf-8") == current, "run python -m engine.schema"


SCHEMA = json.loads(schema.experiment_schema())


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
