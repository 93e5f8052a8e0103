"""Damaged project files are opened rightly or refused in one line each: no crash, no hang, no stray file."""

from __future__ import annotations

import random
import time

import pytest

from engine import ProjectError, Trainer
from engine.files.projects.project import content_of, read_project
from engine.history import Recorder
from tests.engine.mutated_projects import MUTATIONS, OF_BYTES
from tests.engine.projects import MOMENTUM, SGD, assert_same_run, begun, everything, project_of, recorded
from tests.engine.small import experiment
from tests.fuzz import fuzz_count, peak

SECONDS = 2.0
MEMORY = 400 << 10  # kB, on top of what the tests take anyhow


def sound(folder):
    """Return project files of several kinds."""
    table = folder / "t.csv"
    table.write_text("a,b,c\n" + "".join(f"{i % 7},{i / 3},{'yes' if i % 2 else 'no'}\n" for i in range(40)))
    data = {"kind": "csv", "path": str(table), "inputs": ["a", "b"], "target": "c"}
    plateau = {"kind": "plateau", "patience": 1}
    finished = Trainer(experiment(training={"optimizer": SGD, "stop": {"patience": 3}, "input_noise": 0.5}))
    assert not finished.advance(epochs=5000)
    trainers = [
        begun(everything(optimizer=MOMENTUM)),
        begun(everything(optimizer="lbfgs", schedule=plateau)),
        begun(experiment(data=data, training={"optimizer": "rprop", "schedule": plateau})),
        finished,
    ]
    contents = []
    for trainer in trainers:
        recorder = Recorder()
        recorded(trainer, recorder)
        project = project_of(trainer, recorder.state(), taken_back=3, window={"a": {"b": [1, None]}})
        contents.append(content_of(project))
    return contents


def files_in(folder):
    return {path for path in folder.rglob("*") if not path.is_dir()}


@pytest.mark.timeout(3600)
def test_damaged_projects(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    tables = tmp_path / "data" / "unfold" / "tables"
    contents = sound(tmp_path)
    path = tmp_path / "p.unfold"
    runs = []
    for content in contents:
        path.write_bytes(content)
        runs.append(read_project(path).checkpoint)
    before, memory, opened = files_in(tmp_path), peak(), 0
    for seed in range(fuzz_count(300)):
        rng = random.Random(seed)
        damage, chosen = MUTATIONS[seed % len(MUTATIONS)], rng.randrange(len(contents))
        path.write_bytes(damage(rng, contents[chosen]))
        begin = time.process_time()
        try:
            project = read_project(path)
        except ProjectError as error:
            assert 1 <= len(error.problems) <= 20, seed
            for problem in error.problems:
                assert problem.isprintable(), (seed, problem)
                assert path.name in problem, (seed, problem)
                assert len(problem) < 400, (seed, problem)
        else:
            opened += 1
            if damage in OF_BYTES:  # they have hit what does not matter
                assert_same_run(project.checkpoint, runs[chosen], seconds=True)
            trainer = Trainer.resumed(project)
            trainer.advance(batches=2)
            content_of(project)
        assert time.process_time() - begin < SECONDS, seed
        if not seed % 100:
            assert peak() - memory < MEMORY, seed
            assert all(file in before or tables in file.parents for file in files_in(tmp_path)), seed
    assert peak() - memory < MEMORY
    assert all(file in before or tables in file.parents for file in files_in(tmp_path))
    assert opened  # some damage leaves a project that is sound
