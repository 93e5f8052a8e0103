"""The JSON Schema of experiment files, for editors: ``python -m engine.schema`` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path

from engine.experiment import VERSION, Experiment

PATH = Path(__file__).parents[1] / "resources" / "experiment.schema.json"


def schema_text() -> str:
    """Return the schema of the present version as it stands in the file."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Experiment.model_json_schema(),
        "title": "Unfold experiment",
        "description": f"An experiment of Unfold, format version {VERSION}.",
        "required": ["format", "version"],  # of a file; Python callers need not repeat them
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(schema_text(), encoding="utf-8")
