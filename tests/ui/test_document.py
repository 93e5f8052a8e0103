"""Undo, redo, merging and the mark of unsaved edits."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.catalog.optimizers import Adam
from engine.experiment import Experiment
from ui.document import Document


@pytest.fixture
def document(qapp):
    return Document(Experiment(title="Two spirals"))


def _seeded(document, seed):
    return document.experiment.edited(seed=seed)


def test_an_edit_tells_before_and_after(document, qtbot):
    before, after = document.experiment, _seeded(document, 1)
    with qtbot.waitSignal(document.changed) as changed:
        document.apply(after, "Seed")
    assert changed.args == [before, after]
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
    assert changed.args == [after, before]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, "a", "b"])), max_size=12))
def test_undo_and_redo_restore_every_state_exactly(qapp, edits):
    document = Document(Experiment())
    states = [document.experiment]
    counts = [0]
    for seed, merge in edits:
        document.apply(_seeded(document, seed), "Seed", merge)
        if document.undo_stack.count() > counts[-1]:
            states.append(document.experiment)
            counts.append(document.undo_stack.count())
        elif document.undo_stack.count() < counts[-1]:  # a drag that came back to where it began
            states.pop()
            counts.pop()
        else:
            states[-1] = document.experiment
        assert document.experiment.seed == seed
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
    document.apply(_seeded(document, 1), "Seed", merge="drag")
    document.apply(_seeded(document, 0), "Seed", merge="drag")
    assert not document.undo_stack.canUndo()
    assert not document.edited


def test_the_title_marks_unsaved_edits(document, tmp_path):
    assert document.title == "Two spirals"
    document.apply(_seeded(document, 1), "Seed")
    assert document.title == "Two spirals — edited"
    document.save(tmp_path / "a.json")
    assert document.title == "Two spirals"
    document.undo_stack.undo()
    assert document.title == "Two spirals — edited"
    document.undo_stack.redo()
    assert document.title == "Two spirals"


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
    assert document.title == "moons"  # an untitled experiment is called by its file
