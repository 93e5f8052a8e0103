"""How fast to train while playing: the choices of the speed slider."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Speed:
    """So many epochs a frame, or so many steps a second; full speed where both are None."""

    epochs_per_frame: int | None = None
    steps_per_second: float | None = None


SPEEDS: tuple[Speed, ...] = (
    *(Speed(steps_per_second=float(n)) for n in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
    *(Speed(epochs_per_frame=n) for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)),
    Speed(),
)
DEFAULT_SPEED = Speed(epochs_per_frame=1)
