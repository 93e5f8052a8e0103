"""The benchmark itself: it runs, and counts and writes right.  How fast anything is, no test asserts."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtGui import QImage

from tests.benchmarks import scale, window_rows
from tests.benchmarks.__main__ import main, write
from tests.benchmarks.machine import ROOT, environment, screen
from tests.benchmarks.picture import draw, ticks
from tests.benchmarks.report import Table, times
from tests.benchmarks.scale import BASE, Curve, Sweep
from tests.benchmarks.timing import ratio
from tests.benchmarks.window_rows import moment_percentile


def test_a_quick_run_prints_and_writes_its_tables(tmp_path):
    document = tmp_path / "performance.md"
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--only", "networks", "pictures"]
    run = subprocess.run(
        [*command, "--markdown", str(document), "--date", "2001-02-03"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in (0, 1), run.stderr  # 1: a promise was missed, as on a busy machine
    assert "784-128-64-10 ReLU, 1792, 128" in run.stdout
    text = document.read_text()
    assert "2001-02-03" in text and "| 2-8-8-1 tanh, 250, 10 |" in text


def test_written_figures_replace_older_ones_and_nothing_else(tmp_path):
    document = tmp_path / "performance.md"
    write(document, ["first"])
    document.write_text("Before.\n" + document.read_text() + "After.\n")
    write(document, ["second"])
    text = document.read_text()
    assert text.startswith("Before.\n") and text.endswith("After.\n")
    assert "second" in text and "first" not in text


def small_sweep(title: str, is_log: bool) -> Sweep:
    works = tuple(replace(BASE, rows=n, batch=10) for n in (10, 20, 50))
    return Sweep(title, "samples", (10, 20, 50), works, is_log)


def test_scale_is_measured_drawn_and_written_without_touching_the_other_figures(tmp_path, monkeypatch, qapp):
    monkeypatch.setattr(scale, "SWEEPS", (small_sweep("Few", True), small_sweep("Fewer", False)))
    document = tmp_path / "performance.md"
    write(document, ["the others"])
    command = ["--quick", "--only", "scale", "--markdown", str(document), "--date", "2001-02-03"]
    assert main(command) == 0
    text = document.read_text()
    assert "the others" in text and "2001-02-03" in text
    assert text.index("figures: end") < text.index("![") < text.index("| samples 50 |")
    assert "(images/scale.png)" in text
    assert main(command) == 0
    assert document.read_text().count("scale: begin") == 1
    assert not QImage(str(tmp_path / "images" / "scale.png")).isNull()


def test_the_picture_shows_what_was_measured(tmp_path, qapp):
    sweep = small_sweep("Samples", True)
    slow, fast = (Curve(sweep, seconds, (1, 1, 1)) for seconds in ((1e-5, 2e-5, 9e-4), (1e-5, 2e-5, 5e-5)))
    for name, curves in (("slow", [slow]), ("same", [slow]), ("fast", [fast]), ("both", [slow, fast])):
        draw(curves, tmp_path / f"{name}.png")
    pictures = {path.stem: QImage(str(path)) for path in tmp_path.iterdir()}
    assert pictures["slow"] == pictures["same"] != pictures["fast"] != pictures["both"]


@pytest.mark.parametrize(
    ("low", "high", "is_log", "expected"),
    [
        (3e-5, 0.2, True, [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0]),
        (3e-4, 4e-3, True, [2e-4, 5e-4, 1e-3, 2e-3, 5e-3]),
        (1e-3, 1e-2, True, [1e-3, 2e-3, 5e-3, 1e-2]),
        (3e-5, 7e-4, False, [0, 2e-4, 4e-4, 6e-4, 8e-4]),
        (1.0, 5.0, False, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_ticks_are_round_and_enclose_what_is_shown(low, high, is_log, expected):
    assert ticks(low, high, is_log) == pytest.approx(expected)


def test_growth_compares_the_upper_half_with_the_work():
    sweep = small_sweep("Samples", True)
    assert Curve(sweep, (1.0, 2.0, 12.5), (0, 0, 0)).growth() == (
        "Samples: from 20 to 50, 2.5 times the operations take 6.2 times the time, "
        "the power 2.00 of the work."
    )
    same = replace(sweep, title="Batch size", works=(BASE,) * 3)
    assert Curve(same, (6.0, 3.0, 2.0), (0, 0, 0)).growth() == "Batch size: 50 take 1/3.0 of the time of 10."


def test_the_line_of_the_work_has_the_median_speed():
    sweep = small_sweep("Samples", True)
    operations = [work.operations for work in sweep.works]
    curve = Curve(
        sweep, tuple(n / speed for n, speed in zip(operations, (1e9, 2e9, 9e9), strict=True)), (0,) * 3
    )
    assert curve.speed == pytest.approx(2e9)


def test_memory_counts_the_rows_and_the_weights():
    base, rows, units = (
        scale.peak_memory(work)
        for work in (BASE, replace(BASE, rows=21_000), replace(BASE, widths=(2, 256, 256, 1)))
    )
    # Two inputs of 8 and of 4 bytes, and a target of 8, a row; weights, their transpose and gradient.
    assert rows - base > 20_000 * (2 * 8 + 2 * 4 + 8)
    assert units - base > 3 * 4 * 256 * 256


@pytest.mark.parametrize(("display", "kind"), [("", "offscreen"), (":7", "display :7")])
def test_without_xvfb_there_is_still_something_to_paint_on(monkeypatch, display, kind):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("DISPLAY", display)
    with screen() as (variables, found):
        assert kind in found
        assert variables == ({} if display else {"QT_QPA_PLATFORM": "offscreen"})


def test_a_table_counts_what_failed():
    table = Table("T", ("what", "measured"))
    for name, kept in (("a", True), ("b", False), ("c", None)):
        table.add(name, "1", kept=kept)
    assert table.failed == 1
    assert "| b | 1 | FAIL |" in table.markdown().splitlines()


def test_ratios_are_taken_round_by_round():
    assert ratio([10.0, 20.0, 90.0], [1.0, 2.0, 3.0]) == 10.0
    assert [times(value) for value in (200.0, 23.4, 6.0, 4.56, 1.234)] == [
        "200x",
        "23x",
        "6x",
        "4.6x",
        "1.23x",
    ]


@pytest.mark.parametrize(("share", "gap"), [(0.05, 0.001), (0.5, 0.1), (0.99, 0.1)])
def test_a_long_gap_counts_by_the_moments_in_it(share, gap):
    assert moment_percentile([0.001] * 10 + [0.1], share) == gap


def test_the_diagrams_promises_are_held_against_the_median_of_several_runs(monkeypatch):
    rates = {"shallow": [60.4, 12.0, 59.6], "deep": [29.2, 29.4, 80.0]}

    class Run:
        def __init__(self, scenario, seconds, variables):
            self.scenario = scenario

        def result(self):
            return {"pictures": rates[self.scenario].pop(), "gaps": [0.001] * 95 + [0.1]}

    monkeypatch.setattr(window_rows, "Child", Run)
    table = Table("The window", ("what", "measured", "promised"))
    window_rows.add_diagram(table, {}, 1.0, 3)
    rows = [line for line in table.markdown().splitlines() if "2-8-8-1" in line or "layers of 16" in line]
    assert [line.split("|")[2].strip() for line in rows] == ["60", "100 ms", "29", "100 ms"]
    assert [("PASS" in line, "FAIL" in line) for line in rows] == [
        (True, False),
        (False, True),
        (False, True),
        (False, True),
    ]
