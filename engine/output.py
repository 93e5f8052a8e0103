"""The output layer: what it computes, what it is compared with, and what its values stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.catalog.activations import OUTPUT_ACTIVATIONS, Activation, Auto, Softmax
from engine.catalog.entry import by_key
from engine.catalog.loss import ClassLoss
from engine.errors import DataError, ExperimentError
from engine.kernels import layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.catalog.entry import Entry
    from engine.catalog.losses import LossRule
    from engine.data import PreparedData
    from engine.experiment import Experiment
    from engine.floats import Floats


@dataclass(frozen=True)
class OutputPlan:
    """What the output layer computes and is compared with, once the data are known.

    ``low`` and ``high`` are the targets of the two classes (of "not this class" and "this class" where
    there are several).
    """

    activation: Entry
    rule: LossRule
    low: float
    high: float


def output_activation(experiment: Experiment, classes: int) -> Entry:
    """Return what the output layer computes with so many classes (0: values), ``auto`` resolved."""
    chosen = experiment.network.output.activation
    if not isinstance(chosen, Auto):
        return chosen
    return by_key(OUTPUT_ACTIVATIONS)[experiment.training.loss.output(classes)].model_validate({})


def fitting_activation(experiment: Experiment, classes: int) -> Entry:
    """Return what the output layer computes with so many classes, which the loss and the classes allow.

    Raises
    ------
    ExperimentError
        Where they do not.
    """
    loss, chosen = experiment.training.loss, output_activation(experiment, classes)
    needed = loss.output(classes)
    if loss.fixed_output and chosen.kind != needed:
        raise ExperimentError(
            f"network.output.activation: {loss.kind} with {classes} classes needs {needed}, "
            f"not {chosen.kind}; use auto"
        )
    if isinstance(chosen, Softmax) and classes == 2:
        raise ExperimentError("network.output.activation: softmax needs three or more classes; use auto")
    return chosen


def plan_output(experiment: Experiment, data: PreparedData) -> OutputPlan:
    """Resolve ``auto`` and check what only the data can tell.

    Raises
    ------
    ExperimentError
        Where the output's activation, its links or the loss's class weights do not fit the classes.
    DataError
        Where the loss is not defined for a target.
    """
    loss, classes = experiment.training.loss, len(data.classes)
    chosen = fitting_activation(experiment, classes)
    _check_fit(experiment, data)
    rule = loss.rule(classes)
    if rule.acts_on != "output":
        return OutputPlan(chosen, rule, 0.0, 1.0)
    centred = isinstance(chosen, Activation) and chosen.low <= -1
    return OutputPlan(chosen, rule, -1.0 if classes and centred else 0.0, 1.0)


def _check_fit(experiment: Experiment, data: PreparedData) -> None:
    loss, output, classes = experiment.training.loss, experiment.network.output, len(data.classes)
    problems = [
        f"network.output.{field}.{k}: there is no unit {unit}, the output has {data.outputs}"
        for field in ("frozen_weights", "muted_weights")
        for k, (unit, _) in enumerate(getattr(output, field))
        if unit >= data.outputs
    ]
    weights = class_weights(experiment)
    if weights and classes and len(weights) != classes:
        problems.append(
            f"training.loss.class_weights: must be one a class, {classes} in all, not {len(weights)}"
        )
    if problems:
        raise ExperimentError(problems)
    lowest = loss.lowest_target
    targets = np.concatenate([data.train_targets.ravel(), data.test_targets.ravel()])
    if not classes and lowest is not None and targets.size and targets.min() < lowest:
        raise DataError(
            f"training.loss: {loss.kind} needs targets of {lowest:g} or more, but one is {targets.min():g}; "
            "use mse"
        )


def target_rows(
    experiment: Experiment, data: PreparedData, targets: NDArray[Any], plan: OutputPlan
) -> Floats:
    """Return the targets as flat rows padded like the outputs, float32."""
    rows = np.zeros((len(targets), layout.stride(data.outputs)), np.float32)
    if not data.classes:
        rows[:, : data.outputs] = targets
        return rows.ravel()
    hot = np.zeros((len(targets), data.outputs))
    if data.outputs == 1:
        hot[:, 0] = targets == 1
    else:
        hot[np.arange(len(targets)), targets] = 1
    soft = experiment.training.loss.soften(hot, len(data.classes))
    rows[:, : data.outputs] = plan.low + soft * (plan.high - plan.low)
    return rows.ravel()


def class_weights(experiment: Experiment) -> tuple[float, ...]:
    """Return what the samples of each class count; empty where all count the same."""
    loss = experiment.training.loss
    return loss.class_weights if isinstance(loss, ClassLoss) else ()


def sample_weights(experiment: Experiment, data: PreparedData, targets: NDArray[Any]) -> NDArray[np.float64]:
    """Return what every sample counts, float64 (n,); empty where all count the same."""
    weights = class_weights(experiment)
    return np.asarray(weights, np.float64)[targets] if weights and data.classes else np.zeros(0)


def probabilities(outputs: Floats, data: PreparedData, plan: OutputPlan) -> Floats:
    """Turn the output layer's values into what ``predict`` promises; values of a regression stay.

    An output trained towards the targets low and high stands for the probability (y - low) / (high -
    low), cut off at 0 and 1.
    """
    if not data.classes or plan.activation.kind in ("sigmoid", "softmax"):
        return outputs
    return np.asarray(np.clip((outputs - plan.low) / (plan.high - plan.low), 0, 1), np.float32)
