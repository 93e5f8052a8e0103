"""Random problems, and what the textbook says about them: ``reference.py`` beside the kernels."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import Experiment, Trainer, reference, tensors
from engine.catalog.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS, Auto, Softmax
from engine.catalog.features import parse
from engine.catalog.losses import LOSSES
from engine.catalog.regularizers import REGULARIZERS
from engine.data import PreparedData
from engine.kernels import layout
from engine.output import plan_output, sample_weights, target_rows
from engine.program import block_rows
from engine.streams import seed_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MASK = (1 << 64) - 1


class Xoshiro:
    """xoshiro256++ in plain whole numbers, after the authors' C."""

    def __init__(self, words: Sequence[int]) -> None:
        self.state = [int(word) for word in words]

    def word(self) -> int:
        s = self.state
        result = (_rotated((s[0] + s[3]) & MASK, 23) + s[0]) & MASK
        shifted = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = _rotated(s[3], 45)
        return result

    def uniform(self) -> float:
        return (self.word() >> 11) / 2**53

    def normal(self) -> float:
        radius = math.sqrt(-2 * math.log(1 - self.uniform()))
        return radius * math.cos(2 * math.pi * self.uniform())

    def shuffle(self, order: list[int]) -> None:
        for i in range(len(order) - 1, 0, -1):
            j = ((self.word() >> 32) * (i + 1)) >> 32
            order[i], order[j] = order[j], order[i]


def _rotated(x: int, k: int) -> int:
    return ((x << k) | (x >> (64 - k))) & MASK


