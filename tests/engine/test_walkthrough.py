"""The walk through one sample: its steps, their sentences, and the checks beside the gradients."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from engine.catalog.optimizers import OPTIMIZERS
from engine.walkthrough import PHASES, Request, plain, written
from engine.walkthrough.notation import fill, say
from engine.walkthrough.walk import walk_of
from tests.engine.probed import CASES, trainer_of_case
from tests.engine.twins import OUTPUTS, table, trainer_of

STEPPING = [entry for entry in OPTIMIZERS if entry.rules]


def hand_worked(**training: Any) -> Any:
    """Return a 2-2-1 network of a regression with numbers that a hand can follow, and one row (1, 2) -> 1."""
    data = table(0, rows=1)
    object.__setattr__(data, "train_inputs", np.array([[1.0, 2.0]]))
    object.__setattr__(data, "train_features", np.array([[1.0, 2.0]], np.float32))
    object.__setattr__(data, "train_targets", np.array([[1.0]]))
    settings: dict[str, Any] = {
        "loss": "half_squared_error",
        "optimizer": {"kind": "sgd", "learning_rate": 0.5},
    }
    trainer = trainer_of(data, [{"units": 2, "activation": "relu"}], **(settings | training))
    trainer.set_parameters(
        [
            (np.array([[0.5, 0.25], [1.0, -1.0]]), np.array([0.5, 0.0])),
            (np.array([[2.0, 3.0]]), np.array([-1.0])),
        ]
    )
    return trainer


def lines_of(step: Any, digits: int = 4) -> list[str]:
    found = []
    for line in step.lines:
        text = f"{plain((line.name,))} {line.sign} {plain(line.symbols, digits)}"
        if line.numbers:
            text += f" = {plain(line.numbers, digits)}"
        found.append(text if line.value is None else f"{text} = {written(line.value, digits)}")
    return found


# The sentences


def test_a_hand_worked_example_forward():
    # z1 = 0.5 + 0.5 + 0.5 = 1.5, z2 = 1 - 2 = -1 (relu: 0), y = 2 * 1.5 - 1 = 2
    steps = walk_of(hand_worked(), Request(row=0)).steps
    assert [plain(step.title.formula()) for step in steps if step.phase == "forward"] == [
        "The sample: row 1 of the train data",
        "Layer 1, neuron 1: weighted sum and activation",
        "Layer 1, neuron 2: weighted sum and activation",
        "Output: weighted sum and activation",
    ]
    assert lines_of(steps[0]) == ["a_1^[0] = x_1^(1) (c0) = 1", "a_2^[0] = x_2^(1) (c1) = 2", "t^(1) = 1"]
    assert lines_of(steps[1]) == [
        "z_1^[1] = w_1^[1] · a^[0] + b_1^[1] = 0.5 · 1 + 0.25 · 2 + 0.5 = 1.5",
        "a_1^[1] = ReLU(z_1^[1]) = ReLU(1.5) = 1.5",
    ]
    assert lines_of(steps[2]) == [
        "z_2^[1] = w_2^[1] · a^[0] + b_2^[1] = 1 · 1 + (−1) · 2 + 0 = −1",
        "a_2^[1] = ReLU(z_2^[1]) = ReLU(−1) = 0",
    ]
    assert lines_of(steps[3]) == [
        "z_1^[2] = w_1^[2] · a^[1] + b_1^[2] = 2 · 1.5 + 3 · 0 + (−1) = 2",
        "a_1^[2] = z_1^[2] = 2",
    ]
    assert steps[2].units == ((1, 1),)
    assert steps[2].links == ((1, 1, 0), (1, 1, 1))
    assert steps[2].labels == {(0, 0): 1.0, (0, 1): 2.0, (1, 1): 0.0}


def test_a_hand_worked_example_back_and_its_update():
    # L = 0.5 (2 - 1)², dL/dy = 1; dL/dw = a of the layer before; of z1: 2 * 1, of z2: 3 * 0
    walked = walk_of(hand_worked(), Request(row=0))
    loss = walked.first("loss")
    assert loss == 4
    assert lines_of(walked.steps[loss]) == ["L^(1) = ½ · (y_1 − t_1)² = ½ · (2 − 1)² = 0.5"]
    output, first, second = (step for step in walked.steps if step.phase == "backward")
    assert lines_of(output) == [
        "∂L/∂y_1 = y_1 − t_1 = 2 − 1 = 1",
        "∂L/∂z_1^[2] = ∂L/∂y_1 · f′(z_1^[2]) = 1 · 1 = 1",
        "∂L/∂w_1,i^[2] = ∂L/∂z_1^[2] · a_i^[1],   ∂L/∂b_1^[2] = ∂L/∂z_1^[2]",
    ]
    assert lines_of(first)[:3] == [
        "∂L/∂a_1^[1] = w_1,1^[2] · ∂L/∂z_1^[2] = 2 · 1 = 2",
        "f′(z_1^[1]) = 1 if x > 0, else 0, at x = z_1^[1] = f′(1.5) = 1",
        "∂L/∂z_1^[1] = ∂L/∂a_1^[1] · f′(z_1^[1]) = 2 · 1 = 2",
    ]
    assert lines_of(second)[2] == "∂L/∂z_2^[1] = ∂L/∂a_2^[1] · f′(z_2^[1]) = 3 · 0 = 0"
    assert [[plain(cell) for cell in row.cells] for row in first.table.rows] == [
        ["2 · 1", "2"],
        ["2 · 2", "4"],
        ["2 · 1", "2"],
    ]
    assert [plain(row.name) for row in first.table.rows] == ["w_1,1^[1]", "w_1,2^[1]", "b_1^[1]"]
    begin, first, *_, end = (step for step in walked.steps if step.phase == "update")
    assert lines_of(begin)[:2] == ["t = 0 + 1 = 1", "η = learning rate = 0.5"]
    assert lines_of(first) == [
        "g = ∂L/∂w_1,1^[1] = 2",
        "w_1,1^[1] ← w_1,1^[1] − η · g = 0.5 − 0.5 · 2 = −0.5",
    ]
    assert [row.cells[1] for row in first.table.rows] == [(-0.5,), (-1.75,), (-0.5,)]
    # z1 = -0.5 - 3.5 - 0.5 < 0, so y = -1.5 and L = 0.5 * 2.5²
    assert lines_of(end)[-1] == "change = L after − L before = 3.125 − 0.5 = 2.625"


def test_softmax_takes_the_largest_logit_off():
    trainer = trainer_of(table(1, rows=4, classes=3), [])
    trainer.set_parameters([(np.zeros((3, 2)), np.array([1000.0, 1001.0, 999.0]))])
    walked = walk_of(trainer, Request(row=0))
    target = int(walked.sample.target.argmax())
    softmax = walked.steps[walked.first("loss") - 1]
    p = [("0.3679", "0.2447"), ("1", "0.6652"), ("0.1353", "0.09003")][target]
    assert lines_of(softmax) == [
        "m = max z^[1] = max(1000, 1001, 999) = 1001",
        "S = Σ_j exp(z_j − m) = 0.3679 + 1 + 0.1353 = 1.503",
        f"p_{target + 1} = exp(z_{target + 1} − m) / S = {p[0]} / 1.503 = {p[1]}",
    ]
    lines = lines_of(walked.steps[walked.first("loss")])
    assert lines[1] == "s = log Σ_j exp(z_j − m) = log(0.3679 + 1 + 0.1353) = 0.4076"
    assert lines[2].startswith(f"log p_{target + 1} = z_{target + 1} − m − s = ")
    assert np.isfinite(walked.sample.loss)


def test_loss_and_penalty_stand_apart():
    walked = walk_of(hand_worked(regularizer={"kind": "l2", "rate": 0.5}), Request(row=0))
    step = walked.steps[walked.first("loss") + 1]
    # Σ w² = 0.25 + 0.0625 + 1 + 1 + 4 + 9
    assert lines_of(step, 6) == [
        "loss = L = 0.5",
        "penalty = λ_2 / 2 · Σ w² = 0.5 / 2 · 15.3125 = 3.82812",
        "objective = loss + penalty = 0.5 + 3.82812 = 4.32812",
    ]


def test_adam_shows_its_memory_before_and_after():
    trainer = hand_worked(optimizer={"kind": "adam", "learning_rate": 0.1})
    assert trainer.advance(batches=3)
    walked = walk_of(trainer, Request(row=0))
    step = walked.steps[walked.first("update") + 1]
    row = step.table.rows[0]
    assert [plain(head) for head in step.table.heads] == ["", "before", "after", "gradient", "m", "s"]
    state = trainer.optimizer_state
    before = [float(state[name][0]["weight"][0, 0]) for name in ("mean gradient", "mean squared gradient")]
    g = walked.gradient[0]["weight"][0, 0]
    m, s = 0.9 * before[0] + 0.1 * g, 0.999 * before[1] + 0.001 * g * g
    assert row.cells[3][0] == before[0] and row.cells[3][2] == pytest.approx(m)
    assert row.cells[4][0] == before[1] and row.cells[4][2] == pytest.approx(s)
    values = {plain((line.name,)): line.value for line in row.lines}
    assert values["m′"] == pytest.approx(m / (1 - 0.9**4))
    assert values["s′"] == pytest.approx(s / (1 - 0.999**4))
    assert values["w_1,1^[1]"] == pytest.approx(walked.after[0]["weight"][0, 0], rel=1e-12)


def test_the_schedule_s_factor_is_named():
    trainer = hand_worked(schedule={"kind": "exponential", "gamma": 0.5})
    assert trainer.advance(epochs=2)
    walked = walk_of(trainer, Request(row=0))
    lines = lines_of(walked.steps[walked.first("update")])
    assert lines[1] == "η = learning rate · schedule = 0.5 · 0.25 = 0.125"


def test_what_is_frozen_or_muted_is_said():
    walked = walk_of(trainer_of_case("ablated"), Request(row=7))
    notes = {note.text for step in walked.steps for note in step.notes}
    assert "Frozen weights have a gradient too, but no step follows it." in notes
    assert "A muted neuron hands nothing on, so nothing comes back." in notes
    muted = next(step for step in walked.steps if step.units == ((1, 1),))
    assert lines_of(muted)[-1] == "a_2^[1] = 0 (muted) = 0"
    rows = [row for step in walked.steps if step.table for row in step.table.rows]
    assert sum(("muted: carries nothing",) in row.cells for row in rows) == 1
    assert any("(frozen)" in plain(line.symbols) for row in rows for line in row.lines)


def test_batch_normalization_of_one_sample_is_said_to_be_by_running_statistics():
    walked = walk_of(trainer_of_case("batch"), Request(row=7))
    forward = [step for step in walked.steps if step.phase == "forward" and step.units[0][0] == 1]
    assert all(any("running mean" in note.text for note in step.notes) for step in forward)


def test_only_the_winning_piece_of_a_maxout_gets_a_gradient():
    trainer = trainer_of(table(2, rows=5), [{"units": 2, "activation": {"kind": "maxout", "pieces": 3}}])
    walked = walk_of(trainer, Request(row=0))
    step = next(s for s in walked.steps if s.phase == "backward" and s.units == ((1, 0),))
    won = [line for line in lines_of(step) if "(the largest)" in line]
    lost = [line for line in lines_of(step) if "(not the largest)" in line]
    assert len(won) == 1 and len(lost) == 2
    assert all(line.endswith("= 0") for line in lost)


def test_lbfgs_says_why_it_has_no_update():
    walked = walk_of(trainer_of_case("two classes", epochs=0, optimizer="lbfgs"), Request(row=0))
    (step,) = (step for step in walked.steps if step.phase == "update")
    assert "whole data set" in step.notes[0].text
    assert walked.after is None and walked.edit() is None


# The form


@pytest.mark.parametrize("name", CASES)
def test_the_four_phases_follow_one_another(name):
    steps = walk_of(trainer_of_case(name), Request(row=7)).steps
    phases = [step.phase for step in steps]
    assert [phase for i, phase in enumerate(phases) if i == 0 or phases[i - 1] != phase] == list(PHASES)
    assert all(step.lines or step.notes for step in steps)


@pytest.mark.parametrize("name", CASES)
def test_every_equation_comes_to_the_number_of_its_array(name):
    walked = walk_of(trainer_of_case(name), Request(row=7))
    for step in walked.steps:
        for line in step.lines:
            found = re.fullmatch(r"a_\{(\d+)\}\^\{\[(\d+)\]\}", line.name)
            if found and step.phase == "forward":
                assert line.value == walked.activations[int(found[2])][int(found[1]) - 1]
            found = re.fullmatch(r"∂L/∂z_\{(\d+)\}\^\{\[(\d+)\]\}", line.name)
            if found and step.phase == "backward" and line.value is not None:
                assert line.value == pytest.approx(
                    walked.deltas[int(found[2]) - 1][int(found[1]) - 1], rel=1e-9, abs=1e-15
                )


@pytest.mark.parametrize("name", CASES)
def test_every_gradient_agrees_with_a_nudge(name):
    walked = walk_of(trainer_of_case(name), Request(row=7))
    checks = [row.check for step in walked.steps if step.table for row in step.table.rows if row.check]
    assert checks and all(check.agrees for check in checks)


def test_a_gradient_that_is_wrong_does_not_agree():
    walked = walk_of(trainer_of_case("two classes"), Request(row=7))
    check = next(row.check for step in walked.steps if step.table for row in step.table.rows if row.check)
    for factor in (0.99, -1.0, 2.0):
        assert not type(check)(factor * check.slope, check.nudge, check.below, check.above).agrees


@pytest.mark.parametrize(("loss", "entry", "classes"), OUTPUTS, ids=str)
def test_every_loss_and_output_is_written_out(loss, entry, classes):
    data = table(3, rows=20, classes=classes, outputs=2, lowest=loss.lowest_target)
    trainer = trainer_of(data, [{"units": 3}], {"activation": entry.key()}, loss=loss.key())
    walked = walk_of(trainer, Request(row=4))
    step = walked.steps[walked.first("loss")]
    assert step.result.value == pytest.approx(walked.sample.loss, rel=1e-12)
    assert step.result.numbers
    output = walked.steps[walked.first("backward")]
    delta = next(line for line in reversed(output.lines) if line.value is not None)
    assert delta.value == pytest.approx(walked.deltas[-1][0], rel=1e-9, abs=1e-15)


def test_a_wide_layer_is_one_step_that_shows_the_first_and_sums_up_the_rest():
    trainer = trainer_of(table(4, rows=9, inputs=3), [{"units": 20}, {"units": 3}])
    walked = walk_of(trainer, Request(row=0))
    titles = [plain(step.title.formula()) for step in walked.steps]
    assert titles.count("Layer 1: all 20 neurons at once") == 1
    wide = walked.steps[titles.index("Layer 1: all 20 neurons at once")]
    assert len(wide.table.rows) == 8 and len(wide.units) == 20 and len(wide.links) == 60
    assert "12" in plain(wide.table.note.formula())
    above = walked.steps[titles.index("Layer 2, neuron 1: weighted sum and activation")]
    line = above.lines[0]
    assert "… (12 more: " in plain(line.numbers)
    assert sum(isinstance(piece, float) for piece in line.full) == 41  # 20 products and the bias
    rest = line.numbers[-4]
    assert rest == pytest.approx(
        (trainer.parameters[1][0][0, 8:] * walked.activations[1][8:]).sum(), rel=1e-6
    )


def test_digits_are_an_argument():
    formula = fill("{a} · {b}²", {"a": 1 / 3, "b": -2 / 3})
    assert plain(formula, 2) == "0.33 · (−0.67)²"
    assert plain(formula, 8) == "0.33333333 · (−0.66666667)²"
    assert [written(value, 3) for value in (0.0, 1e-9, -12345.0, float("nan"), float("-inf"))] == [
        "0", "1e−9", "−1.23e4", "NaN", "−∞",
    ]  # fmt: skip
    assert plain(say("Layer {layer}", layer="2").formula("Schicht {layer}")) == "Schicht 2"
