"""What can be one of a kind is told in the singular."""

from __future__ import annotations

import re

import numpy as np
import pytest
from on_screen import shown

from engine import Experiment, Trainer
from engine.counted import counted as engine_counted
from engine.errors import WeightsError
from engine.files.playground.keys import last_batch
from engine.files.report import report_html
from engine.graft import Kept
from engine.history import Recorder
from engine.walkthrough import plain
from engine.walkthrough.notation import more_inputs, more_neurons
from engine.walkthrough.walk import Request, walk_of
from engine.weight_edits import Block, SetBlocks
from ui.panels.data_panel import DataPanel
from ui.status import StatusLine
from ui.wording.counts import counted
from ui.wording.link_text import facts_of
from ui.wording.number_table import NumberTableError, read_numbers

SINGULAR = re.compile(
    r"\b1 (?:more )?(?:weight|point|row|epoch|step|neuron|feature|input|output|layer|number|control)s\b"
)


def _experiment(units=1, **changes):
    return Experiment.parse(
        {"data": {"kind": "circle", "samples": 20}, "network": {"layers": [{"units": units}]}, **changes}
    )


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 rows"), (1, "one row"), (2, "2 rows"), (12_345, "12,345 rows")]
)
def test_one_is_singular_and_thousands_are_parted(count, text):
    assert counted(count, "one row", "{count} rows") == text
    assert engine_counted(count, "row") == text.replace("one", "1")


@pytest.mark.parametrize(
    ("kept", "text"),
    [
        (Kept(1, 0, 1), "1 weight kept, 1 dropped"),
        (Kept(1, 1, 0), "1 weight kept, 1 drawn anew"),
        (Kept(0, 1, 1), "0 weights kept, 1 drawn anew, 1 dropped"),
        (Kept(1234, 2, 0), "1,234 weights kept, 2 drawn anew"),
    ],
)
def test_weights_that_an_edit_has_kept(qtbot, kept, text):
    line = shown(qtbot, StatusLine(), (1000, 26))
    line.show_kept(kept)
    assert line.message.full_text() == text


def test_painted_points(qtbot):
    panel = DataPanel()
    qtbot.addWidget(panel)
    painted = {"kind": "points", "points": [[0, 0, 0]]}
    assert panel._note(Experiment.parse({"data": painted}).data) == "1 point"


def test_what_is_said_of_a_link():
    said = " ".join(f"{name} {fact}" for name, fact in facts_of(_experiment(view={"hidden": ["noise"]})))
    assert "1 neuron " in said
    assert not SINGULAR.search(said)
    assert last_batch(1, 9).startswith("The last of 9 training points is a smaller batch")
    assert last_batch(2, 9).startswith("The last 2 of 9 training points are")


def test_a_pasted_table():
    with pytest.raises(NumberTableError, match="line 2 has 1 number, line 1 has 2"):
        read_numbers("1\t2\n3", 5, 5)


def test_why_training_has_ended():
    trainer = Trainer(_experiment(training={"stop": {"epochs": 1}}))
    trainer.advance(epochs=3)
    assert trainer.finished.reason == "stopped after 1 epoch, as asked for"
    trainer = Trainer(_experiment(training={"stop": {"patience": 1}, "optimizer": {"kind": "sgd"}}))
    trainer.advance(epochs=5000)
    assert " for 1 epoch;" in trainer.finished.reason


def test_a_report():
    trainer = Trainer(_experiment(training={"batch_size": 4}))
    trainer.advance(epochs=1)
    trainer.advance(batches=1)
    page = report_html(trainer, Recorder().view(), date="")
    assert "after 1 epoch and 1 step of the next one" in page
    assert not SINGULAR.search(page)


def test_a_block_of_weights_that_does_not_fit():
    trainer = Trainer(_experiment())
    with pytest.raises(WeightsError, match=r"1 row of 1 number from \(-1, 0\)"):
        trainer.edit_weights(SetBlocks((Block(0, "weight", -1, 0, ((1.0,),)),)))


def test_weights_of_another_network():
    with pytest.raises(WeightsError, match="have 1 layer, the network has 2"):
        Trainer(_experiment()).set_parameters([(np.zeros((1, 2)), np.zeros(1))])


def test_what_a_step_through_leaves_out():
    walked = walk_of(Trainer(_experiment(9)), Request(row=0))
    said = [
        plain(step.table.note.formula())
        for step in walked.steps
        if step.table is not None and step.table.note
    ]
    assert any("1 more neuron: " in text for text in said)
    assert any("1 more neuron, likewise" in text for text in said)
    assert not any(SINGULAR.search(text) for text in said)
    assert plain(more_inputs(1).formula()) == "… and the weight of 1 more input, likewise"
    assert "2 more inputs" in plain(more_inputs(2).formula()) and "2 more neurons" in plain(
        more_neurons(2).formula()
    )
