"""What a link opens trains as TensorFlow Playground does, compared with its rules in plain Python."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine import Trainer
from engine.files.playground.link import read_link

FUNCTIONS = {
    "tanh": (math.tanh, lambda z: 1 - math.tanh(z) ** 2),
    "relu": (lambda z: max(0.0, z), lambda z: 0.0 if z <= 0 else 1.0),
    "sigmoid": (
        lambda z: 1 / (1 + math.exp(-z)),
        lambda z: (1 / (1 + math.exp(-z))) * (1 - 1 / (1 + math.exp(-z))),
    ),
    "linear": (lambda z: z, lambda z: 1.0),
}


class Playground:
    """Its network: a list of weights and a bias a unit, one sample after the other.

    ``dead`` holds the links that L1 has brought to zero, which never learn again.
    """

    def __init__(self, parameters, hidden, output, penalty, rate):
        self.weights = [[[float(w) for w in row] for row in weight] for weight, _ in parameters]
        self.biases = [[float(b) for b in bias] for _, bias in parameters]
        self.functions = [FUNCTIONS[hidden]] * (len(parameters) - 1) + [FUNCTIONS[output]]
        self.penalty, self.rate = penalty, rate
        self.dead = set()
        self.clear()

    def clear(self):
        self.count = 0
        self.weight_sums = [[[0.0] * len(row) for row in weight] for weight in self.weights]
        self.bias_sums = [[0.0] * len(bias) for bias in self.biases]

    def add(self, inputs, target):
        """Add a sample's derivatives of half the squared error."""
        activations, sums = [list(inputs)], []
        for weight, bias, (value, _) in zip(self.weights, self.biases, self.functions, strict=True):
            below = activations[-1]
            sums.append(
                [
                    b + sum(w * x for w, x in zip(row, below, strict=True))
                    for row, b in zip(weight, bias, strict=True)
                ]
            )
            activations.append([value(z) for z in sums[-1]])
        upstream = [activations[-1][0] - target]
        for k in reversed(range(len(self.weights))):
            slope = self.functions[k][1]
            deltas = [d * slope(z) for d, z in zip(upstream, sums[k], strict=True)]
            for i, delta in enumerate(deltas):
                self.bias_sums[k][i] += delta
                for j, x in enumerate(activations[k]):
                    self.weight_sums[k][i][j] += delta * x
            upstream = [
                sum(self.weights[k][i][j] * delta for i, delta in enumerate(deltas))
                for j in range(len(activations[k]))
            ]
        self.count += 1

    def update(self, learning_rate):
        """Step along the mean derivative, then by the penalty of the weight as it was before."""
        for k, weight in enumerate(self.weights):
            for i, row in enumerate(weight):
                self.biases[k][i] -= learning_rate * self.bias_sums[k][i] / self.count
                for j, old in enumerate(row):
                    if (k, i, j) in self.dead:
                        continue
                    slope = {"none": 0.0, "l1": math.copysign(1.0, old) if old else 0.0, "l2": old}[
                        self.penalty
                    ]
                    stepped = old - learning_rate * self.weight_sums[k][i][j] / self.count
                    new = stepped - learning_rate * self.rate * slope
                    if self.penalty == "l1" and stepped * new < 0:
                        new = 0.0
                        self.dead.add((k, i, j))
                    row[j] = new
        self.clear()

    def epoch(self, rows, targets, batch, learning_rate):
        """Go through the rows in order; what is left of a batch waits for the next epoch."""
        for i, (row, target) in enumerate(zip(rows, targets, strict=True)):
            self.add(row, target)
            if (i + 1) % batch == 0:
                self.update(learning_rate)


def _pair(text, seed=3):
    """Return a trainer of a link and the playground's network, both from the same given weights."""
    experiment = read_link(text).experiment
    trainer = Trainer(experiment)
    rng = np.random.default_rng(seed)
    given = [
        (rng.uniform(-0.5, 0.5, weight.shape).astype(np.float32), np.full(len(bias), 0.1, np.float32))
        for weight, bias in trainer.parameters
    ]
    trainer.set_parameters(given)
    hidden = experiment.network.layers[0].activation.kind if experiment.network.layers else "tanh"
    output = "linear" if trainer.data.task == "regression" else "tanh"
    regularizer = experiment.training.regularizer
    return trainer, Playground(given, hidden, output, regularizer.kind, getattr(regularizer, "rate", 0.0))


