"""The benchmark itself: it runs, and counts and writes right.  How fast anything is, no test asserts."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.benchmarks.__main__ import write
from tests.benchmarks.machine import ROOT, environment
from tests.benchmarks.report import Table, times
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
