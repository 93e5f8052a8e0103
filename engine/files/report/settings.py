"""The settings of an experiment as rows of a table, by the names and texts of the catalog."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from engine.catalog.entry import Entry, number_text
from engine.files.report.markup import Content, Markup, element, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.entry import Part
    from engine.experiment import Experiment

Row = tuple[Content, Content, Content]

_HIDDEN = ("kind", "points")  # the name itself, and what is shown as a picture
_MOST_NAMES = 40


def value_text(value: Any) -> str:
    """Write a setting as a person would."""
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, tuple | list):
        names = [value_text(one) for one in value[:_MOST_NAMES]]
        more = len(value) - len(names)
        return ", ".join(names) + (f" and {more} more" if more else "") or "none"
    return str(value).replace("_", " ")


def entry_text(entry: Entry) -> Content:
    """Return an entry of the catalog with its parameters."""
    given = [f"{name.lower()} {value}" for name, value, _ in _parameters(entry)]
    if not given:
        return entry.label
    return joined((entry.label, Markup("<br>"), element("small", ", ".join(given))))


def data_rows(experiment: Experiment) -> Iterator[Row]:
    """Yield what the data are and how they are made."""
    data = experiment.data
    yield "Data", data.label, data.advice
    yield from _parameters(data)
    yield "Features", value_text(experiment.features), "What the network sees of every sample."
    yield "Seed", number_text(experiment.seed), "All randomness of a run follows from it."


def training_rows(experiment: Experiment) -> Iterator[Row]:
    """Yield how the network learns."""
    training = experiment.training
    for name, field in type(training).model_fields.items():
        value = getattr(training, name)
        if name == "stop":
            yield from (
                ("Stop: " + _label(rule).lower(), shown, meaning) for rule, shown, meaning in _stops(value)
            )
        elif isinstance(value, Entry):
            yield _label(name), value.label, value.formula or value.advice
            yield from (
                (element("span", label, class_="sub"), shown, meaning)
                for label, shown, meaning in _parameters(value)
            )
        else:
            yield _label(name), value_text(value), field.description or ""


def _stops(stop: Part) -> Iterator[tuple[str, str, str]]:
    """Yield the rules that can end training."""
    for name, field in type(stop).model_fields.items():
        value = getattr(stop, name)
        if name != "restore_best" or getattr(stop, "patience", None) is not None:
            yield name, value_text(value), field.description or ""


def _parameters(entry: Entry) -> Iterator[tuple[str, str, str]]:
    """Yield the fields of an entry, lists among them."""
    for name, field in type(entry).model_fields.items():
        if name in _HIDDEN:
            continue
        value = getattr(entry, name)
        if name == "path":  # where it lies on this machine is nobody's business
            value = PurePath(str(value).replace("\\", "/")).name
            yield "File", value, field.description or ""
        else:
            shown = value if isinstance(value, str) and name == "target" else value_text(value)
            yield field.title or _label(name), shown, field.description or ""


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
