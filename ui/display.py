"""Is there a screen?  Qt ends the process where there is none, so the question comes first."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from pathlib import Path


def problem() -> str | None:
    """Return in a few words why no window can open, or None where one can."""
    if not sys.platform.startswith("linux"):
        return None
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    if platform not in ("", "xcb", "wayland", "wayland-egl"):
        return None  # offscreen, vnc, eglfs: need no server
    display, wayland = os.environ.get("DISPLAY"), os.environ.get("WAYLAND_DISPLAY")
    if wayland and platform != "xcb" and _wayland_answers(wayland):
        return None
    if display and not platform.startswith("wayland") and _x_answers(display):
        return None
    if not display and not wayland:
        return "no display found"
    return (
        f"the display {(wayland if platform.startswith('wayland') else display) or wayland} does not answer"
    )


def _wayland_answers(name: str) -> bool:
    path = Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / name  # an absolute name stays as it is
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        return probe.connect_ex(str(path)) == 0


def _x_answers(name: str) -> bool:
    """Open a connection as Qt will, authorization included."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # Qt will say which library is missing
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(name.encode(), None)
    works: bool = xcb.xcb_connection_has_error(connection) == 0
    xcb.xcb_disconnect(connection)
    return works
