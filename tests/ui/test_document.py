"""Undo, redo, merging and the mark of unsaved edits."""

from __future__ import annotations

import pytest
import shiboken6
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.catalog.optimizers import Adam
from engine.experiment import Experiment
from engine.graft import Origin
from engine.weight_edits import ResetWeights, SetNumber, SetTensors
from ui import document as document_module
from ui.document import Document
from ui.editing.step import Kind, Step
from ui.projects.saved_state import AtStake

NOTHING = SetTensors(())


@pytest.fixture
def document(qapp):
    document = Document(Experiment(title="Two spirals"))
    yield document
    shiboken6.delete(document)  # here: Python would collect it in whichever thread comes by


def _seeded(document, seed):
    return document.experiment.edited(seed=seed)


def _batches(document, size):
    """Return an edit that leaves the weights alone."""
    training = document.experiment.training.edited(batch_size=size)
    return document.experiment.edited(training=training)


@pytest.fixture
def told(document):
    """What a document tells of its history, in order."""
    found = []
    document.changed.connect(lambda old, new, step: found.append((new, step)))
    document.weightsEdited.connect(lambda edit, step: found.append((edit, step)))
    document.forgotten.connect(found.append)
    return found


def test_an_edit_tells_before_and_after(document, qtbot):
    before, after = document.experiment, _seeded(document, 1)
    with qtbot.waitSignal(document.changed) as changed:
        document.apply(after, "Seed")
    assert changed.args == [before, after, Step(1, Kind.DO)]
    assert document.experiment is after
    assert document.undo_stack.undoText() == "Seed"


def test_an_edit_that_changes_nothing_is_none(document, qtbot):
    with qtbot.assertNotEmitted(document.changed):
        document.apply(_seeded(document, 0), "Seed")
    assert not document.undo_stack.canUndo()


def test_undo_tells_the_way_back(document, qtbot):
    before, after = document.experiment, _seeded(document, 1)
    document.apply(after, "Seed")
    with qtbot.waitSignal(document.changed) as changed:
        document.undo_stack.undo()
    assert changed.args == [after, before, Step(1, Kind.UNDO)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, "a", "b"])), max_size=12))
def test_undo_and_redo_restore_every_state_exactly(qapp, edits):
    document = Document(_batches(Document(Experiment()), 1))
    states = [document.experiment]
    counts = [0]
    for size, merge in edits:
        document.apply(_batches(document, size + 1), "Batch size", merge)
        if document.undo_stack.count() > counts[-1]:
            states.append(document.experiment)
            counts.append(document.undo_stack.count())
        elif document.undo_stack.count() < counts[-1]:  # a drag that came back to where it began
            states.pop()
            counts.pop()
        else:
            states[-1] = document.experiment
        assert document.experiment.training.batch_size == size + 1
    for state in reversed(states[:-1]):
        document.undo_stack.undo()
        assert document.experiment == state
    assert not document.undo_stack.canUndo()
    for state in states[1:]:
        document.undo_stack.redo()
        assert document.experiment == state


def test_edits_of_one_drag_are_undone_together(document):
    start = document.experiment
    document.apply(_seeded(document, 1), "Seed")
    for rate in (0.1, 0.2, 0.3):
        training = document.experiment.training.edited(optimizer=Adam(learning_rate=rate))
        document.apply(document.experiment.edited(training=training), "Learning rate", merge=("rate", 1))
    assert document.undo_stack.count() == 2
    document.undo_stack.undo()
    assert document.experiment == start.edited(seed=1)


def test_two_drags_are_undone_one_by_one(document):
    for seed, drag in ((1, 1), (2, 1), (3, 2), (4, 2)):
        document.apply(_seeded(document, seed), "Seed", merge=("seed", drag))
    document.undo_stack.undo()
    assert document.experiment.seed == 2


def test_a_drag_back_to_where_it_began_leaves_no_step(document):
    document.apply(_batches(document, 50), "Batch size", merge="drag")
    document.apply(_batches(document, 10), "Batch size", merge="drag")
    assert not document.undo_stack.canUndo()
    assert not document.edited


def test_a_drag_that_may_have_dropped_weights_can_be_undone_wherever_it_ends(document, told):
    start = document.experiment
    for units in (9, 2, 4):
        layer = start.network.layers[0].edited(units=units)
        network = start.network.edited(layers=(layer, *start.network.layers[1:]))
        document.apply(start.edited(network=network), "Neurons", merge="drag")
    assert document.experiment == start
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert told[-1] == (start, Step(1, Kind.UNDO))
    document.undo_stack.redo()
    assert told[-1] == (start, Step(1, Kind.REDO))


