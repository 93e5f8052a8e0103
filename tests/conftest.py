"""What holds for every test: no real screen unless asked for, no leaked threads, no touched settings.

Unexpected Qt warnings fail a test by ``qt_log_level_fail`` in pyproject.toml.
"""

from __future__ import annotations

import os
import threading
import time

import pytest

_GRACE_SECONDS = 2.0


@pytest.fixture(scope="session")
def qapp_args():
    """Run Qt without a screen; by argument, so that programs that tests start are not affected."""
    return ["unfold"] if os.environ.get("QT_QPA_PLATFORM") else ["unfold", "-platform", "offscreen"]


@pytest.fixture(scope="session", autouse=True)
def _own_settings(tmp_path_factory):
    """Keep the user's settings, log and tables out of the tests, and the tests out of them."""
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _no_leaked_threads():
    """Fail a test that leaves a thread behind."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + _GRACE_SECONDS
    left = set(threading.enumerate()) - before
    for thread in left:
        thread.join(max(0.0, deadline - time.monotonic()))
    alive = sorted(thread.name for thread in left if thread.is_alive())
    assert not alive, f"threads left running: {', '.join(alive)}"
