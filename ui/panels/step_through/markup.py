"""From a step of a walk to the rich text that shows it, and to the plain text that can be copied."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.walkthrough import in_words, plain, written
from engine.walkthrough.notation import marked
from ui.wording.texts import catalog

if TYPE_CHECKING:
    from engine.walkthrough import Formula, Line, Phrase, Row, Step
    from ui.looks.theme import Theme

translate = QCoreApplication.translate
_LONG = 64  # characters of an equation that still stand on one line
_TABLE = 12  # pixels of its letters: all columns stand side by side in a drawer of the usual width
_OF_LOSSES = 3  # more digits: two losses differ by little


def phrase(text: Phrase, digits: int) -> str:
    """Return a sentence in the user's language, as plain text."""
    return plain(text.formula(translate("Walkthrough", text.text)), digits)


def rich(formula: Formula, digits: int) -> str:
    """Return a formula with raised and lowered letters."""
    text = "".join(escape(word) for word in in_words(formula, digits))
    return marked(text, lambda sign, inner: f"<{_TAGS[sign]}>{inner}</{_TAGS[sign]}>")


_TAGS = {"_": "sub", "^": "sup"}


def result(step: Step, digits: int) -> str:
    """Return what a step comes to, as rich text."""
    line = step.result
    if line is None or line.value is None:
        return ""
    return f"{rich((line.name,), digits)} = {written(line.value, digits)}"


def page(step: Step, digits: int, theme: Theme, chosen: int | None = None, stale: bool = False) -> str:
    """Return a whole step: its equations, its table and its notes.

    Parameters
    ----------
    step : Step
    digits : int
        Of every number.
    theme : Theme
    chosen : int, optional
        The row of the table whose equations are shown in place of the step's.
    stale : bool
        Whether the numbers no longer hold: all of them are then muted.
    """
    rows = step.table.rows if step.table is not None else ()
    if chosen is None and step.phase == "update" and rows:
        chosen = 0
    lines = rows[chosen].lines if chosen is not None and chosen < len(rows) else step.lines
    ink = theme.muted if stale else theme.text
    parts = [_equations(lines, digits, theme, stale)]
    if step.table is not None:
        parts.append(_table(step, digits, theme, chosen))
    if step.phase == "update":  # the memory before and after, then how it came about
        parts.reverse()
    parts.insert(0, f"<div style='color:{ink}'>")
    parts += [
        f"<p style='margin:6px 0 0 0; color:{theme.muted}'>{escape(phrase(note, digits))}</p>"
        for note in step.notes
    ]
    return "".join([*parts, "</div>"])


def _equations(lines: tuple[Line, ...], digits: int, theme: Theme, stale: bool) -> str:
    found = []
    for line in lines:
        right, long = rich(line.symbols, digits), False
        if line.numbers:
            long = len(plain(line.symbols, digits)) + len(plain(line.numbers, digits)) > _LONG
            numbers = rich(line.numbers, digits)
            if line.full:
                numbers = f"<a name='sum' title='{escape(plain(line.full, digits))}'>{numbers}</a>"
            right += f"{'<br>' if long else ' '}= {numbers}"
        if line.value is not None:
            colour = theme.muted if stale else theme.accent
            right += f" = <b style='color:{colour}'>{written(line.value, digits)}</b>"
        if line.hint:
            hint = escape(catalog(line.hint).replace(" - ", " − "))
            right += f"{'<br>' if long else ' &nbsp; '}<span style='color:{theme.muted}'>{hint}</span>"
        name = rich((line.name,), digits)
        found.append(
            f"<tr><td style='padding:1px 6px 1px 0; white-space:pre' align='right'>{name}</td>"
            f"<td style='padding:1px 6px 1px 0'>{line.sign}</td><td style='padding:1px 0'>{right}</td></tr>"
        )
    return f"<table cellspacing='0' cellpadding='0'>{''.join(found)}</table>" if found else ""


def heads(step: Step) -> tuple[str, ...]:
    """Return the words above the columns of the nudges, where a step has any."""
    if step.table is None or not any(row.check for row in step.table.rows):
        return ()
    return (
        translate("StepThrough", "L at −h"),
        translate("StepThrough", "L at +h"),
        translate("StepThrough", "slope"),
        translate("StepThrough", "check"),
    )