def test_all_edits_of_a_drag_have_the_serial_of_its_step_of_undo(document, told):
    for seed, drag in ((1, "a"), (2, "a"), (3, "b"), (4, None), (5, "b"), (6, "b")):
        document.apply(_seeded(document, seed), "Seed", merge=drag)
    assert [step.serial for _, step in told] == [1, 1, 2, 3, 4, 4]
    assert {step.kind for _, step in told} == {Kind.DO}
    for _ in range(4):
        document.undo_stack.undo()
    assert [step.serial for _, step in told[6:]] == [4, 3, 2, 1]
    document.undo_stack.redo()
    assert told[-1] == (_seeded(document, 2), Step(1, Kind.REDO))


def test_what_is_saved_begins_another_step_and_another_serial(document, told, tmp_path):
    document.apply(_seeded(document, 1), "Seed", merge="drag")
    document.save(tmp_path / "a.json")
    document.apply(_seeded(document, 2), "Seed", merge="drag")
    assert [step.serial for _, step in told] == [1, 2]
    assert document.undo_stack.count() == 2


def test_an_edit_of_the_weights_stands_in_the_same_history(document, told):
    number = SetNumber(0, "weight", (0, 0), 1.0)
    document.apply(_seeded(document, 1), "Seed")
    document.edit_weights(number, "Weight")
    document.edit_weights(ResetWeights(), "Reset weights")
    assert document.undo_stack.undoText() == "Reset weights"
    for move in (document.undo_stack.undo, document.undo_stack.undo, document.undo_stack.redo):
        move()
    assert told[1:] == [
        (number, Step(2, Kind.DO)),
        (ResetWeights(), Step(3, Kind.DO)),
        (ResetWeights(), Step(3, Kind.UNDO)),
        (number, Step(2, Kind.UNDO)),
        (number, Step(2, Kind.REDO)),
    ]
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert not document.edited, "what is saved is the experiment"


def test_a_number_that_is_dragged_is_one_step_with_its_last_value(document, told):
    numbers = [SetNumber(0, "weight", (0, 0), value) for value in (0.1, 0.2, 0.3)]
    for number in numbers:
        document.edit_weights(number, "Weight", merge="drag")
    document.edit_weights(SetNumber(0, "weight", (0, 1), 0.3), "Weight", merge="drag")
    assert [step.serial for _, step in told] == [1, 1, 1, 2]
    document.undo_stack.undo()
    document.undo_stack.undo()
    document.undo_stack.redo()
    assert told[-1] == (numbers[-1], Step(1, Kind.REDO))


def test_the_origin_of_layers_is_told_with_the_edit_and_its_repetition(document, told):
    layer = document.experiment.network.layers[0]
    first, second, third = (layer.edited(units=units) for units in (3, 4, 5))
    for order, origin in (((first, second, third), None), ((second, third, first), Origin((1, 2, 0)))):
        told.clear()
        network = document.experiment.network.edited(layers=order)
        document.apply(document.experiment.edited(network=network), "Move layer", origin=origin)
    document.undo_stack.undo()
    document.undo_stack.redo()
    assert [step.origin for _, step in told] == [origin, Origin((2, 0, 1)), origin]


def test_commands_that_a_new_edit_cuts_off_are_told(document, told):
    for seed in (1, 2, 3):
        document.apply(_seeded(document, seed), "Seed")
    document.undo_stack.undo()
    document.undo_stack.undo()
    del told[:]
    document.edit_weights(ResetWeights(), "Reset weights")
    assert told == [(ResetWeights(), Step(4, Kind.DO)), (2, 3)]


def test_commands_beyond_the_limit_are_told(document, told, monkeypatch):
    monkeypatch.setattr(document_module, "UNDO_LIMIT", 3)
    document.undo_stack.setUndoLimit(3)
    for seed in range(1, 6):
        document.apply(_seeded(document, seed), "Seed")
    assert [one for one in told if isinstance(one[0], int)] == [(1,), (2,)]


def test_weights_set_by_hand_are_at_stake_beyond_the_limit_too(document, tmp_path, monkeypatch):
    monkeypatch.setattr(document_module, "UNDO_LIMIT", 3)
    document.undo_stack.setUndoLimit(3)
    document.edit_weights(SetNumber(0, "weight", (0, 0), 1.0), "Weight")
    document.save(tmp_path / "mine.json")
    for seed in range(1, 6):
        document.apply(_seeded(document, seed), "Seed")
        assert AtStake.RUN in document.at_stake
    document.save(tmp_path / "mine.json")
    assert document.at_stake == AtStake.RUN


@pytest.mark.parametrize("moves", [(), ("undo",), ("undo", "redo")], ids=str)
def test_a_refused_edit_of_the_weights_leaves_the_history(document, told, moves):
    document.apply(_seeded(document, 1), "Seed")
    document.edit_weights(NOTHING, "Load weights")
    for move in moves:
        getattr(document.undo_stack, move)()
    count = len(told)
    document.refuse(2, NOTHING)
    assert document.undo_stack.count() == 1
    assert document.undo_stack.undoText() == "Seed"
    assert not document.undo_stack.canRedo()
    assert len(told) == count, "nothing had changed"


