"""A network built, edited and undone by a person: with the mouse alone, then with the keyboard alone."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QComboBox, QMenu, QPushButton, QTabBar

from engine.experiment import Experiment, Network, Training
from tests.e2e.hand import named, wait_for

SECONDS = 20.0


class Desk:
    """The window, what it shows, and a hand on it."""

    def __init__(self, window, hand, qtbot) -> None:
        self.window, self.hand, self.qtbot = window, hand, qtbot
        self.frame = None
        window.session.frameReady.connect(self._take)
        self.until(lambda: self.frame is not None)

    def _take(self, frame) -> None:
        self.frame = frame

    @property
    def layers(self):
        return self.window.document.experiment.network.layers

    def built(self) -> list[tuple[int, str]]:
        """Return width and activation of every hidden layer."""
        return [(layer.units, layer.activation.kind) for layer in self.layers]

    def until(self, condition, seconds: float = SECONDS) -> None:
        wait_for(
            self.qtbot, condition, seconds, lambda: f"{self.built()}, focus on {QApplication.focusWidget()}"
        )

    def weights(self) -> list[dict[str, np.ndarray]]:
        """Return the tensors once the frame shows the document as it is and nothing is under way."""
        # The worker shows what is asked for only after it has done everything it was told before.
        resolution = self.frame.request.resolution ^ 1
        self.window.session.request(resolution=resolution)
        self.until(lambda: self.frame.request.resolution == resolution)
        assert self.frame.experiment == self.window.document.experiment
        return [dict(layer) for layer in self.frame.snapshot.tensors]

    def value(self, layer: int, name: str, *index: int) -> float:
        return float(self.frame.snapshot.tensors[layer][name][index])

    def tab_to(self, name: str, back: bool = False) -> None:
        """Press Tab until the control of an accessible name has the focus."""
        seen = []
        for _ in range(150):
            focus = QApplication.focusWidget()
            called = focus.accessibleName() or getattr(focus, "text", str)() if focus is not None else ""
            if called == name:
                return
            seen.append(called)
            self.hand.key("shift+Tab" if back else "Tab")
        raise AssertionError(f"Tab never came to {name!r}, only to {seen}")

    def choose_by_key(self, name: str, text: str) -> None:
        """Go to a combo box by Tab and to one of its entries by Home and Down."""
        self.tab_to(name)
        combo = QApplication.focusWidget()
        self.hand.key("Home")
        for _ in range(combo.count()):
            if combo.currentText() == text:
                return
            self.hand.key("Down")
        raise AssertionError(f"{text!r} is not offered by {name}")

    def middle(self, column: int, unit: int) -> QPoint:
        return self.window.canvas.unit_rect(column, unit).center()

    def choose_in_menu(self, text: str) -> None:
        """Click an entry of the menu that is open."""
        self.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        menu = QApplication.activePopupWidget()
        action = next(a for a in menu.actions() if a.text().split("\t")[0] == text)
        self.hand.click(menu, menu.actionGeometry(action).center())


@pytest.fixture
def desk(open_window, hand, qtbot):
    start = Experiment(
        seed=3,
        data={"kind": "xor", "samples": 60},
        network=Network(layers=()),
        training=Training(optimizer={"kind": "adam", "learning_rate": 0.01}),
    )
    return Desk(open_window(start), hand, qtbot)


def _assert_same(found, expected) -> None:
    assert len(found) == len(expected)
    for layer, other in zip(found, expected, strict=True):
        assert layer.keys() == other.keys()
        for name, array in layer.items():
            np.testing.assert_array_equal(array, other[name], err_msg=name)


def _there_and_back(desk, undo, redo, start, weights) -> None:
    """Undo everything, then redo everything: document and weights are those of both ends, to the bit."""
    stack, document = desk.window.document.undo_stack, desk.window.document
    end, end_weights = document.experiment, desk.weights()
    assert stack.count() > 8
    for _ in range(stack.count()):
        undo()
    desk.until(lambda: not stack.canUndo())
    assert document.experiment == start
    _assert_same(desk.weights(), weights)
    for _ in range(stack.count()):
        redo()
    desk.until(lambda: not stack.canRedo())
    assert document.experiment == end
    _assert_same(desk.weights(), end_weights)


def test_by_mouse(desk):
    window, hand = desk.window, desk.hand
    start, weights = window.document.experiment, desk.weights()

    hand.click(named(window, "Add a layer at position 1"))
    desk.until(lambda: desk.built() == [(4, "tanh")])
    hand.click(named(window, "One neuron more in Layer 1"), times=2)
    desk.until(lambda: desk.built() == [(6, "tanh")])
    hand.choose(named(window, "Activation of Layer 1", QComboBox), "ReLU")
    hand.click(named(window, "Add a layer at position 2"))
    desk.until(lambda: desk.built() == [(6, "relu"), (6, "relu")])
    hand.click(named(window, "One neuron less in Layer 2"), times=2)
    hand.choose(named(window, "Activation of Layer 2", QComboBox), "Sigmoid")
    desk.until(lambda: desk.built() == [(6, "relu"), (4, "sigmoid")])

    # The second layer before the first, and back.
    canvas = window.canvas
    for wanted in ([(4, "sigmoid"), (6, "relu")], [(6, "relu"), (4, "sigmoid")]):
        first, second = (named(window, f"Layer {i}") for i in (1, 2))
        begin = second.mapTo(canvas, second.rect().center())
        end = first.mapTo(canvas, first.rect().center()) - QPoint(70, 0)
        hand.drag(canvas, begin, end)
        desk.until(lambda wanted=wanted: desk.built() == wanted)

    # A bias typed into the card of a neuron.
    hand.click(canvas.viewport(), desk.middle(1, 2))
    desk.until(canvas.pinned_card.isVisible)
    hand.click(canvas.pinned_card.field)
    hand.key("ctrl+a")
    hand.type("0.75")
    hand.key("Return")
    desk.until(lambda: desk.value(0, "bias", 2) == 0.75)
    hand.click(canvas.pinned_card.mute)
    desk.until(lambda: desk.layers[0].muted_units == (2,))
    hand.click(canvas.viewport(), QPoint(6, canvas.viewport().height() - 6))
    desk.until(lambda: not canvas.pinned_card.isVisible())
    hand.move(canvas.viewport(), desk.middle(2, 0))
    hand.do("click", 3)
    desk.choose_in_menu("Freeze")
    desk.until(lambda: len(desk.layers[1].frozen_weights) > 0)

    # The probe is dragged over the field.
    hand.click(window.field.probe, QPoint(8, window.field.probe.height() // 2))
    desk.until(lambda: desk.frame.probed is not None)
    before = desk.frame.probed.inputs
    square = window.field.canvas.square().toRect()
    hand.drag(window.field.canvas, square.center(), square.center() + QPoint(60, -40))
    desk.until(lambda: desk.frame.probed.inputs[0] > before[0] and desk.frame.probed.inputs[1] > before[1])

    # One sample from its inputs to its update.
    tabs = named(window, "Pages below the network", QTabBar)
    place = next(i for i in range(tabs.count()) if tabs.tabText(i) == "Step through")
    hand.click(tabs, tabs.tabRect(place).center())
    steps = window.instruments.steps
    hand.click(next(b for b in steps.findChildren(QPushButton) if b.text() == "Draw one"))
    desk.until(lambda: steps.step is not None)
    following, seen = steps.controls.next, set()
    while following.isEnabled():
        seen.add(steps.step.phase)
        hand.click(following)
    assert seen == {"forward", "loss", "backward", "update"}
    old = desk.weights()
    hand.click(steps.apply)
    desk.until(lambda: desk.frame.snapshot.step == 1)
    assert any((a["weight"] != b["weight"]).any() for a, b in zip(old, desk.weights(), strict=True))

    def by_menu(text):
        def act():
            bar = window.menu_row.bar
            entry = next(a for a in bar.actions() if a.text().replace("&", "") == "Edit")
            hand.click(bar, bar.actionGeometry(entry).center())
            desk.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
            menu = QApplication.activePopupWidget()
            action = next(a for a in menu.actions() if a.text().replace("&", "").startswith(text))
            hand.click(menu, menu.actionGeometry(action).center())

        return act

    _there_and_back(desk, by_menu("Undo"), by_menu("Redo"), start, weights)


def test_by_keyboard(desk):
    window, hand = desk.window, desk.hand
    start, weights = window.document.experiment, desk.weights()
    canvas = window.canvas
    assert canvas.hasFocus()

    hand.key("Insert")
    desk.until(lambda: desk.built() == [(4, "tanh")])
    hand.key("plus", "plus")
    desk.until(lambda: desk.built() == [(6, "tanh")])
    hand.key("Insert", "minus", "minus")
    desk.until(lambda: desk.built() == [(6, "tanh"), (4, "tanh")])
    desk.choose_by_key("Activation of Layer 1", "ReLU")
    desk.choose_by_key("Activation of Layer 2", "Sigmoid")
    desk.until(lambda: desk.built() == [(6, "relu"), (4, "sigmoid")])

    desk.tab_to("Network diagram", back=True)
    hand.key("ctrl+shift+Left")
    desk.until(lambda: desk.built() == [(4, "sigmoid"), (6, "relu")])
    hand.key("ctrl+shift+Right")
    desk.until(lambda: desk.built() == [(6, "relu"), (4, "sigmoid")])
    hand.key("Escape")

    # From the neuron that the keyboard is on to the first of its links, and its weight.
    while canvas.hovered() is None or canvas.hovered()[0] != 1:
        hand.key("Right")
    column, unit = canvas.hovered()
    hand.key("bracketright")
    link = canvas.target()
    assert len(link) == 3
    hand.key("Return", "Tab", "ctrl+a")
    hand.type("-1.25")
    hand.key("Return")
    desk.until(lambda: desk.value(0, "weight", *link[1:]) == -1.25)
    hand.key("Escape", "Escape")
    while canvas.hovered() != (column, unit):
        hand.key("Left" if canvas.hovered() is None or canvas.hovered()[0] > column else "Right")
    hand.key("m")
    desk.until(lambda: desk.layers[0].muted_units == (unit,))

    desk.tab_to(window.field.canvas.accessibleName())
    hand.key("p")
    desk.until(lambda: desk.frame.probed is not None)
    before = desk.frame.probed.inputs
    hand.key("Right", "Right", "Up")
    desk.until(lambda: desk.frame.probed.inputs[0] > before[0] and desk.frame.probed.inputs[1] > before[1])

    hand.key("ctrl+2")
    steps = window.instruments.steps
    desk.tab_to("Draw one")
    hand.key("space")
    desk.until(lambda: steps.step is not None)
    seen = set()
    for _ in range(200):
        seen.add(steps.step.phase)
        if steps.player.at_end:
            break
        hand.key("Right")
    assert seen == {"forward", "loss", "backward", "update"}
    desk.tab_to(steps.apply.text())
    hand.key("space")
    desk.until(lambda: desk.frame.snapshot.step == 1)

    _there_and_back(desk, lambda: hand.key("ctrl+z"), lambda: hand.key("ctrl+shift+z"), start, weights)
