"""How Python writes a schedule: the factor of the learning rate as a few lines, shared by its exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.files.export.python_text import docstring, indented

if TYPE_CHECKING:
    from engine.catalog.schedules import Schedule

# Of t, the epochs after the warm-up; the last line is the value.
_SHAPES = {
    "constant": ["1.0"],
    "plateau": ["1.0"],
    "step": ["{gamma!r} ** (t // {every})"],
    "exponential": ["{gamma!r} ** t"],
    "inverse_time": ["1 / (1 + {decay!r} * t)"],
    "polynomial": ["{end!r} + (1 - {end!r}) * (1 - min(t, {epochs}) / {epochs}) ** {power!r}"],
    "cosine": ["{end!r} + (1 - {end!r}) * 0.5 * (1 + math.cos(math.pi * min(t, {epochs}) / {epochs}))"],
    "cosine_restarts": [
        "length = {epochs}",
        "while t >= length:",
        "    t, length = t - length, length * {growth}",
        "{end!r} + (1 - {end!r}) * 0.5 * (1 + math.cos(math.pi * t / length))",
    ],
    "one_cycle": [
        "last, peak = {epochs} - 1, {rise!r} * {epochs} - 1",
        "t = min(t, last)",
        "if t <= peak:",
        "    low, share = {start!r}, t / peak if peak > 0 else 1.0",
        "else:",
        "    low, share = {end!r}, (last - t) / (last - peak) if peak < last else 1.0",
        "low + (1 - low) * 0.5 * (1 - math.cos(math.pi * share))",
    ],
}


def factor_block(schedule: Schedule) -> str:
    """Return the function of an epoch, counted from 0, that returns the factor."""
    return f'''\
def factor(epoch):
    """Return the factor of the learning rate in an epoch: {docstring(schedule.label)}."""
{indented(factor_lines(schedule))}
'''


def factor_lines(schedule: Schedule) -> list[str]:
    """Return the statements of that function."""
    lines = [line.format(**dict(schedule)) for line in _SHAPES[schedule.kind]]
    warmup = schedule.warmup
    head = [f"rising = min((epoch + 1) / {warmup + 1}, 1.0)"] if warmup else []
    if lines == ["1.0"]:
        return [*head, "return rising" if warmup else "return 1.0"]
    t = f"t = max(epoch - {warmup}, 0)" if warmup else "t = epoch"
    return [*head, t, *lines[:-1], f"return rising * ({lines[-1]})" if warmup else f"return {lines[-1]}"]
