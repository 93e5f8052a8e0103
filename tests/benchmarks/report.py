"""Tables, for a terminal and for a document."""

from __future__ import annotations

from dataclasses import dataclass, field

MARKS = {True: "PASS", False: "FAIL", None: ""}


@dataclass
class Table:
    """Rows of text; the last column tells whether a promise is kept."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failed: int = 0

    def add(self, *cells: str, kept: bool | None = None) -> None:
        """Append a row; ``kept`` is None where nothing was promised."""
        assert len(cells) == len(self.columns)
        self.rows.append((*cells, MARKS[kept]))
        self.failed += kept is False

    def plain(self) -> str:
        """Return it in columns of fixed width."""
        header = (*self.columns, "")
        widths = [max(len(row[i]) for row in (header, *self.rows)) for i in range(len(header))]
        lines = [self.title, ""]
        for row in (header, tuple("-" * width for width in widths), *self.rows):
            cells = [
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append("  ".join(cells).rstrip())
        return "\n".join([*lines, *([""] if self.notes else []), *self.notes])

    def markdown(self) -> str:
        """Return it in Markdown."""
        lines = [f"### {self.title}", ""]
        lines += [_row((*self.columns, "")), _row(("---", *["---:"] * (len(self.columns) - 1), "---"))]
        lines += [_row(row) for row in self.rows]
        return "\n".join([*lines, *(f"\n{note}" for note in self.notes)])


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def milliseconds(seconds: float) -> str:
    """Write a duration as milliseconds or seconds, whichever is shorter to read."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.3g} ms"


def microseconds(seconds: float) -> str:
    """Write a duration in whole microseconds, small ones with a decimal."""
    value = seconds * 1e6
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def times(ratio: float) -> str:
    """Write how many times as fast."""
    digits = 0 if ratio >= 20 or ratio.is_integer() else 1 if ratio >= 3 else 2
    return f"{ratio:.{digits}f}x"
