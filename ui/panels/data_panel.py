"""DATA: which data set, how noisy, how much of it is held back; or a table of the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError
from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QPushButton, QVBoxLayout, QWidget

from engine.catalog.datasets import DATASETS
from engine.catalog.generated import Dataset
from engine.catalog.sources import CsvData, PointsData
from ui.looks.icons import icon
from ui.looks.theme import LIGHT, Theme
from ui.widgets.buttons import SegmentedControl, Tile
from ui.widgets.facts import Facts
from ui.widgets.parameter_form import ParameterForm
from ui.widgets.previews import Previews
from ui.widgets.row import SectionTitle
from ui.widgets.themed import label, spread_theme
from ui.wording.counts import counted
from ui.wording.texts import catalog, entry_tip, tip

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent
    from PySide6.QtWidgets import QAbstractButton

    from engine.data import PreparedData
    from engine.experiment import Experiment
    from engine.snapshot import Frame

    Source = Dataset | CsvData | PointsData

_COLUMNS = 4
_PAUSE_MS = 60
CLASSIFY, REGRESS, OWN = "classification", "regression", "own"
_ROWS = {"percTrainData": "test_fraction", "noise": "noise"}  # the form's rows by what a document can hide


class DataPanel(QWidget):
    """Edits the data part of an experiment.

    ``dataEdited`` carries validated data and what was changed; ``csvRequested`` asks for a file dialog.
    """

    dataEdited = Signal(object, str)
    csvRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._experiment: Experiment | None = None
        self._prepared: PreparedData | None = None
        self._last: dict[str, Source] = {}  # by page and by kind, to come back to
        self._previews = Previews(Tile.INNER)
        # A drag draws the chosen tile at once, and the others as soon as it pauses.
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._draw_tiles)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 8)
        layout.setSpacing(8)
        self.title = SectionTitle(self.tr("DATA"))
        layout.addWidget(self.title)
        self.pages = SegmentedControl(
            (
                (CLASSIFY, self.tr("Classify"), self.tr("Tell classes apart")),
                (REGRESS, self.tr("Regress"), self.tr("Predict a number")),
                (OWN, self.tr("My data"), self.tr("Use a table of your own")),
            )
        )
        self.pages.chosen.connect(self._page_chosen)
        layout.addWidget(self.pages)
        self.tiles: dict[str, Tile] = {}
        self._group = QButtonGroup(self)
        self._grids = {task: self._build_grid(task) for task in (CLASSIFY, REGRESS)}
        for grid in self._grids.values():
            layout.addWidget(grid)
        self.own = self._build_own()
        layout.addWidget(self.own)
        self.form = ParameterForm(
            labels={"test_fraction": self.tr("Test share"), "samples": self.tr("Points")},
            order=("standardize", "noise", "test_fraction", "samples"),
            hidden=frozenset({"task"}),  # follows from the target; shown as a fact
        )
        self.form.entryEdited.connect(self.dataEdited)
        layout.addWidget(self.form)

    def _build_grid(self, task: str) -> QWidget:
        widget = QWidget()
        grid = QGridLayout(widget)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(5)
        offered = [dataset for dataset in DATASETS if dataset.task == task]
        for index, dataset in enumerate(offered):
            tile = Tile(catalog(dataset.label))
            tile.setObjectName(dataset.key())
            tile.setToolTip(entry_tip(dataset))
            self._group.addButton(tile)
            grid.addWidget(tile, index // _COLUMNS, index % _COLUMNS)
            self.tiles[dataset.key()] = tile
        for column in range(_COLUMNS):
            grid.setColumnStretch(column, 1)
        if task == CLASSIFY:
            self._group.buttonClicked.connect(self._tile_clicked)
        return widget

    def _build_own(self) -> QWidget:
        widget = QWidget()
        layout = QVBoxLayout(widget)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self.facts = Facts()
        self.invitation = label(
            self.tr("A CSV file: numbers in columns, one line a sample, names in the first line."), "caption"
        )
        self.invitation.setWordWrap(True)
        self.import_csv = QPushButton(self.tr("Import CSV…"))
        self.import_csv.setIconSize(QSize(16, 16))
        self.import_csv.setToolTip(
            tip(
                self.tr("Import a table"),
                self.tr("Choose a file, then what to predict and from which columns."),
            )
        )
        self.import_csv.clicked.connect(self.csvRequested)
        for part in (self.facts, self.invitation, self.import_csv):
            layout.addWidget(part)
        return widget

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        spread_theme(self, theme)
        self.import_csv.setIcon(icon("import", theme))
        self._draw_tiles()

    def show_experiment(self, experiment: Experiment) -> None:
        """Show an experiment; tells nothing."""
        before, self._experiment = self._experiment, experiment
        data = experiment.data
        if before is not None and data == before.data:
            if experiment.view.hidden != before.view.hidden:
                self._show_page(self.pages.current())
            if experiment.seed != before.seed:
                self._draw_tiles()
            return
        is_same_kind = before is not None and data.kind == before.data.kind
        page = data.task if isinstance(data, Dataset) else OWN
        self._last[page] = self._last[data.kind] = data
        self.pages.set_current(page)
        self._prepared = None
        self._show_page(page)
        for key, tile in self.tiles.items():
            if key == data.kind:
                tile.show_checked(True)
        if page == OWN and (button := self._group.checkedButton()) is not None:
            self._group.setExclusive(False)  # else the group refuses to have none
            button.setChecked(False)
            self._group.setExclusive(True)
        if is_same_kind and isinstance(data, Dataset):
            self._draw_tile(type(data))
            self._pause.start()
        else:
            self._draw_tiles()

    def show_frame(self, frame: Frame) -> None:
        """Learn from the data how many rows a table has."""
        if frame.data is self._prepared:
            return
        experiment = self._experiment
        if experiment is not None and frame.experiment.data == experiment.data:
            self._prepared = frame.data
            self._show_page(self.pages.current())

    def _show_page(self, page: str) -> None:
        """Show what belongs to a page; the experiment's own data only on its own page."""
        if self._experiment is None:
            return
        data = self._experiment.data
        is_own_page = page == OWN
        shows_data = is_own_page != isinstance(data, Dataset)
        hidden = self._experiment.view.hidden
        self.pages.setHidden("problem" in hidden)
        for task, grid in self._grids.items():
            grid.setVisible(task == page and "dataset" not in hidden)
        self.own.setVisible(is_own_page)
        self.form.set_away(frozenset(row for name, row in _ROWS.items() if name in hidden))
        if shows_data:
            self.form.set_entry(data)
        else:
            self.form.hide()
        self.title.set_note(self._note(data))
        if is_own_page:
            self._show_own(data)

    def _note(self, data: Source) -> str:
        if isinstance(data, Dataset):
            count = data.samples
        elif isinstance(data, PointsData):
            count = len(data.points)
        elif self._prepared is not None:
            count = len(self._prepared.train_rows) + len(self._prepared.test_rows)
        else:
            return ""
        return counted(count, self.tr("1 point"), self.tr("{count} points"))

    def _show_own(self, data: Source) -> None:
        is_table = isinstance(data, CsvData)
        offers = self._experiment is None or "dataset" not in self._experiment.view.hidden
        self.invitation.setVisible(not is_table and offers)
        self.import_csv.setVisible(offers)
        self.import_csv.setText(self.tr("Import another CSV…") if is_table else self.tr("Import CSV…"))
        task = {CLASSIFY: self.tr("classification"), REGRESS: self.tr("regression")}[data.task]
        if isinstance(data, CsvData):
            rows = self._note(data)
            self.facts.show_facts(
                Path(data.path).name,
                (
                    (self.tr("Inputs"), ", ".join(data.input_names)),
                    (self.tr("Target"), ", ".join(data.target_names)),
                    (self.tr("Task"), task),
                    (self.tr("Rows"), rows.split(" ")[0] if rows else "…"),
                ),
                data.path,
            )
        elif isinstance(data, PointsData):
            self.facts.show_facts(
                catalog(data.label),
                ((self.tr("Points"), f"{len(data.points):,}"), (self.tr("Task"), task)),
            )
        self.facts.setVisible(not isinstance(data, Dataset))

    def _page_chosen(self, page: str) -> None:
        """Go to a page; its data become the experiment's where there are any to come back to."""
        if self._experiment is None:
            return
        self._show_page(page)
        data = self._experiment.data
        current = data.task if isinstance(data, Dataset) else OWN
        if page == current:
            return
        wanted = self._last.get(page)
        if page != OWN:
            first = next(dataset for dataset in DATASETS if dataset.task == page)
            wanted = self._carried_over(type(wanted) if isinstance(wanted, Dataset) else first, data)
        if wanted is not None:
            self.dataEdited.emit(wanted, self.tr("Data set"))
        self._draw_tiles()

    def _tile_clicked(self, tile: QAbstractButton) -> None:
        if self._experiment is None:
            return
        data = self._experiment.data
        kind = next(dataset for dataset in DATASETS if dataset.key() == tile.objectName())
        if data.kind != kind.key():
            self.dataEdited.emit(self._carried_over(kind, data), self.tr("Data set"))

    def _carried_over(self, kind: type[Dataset], data: Source) -> Dataset:
        """Return a data set with what it shares with the present one: noise, test share, and points.

        A number of points nobody has touched gives way to the new data set's own.
        """
        kept: dict[str, object] = {"test_fraction": data.test_fraction}
        if isinstance(data, Dataset):
            kept["noise"] = data.noise
            if data.samples != type(data).model_fields["samples"].default:
                kept["samples"] = data.samples
        remembered = self._last.get(kind.key())
        if remembered is not None:
            own = set(kind.model_fields) - set(Dataset.model_fields)
            kept |= {name: getattr(remembered, name) for name in own}
        try:
            return kind.model_validate(kept)
        except ValidationError:  # ranges may differ between data sets
            return kind.model_validate({})

    def showEvent(self, event: QShowEvent) -> None:
        """Draw the pictures that were not worth drawing while hidden."""
        super().showEvent(event)
        self._draw_tiles()

    def _draw_tile(self, kind: type[Dataset]) -> None:
        """Give a tile the picture of the present noise and seed."""
        if self._experiment is None:
            return
        data = self._experiment.data
        last = self._last.get(kind.key())
        noise = data.noise if isinstance(data, Dataset) else 0.0
        picture = self._previews.picture(
            kind,
            last if isinstance(last, Dataset) else None,
            noise,
            self._experiment.seed,
            self._theme,
            self.devicePixelRatioF(),
        )
        self.tiles[kind.key()].set_picture(picture)

    def _draw_tiles(self) -> None:
        """Give all tiles of the page on show their pictures."""
        self._pause.stop()
        if self.isVisible():
            for kind in DATASETS:
                if kind.task == self.pages.current():
                    self._draw_tile(kind)
