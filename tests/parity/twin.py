"""The same network, loss and optimizer in PyTorch: what stands for what, and a plain training loop.

Nothing here asks the engine how it computes; only the document and the catalog's keys are shared.  A
catalog entry without a counterpart raises ``KeyError``, and the suite fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed (the extra `parity`)")
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine import Experiment
    from tests.parity.tables import Table

torch.set_num_threads(1)

TIMES, RELATIVE = 10, 2e-5

# Catalog key -> what makes its counterpart from an entry.

ACTIVATIONS = {
    "linear": lambda a: nn.Identity(),
    "sigmoid": lambda a: nn.Sigmoid(),
    "tanh": lambda a: nn.Tanh(),
    "relu": lambda a: nn.ReLU(),
    "leaky_relu": lambda a: nn.LeakyReLU(a.negative_slope),
    "elu": lambda a: nn.ELU(a.alpha),
}

# Where a derivative jumps: there float32 may take either side.
KINKS = {"relu": 0.0, "leaky_relu": 0.0, "elu": 0.0}

# For the output layer alone.
OUTPUT_ACTIVATIONS = {"softmax": lambda a: nn.Softmax(dim=1)}

# The targets of "not this class" and "this class" under a squared loss.
CLASS_TARGETS = {
    "linear": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "relu": (0.0, 1.0),
    "leaky_relu": (-1.0, 1.0),
    "elu": (-1.0, 1.0),
    "softmax": (0.0, 1.0),
}

# Of the weighted sums, the output activation, and the targets (for cross-entropy: the classes).
LOSSES = {
    "mse": lambda z, f, t: F.mse_loss(f(z), t),
    "half_squared_error": lambda z, f, t: F.mse_loss(f(z), t, reduction="sum") / (2 * len(z)),
    "cross_entropy": lambda z, f, t: (
        F.binary_cross_entropy_with_logits(z[:, 0], t.to(z.dtype))
        if z.shape[1] == 1
        else F.cross_entropy(z, t)
    ),
}

OPTIMIZERS = {
    "sgd": lambda groups, o: torch.optim.SGD(
        groups, lr=o.learning_rate, momentum=o.momentum, nesterov=o.nesterov and o.momentum > 0
    ),
    "rmsprop": lambda groups, o: torch.optim.RMSprop(
        groups, lr=o.learning_rate, alpha=o.alpha, eps=o.epsilon
    ),
    "adagrad": lambda groups, o: torch.optim.Adagrad(groups, lr=o.learning_rate, eps=o.epsilon),
    "adam": lambda groups, o: torch.optim.Adam(
        groups, lr=o.learning_rate, betas=(o.beta1, o.beta2), eps=o.epsilon
    ),
}

# The weight decay of the weights' parameter group, and the threshold of a soft shrinkage after each step.
REGULARIZERS = {
    "none": lambda r: (0.0, 0.0),
    "l1": lambda r: (0.0, r.rate),
    "l2": lambda r: (r.rate, 0.0),
}

INITIALIZERS = {
    "zeros": lambda i, w: nn.init.zeros_(w),
    "uniform": lambda i, w: nn.init.uniform_(w, -i.limit, i.limit),
    "normal": lambda i, w: nn.init.normal_(w, 0.0, i.std),
    "glorot_uniform": lambda i, w: nn.init.xavier_uniform_(w),
    "glorot_normal": lambda i, w: nn.init.xavier_normal_(w),
    "he_uniform": lambda i, w: nn.init.kaiming_uniform_(w, nonlinearity="relu"),
    "he_normal": lambda i, w: nn.init.kaiming_normal_(w, nonlinearity="relu"),
}


def output_activation(experiment: Experiment, table: Table) -> Any:
    """Return the output layer's entry or, for "auto", the key the documentation promises."""
    chosen = experiment.network.output.activation
    if chosen.kind != "auto":
        return chosen.kind, chosen
    if not table.classes:
        return "linear", None
    if experiment.training.loss.kind == "cross_entropy":
        return ("sigmoid" if table.classes == 2 else "softmax"), None
    return ("tanh" if table.classes == 2 else "softmax"), None


