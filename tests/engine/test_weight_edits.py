"""Edits of single weights, of tensors, and of all: what they change, and what they leave alone."""

from __future__ import annotations

import numpy as np
import pytest

from engine import Trainer, WeightsError
from engine.weight_edits import Block, Redraw, ResetWeights, SetBlocks, SetNumber, SetTensors, replaces
from tests.engine.small import assert_same, experiment

MAXOUT = {"units": 5, "activation": {"kind": "maxout", "pieces": 2}}
RICH = {"units": 4, "normalization": "batch", "activation": "prelu", "residual": True}


def trained(optimizer="adam", layers=(MAXOUT, RICH), **more):
    training = {"optimizer": optimizer}
    trainer = Trainer(experiment(network={"layers": list(layers)}, training=training, **more))
    assert trainer.advance(epochs=2)
    assert trainer.advance(batches=1)
    return trainer


def edited(before, after):
    """Return which numbers differ, by layer and name."""
    return {
        (i, name): np.argwhere(layer[name] != after[i][name]).tolist()
        for i, layer in enumerate(before)
        for name in layer
        if (layer[name] != after[i][name]).any()
    }


def test_one_number_is_set_and_nothing_else():
    trainer = trained()
    before, memory = trainer.tensors, trainer.optimizer_state
    trainer.edit_weights(SetNumber(1, "weight", (3, 1), 0.5))
    trainer.edit_weights(SetNumber(2, "bias", (0,), -2.0))
    after = trainer.tensors
    assert edited(before, after) == {(1, "weight"): [[3, 1]], (2, "bias"): [[0]]}
    assert (after[1]["weight"][3, 1], after[2]["bias"][0]) == (0.5, -2.0)
    for name, layers in trainer.optimizer_state.items():
        assert edited(memory[name], layers) == {(1, "weight"): [[3, 1]], (2, "bias"): [[0]]}
        assert (layers[1]["weight"][3, 1], layers[2]["bias"][0]) == (0, 0)


def test_counters_and_chance_go_on_after_an_edit():
    trainer, twin = trained(), trained()
    trainer.edit_weights(SetNumber(0, "weight", (0, 0), 3.0))
    assert (trainer.epoch, trainer.step, trainer.batch) == (twin.epoch, twin.step, twin.batch)
    for one in (trainer, twin):
        assert one.advance(epochs=2)
    for name in ("order", "order_state", "counters"):
        np.testing.assert_array_equal(
            getattr(trainer._machine.learning, name), getattr(twin._machine.learning, name)
        )


def test_a_block_sets_a_tensor_as_a_whole():
    trainer = trained()
    before = trainer.tensors
    weight = before[2]["weight"][:, ::-1]
    whole = Block(2, "weight", 0, 0, tuple(map(tuple, weight.tolist())))
    vector = Block(1, "normalization.running_var", 0, 0, ((1.0,), (2.0,), (3.0,), (4.0,)))
    trainer.edit_weights(SetBlocks((whole, vector)))
    np.testing.assert_array_equal(trainer.tensors[2]["weight"], weight)
    assert trainer.tensors[1]["normalization.running_var"].tolist() == [1, 2, 3, 4]
    assert edited(before, trainer.tensors).keys() == {(2, "weight"), (1, "normalization.running_var")}
    assert trainer.advance(epochs=1)


def test_blocks_set_their_numbers_and_restart_their_memory_alone():
    trainer = trained()
    before, memory = trainer.tensors, trainer.optimizer_state
    weights = Block(1, "weight", 1, 2, ((10.0, 11.0), (12.0, 13.0)))
    biases = Block(1, "bias", 2, 0, ((14.0,), (15.0,)))
    trainer.edit_weights(SetBlocks((weights, biases, Block(1, "weight", 2, 3, ((16.0,),)))))
    after = trainer.tensors[1]
    assert after["weight"][1:3, 2:4].tolist() == [[10, 11], [12, 16]]
    assert after["bias"][2:].tolist() == [14, 15]
    places = {(1, "weight"): [[1, 2], [1, 3], [2, 2], [2, 3]], (1, "bias"): [[2], [3]]}
    assert edited(before, trainer.tensors) == places
    for name, layers in trainer.optimizer_state.items():
        assert edited(memory[name], layers) == places
        assert not layers[1]["weight"][1:3, 2:4].any()
        assert not layers[1]["bias"][2:].any()


