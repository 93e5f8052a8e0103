"""The gradient by nudging: what the loss of the sample is with one number a little smaller and larger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine import reference
from engine.walkthrough.steps import Check

if TYPE_CHECKING:
    from engine.walkthrough.scene import Scene

NUDGE = 1e-4


class Nudger:
    """Evaluates the loss of a scene's sample with one number of a tensor moved."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._tensors = [
            {name: np.array(array, np.float64) for name, array in layer.items()} for layer in scene.tensors
        ]

    def loss(self) -> float:
        """Return the loss as the tensors stand."""
        scene = self._scene
        with np.errstate(all="ignore"):
            traces = reference.forward(
                scene.experiment, scene.plan.activation, self._tensors, scene.sample.features[None]
            )
            numbers = scene.experiment.training.loss.numbers()
            return reference.mean_loss(scene.plan.rule, numbers, traces[-1], scene.sample.target[None])

    def check(self, layer: int, name: str, index: tuple[int, ...]) -> Check:
        """Nudge one number down and up, and put it back."""
        array = self._tensors[layer][name]
        value, losses = float(array[index]), []
        for moved in (value - NUDGE, value + NUDGE):
            array[index] = moved
            losses.append(self.loss())
        array[index] = value
        gradient = float(self._scene.sample.layers[layer].gradient[name][index])
        return Check(gradient, NUDGE, *losses)

    def loss_of(self, tensors: list[dict[str, np.ndarray]]) -> float:
        """Return the loss of the sample with other tensors."""
        kept, self._tensors = self._tensors, tensors
        found = self.loss()
        self._tensors = kept
        return found
