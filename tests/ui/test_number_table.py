"""Tables of numbers as text: what is written is read back, and what is wrong is named by its place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from ui.wording.number_table import NumberTableError, read_numbers, write_numbers

FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)
TABLES = arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=FINITE)


@given(TABLES, st.sampled_from("\t;, "), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_every_number_survives_text_bit_for_bit(table, separator, newline, ended):
    text = write_numbers(table).replace("\t", separator).replace("\n", newline) + newline * ended
    read = read_numbers(text, *table.shape)
    assert read.dtype == np.float32
    assert read.tobytes() == table.tobytes()


@given(
    st.text(st.sampled_from("0123456789+-−.,;eE \t\n\rxi[]"), max_size=60),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_any_text_is_a_table_that_fits_or_refused_in_one_sentence(text, rows, columns):
    try:
        found = read_numbers(text, rows, columns)
    except NumberTableError as error:
        (sentence,) = error.problems
        assert sentence
        assert "\n" not in sentence
        assert len(sentence) < 120
    else:
        assert found.dtype == np.float32
        assert np.isfinite(found).all()
        assert 1 <= found.shape[0] <= rows
        assert 1 <= found.shape[1] <= columns


@given(st.text(max_size=40))
def test_text_of_all_kinds_never_breaks_it(text):
    try:
        assert np.isfinite(read_numbers(text, 3, 3)).all()
    except NumberTableError as error:
        assert len(error.problems) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "there is no text to paste"),
        (" \n\t\n", "there is no text to paste"),
        ("1\t2\n3", "line 2 has 1 number, line 1 has 2"),
        ("1\t2\n\n3\t4", "line 2 has 1 number, line 1 has 2"),
        ("1\tx", "line 1, number 2: “x” is not a number"),
        ("1\t\n3\t4", "line 1, number 2: is empty"),
        ("1\t2\n3\t0,5", "line 2, number 2: “0,5” needs a decimal point"),
        ("1;-0,5", "line 1, number 2: “-0,5” needs a decimal point"),
        ("1\t1e39", "line 1, number 2: “1e39” is too large"),
        ("nan", "line 1, number 1: “nan” is not a number"),
        ("1_0", "line 1, number 1: “1_0” is not a number"),
        ("1\t" + "z" * 99, "line 1, number 2: “" + "z" * 23 + "…” is not a number"),
        ("1 2 3 4", "1 × 4 numbers do not fit: from this cell on there are 2 × 3"),
        ("1\n2\n3", "3 × 1 numbers do not fit: from this cell on there are 2 × 3"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, sentence):
    with pytest.raises(NumberTableError) as error:
        read_numbers(text, 2, 3)
    assert error.value.problems == (sentence,)