def test_what_is_muted_beside_a_block_keeps_its_number():
    trainer = trained(layers=({"units": 5, "muted_weights": [[1, 0]]},))
    heard = {"network": {"layers": [{"units": 5}]}, "training": {"optimizer": "adam"}}
    twin = Trainer(trainer.experiment)
    twin.restore(trainer.checkpoint())
    trainer.edit_weights(SetBlocks((Block(0, "weight", 2, 0, ((1.0, 2.0),)),)))
    for one in (trainer, twin):
        one.tune(experiment(**heard))
    assert trainer.tensors[0]["weight"][1, 0] == twin.tensors[0]["weight"][1, 0] != 0


def test_a_redrawn_layer_is_another_draw_of_its_initializer():
    trainer = trained()
    before, start = trainer.tensors, Trainer(trainer.experiment).tensors
    trainer.edit_weights(Redraw(1))
    after = trainer.tensors
    assert {layer for layer, _ in edited(before, after)} == {1}
    assert (after[1]["weight"] != before[1]["weight"]).all()
    assert (after[1]["weight"] != start[1]["weight"]).all()
    limit = np.sqrt(6 / (5 + 4))
    assert (np.abs(after[1]["weight"]) <= limit).all()
    for name in ("bias", "normalization.weight", "normalization.running_mean", "activation.weight"):
        np.testing.assert_array_equal(after[1][name], start[1][name])
    for layers in trainer.optimizer_state.values():
        assert not any(array.any() for array in layers[1].values())
        assert layers[0]["weight"].any()


def test_a_redraw_can_be_repeated_and_differs_at_another_step():
    trainer, twin = trained(), trained()
    for one in (trainer, twin, twin):
        one.edit_weights(Redraw(0))
    assert_same(trainer, twin)
    assert twin.advance(batches=1)
    twin.edit_weights(Redraw(0))
    assert (trainer.tensors[0]["weight"] != twin.tensors[0]["weight"]).all()


def test_several_layers_are_drawn_anew_together_as_each_would_be_alone():
    together, apart = trained(), trained()
    together.edit_weights(Redraw((0, 2)))
    for layer in (0, 2):
        apart.edit_weights(Redraw(layer))
    assert {layer for layer, _ in edited(trained().tensors, together.tensors)} == {0, 2}
    assert_same(together, apart)


def test_a_redrawn_unit_takes_all_its_pieces_and_no_other_unit():
    trainer = trained()
    before = trainer.tensors
    trainer.edit_weights(Redraw(0, 2))
    assert edited(before, trainer.tensors) == {
        (0, "weight"): [[2, 0], [2, 1], [7, 0], [7, 1]],
        (0, "bias"): [[2], [7]],
    }
    before = trainer.tensors
    trainer.edit_weights(Redraw(1, 3))
    found = edited(before, trainer.tensors)
    assert found[1, "weight"] == found[1, "projection.weight"] == [[3, i] for i in range(5)]
    assert found[1, "activation.weight"] == found[1, "normalization.weight"] == [[3]]


def test_a_redrawn_weight_is_one_link():
    trainer = trained()
    before = trainer.tensors
    trainer.edit_weights(Redraw(0, 4, 1))
    assert edited(before, trainer.tensors) == {(0, "weight"): [[4, 1], [9, 1]]}
    before = trainer.tensors
    trainer.edit_weights(Redraw(2, 0, 3))
    assert edited(before, trainer.tensors) == {(2, "weight"): [[0, 3]]}


def test_an_edited_weight_that_is_muted_is_heard_of_later():
    muted = {"units": 5, "muted_weights": [[1, 0]]}
    trainer = trained(layers=(muted,))
    trainer.edit_weights(SetNumber(0, "weight", (1, 0), 7.0))
    assert trainer.tensors[0]["weight"][1, 0] == 0
    trainer.tune(experiment(network={"layers": [{"units": 5}]}, training={"optimizer": "adam"}))
    assert trainer.tensors[0]["weight"][1, 0] == 7


def test_lbfgs_begins_afresh_after_an_edit():
    trainer = trained("lbfgs", layers=({"units": 3},))
    trainer.edit_weights(SetNumber(0, "weight", (0, 0), 0.25))
    twin = Trainer(trainer.experiment)
    twin.set_tensors(trainer.tensors)
    for one in (trainer, twin):
        assert one.advance(batches=3)
    for layer, other in zip(trainer.tensors, twin.tensors, strict=True):
        np.testing.assert_array_equal(layer["weight"], other["weight"])


def test_what_has_diverged_goes_on_after_an_edit():
    wild = experiment(
        data={"kind": "reg_plane", "samples": 40},
        network={"layers": []},
        training={"loss": "mse", "optimizer": {"kind": "sgd", "learning_rate": 100.0}},
    )
    trainer = Trainer(wild)
    assert not trainer.advance(epochs=1000)
    trainer.edit_weights(SetBlocks((Block(0, "weight", 0, 0, ((0.0, 0.0),)),)))
    assert trainer.diverged is None


