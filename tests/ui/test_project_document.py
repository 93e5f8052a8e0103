"""When a document counts as changed: by edits, and by training, also where its file keeps no weights."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import shiboken6

from engine.experiment import Experiment
from engine.files.projects.project import Project
from engine.weight_edits import ResetWeights, SetNumber
from ui.document import Document
from ui.projects.saved_state import AtStake
from ui.training.run_mark import UNTRAINED

PROJECT, PLAIN = Path("/tmp/spiral.unfold"), Path("/tmp/spiral.json")


@pytest.fixture
def document(qapp):
    document = Document(Experiment())
    yield document
    shiboken6.delete(document)  # here: Python would collect it in whichever thread comes by


def _frame(step, diverged=None, finished=None):
    return SimpleNamespace(snapshot=SimpleNamespace(step=step, diverged=diverged, finished=finished))


def _at(step):
    """Return a project whose run stands there."""
    return Project(Experiment(), _frame(step).snapshot, None)


def _seed(document, seed):
    document.apply(document.experiment.edited(seed=seed), "Seed")


def _saved(document, path, step):
    end = document.begin_save()
    end(path, (step, False, False))


def test_a_document_without_a_file_is_changed_by_training(document):
    for _ in range(2):
        assert not document.edited, "nothing has been learned yet"
        document.follow(_frame(0))
        assert not document.edited
        document.follow(_frame(1))
        assert document.title == "Untitled — edited"
        document.replace(Experiment())


def test_what_was_learned_before_the_first_frame_came_counts_too(document):
    document.replace(Experiment())
    document.follow(_frame(37))
    assert document.edited


def test_a_copy_is_changed_from_where_its_project_stood(document):
    document.replace(Experiment(), None, _at(37), untitled="spiral (copy)")
    document.follow(_frame(37))
    assert not document.edited
    document.follow(_frame(38))
    assert document.title == "spiral (copy) — edited"


@pytest.mark.parametrize(("path", "edited"), [(PROJECT, True), (None, True), (PLAIN, False)])
def test_an_edit_of_the_weights_counts_where_weights_are_kept(document, path, edited):
    document.replace(Experiment(), path)
    document.follow(_frame(0))
    document.edit_weights(ResetWeights(), "Reset weights")
    assert document.edited is edited
    document.undo_stack.undo()
    assert not document.edited


def test_an_edit_and_its_opposite_leave_an_untrained_document_as_it_was(document):
    document.replace(Experiment())
    document.follow(_frame(0))
    told = []
    document.stateChanged.connect(lambda: told.append(document.edited))
    for seed in (1, 0):
        _seed(document, seed)
    assert told == [True, False]
    document.edit_weights(ResetWeights(), "Reset weights")
    assert told == [True, False, True]


def test_a_project_is_changed_from_where_its_run_stood(document):
    document.replace(Experiment(), PROJECT, _at(7))
    assert not document.edited
    document.follow(_frame(7))
    assert not document.edited
    document.follow(_frame(8))
    assert document.title == "spiral — edited"


def test_a_step_before_the_first_frame_of_a_project_counts(document):
    document.replace(Experiment(), PROJECT, _at(7))
    document.follow(_frame(8))
    assert document.edited


def test_what_an_experiment_without_weights_has_learned_is_at_stake(document):
    document.replace(Experiment(), PLAIN)
    document.follow(_frame(0))
    assert not document.edited
    document.follow(_frame(8))
    assert document.at_stake is AtStake.RUN
    assert document.title == "spiral — weights not saved"
    _seed(document, 1)
    assert document.at_stake == AtStake.RUN | AtStake.EXPERIMENT
    assert document.title == "spiral — edited"


def test_saving_the_experiment_alone_leaves_what_was_learned_at_stake(document, tmp_path):
    document.replace(Experiment())
    document.follow(_frame(8))
    _seed(document, 1)
    document.save(tmp_path / "a.json")
    assert document.at_stake is AtStake.RUN
    document.save(tmp_path / "a.json")
    assert document.at_stake is AtStake.RUN, "saving it once more keeps no more of it"
    _saved(document, PROJECT, 8)
    assert not document.edited


def test_weights_that_were_set_by_hand_are_at_stake_too(document, tmp_path):
    document.replace(Experiment())
    document.follow(_frame(0))
    document.edit_weights(SetNumber(0, "weight", (0, 0), 1.0), "Weight")
    document.save(tmp_path / "a.json")
    assert document.at_stake is AtStake.RUN
    document.edit_weights(ResetWeights(), "Reset weights")
    assert not document.edited, "opening the file draws the same"
    document.undo_stack.undo()
    assert document.at_stake is AtStake.RUN


def test_what_a_project_keeps_is_safe_when_the_experiment_is_saved_beside_it(document, tmp_path):
    document.replace(Experiment(), PROJECT, _at(7))
    document.save(tmp_path / "a.json")
    assert document.has_learned
    assert not document.edited
    document.follow(_frame(8))
    assert document.at_stake is AtStake.RUN


def test_edits_that_were_taken_back_by_others_leave_an_experiment_as_it_was(document, tmp_path):
    document.save(tmp_path / "a.json")
    _seed(document, 1)
    _seed(document, 0)
    assert not document.edited


def test_the_title_tells_it_once(document):
    told = []
    document.replace(Experiment(), PROJECT, _at(7))
    document.follow(_frame(7))
    document.stateChanged.connect(lambda: told.append(document.title))
    for step in range(8, 20):
        document.follow(_frame(step))
    assert told == ["spiral — edited"]


@pytest.mark.parametrize("ending", [{"diverged": "x"}, {"finished": "x"}])
def test_the_end_of_training_is_a_change_too(document, ending):
    document.replace(Experiment(), PROJECT, _at(7))
    document.follow(_frame(7))
    assert not document.edited
    document.follow(_frame(7, **ending))
    assert document.edited


def test_a_save_makes_it_unchanged_and_going_back_to_it_does_too(document):
    document.replace(Experiment(), PROJECT)
    document.follow(_frame(0))
    document.follow(_frame(10))
    _saved(document, PROJECT, 10)
    assert not document.edited
    document.edit_weights(ResetWeights(), "Reset weights")
    document.follow(_frame(0))
    assert document.edited
    document.undo_stack.undo()
    document.follow(_frame(10))
    assert not document.edited


def test_an_edit_of_the_weights_is_a_change_of_a_project(document):
    document.replace(Experiment(), PROJECT)
    document.follow(_frame(0))
    told = []
    document.stateChanged.connect(lambda: told.append(document.edited))
    document.edit_weights(ResetWeights(), "Reset weights")
    assert told == [True]
    document.undo_stack.undo()
    assert told == [True, False]


def test_what_is_trained_while_it_is_saved_is_not_saved(document):
    document.replace(Experiment(), PROJECT)
    document.follow(_frame(0))
    end = document.begin_save()
    document.follow(_frame(20))
    end(PROJECT, (10, False, False))
    assert document.edited


def test_what_is_edited_while_it_is_saved_is_not_saved(document):
    document.replace(Experiment(), PROJECT)
    document.follow(_frame(0))
    _seed(document, 1)
    end = document.begin_save()
    _seed(document, 2)
    end(PROJECT, (0, False, False))
    assert document.edited
    document.undo_stack.undo()
    assert not document.edited


def test_a_save_that_failed_leaves_everything_changed(document):
    document.replace(Experiment(), PROJECT)
    document.follow(_frame(0))
    document.edit_weights(ResetWeights(), "Reset weights")
    document.begin_save()
    document.fail_save()
    assert document.edited
    assert document.path == PROJECT


def test_a_first_save_that_failed_leaves_edits_of_the_weights_changed(document):
    document.replace(Experiment())
    document.follow(_frame(0))
    document.edit_weights(ResetWeights(), "Reset weights")
    document.begin_save()
    document.fail_save()
    assert document.edited
    assert document.path is None


def test_a_save_that_failed_says_nothing_of_the_next_document(document):
    document.replace(Experiment())
    document.begin_save()
    document.fail_save()
    assert document.edited
    document.replace(Experiment())
    assert not document.edited


def test_recovered_work_is_unsaved_until_it_is_saved(document):
    document.replace(Experiment(), PROJECT, recovered=True)
    document.follow(_frame(5))
    assert document.title == "spiral — edited"
    _saved(document, PROJECT, 5)
    assert document.title == "spiral"


@pytest.mark.parametrize("again", ["begin_save", "save"])
def test_two_saves_at_once_are_refused_and_the_first_goes_on(document, again, tmp_path):
    end = document.begin_save()
    with pytest.raises(RuntimeError, match="already"):
        getattr(document, again)(*([tmp_path / "a.json"] if again == "save" else []))
    assert not list(tmp_path.iterdir())
    end(PROJECT, UNTRAINED)
    assert document.path == PROJECT
    _saved(document, PROJECT, 0)


def test_a_save_says_nothing_of_the_document_that_came_meanwhile(document):
    end = document.begin_save()
    document.replace(Experiment(seed=5))
    end(PROJECT, UNTRAINED)
    assert document.path is None
    document.begin_save()
    document.replace(Experiment())
    document.fail_save()
    assert not document.edited


def test_a_copy_has_a_name_until_it_has_a_file(document):
    document.replace(Experiment(), untitled="spiral (copy)")
    assert document.name == "spiral (copy)"
    _saved(document, Path("/tmp/mine.unfold"), 0)
    assert document.name == "mine"


def test_the_file_names_a_document_and_the_title_where_there_is_none(document):
    titled = Experiment(title="Two spirals")
    document.replace(titled)
    assert document.name == "Two spirals"
    document.replace(titled, PROJECT)
    assert document.name == "spiral"
    document.replace(titled, untitled="spiral (copy)")
    assert document.name == "spiral (copy)"
    document.apply(titled.edited(title="Mine"), "Title")
    assert document.name == "Mine"
    document.undo_stack.undo()
    assert document.name == "spiral (copy)"
    document.replace(Experiment(title=" "))
    assert document.name == "Untitled"


def test_the_project_is_there_while_it_is_opened_alone(document):
    seen = []
    project = Project(Experiment(), None, None)
    document.replaced.connect(lambda _: seen.append(document.project))
    document.replace(project.experiment, PROJECT, project)
    assert seen == [project]
    assert document.project is None
