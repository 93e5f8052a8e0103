"""The same experiment with other seeds, or with other values of one setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.catalog.entry import Part
from engine.errors import ExperimentError
from engine.experiment import Experiment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SEEDS = 2**32


def seeds(experiment: Experiment, count: int) -> list[Experiment]:
    """Return the experiment with its own seed and the following ones, ``count`` in all.

    After the largest seed comes 0.

    Raises
    ------
    ValueError
        For less than none.
    """
    if count < 0:
        raise ValueError(f"there cannot be {count} seeds")
    return [experiment.edited(seed=(experiment.seed + i) % SEEDS) for i in range(count)]


def variants(experiment: Experiment, path: str, values: Iterable[Any]) -> list[Experiment]:
    """Return the experiment once for every value of one of its settings.

    Parameters
    ----------
    experiment : Experiment
        What all else is taken from.
    path : str
        The setting as error messages name it: ``training.optimizer.learning_rate``,
        ``network.layers.0.units``, or ``training.optimizer`` for whole entries.
    values : iterable
        What a document may hold there: numbers (NumPy's too), a bare kind such as ``"adam"``, an object,
        or an entry of the catalog.  Another kind has other parameters: vary the entry, not its ``kind``.

    Raises
    ------
    ExperimentError
        Where there is no such setting, or a value is not valid: one sentence a problem, beginning with
        its path, for all values.
    """
    found: list[Experiment] = []
    problems: list[str] = []
    for value in values:
        document = experiment.document()
        _put(document, path.split("."), _plain(value))
        try:
            found.append(Experiment.parse(document))
        except ExperimentError as error:
            problems += [f"{problem} (where {path} is {value!r:.60})" for problem in error.problems]
    if problems:
        raise ExperimentError(problems)
    return found


def _put(document: Any, keys: Sequence[str], value: Any) -> None:
    """Replace one setting.  Modified in place: document, which names every setting there is."""
    here = document
    for depth, key in enumerate(keys):
        at = ".".join(keys[: depth + 1])
        known = list(map(str, range(len(here)))) if isinstance(here, list) else here
        if not isinstance(known, list | dict):
            raise ExperimentError(f"{at}: there is no such setting")
        if key not in known:
            raise ExperimentError(f"{at}: there is no such setting; known here: {', '.join(known) or 'none'}")
        place = int(key) if isinstance(here, list) else key
        if depth + 1 == len(keys):
            here[place] = value
        here = here[place]


def _plain(value: Any) -> Any:
    """Return a value as a document holds it."""
    if isinstance(value, np.generic):
        return value.item()
    return value.model_dump(mode="json") if isinstance(value, Part) else value
