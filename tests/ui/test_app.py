"""What the application arranges around its window."""

from __future__ import annotations

import gc

from engine.experiment import Experiment
from ui import app
from ui.garbage import Collector
from ui.projects.file_read import read_file
from ui.projects.recovery import Recovery


def test_collections_pass_over_what_was_there_before_the_first_frame(qapp):
    collector = Collector()
    try:
        app._spare_what_stays(collector)
        assert not gc.isenabled(), "Python collects in whichever thread comes by"
        assert collector.is_active()
        assert gc.get_freeze_count() > 10_000
    finally:
        collector.stop()
        gc.unfreeze()


def test_the_file_of_the_command_line_is_opened(window, tmp_path):
    Experiment(title="Mine").save(tmp_path / "a.json")
    read = read_file(tmp_path / "a.json")
    app._begin(window, read, Experiment(), Recovery(window, window.files, window.appearance, tmp_path))
    assert (window.document.name, window.document.path) == ("a", tmp_path / "a.json")
    assert window.store.settings.recent == (str(tmp_path / "a.json"),)


def test_where_the_user_thinks_better_of_it_the_example_is_shown(window, tmp_path, monkeypatch):
    Experiment(title="Mine").save(tmp_path / "a.json")
    monkeypatch.setattr(window.files, "show", lambda read, *, asking: False)
    read = read_file(tmp_path / "a.json")
    app._begin(
        window, read, Experiment(title="Example"), Recovery(window, window.files, window.appearance, tmp_path)
    )
    assert (window.document.name, window.document.path) == ("Example", None)
