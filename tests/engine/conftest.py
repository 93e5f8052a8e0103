"""What the tests of the engine share; property tests run without a stop-watch: a busy machine is no bug."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from tests.engine.command import SMALL

settings.register_profile("unfold", deadline=None)
settings.load_profile("unfold")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work in a folder of its own that holds an experiment ``e.json``."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "e.json").write_text(json.dumps(SMALL))
    return tmp_path


@pytest.fixture
def file(tmp_path):
    """Write bytes as a file of weights of some suffix."""

    def write(suffix: str, data: bytes) -> Path:
        path = tmp_path / f"w{suffix}"
        path.write_bytes(data)
        return path

    return write


@pytest.fixture
def open_folder():
    """Return a folder that everybody may enter, unlike that of the tests."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
