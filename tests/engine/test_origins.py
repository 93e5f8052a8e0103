"""Which numbers an edit that says where its layers come from carries where."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.graft import Kept, Origin

FEATURES = ("x1", "x2", "x1*x2")


def experiment(*layers: Any, features: Any = FEATURES, **changes: Any) -> Experiment:
    """Return a network of layers, each its units or a whole layer, that starts with no two numbers alike."""
    normal = {"kind": "normal", "std": 1.0}
    whole = [{"units": one} if isinstance(one, int) else one for one in layers]
    drawn = {"initializer": normal, "bias_initializer": normal}
    document = {
        "seed": 4,
        "data": {"kind": "moons", "samples": 40},
        "features": list(features),
        "network": {"layers": [drawn | one for one in whole], "output": drawn},
        "training": {"optimizer": {"kind": "adam", "learning_rate": 0.05}},
    }
    return Experiment.parse(document | changes)


def trained(*layers: Any) -> Trainer:
    trainer = Trainer(experiment(*layers))
    assert trainer.advance(epochs=1)
    return trainer


def grafted(before: Any, after: Any, origin: Origin) -> tuple[Any, Any, Any, Kept]:
    """Return the parameters before and after a graft, those of a start, and what it says it kept."""
    trainer = trained(*before)
    old, new = trainer.parameters, experiment(*after)
    kept = trainer.graft(new, origin)
    found = trainer.parameters
    assert trainer.advance(epochs=1)
    return old, found, Trainer(new).parameters, kept


def test_a_layer_that_is_moved_takes_its_weights_along():
    old, new, drawn, kept = grafted((5, 4, 3), (5, 3, 4), Origin((0, 2, 1)))
    np.testing.assert_array_equal(new[0][0], old[0][0])
    np.testing.assert_array_equal(new[1][1], old[2][1])
    np.testing.assert_array_equal(new[1][0][:, :4], old[2][0])  # no longer behind its layer: by position
    np.testing.assert_array_equal(new[1][0][:, 4:], drawn[1][0][:, 4:])
    np.testing.assert_array_equal(new[2][0], old[1][0][:, :3])
    np.testing.assert_array_equal(new[3][0][:, :3], old[3][0])
    assert kept == Kept(
        kept=old[0][0].size + 5 + 3 * 4 + 3 + 4 * 3 + 4 + 3 + 1,
        drawn=3 * 1 + 1 * 1,
        dropped=4 * 2,
    )


def test_units_are_followed_only_by_the_layer_that_was_behind_them():
    units = (None, (2, 0), None)
    old, new, _, _ = grafted((5, 4, 3), (5, 2, 4), Origin((0, 2, 1), units))
    np.testing.assert_array_equal(new[1][1], old[2][1][[2, 0]])
    np.testing.assert_array_equal(new[2][0], old[1][0][:, :2])


def test_two_layers_that_stay_together_keep_what_is_between_them():
    old, new, _, _ = grafted((6, 5, 4), (5, 4, 6), Origin((1, 2, 0)))
    np.testing.assert_array_equal(new[1][0], old[2][0])
    np.testing.assert_array_equal(new[0][1], old[1][1])


def test_features_and_units_have_nothing_in_common():
    old, new, drawn, _ = grafted((5, 4), (4, 5), Origin((1, 0)))
    np.testing.assert_array_equal(new[0][0], drawn[0][0])
    np.testing.assert_array_equal(new[1][0], drawn[1][0])
    np.testing.assert_array_equal(new[0][1], old[1][1])
    np.testing.assert_array_equal(new[1][1], old[0][1])


def test_a_duplicate_starts_with_the_weights_of_its_original():
    old, new, _, kept = grafted((5, 4, 3), (5, 4, 4, 3), Origin((0, 1, 1, 2)))
    np.testing.assert_array_equal(new[1][0], old[1][0])
    np.testing.assert_array_equal(new[2][0][:, :4], old[1][0][:, :4])
    np.testing.assert_array_equal(new[2][1], old[1][1])
    np.testing.assert_array_equal(new[3][0], old[2][0])
    assert kept.dropped == 0
    assert kept.drawn == 0


def test_a_layer_removed_from_the_middle_leaves_the_others_as_they_were():
    old, new, _, kept = grafted((5, 4, 3), (5, 3), Origin((0, 2)))
    for at, source in ((0, 0), (2, 3)):
        np.testing.assert_array_equal(new[at][0], old[source][0])
    np.testing.assert_array_equal(new[1][0][:, :4], old[2][0])
    assert kept == Kept(kept=20 + 3 * 4 + 3 + 4, drawn=3, dropped=4 * 5 + 4)


def test_a_unit_removed_from_the_middle_takes_its_own_links_along_and_no_others():
    units = (None, (0, 2, 3), None)
    old, new, _, kept = grafted((5, 4, 3), (5, 3, 3), Origin((0, 1, 2), units))
    left = [0, 2, 3]
    np.testing.assert_array_equal(new[0][0], old[0][0])
    np.testing.assert_array_equal(new[1][0], old[1][0][left])
    np.testing.assert_array_equal(new[1][1], old[1][1][left])
    np.testing.assert_array_equal(new[2][0], old[2][0][:, left])
    assert kept == Kept(kept=20 + 18 + 12 + 4, drawn=0, dropped=5 + 1 + 3)


def test_units_inserted_and_repeated_stand_where_they_were_put():
    old, new, drawn, kept = grafted((3, 2), (5, 2), Origin((0, 1), ((0, None, 1, 1, 2), None)))
    np.testing.assert_array_equal(new[0][0][[0, 2, 3, 4]], old[0][0][[0, 1, 1, 2]])
    np.testing.assert_array_equal(new[0][0][1], drawn[0][0][1])
    np.testing.assert_array_equal(new[1][0][:, [0, 2, 3, 4]], old[1][0][:, [0, 1, 1, 2]])
    assert (kept.drawn, kept.dropped) == (4 + 2, 0)


def test_units_of_the_last_hidden_layer_are_followed_by_the_output():
    old, new, _, _ = grafted((3, 4), (3, 2), Origin((0, 1), (None, (1, 3))))
    np.testing.assert_array_equal(new[2][0], old[2][0][:, [1, 3]])


def test_pieces_slopes_and_projections_follow_their_units():
    maxout = {"units": 3, "activation": {"kind": "maxout", "pieces": 2}}
    prelu = {"units": 4, "activation": "prelu", "residual": True, "normalization": "batch"}
    trainer = trained(maxout, prelu)
    old = trainer.tensors
    origin = Origin((0, 1), ((2, 0), (3, 1, None)))
    trainer.graft(experiment(maxout | {"units": 2}, prelu | {"units": 3}), origin)
    first, second = trainer.tensors[:2]
    np.testing.assert_array_equal(first["weight"], old[0]["weight"][[2, 0, 5, 3]])
    np.testing.assert_array_equal(first["bias"], old[0]["bias"][[2, 0, 5, 3]])
    for name in ("activation.weight", "normalization.weight", "normalization.running_mean"):
        np.testing.assert_array_equal(second[name][:2], old[1][name][[3, 1]])
    for name in ("weight", "projection.weight"):
        np.testing.assert_array_equal(second[name][:2], old[1][name][np.ix_([3, 1], [2, 0])])


def test_what_the_optimizer_remembers_goes_with_its_units():
    trainer = trained(5, 4)
    memory, state = trainer.optimizer_state, Origin((0, 1), ((4, 2), None))
    trainer.graft(experiment(2, 4), state)
    assert memory.keys() == trainer.optimizer_state.keys()
    for name, layers in trainer.optimizer_state.items():
        np.testing.assert_array_equal(layers[0]["weight"], memory[name][0]["weight"][[4, 2]])
        np.testing.assert_array_equal(layers[1]["weight"], memory[name][1]["weight"][:, [4, 2]])


def test_a_layer_whose_initializer_was_edited_is_drawn_anew():
    trainer = trained(5, 4)
    old, new = trainer.parameters, experiment(5, {"units": 4, "initializer": "he_normal"})
    trainer.graft(new, Origin((0, 1)))
    np.testing.assert_array_equal(trainer.parameters[0][0], old[0][0])
    np.testing.assert_array_equal(trainer.parameters[1][0], Trainer(new).parameters[1][0])


def test_muted_weights_come_along_unheard():
    muted = {"units": 4, "muted_weights": [[1, 0]]}
    trainer = trained(5, 4)
    voice = trainer.parameters[1][0][1, 0]
    trainer.tune(experiment(5, muted))
    moved = {"units": 4, "muted_weights": [[1, 1]]}
    trainer.graft(experiment(6, moved), Origin((0, 1), ((None, 0, 1, 2, 3, 4), None)))
    assert trainer.parameters[1][0][1, 1] == 0
    trainer.tune(experiment(6, 4))
    assert trainer.parameters[1][0][1, 1] == voice


@pytest.mark.parametrize(
    "origin",
    [
        Origin((0,)),
        Origin((0, 2)),
        Origin((0, -1)),
        Origin((0, 1), ((0, 1),)),
        Origin((0, 1), ((0, 1), None)),
        Origin((0, 1), (None, (0, 1, 2, 9))),
    ],
    ids=str,
)
def test_an_origin_of_another_network_changes_nothing(origin):
    trainer, twin = trained(5, 4), trained(5, 4)
    with pytest.raises(ValueError, match="origin"):
        trainer.graft(experiment(5, 4, features=("x1",)), origin)
    assert trainer.experiment == twin.experiment
    np.testing.assert_array_equal(trainer.parameters[0][0], twin.parameters[0][0])


@pytest.mark.parametrize(
    ("origin", "units", "back"),
    [
        (Origin((1, 2, 0)), (3, 3, 3), Origin((2, 0, 1))),
        (Origin((0, 2)), (5, 4, 3), Origin((0, None, 1))),
        (Origin((0, None, 1)), (5, 4), Origin((0, 2))),
        (Origin((0, 0, 1)), (5, 4), Origin((0, 2))),
        (Origin((1, 0), ((2, None, 0), None)), (2, 3), Origin((1, 0), (None, (2, None, 0)))),
        (Origin((), ()), (4,), Origin((None,))),
    ],
)
def test_what_an_edit_moved_goes_back_where_it_came_from(origin, units, back):
    assert origin.inverted(units) == back
