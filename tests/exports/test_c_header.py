"""The exported header: names, memory, and float where double would be slow."""

from __future__ import annotations

import re
import subprocess

import numpy as np
import pytest

from engine.files.export.c_header import prefix_of
from engine.files.export.comparison import largest_difference, points_of
from engine.files.export.format import ExportError
from engine.files.export.portable import portable
from tests.exports.consumers import Job, c, needs, run
from tests.exports.networks import NAMES
from tests.exports.small import exported, table, trained


def header(trainer, folder):
    """Return the text of a header that was compiled with all warnings and computes the same."""
    path = folder / "n.h"
    exported(trainer, path)
    network = portable(trainer)
    points = points_of(network)
    (found,) = c([Job(path, points, network)])
    assert largest_difference(found, trainer.predict(points)) <= 1e-5
    return path.read_text("utf-8")


@pytest.mark.parametrize(
    ("title", "prefix"),
    [
        ("", "unfold"),
        ("Untitled", "unfold"),
        ("数据", "unfold"),
        ("Two moons", "unfold_two_moons"),
        ("2 Größen, __int__", "unfold_2_groen_int"),
        ('"; #error */ ??/', "unfold_error"),
        ("TensorFlow Playground: Spiral", "unfold_tensorflow_playground"),
        ("Two long words of a title that goes on", "unfold_two_long_words_of_a"),
        ("Twenty-four letters here and more", "unfold_twenty_four_letters_here"),
        ("a" * 99, "unfold_" + "a" * 24),
    ],
)
def test_the_title_begins_all_names(title, prefix):
    assert prefix_of(title) == prefix


def test_names_come_back_byte_by_byte(tmp_path):
    inputs = {name: np.linspace(0, 1, 20) for name in NAMES[2:]}
    header(trained(tmp_path, data=table(tmp_path, inputs, (NAMES[0], "what??/"))), tmp_path)
    (tmp_path / "names.c").write_text(
        '#include <stdio.h>\n#include "n.h"\nint main(void) {\n'
        "for (int i = 0; i < UNFOLD_INPUTS; i++) puts(unfold_input_names[i]);\n"
        "for (int i = 0; i < 2; i++) puts(unfold_classes[i]);\nputs(unfold_output_names[0]);\nreturn 0; }\n"
    )
    run(
        needs("gcc", "cc"),
        "-std=c99",
        "-Wall",
        "-Werror",
        "-o",
        tmp_path / "names",
        tmp_path / "names.c",
        "-lm",
    )
    found = subprocess.run([tmp_path / "names"], capture_output=True, check=True).stdout.decode()
    assert found.split("\n")[:-1] == [*NAMES[2:], NAMES[0], "what??/", "what??/"]


def test_columns_far_from_zero_need_no_double(tmp_path):
    rng = np.random.default_rng(0)
    inputs = {"far": rng.normal(12345.678, 0.5, 60), "small": rng.normal(3e-7, 1e-8, 60)}
    text = header(trained(tmp_path, data=table(tmp_path, inputs, ("a", "b"))), tmp_path)
    assert "double" not in text and "two parts" in text
    assert re.search(r"u\[0\] = \(\(inputs\[0\] - 12345\.\d+f\) - \d\S+f\) / 0\.\d+f; /\* far \*/", text)


def test_only_features_that_float_has_no_digits_for_are_computed_in_double(tmp_path):
    text = header(trained(tmp_path, features=["x1", "sin(3000*x1)", "x2**2"]), tmp_path)
    assert "const double u0 = (double)inputs[0];" in text
    assert "a[1] = (float)(sin(3000.0 * u0)); /* sin(3000x₁): float lacks the digits */" in text
    assert text.count("(float)(") == 1 and "u1" not in text


@pytest.mark.parametrize("feature", ["2", "2**0.5 - 3000*3000.1"])
def test_features_of_no_input_are_no_trouble(tmp_path, feature):
    header(trained(tmp_path, features=[feature]), tmp_path)


def test_tiny_deviations_are_left_to_double(tmp_path):
    inputs = {"tiny": np.random.default_rng(0).normal(0, 1e-33, 60)}
    text = header(trained(tmp_path, data=table(tmp_path, inputs, ("a", "b"))), tmp_path)
    assert "/* tiny: float lacks the range */" in text


def test_the_memory_it_states_is_what_the_arrays_take(tmp_path):
    layers = [{"units": 5, "activation": {"kind": "maxout", "pieces": 3}, "residual": True}, {"units": 2}]
    text = header(trained(tmp_path, network={"layers": layers}), tmp_path)
    numbers = sum(map(int, re.findall(r"static const float \w+\[(\d+)\]", text)))
    assert f"{4 * numbers:,} bytes of constants" in text
    (width,) = set(re.findall(r"float a\[(\d+)\], b\[(\d+)\];", text))
    assert width == ("15", "15")
    assert "about 128 bytes of stack" in text


def test_what_no_compiler_should_be_given_is_refused(tmp_path):
    trainer = trained(tmp_path, network={"layers": [{"units": 1024}, {"units": 1000}]})
    with pytest.raises(
        ExportError, match=r"has 1,029,073 numbers, more than the 1,000,000 that a C header .*; use \.onnx"
    ):
        exported(trainer, tmp_path / "n.h")
