"""Whole random documents through the trainer, the textbook twin and a JSON round trip."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from hypothesis import given, settings

from engine import Experiment, Trainer, reference
from engine.errors import UnfoldError
from tests.engine.strategies import experiments
from tests.engine.test_kernels import pulled
from tests.engine.twins import Twin

RELATIVE, TIMES = 2e-5, 10  # of the largest number; of the distance that float32 alone leads astray


def trainer_of(experiment: Experiment) -> Trainer | None:
    """Return a trainer, or None where the data do not allow the experiment and that is said."""
    try:
        return Trainer(experiment)
    except UnfoldError as error:
        assert error.problems
        assert all(problem and "\n" not in problem for problem in error.problems)
        return None


def assert_close(found: Any, exact: Any, rounded: Any, what: str) -> None:
    """Fail where a number is further from float64 than rounding explains, unless float32 overflows."""
    if not np.isfinite(rounded).all() or np.abs(exact).max(initial=0) > 1e30:
        return
    allowed = TIMES * np.abs(rounded - exact).max(initial=0) + RELATIVE * (
        np.abs(exact).max(initial=0) + 1e-3
    )
    assert np.abs(found - exact).max(initial=0) <= allowed, what


@settings(max_examples=80)
@given(experiments(trainable=True))
def test_the_first_step_is_the_reference_s(experiment):
    trainer = trainer_of(experiment)
    if trainer is None or not experiment.training.optimizer.rules:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of overflow in the twins
        twin = Twin(trainer)
        rows = next(twin.batches())
        single, masks = twin.single(), twin.masks(len(rows))
        exact, rounded = (pulled(each, each.gradient(rows, masks)) for each in (twin, single))
        if not trainer.advance(batches=1):
            assert trainer.diverged is not None or trainer.finished is not None
            return
    # What hardly varies is normalized by a small number, at least 1 / 316, and its rounding errors with it.
    traces = twin.forward(trainer.data.train_features[rows], masks, training=True)
    deviations = [trace.deviation.min() for trace in traces if trace.deviation is not None]
    magnified = np.prod(np.maximum(0.1 / np.array([1.0, *deviations]), 1))
    largest = magnified * twin.summed(rows, traces, masks)
    for found, layer, near in zip(trainer.tensor_gradient, exact, rounded, strict=True):
        for name, g in layer.items():
            spread = np.abs(near[name] - g).max()
            if np.isfinite(spread) and largest < 1e30:
                assert np.abs(found[name] - g).max() <= TIMES * spread + RELATIVE * (largest + 1e-3), name


@settings(max_examples=60)
@given(experiments(trainable=True))
def test_a_round_trip_trains_to_the_same_bits_and_nothing_is_nan_unsaid(experiment):
    again = Experiment.model_validate_json(experiment.model_dump_json())
    assert again == experiment
    trainer, other = trainer_of(experiment), trainer_of(again)
    assert (trainer is None) == (other is None)
    if trainer is None or other is None:
        return
    for each, steps in ((trainer, [3]), (other, [1, 2])):
        for count in steps:
            each.advance(batches=count)
    assert trainer.diverged == other.diverged
    assert trainer.step == other.step
    for layer, same in zip(trainer.tensors, other.tensors, strict=True):
        for name, tensor in layer.items():
            assert np.isfinite(tensor).all(), name
            np.testing.assert_array_equal(tensor, same[name], err_msg=name)


@settings(max_examples=60)
@given(experiments(trainable=True))
def test_predictions_are_the_reference_s(experiment):
    trainer = trainer_of(experiment)
    if trainer is None:
        return
    trainer.advance(batches=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        twin = Twin(trainer)
        single = twin.single()
        features = trainer.data.train_features
        exact, rounded = (each.forward(features)[-1].outputs for each in (twin, single))
    found = trainer._machine.outputs(features)
    assert_close(found, exact, rounded, "outputs")
    if isinstance(trainer, Trainer) and np.isfinite(exact).all():
        loss = reference.mean_loss(
            twin.rule, twin.loss_numbers, twin.forward(features)[-1], twin.targets, twin.weights
        )
        measured = trainer.snapshot().losses["train"]
        near = reference.mean_loss(
            single.rule, single.loss_numbers, single.forward(features)[-1], single.targets, single.weights
        )
        assert_close(np.float64(measured), np.float64(loss), np.float64(near), "loss")
