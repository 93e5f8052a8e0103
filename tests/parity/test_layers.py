"""What a layer may have besides weights: normalization, residuals, trained slopes, dropout, frozen parts."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from engine.kernels import layout
from tests.parity import counterparts
from tests.parity.runs import STATISTICS, run_of, trained_run
from tests.parity.tables import random_table

ADAM = {"kind": "adam", "learning_rate": 0.01}
SGD = {"kind": "sgd", "learning_rate": 0.05, "momentum": 0.5}

# Widths on both sides of a vector's 16 lanes, and no others.
LAYERS = {
    "batch": {"units": 13, "normalization": "batch"},
    "batch-wide": {"units": 35, "normalization": "batch"},
    "layer": {"units": 13, "normalization": "layer"},
    "layer-wide": {"units": 35, "normalization": "layer"},
    "residual": {"units": 5, "residual": True},
    "projected": {"units": 19, "residual": True},
    "prelu": {"units": 19, "activation": "prelu"},
    "prelu-linear": {"units": 5, "activation": {"kind": "prelu", "initial_slope": 1.0}},
    "maxout": {"units": 7, "activation": "maxout"},
    "maxout-wide": {"units": 19, "activation": {"kind": "maxout", "pieces": 5}},
    "batch-prelu": {"units": 17, "activation": "prelu", "normalization": "batch"},
    "layer-maxout": {"units": 6, "activation": {"kind": "maxout", "pieces": 3}, "normalization": "layer"},
    "batch-maxout": {"units": 18, "activation": {"kind": "maxout", "pieces": 2}, "normalization": "batch"},
    "everything": {"units": 5, "activation": "silu", "normalization": "batch", "residual": True},
    "everything-projected": {"units": 21, "activation": "gelu", "normalization": "layer", "residual": True},
    "everything-prelu": {"units": 21, "activation": "prelu", "normalization": "batch", "residual": True},
    "everything-maxout": {"units": 21, "activation": "maxout", "normalization": "layer", "residual": True},
}


def network_of(layer):
    """Return three hidden layers, the first and the last of which are the given one."""
    layer = {"activation": "tanh", **layer}
    return [layer, {"units": 8, "activation": "sine"}, layer]


def document_of(layers, batch_size="full", **training):
    return {"seed": 3, "network": {"layers": layers}, "training": {"batch_size": batch_size, **training}}


def jolted(trainer, rng):
    """Return tensors with no number where an initializer puts it: scales, shifts and slopes count, too."""
    found = []
    for tensors in trainer.tensors:
        moved = {name: t + rng.normal(0, 0.2, t.shape) for name, t in tensors.items()}
        if "normalization.running_var" in moved:
            moved["normalization.running_var"] = np.abs(moved["normalization.running_var"]) + 0.1
        found.append(moved)
    return found


def begun(folder, layers, rows=60, attempt=0, **training):
    """Return a run from jolted tensors."""
    table = random_table(np.random.default_rng([9, attempt]), rows, 5, 3)
    document = document_of(layers, **training)
    run = run_of(table, folder, document)
    return run_of(table, folder, document, jolted(run.trainer, np.random.default_rng([10, attempt])))


def shadowed(run):
    """Return the biases that a batch's mean takes out again: their gradient is nothing but rounding."""
    layers = run.trainer.experiment.network.layers
    return tuple((i, "bias") for i, layer in enumerate(layers) if layer.normalization == "batch")


@pytest.mark.parametrize("rows", [6, 60, 300])  # more than the block of rows that the kernels take at once
@pytest.mark.parametrize("name", LAYERS)
def test_gradients_are_those_of_pytorch(name, rows, tmp_path):
    run = begun(tmp_path, network_of(LAYERS[name]), rows, optimizer={"kind": "sgd", "learning_rate": 0.0})
    assert run.trainer.advance(batches=1)
    for each in run.twins:
        each.step()
    run.assert_gradients_agree()
    run.assert_tensors_agree(relative=1e-6)  # the running statistics have moved


@pytest.mark.parametrize("optimizer", [SGD, ADAM], ids=["sgd", "adam"])
@pytest.mark.parametrize("name", LAYERS)
def test_fifty_steps_are_those_of_pytorch(name, optimizer, tmp_path):
    # Epochs of five batches, the last of nine rows.
    run = trained_run(
        lambda i: begun(tmp_path, network_of(LAYERS[name]), 57, i, batch_size=12, optimizer=optimizer), 10
    )
    run.assert_tensors_agree(shadowed(run))
    # Adam makes whole steps of the rounding errors that are a shadowed bias's gradient; the running mean lags
    # behind such a bias, and the loss in inference shows how far: another walk in every precision.
    if optimizer is SGD or not shadowed(run):
        run.assert_losses_agree()


