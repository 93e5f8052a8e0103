"""Print the performance table, and write it down where asked to."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import engine_rows, machine
from tests.benchmarks.timing import FULL, QUICK

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.report import Table
    from tests.benchmarks.timing import Effort

# What the tables replace in a document; all else stays.
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


# Measured on one core, without a window.
ENGINE: dict[str, Callable[[Effort], Table]] = {
    "networks": engine_rows.networks,
    "optimizers": engine_rows.optimizers,
    "pictures": engine_rows.pictures,
    "starts": engine_rows.starts,
}
PARTS = (*ENGINE, "window")


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and return 1 where a promise is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a rough look in two minutes")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="some of the tables")
    parser.add_argument("--markdown", metavar="FILE", type=Path, help="write the figures into this document")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="what the document says")
    options = parser.parse_args(arguments)
    effort = QUICK if options.quick else FULL
    head = [*machine.description(), f"Measured on {options.date}; load before it {machine.load():.2f}."]
    print("\n".join(head), end="\n\n", flush=True)
    tables = []
    for part in options.only:
        tables.append(measured(part, effort))
        print(tables[-1].plain(), end="\n\n", flush=True)
    failed = sum(table.failed for table in tables)
    print(f"Promises missed: {failed}." if failed else "Every promise measured is kept.")
    if options.markdown:
        write(
            options.markdown,
            ["\n".join(f"- {line}" for line in head), *(table.markdown() for table in tables)],
        )
    return 1 if failed else 0


def measured(part: str, effort: Effort) -> Table:
    """Return one table, with a note on how quiet the machine was."""
    others = machine.Others()
    if part in ENGINE:
        with machine.one_core():
            table = ENGINE[part](effort)
    else:
        from tests.benchmarks.window_rows import window  # here, so that the others need no Qt

        table = window(effort)
    table.notes.append(f"Other programs took {others.share():.0%} of the processors meanwhile.")
    return table


def write(path: Path, parts: list[str]) -> None:
    """Replace the figures in a document, or begin one."""
    text = path.read_text(encoding="utf-8") if path.exists() else f"# Performance\n\n{BEGIN}\n{END}\n"
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n\n" + "\n\n".join(parts) + f"\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
