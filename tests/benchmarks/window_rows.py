"""The window's figures: every one from the program itself, in processes of its own, several times."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

from tests.benchmarks.machine import ROOT, environment, screen
from tests.benchmarks.report import Table, milliseconds
from tests.benchmarks.timing import QUICK, Effort
from tests.benchmarks.window_child import SPAWNED

PROMISED_VISIBLE = 1.0  # s
PROMISED_PLAY = 0.2  # s
PROMISED_GAP = 0.025  # s
PROMISED_THROUGHPUT = 0.85
PROMISED_PICTURES = {"shallow": ("2-8-8-1", 60), "deep": ("six layers of 16", 30)}  # of the diagram, a second
PROMISED_MEMORY = 350  # MB
PROMISED_COMPILING = 15.0  # s


def window(effort: Effort) -> Table:
    """Measure everything."""
    quick = effort == QUICK
    table = Table("The window", ("what", "measured", "promised"))
    with screen() as (variables, kind):
        table.notes.append(f"On {kind}.")
        Child("start", 0.0, variables).result()  # fills the caches of files and kernels
        add_starts(table, variables, 2 if quick else 7)
        add_full_speed(table, variables, 3.0 if quick else 15.0, 1 if quick else 3)
        add_diagram(table, variables, 3.0 if quick else 10.0, 1 if quick else 3)
        add_memory(table, variables, 5.0 if quick else 60.0)
        add_cold(table, variables, 1 if quick else 3)
    return table


class Child:
    """One run of the program with a scenario, with settings and log files of its own."""

    def __init__(self, scenario: str, seconds: float, variables: dict[str, str], cache: str = "") -> None:
        self._folder = tempfile.TemporaryDirectory()
        places = {"XDG_CONFIG_HOME": self._folder.name, "XDG_STATE_HOME": self._folder.name}
        if cache:
            places["XDG_CACHE_HOME"] = cache
        command = [sys.executable, "-m", "tests.benchmarks.window_child", scenario, str(seconds)]
        # Last, so that nothing of ours counts.
        spawned = {SPAWNED: str(time.monotonic_ns())}
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(**variables, **places, **spawned),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def result(self) -> dict[str, Any]:
        """Wait for its end and return what it found.

        Raises
        ------
        RuntimeError
            Where it failed.
        """
        with self._folder:
            printed, errors = self._process.communicate()
        if self._process.returncode or not printed:
            raise RuntimeError(f"the window's run failed:\n{errors}")
        found: dict[str, Any] = json.loads(printed.splitlines()[-1])
        return found


def add_starts(table: Table, variables: dict[str, str], times: int) -> None:
    """Measure starts, idleness and the first Play."""
    starts = [Child("start", 2.0, variables).result() for _ in range(times)]
    hurried = [Child("hurry", 0.0, variables).result() for _ in range(times)]
    both = [*starts, *hurried]
    visible = statistics.median(found["visible"] for found in both)
    table.add(
        f"window visible, from process start, warm (median of {len(both)})",
        milliseconds(visible),
        f"< {milliseconds(PROMISED_VISIBLE)}",
        kept=visible < PROMISED_VISIBLE,
    )
    drawn = statistics.median(found["drawn"] for found in starts)
    table.add("network and field drawn, from process start, warm", milliseconds(drawn), "")
    play = statistics.median(found["play"] for found in starts)
    table.add(
        f"first trained frame painted after Play, warm (median of {times})",
        milliseconds(play),
        f"< {milliseconds(PROMISED_PLAY)}",
        kept=play < PROMISED_PLAY,
    )
    soon = statistics.median(found["play"] for found in hurried)
    table.add("the same, Play pressed the moment the window is visible", milliseconds(soon), "")
    idle = statistics.median(found["idle"] for found in starts)
    table.add("processor in use while paused, of one core", f"{idle:.1%}", "")


def add_full_speed(table: Table, variables: dict[str, str], seconds: float, times: int) -> None:
    """Measure throughput, frames and gaps while training without a brake."""
    found = [Child("full_speed", seconds, variables).result() for _ in range(times)]
    ratios = [each["throughput"] for each in found]
    frames = [each["frames"] for each in found]
    gaps = [gap for each in found for gap in each["gaps"]]
    ratio = statistics.median(ratios)
    table.add(
        f"engine throughput, window open, against headless ({min(ratios):.2f} to {max(ratios):.2f})",
        f"{ratio:.2f}",
        f">= {PROMISED_THROUGHPUT}",
        kept=ratio >= PROMISED_THROUGHPUT,
    )
    table.add("frames painted a second meanwhile", f"{statistics.median(frames):.0f}", "")
    waited = moment_percentile(gaps, 0.99)
    table.add(
        f"event-loop gap that 99 % of all moments are not longer in ({sum(gaps):.0f} s)",
        milliseconds(waited),
        f"< {milliseconds(PROMISED_GAP)}",
        kept=waited < PROMISED_GAP,
    )
    ordered = sorted(gaps)
    table.add(
        "99th percentile of the gaps, each counted once", milliseconds(ordered[int(0.99 * len(gaps))]), ""
    )
    table.add("longest gap", milliseconds(ordered[-1]), "")


def add_diagram(table: Table, variables: dict[str, str], seconds: float, times: int) -> None:
    """Measure how often the diagram is painted, and the gaps, while training without a brake."""
    for scenario, (network, promised) in PROMISED_PICTURES.items():
        found = [Child(scenario, seconds, variables).result() for _ in range(times)]
        rate = statistics.median(each["pictures"] for each in found)
        table.add(
            f"pictures of the diagram a second, {network} (median of {times})",
            f"{rate:.0f}",
            f">= {promised}",
            kept=round(rate) >= promised,
        )
        waited = moment_percentile([gap for each in found for gap in each["gaps"]], 0.99)
        table.add(
            f"event-loop gap meanwhile, {network}, 99 % of all moments",
            milliseconds(waited),
            f"< {milliseconds(PROMISED_GAP)}",
            kept=waited < PROMISED_GAP,
        )


def moment_percentile(gaps: list[float], share: float) -> float:
    """Return the gap so that a moment lies in none longer with this probability.

    Counted gap by gap, the many short ones between two pictures would hide those that a click meets.
    """
    left = share * sum(gaps)
    for gap in sorted(gaps):
        left -= gap
        if left <= 0:
            return gap
    return max(gaps)


def add_memory(table: Table, variables: dict[str, str], seconds: float) -> None:
    """Measure resident memory before and after playing."""
    found = Child("memory", seconds, variables).result()
    for what, megabytes in (
        ("right after the start", found["before"]),
        (f"after {seconds / 2:.0f} s at full speed", found["middle"]),
        (f"after {seconds:.0f} s at full speed", found["after"]),
    ):
        table.add(
            f"resident memory, default experiment, {what}",
            f"{megabytes:.0f} MB",
            f"< {PROMISED_MEMORY} MB",
            kept=megabytes < PROMISED_MEMORY,
        )


def add_cold(table: Table, variables: dict[str, str], times: int) -> None:
    """Measure a start without compiled kernels."""
    visible, drawn, gaps = [], [], []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as cache:
            found = Child("cold", 0.0, variables, cache).result()
        visible.append(found["visible"])
        drawn.append(found["drawn"])
        gaps += found["gaps"]
    table.add("window visible on a cold cache", milliseconds(statistics.median(visible)), "")
    ready = statistics.median(drawn)
    table.add(
        "network drawn on a cold cache, from process start",
        milliseconds(ready),
        f"< {milliseconds(PROMISED_COMPILING)}",
        kept=ready < PROMISED_COMPILING,
    )
    table.add(
        "event-loop gap meanwhile, 99 % of all moments", milliseconds(moment_percentile(gaps, 0.99)), ""
    )
