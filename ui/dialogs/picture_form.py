"""Which picture, in which colours, how wide: what saving and recording ask alike, with a preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QComboBox, QGridLayout, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from ui.pictures import colours, height_for, image_of
from ui.widgets.themed import label
from ui.wording.texts import tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from ui.looks.theme import Theme
    from ui.pictures import Sheet, Source


_INSET = 7  # from where a style sheet lets the text of a spin box begin to where that of a combo box does


class _Preview(QWidget):
    """Shows a picture as large as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Sheet, Theme] | None = None
        self._image = QImage()
        self.setMinimumSize(360, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(520, 340)

    def show_sheet(self, sheet: Sheet, theme: Theme) -> None:
        """Show another picture, as it is at this moment."""
        self._shown = sheet, theme
        self._image = QImage()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._image = QImage()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._shown is None:
            return
        sheet, theme = self._shown
        size, ratio = sheet.size(), self.devicePixelRatioF()
        scale = min((self.width() - 2) / size.width(), (self.height() - 2) / size.height(), 1.0)
        width, height = size.width() * scale, size.height() * scale
        if self._image.isNull():
            self._image = image_of(sheet, max(1, round(width * ratio)), max(1, round(height * ratio)), theme)
        place = QRectF(round((self.width() - width) / 2), round((self.height() - height) / 2), width, height)
        painter = QPainter(self)
        painter.drawImage(place, self._image, QRectF(self._image.rect()))
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.drawRect(place)


class PictureForm(QWidget):
    """Asks for a picture; ``changed`` tells that another one is chosen.

    Parameters
    ----------
    sources : sequence of Source
        What can be chosen.
    theme : Theme
        That of the window, to begin with.
    widths : (int, int)
        The least and the largest width.
    moving : bool
        Whether the pictures are frames of a recording.
    """

    changed = Signal()

    def __init__(
        self, sources: Sequence[Source], theme: Theme, widths: tuple[int, int], *, moving: bool = False
    ) -> None:
        super().__init__()
        self._sources, self._moving = sources, moving
        self._sheets: dict[str, Sheet] = {}
        self.picture = QComboBox()
        self.picture.setAccessibleName(self.tr("Picture"))
        self.picture.setToolTip(tip(self.tr("Picture"), self.tr("What is to be seen on it.")))
        for source in sources:
            self.picture.addItem(source.name, source.key)
        self.colours = QComboBox()
        self.colours.setAccessibleName(self.tr("Colours"))
        self.colours.setToolTip(
            tip(self.tr("Colours"), self.tr("White suits paper; light and dark are those of the window."))
        )
        names = {"light": self.tr("Light"), "white": self.tr("White ground"), "dark": self.tr("Dark")}
        for key in colours():
            self.colours.addItem(names[key], key)
        self.colours.setCurrentIndex(self.colours.findData("dark" if theme.is_dark else "light"))
        self.width_box = QSpinBox()
        self.width_box.setRange(*widths)
        self.width_box.setSingleStep(20)
        self.width_box.setSuffix(self.tr(" px"))
        self.width_box.setAccessibleName(self.tr("Width"))
        self.width_box.setToolTip(
            tip(self.tr("Width"), self.tr("The height follows. Words grow along with everything else."))
        )
        self.measure = label("", "caption")
        self.preview = _Preview()
        self.preview.setAccessibleName(self.tr("Preview"))
        self.preview.setToolTip(tip(self.tr("Preview"), self.tr("The picture as it is now.")))
        self.rows = QGridLayout()
        self.rows.setHorizontalSpacing(14)
        self.rows.setVerticalSpacing(10)
        self.rows.setColumnStretch(1, 1)
        for name, control in (
            (self.tr("Picture"), self.picture),
            (self.tr("Colours"), self.colours),
            (self.tr("Width"), self.width_box),
        ):
            self.add_row(name, control)
        self.rows.addWidget(self.measure, self.rows.rowCount(), 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        layout.addWidget(self.preview, 1)
        layout.addLayout(self.rows)
        self.picture.currentIndexChanged.connect(self._choose)
        self.colours.currentIndexChanged.connect(self._show)
        self.width_box.valueChanged.connect(self.changed)
        self._choose()

    def add_row(self, name: str, control: QWidget) -> None:
        """Add a control with a name at its left."""
        row = self.rows.rowCount()
        if isinstance(control, QSpinBox):
            control.lineEdit().setTextMargins(_INSET, 0, 0, 0)
        self.rows.addWidget(label(name, "muted"), row, 0)
        self.rows.addWidget(control, row, 1)

    def choose(self, picture: str, colours: str, width: int) -> None:
        """Choose what was chosen once before; what is unknown by now, "" or 0 stays as it is."""
        for box, key in ((self.picture, picture), (self.colours, colours)):
            if (index := box.findData(key)) >= 0:
                box.setCurrentIndex(index)
        if width:
            self.width_box.setValue(width)

    def sheet(self) -> Sheet:
        """Return what paints the chosen picture."""
        source = self._sources[self.picture.currentIndex()]
        if source.key not in self._sheets:
            self._sheets[source.key] = source.make(self._moving)
        return self._sheets[source.key]

    def theme(self) -> Theme:
        """Return the chosen colours."""
        return colours()[self.colours.currentData()]

    def width_chosen(self) -> int:
        """Return the chosen width."""
        return self.width_box.value()

    def height_chosen(self) -> int:
        """Return the height that follows."""
        return height_for(self.sheet(), self.width_chosen())

    def _choose(self) -> None:
        """Begin with the width at which words have their usual size."""
        self.width_box.setValue(round(self.sheet().size().width()))
        self._show()

    def _show(self) -> None:
        self.preview.show_sheet(self.sheet(), self.theme())
        self.changed.emit()
