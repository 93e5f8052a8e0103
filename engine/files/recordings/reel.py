"""The frames of a recording until it is known as a whole: packed, in a file without a name."""

from __future__ import annotations

import tempfile
import zlib
from typing import TYPE_CHECKING, Self

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]


class Reel:
    """Frames in their order, each with the ticks that it stays.

    Parameters
    ----------
    width, height : int
        Their pixels.
    rate : int
        Ticks a second.
    folder : Path
        Where they are kept, in a file without a name.
    """

    def __init__(self, width: int, height: int, rate: int, folder: Path) -> None:
        self.width, self.height, self.rate = width, height, rate
        self.ticks: list[int] = []
        self._sizes: list[int] = []
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (it lives as long as the reel)
        self._last = np.zeros(width * height * 4, np.uint8)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._sizes)

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return sum(self.ticks) / self.rate

    def add(self, pixels: bytes, ticks: int) -> None:
        """Add a frame that comes so many ticks after the one before."""
        new = np.frombuffer(pixels, np.uint8)
        if self._sizes:
            self.ticks[-1] = max(ticks, 1)
        packed = zlib.compress((new ^ self._last).tobytes(), 1)  # next to nothing where nothing moves
        self._file.write(packed)
        self._last = new
        self._sizes.append(len(packed))
        self.ticks.append(1)

    def end(self, ticks: int) -> None:
        """Let the last frame stay so many ticks."""
        if self.ticks:
            self.ticks[-1] = max(ticks, 1)
        self._file.flush()

    def frames(self) -> Iterator[Image.Image]:
        """Yield all frames, RGB."""
        self._file.seek(0)
        pixels: Pixels = np.zeros(self.width * self.height * 4, np.uint8)
        for size in self._sizes:
            pixels = pixels ^ np.frombuffer(zlib.decompress(self._file.read(size)), np.uint8)
            yield Image.frombuffer("RGB", (self.width, self.height), pixels.tobytes(), "raw", "BGRX", 0, 1)

    def times(self, unit: int) -> list[int]:
        """Return how long every frame stays, in whole parts of a second, so that rounding never adds up."""
        ends = np.rint(np.cumsum(self.ticks) * unit / self.rate).astype(np.int64)
        return [max(int(one), 1) for one in np.diff(ends, prepend=0)]
