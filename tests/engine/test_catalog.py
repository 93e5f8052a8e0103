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
from engine.catalog.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from engine.catalog.datasets import DATASETS
from engine.catalog.entry import Entry, Parameter, Range, by_key, number_text, significant
from engine.catalog.initializers import INITIALIZERS, Initializer
from engine.catalog.losses import LOSS_RULES, LOSSES
from engine.catalog.metrics import METRICS, Accuracy, RSquared, metrics_for
from engine.catalog.optimizers import OPTIMIZERS, RULES
from engine.catalog.regularizers import REGULARIZERS
from engine.catalog.schedules import SCHEDULES
from engine.catalog.sources import CsvData, PointsData
from engine.experiment import Experiment, Layer, Network, Output, Training
from engine.kernels import layout, passes, train
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
    if entry in ACTIVATIONS:
        assert len(numbers) <= layout.NUMBER_COLUMNS - layout.ACTIVATION_NUMBERS


@pytest.mark.parametrize("part", [Layer, Output, Training, Network, Experiment])
def test_every_key_of_the_document_is_described_for_its_readers(part):
    for name, field in part.model_fields.items():
        known = name in ("format", "version", "title", "data", "network", "training", "layers", "output")
        assert field.description or known, name


# Codes


def test_codes_are_positions_that_the_kernels_know():
    assert loops.__name__ == "engine.loops"  # which fills the families
    assert len(passes.ACTIVATIONS.loops) == len(passes.SLOPES.loops) == len(ACTIVATIONS)
    assert len(passes.LOSSES.loops) == len(LOSS_RULES)
    assert len(train.UPDATES.loops) == len(RULES)
    assert len(train.PULLS.loops) == len(train.SHRINKS.loops) == len(REGULARIZERS)
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
def test_no_gradient_and_no_memory_leave_a_weight_alone(rule):
    names = rule.constants.__code__.co_varnames[1 : rule.constants.__code__.co_argcount]
    for step in (1, 2, 1000):
        constants = rule.constants(step, *[0.5 for _ in names])
        weight, *slots = rule.update(
            np.float64(3), np.float64(0), *[np.float64(0)] * len(rule.slots), *constants
        )
        assert weight == 3
        assert len(slots) == len(rule.slots)
        assert not any(slots)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.update.__name__)
def test_the_first_step_goes_against_the_gradient(rule):
    names = rule.constants.__code__.co_varnames[1 : rule.constants.__code__.co_argcount]
    constants = rule.constants(1, *[0.5 for _ in names])
    for gradient in (-2.0, 2.0):
        weight, *_ = rule.update(
            np.float64(0), np.float64(gradient), *[np.float64(0)] * len(rule.slots), *constants
        )
        assert np.sign(weight) == -np.sign(gradient)


# Formulas


@pytest.mark.parametrize("entry", ACTIVATIONS, ids=lambda entry: entry.key())
def test_activations_stay_within_their_bounds(entry):
    x = np.concatenate([np.linspace(-50, 50, 1001), [-1e6, 1e6]])
    y = entry.value(x, *entry().numbers())
    assert y.min() >= entry.low
    assert y.max() <= entry.high
    for bound in (entry.low, entry.high):
        if math.isfinite(bound):  # and come close to them
            assert np.abs(y - bound).min() < 1e-6
    assert entry.derivative.startswith("f'(x) = ")


SHAPES = [(400, 300), (30, 900)]
VARIANCES = {
    "zeros": lambda out, into: 0.0,
    "uniform": lambda out, into: 0.5**2 / 3,
    "normal": lambda out, into: 0.5**2,
    "glorot_uniform": lambda out, into: 2 / (into + out),
    "glorot_normal": lambda out, into: 2 / (into + out),
    "he_uniform": lambda out, into: 2 / into,
    "he_normal": lambda out, into: 2 / into,
}


@pytest.mark.parametrize("entry", INITIALIZERS, ids=lambda entry: entry.key())
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_initial_weights_have_the_mean_and_variance_of_the_literature(entry, shape):
    weight = entry().draw(np.random.default_rng(5), shape)
    variance = VARIANCES[entry.key()](*shape)
    count = weight.size
    assert weight.shape == shape
    assert weight.dtype == np.float64
    # Within five standard errors of a normal distribution's; a uniform one's are smaller.
    assert abs(weight.mean()) <= 5 * math.sqrt(variance / count)
    assert abs(weight.var() - variance) <= 5 * variance * math.sqrt(2 / count)
    if "uniform" in entry.key():
        limit = math.sqrt(3 * variance)
        assert np.abs(weight).max() <= limit
        assert np.abs(weight).max() > 0.99 * limit
    elif variance:
        beyond = np.mean(np.abs(weight) > 2 * math.sqrt(variance))
        assert beyond == pytest.approx(0.0455, abs=0.005)


@pytest.mark.parametrize("entry", INITIALIZERS, ids=lambda entry: entry.key())
def test_initial_weights_follow_from_the_generator_alone(entry: type[Initializer]):
    a, b = (entry().draw(np.random.default_rng(1), (3, 4)) for _ in range(2))
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("entry", INITIALIZERS, ids=lambda entry: entry.key())
def test_every_initializer_starts_all_biases_at_one_value(entry):
    from engine.trainer import Trainer

    layer = {"units": 3, "initializer": {"kind": entry.key(), "bias": 0.25}}
    trainer = Trainer(
        Experiment.parse({"data": {"kind": "xor", "samples": 10}, "network": {"layers": [layer]}})
    )
    assert (trainer.parameters[0][1] == 0.25).all()
    assert (trainer.parameters[1][1] == 0).all()


def test_accuracy_counts_the_likeliest_class():
    binary = np.array([[0.2], [0.5], [0.9], [0.4]])
    assert Accuracy.compute(binary, np.array([0, 1, 1, 1])) == 0.75
    several = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    assert Accuracy.compute(several, np.array([0, 1])) == 0.5


def test_r_squared_compares_with_the_mean():
    target = np.array([[1.0], [2.0], [3.0]])
    assert RSquared.compute(target, target) == 1
    assert RSquared.compute(np.full((3, 1), 2.0), target) == 0
    assert RSquared.compute(target[::-1], target) == -3
    assert math.isnan(RSquared.compute(target, np.ones((3, 1))))


def test_every_task_has_a_metric():
    assert [metric.key() for metric in metrics_for("classification")] == ["accuracy"]
    assert [metric.key() for metric in metrics_for("regression")] == ["r2"]


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
