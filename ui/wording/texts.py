"""Texts that the engine owns, in the user's language."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from engine.catalog.entry import Entry


def catalog(text: str) -> str:
    """Translate a label, formula or other text of a catalog table."""
    return QCoreApplication.translate("Catalog", text) if text else ""


def entry_tip(entry: type[Entry]) -> str:
    """Return what a catalog entry teaches, as a small rich text: formula, when to use it, what goes wrong."""
    lines = [f"<b>{escape(catalog(entry.label))}</b>"]
    if entry.formula:
        lines.append(f"<span style='font-style:italic'>{escape(catalog(entry.formula))}</span>")
    lines += [escape(catalog(text)) for text in (entry.advice, entry.pitfall) if text]
    if entry.source:
        lines.append(f"<small>{escape(catalog(entry.source))}</small>")
    # A width makes Qt wrap; without one a long line would cross the screen.
    body = "".join(f"<p style='margin:0 0 4px 0'>{line}</p>" for line in lines)
    return f"<div style='width:300px'>{body}</div>"


def tip(title: str, text: str = "") -> str:
    """Return a tooltip that wraps: a bold line and, below it, an explanation."""
    body = f"<p style='margin:3px 0 0 0'>{escape(text)}</p>" if text else ""
    width = " style='width:260px'" if len(text) > 36 else ""
    return f"<div{width}><b>{escape(title)}</b>{body}</div>"
