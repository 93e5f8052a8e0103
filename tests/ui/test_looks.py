"""Columns, pictures, icons and colours."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

from engine.catalog.datasets import Blobs
from tests.ui.controls import shown
from ui.looks import theme
from ui.looks.icons import icon, pixmap
from ui.widgets.column import Column
from ui.widgets.scatter import scatter


def test_a_low_column_scrolls_without_moving_its_content_sideways(qtbot):
    column = Column()
    tall = QWidget()
    tall.setFixedHeight(500)
    column.add(tall)
    shown(qtbot, column, 267, 600)
    width = tall.width()
    column.resize(267, 200)
    qtbot.waitUntil(lambda: column.verticalScrollBar().maximum() == 300)
    assert tall.width() == width == 267


def test_a_scatter_shows_every_class_in_its_colour(qapp):
    rng = Blobs(samples=90, classes=3)
    import numpy as np

    X, y = rng.generate(np.random.default_rng(0))
    image = scatter(X, y, 3, 6.0, theme.LIGHT, 46, 2.0).toImage().convertToFormat(QImage.Format.Format_RGB32)
    found = {image.pixelColor(x, v).name() for x in range(image.width()) for v in range(image.height())}
    assert set(theme.LIGHT.classes[:3]) <= found


@pytest.mark.parametrize(
    "name", ["play", "pause", "reset", "refresh", "plus", "minus", "close", "export", "tune"]
)
def test_icons_take_the_theme_s_colour_and_stay_sharp_at_twice_the_size(qapp, name):
    image = pixmap(name, theme.DARK.accent, 16, 2.0).toImage()
    assert image.width() == 32
    colours = {
        image.pixelColor(x, y).name()
        for x in range(32)
        for y in range(32)
        if image.pixelColor(x, y).alpha() == 255
    }
    assert theme.DARK.accent in colours
    assert not icon(name, theme.LIGHT).isNull()


@pytest.mark.parametrize("one", [theme.LIGHT, theme.DARK], ids=lambda one: one.name)
def test_the_field_s_colours_run_from_one_end_over_zero_to_the_other(one):
    table = theme.field_table(one, 1.0)
    assert len(table) == 256
    assert [QColor.fromRgb(table[i]).name() for i in (0, 128, 255)] == [one.negative, one.zero, one.positive]
    assert QColor.fromRgb(theme.class_table(one, 3, 1.0)[255]).name() == one.classes[3]
    assert theme.class_table(one, 3)[0] == theme.class_table(one, 3)[128]


@pytest.mark.parametrize("one", [theme.LIGHT, theme.DARK], ids=lambda one: one.name)
def test_text_can_be_read_on_its_ground(one):
    def luminance(colour):
        parts = [
            c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in QColor(colour).getRgbF()[:3]
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    def contrast(a, b):
        high, low = sorted((luminance(a), luminance(b)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for ground in (one.panel, one.canvas, one.control):
        assert contrast(one.text, ground) >= 7
        assert contrast(one.muted, ground) >= 4.4
        assert contrast(one.danger, ground) >= 4.4
    assert contrast(one.accent, one.accent_soft) >= 3.8


def test_applying_a_theme_twice_gives_the_same_fonts(qapp):
    before = (qapp.font(), qapp.palette(), qapp.styleSheet())
    try:
        theme.apply(qapp, theme.LIGHT)
        size = qapp.font().pixelSize()
        theme.apply(qapp, theme.DARK)
        assert qapp.font().pixelSize() == size > 0
        assert qapp.palette().window().color().name() == theme.DARK.window
    finally:
        qapp.setStyleSheet(before[2])
        qapp.setFont(before[0])
        qapp.setPalette(before[1])
