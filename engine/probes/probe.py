"""All probes of one network, in one place."""

from __future__ import annotations

from engine.probes import directions, gradients, hessian, landscapes, points, samples, slices, statistics
from engine.probes.bench import Bench


class Probe(Bench):
    """Everything that can be read off a snapshot of one experiment on one set of data.

    It has arrays of its own, so that a run goes on undisturbed, in another thread too; but a probe is for one
    thread at a time.  Every function takes ``Snapshot.tensors`` and returns frozen values and read-only
    arrays.

    Parameters
    ----------
    experiment, data
        Those of the run.  Another experiment needs another probe, which is built in a millisecond.

    Raises
    ------
    ExperimentError, DataError
        Where the output layer or the loss does not fit the data.
    """

    field = slices.field
    layer_statistics = statistics.layer_statistics
    gradient = gradients.gradient
    at_point = points.at_point
    one_sample = samples.one_sample
    random_directions = directions.random_directions
    landscape = landscapes.landscape
    sweep = landscapes.sweep
    top_eigenvalue = hessian.top_eigenvalue
