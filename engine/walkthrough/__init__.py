"""One sample step by step: forward, loss, backward and update, with the real numbers in every formula.

What is imported here needs no Numba, so that a window can show a walk; ``engine.walkthrough.walk`` makes one.
"""

from __future__ import annotations

from engine.walkthrough.draw import drawn_row
from engine.walkthrough.notation import FEWEST, MOST, Formula, Phrase, in_words, plain, written
from engine.walkthrough.steps import PHASES, Check, Line, Phase, Request, Row, Step, Table, Walkthrough

__all__ = [
    "FEWEST",
    "MOST",
    "PHASES",
    "Check",
    "Formula",
    "Line",
    "Phase",
    "Phrase",
    "Request",
    "Row",
    "Step",
    "Table",
    "Walkthrough",
    "drawn_row",
    "in_words",
    "plain",
    "written",
]
