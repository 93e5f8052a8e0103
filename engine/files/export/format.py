"""What a format has to say of itself, and what is known of a file that was checked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import UnfoldError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.files.export.portable import Portable
    from engine.floats import Floats
    from engine.tensors import Tensors

TOLERANCE = 1e-5
POINTS = 1000


class ExportError(UnfoldError):
    """A network that a format cannot hold, or a file that does not compute the same."""


class Unavailable(Exception):
    """What runs a format is not installed here; the text says what."""


@dataclass(frozen=True)
class Check:
    """What came of running a file.

    Parameters
    ----------
    consumer : str
        What ran it: "onnx.reference 1.23.2", "Node.js 20.20.2".
    difference : float or None
        The largest difference from the engine's predictions on all points, relative to the larger of 1 and
        the engine's value; None where the file was not run.
    points : int
        On how many points.
    reason : str
        Why it was not run.
    """

    consumer: str
    difference: float | None
    points: int = POINTS
    reason: str = ""

    @property
    def text(self) -> str:
        """One line for the file and the user."""
        if self.difference is None:
            return f"Not checked by running it: {self.reason}"
        found = f"largest difference from Unfold {self.difference:.1e}"
        if not math.isfinite(self.difference):
            found = "a number where Unfold gives none, or the other way round"
        return f"Checked with {self.consumer} at {self.points:,} points: {found}"

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it, in a file and on the command line."""
        return {
            "text": self.text,
            "consumer": self.consumer,
            "difference": self.difference,
            "points": self.points,
        }


UNCHECKED = Check("", None, reason="it is being checked")


@dataclass(frozen=True)
class Format:
    """One kind of file that a network can be exported to.

    Parameters
    ----------
    suffix : str
        With its dots, in lower case: ``".torch.py"``.
    label : str
        What it is called.
    advice : str
        One sentence: who it is for, and how to use it.
    render : callable
        ``render(network, check)`` returns the whole file; ``check`` is what the file says of itself.  The
        file must not depend on it in any other way.
    run : callable
        ``run(path, inputs)`` reads the file back and computes float32 (n, inputs) -> (n, outputs) with its
        real consumer, and returns these and the consumer's name.  Raises `Unavailable` where there is none.
        None for a file of weights alone, which ``read`` reads.
    problems : callable
        Returns a sentence for everything in a network that the format cannot hold; empty where it can be
        exported.
    notes : callable
        Returns a sentence for what the file leaves out without changing a prediction, and what its user
        should know.
    binary : bool
        Whether a preview of its text would make no sense.
    read : callable, optional
        ``read(path)`` returns the tensors of a file that holds weights and not what is done with them; the
        formulas of ``portable.evaluate`` run them.
    """

    suffix: str
    label: str
    advice: str
    render: Callable[[Portable, Check], bytes]
    run: Callable[[Path, Floats], tuple[Floats, str]] | None
    problems: Callable[[Portable], tuple[str, ...]] = lambda network: ()
    notes: Callable[[Portable], tuple[str, ...]] = lambda network: ()
    binary: bool = False
    read: Callable[[Path], Tensors] | None = None
