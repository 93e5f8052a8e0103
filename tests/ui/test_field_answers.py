"""What the field says beside the probe point and under the pointer, and where it says so."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from fake_frames import experiment_of, frame_of
from PySide6.QtCore import QPointF, QRectF, QSizeF

from engine.catalog.sources import CsvData
from ui.views.field_boxes import box_beside, fitting, reading_box
from ui.views.field_reading import Answer, answers


def test_two_classes_have_both_their_probabilities():
    frame = frame_of(experiment_of(3), probe=(1.0, 2.0))
    probed = replace(frame.probed, prediction=np.array([0.25], np.float32))
    assert answers(frame, probed) == (
        Answer("class 0", "75.0 %", 0, True),
        Answer("class 1", "25.0 %", 1, False),
    )


def test_several_classes_have_a_line_each():
    frame = frame_of(experiment_of(3, data="rings"), probe=(1.0, 2.0))
    probed = replace(frame.probed, prediction=np.array([0.1, 0.65, 0.25], np.float32))
    found = answers(frame, probed)
    assert [answer.number for answer in found] == ["10.0 %", "65.0 %", "25.0 %"]
    assert [answer.is_best for answer in found] == [False, True, False]


def test_a_regression_has_its_value():
    frame = frame_of(experiment_of(3, data="reg_plane"), probe=(1.0, 2.0))
    probed = replace(frame.probed, prediction=np.array([-0.4567], np.float32))
    assert answers(frame, probed) == (Answer("y", "−0.457", None, False),)


def test_several_curves_are_told_apart_by_their_colours(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("x,a,b\n" + "\n".join(f"{i},{i % 3},{i % 5}" for i in range(20)) + "\n")
    data = CsvData(path=str(path), inputs=("x",), target=("a", "b"), task="regression")
    frame = frame_of(experiment_of(3, data=data), probe=(3.0,))
    assert [(answer.name, answer.symbol) for answer in answers(frame, frame.probed)] == [("a", 0), ("b", 1)]


def test_the_field_of_a_neuron_has_its_activation():
    experiment = experiment_of(3, data="rings")
    frame = frame_of(experiment, shown=(1, 2), probe=(1.0, 2.0))
    (answer,) = answers(frame, frame.probed)
    assert answer.name == "activation"
    assert float(answer.number.replace("−", "-")) == pytest.approx(frame.probed.activations[1][2], rel=1e-2)
    gone = replace(frame, request=replace(frame.request, shown=(1, 9)))
    assert answers(gone, frame.probed) == ()


def test_what_is_not_a_number_is_told_as_it_is():
    frame = frame_of(experiment_of(3), probe=(1.0, 2.0))
    probed = replace(frame.probed, prediction=np.array([np.nan], np.float32))
    assert [answer.number for answer in answers(frame, probed)] == ["NaN", "NaN"]


# What must not lie on what


SQUARES = [QRectF(0, 0, 180, 180), QRectF(14, 0, 352, 352), QRectF(0, 0, 900, 900)]
SHARES = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


@pytest.mark.parametrize("square", SQUARES, ids=lambda one: str(one.width()))
@pytest.mark.parametrize("lines", [1, 2, 10])
def test_the_two_boxes_never_collide(square, lines):
    kept, _ = fitting([Answer("class", "1 %", i, i == 0) for i in range(lines)], square)
    size = QSizeF(min(140, square.width() - 40), 16 * (1 + len(kept)) + 26)
    for across, down, x, y in itertools.product(SHARES, repeat=4):
        cross = QPointF(square.left() + across * square.width(), square.top() + down * square.height())
        pointer = QPointF(square.left() + x * square.width(), square.top() + y * square.height())
        answer = box_beside(square, cross, size)
        read = reading_box(square, min(200, square.width() - 16), pointer, cross)
        assert square.contains(answer)
        assert square.contains(read)
        assert not answer.intersects(read)


@pytest.mark.parametrize("square", SQUARES[1:], ids=lambda one: str(one.width()))
def test_boxes_leave_the_cross_hair_and_the_pointer_free(square):
    for across, down in itertools.product(SHARES, repeat=2):
        cross = QPointF(square.left() + across * square.width(), square.top() + down * square.height())
        assert not box_beside(square, cross, QSizeF(140, 100)).adjusted(-10, -10, 10, 10).contains(cross)
        for x, y in itertools.product(SHARES, repeat=2):
            pointer = QPointF(square.left() + x * square.width(), square.top() + y * square.height())
            box = reading_box(square, 130, pointer, cross)
            assert not box.contains(cross)
            assert not box.contains(pointer)


def test_more_lines_than_there_is_room_for_are_counted_and_the_likeliest_stays():
    many = [Answer(f"class {i}", "1 %", i, i == 9) for i in range(10)]
    assert fitting(many, QRectF(0, 0, 352, 352)) == (many, 0)
    kept, left_out = fitting(many, QRectF(0, 0, 180, 180))
    assert many[9] in kept
    assert len(kept) + left_out == 10
    assert left_out > 0
