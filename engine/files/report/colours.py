"""Pictures in the colours of fields and classes."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from engine.colours import CLASSES, NEGATIVE, POSITIVE, ZERO

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.floats import Bytes, Floats

STRENGTH = 0.85  # the ends of a field stop short of the points' colours, so that points stand out on them


def rgb(colour: str) -> NDArray[np.float64]:
    """Return red, green and blue, 0 to 255, of ``#rrggbb``."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float64)


def signed_table(strength: float = STRENGTH) -> NDArray[np.uint8]:
    """Return the colours of 0 (-1) over 128 (zero) to 255 (+1), uint8 (256, 3)."""
    share = (np.arange(256) - 128) / np.where(np.arange(256) < 128, 128, 127)
    ends = np.where(share[:, None] < 0, rgb(NEGATIVE), rgb(POSITIVE))
    return _bytes(rgb(ZERO) + (ends - rgb(ZERO)) * strength * np.abs(share)[:, None])


def class_table(index: int) -> NDArray[np.uint8]:
    """Return the colours of what is never negative: zero up to 128, then the class's; uint8 (256, 3)."""
    share = np.maximum(np.arange(256) - 128, 0)[:, None] / 127
    return _bytes(rgb(ZERO) + (rgb(CLASSES[index % len(CLASSES)]) - rgb(ZERO)) * STRENGTH * share)


def signed_picture(values: Floats) -> NDArray[np.uint8]:
    """Colour values between -1 and 1, float32 (rows, columns); what is no number is neutral."""
    known = np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=-1.0)
    levels = (np.clip(known, -1, 1) * 127 + 128.5).astype(np.uint8)
    picture: NDArray[np.uint8] = signed_table()[levels]
    return picture


def class_picture(probabilities: Floats) -> NDArray[np.uint8]:
    """Blend the classes' colours by their probabilities, float32 (classes, rows, columns).

    Where no class is likelier than by chance the picture is neutral, so that boundaries show.
    """
    count = len(probabilities)
    known = np.where(np.isfinite(probabilities).all(axis=0), probabilities, 1 / count)
    share = np.maximum((known - 1 / count) / (1 - 1 / count), 0)
    ends = np.array([rgb(CLASSES[i % len(CLASSES)]) for i in range(count)])
    return _bytes(rgb(ZERO) + np.einsum("crs,cd->rsd", share, (ends - rgb(ZERO)) * STRENGTH))


def png(picture: NDArray[np.uint8]) -> str:
    """Return a picture, uint8 (rows, columns, 3), as the address of a PNG within the document."""
    return _address(Image.fromarray(np.ascontiguousarray(picture)))


def indexed_png(levels: Bytes, table: NDArray[np.uint8]) -> str:
    """Return a picture of levels, uint8 (rows, columns), in the colours of a table, as `png` does."""
    image = Image.fromarray(np.ascontiguousarray(levels))
    image.putpalette(table.tobytes())
    return _address(image)


def _address(image: Image.Image) -> str:
    content = io.BytesIO()
    image.save(content, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode("ascii")


def _bytes(colours: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(np.rint(colours), np.uint8)