def table(
    seed: int,
    *,
    rows: int = 40,
    test_rows: int = 0,
    inputs: int = 2,
    classes: int = 0,
    outputs: int = 1,
    lowest: float | None = None,
) -> PreparedData:
    """Return random rows that no file holds: standard normal inputs, and targets that follow from them."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows + test_rows, inputs))
    values = np.tanh(X @ rng.normal(size=(inputs, classes or outputs)) / np.sqrt(inputs))
    y: Any = values[:, :outputs] if lowest is None else lowest + np.abs(values[:, :outputs])
    if classes:
        y = values.argmax(axis=1) if classes > 2 else (values[:, 0] > 0).astype(np.int64)
    names = tuple(f"c{i}" for i in range(inputs))
    return PreparedData(
        task="classification" if classes else "regression",
        input_names=names,
        target_names=("t",) if classes else tuple(f"t{i}" for i in range(outputs)),
        classes=tuple(map(str, range(classes))),
        outputs=(1 if classes == 2 else classes) or outputs,
        features=tuple(parse(f"x{i + 1}", inputs) for i in range(inputs)),
        feature_labels=names,
        mean=np.zeros(inputs),
        scale=np.ones(inputs),
        extent=((-3.0, 3.0),) * inputs,
        train_rows=np.arange(rows),
        test_rows=np.arange(rows, rows + test_rows),
        train_inputs=X[:rows],
        test_inputs=X[rows:],
        train_features=X[:rows].astype(np.float32),
        test_features=X[rows:].astype(np.float32),
        train_targets=y[:rows],
        test_targets=y[rows:],
    )


def document(
    data: PreparedData,
    layers: Sequence[dict[str, Any]] = (),
    output: dict[str, Any] | None = None,
    seed: int = 0,
    **training: Any,
) -> Experiment:
    """Return an experiment for such a table; the batches follow its rows unless ``training`` says else."""
    targets = list(data.target_names) if data.task == "regression" else data.target_names[0]
    source = {
        "kind": "csv",
        "path": "nowhere.csv",
        "inputs": list(data.input_names),
        "target": targets,
        "task": data.task,
    }
    return Experiment.parse(
        {
            "seed": seed,
            "data": source,
            "network": {"layers": list(layers), "output": output or {}},
            "training": {"shuffle": False, **training},
        }
    )


def trainer_of(
    data: PreparedData,
    layers: Sequence[dict[str, Any]] = (),
    output: dict[str, Any] | None = None,
    seed: int = 0,
    **training: Any,
) -> Trainer:
    """Return a trainer on such a table."""
    return Trainer(document(data, layers, output, seed, **training), data=data)


class Twin:
    """A network of float64 NumPy that starts as a trainer stands, and follows the same batches."""

    def __init__(self, trainer: Trainer) -> None:
        self.experiment, self.data = trainer.experiment, trainer.data
        plan = plan_output(self.experiment, self.data)
        self.output, self.rule = plan.activation, plan.rule
        self.loss_numbers = self.experiment.training.loss.numbers()
        self.tensors = [{n: t.astype(np.float64) for n, t in layer.items()} for layer in trainer.tensors]
        self.frozen = [
            frozen_tensors(layer, found) for layer, found in zip(self.layers, self.tensors, strict=True)
        ]
        self.optimizer = (
            reference.Optimizer(self.experiment, self.tensors)
            if self.experiment.training.optimizer.rules
            else None
        )
        self.order_state = Xoshiro(seed_words(self.experiment.seed, "order"))
        self.dropout_state = Xoshiro(seed_words(self.experiment.seed, "dropout"))
        self.noise_state = Xoshiro(seed_words(self.experiment.seed, "noise"))
        self.epochs = 0
        self.order = list(range(len(self.data.train_features)))
        padded = target_rows(self.experiment, self.data, self.data.train_targets, plan)
        weights = sample_weights(self.experiment, self.data, self.data.train_targets)
        self.weights = weights if weights.size else None
        self.targets = padded.reshape(len(self.order), -1)[:, : self.data.outputs].astype(np.float64)

    @property
    def layers(self) -> list[Any]:
        """The layers as the document has them, the output last."""
        return [*self.experiment.network.layers, self.experiment.network.output]

    def single(self) -> Twin:
        """Return the twin as it stands, in float32: how far rounding alone leads astray."""
        twin = copy.deepcopy(self)
        twin.tensors = [{n: t.astype(np.float32) for n, t in layer.items()} for layer in self.tensors]
        return twin

    def thaw(self, gradient: reference.Tensors) -> reference.Tensors:
        """Return the gradient with zeros for what is frozen."""
        return [
            {name: np.where(frozen[name], 0, g) for name, g in layer.items()}
            for layer, frozen in zip(gradient, self.frozen, strict=True)
        ]

    def masks(self, rows: int) -> list[np.ndarray | None]:
        """Draw the dropout masks of a batch, block by block and layer by layer as the kernel does."""
        hidden = self.experiment.network.layers
        found: list[list[np.ndarray]] = [[] for _ in hidden]
        block = block_rows(self.experiment, len(self.order))
        for start in range(0, rows, block):
            size = min(block, rows - start)
            for layer, blocks in zip(hidden, found, strict=True):
                if layer.dropout == 0:
                    continue
                width, kept = layout.stride(layer.units), 1 / (1 - layer.dropout)
                drawn = [self.dropout_state.uniform() for _ in range(size * width)]
                mask = np.where(np.reshape(drawn, (size, width)) >= layer.dropout, kept, 0)
                blocks.append(mask[:, : layer.units])
        return [np.concatenate(blocks) if blocks else None for blocks in found]

    def gradient(self, rows: Sequence[int], masks: Sequence[Any] | None = None) -> reference.Tensors:
        """Return the gradient of the mean loss of some rows in training; running statistics go on."""
        features = self.data.train_features[rows] + self.noise(len(rows))
        kind = self.tensors[0]["weight"].dtype
        masks = [mask if mask is None else mask.astype(kind) for mask in masks or ()]
        traces = self.forward(features, masks, training=True)
        for layer, trace in zip(self.tensors, traces, strict=True):
            if reference.MEAN in layer:
                layer[reference.MEAN], layer[reference.VARIANCE] = reference.running_statistics(
                    layer, trace.z
                )
        weights = None if self.weights is None else self.weights[rows].astype(kind)
        return reference.backward(
            self.experiment, self.output, self.rule, self.loss_numbers, self.tensors, traces,
            self.targets[rows], masks, weights,
        )  # fmt: skip

    def summed(self, rows: Sequence[int], traces: list[reference.Trace], masks: Sequence[Any]) -> float:
        """Return the largest sum of magnitudes of what a gradient adds up: rounding is relative to it."""
        total = [{name: np.zeros_like(t) for name, t in layer.items()} for layer in self.tensors]
        for row in range(len(rows)):
            alone = np.eye(len(rows))[row]  # its loss counts, with the others in its batch
            found = reference.backward(
                self.experiment, self.output, self.rule, self.loss_numbers, self.tensors, traces,
                self.targets[rows], masks, alone,
            )  # fmt: skip
            for sums, layer in zip(total, found, strict=True):
                for name, g in layer.items():
                    sums[name] += np.abs(g) / len(rows)
        return max(float(sums.max(initial=0)) for layer in total for sums in layer.values())

    def forward(
        self, features: Any, masks: Sequence[Any] | None = None, training: bool = False
    ) -> list[reference.Trace]:
        return reference.forward(self.experiment, self.output, self.tensors, features, masks, training)

    def noise(self, rows: int) -> Any:
        """Draw the noise that is added to the features of a batch."""
        std = self.experiment.training.input_noise
        shape = rows, self.data.train_features.shape[1]
        if std == 0:
            return np.zeros(shape)
        return std * np.reshape([self.noise_state.normal() for _ in range(rows * shape[1])], shape)

    def loss(self, rows: Sequence[int]) -> float:
        """Return the mean loss of some rows as in inference."""
        last = self.forward(self.data.train_features[rows])[-1]
        weights = None if self.weights is None else self.weights[rows]
        return reference.mean_loss(self.rule, self.loss_numbers, last, self.targets[rows], weights)

    def batches(self) -> Iterator[list[int]]:
        """Yield the rows of the batches of one epoch."""
        training = self.experiment.training
        if training.shuffle:
            self.order_state.shuffle(self.order)
        size = len(self.order) if training.batch_size == "full" else training.batch_size
        for start in range(0, len(self.order), size):
            yield self.order[start : start + size]

    def epoch(self) -> None:
        """Train one epoch."""
        for rows in self.batches():
            gradient = self.thaw(self.gradient(rows, self.masks(len(rows))))
            factor = float(self.experiment.training.schedule.factor(np.array([self.epochs]))[0])
            updated = self.optimizer.update(self.tensors, gradient, factor)
            self.tensors = [
                {name: np.where(frozen.get(name, False), old[name], new) for name, new in layer.items()}
                for old, layer, frozen in zip(self.tensors, updated, self.frozen, strict=True)
            ]
        self.epochs += 1

    @property
    def parameters(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """(weight, bias) of every layer."""
        return [(layer[reference.WEIGHT], layer[reference.BIAS]) for layer in self.tensors]


def frozen_tensors(layer: Any, tensors: dict[str, Any]) -> dict[str, Any]:
    """Return which numbers of a layer's trained tensors training leaves alone."""
    frozen = {n: np.full(t.shape, layer.frozen) for n, t in tensors.items() if "running" not in n}
    for unit, source in (*layer.frozen_weights, *layer.muted_weights):
        units = getattr(layer, "units", len(tensors["weight"]))
        frozen["weight"][unit::units, source] = True
    return frozen


