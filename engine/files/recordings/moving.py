"""Moving pictures as GIF, WebP and MP4; GIF and WebP play for ever."""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING

import numpy as np
from PIL import GifImagePlugin, Image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.files.recordings.reel import Reel

    Progress = Callable[[float], None]

_KEPT = 255  # the palette's last place stands for what has not changed
_EXACT = 24  # colours that cover most: grounds, lines, letters
_SAMPLES = 16  # frames that the palette is made from
_SAMPLE_PIXELS = 60_000  # of each
_FULL_BYTE = 255


def write_gif(reel: Reel, file: IO[bytes], progress: Progress) -> None:
    """Write a GIF: one palette for all frames, the nearest colour everywhere, only what has changed.

    So nothing flickers, and what stands still stays as it was to the pixel.
    """
    palette = common_palette(reel)
    whole = Image.new("P", (1, 1))
    whole.putpalette(palette.tobytes())
    file.write(b"GIF89a" + struct.pack("<HHBBB", reel.width, reel.height, 0xF7, 0, 0))
    file.write(palette.tobytes())
    file.write(b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")
    before: NDArray[np.uint8] | None = None
    waiting: tuple[Image.Image, tuple[int, int]] | None = None
    stays = 0
    for i, (frame, time) in enumerate(zip(reel.frames(), reel.times(100), strict=True)):
        levels = np.asarray(frame.quantize(palette=whole, dither=Image.Dither.NONE))
        change = _change(levels, before)
        if change is None:
            stays += time
        else:
            _put(file, waiting, stays)
            waiting, stays, before = change, time, levels
        progress((i + 1) / len(reel))
    _put(file, waiting, stays)
    file.write(b";")


def _put(file: IO[bytes], change: tuple[Image.Image, tuple[int, int]] | None, stays: int) -> None:
    if change is not None:
        image, corner = change
        blocks = GifImagePlugin.getdata(image, corner, duration=stays * 10, transparency=_KEPT, disposal=1)
        file.writelines(blocks)


def _change(
    levels: NDArray[np.uint8], before: NDArray[np.uint8] | None
) -> tuple[Image.Image, tuple[int, int]] | None:
    """Return the part of a frame that differs from the one before, and its corner; None where none does."""
    if before is None:
        return Image.fromarray(levels), (0, 0)
    differs = levels != before
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not len(rows):
        return None
    top, left = int(rows[0]), int(columns[0])
    part = np.s_[top : rows[-1] + 1, left : columns[-1] + 1]
    shown = np.where(differs[part], levels[part], np.uint8(_KEPT))
    return Image.fromarray(np.ascontiguousarray(shown)), (left, top)


def common_palette(reel: Reel) -> NDArray[np.uint8]:
    """Return the colours of all frames, uint8 (256, 3), the last of which is never used.

    Those that cover most are kept exactly; the others stand for all that is left.
    """
    wanted = {round(i) for i in np.linspace(0, len(reel) - 1, min(len(reel), _SAMPLES))}
    samples = []
    for i, frame in enumerate(reel.frames()):
        if i in wanted:
            pixels = np.asarray(frame).reshape(-1, 3)
            samples.append(pixels[:: max(1, len(pixels) // _SAMPLE_PIXELS)])
    every = np.concatenate(samples)
    packed = every.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    colours, counts = np.unique(packed, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    exact, rest = colours[order[:_EXACT]], colours[order[_EXACT:]]
    found = [_unpacked(exact)]
    if len(rest):
        left = every[~np.isin(packed, exact)]
        strip = Image.fromarray(np.ascontiguousarray(left[None]))
        chosen = strip.quantize(_KEPT - len(exact), method=Image.Quantize.MEDIANCUT, kmeans=1)
        table = np.array(chosen.getpalette() or [], np.uint8).reshape(-1, 3)
        found.append(table[: _KEPT - len(exact)])
    result: NDArray[np.uint8] = np.zeros((256, 3), np.uint8)
    known = np.concatenate(found)
    result[: len(known)] = known
    result[len(known) :] = known[0]
    return result


def _unpacked(colours: NDArray[np.uint32]) -> NDArray[np.uint8]:
    return np.stack([colours >> shift & _FULL_BYTE for shift in (16, 8, 0)], axis=1).astype(np.uint8)


class _Film(Image.Image):
    """An image whose frames are made when they are asked for, as Pillow asks one after the other."""

    def __init__(self, reel: Reel, progress: Progress) -> None:
        super().__init__()
        self._reel, self._progress = reel, progress
        self.n_frames = len(reel)
        self._size, self._mode = (reel.width, reel.height), "RGB"
        self._rewind()

    def _rewind(self) -> None:
        self._frames: Iterator[Image.Image] = self._reel.frames()
        self._place = -1
        self.seek(0)

    def tell(self) -> int:
        return self._place

    def seek(self, frame: int) -> None:
        if frame < self._place:
            self._rewind()
        while self._place < frame:
            self.im = next(self._frames).copy().im
            self._place += 1
        self._progress((frame + 1) / self.n_frames)


def write_webp(reel: Reel, file: IO[bytes], progress: Progress) -> None:
    """Write an animated WebP."""
    film = _Film(reel, progress)
    film.save(
        file,
        "WEBP",
        save_all=True,
        duration=reel.times(1000),
        loop=0,
        quality=88,
        method=3,
        minimize_size=False,
    )


def write_mp4(reel: Reel, path: Path, progress: Progress) -> None:
    """Write an MP4 (H.264) that every player shows.

    Raises
    ------
    OSError
        Where the file cannot be written.
    """
    import av

    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=reel.rate, options={"crf": "18", "preset": "medium"})
        stream.width, stream.height, stream.pix_fmt = reel.width, reel.height, "yuv420p"
        for i, (image, ticks) in enumerate(zip(reel.frames(), reel.ticks, strict=True)):
            picture = av.VideoFrame.from_ndarray(np.asarray(image), format="rgb24")
            for _ in range(ticks):  # players want a steady rate
                container.mux(stream.encode(picture))
            progress((i + 1) / len(reel))
        container.mux(stream.encode())