def _targets(trainer):
    targets = trainer.data.train_targets
    return targets[:, 0] if trainer.data.task == "regression" else 2 * targets - 1


def _largest_difference(trainer, twin):
    pairs = zip(trainer.parameters, twin.weights, twin.biases, strict=True)
    return max(
        max(np.abs(weight - np.array(w)).max(), np.abs(bias - np.array(b)).max())
        for (weight, bias), w, b in pairs
    )


@pytest.mark.parametrize(
    ("text", "epochs"),
    [
        ("https://playground.tensorflow.org/", 4),
        ("dataset=xor&noise=20&activation=relu&networkShape=5,3&learningRate=0.01&seed=2", 2),
        ("dataset=gauss&networkShape=&batchSize=1&percTrainData=20", 2),
        ("dataset=spiral&activation=sigmoid&sinX=true&xTimesY=true&batchSize=25", 3),
        ("problem=regression&regDataset=reg-gauss&batchSize=12&percTrainData=10", 3),
        ("problem=regression&activation=linear&networkShape=2,2,2&learningRate=0.003&percTrainData=20", 2),
        ("regularization=L2&regularizationRate=0.3&learningRate=0.1", 3),
        ("problem=regression&regularization=L2&regularizationRate=0.01&percTrainData=20", 2),
    ],
)
def test_training_is_the_same_to_a_millionth(text, epochs):
    trainer, twin = _pair(text)
    experiment = trainer.experiment
    before = _largest_difference(trainer, twin)
    assert before == 0
    rows, targets = trainer.data.train_features.tolist(), _targets(trainer).tolist()
    start = [weight.copy() for weight, _ in trainer.parameters]
    for _ in range(epochs):
        twin.epoch(rows, targets, experiment.training.batch_size, experiment.training.optimizer.learning_rate)
        trainer.advance(epochs=1)
    assert _largest_difference(trainer, twin) < 1e-6
    moved = max(np.abs(new - old).max() for (new, _), old in zip(trainer.parameters, start, strict=True))
    assert moved > 1e-3


def test_l1_is_the_same_until_a_weight_reaches_zero():
    trainer, twin = _pair("regularization=L1&regularizationRate=0.01&dataset=gauss")
    rows, targets = trainer.data.train_features.tolist(), _targets(trainer).tolist()
    for begin in range(0, 200, 10):
        for row, target in zip(rows[begin : begin + 10], targets[begin : begin + 10], strict=True):
            twin.add(row, target)
        twin.update(0.03)
        trainer.advance(batches=1)
        if twin.dead:
            break
        assert _largest_difference(trainer, twin) < 1e-6
    assert begin >= 50


def test_what_is_left_of_an_epoch_is_a_batch_of_its_own_here():
    trainer, twin = _pair("batchSize=30")  # 250 = 8 * 30 + 10, as a note says
    rows, targets = trainer.data.train_features.tolist(), _targets(trainer).tolist()
    twin.epoch(rows, targets, 30, 0.03)
    trainer.advance(batches=8)
    assert _largest_difference(trainer, twin) < 1e-6
    twin.update(0.03)
    trainer.advance(batches=1)
    assert trainer.epoch == 1
    assert _largest_difference(trainer, twin) < 1e-6


@pytest.mark.parametrize("text", ["initZero=true&seed=4", "seed=4", "seed=4&networkShape="])
def test_initial_weights_are_as_there(text):
    parameters = Trainer(read_link(text).experiment).parameters
    for weight, bias in parameters:
        if "initZero" in text:
            assert not weight.any() and not bias.any()
        else:
            assert (np.abs(weight) <= 0.5).all() and weight.any()
            assert (bias == np.float32(0.1)).all()
