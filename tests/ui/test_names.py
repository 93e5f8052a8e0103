"""How inputs, classes and numbers are written, and numbers read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.wording.names import (
    class_label,
    coordinate,
    file_name,
    input_name,
    module_name,
    plain_number,
    read_number,
)


def test_names_read_as_people_write_them():
    assert input_name("x12") == "x₁₂"
    assert input_name("income") == "income"
    assert class_label("2") == "class 2"
    assert class_label("setosa") == "setosa"
    assert plain_number(-0.02134) == "−0.0213"
    assert plain_number(1.5e-7) == "1.5e−7"
    assert [plain_number(value) for value in (0, 1e-4, 12.34, 12345.6)] == ["0", "1e−4", "12.3", "12,346"]
    assert coordinate(-1.5, 12.0) == "−1.50"
    assert coordinate(1234.5678, 5000.0) == "1235"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Two spirals", "two_spirals"),
        ("two-spirals", "two_spirals"),
        ("2D: x² & y", "network_2d_x__y"),
        ("Class", "network_class"),
        ("", "unfold"),
        ("Größe", "größe"),
    ],
)
def test_a_file_of_code_has_a_name_that_imports(title, name):
    assert module_name(title) == name
    assert name.isidentifier()


def test_other_files_have_hyphens_between_words():
    assert file_name("Two spirals") == "two-spirals"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("−0.5", -0.5),
        (" 1e-3 ", 1e-3),
        (".5", 0.5),
        ("2.", 2.0),
        ("+1", 1.0),
        ("1e999", None),
        ("3.4028235e38", 3.4028235e38),
        ("3.4028236e38", None),
        ("", None),
        ("٣", None),
        ("0,5", 0.5),
        ("1,000", 1.0),
        ("12 000", None),
        ("inf", None),
        ("nan", None),
        ("1_0", None),
    ],
)
def test_one_number_as_people_type_it(text, value):
    assert read_number(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,000", 12000.0),
        ("1 234\u202f567", 1234567.0),
        ("−1,000", -1000.0),
        ("1,5", 1.5),
        ("12,34", 12.34),
        ("inf", None),
        ("1e999", None),
    ],
)
def test_thousands_are_separated_only_where_whole_numbers_are_asked_for(text, value):
    assert read_number(text, whole=True) == value


@given(st.floats(-999, 999))
def test_a_number_that_is_written_is_read_again(value):
    assert read_number(plain_number(value, 6)) == pytest.approx(value, rel=1e-4)


@given(st.text(max_size=20), st.booleans())
def test_any_text_is_a_finite_number_or_none(text, whole):
    value = read_number(text, whole=whole)
    assert value is None or abs(value) < 3.5e38
