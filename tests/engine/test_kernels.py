"""The kernels against their slow, obvious twin, and what must hold whatever they are asked to compute."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import Experiment, Trainer, reference
from engine.catalog.activations import ACTIVATIONS
from engine.catalog.losses import LOSS_RULES, LOSSES
from engine.catalog.optimizers import OPTIMIZERS, RULES
from engine.catalog.regularizers import REGULARIZERS
from engine.kernels import layout, random
from engine.kernels.jit import kernel
from engine.streams import seed_words
from tests.engine.twins import OUTPUTS, Twin, Xoshiro, flat, padding, random_trainer, table, trainer_of


def batch_size(trainer: Trainer) -> int:
    size = trainer.experiment.training.batch_size
    rows = len(trainer.data.train_features)
    return rows if size == "full" else min(size, rows)


def assert_close(found: Any, expected: Any, within: float) -> None:
    """Compare layer by layer, relative to the largest number of the layer.

    Of the layer, not of the array: a bias before a normalization has no gradient but rounding errors.
    """
    for i, (a, b) in enumerate(zip(found, expected, strict=True)):
        assert a.keys() == b.keys()
        for name, x in a.items():
            y = b[name]
            distance = np.abs(x - y).max() / (max(np.abs(other).max() for other in b.values()) + 1e-3)
            assert distance < within, f"layers.{i}.{name} is {distance:.2g} away"


@pytest.mark.parametrize("seed", range(60))
def test_gradient_is_the_reference_s(seed):
    trainer = random_trainer(seed)
    twin = Twin(trainer)
    rows = next(twin.batches())
    single = twin.single()
    masks = twin.masks(len(rows))
    gradient, rounded = (pulled(t, t.gradient(rows, masks)) for t in (twin, single))
    assert trainer.advance(batches=1)
    for found, exact, near in zip(trainer.tensor_gradient, gradient, rounded, strict=True):
        assert found.keys() == exact.keys()
        largest = max(np.abs(g).max() for g in exact.values())
        for name, g in exact.items():
            allowed = 10 * np.abs(near[name] - g).max() + 2e-5 * (largest + 1e-3)
            assert np.abs(found[name] - g).max() < allowed, name


def pulled(twin: Twin, gradient: reference.Tensors) -> reference.Tensors:
    """Return a gradient as the optimizer receives it."""
    gradient, training = twin.thaw(gradient), twin.experiment.training
    if training.gradient_clip_value is not None:
        gradient = reference.clip_values(gradient, training.gradient_clip_value)
    if training.gradient_clip is not None:
        gradient = reference.clip_norm(gradient, training.gradient_clip)
    pull = training.regularizer.rates().pull
    for layer, slopes in zip(twin.tensors, gradient, strict=True):
        for name in slopes.keys() & {reference.WEIGHT, reference.PROJECTION}:
            slopes[name] = slopes[name] + pull * layer[name]
    return twin.thaw(gradient)


@pytest.mark.parametrize("seed", range(60, 84))
def test_training_follows_the_reference(seed):
    trainer = random_trainer(seed)
    twin = Twin(trainer)
    for _ in range(2):
        twin.epoch()
    assert trainer.advance(epochs=2)
    assert trainer.step == 2 * -(-len(twin.order) // batch_size(trainer)) == twin.optimizer.step
    assert_close(trainer.tensors, twin.tensors, 1e-4)


@pytest.mark.parametrize("seed", range(84, 100))
def test_outputs_and_loss_are_the_reference_s(seed):
    trainer = random_trainer(seed)
    twin = Twin(trainer)
    outputs, loss = trainer._machine.assess(trainer._machine.train_rows)
    expected = twin.forward(trainer.data.train_features)[-1].outputs
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)
    assert loss == pytest.approx(twin.loss(twin.order), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("inputs", [1, 15, 16, 17, 33, 64, 65, 70])
@pytest.mark.parametrize("units", [1, 16, 33, 70])
@pytest.mark.parametrize("rows", [1, 2, 3, 5, 9, 129])
def test_every_shape_of_tile_gives_the_same_numbers(inputs, units, rows):
    data = table(7, rows=rows, inputs=inputs, outputs=19)
    layers = [{"units": units}, {"units": 33}]
    trainer = trainer_of(data, layers, optimizer={"kind": "sgd"}, batch_size="full")
    twin = Twin(trainer)
    assert trainer.advance(batches=1)
    assert_close(trainer.tensor_gradient, twin.gradient(range(rows)), 1e-5)


@pytest.mark.parametrize("entry", ACTIVATIONS, ids=lambda entry: entry.key())
@pytest.mark.parametrize("residual", [False, True], ids=["plain", "residual"])
def test_every_activation_in_a_hidden_layer(entry, residual):
    data = table(3, rows=50, inputs=20)
    gain = 0.1 if entry.key() == "exponential" else 1.0  # two in a row explode
    initializer = {"kind": "glorot_uniform", "gain": gain}
    layer = {"units": 20, "activation": entry.key(), "residual": residual, "initializer": initializer}
    layers = [layer] * 2
    trainer = trainer_of(data, layers, optimizer={"kind": "sgd", "learning_rate": 0.005})
    twin = Twin(trainer)
    assert trainer.advance(epochs=3)
    for _ in range(3):
        twin.epoch()
    assert_close(trainer.tensors, twin.tensors, 3e-5)


@pytest.mark.parametrize(
    ("loss", "entry", "classes"), OUTPUTS, ids=[f"{a.key()}-{b.key()}-{c}" for a, b, c in OUTPUTS]
)
def test_every_loss_and_output(loss, entry, classes):
    data = table(4, rows=50, inputs=3, classes=classes, outputs=3, lowest=loss.lowest_target)
    trainer = trainer_of(
        data,
        [{"units": 17}],
        {"activation": entry.key(), "initializer": {"kind": "glorot_uniform", "bias": 0.2}},
        loss=loss.key(),
        optimizer={"kind": "sgd", "learning_rate": 0.05},
    )
    twin = Twin(trainer)
    assert trainer.snapshot().losses["train"] == pytest.approx(twin.loss(twin.order), rel=1e-5)
    assert trainer.advance(epochs=3)
    for _ in range(3):
        twin.epoch()
    assert_close(trainer.tensors, twin.tensors, 3e-5)
    assert trainer.snapshot().losses["train"] == pytest.approx(twin.loss(twin.order), rel=1e-4)


HYPER_PARAMETERS = [{"kind": entry.key()} for entry in OPTIMIZERS if entry.rules] + [
    {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.9},
    {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True},
    {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.9, "form": "velocity"},
    {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "form": "velocity"},
    {"kind": "rmsprop", "centered": True},
    {"kind": "rmsprop", "momentum": 0.9},
    {"kind": "rmsprop", "momentum": 0.9, "centered": True},
]


@pytest.mark.parametrize("optimizer", HYPER_PARAMETERS, ids=lambda o: "-".join(map(str, o.values())))
def test_every_optimizer_takes_the_reference_s_steps(optimizer):
    """From the kernel's own gradients, so that no rounding of theirs is amplified."""
    trainer = trainer_of(table(5, inputs=20), [{"units": 9}, {"units": 33}], optimizer=optimizer)
    twin = Twin(trainer)
    for _ in range(12):
        assert trainer.advance(batches=1)
        gradient = [{n: g.astype(np.float64) for n, g in layer.items()} for layer in trainer.tensor_gradient]
        twin.tensors = twin.optimizer.update(twin.tensors, gradient)
    assert_close(trainer.tensors, twin.tensors, 2e-6)