@pytest.mark.parametrize("name", LAYERS)
def test_predictions_and_losses_are_those_of_pytorch_in_inference(name, tmp_path):
    run = begun(tmp_path, network_of(LAYERS[name]), 200)
    # One network would normalize by the batch in one of the two modes alone.
    exact, single = (each.predict() for each in run.twins)
    allowed = 10 * np.abs(single - exact).max() + 1e-6
    assert np.abs(run.trainer.predict(run.exact.inputs.numpy()) - exact).max() <= allowed
    run.assert_losses_agree()


@pytest.mark.parametrize("rows", [2, 30, 31, 64, 200])
def test_running_statistics_are_those_of_pytorch_after_batches_of_unequal_size(rows, tmp_path):
    layers = network_of(LAYERS["batch-wide"])
    run = begun(tmp_path, layers, 64 + rows, batch_size=64, optimizer={"kind": "sgd", "learning_rate": 0.0})
    assert run.trainer.advance(epochs=3)
    for each in run.twins:
        each.train(3)
    for ours, exact, before in zip(
        run.trainer.tensors, run.exact.tensors, begun(tmp_path, layers).trainer.tensors, strict=True
    ):
        for name in STATISTICS:
            if name in exact:
                np.testing.assert_allclose(ours[name], exact[name], rtol=2e-6, atol=2e-6)
                assert np.abs(exact[name] - before[name]).max() > 0.1


@pytest.mark.parametrize("offset", [1e2, 1e4])
def test_batches_far_from_zero_are_normalized_as_exactly_as_in_pytorch(offset, tmp_path):
    layers = [{"units": 20, "activation": "tanh", "normalization": "batch"}]
    run = begun(tmp_path, layers, optimizer={"kind": "sgd", "learning_rate": 0.0})
    tensors = run.trainer.tensors
    tensors[0]["bias"] += offset
    run.trainer.set_tensors(tensors)
    for each in run.twins:
        each.set_tensors(tensors)
        each.step()
    assert run.trainer.advance(batches=1)
    run.assert_gradients_agree()


# Dropout


def masks_of(trainer, rows):
    """Return what the last step has multiplied the hidden layers' activations by."""
    machine, found = trainer._machine, []
    for layer, row in zip(trainer.experiment.network.layers, machine.network.layers, strict=False):
        at, width = row[layout.OUT_AT], row[layout.OUT_STRIDE]
        mask = machine.work.dropped[at : at + rows * width].reshape(rows, width)[:, : layer.units]
        found.append(mask.copy() if layer.dropout else None)
    return found


def train_with_its_masks(run, epochs):
    """Train PyTorch's with the trainer's masks; return the share kept by each, or [] near a kink."""
    rate = run.trainer.experiment.network.layers[0].dropout
    kept = []
    for rows, _ in zip(run.exact.batches(epochs), run.single.batches(epochs), strict=True):
        assert run.trainer.advance(batches=1)
        masks = masks_of(run.trainer, len(run.exact.inputs[rows]))
        for mask in masks:
            if mask is not None:
                assert np.isin(mask, np.float32([0, 1 / (1 - rate)])).all()
                kept.append((mask > 0).mean())
        if not run.step(rows, masks):
            return []
    return kept


@pytest.mark.parametrize("normalization", ["none", "batch", "layer"])
@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("optimizer", [{**SGD, "learning_rate": 0.002}, ADAM], ids=["sgd", "adam"])
def test_dropout_given_its_mask_is_that_of_pytorch(optimizer, rate, normalization, tmp_path):
    layer = {"units": 19, "dropout": rate, "normalization": normalization}
    layers = [
        {**layer, "activation": "tanh", "residual": True},
        {**layer, "activation": "prelu", "residual": True},
        {**layer, "activation": "maxout", "dropout": 0.0},
        {**layer, "activation": "gelu"},
    ]
    for attempt in count():
        run = begun(tmp_path, layers, 57, attempt, batch_size=12, optimizer=optimizer)
        kept = train_with_its_masks(run, 10)
        if kept:
            break
    assert np.mean(kept) == pytest.approx(1 - rate, abs=0.02)
    assert len({round(share, 6) for share in kept}) > 10  # drawn anew in every step
    run.assert_tensors_agree(shadowed(run))


