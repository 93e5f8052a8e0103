"""The child process that compiles: success, failure, and its end with the program."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import pytest

from engine.child import command
from ui.training import warming


@pytest.fixture
def child(monkeypatch):
    """Run some Python instead of the program."""
    return lambda code: monkeypatch.setattr(
        warming.child, "command", lambda name: [sys.executable, "-c", code]
    )


def test_the_command_is_this_program():
    executable, script, word = command("warm")
    assert executable == sys.executable
    assert Path(script).name == "main.py"
    assert Path(script).exists()
    assert word == "warm"


def test_a_frozen_program_calls_itself(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command("warm") == [sys.executable, "warm"]


def test_a_child_that_succeeds(child):
    child("pass")
    assert warming.Warming().run()


def test_a_child_that_fails_is_logged_with_its_words(child, caplog):
    child("import sys; sys.exit('no compiler')")
    assert not warming.Warming().run()
    assert "no compiler" in caplog.text


def test_a_child_that_cannot_start_is_logged(monkeypatch, caplog):
    monkeypatch.setattr("engine.child.command", lambda name: ["/nowhere/python"])
    assert not warming.Warming().run()
    assert "could not be started" in caplog.text


def test_stopping_ends_the_child_at_once(child, caplog):
    child("import time; print('started', flush=True); time.sleep(60)")
    compiling = warming.Warming()
    done = []
    thread = threading.Thread(target=lambda: done.append(compiling.run()))
    thread.start()
    while compiling._child is None:
        time.sleep(0.001)
    begin = time.monotonic()
    compiling.stop()
    thread.join()
    assert time.monotonic() - begin < 5
    assert done == [False]
    assert caplog.text == ""  # that is no failure


def test_what_is_stopped_before_it_starts_never_starts(child):
    child("raise SystemExit('must not run')")
    compiling = warming.Warming()
    compiling.stop()
    assert not compiling.run()
    assert compiling._child is None


def test_a_run_begins_as_soon_as_what_it_needs_is_compiled(monkeypatch):
    monkeypatch.setattr(
        warming.child, "command", lambda name: [sys.executable, "-c", "import time; time.sleep(60)"]
    )
    begun = warming.Warming()
    begin = time.monotonic()
    assert begun.run(lambda: True)
    assert time.monotonic() - begin < 20
    child = begun._child
    assert child.poll() is None
    begun.stop()
    child.wait(timeout=20)
