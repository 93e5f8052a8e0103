"""From the keys of a TensorFlow Playground link to an experiment."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from engine.architecture import MAX_LAYERS, MAX_UNITS, Layer, Network, Output
from engine.catalog.descent import Sgd
from engine.catalog.losses import HalfSquaredError
from engine.catalog.regularizers import L1, NoRegularizer, Regularizer
from engine.errors import LinkError
from engine.experiment import Experiment, Training
from engine.files.playground import keys
from engine.files.playground.text import decimal_of
from engine.sentences import shown
from engine.view import CONTROLS, INPUTS, MAX_TEXT, LinkKeys, View

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.catalog.generated import Dataset

T = TypeVar("T")


class Reader:
    """Makes an experiment of the keys of a link, as TensorFlow Playground reads them.

    Parameters
    ----------
    pairs : mapping
        The keys that were given, decoded.

    Attributes
    ----------
    notes : list of str
        What is not the same here.
    """

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self._pairs = pairs
        self._problems: list[str] = []
        self.notes: list[str] = []

    def experiment(self) -> Experiment:
        """Return the experiment.

        Raises
        ------
        LinkError
            With a sentence for every value that cannot be used.
        """
        self._check_keys()
        problem = self._word("problem", keys.PROBLEMS)
        kind = self._word(*(("dataset", keys.DATASETS) if problem == "classification" else
                            ("regDataset", keys.REG_DATASETS)))  # fmt: skip
        noise, test_fraction = self._noise(), self._test_fraction()
        hidden = self._hidden()
        features = self._features(hidden)
        network = self._network()
        batch_size = self._number("batchSize", keys.BATCH_SIZE, 1, whole=True)
        rate = self._number("learningRate", Decimal(repr(keys.LEARNING_RATE)), 0, 100)
        regularizer = self._regularizer()
        seed, kept = self._seed()
        view = View(
            hidden=hidden,
            show_test=self._flag("showTestData"),
            discretize=self._flag("discretize"),
            link=kept,
        )
        if self._problems:
            raise LinkError(self._problems)
        data: Dataset = kind.model_validate(
            {"samples": keys.SAMPLES[problem], "noise": noise, "test_fraction": test_fraction}
        )
        experiment = Experiment(
            title=f"TensorFlow Playground: {data.label}",
            seed=seed,
            data=data,
            features=features,
            network=network,
            training=Training(
                loss=HalfSquaredError(),
                optimizer=Sgd(learning_rate=float(rate)),
                regularizer=regularizer,
                shuffle=False,
            ),
            view=view,
        )
        experiment = self._batches(experiment, int(batch_size))
        if view.discretize and problem == "regression":
            self.notes.append("Discretize acts on classes alone here.")
        self.notes.append(keys.OTHER_NUMBERS)
        return experiment

    def _check_keys(self) -> None:
        """Tell what is no key of a link; refuse a text that has nothing else."""
        unknown = [key for key in self._pairs if key not in keys.KNOWN]
        if not self._pairs:
            self.notes.append(keys.NOTHING_SAID)
        if not unknown:
            return
        listed = ", ".join(shown(key) or '""' for key in unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        if len(unknown) == len(self._pairs):
            if not any(self._pairs.values()):
                raise LinkError(
                    "this is no link of TensorFlow Playground; paste its whole address, or what stands "
                    "after its #, such as batchSize=10&dataset=spiral"
                )
            raise LinkError(f"this is no link of TensorFlow Playground, which has no key {listed}")
        self.notes.append(f"Unknown keys are left out: {listed}.")

    # One key

    def _given(self, name: str) -> str:
        """Return a value; an empty one counts as missing, as there."""
        return self._pairs.get(name, "")

    def _word(self, name: str, table: Mapping[str, T]) -> T:
        """Return what a word stands for; an unknown one is the first of the table, as there."""
        value = self._given(name)
        if value in table:
            return table[value]
        first = next(iter(table))
        if value:
            self.notes.append(f"{name}={shown(value)} is unknown, there too: {first} is taken.")
        return table[first]

    def _flag(self, name: str, default: bool = False) -> bool:
        """Return whether a key is on: every word but "false" is, as there."""
        value = self._given(name)
        return value != "false" if value else default

    def _number(
        self,
        name: str,
        default: float | Decimal,
        low: float | None = None,
        high: float | None = None,
        *,
        whole: bool = False,
    ) -> Decimal:
        """Return a number between bounds, or note the problem."""
        value = self._given(name)
        number = decimal_of(value) if value else Decimal(default)
        if (
            number is not None
            and (low is None or number >= low)
            and (high is None or number <= high)
            and not (whole and number != number.to_integral_value())
        ):
            return number
        what = "a whole number" if whole else "a number"
        if low is not None:
            what += f" from {low:g} on" if high is None else f" from {low:g} to {high:g}"
        self._problems.append(f"{name}={shown(value)}: must be {what}")
        return Decimal(default)

    # What some keys say together

    def _noise(self) -> float:
        noise = self._number("noise", 0)
        if noise > keys.MOST_NOISE:
            self.notes.append(f"noise={shown(self._given('noise'))}: beyond 80 % it is 50 %, there too.")
            noise = Decimal(keys.NOISE_BEYOND)
        return float(max(noise, Decimal(0)) / 100)

    def _test_fraction(self) -> float:
        percent = self._number("percTrainData", keys.TRAIN_PERCENT, 10)
        return float((100 - min(percent, Decimal(100))) / 100)

    def _hidden(self) -> Any:
        return tuple(name for name in CONTROLS if self._given(name + keys.HIDE) == "true")

    def _features(self, hidden: tuple[str, ...]) -> tuple[str, ...]:
        """Return the formulas of the inputs; one whose switch is hidden is off, as there."""
        on = [key for key in INPUTS if key not in hidden and self._flag(key, key in keys.USUAL_INPUTS)]
        if not on:
            listed = ", ".join(INPUTS)
            self._problems.append(f"every input is off; a network needs one of {listed}")
        strange = [key for key in on if key in keys.ONLY_HERE]
        if strange:
            listed = " and ".join(strange)
            self.notes.append(
                f"{listed}: an input here; TensorFlow Playground knows the key but has no such input."
            )
        return tuple(INPUTS[key] for key in on)

    def _network(self) -> Network:
        initializer = keys.ZERO if self._flag("initZero") else keys.DRAWN
        activation = self._word("activation", keys.ACTIVATIONS)
        layers = tuple(
            Layer(units=units, activation=activation, initializer=initializer) for units in self._shape()
        )
        return Network(layers=layers, output=Output(initializer=initializer))

    def _shape(self) -> tuple[int, ...]:
        text = self._pairs.get("networkShape")
        if text is None:
            return keys.SHAPE
        if not text:
            return ()
        parts = text.split(",")
        if len(parts) > MAX_LAYERS:
            self._problems.append(
                f"networkShape={shown(text)}: must be at most {MAX_LAYERS} layers, not {len(parts)}"
            )
            return ()
        sizes = [decimal_of(part.strip()) for part in parts]
        if any(size is None or not 1 <= size <= MAX_UNITS or size % 1 for size in sizes):
            self._problems.append(
                f"networkShape={shown(text)}: must be whole numbers from 1 to {MAX_UNITS} between commas"
            )
            return ()
        return tuple(int(size) for size in sizes if size is not None)

    def _regularizer(self) -> Regularizer:
        kind = self._word("regularization", keys.REGULARIZERS)
        if kind is NoRegularizer:
            if self._given("regularizationRate").strip("0."):
                self.notes.append(
                    "regularizationRate has no effect without a regularization, and is left out."
                )
            return NoRegularizer()
        rate = self._number("regularizationRate", 0, 0, 10)
        if kind is L1 and rate:
            self.notes.append(keys.L1_DIES)
        return kind.model_validate({"rate": float(rate)})

    def _seed(self) -> tuple[int, LinkKeys | None]:
        text, tutorial = self._given("seed"), self._given("tutorial")
        for name, value in (("seed", text), ("tutorial", tutorial)):
            if len(value) > MAX_TEXT:
                self._problems.append(f"{name}={shown(value)}: must have at most {MAX_TEXT} characters")
        if self._problems:
            return 0, None
        seed = keys.seed_number(text) if text else 0
        is_plain = text in ("", str(seed))
        if not is_plain:
            self.notes.append(f"Seeds are whole numbers here: {shown(text)} becomes {seed}.")
        kept = LinkKeys(
            seed="" if is_plain else text,
            tutorial=tutorial,
            hide_text=self._flag("hideText"),
            collect_stats=self._flag("collectStats"),
        )
        return seed, None if kept == LinkKeys() else kept

    def _batches(self, experiment: Experiment, size: int) -> Experiment:
        """Return the experiment with its batches: one that takes all points is the full batch."""
        rows = keys.training_rows(experiment)
        if size > rows:
            self.notes.append(keys.LARGE_BATCH.format(size=shown(str(size)), rows=rows))
        elif rest := rows % size:
            self.notes.append(keys.last_batch(rest, rows))
        training = experiment.training.edited(batch_size="full" if size >= rows else size)
        return experiment.edited(training=training)
