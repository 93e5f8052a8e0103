"""Pictures as files: vectors where the source is one, words as words, sharp pixels."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from fake_frames import experiment_of, frame_of, history_of
from PIL import Image
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage

from engine import __version__
from ui.canvas.network_view import NetworkView
from ui.looks.theme import LIGHT
from ui.pictures import SUFFIXES, colours, content_of, height_for, image_of, sources
from ui.views.field_view import FieldView
from ui.views.loss_chart import LossChart

SVG = "{http://www.w3.org/2000/svg}"
KEYS = ("whole", "field", "network", "loss")


@pytest.fixture
def views(qtbot, themed):
    """Return the three views that show a frame."""
    made = NetworkView(), FieldView(), LossChart()
    for view in made:
        qtbot.addWidget(view)
    _show(made, experiment_of(3, 2))
    return made


def _show(views, experiment, **more):
    frame = frame_of(experiment, **more)
    for view in views:
        view.show_experiment(experiment)
        view.show_frame(frame)
    return frame


def _sheets(views, moving=False):
    network, field, loss = views
    return {
        one.key: one.make(moving) for one in sources(network.make_sheet, field.make_sheet, loss.make_sheet)
    }


def _svg(sheet, theme=LIGHT, title="A title"):
    return ET.fromstring(content_of(sheet, ".svg", 600, theme, title))


def _words(root):
    return ["".join(one.itertext()).strip() for one in root.iter(f"{SVG}text")]


def test_there_is_a_picture_of_every_view_and_of_all(views):
    assert tuple(_sheets(views)) == KEYS


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("theme", list(colours()))
def test_svg_is_shapes_and_words(views, key, theme):
    sheet = _sheets(views)[key]
    root = _svg(sheet, colours()[theme], "Two <spirals> & more")
    assert root.tag == f"{SVG}svg"
    assert root.find(f"{SVG}title").text == "Two <spirals> & more"
    assert root.find(f"{SVG}desc").text == f"Unfold {__version__}"
    assert len(list(root.iter(f"{SVG}text"))) > 4
    size = sheet.size()
    assert root.get("viewBox") == f"0 0 {size.width():g} {size.height():g}"
    assert float(root.get("width").removesuffix("mm")) == pytest.approx(600 / 96 * 25.4, abs=0.1)
    ground = {"light": "#f6f7f9", "white": "#ffffff", "dark": "#14171c"}[theme]
    if key == "network":
        fills = [one.get("fill") for one in root.iter(f"{SVG}g") if one.find(f"{SVG}rect") is not None]
        assert ground in fills


def test_links_are_curves_and_only_thumbnails_are_images(views):
    root = _svg(_sheets(views)["network"])
    curves = [one for one in root.iter(f"{SVG}path") if len(re.findall("C", one.get("d"))) == 1]
    links = 2 * 3 + 3 * 2 + 2 * 1
    assert len(curves) == links
    units = 2 + 3 + 2 + 1
    assert len(list(root.iter(f"{SVG}image"))) == units
    words = {"Inputs", "2 features", "Layer 1", "Layer 2", "Tanh", "3 neurons", "Output", "Sigmoid", "x₁"}
    assert words <= set(_words(root))


def test_the_heat_map_is_an_image_and_every_point_a_shape(views):
    frame = frame_of(experiment_of(3, 2))
    root = _svg(_sheets(views)["field"])
    assert len(list(root.iter(f"{SVG}image"))) == 1
    points = len(frame.data.train_targets) + len(frame.data.test_targets)
    shapes = [one for one in root.iter(f"{SVG}path") if one.get("d")]
    assert len(shapes) >= points
    assert {"x₁", "x₂", "class 0", "class 1", "−6", "6"} <= set(_words(root))


def test_curves_are_lines_with_named_axes(views):
    root = _svg(_sheets(views)["loss"])
    assert not list(root.iter(f"{SVG}image"))
    lines = [one.get("points").split() for one in root.iter(f"{SVG}polyline")]
    assert sum(len(one) > 40 for one in lines) == 2
    words = _words(root)
    assert "epoch" in words
    assert "loss (log)" in words
    assert sum(word.startswith(("train ", "test ")) for word in words) == 2


def test_a_curve_that_breaks_off_is_drawn_in_parts(views):
    history = history_of(60)
    train = history.train_loss.copy()
    train[20:25] = np.nan
    _show(views, experiment_of(3), history=replace(history, train_loss=train))
    lines = [one.get("points").split() for one in _svg(_sheets(views)["loss"]).iter(f"{SVG}polyline")]
    assert sorted(len(one) for one in lines if len(one) > 4) == [20, 35, 60]


@pytest.mark.parametrize("key", KEYS)
def test_pdf_is_a_page_of_its_size_with_words(views, key):
    sheet = _sheets(views)[key]
    content = content_of(sheet, ".pdf", 600, LIGHT, "A title")
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 1
    box = re.search(rb"/MediaBox\s*\[([^\]]*)\]", content)
    width, height = (float(one) for one in box[1].split()[2:])
    assert width == pytest.approx(450, abs=1)
    assert height == pytest.approx(height_for(sheet, 600) * 0.75, abs=1)
    assert b"/Font" in content
    assert "A title".encode("utf-16-be") in content
    assert f"Unfold {__version__}".encode("utf-16-be") in content


@pytest.mark.parametrize("key", KEYS)
def test_png_has_twice_the_pixels_and_its_words(views, key):
    sheet = _sheets(views)[key]
    with Image.open(io.BytesIO(content_of(sheet, ".png", 500, LIGHT, "Zwei Spiralen"))) as image:
        assert image.size == (1000, 2 * height_for(sheet, 500))
        assert image.info["Title"] == "Zwei Spiralen"
        assert image.info["Software"] == f"Unfold {__version__}"
        assert image.info["dpi"][0] == pytest.approx(192, abs=0.1)


@pytest.mark.parametrize("key", KEYS)
def test_pixels_are_painted_and_not_enlarged(views, key):
    sheet = _sheets(views)[key]
    width = round(sheet.size().width())
    small, large = (
        image_of(sheet, times * width, times * height_for(sheet, width), LIGHT) for times in (1, 2)
    )
    assert _detail(large) > 1.6 * _detail(_scaled(small, large))


def _scaled(image, like):
    return image.scaled(like.size(), mode=Qt.TransformationMode.SmoothTransformation)


def _detail(image):
    """Return what an image loses where it is made half as large and enlarged again."""
    back = _scaled(_scaled(image, image.scaled(image.width() // 2, image.height() // 2)), image)
    one, two = (
        np.frombuffer(each.convertToFormat(QImage.Format.Format_RGB32).constBits(), np.uint8).astype(int)
        for each in (image, back)
    )
    return float(np.abs(one - two).mean())


@pytest.mark.parametrize("key", KEYS)
def test_the_vectors_look_like_the_pixels(views, key, qapp):
    from PySide6.QtCore import QByteArray
    from PySide6.QtGui import QPainter
    from PySide6.QtSvg import QSvgRenderer

    sheet = _sheets(views)[key]
    width = round(sheet.size().width())
    height = height_for(sheet, width)
    pixels = image_of(sheet, width, height, LIGHT)
    pixels.setDevicePixelRatio(1.0)
    drawn = QImage(width, height, QImage.Format.Format_RGB32)
    drawn.fill(QColor("red"))
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    renderer = QSvgRenderer(QByteArray(content_of(sheet, ".svg", width, LIGHT, "")))
    renderer.render(painter, QRectF(0, 0, width, height))
    painter.end()
    one, two = (_blurred(image) for image in (pixels, drawn))
    assert np.abs(one - two).mean() < 6
    assert (np.abs(one - two).max(axis=-1) > 60).mean() < 0.02


def _blurred(image):
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)[:, : 3 * image.width()]
    part = rows.reshape(image.height(), image.width(), 3)[: image.height() // 4 * 4, : image.width() // 4 * 4]
    return part.reshape(part.shape[0] // 4, 4, part.shape[1] // 4, 4, 3).astype(float).mean(axis=(1, 3))


@pytest.mark.parametrize(
    "experiment",
    [
        experiment_of(3, data="sine"),
        experiment_of(2, data="rings"),
        experiment_of(data="moons"),
        experiment_of(40, 3),
        experiment_of(3, data="reg_gauss"),
    ],
    ids=["one input", "three classes", "no layers", "gathered", "values"],
)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_kind_of_network_has_pictures(views, experiment, suffix):
    _show(views, experiment)
    for sheet in _sheets(views).values():
        assert len(content_of(sheet, suffix, 400, LIGHT, "")) > 1000


def test_neurons_out_of_sight_are_counted(views):
    _show(views, experiment_of(200, 3))
    assert any(re.fullmatch(r"\+ \d+ more", word) for word in _words(_svg(_sheets(views)["network"])))


def test_what_is_marked_is_drawn(views):
    experiment = experiment_of(3, 2)
    plain = len(list(_svg(_sheets(views)["network"]).iter(f"{SVG}path")))
    layers = experiment.network.layers
    marked = layers[0].edited(muted_units=(1,), frozen_weights=((0, 0), (0, 1), (2, 0)))
    network = experiment.network.edited(layers=(marked, *layers[1:]))
    _show(views, experiment.edited(network=network))
    assert len(list(_svg(_sheets(views)["network"]).iter(f"{SVG}path"))) > plain


def test_a_neuron_that_is_shown_is_named(views):
    _show(views, experiment_of(3, 2), shown=(1, 2))
    assert "Layer 1 · neuron 3" in _words(_svg(_sheets(views)["field"]))


def test_before_the_first_frame_a_picture_is_empty(qtbot, themed):
    made = NetworkView(), FieldView(), LossChart()
    for view in made:
        qtbot.addWidget(view)
    for sheet in _sheets(made).values():
        image_of(sheet, 200, 100, LIGHT)
        assert not _words(_svg(sheet))


def test_lights_travel_only_on_recordings_of_training(views):
    sheet = {}
    for moving in (False, True):
        for running in (False, True):
            _show(views, experiment_of(3, 2), running=running)
            sheet = _sheets(views, moving)["network"]
            image_of(sheet, 400, height_for(sheet, 400), LIGHT)
            assert (sheet._diagram._flow.phase is not None) is (moving and running)


def test_a_sheet_follows_the_views(views):
    sheets = _sheets(views)
    before = {key: image_of(one, 300, height_for(one, 300), LIGHT) for key, one in sheets.items()}
    _show(views, experiment_of(3, 2), seed=5, history=history_of(90))
    for key, one in sheets.items():
        assert image_of(one, 300, height_for(one, 300), LIGHT) != before[key], key


def test_the_loss_of_a_recording_moves_as_often_as_the_charts(views, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("ui.views.loss_sheet.time.perf_counter", lambda: clock[0])
    sheet = _sheets(views, moving=True)["loss"]

    def picture(epochs, seconds, running=True):
        _show(views, experiment_of(3, 2), history=history_of(epochs), running=running)
        clock[0] += seconds
        return image_of(sheet, 300, height_for(sheet, 300), LIGHT)

    first = picture(50, 0.0)
    assert picture(90, 0.05) == first
    second = picture(130, 0.06)
    assert second != first
    assert picture(170, 0.01, running=False) != second


def test_a_picture_that_memory_cannot_hold_is_refused_in_a_sentence(views):
    sheet = _sheets(views)["network"]
    with pytest.raises(OSError, match="choose a smaller width"):
        image_of(sheet, 40_000, 40_000, LIGHT)