def nudges(step: Step, digits: int) -> str:
    """Return what the columns of the nudges mean, empty where a step has none."""
    checks = [row.check for row in step.table.rows if row.check] if step.table is not None else []
    if not checks:
        return ""
    text = translate(
        "StepThrough",
        "Check: each number is nudged down and up by h = {h}; the slope is (L at +h − L at −h) / 2h.",
    )
    found = text.format(h=written(checks[0].nudge, digits))
    if all(check.agrees for check in checks):
        return found
    why = translate(
        "StepThrough",
        "A check differs where a kink lies between the two nudges, or where rounding outweighs the change.",
    )
    return f"{found} {why}"


def verdict(agrees: bool) -> str:
    """Return what a check says, in words and with a sign."""
    return translate("StepThrough", "✓ agrees") if agrees else translate("StepThrough", "✗ differs")


def _table(step: Step, digits: int, theme: Theme, chosen: int | None) -> str:
    assert step.table is not None
    texts = [translate("Walkthrough", plain(head)) if _is_word(head) else "" for head in step.table.heads]
    titles = [
        escape(text) or rich(head, digits) for text, head in zip(texts, step.table.heads, strict=True)
    ] + [escape(head) for head in heads(step)]
    cell = "padding:2px 8px 2px 0; white-space:pre"
    head_row = "".join(
        f"<td style='{cell}; color:{theme.muted}' align='{'left' if i == 0 else 'right'}'>{title}</td>"
        for i, title in enumerate(titles)
    )
    body = "".join(_row(row, i, digits, theme, i == chosen, cell) for i, row in enumerate(step.table.rows))
    more = ""
    if step.table.note is not None:
        more = (
            f"<p style='margin:3px 0 0 0; color:{theme.muted}'>{escape(phrase(step.table.note, digits))}</p>"
        )
    if hint := nudges(step, digits):
        more += f"<p style='margin:3px 0 0 0; color:{theme.muted}'>{escape(hint)}</p>"
    head_row = f"<tr>{head_row}</tr>"
    look = f"cellspacing='0' cellpadding='0' style='margin-top:8px; font-size:{_TABLE}px'"
    return f"<table {look}>{head_row}{body}</table>{more}"


def _is_word(head: Formula) -> bool:
    """Return whether a heading is a word to translate, not a symbol."""
    return (
        len(head) == 1
        and isinstance(head[0], str)
        and head[0].replace(" ", "").isalpha()
        and len(head[0]) > 1
    )


def _row(row: Row, at: int, digits: int, theme: Theme, chosen: bool, cell: str) -> str:
    name = rich(row.name, digits)
    if row.lines:
        weight = "600" if chosen else "400"
        mark = "▸ " if chosen else ""
        name = (
            f"<a href='row:{at}' style='color:{theme.accent}; text-decoration:none; font-weight:{weight}'>"
            f"{mark}{name}</a>"
        )
    cells = [
        rich(formula, digits).replace(" · ", "·").replace(" → ", "\u2009→\u2009") for formula in row.cells
    ]
    if row.check is not None:
        check = row.check
        many = digits + _OF_LOSSES
        cells += [written(check.below, many), written(check.above, many), written(check.slope, digits)]
        colour = theme.muted if check.agrees else theme.danger
        cells.append(f"<span style='color:{colour}'>{escape(verdict(check.agrees))}</span>")
    columns = "".join(f"<td style='{cell}' align='right'>{text}</td>" for text in cells)
    return f"<tr><td style='{cell}'>{name}</td>{columns}</tr>"


def copied(step: Step, digits: int) -> str:
    """Return a step as plain text: its title, equations, table with tabs, and notes."""
    found = [phrase(step.title, digits)]
    for line in step.lines:
        parts = [plain((line.name,)), line.sign, plain(line.symbols, digits)]
        if line.numbers:
            parts += ["=", plain(line.full or line.numbers, digits)]
        if line.value is not None:
            parts += ["=", written(line.value, digits)]
        found.append(" ".join(parts))
    if step.table is not None:
        found.append("\t".join([*(plain(head) for head in step.table.heads), *heads(step)]))
        for row in step.table.rows:
            cells = [plain(row.name), *(plain(cell, digits) for cell in row.cells)]
            if row.check is not None:
                many = digits + _OF_LOSSES
                cells += [written(row.check.below, many), written(row.check.above, many)]
                cells += [written(row.check.slope, digits), verdict(row.check.agrees)]
            found.append("\t".join(cells))
        if step.table.note is not None:
            found.append(phrase(step.table.note, digits))
        found += [text for text in (nudges(step, digits),) if text]
    return "\n".join([*found, *(phrase(note, digits) for note in step.notes)])
