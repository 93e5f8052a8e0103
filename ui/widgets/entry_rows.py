"""A choice from a catalog table, and below it the parameters of what is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError
from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from engine.catalog.entry import by_key
from ui.looks.icons import icon
from ui.looks.theme import LIGHT, Theme
from ui.widgets.choice_box import ChoiceBox
from ui.widgets.parameter_form import ParameterForm
from ui.widgets.row import Row
from ui.widgets.themed import spread_theme
from ui.wording.texts import tip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.catalog.entry import Entry


def sign_button(name: str, hint: str, width: int) -> QToolButton:
    """Return a button as high as a combo box, for a sign."""
    button = QToolButton()
    button.setFixedSize(width, 28)
    button.setIconSize(QSize(16, 16))
    button.setAccessibleName(name)
    button.setToolTip(tip(name, hint))
    return button


def beside(control: QWidget, button: QToolButton, gap: int) -> QWidget:
    """Return a control with a button at its right."""
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(gap)
    row.addWidget(control, 1)
    row.addWidget(button)
    both.setFocusProxy(control)
    return both


class EntryRows(QWidget):
    """A combo box in a labelled row, and the form of the entry chosen.

    ``entryEdited`` carries the entry and what was changed: the label for another choice, else that of the
    parameter.

    Parameters
    ----------
    label : str
        What is chosen.
    table : sequence of Entry classes
        What can be chosen.
    more : tuple of str
        Name and explanation of the button that shows the folded parameters.
    labels : mapping of str to str, optional
        Other labels than the catalog's, by parameter name.
    folded : set of str, optional
        Parameters that are shown only on demand, or while they are not as usual.
    carried : tuple of str, optional
        Parameters whose values another choice takes over where it has them.
    below : mapping of str to QWidget, optional
        What stands below the row of a parameter.
    hidden : set of str, optional
        Parameters that are edited elsewhere.
    """

    entryEdited = Signal(object, str)

    def __init__(
        self,
        label: str,
        table: Sequence[type[Entry]],
        more: tuple[str, str],
        labels: Mapping[str, str] | None = None,
        folded: frozenset[str] = frozenset(),
        carried: tuple[str, ...] = (),
        below: Mapping[str, QWidget] | None = None,
        hidden: frozenset[str] = frozenset(),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._label = label
        self._kinds = by_key(table)
        self._carried = carried
        self._entry: Entry | None = None
        self.box = ChoiceBox(table)
        self.more = sign_button(*more, width=22)
        self.more.setProperty("look", "flat")
        self.more.setCheckable(True)
        self.form = ParameterForm(labels, folded=folded, below=below, hidden=hidden)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self.choice = Row(label, beside(self.box, self.more, gap=4))
        layout.addWidget(self.choice)
        layout.addWidget(self.form)
        self.box.chosen.connect(self._chosen)
        self.more.toggled.connect(self._unfold)
        self.form.entryEdited.connect(self.entryEdited)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        spread_theme(self, theme)
        self._paint_more()

    def show_entry(self, entry: Entry) -> None:
        """Show an entry without telling anyone."""
        self._entry = entry
        self.box.set_current(entry.kind)
        self.form.set_entry(entry)
        self.more.setVisible(self.form.has_folded())

    def show_entries(self, entries: Sequence[Entry], word: str) -> None:
        """Show the entries of several things: a word wherever they differ."""
        first = entries[0]
        if any(type(entry) is not type(first) for entry in entries):
            self._entry = None
            self.box.setPlaceholderText(word)
            self.box.set_current("")
            self.form.hide()
            self.more.hide()
            return
        self.show_entry(first)
        names = (parameter.name for parameter in type(first).parameters())
        mixed = (name for name in names if len({getattr(entry, name) for entry in entries}) > 1)
        self.form.set_mixed(frozenset(mixed), word)

    def successor(self, kind: type[Entry]) -> Entry:
        """Return the entry that the choice of a kind asks for."""
        carried = {
            name: getattr(self._entry, name)
            for name in self._carried
            if name in kind.model_fields and hasattr(self._entry, name)
        }
        try:
            return kind.model_validate(carried)
        except ValidationError:  # its range is another
            return kind.model_validate({})

    def _chosen(self, key: str) -> None:
        self.entryEdited.emit(self.successor(self._kinds[key]), self._label)

    def _unfold(self, unfolded: bool) -> None:
        self.form.set_unfolded(unfolded)
        self._paint_more()

    def _paint_more(self) -> None:
        colour = self._theme.accent if self.more.isChecked() else self._theme.muted
        self.more.setIcon(icon("tune", self._theme, colour))
