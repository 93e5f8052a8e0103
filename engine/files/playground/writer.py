"""From an experiment to the keys of a TensorFlow Playground link, or the reasons why there is none."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.catalog.activations import Auto
from engine.catalog.features import parse
from engine.catalog.generated import Dataset
from engine.catalog.losses import HalfSquaredError
from engine.catalog.optimizers import Sgd
from engine.catalog.regularizers import L1, L2, NoRegularizer, WeightDecay
from engine.catalog.schedules import Constant
from engine.errors import LinkError
from engine.experiment import Stopping
from engine.files.playground import keys
from engine.files.playground.text import number_text
from engine.sentences import shown
from engine.view import INPUTS, LinkKeys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.catalog.entry import Entry
    from engine.experiment import Experiment, Layer, Output


class Writer:
    """Says an experiment in the keys of a link.

    Parameters
    ----------
    experiment : Experiment
        What to say.

    Attributes
    ----------
    notes : list of str
        What a link cannot say but what hardly matters.
    """

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._problems: list[str] = []
        self.notes: list[str] = []
        self._on: set[str] = set()  # the keys of the inputs

    def pairs(self) -> dict[str, str]:
        """Return the keys with their values, in TensorFlow Playground's order.

        Raises
        ------
        LinkError
            With every reason why no link can say it.
        """
        said = {
            **self._data(),
            **self._inputs(),
            **self._network(),
            **self._training(),
            **self._seed(),
            **self._view(),
        }
        if self._problems:
            raise LinkError(self._problems)
        self._tell_lost()
        self.notes.append(keys.OTHER_NUMBERS)
        ordered = {key: said[key] for key in keys.KEYS if key in said}
        return {**ordered, **{key: "true" for key in said if key.endswith(keys.HIDE)}}

    def _refuse(self, part: str, why: str) -> None:
        self._problems.append(f"{part}: {why}")

    # The parts

    def _data(self) -> dict[str, str]:
        data = self._experiment.data
        is_regression = data.task == "regression"
        key, table = ("regDataset", keys.REG_DATASETS) if is_regression else ("dataset", keys.DATASETS)
        said = {"problem": data.task, "dataset": "circle", "regDataset": "reg-plane"}
        name = next((name for name, kind in table.items() if isinstance(data, kind)), None)
        if name is None or not isinstance(data, Dataset):
            offered = ", ".join(kind.label for kind in (*keys.DATASETS.values(), *keys.REG_DATASETS.values()))
            self._refuse("data", f"{data.label} is not one of TensorFlow Playground's data sets ({offered})")
            return said
        said[key] = name
        if data.samples != keys.SAMPLES[data.task]:
            self._refuse(
                "data",
                f"TensorFlow Playground draws {keys.SAMPLES[data.task]:,} points, not {data.samples:,}",
            )
        noise = Decimal(repr(data.noise)) * 100
        if noise > keys.MOST_NOISE:
            self._refuse(
                "noise", f"TensorFlow Playground goes up to {keys.MOST_NOISE} %, not {number_text(noise)} %"
            )
        train = 100 - Decimal(repr(data.test_fraction)) * 100
        return {**said, "noise": number_text(noise), "percTrainData": number_text(train)}

    def _inputs(self) -> dict[str, str]:
        experiment = self._experiment
        width = len(experiment.data.input_names)
        if not isinstance(experiment.data, Dataset) or width != 2:
            return {}  # the data are refused already
        programs = {parse(formula, width).program: key for key, formula in INPUTS.items()}
        features = [parse(text, width) for text in experiment.features]
        for feature in features:
            key = programs.get(feature.program)
            if key is None:
                self._refuse("inputs", f"TensorFlow Playground has no input {feature.label}")
            elif key in self._on:
                self._refuse("inputs", f"TensorFlow Playground has the input {feature.label} only once")
            else:
                self._on.add(key)
        only_here = " and ".join(INPUTS[key] for key in keys.ONLY_HERE if key in self._on)
        if only_here:
            self.notes.append(f"The link names the input {only_here}, which TensorFlow Playground has not.")
        return {key: _word(key in self._on) for key in INPUTS}

    def _network(self) -> dict[str, str]:
        network = self._experiment.network
        parts: list[tuple[str, Layer | Output]] = [
            *((f"layer {i + 1}", layer) for i, layer in enumerate(network.layers)),
            ("the output", network.output),
        ]
        for where, layer in parts:
            self._layer(where, layer)
        output = network.output.activation
        own = "linear" if self._experiment.data.task == "regression" else "tanh"
        if not isinstance(output, Auto) and output.kind != own:
            self._refuse(
                "the output", f"its activation is {own} in TensorFlow Playground, not {_label(output)}"
            )
        return {
            "networkShape": ",".join(str(layer.units) for layer in network.layers),
            "activation": self._activation(),
            "initZero": _word(self._starts_at_zero(parts)),
        }

    def _layer(self, where: str, layer: Layer | Output) -> None:
        plain = type(layer)()
        for field, what in (
            ("dropout", "dropout"),
            ("normalization", "normalization"),
            ("residual", "a residual connection"),
            ("frozen", "frozen parameters"),
            ("frozen_weights", "frozen weights"),
            ("muted_units", "muted neurons"),
            ("muted_weights", "muted weights"),
        ):
            if getattr(layer, field, None) != getattr(plain, field, None):
                self._refuse(where, f"TensorFlow Playground has no {what.removeprefix('a ')}")

    def _activation(self) -> str:
        """Return the word for the activation of all hidden layers."""
        words = {entry: word for word, entry in keys.ACTIVATIONS.items()}
        layers = self._experiment.network.layers
        for i, layer in enumerate(layers):
            if layer.activation not in words:
                self._refuse(
                    f"layer {i + 1}", f"TensorFlow Playground has no activation {_label(layer.activation)}"
                )
        known = list(dict.fromkeys(layer.activation for layer in layers if layer.activation in words))
        if len(known) > 1:
            listed = " and ".join(_label(entry) for entry in known)
            self._refuse("activation", f"TensorFlow Playground has one for all hidden layers, not {listed}")
        return words[known[0]] if known else next(iter(keys.ACTIVATIONS))

    def _starts_at_zero(self, parts: Iterable[tuple[str, Layer | Output]]) -> bool:
        """Return whether all weights start at zero, or note that they start as none do there."""
        starts: dict[str, list[str]] = {}
        at_zero = set()
        for where, layer in parts:
            own = layer.bias_initializer is None
            if own and layer.initializer in (keys.DRAWN, keys.ZERO):
                at_zero.add(layer.initializer == keys.ZERO)
                continue
            text = _label(layer.initializer) + f" with biases of {layer.initializer.bias:g}"
            if layer.bias_initializer is not None:
                text = f"{_label(layer.initializer)} with biases {_label(layer.bias_initializer)}"
            starts.setdefault(text, []).append(where)
        for text, places in starts.items():
            self._refuse(
                "initial weights",
                f"in TensorFlow Playground they are uniform within ±0.5 with biases of 0.1, or all zero, "
                f"not {text} ({', '.join(places)})",
            )
        if len(at_zero) > 1:
            self._refuse("initial weights", "in TensorFlow Playground either all of them are zero, or none")
        return at_zero == {True}

    def _training(self) -> dict[str, str]:
        training = self._experiment.training
        optimizer, loss = training.optimizer, training.loss
        if not isinstance(loss, HalfSquaredError):
            self._refuse("loss", f"it is half the squared error in TensorFlow Playground, not {_label(loss)}")
        elif loss != HalfSquaredError():
            self._refuse("loss", "classes have no weights in TensorFlow Playground")
        if not isinstance(optimizer, Sgd):
            self._refuse("optimizer", f"it is plain SGD in TensorFlow Playground, not {_label(optimizer)}")
        elif optimizer.momentum:
            self._refuse("optimizer", "TensorFlow Playground has no momentum")
        if not isinstance(training.schedule, Constant):
            self._refuse(
                "schedule",
                f"the learning rate is constant in TensorFlow Playground, not {_label(training.schedule)}",
            )
        elif training.schedule != Constant():
            self._refuse("schedule", "TensorFlow Playground has no warm-up")
        if training.gradient_clip is not None or training.gradient_clip_value is not None:
            self._refuse("gradient clipping", "TensorFlow Playground has none")
        if training.input_noise:
            self._refuse("input noise", "TensorFlow Playground has none")
        return {
            "learningRate": number_text(optimizer.learning_rate),
            "batchSize": self._batch_size(),
            **self._regularizer(),
        }

    def _regularizer(self) -> dict[str, str]:
        regularizer = self._experiment.training.regularizer
        match regularizer:
            case NoRegularizer():
                return {"regularizationRate": "0"}
            case L1(rate=rate):
                if rate:
                    self.notes.append(keys.L1_DIES)
                return {"regularization": "L1", "regularizationRate": number_text(rate)}
            case L2(rate=rate):
                return {"regularization": "L2", "regularizationRate": number_text(rate)}
            case WeightDecay(rate=rate):
                self.notes.append("Weight decay is called L2 there; with plain SGD they are the same.")
                return {"regularization": "L2", "regularizationRate": number_text(rate)}
            case _:
                self._refuse("regularizer", f"TensorFlow Playground has L1 and L2, not {_label(regularizer)}")
                return {}

    def _batch_size(self) -> str:
        """Return the size; where a batch takes all points, their number."""
        size, rows = self._experiment.training.batch_size, keys.training_rows(self._experiment)
        if size == "full" or size >= rows:
            return str(rows)
        if rest := rows % size:
            self.notes.append(keys.last_batch(rest, rows))
        return str(size)

    def _seed(self) -> dict[str, str]:
        seed, kept = self._experiment.seed, self._kept()
        is_its_own = kept.seed and keys.seed_number(kept.seed) == seed
        return {"seed": kept.seed if is_its_own else str(seed)}

    def _view(self) -> dict[str, str]:
        view, kept = self._experiment.view, self._kept()
        in_use = [name for name in view.hidden if name in self._on]
        if in_use:
            listed = ", ".join(INPUTS[name] for name in in_use)
            self.notes.append(
                f"{listed} is not hidden in the link: TensorFlow Playground would switch it off."
            )
        said = {
            "showTestData": _word(view.show_test),
            "discretize": _word(view.discretize),
            "hideText": _word(kept.hide_text),
            "collectStats": _word(kept.collect_stats),
        }
        if kept.tutorial:
            said["tutorial"] = kept.tutorial
        return {**said, **{name + keys.HIDE: "true" for name in view.hidden if name not in in_use}}

    def _kept(self) -> LinkKeys:
        return self._experiment.view.link or LinkKeys()

    def _tell_lost(self) -> None:
        """Note what has no place in a link but changes little."""
        experiment = self._experiment
        if experiment.training.shuffle:
            self.notes.append("Batches follow the same order in every epoch there; here they are shuffled.")
        if experiment.training.stop != Stopping(restore_best=experiment.training.stop.restore_best):
            self.notes.append("The stop rules are lost: training goes on there until it is paused.")
        if experiment.title not in ("Untitled", f"TensorFlow Playground: {experiment.data.label}"):
            self.notes.append(f"The title “{shown(experiment.title)}” is lost.")


def _word(on: Any) -> str:
    return "true" if on else "false"


def _label(entry: Entry) -> str:
    return entry.label
