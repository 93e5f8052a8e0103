"""What the views draw: everything that can be read off a snapshot of a network.

Examples
--------
>>> from engine.probes import Probe
>>> probe = Probe(trainer.experiment, trainer.data)
>>> tensors = trainer.snapshot().tensors
>>> probe.gradient(tensors).loss
0.21
>>> probe.landscape(tensors, probe.random_directions(tensors)).losses.shape
(64, 64)
"""

from __future__ import annotations

from engine.probes.directions import (
    Coordinate,
    Directions,
    pca_directions,
    slopes_along,
    weight_directions,
)
from engine.probes.fields import Fields, grid_inputs
from engine.probes.gradients import Gradient
from engine.probes.hessian import Curvature
from engine.probes.landscapes import Landscape, Sweep, Trail, project
from engine.probes.probe import Probe
from engine.probes.samples import LayerTrace, Memory, Sample
from engine.probes.slices import Slice
from engine.snapshot import Distribution, LayerStatistics

__all__ = [
    "Coordinate",
    "Curvature",
    "Directions",
    "Distribution",
    "Fields",
    "Gradient",
    "Landscape",
    "LayerStatistics",
    "LayerTrace",
    "Memory",
    "Probe",
    "Sample",
    "Slice",
    "Sweep",
    "Trail",
    "grid_inputs",
    "pca_directions",
    "project",
    "slopes_along",
    "weight_directions",
]