class Twin:
    """An experiment in PyTorch, from given weights.

    Parameters
    ----------
    experiment : Experiment
        Without shuffling and dropout.
    table : Table
        All rows are trained on, in their order.
    parameters : sequence of (weight, bias)
        The initial ones.
    dtype : torch.dtype
        What everything is computed in.
    """

    def __init__(self, experiment: Experiment, table: Table, parameters: Sequence[Any], dtype: Any) -> None:
        self.training = experiment.training
        self.bent: list[Any] = []  # of the last forward pass, the sums that activations with a kink received
        self.inputs = torch.tensor(table.inputs, dtype=dtype)
        kind, entry = output_activation(experiment, table)
        self.output = {**ACTIVATIONS, **OUTPUT_ACTIVATIONS}[kind](entry)
        self.targets = _targets(table, self.training.loss.kind, CLASS_TARGETS.get(kind), dtype)
        modules: list[Any] = []
        for layer in experiment.network.layers:
            modules += [nn.LazyLinear(layer.units), ACTIVATIONS[layer.activation.kind](layer.activation)]
            if layer.activation.kind in KINKS:
                modules[-1].register_forward_pre_hook(self._note_sums)
        modules.append(nn.LazyLinear(table.outputs))
        self.linears = [module for module in modules if isinstance(module, nn.Linear)]
        self.model = nn.Sequential(*modules)
        self.model(self.inputs[:1].float())
        self.model.to(dtype)
        self.set_parameters(parameters)
        decay, self.threshold = REGULARIZERS[self.training.regularizer.kind](self.training.regularizer)
        groups = [
            {"params": [linear.weight for linear in self.linears], "weight_decay": decay},
            {"params": [linear.bias for linear in self.linears], "weight_decay": 0.0},
        ]
        self.optimizer = OPTIMIZERS[self.training.optimizer.kind](groups, self.training.optimizer)

    def _note_sums(self, module: Any, arguments: tuple[Any, ...]) -> None:
        self.bent.append(arguments[0].detach().double())

    def set_parameters(self, parameters: Sequence[Any]) -> None:
        """Replace all weights and biases."""
        with torch.no_grad():
            for linear, (weight, bias) in zip(self.linears, parameters, strict=True):
                linear.weight.copy_(torch.tensor(weight))
                linear.bias.copy_(torch.tensor(bias))

    def loss(self, rows: slice = slice(None)) -> Any:
        """Return the mean loss of some rows."""
        return LOSSES[self.training.loss.kind](self.model(self.inputs[rows]), self.output, self.targets[rows])

    def train(self, epochs: int) -> None:
        """Train in batches in the order of the rows, the last of an epoch being what is left."""
        for rows in self.batches(epochs):
            self.step(rows)

    def batches(self, epochs: int) -> Iterator[slice]:
        """Iterate over the rows of each step."""
        count = len(self.inputs)
        size = count if self.training.batch_size == "full" else self.training.batch_size
        for _ in range(epochs):
            for start in range(0, count, size):
                yield slice(start, start + size)

    def step(self, rows: slice = slice(None)) -> None:
        """Take one step along the gradient of some rows."""
        self.bent.clear()
        self.optimizer.zero_grad()
        self.loss(rows).backward()
        if self.training.gradient_clip is not None:
            nn.utils.clip_grad_norm_(self.model.parameters(), self.training.gradient_clip)
        self.optimizer.step()
        if self.threshold:
            with torch.no_grad():
                for linear in self.linears:
                    distance = self.threshold * self.training.optimizer.learning_rate
                    linear.weight.copy_(F.softshrink(linear.weight, distance))

    def predict(self) -> np.ndarray:
        """Return the activated outputs of all rows."""
        with torch.no_grad():
            return self.output(self.model(self.inputs)).numpy()

    @property
    def parameters(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Copies of (weight, bias) of every layer."""
        return [
            (linear.weight.detach().numpy().copy(), linear.bias.detach().numpy().copy())
            for linear in self.linears
        ]

    @property
    def gradient(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """The gradient of the last ``backward``."""
        return [(linear.weight.grad.numpy(), linear.bias.grad.numpy()) for linear in self.linears]


def _targets(table: Table, loss: str, pair: tuple[float, float] | None, dtype: Any) -> Any:
    """Return classes for cross-entropy, else values (n, outputs)."""
    if not table.classes:
        return torch.tensor(table.targets.astype(np.float32), dtype=dtype)
    labels = torch.tensor(table.targets)
    if loss == "cross_entropy":
        return labels
    assert pair is not None
    hot = labels[:, None] if table.classes == 2 else F.one_hot(labels, table.classes)
    return hot.to(dtype) * (pair[1] - pair[0]) + pair[0]


def flat(parameters: Sequence[Any]) -> np.ndarray:
    """Return all numbers of (weight, bias) pairs in one float64 vector."""
    return np.concatenate([np.ravel(part).astype(np.float64) for layer in parameters for part in layer])


def assert_as_near_as_pytorch(
    ours: np.ndarray, single: np.ndarray, exact: np.ndarray, relative: float = RELATIVE
) -> None:
    """Fail where we are much further from PyTorch's float64 than PyTorch's own float32 is.

    At most ten times its distance plus ``relative`` times the size, by the Euclidean norm and by the largest
    number.
    """
    for norm in (2, np.inf):
        allowed = TIMES * np.linalg.norm(single - exact, norm) + relative * np.linalg.norm(exact, norm)
        assert np.linalg.norm(ours - exact, norm) <= allowed
