"""Export a network: write, read back, run, compare, and only then put the file in its place."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.files.atomic import check_writable, write_atomically
from engine.files.export.comparison import largest_difference, points_of
from engine.files.export.format import TOLERANCE, UNCHECKED, Check, ExportError, Unavailable
from engine.files.export.formats import format_of
from engine.files.export.portable import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.files.export.format import Format
    from engine.files.export.portable import Portable
    from engine.floats import Floats
    from engine.tensors import Tensors


@dataclass(frozen=True)
class Exported:
    """A file that was written: where, how it was checked, and what its user should know."""

    path: Path
    check: Check
    notes: tuple[str, ...]


def export(path: Path, network: Portable, predict: Callable[[Floats], Floats]) -> Exported:
    """Write a network in the format of the suffix.

    Parameters
    ----------
    path : Path
        Where to.
    network : Portable
        What to write.
    predict : callable
        ``Trainer.predict`` of the same network.

    Raises
    ------
    ExportError
        For an unknown suffix, for what the format cannot hold, and where the file computes something else;
        an existing file is then as it was.
    OSError
        Where the file cannot be written.
    """
    kind = format_of(path)
    problems = kind.problems(network)
    if problems:
        raise ExportError(f"{path.name}: {problem}" for problem in problems)
    check_writable(path)
    check = checked(kind, network, predict, path.name)
    write_atomically(path, kind.render(network, check))
    return Exported(path, check, kind.notes(network))


def checked(kind: Format, network: Portable, predict: Callable[[Floats], Floats], name: str) -> Check:
    """Run what a format makes of a network, and compare.

    A file of weights alone has to bring back every number as it is.  Then what is left of a difference is
    not the file's, and no reason to lose the weights.

    Raises
    ------
    ExportError
        Where the largest difference is above 1e-5.
    """
    inputs = points_of(network)
    with tempfile.TemporaryDirectory(prefix="unfold-") as folder:
        path = Path(folder) / f"network{kind.suffix}"
        path.write_bytes(kind.render(network, UNCHECKED))
        try:
            found, consumer = computed(kind, path, network, inputs)
        except Unavailable as missing:
            return Check("", None, 0, str(missing))
        is_exact = kind.read is not None and _same(kind.read(path), network)
    expected = predict(inputs)
    if found.shape != expected.shape:
        raise ExportError(f"{name}: not written: {consumer} gives {found.shape} values, not {expected.shape}")
    difference = largest_difference(found, expected)
    if kind.read is not None and not is_exact:
        raise ExportError(f"{name}: not written: its numbers read back differently")
    if not is_exact and not math.isfinite(difference):
        raise ExportError(
            f"{name}: not written: run with {consumer} it gives a number where Unfold gives none, or the "
            "other way round; very large weights exceed the range of float32"
        )
    if not is_exact and not difference <= TOLERANCE:
        raise ExportError(
            f"{name}: not written: run with {consumer} it differs from Unfold by up to {difference:.1e}, "
            f"more than {TOLERANCE:g}; very large weights magnify the rounding of float32"
        )
    return Check(consumer, difference, len(inputs))


def computed(kind: Format, path: Path, network: Portable, inputs: Floats) -> tuple[Floats, str]:
    """Return what a written file makes of inputs, and what has run it.

    Raises
    ------
    Unavailable
        Where its consumer is not installed here.
    """
    if kind.run is not None:
        return kind.run(path, inputs)
    assert kind.read is not None
    return evaluate(network.with_tensors(kind.read(path)), inputs), f"NumPy {np.__version__}"


def _same(tensors: Tensors, network: Portable) -> bool:
    """Return whether tensors are those of a network, to the bit."""
    return len(tensors) == len(network.layers) and all(
        found.keys() == layer.tensors.keys()
        and all(np.array_equal(array, layer.tensors[name]) for name, array in found.items())
        for found, layer in zip(tensors, network.layers, strict=True)
    )


__all__ = ["Exported", "computed", "export", "points_of"]