def test_nothing_is_dropped_in_inference(tmp_path):
    run = begun(tmp_path, [{"units": 19, "activation": "tanh", "dropout": 0.9}])
    np.testing.assert_allclose(
        run.trainer.predict(run.exact.inputs.numpy()), run.exact.predict(), rtol=1e-5, atol=1e-6
    )


# Frozen and muted parts

PARTS = {
    "frozen-layer": {"frozen": True},
    "frozen-weights": {"frozen_weights": [[0, 0], [2, 1], [4, 4]]},
    "muted-weights": {"muted_weights": [[0, 0], [2, 1], [4, 4]]},
    "muted-units": {"muted_units": [0, 3]},
    "all": {"frozen_weights": [[1, 1]], "muted_weights": [[0, 0]], "muted_units": [4]},
}
KINDS = {
    "plain": {"units": 5, "activation": "tanh"},
    "batch": {"units": 5, "activation": "tanh", "normalization": "batch"},
    "residual-prelu": {"units": 5, "activation": "prelu", "residual": True, "normalization": "layer"},
    "maxout": {"units": 5, "activation": {"kind": "maxout", "pieces": 3}},
}
# With all that might move what is frozen: memory, decay, penalties and a norm.
TRAININGS = {
    "adamw": {"optimizer": {"kind": "adamw", "learning_rate": 0.01, "weight_decay": 0.5}},
    "l2": {"optimizer": SGD, "regularizer": {"kind": "l2", "rate": 0.1}, "gradient_clip": 0.1},
    "l1": {"optimizer": ADAM, "regularizer": {"kind": "l1", "rate": 0.1}},
    "max_norm": {"optimizer": SGD, "regularizer": {"kind": "max_norm", "limit": 0.5}},
}


@pytest.mark.parametrize("training", TRAININGS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", PARTS)
def test_frozen_and_muted_parts_are_those_of_pytorch(part, kind, training, tmp_path):
    layers = [{"units": 5, "activation": "tanh"}, {**KINDS[kind], **PARTS[part]}]
    found = []

    def draw(attempt):
        found.append(begun(tmp_path, layers, attempt=attempt, batch_size=20, **TRAININGS[training]))
        found.append(found[-1].trainer.tensors[1])
        return found[-2]

    run = trained_run(draw, 10)
    before = found[-1]
    run.assert_tensors_agree(shadowed(run))
    after = run.trainer.tensors[1]
    if part == "frozen-layer":
        for name in before.keys() - set(STATISTICS):
            np.testing.assert_array_equal(after[name], before[name])
    pieces = after["weight"].reshape(-1, 5, 5)
    for unit, source in PARTS[part].get("frozen_weights", ()):
        np.testing.assert_array_equal(
            pieces[:, unit, source], before["weight"].reshape(-1, 5, 5)[:, unit, source]
        )
    for unit, source in PARTS[part].get("muted_weights", ()):
        np.testing.assert_array_equal(pieces[:, unit, source], 0)


def test_links_into_the_output_freeze_and_mute_as_well(tmp_path):
    table = random_table(np.random.default_rng(9), 60, 5, 3)
    output = {"frozen_weights": [[0, 1]], "muted_weights": [[2, 0], [1, 4]]}
    document = document_of([{"units": 5, "activation": "tanh"}], 20, optimizer=ADAM)
    document["network"]["output"] = output
    run = run_of(table, tmp_path, document)
    assert run.trainer.advance(epochs=10)
    for each in run.twins:
        each.train(10)
    run.assert_tensors_agree()
    assert run.trainer.tensors[1]["weight"][2, 0] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_muted_unit_is_one_whose_outgoing_weights_are_zero(kind, tmp_path):
    silent = begun(tmp_path, [{**KINDS[kind], "muted_units": [1, 4]}])
    full = begun(tmp_path, [KINDS[kind]])
    tensors = full.trainer.tensors
    tensors[1]["weight"][:, [1, 4]] = 0
    full.trainer.set_tensors(tensors)
    inputs = full.exact.inputs.numpy()
    np.testing.assert_allclose(silent.trainer.predict(inputs), full.trainer.predict(inputs), atol=1e-6)


def test_every_normalization_has_a_counterpart():
    from typing import get_args

    from engine.experiment import Layer

    assert set(get_args(Layer.model_fields["normalization"].annotation)) == counterparts.NORMALIZATIONS.keys()
