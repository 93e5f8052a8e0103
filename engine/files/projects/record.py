"""What ``project.json`` holds: all of a project that is neither an array, a table nor the experiment."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator
from pydantic_core import PydanticCustomError

from engine.catalog.entry import MOST_COUNTED, Count, Flag, Integer, Part, Range, Real, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = "unfold.project"
VERSION = 1
MOST_SECONDS = 1e12
_WORDS = {"Infinity": math.inf, "-Infinity": -math.inf, "NaN": math.nan}  # JSON has no such numbers


def _number(value: Any) -> float:
    if isinstance(value, str) and value in _WORDS:
        return _WORDS[value]
    if isinstance(value, float):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST_COUNTED:
        return float(value)
    raise PydanticCustomError("number", 'must be a number, "Infinity" or "-Infinity"')


def _written(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise PydanticCustomError("line", "must be one line of text")
    return value


def within_count(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a record, with counters that stand still at the largest one.

    No run gets there by itself, but one may be opened there: that one can be trained and kept, too.
    """
    return {name: min(value, MOST_COUNTED) if type(value) is int else value for name, value in values.items()}


AnyNumber = Annotated[float, PlainValidator(_number), PlainSerializer(_written)]
Line = Annotated[
    Text, Field(max_length=1000), BeforeValidator(lambda v: _one_line(v) if isinstance(v, str) else v)
]


class PlateauRecord(Part):
    """A `PlateauState`."""

    best: AnyNumber
    bad_epochs: Count
    factor: Annotated[Real, Range(0.0, 1.0)]


class LbfgsRecord(Part):
    """What of an `Lbfgs` is no array; ``outcome`` is the name of one."""

    learning_rate: Real
    outcome: Literal["MOVED", "OPTIMUM", "STUCK", "NOT_FINITE"]
    evaluations: Count
    pairs: Annotated[Integer, Range(0, 100)]
    begun: Flag


class StateRecord(Part):
    """What of a state is no array; ``shares_order``: its order of the rows is that of the present state."""

    plateau: PlateauRecord | None
    lbfgs: LbfgsRecord | None
    shares_order: Flag


class WatchRecord(Part):
    """What early stopping has seen."""

    seconds: Annotated[Real, Range(0.0, MOST_SECONDS)]
    best_epoch: Count
    lowest: AnyNumber


class DivergenceRecord(Part):
    """How training has diverged."""

    epoch: Count
    step: Count
    reason: Line


class FinishRecord(Part):
    """How a stop rule has ended training."""

    rule: Literal["epochs", "seconds", "loss", "patience"]
    epoch: Count
    step: Count
    reason: Line
    restored: Count | None


class RunRecord(Part):
    """A run; ``flat`` names the vectors that are kept as they lie in memory, padding included."""

    state: StateRecord
    earlier: StateRecord | None
    best: StateRecord | None
    watch: WatchRecord
    diverged: DivergenceRecord | None
    finished: FinishRecord | None
    flat: Annotated[tuple[Text, ...], Field(max_length=100)]


class CurvesRecord(Part):
    """How the recorder of ``history.csv`` thins its points."""

    stride: Annotated[Integer, Range(1, MOST_COUNTED)]
    since_kept: Count


class ProjectRecord(Part):
    """The whole file."""

    format: Literal["unfold.project"]
    version: Literal[1]
    table: Annotated[Text, Field(max_length=255)] | None
    table_sha256: Text | None = None  # of the table's bytes; files of before it have none
    run: RunRecord | None
    curves: CurvesRecord | None
    taken_back: Count | None
    window: dict[Annotated[str, Field(strict=True)], Any]
