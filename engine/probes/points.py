"""One point on its way through the network, as the kernels compute it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.kernels import layout
from engine.kernels.evaluate import evaluate
from engine.output import probabilities
from engine.probes.bench import read_only
from engine.program import flat_rows
from engine.snapshot import Probed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.probes.bench import Bench, State

_NO_TARGETS = np.zeros(0, np.float32)
_ALIKE = np.zeros(0)
_FIRST = np.zeros(1, np.int64)


def at_point(bench: Bench, tensors: State, inputs: Sequence[float]) -> Probed:
    """Return every unit's activation and the network's answer at raw inputs, as in inference.

    The numbers are those of ``Trainer.predict`` to the last bit; where a feature has no finite value there,
    they are not finite either.

    Parameters
    ----------
    tensors : sequence of mappings
        A snapshot's.
    inputs : sequence of float
        (inputs,), raw.

    Raises
    ------
    ValueError
        Where tensors or inputs do not fit.
    """
    bench.load(tensors)
    given = tuple(float(value) for value in inputs)
    with np.errstate(all="ignore"):
        features = bench.data.features_of([given])
    outputs = np.zeros((1, bench.data.outputs), np.float32)
    rows = flat_rows(features)
    evaluate(bench.network, bench.work, bench.learning, rows, _NO_TARGETS, _FIRST, _ALIKE, outputs)
    activations = [features[0]]
    for at, units in bench.network.layers[:, [layout.OUT_AT, layout.OUTPUTS]].tolist():
        activations.append(bench.work.outputs[at : at + units].copy())
    answer = probabilities(outputs, bench.data, bench.plan)[0].copy()
    return Probed(given, tuple(map(read_only, activations)), read_only(answer))
