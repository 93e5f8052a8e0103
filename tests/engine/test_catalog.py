"""The tables: what every entry must bring along, and what its formulas promise."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from engine import loops
from engine.catalog.activations import ACTIVATIONS, ELEMENTWISE, OUTPUT_ACTIVATIONS, Activation
from engine.catalog.datasets import DATASETS
from engine.catalog.entry import Entry, Parameter, Range, by_key, number_text, significant
from engine.catalog.initializers import INITIALIZERS
from engine.catalog.losses import LOSS_RULES, LOSSES
from engine.catalog.metrics import METRICS
from engine.catalog.optimizers import OPTIMIZERS, RULES
from engine.catalog.regularizers import REGULARIZERS
from engine.catalog.schedules import SCHEDULES
from engine.catalog.sources import CsvData, PointsData
from engine.experiment import Experiment, Layer, Network, Output, Training
from engine.kernels import layout, objective, passes, step
from engine.program import ACTS_ON
from tests.engine.strategies import parameter_values

TABLES: dict[str, tuple[type[Entry], ...]] = {
    "activations": ACTIVATIONS,
    "output activations": OUTPUT_ACTIVATIONS,
    "initializers": INITIALIZERS,
    "losses": LOSSES,
    "optimizers": OPTIMIZERS,
    "regularizers": REGULARIZERS,
    "schedules": SCHEDULES,
    "metrics": METRICS,
    "data sets": (*DATASETS, CsvData, PointsData),
}
ENTRIES = list(dict.fromkeys(entry for table in TABLES.values() for entry in table))
PARAMETERS = [(entry, parameter) for entry in ENTRIES for parameter in entry.parameters()]
# What cannot go wrong, or needs no formula, says nothing.
WITHOUT_PITFALL = {"auto", "none"}
WITHOUT_FORMULA = {"points"}
# Numbers that no slider can offer: their sense is in the file.
WITHOUT_DEFAULT = {("csv", "path")}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key())
def test_every_entry_explains_itself(entry):
    texts = {"label": entry.label, "advice": entry.advice}
    if entry.key() not in WITHOUT_FORMULA:
        texts["formula"] = entry.formula
    if entry.key() not in WITHOUT_PITFALL:
        texts["pitfall"] = entry.pitfall
    for name, text in texts.items():
        assert text, f"{entry.__name__}.{name} is missing"
        assert text == text.strip()
        assert "\n" not in text
    for sentence in (entry.advice, entry.pitfall):
        assert not sentence or sentence.endswith("."), sentence
    assert len(entry.label) <= 25  # fits a combo box


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key())
def test_every_key_is_its_kind_in_files(entry):
    assert re.fullmatch("[a-z][a-z0-9_]*", entry.key())
    if not any(field.is_required() for field in entry.model_fields.values()):
        assert entry().kind == entry.key()
        assert entry().model_dump()["kind"] == entry.key()


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_keys_and_labels_are_unique(table):
    assert len(by_key(table)) == len(table)
    assert len({entry.label for entry in table}) == len(table)
    for key, entry in by_key(table).items():
        assert entry.key() == key


@pytest.mark.parametrize(
    ("entry", "parameter"), PARAMETERS, ids=[f"{entry.key()}-{p.name}" for entry, p in PARAMETERS]
)
def test_every_parameter_has_a_default_within_its_range_and_a_description(entry, parameter: Parameter):
    assert parameter.label[0].isupper()
    assert parameter.description.endswith(".")
    if (entry.key(), parameter.name) in WITHOUT_DEFAULT:
        return
    if parameter.choices:
        assert parameter.default in parameter.choices
        return
    assert type(parameter.default) is parameter.type
    if parameter.type in (int, float):
        limits = parameter.range
        assert limits is not None
        assert limits.low < limits.high
        assert limits.low <= parameter.default <= limits.high
        assert limits.scale != "log" or limits.low > 0 or limits.smallest > 0


NUMBERS = [(entry, p) for entry, p in PARAMETERS if p.range is not None]


@pytest.mark.parametrize(
    ("entry", "parameter"), NUMBERS, ids=[f"{entry.key()}-{p.name}" for entry, p in NUMBERS]
)
def test_the_ends_of_a_range_are_allowed_and_nothing_beyond(entry, parameter: Parameter):
    required = {"path": "t.csv", "inputs": ("a",), "target": "b"} if entry is CsvData else {}
    low, high = (parameter.type(end) for end in (parameter.range.low, parameter.range.high))
    for value in (low, high):
        assert getattr(entry(**required, **{parameter.name: value}), parameter.name) == value
    beyond = (low - 1, high + 1)
    if parameter.type is float:
        beyond = (math.nextafter(low, -math.inf), math.nextafter(high, math.inf))
    for value in (*beyond, math.nan, math.inf, -math.inf, str(low), None):
        with pytest.raises(ValidationError):
            entry(**required, **{parameter.name: value})


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key())
@given(data=st.data())
def test_numbers_for_the_kernel_are_finite_and_as_many_as_there_is_room_for(entry, data):
    required = {"path": "t.csv", "inputs": ("a",), "target": "b"} if entry is CsvData else {}
    values = {p.name: data.draw(parameter_values(p)) for p in entry.parameters() if p.name not in required}
    numbers = entry(**required, **values).numbers()
    assert all(math.isfinite(number) for number in numbers)
    if issubclass(entry, Activation):
        assert len(numbers) == entry.arity() <= layout.NUMBER_COLUMNS - layout.ACTIVATION_NUMBERS


@pytest.mark.parametrize("part", [Layer, Output, Training, Network, Experiment])
def test_every_key_of_the_document_is_described_for_its_readers(part):
    for name, field in part.model_fields.items():
        known = name in ("format", "version", "title", "data", "network", "training", "layers", "output")
        assert field.description or known, name


# Codes


def test_codes_are_positions_that_the_kernels_know():
    assert loops.__name__ == "engine.loops"  # which fills the families
    assert len(passes.ACTIVATIONS.branches) == len(passes.SLOPES.branches) == len(ELEMENTWISE)
    assert len(objective.FORMULAS.branches) == len(LOSS_RULES)
    assert len(step.UPDATES.branches) == len(RULES)
    assert layout.SOFTMAX not in range(len(ACTIVATIONS))
    assert REGULARIZERS[0].key() == "none"  # whose code the kernel skips


def test_rules_of_every_entry_stand_in_the_tables_once():
    assert len(set(LOSS_RULES)) == len(LOSS_RULES)
    assert len(set(RULES)) == len(RULES)
    assert {rule for loss in LOSSES for rule in loss.rules} == set(LOSS_RULES)
    assert {rule for optimizer in OPTIMIZERS for rule in optimizer.rules} == set(RULES)
    for loss in LOSSES:
        for classes in (0, 2, 3, 10):
            assert loss().rule(classes) in loss.rules
    assert {rule.acts_on for rule in LOSS_RULES} <= set(ACTS_ON)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: o.key())
def test_every_optimizer_s_first_number_is_its_learning_rate(optimizer):
    """The proximal step of the regularizers relies on it."""
    assert optimizer(learning_rate=0.25).numbers()[0] == 0.25


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.update.__name__)
def test_the_first_step_goes_against_the_gradient(rule):
    names = rule.constants.__code__.co_varnames[1 : rule.constants.__code__.co_argcount]
    constants = rule.constants(1, *[0.5 for _ in names])
    for gradient in (-2.0, 2.0):
        weight, *_ = rule.update(
            np.float64(0), np.float64(gradient), *[np.float64(0)] * len(rule.slots), *constants
        )
        assert np.sign(weight) == -np.sign(gradient)


# Metrics


# Small tools of the tables


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1024.0, "1024"), (0.9, "0.9"), (1e-12, "1e-12"), (1e-6, "1e-06"), (2**32 - 1, "4294967295")],
)
def test_numbers_are_written_as_people_do(value, text):
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(0.0123456, 0.0123), (98765.4, 98800), (-3.14159, -3.14), (0.0, 0.0), (math.inf, math.inf)],
)
def test_sliders_round_to_what_a_person_would_type(value, rounded):
    assert significant(value) == rounded


def test_a_range_names_its_bounds():
    with pytest.raises(Exception, match="must be between 1 and 1024"):
        Range(1, 1024).check(0)
    assert Range(1, 1024).check(1024) == 1024
