"""What a killed process has half-written beside a file goes with the next save of that file."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.files import atomic
from engine.files.atomic import LEFT_SECONDS, PREFIX, begin, complete, write_atomically

ROOT = Path(__file__).parents[2]
KILLED = """
import os, signal, sys
from pathlib import Path
from engine.files.atomic import write_atomically
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
write_atomically(Path(sys.argv[1]), b"half")
"""


def left_beside(path):
    """Return what a process that is killed while it writes a file leaves there."""
    before = set(path.parent.iterdir())
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=ROOT, check=False)
    assert done.returncode < 0
    (left,) = set(path.parent.iterdir()) - before
    assert left.name.startswith(PREFIX)
    return left


def age(path, seconds=LEFT_SECONDS + 60):
    os.utime(path, (time.time() - seconds,) * 2)


@pytest.mark.skipif(sys.platform == "win32", reason="kills by a signal")
@pytest.mark.parametrize("name", ["p.unfold", "ä" * 127, "a b\n.json"])
def test_what_a_killed_save_has_left_goes_with_a_later_one(tmp_path, name):
    path = tmp_path / name
    old, older, young = (left_beside(path) for _ in range(3))
    age(old)
    age(older, 1e8)
    age(young, LEFT_SECONDS - 60)
    write_atomically(path, b"whole")
    assert sorted(tmp_path.iterdir()) == sorted([path, young])
    assert path.read_bytes() == b"whole"


@pytest.mark.skipif(sys.platform == "win32", reason="kills by a signal")
def test_what_belongs_to_another_file_stays(tmp_path):
    left = left_beside(tmp_path / "other.unfold")
    age(left)
    write_atomically(tmp_path / "p.unfold", b"")
    assert left.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="kills by a signal")
def test_what_lies_beside_the_file_that_a_link_leads_to_goes(tmp_path):
    (tmp_path / "far").mkdir()
    path, link = tmp_path / "far" / "real.unfold", tmp_path / "p.unfold"
    link.symlink_to(path)
    left = left_beside(path)
    age(left)
    write_atomically(link, b"whole")
    assert link.is_symlink()
    assert list(path.parent.iterdir()) == [path]


def test_only_files_go(tmp_path):
    path = tmp_path / "p.unfold"
    prefix = atomic._prefix(path)
    folder, link = tmp_path / f"{prefix}folder", tmp_path / f"{prefix}link"
    folder.mkdir()
    link.symlink_to("nowhere")
    for place in (folder, link):
        os.utime(place, (0, 0), follow_symlinks=False)
    write_atomically(path, b"")
    assert folder.is_dir()
    assert link.is_symlink()


def test_what_another_process_is_long_about_stays(tmp_path):
    """A recording may wait for hours; its own process removes what it has begun."""
    path = tmp_path / "r.gif"
    begun = begin(path)
    age(begun)
    write_atomically(path, b"picture")
    begun.write_bytes(b"recording")
    complete(begun, path)
    assert path.read_bytes() == b"recording"


@pytest.mark.skipif(sys.platform == "win32", reason="kills by a signal")
def test_a_save_that_fails_removes_nothing_but_its_own(tmp_path, monkeypatch):
    path = tmp_path / "p.unfold"
    left = left_beside(path)
    age(left)

    def fail(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"whole")
    assert list(tmp_path.iterdir()) == [left]


def test_what_cannot_be_removed_keeps_no_save(tmp_path, monkeypatch):
    def refuse(*_args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    write_atomically(tmp_path / "p.unfold", b"whole")
    assert (tmp_path / "p.unfold").read_bytes() == b"whole"
