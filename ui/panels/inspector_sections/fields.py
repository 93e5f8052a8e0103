"""Controls for one field of several layers, which show when the layers differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from engine.catalog.entry import by_key
from ui.widgets.choice_box import QuietComboBox
from ui.widgets.entry_rows import EntryRows
from ui.widgets.row import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.catalog.entry import Entry
    from ui.widgets.slider import LabelledSlider


def mixed() -> str:
    """Return the word for values that differ."""
    return QCoreApplication.translate("Inspector", "mixed")


class EntryField(EntryRows):
    """A choice from a catalog table for several layers.

    ``kindChosen`` carries the key of another choice, ``parametersEdited`` the fields of the entry that were
    edited and the label of the parameter.
    """

    kindChosen = Signal(str)
    parametersEdited = Signal(object, str)

    def __init__(self, label: str, table: Sequence[type[Entry]]) -> None:
        more = (
            QCoreApplication.translate("Inspector", "More settings"),
            QCoreApplication.translate("Inspector", "Show the settings that are good as they are."),
        )
        super().__init__(label, table, more)
        self.entryEdited.connect(self._edited)

    @property
    def kinds(self) -> dict[str, type[Entry]]:
        """What can be chosen, by key."""
        return self._kinds

    def set_table(self, table: Sequence[type[Entry]]) -> None:
        """Offer other entries."""
        self._kinds = by_key(table)
        self.box.set_table(table)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show the entries of all layers."""
        first = entries[0]
        if any(type(entry) is not type(first) for entry in entries):
            self.show_mixed(mixed())
            return
        self.show_entry(first)
        names = (row.objectName() for row in self.form.rows())
        differing = frozenset(name for name in names if len({getattr(entry, name) for entry in entries}) > 1)
        self.form.show_mixed(differing, mixed())

    def _edited(self, entry: Entry, text: str) -> None:
        before = self._entry
        if before is None or type(before) is not type(entry):
            self.kindChosen.emit(entry.kind)
        else:
            name = self.form.edited
            self.parametersEdited.emit({name: getattr(entry, name)}, text)


class FlagField(QWidget):
    """A check box for several layers; half checked, with a word beside it, where they differ."""

    chosen = Signal(bool)

    def __init__(self, label: str, hint: str) -> None:
        super().__init__()
        self.box = QCheckBox()
        self.box.setToolTip(hint)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(Row(label, self.box, hint))
        self.box.clicked.connect(lambda: self.chosen.emit(self.box.checkState() != Qt.CheckState.Unchecked))

    def show_values(self, values: Sequence[bool]) -> None:
        """Show what holds for the layers."""
        differ = len(set(values)) > 1
        self.box.setTristate(differ)
        state = Qt.CheckState.Checked if values[0] else Qt.CheckState.Unchecked
        self.box.setCheckState(Qt.CheckState.PartiallyChecked if differ else state)
        self.box.setText(mixed() if differ else "")


class WordField(QWidget):
    """A choice of a few words for several layers."""

    chosen = Signal(str)

    def __init__(self, label: str, words: dict[str, str], hint: str) -> None:
        super().__init__()
        self.box = QuietComboBox()
        self.box.setToolTip(hint)
        self.box.setPlaceholderText(mixed())
        for key, word in words.items():
            self.box.addItem(word, key)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(Row(label, self.box, hint))
        self.box.activated.connect(lambda index: self.chosen.emit(self.box.itemData(index)))

    def show_values(self, values: Sequence[str]) -> None:
        """Show what holds for the layers."""
        self.box.setCurrentIndex(self.box.findData(values[0]) if len(set(values)) == 1 else -1)


def show_numbers(slider: LabelledSlider, values: Sequence[float]) -> None:
    """Show a number of several layers."""
    slider.set_value(float(values[0]))
    if len(set(values)) > 1:
        slider.show_mixed(mixed())


def made(kind: type[Entry], values: dict[str, Any]) -> Entry:
    """Return an entry with those values that it takes, else with its own."""
    try:
        return kind.model_validate({name: one for name, one in values.items() if name in kind.model_fields})
    except ValidationError:
        return kind.model_validate({})
