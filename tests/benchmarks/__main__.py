"""Print the performance table, and write it down where asked to."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import engine_rows, machine, scale
from tests.benchmarks.timing import FULL, QUICK

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.report import Table
    from tests.benchmarks.timing import Effort

ROOM = "<!-- {}: begin -->", "<!-- {}: end -->"  # what is replaced in a document; all else stays

# Measured on one core, without a window.
ENGINE: dict[str, Callable[[Effort], Table]] = {
    "networks": engine_rows.networks,
    "optimizers": engine_rows.optimizers,
    "pictures": engine_rows.pictures,
    "starts": engine_rows.starts,
}
PICTURE = "scale.png"
PARTS = (*ENGINE, "window", "scale")


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
    described = "\n".join(f"- {line}" for line in head)
    tables = {}
    for part in options.only:
        tables[part], curves = measured(part, effort)
        print(tables[part].plain(), end="\n\n", flush=True)
        if curves:
            # Beside the document that shows it, or else where everything built lies.
            folder = options.markdown.parent / "images" if options.markdown else machine.ROOT / "build"
            draw(curves, folder / PICTURE)
            print(f"Drawn: {folder / PICTURE}", end="\n\n", flush=True)
    failed = sum(table.failed for table in tables.values())
    print(f"Promises missed: {failed}." if failed else "Every promise measured is kept.")
    if options.markdown:
        figures = [table.markdown() for part, table in tables.items() if part != "scale"]
        if figures:
            write(options.markdown, [described, *figures])
        if "scale" in tables:
            shown = f"![Time of one epoch against units, layers, samples and batch size](images/{PICTURE})"
            write(options.markdown, [shown, described, tables["scale"].markdown()], "scale")
    return 1 if failed else 0


def measured(part: str, effort: Effort) -> tuple[Table, list[scale.Curve]]:
    """Return one table, with a note on how quiet the machine was, and the curves to draw, if any."""
    others = machine.Others()
    curves: list[scale.Curve] = []
    if part == "window":
        from tests.benchmarks.window_rows import window  # here, so that the others need no Qt

        table = window(effort)
    else:
        with machine.one_core():
            curves = scale.measured(effort) if part == "scale" else []
            table = scale.table(curves) if curves else ENGINE[part](effort)
    table.notes.append(f"Other programs took {others.share():.0%} of the processors meanwhile.")
    return table, curves


def draw(curves: list[scale.Curve], path: Path) -> None:
    """Draw the curves into a PNG."""
    from tests.benchmarks.picture import draw  # here, as above

    draw(curves, path)


def write(path: Path, parts: list[str], room: str = "figures") -> None:
    """Replace the figures in a document, or begin one; ``room`` names the place kept for them."""
    begin, end = (mark.format(room) for mark in ROOM)
    text = path.read_text(encoding="utf-8") if path.exists() else "# Performance\n"
    if begin not in text:
        text = f"{text.rstrip()}\n\n{begin}\n{end}\n"
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    path.write_text(f"{before}{begin}\n\n" + "\n\n".join(parts) + f"\n\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
