"""The JSON Schemas of our files, for editors: ``python -m engine.schema`` writes them anew."""

from __future__ import annotations

import json
from pathlib import Path

from engine.experiment import VERSION, Experiment
from engine.files.export import network_document
from engine.files.export.network_document import NetworkDocument

FOLDER = Path(__file__).parents[1] / "resources"


def experiment_schema() -> str:
    """Return the schema of experiments as it stands in its file."""
    return _text(
        Experiment.model_json_schema(),
        title="Unfold experiment",
        description=f"An experiment of Unfold, format version {VERSION}.",
        required=["format", "version"],  # of a file; Python callers need not repeat them
    )


def network_schema() -> str:
    """Return the schema of trained networks as it stands in its file."""
    return _text(
        NetworkDocument.model_json_schema(),
        title="Unfold network",
        description=f"A trained network of Unfold, format version {network_document.VERSION}.",
    )


def _text(schema: dict[str, object], **said: object) -> str:
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, **said}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


FILES = {"experiment.schema.json": experiment_schema, "network.schema.json": network_schema}


if __name__ == "__main__":
    for name, schema_of in FILES.items():
        (FOLDER / name).write_text(schema_of(), encoding="utf-8")
