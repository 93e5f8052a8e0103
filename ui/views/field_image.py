"""From the field's numbers to a picture."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage

from ui.looks.theme import FIELD_STRENGTH, class_table, field_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ui.looks.theme import Theme

    Floats = NDArray[np.float32]

_SHARP = 320  # the side to which a hard boundary is interpolated before it is drawn


def signed_image(values: Floats, theme: Theme, *, hard: bool = False, unit: int | None = None) -> QImage:
    """Colour values between -1 and 1, float32 (side, side), from negative over zero to positive.

    ``hard`` tells only the sign; ``unit`` takes that class's colour for what is positive.  What is no
    number is neutral; what is infinite has the full colour of its sign.
    """
    unknown = np.isnan(values)
    values = np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=-1.0)
    if hard:
        levels = np.where(_enlarged(values) > 0, np.uint8(255), np.uint8(0))
        if unknown.any():
            levels[_enlarged_mask(unknown)] = 128
    else:
        levels = (np.clip(values, -1, 1) * 127 + 128.5).astype(np.uint8)
    return _indexed(levels, colours(theme) if unit is None else class_table(theme, unit))


def class_image(probabilities: Floats, theme: Theme, *, hard: bool = False) -> QImage:
    """Blend the classes' colours by their probabilities, float32 (classes, side, side).

    Where no class is likelier than by chance the picture has the neutral colour, so that boundaries
    show; for two classes this is the picture of 2 p - 1.  ``hard`` shows the likeliest class alone.
    Where a probability is no number nothing is known: that is neutral either way.
    """
    count = len(probabilities)
    ends = np.array([_parts(theme.classes[i % len(theme.classes)]) for i in range(count)])
    neutral = np.array(_parts(theme.zero))
    ends = (neutral + (ends - neutral) * FIELD_STRENGTH).astype(np.float32)
    unknown: NDArray[np.bool_] = np.asarray(~np.isfinite(probabilities).all(axis=0))
    if unknown.any():
        probabilities = probabilities.copy()
        probabilities[:, unknown] = 1 / count
    if hard:
        likeliest = np.stack([_enlarged(one) for one in probabilities]).argmax(axis=0)
        if unknown.any():
            likeliest[_enlarged_mask(unknown)] = count
        shown = np.rint([*ends, neutral]).astype(int).tolist()
        return _indexed(likeliest.astype(np.uint8), [0xFF000000 | r << 16 | g << 8 | b for r, g, b in shown])
    chance = 1 / count
    share = np.maximum((probabilities - chance) / (1 - chance), 0).reshape(count, -1)
    # Colours as differences from the neutral one: what the shares leave of 1 is neutral by itself.
    mixed = share.T @ (ends - neutral.astype(np.float32)) + neutral.astype(np.float32)
    pixels = np.empty((*probabilities.shape[1:], 4), np.uint8)
    pixels[..., :3] = mixed.reshape(*probabilities.shape[1:], 3)[..., ::-1] + 0.5
    pixels[..., 3] = 255
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def field_image(
    field: Floats,
    theme: Theme,
    *,
    classes: int,
    value_scale: float,
    hard: bool = False,
    unit: int | None = None,
) -> QImage:
    """Colour a field, float32 (outputs, side, side).

    Parameters
    ----------
    field : numpy.ndarray
        Probabilities, values, or the activation of a neuron.
    theme : Theme
        The colours.
    classes : int
        Number of classes if the field holds probabilities, else 0.
    value_scale : float
        The value that has the full colour, for fields without classes.
    hard : bool
        Whether to show the likeliest class only; ignored without classes.
    unit : int, optional
        The class whose output unit the field shows.
    """
    if classes > 2 and len(field) == classes:
        return class_image(field, theme, hard=hard)
    if classes:
        return signed_image(2 * field[0] - 1, theme, hard=hard)
    return signed_image(field[0] / max(value_scale, 1e-12), theme, unit=unit)


@lru_cache(maxsize=4)
def colours(theme: Theme, strength: float = FIELD_STRENGTH) -> list[int]:
    """Return the theme's 256 field colours; kept, since making them takes longer than using them."""
    return field_table(theme, strength)


def _indexed(levels: NDArray[np.uint8], table: list[int]) -> QImage:
    height, width = levels.shape
    padded = -(-width // 4) * 4  # rows of an indexed image begin at multiples of four bytes
    data = np.zeros((height, padded), np.uint8)
    data[:, :width] = levels
    image = QImage(data.data, width, height, padded, QImage.Format.Format_Indexed8)
    image.setColorTable(table)
    return image.convertToFormat(QImage.Format.Format_RGB32)


def _parts(colour: str) -> tuple[float, float, float]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _enlarged(values: Floats) -> Floats:
    """Interpolate linearly to a side at which a boundary looks like a line and not like stairs."""
    rows, columns = values.shape
    result: Floats = np.asarray(_weights(rows) @ values @ _weights(columns).T, np.float32)
    return result


def _enlarged_mask(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = _enlarged(mask.astype(np.float32)) > 0.5
    return result


@lru_cache(maxsize=4)
def _weights(side: int) -> Floats:
    """Return the matrix that interpolates ``side`` values linearly."""
    size = max(_SHARP, side)
    position = np.linspace(0, side - 1, size)
    left = np.minimum(position.astype(np.intp), max(side - 2, 0))
    share = (position - left).astype(np.float32)
    matrix: Floats = np.zeros((size, side), np.float32)
    matrix[np.arange(size), left] = 1 - share
    matrix[np.arange(size), np.minimum(left + 1, side - 1)] += share
    return matrix
