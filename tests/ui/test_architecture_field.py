"""The line above the inspector: layers as text, edited by real keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from engine.experiment import Experiment, Layer, Network
from ui.looks import theme
from ui.panels.architecture_field import ArchitectureField

pytestmark = pytest.mark.usefixtures("themed")


class Field:
    """The field, something else that can have the focus, and what was asked for."""

    def __init__(self, qtbot, experiment, accepts=True):
        self.qtbot, self.experiment, self.accepts = qtbot, experiment, accepts
        self.asked = []
        self.window = QWidget()
        qtbot.addWidget(self.window)
        layout = QVBoxLayout(self.window)
        self.field, self.other = ArchitectureField(), QLineEdit()
        layout.addWidget(self.field)
        layout.addWidget(self.other)
        self.field.networkEdited.connect(self.take)
        self.field.set_theme(theme.LIGHT)
        self.field.show_experiment(experiment)
        self.window.resize(620, 120)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.edit = self.field.edit

    def take(self, network, text, origin):
        self.asked.append((network, text, origin))
        if self.accepts:
            self.experiment = self.experiment.edited(network=network)
            self.field.show_experiment(self.experiment)

    def type(self, text, end=Qt.Key.Key_Return):
        self.edit.setFocus()
        self.edit.selectAll()
        self.qtbot.keyClick(self.edit, Qt.Key.Key_Delete)
        self.qtbot.keyClicks(self.edit, text)
        if end is not None:
            self.qtbot.keyClick(self.edit, end)

    @property
    def problem(self):
        return self.field.problem.text() if self.field.problem.isVisible() else ""


@pytest.fixture
def field(qtbot):
    network = Network(layers=(Layer(units=8, dropout=0.5), Layer(units=4, activation="relu")))
    return Field(qtbot, Experiment(network=network))


def test_the_hidden_layers_are_shown(field):
    assert field.edit.text() == "8 tanh, 4 relu"
    field.field.show_experiment(Experiment(network=Network(layers=())))
    assert field.edit.text() == ""
    assert "no hidden layers" in field.edit.placeholderText()


def test_return_takes_what_was_typed(field):
    field.type("8 tanh, 2x3 ReLU")
    [(network, text, origin)] = field.asked
    assert [(layer.units, layer.activation.kind) for layer in network.layers] == [
        (8, "tanh"),
        (3, "relu"),
        (3, "relu"),
    ]
    assert text == "Layers"
    assert origin.layers[0] == 0, "the first layer is the one it was"
    assert network.layers[0].dropout == 0.5
    assert field.edit.text() == "8 tanh, 3 relu, 3 relu", "as it is written, not as it was typed"


def test_leaving_takes_what_was_typed(field):
    field.type("5 tanh", end=None)
    assert field.asked == []
    field.other.setFocus()
    assert [layer.units for layer in field.asked[0][0].layers] == [5]


def test_a_network_as_it_is_is_not_told(field):
    field.type("8tanh,4relu")
    assert field.asked == []
    assert field.edit.text() == "8 tanh, 4 relu"


def test_an_empty_line_takes_all_layers_out(field):
    field.type("")
    assert field.asked[0][0].layers == ()


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("8 tanhh, 4", "“tanhh” at character 3", "Did you mean tanh?"),
        ("8 qqqq", "“qqqq” at character 3", "such as tanh or relu"),
        ("tanh 8", "“tanh 8” at character 1", "number of neurons, as in 8 tanh"),
        ("8, 9999", "“9999” at character 4", "1 to 1024 neurons"),
        ("99x2", "“99” at character 1", "1 to 16 times"),
        ("9x2, 9x2", "“9x2” at character 6", "more than 16 layers"),
        ("8,, 4", "character 3", "type a layer there"),
    ],
)
def test_a_bad_line_says_where_and_what_to_do_and_changes_nothing(field, text, where, what):
    field.type(text)
    assert where in field.problem
    assert what in field.problem
    assert field.asked == []
    assert field.edit.text() == text, "it stays to be mended"
    assert field.edit.accessibleDescription() == field.problem


def test_the_wrong_word_is_selected_to_be_typed_over(field, qtbot):
    field.type("8 tanhh, 4 relu")
    assert field.edit.selectedText() == "tanhh"
    qtbot.keyClicks(field.edit, "selu")
    assert field.problem == "", "while it is mended nothing complains"
    qtbot.keyClick(field.edit, Qt.Key.Key_Return)
    assert [layer.activation.kind for layer in field.asked[0][0].layers] == ["selu", "relu"]


def test_a_bad_line_stays_when_it_is_left_and_when_the_network_changes(field):
    field.type("8 tanhh", end=None)
    field.other.setFocus()
    assert "tanhh" in field.problem
    field.field.show_experiment(Experiment(network=Network(layers=(Layer(units=2),))))
    assert field.edit.text() == "8 tanhh"


def test_escape_gives_a_bad_line_up(field, qtbot):
    field.type("8 tanhh")
    qtbot.keyClick(field.edit, Qt.Key.Key_Escape)
    assert field.edit.text() == "8 tanh, 4 relu"
    assert field.problem == ""
    assert field.edit.accessibleDescription() == ""
    field.other.setFocus()
    assert field.asked == []


def test_escape_gives_up_before_return_too(field, qtbot):
    field.type("3 relu", end=Qt.Key.Key_Escape)
    assert field.edit.text() == "8 tanh, 4 relu"
    field.other.setFocus()
    assert field.asked == []


def test_an_edit_that_was_refused_shows_the_network_as_it_is(qtbot):
    field = Field(qtbot, Experiment(), accepts=False)
    before = field.edit.text()
    field.type("9 relu")
    assert len(field.asked) == 1
    assert field.edit.text() == before


def test_a_long_message_is_not_cut(field):
    field.type("8 " + "q" * 300)
    label = field.field.problem
    assert "…" in field.problem
    assert label.height() >= label.heightForWidth(label.width())
