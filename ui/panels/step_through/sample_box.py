"""Which sample is walked with: a row, one drawn at random, or the probe point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.walkthrough import FEWEST, MOST, Request, drawn_row
from ui.panels.step_through.number_edit import NumberEdit
from ui.widgets.buttons import SegmentedControl
from ui.widgets.choice_box import QuietComboBox
from ui.widgets.row import Row, SectionTitle
from ui.wording.counts import counted
from ui.wording.names import class_label, plain_number
from ui.wording.texts import tip

if TYPE_CHECKING:
    from engine.data import PreparedData
    from engine.experiment import Experiment

WIDTH = 176
_FAR = 1e9


class SampleBox(QWidget):
    """Chooses a sample, which ``requested`` carries, and how many digits its numbers are shown with."""

    requested = Signal(object)
    digitsChosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data: PreparedData | None = None
        self._seed = 0
        self._draws = 0
        self._rows_of: Literal["train", "test"] = "train"
        self._probe: tuple[float, ...] | None = None
        self._point: tuple[float, ...] | None = None  # walked with instead of a row
        self.setFixedWidth(WIDTH)
        self._build()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self._title = SectionTitle(self.tr("SAMPLE"))
        layout.addWidget(self._title)
        layout.addWidget(self.part)
        layout.addWidget(self._row_row)
        layout.addWidget(self._class_row)
        layout.addWidget(self._value_row)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.draw)
        buttons.addWidget(self.next_row)
        layout.addLayout(buttons)
        layout.addWidget(self._digits_row)
        layout.addStretch(1)
        self._show_kind()
        self.setEnabled(False)

    def _build(self) -> None:
        both = self.tr("Train points are learned from, test points are not.")
        self.part = SegmentedControl(
            (
                ("train", self.tr("Train"), tip(self.tr("Train points"), both)),
                ("test", self.tr("Test"), tip(self.tr("Test points"), both)),
                (
                    "probe",
                    self.tr("Probe"),
                    tip(
                        self.tr("Probe point"),
                        self.tr(
                            "Walk with the point that is set in the field, towards a target of your choice. "
                            "A double-click on the field sets one; after it was moved, click here again."
                        ),
                    ),
                ),
            )
        )
        self.part.set_current("train")
        self.part.button("probe").setEnabled(False)
        self.part.chosen.connect(self._part_chosen)
        row_tip = tip(self.tr("Row"), self.tr("The number of the point, as (i) in the formulas."))
        self.row = NumberEdit(1, 1)
        self.row.chosen.connect(lambda _: self._ask_row())
        self._row_row = Row(self.tr("Row"), self.row, row_tip)
        target_tip = tip(
            self.tr("Target"), self.tr("What the loss of the probe point compares the output with.")
        )
        self.target_class = QuietComboBox()
        self.target_class.activated.connect(lambda _: self._ask_point())
        self._class_row = Row(self.tr("Target"), self.target_class, target_tip)
        self.target_value = NumberEdit(-_FAR, _FAR, whole=False)
        self.target_value.chosen.connect(lambda _: self._ask_point())
        self._value_row = Row(self.tr("Target"), self.target_value, target_tip)
        self.digits = NumberEdit(FEWEST, MOST)
        self.digits.set_value(4)
        self.digits.chosen.connect(lambda value: self.digitsChosen.emit(round(value)))
        self._digits_row = Row(
            self.tr("Digits"),
            self.digits,
            tip(self.tr("Digits"), self.tr("How many digits of every number are shown, 2 to 8.")),
        )
        self.draw = QPushButton(self.tr("Draw one"))
        self.draw.setToolTip(
            tip(
                self.tr("Draw a sample"),
                self.tr("At random from the seed, so that everybody with this seed draws the same ones."),
            )
        )
        self.next_row = QPushButton(self.tr("Next row"))
        self.next_row.setToolTip(tip(self.tr("Next row"), self.tr("Walk with the point after this one.")))
        self.draw.clicked.connect(self.draw_one)
        self.next_row.clicked.connect(self._go_on)

    # -- what there is

    def show_experiment(self, experiment: Experiment) -> None:
        """Draw from another seed."""
        if experiment.seed != self._seed:
            self._seed, self._draws = experiment.seed, 0

    def show_data(self, data: PreparedData) -> None:
        """Offer the rows of some data."""
        if data is self._data:
            return
        old, self._data = self._data, data
        self.setEnabled(True)
        self.part.button("test").setEnabled(len(data.test_inputs) > 0)
        if not len(data.test_inputs):
            self._rows_of = "train"
        if old is None or old.classes != data.classes:
            self.target_class.clear()
            self.target_class.addItems([class_label(name) for name in data.classes])
        if old is not None and len(old.input_names) != len(data.input_names):
            self._point = None
        self._show_kind()

    def show_probe(self, inputs: tuple[float, ...] | None) -> None:
        """Offer the probe point, by its raw inputs; None while there is none."""
        self._probe = inputs
        self._enable_probe()

    def _enable_probe(self) -> None:
        fits = self._data is not None and len(self._probe or ()) == len(self._data.input_names)
        # While it is the chosen one it stays: Tab leads to no other segment.
        self.part.button("probe").setEnabled(fits or self._point is not None)

    def _rows(self) -> int:
        if self._data is None:
            return 0
        return len(self._data.test_inputs if self._rows_of == "test" else self._data.train_inputs)

    def _show_kind(self) -> None:
        """Show what belongs to a row, or to the probe point."""
        own = self._point is not None
        classes = self._data is not None and bool(self._data.classes)
        self.part.set_current("probe" if own else self._rows_of)
        self._enable_probe()
        self.row.set_range(1, max(1, self._rows()))
        self._class_row.setVisible(own and classes)
        self._value_row.setVisible(own and not classes)
        self._row_row.setVisible(not own)
        self.next_row.setText(self.tr("To the rows") if own else self.tr("Next row"))
        if self._point is None:
            self._title.set_note(counted(self._rows(), self.tr("1 row"), self.tr("{count} rows")))
        else:
            at = ", ".join(plain_number(value) for value in self._point[:2])
            self._title.set_note(f"({at}, …)" if len(self._point) > 2 else f"({at})")

    # -- what is asked for

    def draw_one(self) -> None:
        """Walk with the next row that the seed draws."""
        if self._rows():
            row = drawn_row(self._seed, self._rows(), self._draws)
            self._draws += 1
            self.ask(Request(self._rows_of, row))

    def ask(self, request: Request) -> None:
        """Show a row as the chosen one, and ask for it."""
        assert request.row is not None
        self._point, self._rows_of = None, request.part
        self._show_kind()
        self.row.set_value(request.row + 1)
        self.requested.emit(request)

    def _part_chosen(self, key: str) -> None:
        self._point = (self._probe or self._point) if key == "probe" else None
        if key != "probe":
            self._rows_of = "test" if key == "test" else "train"
        self._show_kind()
        if self._point is None:
            self._ask_row()
        else:
            self._ask_point()

    def _ask_row(self) -> None:
        self.requested.emit(Request(self._rows_of, round(self.row.value()) - 1))

    def _go_on(self) -> None:
        if self._point is not None:
            self._point = None
            self._show_kind()
            self._ask_row()
        elif self._rows():
            self.ask(Request(self._rows_of, round(self.row.value()) % self._rows()))

    def _ask_point(self) -> None:
        if self._point is None or self._data is None:
            return
        target: int | tuple[float, ...] = (
            max(0, self.target_class.currentIndex())
            if self._data.classes
            else (self.target_value.value(),) * self._data.outputs
        )
        self.requested.emit(Request(row=None, inputs=self._point, target=target))
