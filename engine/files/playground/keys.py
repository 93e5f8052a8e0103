"""What TensorFlow Playground's words stand for here, and its fixed numbers."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from engine.catalog.activations import Linear, Relu, Tanh
from engine.catalog.datasets import Circle, Gauss, RegGauss, RegPlane, Spiral, Xor
from engine.catalog.initializers import Uniform, Zeros
from engine.catalog.regularizers import L1, L2, NoRegularizer
from engine.catalog.sigmoids import Sigmoid
from engine.view import CONTROLS

if TYPE_CHECKING:
    from engine.catalog.activations import Activation
    from engine.catalog.generated import Dataset
    from engine.catalog.initializers import Initializer
    from engine.catalog.regularizers import Regularizer
    from engine.experiment import Experiment

# The first word of each is what a missing or unknown one stands for.
PROBLEMS = {"classification": "classification", "regression": "regression"}
DATASETS: dict[str, type[Dataset]] = {"circle": Circle, "xor": Xor, "gauss": Gauss, "spiral": Spiral}
REG_DATASETS: dict[str, type[Dataset]] = {"reg-plane": RegPlane, "reg-gauss": RegGauss}
ACTIVATIONS: dict[str, Activation] = {
    "tanh": Tanh(), "relu": Relu(), "sigmoid": Sigmoid(), "linear": Linear(),
}  # fmt: skip
REGULARIZERS: dict[str, type[Regularizer]] = {"none": NoRegularizer, "L1": L1, "L2": L2}

SAMPLES = {"classification": 500, "regression": 1200}
BATCH_SIZE, LEARNING_RATE, SHAPE, TRAIN_PERCENT = 10, 0.03, (4, 2), 50
MOST_NOISE, NOISE_BEYOND = 80, 50  # in per cent; what lies beyond the first counts as the second
DRAWN: Initializer = Uniform(limit=0.5, bias=0.1)
ZERO: Initializer = Zeros(bias=0.0)

HIDE = "_hide"
# In the order in which TensorFlow Playground writes them.
KEYS = (
    "activation",
    "regularization",
    "batchSize",
    "dataset",
    "regDataset",
    "learningRate",
    "regularizationRate",
    "noise",
    "networkShape",
    "seed",
    "showTestData",
    "discretize",
    "percTrainData",
    *("x", "y", "xTimesY", "xSquared", "ySquared", "cosX", "sinX", "cosY", "sinY"),
    "collectStats",
    "tutorial",
    "problem",
    "initZero",
    "hideText",
)
KNOWN = frozenset((*KEYS, *(name + HIDE for name in CONTROLS)))
# It reads these two but has no such inputs, so that they do nothing there.
ONLY_HERE = ("cosX", "cosY")
USUAL_INPUTS = ("x", "y")

NOTHING_SAID = "The address says nothing more: these are TensorFlow Playground's defaults."
OTHER_NUMBERS = (
    "TensorFlow Playground draws other random numbers from a seed: points and weights are not the same."
)
LARGE_BATCH = (
    "A batch of {size} is larger than the {rows} training points: TensorFlow Playground would never train; "
    "here it is a full batch."
)
L1_DIES = "L1: a weight that reaches zero stays zero there; here it can come back."


def last_batch(rest: int, rows: int) -> str:
    """Return what becomes of the training points that fill no whole batch."""
    if rest == 1:
        return (
            f"The last of {rows} training points is a smaller batch here; there it waits for the first batch "
            "of the next epoch."
        )
    return (
        f"The last {rest} of {rows} training points are a smaller batch here; there they wait for the first "
        "batch of the next epoch."
    )


def seed_number(text: str) -> int:
    """Return the seed that stands for a text.

    A whole number is itself, the digits of ``0.12345`` (what TensorFlow Playground draws) are one, and
    anything else is numbered by its SHA-256.
    """
    digits = re.fullmatch(r"(?:0?\.)?([0-9]{1,10})", text)
    if digits and int(digits[1]) < 2**32:
        return int(digits[1])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def training_rows(experiment: Experiment) -> int:
    """Return how many points of a generated data set are trained on."""
    samples = getattr(experiment.data, "samples", 0)
    return int(samples - min(round(samples * experiment.data.test_fraction), samples - 1))
