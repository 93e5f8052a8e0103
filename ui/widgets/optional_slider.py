"""A row for a number that may be left out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, get_args

from PySide6.QtCore import Signal

from engine.catalog.entry import Range
from ui.widgets.scale import Scale
from ui.widgets.slider import LabelledSlider

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from engine.catalog.entry import Part

_OFF = -math.inf


def bounds_of(part: type[Part], name: str) -> tuple[float, float]:
    """Return the smallest and the largest value that a field of the document allows, where it is not null."""

    def ranges(annotation: Any) -> list[Range]:
        found = [one for one in getattr(annotation, "__metadata__", ()) if isinstance(one, Range)]
        return found + [one for inner in get_args(annotation) for one in ranges(inner)]

    field = part.model_fields[name]
    limits = [*(one for one in field.metadata if isinstance(one, Range)), *ranges(field.annotation)][0]
    return limits.low, limits.high


class OptionalSlider(LabelledSlider):
    """A slider whose left end is "off"; "off" can be typed too, and so can 0 where it is no value.

    ``chosen`` tells every value a user chooses, None for off.

    Parameters
    ----------
    label : str
        What the number is.
    stops : tuple of float
        What the slider offers, ascending.
    bounds : tuple of float
        The smallest and the largest value that can be typed.
    off : str
        The word for none.
    whole : bool
        Whether only whole numbers count.
    hint : str
        The tooltip.
    """

    chosen = Signal(object)

    def __init__(
        self,
        label: str,
        stops: tuple[float, ...],
        bounds: tuple[float, float],
        off: str,
        whole: bool = False,
        hint: str = "",
        parent: QWidget | None = None,
    ) -> None:
        scale = Scale((_OFF, *stops), *bounds, whole=whole, words=((_OFF, off),))
        super().__init__(label, scale, hint, parent)
        self._whole = whole
        self.valueEdited.connect(lambda value: self.chosen.emit(self._number(value)))

    def _number(self, value: float) -> float | None:
        if value == _OFF:
            return None
        return round(value) if self._whole else value

    def set_number(self, number: float | None) -> None:
        """Show a number, or off for None, without telling anyone."""
        self.set_value(_OFF if number is None else float(number))

    def number(self) -> float | None:
        """Return the number shown, None for off."""
        return self._number(self.value())
