"""The text of one step: it can be selected, scrolled, and its rows chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Slot
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from ui.looks.theme import LIGHT, Theme, pixel_size, tabular
from ui.panels.step_through import markup

if TYPE_CHECKING:
    from engine.walkthrough import Step


class StepPage(QTextBrowser):
    """Shows a step; a row of its table that has equations of its own can be chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._step: Step | None = None
        self._digits = 4
        self._chosen: int | None = None
        self._stale = False
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUndoRedoEnabled(False)
        self.document().setDocumentMargin(4)
        self.anchorClicked.connect(self._choose)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.setStyleSheet(
            f"QTextBrowser {{ background: {theme.panel}; color: {theme.text}; border: 1px solid transparent;"
            f" border-radius: 6px; selection-background-color: {theme.accent};"
            f" selection-color: {theme.accent_text}; }}"
            f"QTextBrowser:focus {{ border-color: {theme.accent}; }}"
        )
        self._render()

    def show_step(self, step: Step | None, digits: int, stale: bool) -> None:
        """Show a step; where it is the same one, the row that was chosen and the place stay."""
        if (step, digits, stale) == (self._step, self._digits, self._stale):
            return
        same = step is self._step
        place = self.verticalScrollBar().value() if same else 0
        if not same:
            self._chosen = None
        self._step, self._digits, self._stale = step, digits, stale
        self._render()
        self.verticalScrollBar().setValue(place)

    def chosen(self) -> int | None:
        """Return the row whose equations are shown, None for the step's own."""
        return self._chosen

    @Slot(QUrl)
    def _choose(self, url: QUrl) -> None:
        kind, _, row = url.toString().partition(":")
        if kind == "row" and row.isdecimal():
            self._chosen = None if self._chosen == int(row) else int(row)
            self._render()

    def _render(self) -> None:
        if self._step is None:
            self.clear()
            return
        font = tabular(self.font())
        font.setPixelSize(pixel_size(self.font()) + 1)  # read from the last row of a class
        self.document().setDefaultFont(font)
        self.setHtml(markup.page(self._step, self._digits, self._theme, self._chosen, self._stale))