def flat(parameters: Any) -> np.ndarray:
    """Return weights and biases of a list of layers as one float64 vector."""
    layers = [(a["weight"], a["bias"]) if isinstance(a, dict) else a for a in parameters]
    return np.concatenate([np.asarray(part, np.float64).ravel() for layer in layers for part in layer])


def padding(trainer: Trainer) -> np.ndarray:
    """Return where in the flat parameters there is no parameter, bool."""
    mark = np.zeros_like(trainer._machine.network.parameters)
    for layer in tensors._views(trainer._machine.network, mark):
        for view in layer.values():
            view[...] = 1
    return mark == 0


UNITS = (1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 40, 48, 63, 64, 65, 70)
BATCHES = ("full", 1, 7, 10, 100, 129, 200)


def random_trainer(seed: int) -> Trainer:
    """Return a trainer of a network, a table and settings drawn from a seed."""
    rng = np.random.default_rng(seed)
    classes = int(rng.choice([0, 2, 3, 5]))
    inputs = int(rng.choice([1, 2, 3, 16, 17, 64, 65, 100]))
    losses = [loss for loss in LOSSES if ("classification" if classes else "regression") in loss.tasks]
    loss = losses[rng.integers(len(losses))]
    data = table(
        seed,
        rows=int(rng.choice([1, 10, 33, 128, 150, 260])),
        inputs=inputs,
        classes=classes,
        outputs=int(rng.choice([1, 3, 17])),
        lowest=loss.lowest_target,
    )
    layers: list[dict[str, Any]] = []
    width = inputs

    def some_link(units: int, inputs: int) -> list[list[int]]:
        return [[int(rng.integers(units)), int(rng.integers(inputs))]] if rng.random() < 0.2 else []

    for _ in range(rng.integers(6)):
        units = width if rng.random() < 0.3 and width > 1 else int(rng.choice(UNITS))
        layers.append(
            {
                "units": units,
                "activation": str(rng.choice([entry.key() for entry in ACTIVATIONS])),
                "initializer": {"kind": "glorot_normal", "bias": 0.1},
                "residual": bool(units == width or rng.random() < 0.3),
                "dropout": float(rng.choice([0, 0, 0.3])),
                # Of two sums, layer normalization leaves but the sign, and its gradient is all cancellation.
                "normalization": str(rng.choice(["none", "none", "batch", "layer" if units > 2 else "none"])),
                "frozen": bool(rng.random() < 0.1),
                # Not the only one: the layers above would normalize constants, that is rounding errors.
                "muted_units": [int(rng.integers(units))] if rng.random() < 0.2 and units > 1 else [],
                "muted_weights": some_link(units, width),
                "frozen_weights": some_link(units, width),
            }
        )
        width = units
    return trainer_of(
        data,
        layers,
        seed=seed,
        loss=loss.key(),
        optimizer={"kind": "sgd", "learning_rate": 0.01},
        regularizer={"kind": str(rng.choice([r.key() for r in REGULARIZERS]))},
        batch_size=BATCHES[rng.integers(len(BATCHES))],
        shuffle=bool(rng.integers(2)),
        gradient_clip=None if rng.random() < 0.5 else 0.1,
        # Not far below the gradient's numbers: the rounding errors of those it leaves are not cut with them.
        gradient_clip_value=None if rng.random() < 0.7 else 0.2,
        input_noise=float(rng.choice([0, 0, 0.2])),
    )


def _outputs_with(loss):
    for entry in OUTPUT_ACTIVATIONS:
        for classes in (0, 2, 4):
            task = "classification" if classes else "regression"
            fits = task in loss.tasks and (entry is not Softmax or classes > 2)
            if fits and (not loss.fixed_output or entry is Auto):
                yield entry, classes


OUTPUTS = [(loss, entry, classes) for loss in LOSSES for entry, classes in _outputs_with(loss)]