def test_a_refused_edit_goes_too_where_others_came_after_it(document, told):
    document.apply(_seeded(document, 1), "Seed")
    document.edit_weights(NOTHING, "Load weights")
    document.apply(_seeded(document, 2), "Other seed")
    document.refuse(2, NOTHING)
    document.undo_stack.undo()
    assert document.undo_stack.undoText() == "Seed"
    document.undo_stack.undo()
    assert not document.undo_stack.canUndo()
    for _ in range(2):
        document.undo_stack.redo()
    assert document.experiment.seed == 2
    assert not any(step == Step(2, Kind.UNDO) for _, step in told)


def test_a_drag_that_began_with_what_was_refused_stays_where_it_went_on(document, told):
    """The answer comes late: what the drag has come to by then may have been done, or is still to be."""
    first, second = (SetNumber(0, "weight", (0, 0), value) for value in (float("inf"), 1.0))
    document.edit_weights(first, "Weight", merge="drag")
    document.edit_weights(second, "Weight", merge="drag")
    document.refuse(1, first)
    document.undo_stack.undo()
    assert told[-1] == (second, Step(1, Kind.UNDO))
    document.undo_stack.redo()
    document.refuse(1, second)
    assert not document.undo_stack.canUndo()


@pytest.mark.parametrize("nested", ["experiment", "weights"])
def test_a_part_that_reacts_to_a_move_by_an_edit_does_not_reach_the_history(document, told, nested):
    """A text field that loses its place ends what was typed in it, in the middle of a move."""

    def react(*_):
        if nested == "weights":
            document.edit_weights(SetNumber(0, "weight", (0, 0), 1.0), "Weight")
        else:
            document.apply(_seeded(document, document.experiment.seed + 10), "Seed")

    document.apply(_seeded(document, 1), "Seed")
    document.edit_weights(ResetWeights(), "Reset weights")
    document.changed.connect(react)
    document.weightsEdited.connect(react)
    document.apply(_seeded(document, 2), "Other seed")
    stack = document.undo_stack
    assert [stack.text(i) for i in range(stack.count())] == ["Seed", "Reset weights", "Other seed"]
    stack.setIndex(0)
    assert (stack.index(), stack.count(), document.experiment.seed) == (0, 3, 0)
    for _ in range(3):
        stack.redo()
    assert (stack.index(), stack.count(), document.experiment.seed) == (3, 3, 2)
    assert [step.serial for _, step in told] == [1, 2, 3, 3, 2, 1, 1, 2, 3]
    document.changed.disconnect(react)
    document.weightsEdited.disconnect(react)
    document.apply(_seeded(document, 3), "Seed")
    assert stack.count() == 4, "what comes after a move is an edit again"


def test_what_ends_with_the_old_document_is_no_edit_of_the_new_one(document):
    other = Experiment(seed=9)
    document.replaced.connect(lambda _: document.apply(_seeded(document, 5), "Seed"))
    document.replace(other)
    assert document.experiment == other
    assert not document.undo_stack.canUndo()


def test_the_title_marks_unsaved_edits(document, tmp_path):
    assert document.title == "Two spirals"
    document.apply(_seeded(document, 1), "Seed")
    assert document.title == "Two spirals — edited"
    document.save(tmp_path / "a.json")
    assert document.title == "a"
    document.undo_stack.undo()
    assert document.title == "a — edited"
    document.undo_stack.redo()
    assert document.title == "a"


def test_a_drag_across_a_save_can_be_undone_to_what_was_saved(document, tmp_path):
    document.apply(_seeded(document, 1), "Seed", merge="drag")
    document.save(tmp_path / "a.json")
    document.apply(_seeded(document, 2), "Seed", merge="drag")
    document.undo_stack.undo()
    assert document.experiment.seed == 1
    assert not document.edited


def test_what_is_saved_is_what_is_opened(document, tmp_path):
    path = tmp_path / "a.json"
    document.apply(_seeded(document, 5), "Seed")
    document.save(path)
    assert document.path == path
    assert Experiment.load(path) == document.experiment


def test_a_failed_save_leaves_the_document_unsaved(document, tmp_path):
    document.apply(_seeded(document, 5), "Seed")
    with pytest.raises(OSError, match=r"a\.json"):
        document.save(tmp_path / "missing" / "a.json")
    assert document.edited
    assert document.path is None


def test_another_document_forgets_the_edits_of_the_old(document, qtbot, tmp_path):
    document.apply(_seeded(document, 1), "Seed")
    other = Experiment(seed=9)
    with qtbot.waitSignal(document.replaced) as replaced:
        document.replace(other, tmp_path / "moons.json")
    assert replaced.args == [other]
    assert not document.undo_stack.canUndo()
    assert not document.edited
    assert document.title == "moons"
