"""A disk that is full and a folder that is read-only: the file is named, and nothing is lost."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import subprocess
from pathlib import Path

import pytest

from engine.files.projects import project
from engine.files.projects.project import Project, read_project, write_project
from tests.engine.projects import assert_same_run, begun, everything, project_of
from tests.engine.read_only import read_only
from tests.engine.small import experiment


def large():
    """Return a project that takes more room than a small one: some 2 MB."""
    layers = [{"units": 300}, {"units": 300}]
    return project_of(begun(experiment(network={"layers": layers}, training={"optimizer": "adam"})))


def assert_refused(path, refused, reason):
    """Write a project where it cannot be, and see that nothing has changed."""
    old, names = path.read_bytes(), sorted(os.listdir(path.parent))
    with pytest.raises(OSError, match=reason) as caught:
        write_project(path, refused)
    assert caught.value.filename == str(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == old
    assert sorted(os.listdir(path.parent)) == names


@pytest.fixture
def small_disk(tmp_path):
    """Mount a disk of 128 kB, where that is permitted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "none", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a disk can only be mounted with the system's permission")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(small_disk):
    path = small_disk / "p.unfold"
    small = project_of(begun(everything()))
    write_project(path, small)
    assert_refused(path, large(), "No space left on device")
    assert_same_run(read_project(path).checkpoint, small.checkpoint, seconds=True)


@contextlib.contextmanager
def limited(size):
    """Let no file grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 1, 4096, 100_000])
def test_a_disk_that_is_full_after_some_bytes(tmp_path, size):
    path = tmp_path / "p.unfold"
    write_project(path, Project(experiment(), None, None))
    run = large()
    with limited(size):
        assert_refused(path, run, "File too large")


def test_a_run_that_no_file_could_hold(tmp_path, monkeypatch):
    path = tmp_path / "p.unfold"
    write_project(path, Project(experiment(), None, None))
    monkeypatch.setattr(project, "MAX_RUN", 2 << 20)
    assert_refused(path, large(), r"the run takes \d+ MB, at most 2 MB can be kept")


def test_a_read_only_folder(open_folder):
    path = open_folder / "p.unfold"
    write_project(path, Project(experiment(), None, None))
    run = project_of(begun(everything()))
    with read_only(open_folder):
        assert_refused(path, run, "Permission denied")
        with pytest.raises(OSError, match=re.escape(str(open_folder / "new.unfold"))):
            write_project(open_folder / "new.unfold", run)
    assert os.listdir(open_folder) == ["p.unfold"]


def test_what_is_no_file_is_not_replaced(tmp_path):
    alone = Project(experiment(), None, None)
    with pytest.raises(IsADirectoryError, match=re.escape(str(tmp_path))):
        write_project(tmp_path, alone)
    with pytest.raises(OSError, match="Not a regular file"):
        write_project("/dev/null", alone)
    with pytest.raises(FileNotFoundError, match=r"missing.*p\.unfold"):
        write_project(tmp_path / "missing" / "p.unfold", alone)
    assert list(tmp_path.iterdir()) == []


def test_a_link_to_a_project_stays_a_link(tmp_path):
    (tmp_path / "there").mkdir()
    link = tmp_path / "p.unfold"
    link.symlink_to(Path("there") / "q.unfold")
    write_project(link, Project(experiment(), None, None))
    assert link.is_symlink()
    assert read_project(tmp_path / "there" / "q.unfold").experiment == experiment()


def test_a_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "p.unfold"
    for mode in (0o600, 0o664):
        write_project(path, Project(experiment(), None, None))
        path.chmod(mode)
        write_project(path, Project(experiment(), None, None))
        assert path.stat().st_mode & 0o777 == mode
