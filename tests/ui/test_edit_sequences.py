"""Any sequence of edits of a network that trains in between can be undone and redone to the bit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.catalog.datasets import Circle, Rings, Sine
from engine.catalog.optimizers import OPTIMIZERS
from engine.errors import UnfoldError
from engine.experiment import Experiment, Layer, Network
from engine.graft import Origin
from engine.weight_edits import Block, Redraw, ResetWeights, SetBlocks, SetNumber
from tests.ui.desk import Desk, assert_same
from ui.editing import edits
from ui.editing.undo import WeightCommand

START = Experiment(seed=2, data=Circle(samples=24), network=Network(layers=(Layer(units=3), Layer(units=2))))
KINDS = (
    "add a layer", "remove a layer", "duplicate a layer", "move a layer",
    "add a neuron", "remove a neuron", "units", "activation", "initializer", "normalization", "features",
    "optimizer", "learning rate", "noise", "data", "seed", "mute", "freeze", "title",
    "number", "block", "redraw", "reset", "undo", "redo",
)  # fmt: skip
FEATURES = (("x1", "x2"), ("x2",), ("x1", "x1*x2", "x2"), ("sin(x1)", "x1"), ("x1",))
ACTIVATIONS = ("tanh", "relu", "prelu", "maxout", "linear")

ACTS = st.tuples(
    st.sampled_from(KINDS),
    st.integers(0, 1000),  # which layer, unit, entry ...: taken modulo their number
    st.integers(0, 1000),
    st.sampled_from([None, None, "drag"]),
    st.integers(0, 3),  # steps of training after it
)


def structural(network: Network, kind: str, a: int, b: int) -> tuple[Network, Origin | None] | None:
    """Return the network after an edit of its layers; None where it is not possible."""
    layers = network.layers
    here = a % len(layers) if layers else 0
    places: list[Any] = list(range(len(layers)))
    units: list[Any] = [None] * len(layers)
    new: list[Any] = list(layers)
    match kind:
        case "add a layer":
            if len(layers) > 4:
                return None
            new.insert(here, Layer(units=1 + b % 4))
            places.insert(here, None)
            units.insert(here, None)
        case "remove a layer" if layers:
            del new[here], places[here], units[here]
        case "duplicate a layer" if 0 < len(layers) < 5:
            new.insert(here, layers[here])
            places.insert(here, here)
            units.insert(here, None)
        case "move a layer" if layers:
            to = b % len(layers)
            new.insert(to, new.pop(here))
            places.insert(to, places.pop(here))
        case "add a neuron" if layers:
            width = layers[here].units
            new[here] = layers[here].edited(units=width + 1)
            put = b % (width + 1)
            units[here] = (*range(put), None, *range(put, width))
        case "remove a neuron" if layers and layers[here].units > 1:
            width = layers[here].units
            new[here] = layers[here].edited(units=width - 1, muted_units=())
            units[here] = tuple(unit for unit in range(width) if unit != b % width)
        case _:
            return None
    return network.edited(layers=tuple(new)), Origin(tuple(places), tuple(units))


def changed_layer(network: Network, kind: str, a: int, b: int) -> Network | None:
    """Return the network with one layer edited in place."""
    if not network.layers:
        return None
    here = a % len(network.layers)
    layer = network.layers[here]
    changes = {
        "units": {"units": 1 + b % 5},
        "activation": {"activation": ACTIVATIONS[b % len(ACTIVATIONS)]},
        "initializer": {"initializer": ("he_normal", "zeros", "glorot_uniform")[b % 3]},
        "normalization": {
            "normalization": ("none", "batch", "layer")[b % 3],
            "dropout": (0.0, 0.3)[b % 2],
            "residual": b % 5 == 0,
        },
        "mute": {"muted_units": (b % layer.units,), "muted_weights": ((b % layer.units, 0),)},
        "freeze": {"frozen": b % 2 == 0, "frozen_weights": ((b % layer.units, 0),)},
    }[kind]
    layers = network.layers[:here], network.layers[here + 1 :]
    document = layer.model_dump() | changes
    return network.edited(layers=(*layers[0], Layer.model_validate(document).edited(), *layers[1]))


def edited(now: Experiment, kind: str, a: int, b: int) -> tuple[Experiment, Origin | None] | None:
    """Return the experiment after an edit; None where it is not possible."""
    training = now.training
    match kind:
        case "features":
            return edits.with_features(now, FEATURES[a % len(FEATURES)]), None
        case "optimizer":
            optimizer = OPTIMIZERS[a % len(OPTIMIZERS)]()
            return edits.with_training(now, training.edited(optimizer=optimizer)), None
        case "learning rate":
            optimizer = training.optimizer.edited(learning_rate=0.001 * (1 + a % 50))
            return edits.with_training(now, training.edited(optimizer=optimizer)), None
        case "noise":
            return edits.with_data(now, now.data.edited(noise=(a % 5) / 10)), None
        case "data":
            data = (Circle(samples=24), Rings(samples=30), Sine(samples=20), Circle(samples=30))[a % 4]
            return edits.with_data(now, data), None
        case "seed":
            return edits.edited(now, seed=a % 3), None
        case "title":
            return edits.edited(now, title=f"No. {a}"), None
        case "units" | "activation" | "initializer" | "normalization" | "mute" | "freeze":
            network = changed_layer(now.network, kind, a, b)
            return None if network is None else (edits.edited(now, network=network), None)
    found = structural(now.network, kind, a, b)
    return None if found is None else (edits.edited(now, network=found[0]), found[1])


def weight_edit(desk: Desk, kind: str, a: int, b: int) -> Any:
    tensors = desk.trainer.tensors
    layer = a % len(tensors)
    name = ("weight", "bias")[b % 2]
    shape = tensors[layer][name].shape
    match kind:
        case "number":
            return SetNumber(layer, name, tuple(b % n for n in shape), b / 500)
        case "block":
            table = tensors[layer][name].reshape(shape[0], -1)
            row, column = (b % n for n in table.shape)
            values = table[row:, column:][::-1].tolist()
            return SetBlocks((Block(layer, name, row, column, tuple(map(tuple, values))),))
        case "redraw":
            return Redraw(layer, *((), (0,), (0, 0))[b % 3])
    return ResetWeights()


class Model:
    """What must hold at both ends of the history."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.first = desk.document.experiment
        self.bottom = desk.weights()

    def look(self) -> None:
        """Note the weights as long as no command that touches weights is done."""
        stack = self.desk.stack
        commands = [stack.command(i) for i in range(stack.index())]
        if not any(isinstance(one, WeightCommand) or one._touches_weights for one in commands):
            self.bottom = self.desk.weights()

    def act(self, kind: str, a: int, b: int, merge: str | None) -> None:
        desk = self.desk
        if kind in ("undo", "redo"):
            getattr(desk.stack, kind)()
        elif kind in ("number", "block", "redraw", "reset"):
            desk.document.edit_weights(weight_edit(desk, kind, a, b), kind, merge and (merge, kind))
        else:
            try:
                found = edited(desk.document.experiment, kind, a, b)
            except UnfoldError:
                return  # as in the window: what is not valid is no edit
            if found is not None:
                desk.document.apply(found[0], kind, merge and (merge, kind), found[1])
        assert not desk.faults, desk.faults
        assert not any(isinstance(report, Exception) for report in desk.reports), desk.reports


@pytest.mark.timeout(120)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ACTS, min_size=1, max_size=10))
def test_undoing_all_gives_the_first_network_and_redoing_all_the_last(qapp, acts):
    desk = Desk(START)
    model = Model(desk)
    for kind, a, b, merge, batches in acts:
        model.look()
        model.act(kind, a, b, merge)
        model.look()
        desk.train(batches)
        assert desk.trainer.experiment == desk.document.experiment
    model.look()
    desk.redo_all()
    experiment, last = desk.document.experiment, desk.weights()
    for _ in range(2):
        desk.undo_all()
        assert desk.document.experiment == desk.trainer.experiment == model.first
        assert_same(desk.weights(), model.bottom)
        desk.redo_all()
        assert desk.document.experiment == desk.trainer.experiment == experiment
        assert_same(desk.weights(), last)
    assert not desk.faults, desk.faults
