"""Controls for the parameters of a catalog entry, built from what the entry says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from ui.looks.theme import LIGHT, Theme
from ui.widgets.choice_box import QuietComboBox
from ui.widgets.row import Row
from ui.widgets.scale import Scale, scale_of
from ui.widgets.slider import LabelledSlider
from ui.widgets.themed import chain_tabs, focusable, spread_theme
from ui.wording.texts import catalog, tip

if TYPE_CHECKING:
    from engine.catalog.entry import Entry, Parameter

Show = Callable[[Any], None]


class ParameterForm(QWidget):
    """A row for every parameter of an entry: a slider, a check box or a list of words.

    ``entryEdited`` carries the entry with one parameter changed, validated, and that parameter's label;
    ``parameterEdited`` the parameter's name, its value and label; ``editingFinished`` ends a gesture.
    A value that the entry refuses is not told and not kept.

    Parameters
    ----------
    labels : mapping of str to str, optional
        Other labels than the catalog's, by parameter name.
    order : sequence of str, optional
        Names that come first; the others follow as declared, folded ones last.
    hidden : set of str, optional
        Names that get no row.
    folded : set of str, optional
        Names whose rows are shown only when unfolded, or while their value is not the default.
    below : mapping of str to QWidget, optional
        What stands below the row of a parameter, whatever the entry; it shows and hides itself.
    gap : int
        Pixels between two rows.
    """

    entryEdited = Signal(object, str)
    parameterEdited = Signal(str, object, str)
    editingFinished = Signal()

    def __init__(
        self,
        labels: Mapping[str, str] | None = None,
        order: tuple[str, ...] = (),
        hidden: frozenset[str] = frozenset(),
        folded: frozenset[str] = frozenset(),
        below: Mapping[str, QWidget] | None = None,
        gap: int = 4,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._labels = dict(labels or {})
        self._order = order
        self._hidden = hidden
        self._folded = folded
        self._below = dict(below or {})
        self._unfolded = False
        self._theme: Theme = LIGHT
        self._entry: Entry | None = None
        self._mixed: frozenset[str] = frozenset()
        self._away: frozenset[str] = frozenset()
        self._show: dict[str, Show] = {}
        self._rows: dict[str, QWidget] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(gap)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours, rows to come included."""
        self._theme = theme
        spread_theme(self, theme)

    def set_entry(self, entry: Entry) -> None:
        """Show an entry without telling anyone; the rows are built anew only for one of another class."""
        if self._entry is None or type(entry) is not type(self._entry):
            self._build(type(entry))
        self._entry = entry
        self._mixed = frozenset()
        for name, show in self._show.items():
            show(getattr(entry, name))
        self._fold()

    def set_mixed(self, names: frozenset[str], word: str) -> None:
        """Show a word for numbers that differ between several entries, of which one is shown."""
        self._mixed = names
        for name in names:
            row = self._rows.get(name)
            if isinstance(row, LabelledSlider):
                row.set_mixed(getattr(self._entry, name), word)

    def has_folded(self) -> bool:
        """Whether the entry shown has parameters that are folded away by default."""
        return any(name in self._folded for name in self._rows)

    def set_unfolded(self, unfolded: bool) -> None:
        """Show all rows, or only the important ones and those that are not as usual."""
        self._unfolded = unfolded
        self._fold()

    def set_away(self, names: frozenset[str]) -> None:
        """Hide the rows of some parameters, whatever their values, until this is called again."""
        if names != self._away:
            self._away = names
            self._fold()

    def _fold(self) -> None:
        if self._entry is None:
            return
        fields = type(self._entry).model_fields
        for name, row in self._rows.items():
            usual = getattr(self._entry, name) == fields[name].default
            wanted = self._unfolded or name not in self._folded or not usual
            row.setVisible(wanted and name not in self._away)
        # An empty form would still take the gap beside it.
        self.setVisible(any(not row.isHidden() for row in self._rows.values()))

    def row(self, name: str) -> QWidget:
        """Return the row of a parameter."""
        return self._rows[name]

    def rows(self) -> list[QWidget]:
        """Return all rows from the top, each with its parameter's name for its object name."""
        return list(self._rows.values())

    def set_scale(self, name: str, scale: Scale) -> None:
        """Give a parameter's slider other stops."""
        row = self._rows.get(name)
        if isinstance(row, LabelledSlider):
            row.set_scale(scale)

    def _build(self, kind: type[Entry]) -> None:
        for old in self._rows.values():
            self._layout.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._show, self._rows = {}, {}
        for widget in self._below.values():
            self._layout.removeWidget(widget)
        parameters = {parameter.name: parameter for parameter in kind.parameters()}
        names = [name for name in self._order if name in parameters]
        names += sorted((name for name in parameters if name not in names), key=self._folded.__contains__)
        for name in names:
            row = None if name in self._hidden else self._row(parameters[name])
            if row is not None:
                self._rows[name] = row
                self._layout.addWidget(row)
                if name in self._below:
                    self._layout.addWidget(self._below[name])
        chain_tabs(self, [control for row in self._rows.values() for control in focusable(row)])
        spread_theme(self, self._theme)

    def _row(self, parameter: Parameter) -> QWidget | None:
        """Return the row of a parameter, None for one that has no control here (such as a free text)."""
        label = self._labels.get(parameter.name) or catalog(parameter.label)
        hint = tip(label, catalog(parameter.description))
        name = parameter.name
        if parameter.type is bool:
            box = QCheckBox()
            row: QWidget = Row(label, box, hint)
            box.setToolTip(hint)
            box.clicked.connect(lambda on: self._edit(name, label, bool(on)))
            box.clicked.connect(self.editingFinished)
            self._show[name] = box.setChecked
        elif parameter.choices:
            combo = QuietComboBox()
            for word in parameter.choices:
                combo.addItem(catalog(word.replace("_", " ").capitalize()), word)
            row = Row(label, combo, hint)
            combo.activated.connect(lambda index: self._edit(name, label, combo.itemData(index)))
            combo.activated.connect(self.editingFinished)
            self._show[name] = lambda value: combo.setCurrentIndex(combo.findData(value))
        elif parameter.range is not None:
            whole = parameter.type is int
            slider = LabelledSlider(label, scale_of(parameter), hint)
            row = slider
            slider.valueEdited.connect(
                lambda value: self._edit(name, label, round(value) if whole else value)
            )
            slider.editingFinished.connect(self.editingFinished)
            self._show[name] = slider.set_value
        else:
            return None
        row.setObjectName(name)
        return row

    def _edit(self, name: str, label: str, value: Any) -> None:
        entry = self._entry
        if entry is None or (getattr(entry, name) == value and name not in self._mixed):
            return
        try:
            self._entry = entry.edited(**{name: value})
        except ValidationError:
            self._show[name](getattr(entry, name))
            return
        self.entryEdited.emit(self._entry, label)
        self.parameterEdited.emit(name, value, label)
