"""Files that ship with the program: icons, translations, example experiments, small data sets."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def path(*parts: str) -> Path:
    """Return the path of a shipped file."""
    return FOLDER.joinpath(*parts)
