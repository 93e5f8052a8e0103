"""Scales: where a slider has its stops, and what can be typed between them."""

from __future__ import annotations

import math

import pytest

from engine.catalog.datasets import Blobs, Spiral
from engine.catalog.optimizers import OPTIMIZERS, Adam, Sgd
from tests.ui.controls import TENTHS, parameter
from ui.widgets.scale import Scale, even_stops, scale_of


def test_learning_rates_are_offered_as_a_person_types_them():
    stops = scale_of(parameter(Sgd, "learning_rate")).stops
    assert stops[0] == 0.0
    assert stops[1] == 1e-5
    assert stops[-1] == 100.0
    assert {0.001, 0.01, 0.03, 0.1, 0.3, 1.0} <= set(stops)
    assert all(len(f"{stop:g}") <= 7 for stop in stops)


def test_a_decay_has_stops_close_to_one():
    stops = scale_of(parameter(Adam, "beta2")).stops
    assert {0.0, 0.5, 0.9, 0.99, 0.999, 0.9999} <= set(stops)
    assert list(stops) == sorted(set(stops))
    assert stops[-1] == 0.999999


@pytest.mark.parametrize("entry", [*OPTIMIZERS, Spiral, Blobs], ids=lambda entry: entry.key())
def test_every_stop_is_a_value_that_the_entry_accepts(entry):
    for one in entry.parameters():
        if one.range is not None:
            for stop in scale_of(one).stops:
                value = round(stop) if one.type is int else stop
                entry.model_validate({one.name: value})


@pytest.mark.parametrize(
    ("low", "high", "some"),
    [
        (0.0, 1.0, {0.01, 0.5, 0.99}),
        (0.01, 0.99, {0.02, 0.1, 0.5}),
        (1.01, 10.0, {1.1, 1.2, 5.0, 9.9}),
        (0.5, 1.0, {0.505, 0.51, 0.995}),
        (-10.0, 10.0, {-9.8, 0.0, 9.8}),
        (0.0, 0.9, {0.01, 0.5, 0.89}),
        (3.0, 4000.0, {50.0, 100.0, 3950.0}),
    ],
)
def test_even_stops_are_short_numbers_between_two_ends(low, high, some):
    stops = even_stops(low, high)
    assert (stops[0], stops[-1]) == (low, high)
    assert list(stops) == sorted(set(stops))
    assert some <= set(stops)
    assert 40 <= len(stops) <= 102
    assert all(len(f"{abs(stop):g}") <= 5 for stop in stops)


@pytest.mark.parametrize(
    ("text", "value"),
    [("off", -math.inf), ("0", -math.inf), ("0.0", -math.inf), ("0.001", 0.01), ("1e9", 100.0), ("-5", 0.01)],
)
def test_a_zero_that_is_no_value_means_the_word_at_the_lower_end(text, value):
    scale = Scale((-math.inf, 0.1, 1.0), 0.01, 100.0, words=((-math.inf, "off"),))
    assert scale.parsed(text) == value


def test_a_zero_that_is_a_value_is_one():
    scale = Scale((-math.inf, 0.1, 1.0), 0.0, 100.0, words=((-math.inf, "off"),))
    assert scale.parsed("0") == 0.0
    assert scale.position(0.0) == 0.25, "half-way between off and the first stop"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("25", 0.25),
        ("25 %", 0.25),
        ("12,5", 0.125),
        ("-3", 0.0),
        ("400", 0.9),
        ("", None),
        ("abc", None),
        ("nan", None),
    ],
)
def test_typed_shares_are_per_cent_and_stay_in_their_bounds(text, value):
    assert scale_of(parameter(Spiral, "test_fraction")).parsed(text) == value


@pytest.mark.parametrize("value", [10.0, 500.0, 1200.0, 9999.0, 12_345.0, 50_000.0, 1_000_000.0])
def test_a_written_count_can_be_typed_back(value):
    scale = scale_of(parameter(Spiral, "samples"))
    assert scale.parsed(scale.text(value)) == value


def test_a_value_between_two_stops_stands_between_them_and_steps_to_the_next():
    assert TENTHS.position(0.25) == pytest.approx(0.25)
    assert TENTHS.moved(0.25, 1) == 0.3
    assert TENTHS.moved(0.25, -1) == 0.2
    assert TENTHS.moved(0.95, 5) == 1.0
