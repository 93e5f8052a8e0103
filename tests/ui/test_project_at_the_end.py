"""A run at the end of its counters in the whole window: shown, trained on, saved and opened again."""

from __future__ import annotations

import numpy as np
from on_screen import next_frame

from engine import Experiment, Trainer
from engine.catalog.entry import MOST_COUNTED
from engine.files.projects.project import Project, content_of, read_project
from engine.history import Curves
from tests.engine.mutated_projects import at_the_end, members_of, zipped


def test_a_run_at_the_end_of_its_counters(window, qtbot, tmp_path):
    trainer = Trainer(Experiment())
    trainer.advance(epochs=2)
    curves = Curves(np.array([[0.0, 1.0, 2.0], [3.0, 2.0, 1.0], [3.0, 2.0, 1.0]]), 1, 1)
    project = Project(trainer.experiment, trainer.checkpoint(), curves, taken_back=1)
    path = tmp_path / "p.unfold"
    path.write_bytes(zipped(at_the_end(members_of(content_of(project)))))
    window.files.open(path)
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == MOST_COUNTED)
    window.session.step_epoch()
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == MOST_COUNTED + 1)
    with qtbot.waitSignal(window.session.projectSaved):
        window.commands["save"].trigger()
    assert not window.document.edited
    again = Trainer.resumed(read_project(path))
    assert (again.epoch, again.step) == (MOST_COUNTED, MOST_COUNTED)
    window.files.new()
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == 0)
    window.files.open(path)
    next_frame(qtbot, window, lambda frame: frame.snapshot.epoch == MOST_COUNTED)
