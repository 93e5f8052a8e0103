"""Pictures of the data sets to choose from, drawn by their own generators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.generated import Dataset
from engine.streams import stream
from ui.widgets.scatter import scatter

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from ui.looks.theme import Theme

_POINTS = 160
_KEPT = 200


class Previews:
    """A cache of pictures, by everything that they depend on.

    Parameters
    ----------
    side : int
        Width and height of a picture in pixels.
    """

    def __init__(self, side: int) -> None:
        self._side = side
        self._kept: dict[tuple[object, ...], QPixmap] = {}

    def picture(
        self, kind: type[Dataset], like: Dataset | None, noise: float, seed: int, theme: Theme, scale: float
    ) -> QPixmap:
        """Return the picture of a data set.

        Parameters
        ----------
        kind : type of Dataset
            The data set.
        like : Dataset or None
            One of that kind whose own parameters to take.
        noise : float
            How noisy.
        seed : int
            The experiment's seed, so that the picture shows the points to come.
        theme : Theme
            The colours.
        scale : float
            The screen's device pixel ratio.
        """
        names = set(kind.model_fields) - set(Dataset.model_fields) if isinstance(like, kind) else set()
        own = tuple((name, getattr(like, name)) for name in sorted(names))
        key = (kind, own, noise, seed, theme.name, scale)
        picture = self._kept.get(key)
        if picture is None:
            data = kind.model_validate({"samples": _POINTS, "noise": noise, **dict(own)})
            X, y = data.generate(stream(seed, "data"))
            picture = scatter(X, y, data.classes, data.extent, theme, self._side, scale)
            if len(self._kept) >= _KEPT:  # a drag through the noise leaves many behind
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = picture
        return picture