def test_reset_begins_the_run_anew():
    trainer = trained()
    trainer.edit_weights(ResetWeights())
    assert_same(trainer, Trainer(trainer.experiment))


def test_weights_of_a_file_are_taken_as_they_are():
    trainer = trained()
    saved, step = trainer.tensors, trainer.step
    trainer.edit_weights(Redraw(1))
    trainer.edit_weights(SetTensors(saved))
    assert edited(saved, trainer.tensors) == {}
    assert trainer.step == step


def blocks(*of_the_second):
    """Return an edit whose first block would fit."""
    return SetBlocks((Block(0, "bias", 0, 0, ((5.0,),)), Block(*of_the_second)))


WRONG = {
    "no layer": (SetNumber(3, "weight", (0, 0), 1.0), "there is no layer 3"),
    "no layer below 0": (Redraw(-1), "there is no layer -1"),
    "no tensor": (SetNumber(2, "activation.weight", (0,), 1.0), "no such tensor"),
    "no number": (SetNumber(1, "weight", (4, 0), 1.0), "no number"),
    "a negative place": (SetNumber(1, "weight", (-1, 0), 1.0), "no number"),
    "a row": (SetNumber(1, "weight", (1,), 1.0), "no number"),
    "nan": (SetNumber(1, "weight", (0, 0), float("nan")), "not a finite number"),
    "too large": (SetNumber(1, "weight", (0, 0), 1e39), "not a finite number"),
    "a negative variance": (SetNumber(1, "normalization.running_var", (0,), -1.0), "cannot be negative"),
    "ragged rows": (blocks(2, "weight", 0, 0, ((1.0,), (1.0, 2.0))), "must be an array of numbers"),
    "too wide a block": (blocks(1, "bias", 0, 0, ((1.0, 2.0),)), "do not fit"),
    "too high a block": (blocks(1, "bias", 3, 0, ((1.0,), (2.0,))), "do not fit"),
    "a block before the first row": (blocks(1, "weight", -1, 0, ((1.0,),)), "do not fit"),
    "an empty block": (blocks(1, "weight", 0, 0, ((),)), "do not fit"),
    "a block of no tensor": (blocks(2, "activation.weight", 0, 0, ((1.0,),)), "no such tensor"),
    "a block of no layer": (blocks(3, "weight", 0, 0, ((1.0,),)), "there is no layer 3"),
    "nan in a block": (blocks(1, "weight", 0, 0, ((1.0, float("nan")),)), "not a finite number"),
    "no unit": (Redraw(1, 4), "there is no unit 4"),
    "no input": (Redraw(1, 0, 5), "there is no input 5"),
    "one of several layers is missing": (Redraw((0, 3)), "there is no layer 3"),
    "a unit of several layers": (Redraw((0, 1), 0), "as a whole"),
    "an input of no unit": (Redraw(1, None, 0), "needs a unit"),
    "tensors of another network": (SetTensors(()), "layers"),
}


@pytest.mark.parametrize(("edit", "message"), WRONG.values(), ids=WRONG)
def test_an_edit_that_does_not_fit_changes_nothing(edit, message):
    trainer, twin = trained(), trained()
    with pytest.raises(WeightsError, match=message):
        trainer.edit_weights(edit)
    assert_same(trainer, twin)


def test_only_the_same_number_or_block_is_replaced():
    number = SetNumber(0, "weight", (0, 1), 1.0)
    assert replaces(SetNumber(0, "weight", (0, 1), 2.0), number)
    assert not replaces(SetNumber(0, "weight", (1, 0), 2.0), number)
    assert not replaces(SetNumber(1, "weight", (0, 1), 2.0), number)
    block = SetBlocks((Block(0, "bias", 1, 0, ((1.0,), (2.0,))),))
    assert replaces(SetBlocks((Block(0, "bias", 1, 0, ((3.0,), (4.0,))),)), block)
    assert not replaces(SetBlocks((Block(0, "bias", 1, 0, ((3.0,),)),)), block)
    assert not replaces(SetBlocks((Block(0, "weight", 1, 0, ((3.0,), (4.0,))),)), block)
    assert not replaces(SetBlocks((*block.blocks, *block.blocks)), block)
    assert not replaces(block, number)
    assert not replaces(Redraw(0), Redraw(0))
    assert not replaces(ResetWeights(), ResetWeights())
