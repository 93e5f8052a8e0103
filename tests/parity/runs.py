"""The same run here and in PyTorch, from one table and one document.

PyTorch's own distance in float32 from its float64 run says what a run makes of rounding.  It cannot say so
of a run in which a sum comes so near to the kink of a ReLU, two pieces of a maxout so near to each other or
a gradient whose sign alone counts so near to zero that float32 cannot tell the side: from there on two
float32 runs are of two functions, whoever computes them.  Such a run is drawn again, as is one that
diverges; that is decided from PyTorch's two runs alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.parity.counterparts import torch
from tests.parity.tables import trainer_of
from tests.parity.twin import Twin, assert_as_near_as_pytorch, flat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from engine import Trainer
    from tests.parity.tables import Table

EPSILON = 2.0**-23  # of float32
STATISTICS = ("normalization.running_mean", "normalization.running_var")


@dataclass(frozen=True)
class Run:
    """A trainer, and PyTorch with the same tensors in float64 and in float32."""

    trainer: Trainer
    exact: Twin
    single: Twin

    @property
    def twins(self) -> tuple[Twin, Twin]:
        """Both of PyTorch's."""
        return self.exact, self.single

    def step(self, rows: slice, masks: Sequence[Any] | None = None) -> bool:
        """Let PyTorch take one step; return False where it came nearer to a kink than float32 can tell."""
        for each in self.twins:
            each.step(rows, masks)
        for true, rounded in zip(self.exact.bent, self.single.bent, strict=True):
            error = (rounded - true).square().mean().sqrt() + EPSILON * true.square().mean().sqrt()
            # What is exactly zero, as behind a dead unit, is on neither side.
            near = (true.abs() <= 5 * error) & ((true != 0) | (rounded != 0))
            if near.any():
                return False
        return True

    def train_clear_of_kinks(self, epochs: int) -> bool:
        """Train PyTorch's; return False where one comes near to a kink, or diverges."""
        batches = zip(self.exact.batches(epochs), self.single.batches(epochs), strict=True)
        return all(self.step(rows) for rows, _ in batches) and all(
            bool(np.isfinite(flat(each.tensors)).all()) for each in self.twins
        )

    def tensors(self, ignored: tuple[tuple[int, str], ...] = ()) -> list[np.ndarray]:
        """Return all numbers of the trainer, of float64 and of float32, but some tensors of some layers."""
        found = []
        for tensors in (self.trainer.tensors, self.exact.tensors, self.single.tensors):
            for i, name in ignored:
                del tensors[i][name]
            found.append(flat(tensors))
        return found

    def assert_tensors_agree(
        self, ignored: tuple[tuple[int, str], ...] = (), relative: float | None = None
    ) -> None:
        """Fail where a tensor is further from float64 than PyTorch's rounding explains."""
        ours, exact, single = self.tensors(ignored)
        assert np.isfinite(exact).all()
        if relative is None:
            assert_as_near_as_pytorch(ours, single, exact)
        else:
            assert_as_near_as_pytorch(ours, single, exact, relative)

    def assert_losses_agree(self) -> None:
        """The same of the mean loss of all rows in inference."""
        exact, single = (each.assess() for each in self.twins)
        ours = self.trainer.snapshot().losses["train"]
        assert abs(ours - exact) <= 10 * abs(single - exact) + 2e-5 * abs(exact)

    def assert_gradients_agree(self, relative: float = 1e-6) -> None:
        """The same of the gradient of the last step, tensor by tensor.

        A tensor is allowed what the largest of its layer is, since a gradient that is zero but for
        rounding, as that of a bias under batch normalization, has no size of its own.
        """
        layers = zip(self.trainer.tensor_gradient, self.exact.gradient, self.single.gradient, strict=True)
        for ours, exact, single in layers:
            assert ours.keys() == exact.keys()
            size = max(np.abs(g).max() for g in exact.values())
            for name, g in exact.items():
                allowed = 10 * np.abs(single[name] - g).max() + relative * max(np.abs(g).max(), size / 10)
                assert np.abs(ours[name] - g).max() <= allowed, name


def run_of(table: Table, folder: Path, document: dict[str, Any], tensors: Any = None) -> Run:
    """Return a run that has not begun, from tensors or from where the trainer starts."""
    trainer = trainer_of(table, folder, document)
    if tensors is not None:
        trainer.set_tensors(tensors)
    twins = [
        Twin(trainer.experiment, table, trainer.tensors, dtype) for dtype in (torch.float64, torch.float32)
    ]
    return Run(trainer, *twins)


def trained_run(draw: Callable[[int], Run], epochs: int) -> Run:
    """Draw runs until one is finite and clear of kinks, and train it everywhere.

    ``draw`` receives 0, 1, 2, ...
    """
    for attempt in count():
        run = draw(attempt)
        if run.train_clear_of_kinks(epochs):
            break
    assert run.trainer.advance(epochs=epochs)
    return run
