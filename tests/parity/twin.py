"""The same network and training run in PyTorch, as anybody would write them there.

Nothing here asks the engine how it computes; only the document, the catalog's keys and the names of the
tensors, which are PyTorch's, are shared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tests.parity.counterparts import (
    ACTIVATIONS,
    AUTO,
    CLASS_TARGETS,
    KINKS,
    LOSS_KINKS,
    LOSSES,
    NORMALIZATIONS,
    OF_PROBABILITIES,
    OUTPUT_ACTIVATIONS,
    REGULARIZERS,
    SIGNS,
    WITHOUT_L2,
    F,
    nn,
    optimizer_of,
    schedule_steps,
    torch,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine import Experiment
    from tests.parity.tables import Table

torch.set_num_threads(1)

TIMES, RELATIVE = 10, 2e-5
PENALIZED = ("weight", "projection.weight")
EVERYTHING = slice(None)


def output_activation(experiment: Experiment, table: Table) -> Any:
    """Return the output layer's key, for "auto" the one the documentation promises, and its entry."""
    chosen, loss = experiment.network.output.activation, experiment.training.loss.kind
    if chosen.kind != "auto":
        return chosen.kind, chosen
    if not table.classes:
        return ("exponential" if loss == "poisson" else "linear"), None
    return AUTO[loss][0 if table.classes == 2 else 1], None