def test_every_rule_is_reached_by_some_optimizer():
    found = {
        Experiment.parse({"training": {"optimizer": o}}).training.optimizer.rule for o in HYPER_PARAMETERS
    }
    assert found == set(RULES)
    assert {rule for loss in LOSSES for rule in loss.rules} == set(LOSS_RULES)


@pytest.mark.parametrize("entry", REGULARIZERS, ids=lambda entry: entry.key())
def test_every_regularizer_acts_on_weights_alone(entry):
    regularizer = {"kind": entry.key()} | ({"rate": 0.05} if "rate" in entry.model_fields else {})
    data = table(6, rows=30, inputs=20)
    trainer = trainer_of(
        data,
        [{"units": 18, "initializer": {"kind": "glorot_normal", "bias": 0.3}}],
        optimizer={"kind": "sgd", "learning_rate": 0.1},
        regularizer=regularizer,
    )
    twin = Twin(trainer)
    assert trainer.advance(epochs=4)
    for _ in range(4):
        twin.epoch()
    assert_close(trainer.tensors, twin.tensors, 3e-5)


def test_l1_makes_weights_exactly_zero():
    trainer = trainer_of(
        table(8, rows=30, inputs=20),
        [{"units": 18}],
        optimizer={"kind": "sgd", "learning_rate": 0.1},
        regularizer={"kind": "l1", "rate": 0.05},
    )
    assert trainer.advance(epochs=40)
    assert np.mean(trainer.parameters[0][0] == 0) > 0.5


