"""What is trained: the same numbers for everyone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Parameters = list[tuple[Floats, Floats]]

PLAIN = {"kind": "sgd", "learning_rate": 0.03}


@dataclass(frozen=True)
class Work:
    """A regression under the mean squared error, in whole batches, in the order of the rows.

    Parameters
    ----------
    widths : tuple of int
        Inputs, units of every hidden layer, outputs.
    activation : {"tanh", "relu"}
        That of the hidden layers; the output is linear.
    rows, batch : int
        Samples of an epoch, a multiple of those of a step.
    optimizer : dict
        As in a document.
    """

    widths: tuple[int, ...]
    activation: str
    rows: int
    batch: int
    optimizer: dict[str, Any] = field(default_factory=lambda: dict(PLAIN))

    def __post_init__(self) -> None:
        assert self.rows % self.batch == 0

    @property
    def network(self) -> str:
        """The widths and the activation, for people."""
        widths = "-".join(map(str, self.widths))
        if len(self.widths) > 6 and len(set(self.widths[1:-1])) == 1:
            widths = f"{self.widths[0]}-{self.widths[1]}x{len(self.widths) - 2}-{self.widths[-1]}"
        return f"{widths} {'ReLU' if self.activation == 'relu' else self.activation}"

    @property
    def name(self) -> str:
        """Network, samples and batch, for people."""
        return f"{self.network}, {self.rows}, {self.batch}"

    @property
    def operations(self) -> int:
        """Additions and multiplications of an epoch's matrix products."""
        pairs = list(zip(self.widths[:-1], self.widths[1:], strict=True))
        return self.rows * (6 * sum(i * o for i, o in pairs) - 2 * pairs[0][0] * pairs[0][1])

    def data(self) -> tuple[Floats, Floats]:
        """Return inputs and targets, which no network can learn: so the gradients stay of one size."""
        rng = np.random.default_rng(0)
        inputs = rng.uniform(-1, 1, (self.rows, self.widths[0])).astype(np.float32)
        return inputs, rng.uniform(-1, 1, (self.rows, self.widths[-1])).astype(np.float32)

    def parameters(self) -> Parameters:
        """Return initial (weight (out, in), bias (out,)) of every layer."""
        rng = np.random.default_rng(1)
        return [
            ((rng.normal(size=(o, i)) / np.sqrt(i)).astype(np.float32), np.zeros(o, np.float32))
            for i, o in zip(self.widths[:-1], self.widths[1:], strict=True)
        ]


NETWORKS = (
    Work((2, 4, 2, 1), "tanh", 250, 10),
    Work((2, 8, 8, 1), "tanh", 250, 10),
    Work((2, 32, 32, 1), "tanh", 250, 10),
    Work((7, 8, 8, 8, 8, 8, 8, 1), "tanh", 250, 10),
    Work((64, 64, 32, 10), "relu", 1792, 32),
    Work((64, 128, 128, 10), "relu", 1792, 128),
    Work((784, 128, 64, 10), "relu", 1792, 128),
)

OPTIMIZERS = {
    "SGD, momentum": {"kind": "sgd", "learning_rate": 0.01, "momentum": 0.9},
    "RMSprop": {"kind": "rmsprop", "learning_rate": 0.001},
    "Adagrad": {"kind": "adagrad", "learning_rate": 0.01},
    "Adadelta": {"kind": "adadelta", "learning_rate": 1.0},
    "Adam": {"kind": "adam", "learning_rate": 0.001},
    "AdamW": {"kind": "adamw", "learning_rate": 0.001},
    "AMSGrad": {"kind": "amsgrad", "learning_rate": 0.001},
    "NAdam": {"kind": "nadam", "learning_rate": 0.002},
    "RAdam": {"kind": "radam", "learning_rate": 0.001},
    "Adamax": {"kind": "adamax", "learning_rate": 0.002},
    "Rprop": {"kind": "rprop", "learning_rate": 0.01},
}