class Dense(nn.Linear):
    """A layer whose tensors have the engine's names.

    Parameters
    ----------
    spec : Layer or Output
        Its part of the document.
    inputs, units : int
    activation : nn.Module
        Of an output layer ``nn.Identity``: the loss begins at the sums.
    """

    def __init__(self, spec: Any, inputs: int, units: int, activation: Any) -> None:
        pieces = getattr(activation, "pieces", 1)
        super().__init__(inputs, pieces * units)
        self.activation = activation
        self.normalization = NORMALIZATIONS[getattr(spec, "normalization", "none")](pieces * units)
        self.projection = None
        if getattr(spec, "residual", False):
            same = inputs == units
            self.projection = nn.Identity() if same else nn.Linear(inputs, units, bias=False)
        self.frozen = spec.frozen
        self.requires_grad_(not spec.frozen)
        self._mask("carrying", self._without(spec.muted_weights, pieces))
        self._mask("trained", self._without(spec.frozen_weights, pieces))
        audible = torch.ones(units)
        audible[list(getattr(spec, "muted_units", ()))] = 0
        self._mask("audible", audible)
        if not spec.frozen:
            self.weight.register_hook(lambda g: g * self.trained)

    def _mask(self, name: str, mask: Any) -> None:
        self.register_buffer(name, mask, persistent=False)

    def _without(self, links: Any, pieces: int) -> Any:
        """Return 1 for every weight but those of some links."""
        mask = torch.ones(pieces, len(self.weight) // pieces, self.in_features)
        for unit, source in links:
            mask[:, unit, source] = 0
        return mask.reshape(self.weight.shape)

    def forward(self, x: Any, dropped: Any = None) -> Any:
        """Return the output rows; ``dropped`` multiplies the activations."""
        y = self.activation(self.normalization(F.linear(x, self.weight * self.carrying, self.bias)))
        if dropped is not None:
            y = y * dropped
        if self.projection is not None:
            y = y + self.projection(x)
        return y * self.audible

    @property
    def tensors(self) -> dict[str, Any]:
        """All that it has learned, by name."""
        return {name: t for name, t in self.state_dict().items() if "num_batches" not in name}


class Twin:
    """An experiment in PyTorch, from given tensors.

    Parameters
    ----------
    experiment : Experiment
        Without shuffling; masks of dropout are given to every step.
    table : Table
        All rows are trained on, in their order.
    tensors : sequence of dict
        The initial ones, as the engine names them.
    dtype : torch.dtype
        What everything is computed in.
    """

    def __init__(
        self, experiment: Experiment, table: Table, tensors: Sequence[Mapping[str, Any]], dtype: Any
    ) -> None:
        self.training, self.dtype = experiment.training, dtype
        # How far the last step was from where a derivative or a sign jumps.
        self.bent: list[Any] = []
        self.summed = self.summed_weight = 0.0  # of the losses of this epoch
        self.inputs = torch.tensor(table.inputs, dtype=dtype)
        kind, entry = output_activation(experiment, table)
        self.output = {**ACTIVATIONS, **OUTPUT_ACTIVATIONS}[kind](entry, table.outputs)
        self.targets = _targets(table, self.training.loss.kind, CLASS_TARGETS.get(kind), dtype)
        self.weights = _sample_weights(table, self.training.loss, dtype)
        self.layers = nn.ModuleList()
        width = table.inputs.shape[1]
        for spec in experiment.network.layers:
            activation = ACTIVATIONS[spec.activation.kind](spec.activation, spec.units)
            activation.register_forward_pre_hook(self._noting(spec.activation.kind))
            self.layers.append(Dense(spec, width, spec.units, activation))
            width = spec.units
        self.layers.append(Dense(experiment.network.output, width, table.outputs, nn.Identity()))
        self.layers.to(dtype)
        self.set_tensors(tensors)
        self._begin()

    def _begin(self) -> None:
        """Make the optimizer and the schedule."""
        self.rates = REGULARIZERS[self.training.regularizer.kind](self.training.regularizer)
        named = [item for layer in self.layers for item in layer.named_parameters() if item[1].requires_grad]
        self.penalized = [p for name, p in named if name in PENALIZED]
        entry = self.training.optimizer
        if entry.full_batch:  # it takes but one group
            self.optimizer = optimizer_of(entry, [p for _, p in named])
        else:
            others = [p for name, p in named if name not in PENALIZED]
            self.optimizer = optimizer_of(entry, [{"params": self.penalized}, {"params": others}])
        if not isinstance(self.optimizer, WITHOUT_L2):
            self.optimizer.param_groups[0]["weight_decay"] = self.rates.get("pull", 0.0)
        self.end_epoch = schedule_steps(self.optimizer, self.training.schedule)

    def _noting(self, kind: str) -> Any:
        def note(module: Any, arguments: tuple[Any, ...]) -> None:
            if kind in KINKS:
                self.bent += [gap.detach().double() for gap in KINKS[kind](arguments[0], module)]

        return note

    # Tensors

    def set_tensors(self, tensors: Sequence[Mapping[str, Any]]) -> None:
        """Replace all tensors; the names must be the same."""
        with torch.no_grad():
            for layer, given in zip(self.layers, tensors, strict=True):
                own = layer.tensors
                assert own.keys() == given.keys()
                for name, array in given.items():
                    own[name].copy_(torch.tensor(array))

    @property
    def tensors(self) -> list[dict[str, np.ndarray]]:
        """Copies of all tensors of every layer."""
        return [{name: t.numpy().copy() for name, t in layer.tensors.items()} for layer in self.layers]

    @property
    def gradient(self) -> list[dict[str, np.ndarray]]:
        """The gradient of the last ``backward``; of what is frozen it is zero."""
        return [
            {
                name: (torch.zeros_like(p) if p.grad is None else p.grad).numpy().copy()
                for name, p in layer.named_parameters()
            }
            for layer in self.layers
        ]

    # Results

    def sums(self, rows: slice = EVERYTHING, masks: Sequence[Any] | None = None) -> Any:
        """Return the weighted sums of the output layer."""
        x = self.inputs[rows]
        for i, layer in enumerate(self.layers):
            mask = masks[i] if masks is not None and i < len(masks) else None
            x = layer(x, None if mask is None else torch.tensor(mask, dtype=self.dtype))
        return x

    def loss(self, rows: slice = EVERYTHING, masks: Sequence[Any] | None = None) -> Any:
        """Return the mean loss of some rows."""
        kind, z, targets = self.training.loss.kind, self.sums(rows, masks), self.targets[rows]
        if kind in LOSS_KINKS:
            self.bent.append(LOSS_KINKS[kind](self.output(z), targets).detach().double())
        per_row = LOSSES[kind](self.training.loss, z, self.output, targets)
        weights = self.weights[rows]
        return (per_row * weights).sum() / weights.sum()

    def assess(self) -> float:
        """Return the mean loss of all rows in inference."""
        self.layers.eval()
        with torch.no_grad():
            loss = self.loss().item()
        self.layers.train()
        return float(loss)

    def predict(self) -> np.ndarray:
        """Return the activated outputs of all rows in inference."""
        self.layers.eval()
        with torch.no_grad():
            found = self.output(self.sums()).numpy()
        self.layers.train()
        return np.asarray(found)

    # Training

    def train(self, epochs: int) -> None:
        """Train in batches in the order of the rows, the last of an epoch being what is left."""
        for _ in range(epochs):
            for rows in self.batches(1):
                self.step(rows)

    def batches(self, epochs: int) -> Iterator[slice]:
        """Iterate over the rows of each step; between two epochs, tell the schedule."""
        count = len(self.inputs)
        size = self.training.batch_size
        size = count if size == "full" or self.training.optimizer.full_batch else size
        for _ in range(epochs):
            self.summed = self.summed_weight = 0.0
            for start in range(0, count, size):
                yield slice(start, start + size)
            self.end_epoch(self.summed / self.summed_weight)

    def step(self, rows: slice = EVERYTHING, masks: Sequence[Any] | None = None) -> None:
        """Take one step along the gradient of some rows."""
        if self.training.optimizer.full_batch:
            self.optimizer.step(self._objective)
            return
        self.bent.clear()
        self.optimizer.zero_grad()
        loss = self.loss(rows, masks)
        loss.backward()
        weight = self.weights[rows].sum().item()
        self.summed, self.summed_weight = self.summed + loss.item() * weight, self.summed_weight + weight
        self._clip()
        with torch.no_grad():
            self._move()

    def objective(self) -> float:
        """Return loss and L2 penalty of all rows in training."""
        return float(self._objective().item())

    def _objective(self) -> Any:
        """Return loss and penalty, and compute their gradient."""
        self.optimizer.zero_grad()
        loss = self.loss()
        self.summed, self.summed_weight = loss.item(), 1.0
        if "pull" in self.rates:
            loss = loss + self.rates["pull"] / 2 * sum(p.square().sum() for p in self.penalized)
        loss.backward()
        return loss

    def _clip(self) -> None:
        parameters = list(self.layers.parameters())
        if self.training.gradient_clip_value is not None:
            nn.utils.clip_grad_value_(parameters, self.training.gradient_clip_value)
        if self.training.gradient_clip is not None:
            nn.utils.clip_grad_norm_(parameters, self.training.gradient_clip)

    def _move(self) -> None:
        """Let the optimizer step, and penalties act on the weights before and after it."""
        rates, rate = self.rates, self.optimizer.param_groups[0]["lr"]
        held = [layer.weight.clone() for layer in self.layers]
        if isinstance(self.optimizer, WITHOUT_L2) and "pull" in rates:
            for p in self.penalized:
                p.grad.add_(p, alpha=rates["pull"])
        if "decay" in rates:
            for p in self.penalized:
                p.mul_(1 - rate * rates["decay"])
        before = torch.get_default_dtype()
        torch.set_default_dtype(self.dtype)  # in which NAdam keeps its product of momenta
        self.optimizer.step()
        torch.set_default_dtype(before)
        sign = SIGNS.get(self.training.optimizer.kind)
        if sign is not None:
            for group in self.optimizer.param_groups:
                self.bent += [sign(self.optimizer, p).detach().double() for p in group["params"]]
        if "shrink" in rates:
            for p in self.penalized:
                p.copy_(F.softshrink(p, rate * rates["shrink"]))
        for layer, weight in zip(self.layers, held, strict=True):
            if "limit" in rates and not layer.frozen:
                layer.weight.copy_(torch.renorm(layer.weight, 2, 0, rates["limit"]))
            layer.weight.copy_(torch.where(layer.trained > 0, layer.weight, weight))


def _targets(table: Table, loss: str, pair: tuple[float, float] | None, dtype: Any) -> Any:
    """Return classes for a loss of probabilities, else values (n, outputs)."""
    if not table.classes:
        return torch.tensor(table.targets.astype(np.float32), dtype=dtype)
    labels = torch.tensor(table.targets)
    if loss in OF_PROBABILITIES:
        return labels
    assert pair is not None
    hot = labels[:, None] if table.classes == 2 else F.one_hot(labels, table.classes)
    return hot.to(dtype) * (pair[1] - pair[0]) + pair[0]


def _sample_weights(table: Table, loss: Any, dtype: Any) -> Any:
    """Return what every row counts: as much as its class."""
    weights = getattr(loss, "class_weights", ())
    if not (weights and table.classes):
        return torch.ones(len(table.inputs), dtype=dtype)
    return torch.tensor(weights, dtype=dtype)[torch.tensor(table.targets)]


def flat(tensors: Sequence[Mapping[str, Any]], names: Sequence[str] | None = None) -> np.ndarray:
    """Return all numbers of every layer's tensors, or of those of some names, in one float64 vector."""
    return np.concatenate(
        [
            np.ravel(layer[name]).astype(np.float64)
            for layer in tensors
            for name in sorted(layer)
            if names is None or name in names
        ]
    )


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
