"""Kept tables that nobody has used for long are cleaned up, and none that somebody uses."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine import Experiment
from engine.data import prepare
from engine.files.atomic import PREFIX
from engine.files.projects import table_folder
from engine.files.projects.kept_tables import content_of, keep, save_experiment
from tests.engine.command import ROWS, TABLE

ROOT = Path(__file__).parents[2]
DAY = 24 * 3600
USER = """
import sys
from engine.files.projects.kept_tables import keep
print(keep(sys.stdin.buffer.readline(), "other.csv"), flush=True)
sys.stdin.read()
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is cleaned up there")


@pytest.fixture(autouse=True)
def tables(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    yield tmp_path / "data" / "unfold" / "tables"
    restart()


def restart():
    """Let go of all tables, as the end of a process does."""
    table_folder._unlock()


def age(path, days=table_folder.DAYS + 1):
    os.utime(path, (time.time() - days * DAY,) * 2)


def is_young(path):
    return time.time() - path.stat().st_mtime < DAY


def document(path):
    return Experiment.parse(
        {"format": "unfold.experiment", "version": 1, "data": {**TABLE, "path": str(path)}}
    )


@pytest.fixture
def other():
    """Return a process that uses a table."""
    process = subprocess.Popen(
        [sys.executable, "-c", USER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    yield process
    process.kill()
    process.communicate()


def test_what_nobody_has_used_for_long_goes(tables):
    old, young = keep(b"old", "t.csv"), keep(b"young", "t.csv")
    age(old)
    age(young, table_folder.DAYS - 1)
    half_written = young.parent / f"{PREFIX}abc"
    half_written.write_bytes(b"o")
    age(half_written)
    restart()
    new = keep(b"new", "t.csv")
    assert sorted(path for path in tables.rglob("*") if path.is_file()) == sorted([young, new])
    assert not old.parent.exists()


def test_one_process_never_removes_what_it_has_used():
    opened = keep(b"opened", "t.csv")
    age(opened)
    keep(b"another", "t.csv")
    assert opened.read_bytes() == b"opened"


def test_nothing_goes_while_another_process_lives_that_uses_one(other):
    other.stdin.write(b"theirs\n")
    other.stdin.flush()
    theirs = Path(os.fsdecode(other.stdout.readline().strip()))
    age(theirs)
    keep(b"mine", "t.csv")
    assert theirs.read_bytes() == b"theirs\n"
    restart()
    other.kill()  # an end that it cannot tell anybody of
    other.wait()
    keep(b"mine", "t.csv")
    assert not theirs.exists()


def test_whoever_cleans_up_is_waited_for(tables, other):
    """What another process keeps meanwhile is not taken for what was there before."""
    import fcntl

    path = keep(b"table\n", "other.csv")
    age(path)
    restart()
    handle = os.open(tables, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    other.stdin.write(b"table\n")
    other.stdin.flush()
    while not is_young(path):  # until it has come to where it waits
        assert other.poll() is None
        time.sleep(0.01)
    assert not select.select([other.stdout], [], [], 0.2)[0]
    path.unlink()
    os.close(handle)
    assert Path(os.fsdecode(other.stdout.readline().strip())) == path
    assert path.read_bytes() == b"table\n"


@pytest.mark.parametrize("how", ["opened", "trained on", "saved in a project", "saved beside an experiment"])
def test_every_use_counts(tmp_path, how):
    path = keep(ROWS.encode(), "t.csv")
    age(path)
    restart()
    experiment = document(path)
    if how == "opened":
        assert keep(ROWS.encode(), "t.csv") == path
    elif how == "trained on":
        prepare(experiment.data, None, 0)
    elif how == "saved in a project":
        assert content_of(experiment, None) == ROWS.encode()
    else:
        assert save_experiment(experiment, tmp_path / "e.json") == tmp_path / "e.csv"
    assert path.read_bytes() == ROWS.encode()
    assert is_young(path)


def test_tables_of_the_user_are_not_touched(tmp_path):
    mine = tmp_path / "t.csv"
    mine.write_text(ROWS)
    age(mine)
    prepare(document(mine).data, None, 0)
    assert not is_young(mine)


def test_what_is_none_of_ours_stays(tables, tmp_path):
    kept = keep(b"old", "t.csv")
    far = tmp_path / "far"
    far.mkdir()
    strange = [
        tables / "mine.csv",
        tables / "mine" / "t.csv",
        kept.parent / "notes.txt",
        kept.parent / "folder" / "t.csv",
        far / "t.csv",
    ]
    for path in strange:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
        age(path)
    (tables / ("0" * 16)).symlink_to(far)
    (kept.parent / "link.csv").symlink_to(far / "t.csv")
    restart()
    keep(b"new", "t.csv")
    assert all(path.read_text() == "mine" for path in strange)
    assert (kept.parent / "link.csv").is_symlink()


def test_a_folder_that_cannot_be_locked_is_left_as_it_is(monkeypatch):
    import fcntl

    def refuse(*_):
        raise OSError(95, "Operation not supported")

    old = keep(b"old", "t.csv")
    age(old)
    restart()
    monkeypatch.setattr(fcntl, "flock", refuse)
    keep(b"new", "t.csv")
    assert old.exists()
