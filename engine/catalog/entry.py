"""The form of every catalog entry: a frozen pydantic model that describes itself.

The fields of an entry are its parameters, each with a range, a default and a description; its class
attributes are the texts that teach.  Files, the command line, the window and the tests all read the
same table of entry classes, so that nothing is declared twice.
"""

from __future__ import annotations

import functools
import math
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

if TYPE_CHECKING:
    from collections.abc import Sequence

Integer = Annotated[int, Strict()]
Real = Annotated[float, Strict()]
Flag = Annotated[bool, Strict()]
Text = Annotated[str, Strict()]


@dataclass(frozen=True)
class Range:
    """The closed interval a number must lie in, and how a slider should run through it.

    Parameters
    ----------
    low, high : float
        The bounds, both allowed.
    scale : {"linear", "log"}
        What equal distances on a slider stand for.  A log scale with ``low == 0`` starts at
        ``smallest`` and offers zero besides.
    smallest : float
        The first value above zero that a slider on a log scale reaches.
    """

    low: float
    high: float
    scale: Literal["linear", "log"] = "linear"
    smallest: float = 1e-6

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        # As floats: Python hands out one Annotated for Range(0, 1) and Range(0.0, 1.0), whichever came first.
        return {**handler(schema), "minimum": float(self.low), "maximum": float(self.high)}

    def check(self, value: float) -> float:
        """Return the value unchanged, or raise the sentence that names the bounds."""
        if not self.low <= value <= self.high:
            bounds = {"low": number_text(self.low), "high": number_text(self.high)}
            raise PydanticCustomError("range", "must be between {low} and {high}", bounds)
        return value


MOST_COUNTED = 2**53  # whole numbers beyond it would not survive other readers of JSON
Count = Annotated[Integer, Range(0, MOST_COUNTED)]


@dataclass(frozen=True)
class Parameter:
    """One parameter of an entry, as a form or a help text needs it.

    ``type`` is int, float, bool or str; ``choices`` is filled for a parameter that takes one of a few
    words; ``range`` is given for every number.
    """

    name: str
    label: str
    type: type
    default: Any
    description: str
    range: Range | None = None
    choices: tuple[str, ...] = ()


class Part(BaseModel):
    """A frozen, strict piece of the document: unknown keys, NaN and infinities are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def edited(self, **changes: Any) -> Self:
        """Return a validated copy with some fields replaced."""
        return type(self).model_validate({**dict(self), **changes})


class Entry(Part):
    """One thing that can be chosen; subclasses add their parameters as fields.

    ``label`` is its name in the interface, ``formula`` its definition in plain text, ``advice`` says
    when to use it, ``pitfall`` what goes wrong with it, ``source`` where it comes from.
    """

    label: ClassVar[str]
    formula: ClassVar[str] = ""
    advice: ClassVar[str] = ""
    pitfall: ClassVar[str] = ""
    source: ClassVar[str] = ""

    kind: str

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Require ``kind``, as the discriminator of a union does."""
        found = handler.resolve_ref_schema(reference := handler(schema))
        found["required"] = ["kind", *found.get("required", ())]
        return reference

    @classmethod
    def key(cls) -> str:
        """Return the name of this entry in files and on the command line."""
        return str(cls.model_fields["kind"].default)

    @classmethod
    @functools.cache
    def parameters(cls) -> tuple[Parameter, ...]:
        """Describe every field but ``kind``, in the order of declaration."""
        found = []
        for name, field in cls.model_fields.items():
            if name == "kind":
                continue
            annotation = field.annotation
            choices = get_args(annotation) if get_origin(annotation) is Literal else ()
            kind = str if choices else annotation
            if not isinstance(kind, type):  # a structured field such as a list of points has no control
                continue
            limits = next((m for m in field.metadata if isinstance(m, Range)), None)
            label = field.title or name.replace("_", " ").capitalize()
            found.append(
                Parameter(name, label, kind, field.default, field.description or "", limits, choices)
            )
        return tuple(found)

    def numbers(self) -> tuple[float, ...]:
        """Return the numeric parameters in the order of declaration, as a kernel receives them."""
        return tuple(
            float(getattr(self, p.name)) for p in type(self).parameters() if p.type in (int, float, bool)
        )


@dataclass(frozen=True)
class _BareKinds:
    """Lets a bare string stand for that kind with its defaults."""

    table: tuple[type[Entry], ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._as_entry, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        without_required = [
            entry.key()
            for entry in self.table
            if not any(field.is_required() for field in entry.model_fields.values())
        ]
        return {"anyOf": [{"enum": without_required}, handler(schema)]}

    def _as_entry(self, value: Any) -> Any:
        if isinstance(value, str):
            return {"kind": value}
        # Where a table has one entry alone, pydantic would not ask for its name.
        if isinstance(value, dict) and "kind" not in value:
            raise PydanticCustomError("kind", 'must name its "kind"')
        return value


def choice(table: Sequence[type[Entry]]) -> Any:
    """Return the annotated union of a table's entries, told apart by ``kind``."""
    bare = _BareKinds(tuple(table))
    if len(table) == 1:
        return Annotated[table[0], bare]
    union = functools.reduce(operator.or_, table)
    return Annotated[union, Discriminator("kind"), bare]


def by_key(table: Sequence[type[Entry]]) -> dict[str, type[Entry]]:
    """Index a table by its keys."""
    return {entry.key(): entry for entry in table}


def number_text(value: float) -> str:
    """Write a number as a person would: whole numbers in full, others to six digits."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else f"{value:g}"


def significant(value: float, digits: int = 3) -> float:
    """Round to so many significant digits, so that sliders give numbers a person would type."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))
