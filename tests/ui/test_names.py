"""How inputs, classes and numbers are written."""

from __future__ import annotations

from ui.names import class_label, coordinate, input_name, plain_number


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
