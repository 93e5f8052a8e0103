"""The activation card: curves of every activation, the layer's sums on them, and what the numbers mean."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from engine.catalog.activations import ACTIVATIONS, ELEMENTWISE, Maxout, Prelu, Softmax
from engine.catalog.entry import by_key
from engine.probes import statistics
from engine.snapshot import Distribution, LayerStatistics
from tests.ui.fake_frames import experiment_of, frame_of
from ui.looks import theme
from ui.views import activation_curve
from ui.views.activation_card import ActivationCard
from ui.views.activation_curve import curve_of, reach_of
from ui.views.activation_plot import ActivationPlot


def distribution(low=-2.0, high=3.0):
    counts = np.arange(40, dtype=np.int64)
    return Distribution(int(counts.sum()), 0.5, 1.25, 9.0, counts, np.linspace(low, high, 41))


def layer_of(units, *, dead=(), saturated=0.25, **more):
    flags = np.zeros(units, bool)
    flags[[unit for unit in dead if unit < units]] = True
    one = distribution(**more)
    each = np.full(units, 0.5)
    return LayerStatistics(one, one, one, one, one, each, each, flags, np.full(units, saturated))


def with_statistics(experiment, **more):
    frame = frame_of(experiment, running=False)
    units = [len(bias) for _, bias in frame.snapshot.parameters]
    tensors = tuple({} for _ in units)
    kept = replace(frame.snapshot, tensors=tensors)
    return replace(frame, snapshot=kept, statistics=tuple(layer_of(count, **more) for count in units))


@pytest.fixture
def card(qtbot, themed):
    card = ActivationCard()
    qtbot.addWidget(card)
    card.resize(760, 240)
    card.set_theme(theme.LIGHT)
    card.wanted = []
    card.statisticsWanted.connect(card.wanted.append)
    card.show_experiment(experiment_of(4, 3))
    card.show()
    qtbot.waitExposed(card)
    return card


def texts(card):
    parts = (card.name, card.formula, card.note, card.saturated, card.dead, card.sums, card.advice)
    return " ".join(part.text() for part in parts if not part.isHidden())


# -- the curves


@pytest.mark.parametrize("kind", ELEMENTWISE, ids=lambda kind: kind.key())
def test_a_curve_is_what_the_catalog_says_and_flat_where_the_engine_says_saturated(kind):
    entry = kind.model_validate({})
    curve = curve_of(entry, 5.0)
    np.testing.assert_array_equal(curve.values[0], entry.value(curve.x, *entry.numbers()))
    np.testing.assert_array_equal(
        curve.slopes[0], entry.slope(curve.x, curve.values[0], *entry.numbers()) + 0 * curve.x
    )
    slope, largest = statistics._slope(entry, {}, curve.x, curve.values[0])
    np.testing.assert_array_equal(curve.flat, slope < statistics.SATURATED * largest)
    assert curve.span.low < curve.span.high


def test_what_counts_as_flat_is_the_engines():
    assert activation_curve.FLAT == statistics.SATURATED
    assert activation_curve._REACH == statistics.REACH


def test_prelu_has_a_curve_for_every_unit():
    curve = curve_of(Prelu(), 4.0, np.array([0.25, -1.0, 0.0], np.float32))
    assert curve.values.shape == (3, len(curve.x))
    np.testing.assert_allclose(curve.values[:, 0], [-1.0, 4.0, 0.0])
    np.testing.assert_allclose(curve.slopes[:, 0], [0.25, -1.0, 0.0])
    np.testing.assert_allclose(curve.values[:, -1], 4.0)


def test_softmax_is_drawn_for_one_logit_beside_others_at_zero():
    curve = curve_of(Softmax(), 4.0, units=4)
    middle = len(curve.x) // 2
    assert curve.values[0, middle] == pytest.approx(0.25)
    numeric = np.gradient(curve.values[0], curve.x)
    np.testing.assert_allclose(curve.slopes[0, 1:-1], numeric[1:-1], atol=1e-3)


def test_maxout_never_saturates():
    assert not curve_of(Maxout(), 4.0).flat.any()


@pytest.mark.parametrize(
    ("low", "high", "reach"), [(-0.1, 0.2, 4.0), (-6.0, 1.0, 7.5), (0.0, 1e6, 1e6), (-np.inf, 0.0, 4.0)]
)
def test_the_plot_reaches_as_far_as_the_sums_in_round_steps(low, high, reach):
    edges = np.linspace(low, high, 41) if np.isfinite(low) else np.full(41, low)
    assert reach_of(replace(distribution(), edges=edges)) == reach


# -- the plot


def test_pointer_and_keys_read_value_slope_and_share_off(qtbot, themed):
    plot = ActivationPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 220)
    plot.set_theme(theme.DARK)
    plot.show_curve(curve_of(by_key(ACTIVATIONS)["relu"].model_validate({}), 4.0), distribution())
    plot.show()
    qtbot.mouseMove(plot, QPoint(int(plot._x(2.0)), 100))
    assert plot.reading().startswith("x = 2")
    assert "f(x) = 2" in plot.reading()
    assert "f'(x) = 1" in plot.reading()
    share = 100 * 32 / (39 * 20)  # x = 2 is in bar 32 of 40
    assert f"{share:.1f} %" in plot.reading()
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.reading().startswith("x = 2.2")
    assert plot.accessibleDescription() == plot.reading()
    qtbot.mouseMove(plot, QPoint(2, 100))
    assert plot.reading() == ""
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert plot.reading().startswith("x = 0")


def _painted(plot):
    image = plot.grab().toImage().convertToFormat(plot.grab().toImage().Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()


def test_bars_stand_where_the_sums_are(qtbot, themed):
    plot = ActivationPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 220)
    curve = curve_of(by_key(ACTIVATIONS)["tanh"].model_validate({}), 4.0)
    plot.show_curve(curve, None)
    empty = _painted(plot)
    plot.show_curve(curve, distribution())
    changed = (_painted(plot) != empty)[24:-24]
    columns = np.flatnonzero(changed.any(axis=0))
    assert plot._x(-2.0) <= columns.min()
    assert columns.max() <= plot._x(3.0) + 1
    heights = changed.sum(axis=0)
    assert heights[int(plot._x(2.8))] > heights[int(plot._x(0.5))] > heights[int(plot._x(-1.5))]


# -- the card


def test_it_asks_for_numbers_only_while_it_is_in_sight(card):
    card.hide()
    card.show()
    assert card.wanted == [True, False, True]


def test_it_tells_what_the_activation_of_the_chosen_layer_does(card, qtbot):
    assert "Tanh" in texts(card)
    assert "f'(x) = 1 - f(x)²" in texts(card)
    card.show_layer(2)
    assert "Sigmoid" in texts(card)
    assert card.layer.currentText() == "Output"
    card.layer.setFocus()
    qtbot.keyClick(card.layer, Qt.Key.Key_Home)
    assert card.shown_layer() == 0
    card.show_layer(7)
    assert card.shown_layer() == 0


def test_it_explains_saturated_and_dead_shares(card):
    card.show_frame(with_statistics(experiment_of(4, 3)))
    assert "25.0 %</b> saturated" in texts(card)
    assert "0.0 %</b> dead (0 of 4)" in texts(card)
    card.show_frame(with_statistics(experiment_of(4, 3), dead=(1,)))
    assert "25.0 %</b> dead (1 of 4)" in texts(card)
    assert "(neuron 2)" in texts(card)
    assert "mean 0.5, standard deviation 1.25, from −2 to 3" in texts(card)


def test_frames_without_statistics_leave_the_curve(card):
    card.show_frame(frame_of(experiment_of(4, 3)))
    assert "next frame" in texts(card)
    assert "saturated" not in texts(card)


def test_while_training_it_is_painted_at_most_twenty_times_a_second(card, qtbot):
    shown = []
    show = card.plot.show_curve
    card.plot.show_curve = lambda curve, sums: (shown.append(sums), show(curve, sums))
    frames = [replace(with_statistics(experiment_of(4, 3)), running=True) for _ in range(20)]
    for frame in frames:
        card.show_frame(frame)
    assert len(shown) <= 2
    last = frames[-1].statistics[0].preactivations
    qtbot.waitUntil(lambda: shown[-1] is last)


def test_numbers_of_another_network_are_not_shown(card):
    card.show_frame(with_statistics(experiment_of(4, 3)))
    card.show_experiment(experiment_of(4))
    assert "saturated" not in texts(card)
    assert [card.layer.itemText(i) for i in range(card.layer.count())] == ["Layer 1", "Output"]


def test_a_layer_that_is_gone_gives_way_to_the_last(card):
    card.show_layer(2)
    card.show_experiment(experiment_of())
    assert card.shown_layer() == 0
    assert "Sigmoid" in texts(card)


@pytest.mark.parametrize("kind", ACTIVATIONS, ids=lambda kind: kind.key())
@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_every_activation_is_painted(card, kind, colours):
    experiment = experiment_of(4, 3)
    layer = experiment.network.layers[0].edited(activation=kind.key(), normalization="batch")
    network = experiment.network.edited(layers=(layer, *experiment.network.layers[1:]))
    experiment = experiment.edited(network=network)
    frame = with_statistics(experiment)
    tensors = ({"activation.weight": np.zeros(4, np.float32)}, {}, {})
    card.set_theme(colours)
    card.show_experiment(experiment)
    card.show_frame(replace(frame, snapshot=replace(frame.snapshot, tensors=tensors)))
    assert not card.grab().isNull()
    assert kind.label in texts(card)
    assert "after normalization" in texts(card)


def test_several_classes_show_softmax(card):
    experiment = experiment_of(4, data="rings")
    card.show_experiment(experiment)
    card.show_layer(1)
    assert "Softmax" in texts(card)
    assert "one logit" in texts(card)
    card.show_frame(with_statistics(experiment, dead=(0, 2)))
    assert "(class 0, class 2)" in texts(card)
