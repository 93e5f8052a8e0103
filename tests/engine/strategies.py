"""Random valid documents of the whole experiment format, built from the catalog's own tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from engine.catalog.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from engine.catalog.datasets import DATASETS
from engine.catalog.entry import by_key
from engine.catalog.initializers import INITIALIZERS
from engine.catalog.losses import LOSSES
from engine.catalog.optimizers import OPTIMIZERS
from engine.catalog.regularizers import REGULARIZERS
from engine.catalog.schedules import SCHEDULES
from engine.experiment import MAX_BATCH, MAX_LAYERS, MAX_UNITS, Experiment
from engine.view import CONTROLS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.catalog.entry import Entry, Parameter

FORMULAS = (
    "x1",
    "x2",
    "x3",
    "x1**2",
    "x2**2",
    "x1*x2",
    "sin(x1)",
    "cos(x2)",
    "tanh(x1 - 2)/(1 + abs(x3))",
    "-x1",
    "0.5*sin(pi*x1)",
)
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12).filter(
    lambda name: name == name.strip()
)


def parameter_values(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Return values that a parameter of an entry may have."""
    if parameter.choices:
        return st.sampled_from(parameter.choices)
    if parameter.type is bool:
        return st.booleans()
    if parameter.range is None:
        return NAMES
    if parameter.type is int:
        return st.integers(int(parameter.range.low), int(parameter.range.high))
    return st.floats(parameter.range.low, parameter.range.high)


@st.composite
def choices(draw: Callable[..., Any], table: Sequence[type[Entry]]) -> Any:
    """Return an entry of a table as a document holds it: a bare kind, or an object with some parameters."""
    entry = draw(st.sampled_from(table))
    if draw(st.booleans()):
        return entry.key()
    values = {p.name: draw(parameter_values(p)) for p in entry.parameters() if draw(st.booleans())}
    return {"kind": entry.key(), **values}


