"""What belongs to no entry of the catalog, and NaN in a network: training stops, nothing is made up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.catalog.activations import ACTIVATIONS
from engine.catalog.losses import LOSS_RULES
from engine.catalog.optimizers import RULES
from engine.kernels import layout, passes
from engine.kernels.jit import kernel
from tests.engine.twins import flat, table, trainer_of

_multiply_slope = passes.SLOPES.call


@pytest.mark.parametrize("code", [len(ACTIVATIONS), 99, -3])
def test_unknown_activation_yields_nan(code):
    trainer = trainer_of(table(18), [{"units": 3}])
    trainer._machine.network.layers[0, layout.ACTIVATION] = code
    assert np.isnan(trainer.predict([[0.0, 0.0]])).all()
    assert np.isnan(trainer._fields.field(16, (0, 1), None)).all()
    assert not trainer.advance(batches=1)
    zeros, deltas = np.zeros(16, np.float32), np.ones(16, np.float32)
    multiply_slope(code, zeros, deltas, np.zeros(4))
    assert np.isnan(deltas).all()


@pytest.mark.parametrize(
    ("which", "count"),
    [(layout.LOSS, len(LOSS_RULES)), (layout.RULE, len(RULES))],
    ids=["loss", "rule"],
)
def test_unknown_codes_of_training_stop_it(which, count):
    for code in (count, 99, -1):
        trainer = trainer_of(table(19), [{"units": 3}])
        before = flat(trainer.parameters)
        trainer._machine.learning.codes[which] = code
        assert not trainer.advance(batches=1)
        np.testing.assert_array_equal(flat(trainer.parameters), before)


@kernel
def multiply_slope(code: Any, x: Any, deltas: Any, numbers: Any) -> None:
    """Multiply by the slope of one of the catalog's activations.  Modified in place: deltas."""
    _multiply_slope(code, (x, 0, x, deltas, 0, deltas.size, numbers))


@pytest.mark.parametrize("where", ["feature", "weight", "bias"])
def test_nan_in_the_network_stops_training(where):
    trainer = trainer_of(table(20), [{"units": 5, "activation": "relu"}] * 2)
    if where == "feature":
        trainer._machine.train_rows.features[0] = np.nan
    else:
        row = trainer._machine.network.layers[0]
        trainer._machine.network.parameters[row[layout.KERNEL if where == "weight" else layout.BIAS_AT]] = (
            np.nan
        )
    assert not trainer.advance(epochs=1)
    assert trainer.step == 0
