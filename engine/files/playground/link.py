"""Links of TensorFlow Playground: read as an experiment, and made from one where it can be said.

A link keeps everything after its ``#`` as ``key=value`` pairs joined by ``&``; docs/files.md lists the keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import LinkError
from engine.files.playground.keys import KNOWN
from engine.files.playground.reader import Reader
from engine.files.playground.text import address_of, is_home, pairs_of
from engine.files.playground.writer import Writer

if TYPE_CHECKING:
    from engine.experiment import Experiment


@dataclass(frozen=True)
class Link:
    """What a link says.

    Parameters
    ----------
    experiment : Experiment
        The same experiment.
    notes : tuple of str
        What is not the same here, a sentence each.
    """

    experiment: Experiment
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class MadeLink:
    """A link made from an experiment.

    Parameters
    ----------
    url : str
        The whole address.
    notes : tuple of str
        What it cannot say but what hardly matters, a sentence each.
    """

    url: str
    notes: tuple[str, ...] = ()


def read_link(text: str) -> Link:
    """Read a link, or only its part after ``#``.

    Missing keys take TensorFlow Playground's defaults, unknown ones are left out, and so far as it does no
    harm bad values count as they do there.

    Raises
    ------
    LinkError
        With a sentence for everything that makes no sense.
    """
    reader = Reader(pairs_of(text))
    experiment = reader.experiment()
    return Link(experiment, tuple(reader.notes))


def is_link(text: str) -> bool:
    """Return whether a text, such as what was copied last, seems to be meant as a link."""
    try:
        known = sum(key in KNOWN for key in pairs_of(text))
    except LinkError:
        return False
    return known > 2 or (known > 0 and "#" in text) or is_home(text)


def write_link(experiment: Experiment) -> MadeLink:
    """Make the link that opens an experiment in TensorFlow Playground.

    Raises
    ------
    LinkError
        With a sentence for everything about the experiment that no link can say.
    """
    writer = Writer(experiment)
    pairs = writer.pairs()
    return MadeLink(address_of(pairs), tuple(writer.notes))
