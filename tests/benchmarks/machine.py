"""The machine: what it is, one core of it to measure on, and a screen."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import platform
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.screen import SIZE, on, xvfb

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("numpy", "numba", "llvmlite", "PySide6-Essentials", "pyqtgraph", "torch", "jax")


def description() -> list[str]:
    """Return lines for people: processor, system and versions."""
    versions = [f"Python {platform.python_version()}"]
    for name in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions.append(f"{name} {importlib.metadata.version(name)}")
    return [f"{_processor()}, {os.cpu_count()} cores, {platform.system()}", ", ".join(versions)]


def _processor() -> str:
    """Return the processor's name and its widest vectors, where Linux tells."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    fields = dict(line.split(":", 1) for line in text.split("\n\n")[0].splitlines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    flags = fields.get("flags", "").split()
    vectors = next((name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags), "")
    name = fields.get("model name", platform.machine())
    family = f"family {fields.get('cpu family', '?')} model {fields.get('model', '?')}"
    return ", ".join(part for part in (f"{name} ({family})", vectors) if part)


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a user's start: Python may keep what it has compiled of our sources."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **more}


def load() -> float:
    """Return how many processes wanted to run over the last minute; NaN where the system does not tell."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


class Others:
    """What share of all processors other programs take from now on, and whoever owns the real ones."""

    def __init__(self) -> None:
        self._begin, self._before = time.monotonic(), self._taken()

    @staticmethod
    def _taken() -> float:
        """Return the seconds that all but us have computed since the start of the system."""
        try:
            fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
        except OSError:
            return float("nan")
        user, nice, system, _, _, interrupts, soft, stolen = map(int, fields[:8])
        busy = (user + nice + system + interrupts + soft + stolen) / os.sysconf("SC_CLK_TCK")
        return busy - sum(os.times()[:4])

    def share(self) -> float:
        """Return it, 0 to 1; NaN where the system does not tell."""
        taken, elapsed = self._taken() - self._before, time.monotonic() - self._begin
        return max(0.0, taken / elapsed / (os.cpu_count() or 1))


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Keep this process, and threads that it starts, on one core."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def screen() -> Iterator[tuple[dict[str, str], str]]:
    """Provide a screen: the environment for a program to use it, and what it is.

    Xvfb; else the present display; else Qt's offscreen platform, which paints but shows nothing to anyone.
    """
    with contextlib.ExitStack() as stack:
        try:
            display = stack.enter_context(xvfb())
        except OSError:
            display = ""
        if display:
            yield on(display), f"Xvfb {SIZE}"
        elif os.environ.get("DISPLAY"):
            yield {}, f"display {os.environ['DISPLAY']}"
        else:
            yield {"QT_QPA_PLATFORM": "offscreen"}, "Qt's offscreen platform: no real screen was there"