def test_gradient_is_scaled_down_to_the_clip_and_no_further():
    data = table(9, rows=30, inputs=5)

    def first_gradient(clip):
        trainer = trainer_of(data, [{"units": 20}], optimizer={"kind": "sgd"}, gradient_clip=clip)
        assert trainer.advance(batches=1)
        return flat(trainer.gradient)

    whole = first_gradient(None)
    norm = np.linalg.norm(whole)
    np.testing.assert_allclose(np.linalg.norm(first_gradient(norm / 7)), norm / 7, rtol=1e-6)
    np.testing.assert_allclose(first_gradient(norm / 7), whole / 7, rtol=1e-5, atol=1e-9)
    np.testing.assert_array_equal(first_gradient(norm * 1.01), whole)


def test_every_number_of_the_gradient_is_cut_off_at_the_clip_value():
    data = table(9, rows=30, inputs=5)

    def first_gradient(**clips):
        trainer = trainer_of(data, [{"units": 20}], optimizer={"kind": "sgd"}, **clips)
        assert trainer.advance(batches=1)
        return flat(trainer.gradient)

    whole = first_gradient()
    limit = np.sort(np.abs(whole))[len(whole) // 2]
    cut = first_gradient(gradient_clip_value=limit)
    np.testing.assert_allclose(cut, np.clip(whole, -limit, limit), rtol=1e-6)
    both = first_gradient(gradient_clip_value=limit, gradient_clip=np.linalg.norm(cut) / 2)
    np.testing.assert_allclose(both, cut / 2, rtol=1e-5)  # by value first


def test_dropout_masks_are_those_the_pass_used():
    data = table(10, rows=50, inputs=20)
    layers = [{"units": 70, "dropout": 0.4}, {"units": 20, "dropout": 0.7, "residual": False}]
    trainer = trainer_of(data, layers, optimizer={"kind": "sgd"}, batch_size="full")
    twin = Twin(trainer)
    assert trainer.advance(batches=1)
    masks = twin.masks(50)
    for row, layer, mask in zip(trainer._machine.network.layers, layers, masks, strict=False):
        start, width = row[layout.OUT_AT], row[layout.OUT_STRIDE]
        used = trainer._machine.work.dropped[start : start + 50 * width].reshape(50, width)[
            :, : layer["units"]
        ]
        np.testing.assert_allclose(used, mask, rtol=1e-6)
        assert np.mean(used == 0) == pytest.approx(layer["dropout"], abs=0.05)
        assert set(np.unique(used)) == {np.float32(0), np.float32(1 / (1 - layer["dropout"]))}


def test_dropout_acts_in_training_alone():
    data = table(11, rows=20)
    plain = trainer_of(data, [{"units": 8}])
    dropping = trainer_of(data, [{"units": 8, "dropout": 0.5}])
    X = data.train_inputs
    np.testing.assert_array_equal(plain.predict(X), dropping.predict(X))
    assert plain.snapshot().losses == dropping.snapshot().losses


def test_batches_beyond_one_block_add_up_their_gradients():
    rows = layout.BLOCK * 2 + 5
    data = table(12, rows=rows, inputs=70, classes=3)
    layers = [{"units": 33}, {"units": 33, "residual": True}]
    whole = trainer_of(data, layers, optimizer={"kind": "sgd", "learning_rate": 0.0}, batch_size="full")
    single = trainer_of(data, layers, optimizer={"kind": "sgd", "learning_rate": 0.0}, batch_size=1)
    assert whole.advance(batches=1)
    summed = np.zeros(flat(whole.gradient).size)
    for _ in range(rows):
        assert single.advance(batches=1)
        summed += flat(single.gradient) / rows
    np.testing.assert_allclose(flat(whole.gradient), summed, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("optimizer", HYPER_PARAMETERS, ids=lambda o: "-".join(map(str, o.values())))
@pytest.mark.parametrize("regularizer", ["l1", "l2"])
def test_padding_stays_exactly_zero(optimizer, regularizer):
    data = table(13, rows=140, inputs=65, classes=5)
    layers = [
        {"units": 65, "activation": "sigmoid", "residual": True},
        {"units": 64, "activation": "elu", "dropout": 0.3},
        {"units": 3, "initializer": {"kind": "he_normal", "bias": 1.0}},
    ]
    trainer = trainer_of(
        data, layers, optimizer=optimizer, regularizer=regularizer, batch_size=130, gradient_clip=1.0
    )
    assert trainer.advance(epochs=3)
    is_padding = padding(trainer)
    learning, network = trainer._machine.learning, trainer._machine.network
    assert is_padding.sum() > 0
    assert not network.parameters[is_padding].any()
    assert not learning.gradient[is_padding].any()
    for slot in learning.slots.reshape(-1, is_padding.size):
        assert np.ptp(slot[is_padding]) == 0  # whatever a gradient of zero leaves there
        assert np.ptp(slot[~is_padding]) > 0 or optimizer["kind"] == "nadam"  # which counts the steps in one
    for row, (weight, _) in zip(network.layers[1:], trainer.parameters[1:], strict=True):
        start, stride = row[layout.TRANSPOSED], row[layout.IN_STRIDE]
        size = row[layout.OUTPUTS] * stride
        transposed = network.transposed[start : start + size].reshape(-1, stride)
        np.testing.assert_array_equal(transposed[:, : weight.shape[1]], weight)
        assert not transposed[:, weight.shape[1] :].any()


@pytest.mark.parametrize("optimizer", ["rmsprop", "adagrad", "adam"])
def test_the_smallest_epsilon_leaves_what_has_no_gradient_alone(optimizer):
    entry = next(o for o in OPTIMIZERS if o.key() == optimizer)
    smallest = next(p for p in entry.parameters() if p.name == "epsilon").range.low
    layers = [{"units": 5, "activation": "relu", "initializer": {"kind": "zeros", "bias": -1.0}}]
    trainer = trainer_of(table(14), layers, optimizer={"kind": optimizer, "epsilon": smallest})
    dead = trainer.parameters[0]
    assert trainer.advance(epochs=3)
    for kept, before in zip(trainer.parameters[0], dead, strict=True):
        np.testing.assert_array_equal(kept, before)


def test_softmax_of_huge_logits_is_finite_and_sums_to_one():
    data = table(21, rows=40, classes=17)
    trainer = trainer_of(data, [], {"initializer": {"kind": "normal", "std": 10.0}})
    scaled = [(weight * 1000, bias) for weight, bias in trainer.parameters]
    trainer.set_parameters(scaled)
    p = trainer.predict(data.train_inputs)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    twin = Twin(trainer)
    assert trainer.snapshot().losses["train"] == pytest.approx(twin.loss(range(40)), rel=1e-4)


def test_cross_entropy_of_huge_logits_is_finite():
    data = table(22, rows=40, classes=2)
    trainer = trainer_of(data, [])
    trainer.set_parameters([(weight * 1e6, bias) for weight, bias in trainer.parameters])
    assert trainer.snapshot().losses["train"] == pytest.approx(Twin(trainer).loss(range(40)), rel=1e-5)
    assert trainer.advance(epochs=1)


# Chance


_next_word = random.next_word


@kernel
def next_word(state: Any) -> Any:
    """Return the generator's next word.  Modified in place: state."""
    return _next_word(state)


def test_generator_is_xoshiro256_plus_plus():
    words = [1, 2, 3, 4]
    published = [
        41943041,
        58720359,
        3588806011781223,
        3591011842654386,
        9228616714210784205,
        9973669472204895162,
        14011001112246962877,
        12406186145184390807,
        15849039046786891736,
        10450023813501588000,
    ]
    twin, state = Xoshiro(words), np.array(words, np.uint64)
    assert [twin.word() for _ in range(10)] == published
    assert [int(next_word(state)) for _ in range(10)] == published


def test_batch_order_is_the_twin_s_shuffle():
    trainer = trainer_of(table(17, rows=50), seed=9, shuffle=True, batch_size="full")
    state, order = Xoshiro(seed_words(9, "order")), list(range(50))
    for _ in range(3):
        assert trainer.advance(epochs=1)
        state.shuffle(order)
        assert trainer._machine.learning.order.tolist() == order
    assert sorted(order) == list(range(50))
