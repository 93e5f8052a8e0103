"""No display is told before Qt would end the process."""

from __future__ import annotations

import socket
import sys

import pytest

from ui import display

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X and Wayland are of Linux")


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


def test_nothing_set_is_no_display():
    assert display.problem() == "no display found"


@pytest.mark.parametrize("name", [":1234", "nonsense", "localhost:1234", ":99999999"])
def test_a_display_that_does_not_answer_is_named(monkeypatch, name):
    monkeypatch.setenv("DISPLAY", name)
    assert display.problem() == f"the display {name} does not answer"


def test_a_platform_without_a_server_needs_none(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert display.problem() is None


def test_a_wayland_server_is_reached_by_its_socket(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    assert display.problem() == "the display wayland-7 does not answer"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-7"))
        server.listen()
        assert display.problem() is None


def test_where_wayland_is_asked_for_an_x_server_does_not_count(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "wayland")
    monkeypatch.setenv("DISPLAY", ":0")
    assert display.problem() is not None