def some_of(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects with some of the keys."""
    return st.fixed_dictionaries({}, optional=keys)


@st.composite
def tables(draw: Callable[..., Any]) -> dict[str, Any]:
    """Return a CSV source."""
    names = draw(st.lists(NAMES, min_size=2, max_size=6, unique=True))
    task = draw(st.sampled_from(("classification", "regression")))
    targets = draw(st.integers(1, len(names) - 1)) if task == "regression" else 1
    target = names[:targets]
    return {
        "kind": "csv",
        "path": draw(NAMES) + ".csv",
        "inputs": names[targets:],
        "target": target[0] if targets == 1 and draw(st.booleans()) else target,
        "task": task,
        **draw(some_of(standardize=st.booleans(), test_fraction=st.floats(0, 0.9))),
    }


@st.composite
def painted(draw: Callable[..., Any]) -> dict[str, Any]:
    """Return painted points."""
    task = draw(st.sampled_from(("classification", "regression")))
    number = st.floats(-10, 10)
    label = st.integers(0, 9) if task == "classification" else number
    points = draw(st.lists(st.tuples(number, number, label).map(list), max_size=8))
    return {
        "kind": "points",
        "points": points,
        "task": task,
        **draw(some_of(test_fraction=st.floats(0, 0.9))),
    }


def _width(data: Any) -> int:
    kind = data if isinstance(data, str) else data["kind"]
    if kind == "csv":
        return len(data["inputs"])
    return next((d.inputs for d in DATASETS if d.key() == kind), 2)


def _is_regression(data: Any) -> bool:
    kind = data if isinstance(data, str) else data["kind"]
    task = next((d.task for d in DATASETS if d.key() == kind), None)
    return (task or (data if isinstance(data, dict) else {}).get("task")) == "regression"


def views() -> st.SearchStrategy[dict[str, Any]]:
    """Return how an experiment is shown."""
    text = st.text(st.characters(codec="utf-8"), max_size=12)
    link = some_of(seed=text, tutorial=text, hide_text=st.booleans(), collect_stats=st.booleans())
    return some_of(
        hidden=st.lists(st.sampled_from(CONTROLS), unique=True),
        show_test=st.booleans(),
        discretize=st.booleans(),
        link=st.none() | link,
    )


@st.composite
def documents(draw: Callable[..., Any], trainable: bool = False) -> dict[str, Any]:
    """Return a plain valid document of an experiment.

    With ``trainable`` it is one that a trainer takes, in a moment: generated data of few samples, few
    units, and an output that fits any number of classes.
    """
    sources = [choices(DATASETS)]
    data = draw(st.one_of(sources if trainable else [*sources, tables(), painted()]))
    if trainable:
        data = {"kind": data} if isinstance(data, str) else data
        data["samples"] = draw(st.integers(10, 60))
    width = _width(data)
    formulas = [text for text in FORMULAS if all(f"x{i}" not in text for i in range(width + 1, 10))]
    features = draw(st.lists(st.sampled_from(formulas), unique=True, max_size=5))

    inputs = len(features) or width
    layers = []
    for _ in range(draw(st.integers(0, 4 if trainable else MAX_LAYERS))):
        units = draw(st.just(inputs) | st.integers(1, 20 if trainable else MAX_UNITS))
        links = st.lists(
            st.tuples(st.integers(0, units - 1), st.integers(0, inputs - 1)).map(list),
            max_size=3,
            unique_by=tuple,
        )
        layer = draw(
            some_of(
                activation=choices(ACTIVATIONS),
                initializer=choices(INITIALIZERS),
                bias_initializer=st.none() | choices(INITIALIZERS),
                dropout=st.floats(0, 0.9),
                normalization=st.sampled_from(["none", "batch", "layer"]),
                residual=st.booleans(),
                frozen=st.booleans(),
                frozen_weights=links,
                muted_units=st.lists(st.integers(0, units - 1), max_size=3, unique=True),
                muted_weights=links,
            )
        )
        layers.append({**layer, "units": units})
        inputs = units

    task = "regression" if _is_regression(data) else "classification"
    losses = [loss for loss in LOSSES if task in loss.tasks]
    training = draw(
        some_of(
            loss=choices(losses),
            optimizer=choices(OPTIMIZERS),
            schedule=choices(SCHEDULES),
            regularizer=choices(REGULARIZERS),
            batch_size=st.just("full") | st.integers(1, MAX_BATCH),
            shuffle=st.booleans(),
            gradient_clip=st.none() | st.floats(1e-6, 1e6),
            gradient_clip_value=st.none() | st.floats(1e-6, 1e6),
            input_noise=st.floats(0, 10),
            stop=some_of(
                epochs=st.none() | st.integers(1, 10_000_000),
                loss=st.none() | st.floats(0, 1e6),
                seconds=st.none() | st.floats(0.001, 1e6),
                patience=st.none() | st.integers(1, 1_000_000),
                restore_best=st.booleans(),
            ),
        )
    )
    optimizer = training.get("optimizer", "adam")
    if "lbfgs" in (optimizer, optimizer["kind"] if isinstance(optimizer, dict) else ""):
        training["regularizer"] = draw(st.sampled_from(["none", "l2"]))
    loss = training.get("loss", "mse" if task == "regression" else "cross_entropy")
    chosen = by_key(LOSSES)[loss["kind"] if isinstance(loss, dict) else loss]()
    outputs = list(OUTPUT_ACTIVATIONS)
    if chosen.fixed_output:
        fitting = {chosen.output(classes) for classes in ((0,) if task == "regression" else (2, 3))}
        outputs = [entry for entry in outputs if entry.key() in {"auto", *fitting}]
    if task == "regression" or trainable:
        outputs = [entry for entry in outputs if entry.key() != "softmax"]
    if trainable and len(outputs) < 3:
        outputs = [entry for entry in outputs if entry.key() == "auto"]
    network = {
        "layers": layers,
        "output": draw(some_of(activation=choices(outputs), initializer=choices(INITIALIZERS))),
    }

    document = draw(
        some_of(
            title=st.text(st.characters(codec="utf-8"), max_size=30),
            seed=st.integers(0, 2**32 - 1),
            view=views(),
        )
    )
    document |= {"format": "unfold.experiment", "version": 1, "data": data, "training": training}
    if features or draw(st.booleans()):
        document["features"] = features
    if layers or draw(st.booleans()):
        document["network"] = network
    return document


def experiments(trainable: bool = False) -> st.SearchStrategy[Experiment]:
    """Return valid experiments; with ``trainable`` such as can be trained in a moment."""
    return documents(trainable).map(Experiment.parse)
