"""The table of all formats; a file's format is told by its suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.files.export import (
    c_header,
    javascript,
    keras_file,
    network_json,
    onnx_graph,
    python,
    pytorch,
    tex,
    weight_files,
    weights_table,
)
from engine.files.export.format import ExportError

if TYPE_CHECKING:
    from pathlib import Path

    from engine.files.export.format import Format

FORMATS: tuple[Format, ...] = (
    onnx_graph.FORMAT,
    weight_files.SAFETENSORS,
    weight_files.NPZ,
    python.FORMAT,
    pytorch.FORMAT,
    keras_file.FORMAT,
    javascript.FORMAT,
    c_header.FORMAT,
    tex.FORMAT,
    network_json.FORMAT,
    weights_table.FORMAT,
)


def format_of(path: Path) -> Format:
    """Return the format with the longest suffix that a file's name ends in.

    Raises
    ------
    ExportError
        Where there is none.
    """
    name = path.name.lower()
    fitting = [found for found in FORMATS if name.endswith(found.suffix) and name != found.suffix]
    if not fitting:
        known = ", ".join(found.suffix for found in FORMATS)
        raise ExportError(f"{path.name}: the suffix tells the format; use one of {known}")
    return max(fitting, key=lambda found: len(found.suffix))
