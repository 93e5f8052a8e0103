"""The user's tables in projects: taken along, kept when opened, and given away again."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from engine import Experiment, ProjectError, Trainer
from engine.data import prepare
from engine.files import archive
from engine.files.projects import kept_tables
from engine.files.projects.kept_tables import is_kept, keep, safe_name, same_rows, save_experiment, written
from engine.files.projects.project import Project, content_of, read_project, write_project
from tests.engine.mutated_projects import members_of, zipped
from tests.engine.projects import assert_same_run, begun, kept, project_of
from tests.engine.small import experiment

TEXT = (
    '\ufeff"a, b"; c ;kind;note\n'
    + "".join(
        f"{i / 7!r};{-i}e-3; {'yes' if i % 3 else 'no; never'};x\n".replace("; never", "") for i in range(30)
    )
).replace("no;", "no;")
SOURCE = {"kind": "csv", "inputs": ["a, b", "c"], "target": "kind"}


@pytest.fixture(autouse=True)
def tables(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "unfold" / "tables"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "My table ①.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


def of(table, **changes):
    return experiment(data={**SOURCE, "path": str(table)}, **changes)


def everything_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_project_takes_the_table_along(tmp_path, table, tables):
    trainer = begun(of(table))
    write_project(tmp_path / "p.unfold", project_of(trainer))
    with zipfile.ZipFile(tmp_path / "p.unfold") as file:
        assert file.read("data.csv") == table.read_bytes()
        # The project unpacked by hand is an experiment beside its table; no path of this machine is in it.
        assert json.loads(file.read("experiment.json"))["data"]["path"] == "data.csv"
        assert not any(str(tmp_path).encode() in file.read(name) for name in file.namelist())
    text = table.read_bytes()
    table.unlink()
    project = read_project(tmp_path / "p.unfold")
    path = Path(project.experiment.data.path)
    assert path.is_absolute()
    assert path.name == table.name
    assert path.parent.parent == tables
    assert path.read_bytes() == text
    other = Trainer.resumed(project)
    assert other.experiment == project.experiment
    for one in (trainer, other):
        one.advance(epochs=2)
    moved = replace(trainer.checkpoint(), experiment=project.experiment)
    assert_same_run(moved, other.checkpoint())
    assert same_rows(trainer.data, other.data)
    # Once more, from the kept table, gives the same file; nothing new is kept.
    write_project(tmp_path / "q.unfold", project)
    assert read_project(tmp_path / "q.unfold").experiment == project.experiment
    assert everything_in(tables) == [f"{path.parent.name}/{path.name}"]


def test_a_table_without_a_run_is_taken_along_as_it_is(tmp_path, table):
    table.write_bytes(b"\xff what ever")
    project = kept(Project(of(table), None, None), tmp_path)
    assert Path(project.experiment.data.path).read_bytes() == b"\xff what ever"


def test_a_table_that_is_gone_stays_where_it_was_when_there_is_no_run(tmp_path):
    gone = of(tmp_path / "gone.csv")
    assert kept(Project(gone, None, None), tmp_path).experiment == gone


@pytest.mark.parametrize("change", ["gone", "other rows", "no table", "same rows"])
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_run_keeps_its_rows_whatever_becomes_of_the_file(tmp_path, table, change, task):
    if task == "regression":
        data = {**SOURCE, "target": ["c"], "inputs": ["a, b"], "task": task}
        trainer = begun(experiment(data={**data, "path": str(table)}))
    else:
        trainer = begun(of(table))
    if change == "gone":
        table.unlink()
    elif change == "other rows":
        table.write_text(TEXT.replace("-3e-3", "-3e-2"), encoding="utf-8")
    elif change == "no table":
        table.write_text("x\n1\n")
    else:
        table.write_text(TEXT.replace("x\n", "another note\n"), encoding="utf-8")
    project = kept(project_of(trainer), tmp_path)
    assert same_rows(project.checkpoint.data, trainer.data)
    with zipfile.ZipFile(tmp_path / "p.unfold") as file:
        is_the_file = table.exists() and file.read("data.csv") == table.read_bytes()
        assert is_the_file == (change == "same rows")
    moved = replace(trainer.checkpoint(), experiment=project.experiment)
    assert_same_run(moved, project.checkpoint, seconds=True)


def test_a_table_of_many_empty_lines_is_written_anew(tmp_path, table):
    trainer = begun(of(table))
    table.write_text(TEXT + "\n" * 5000, encoding="utf-8")
    project = project_of(trainer)
    for lines, kept_as_it_is in ((5000, True), (20_000, False)):
        table.write_text(TEXT + "\n" * lines, encoding="utf-8")
        assert same_rows(kept(project, tmp_path).checkpoint.data, trainer.data)
        with zipfile.ZipFile(tmp_path / "p.unfold") as file:
            assert (file.read("data.csv") == table.read_bytes()) == kept_as_it_is


def test_a_large_table_is_stored(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_DEFLATED", 1 << 20)
    path = tmp_path / "large.csv"
    row = ",".join(["1.25"] * 3) + ",yes," + "note " * 400 + "\n"
    path.write_text("a,b,c,d,e\n" + row * 600 + row.replace("yes", "no"))
    data = {"kind": "csv", "path": str(path), "inputs": ["a", "b"], "target": "d"}
    trainer = Trainer(experiment(data=data))
    assert same_rows(kept(project_of(trainer), tmp_path).checkpoint.data, trainer.data)
    with zipfile.ZipFile(tmp_path / "p.unfold") as file:
        assert file.getinfo("data.csv").compress_type == zipfile.ZIP_STORED


def test_saving_again_does_not_parse_the_table_again(tmp_path, table, monkeypatch):
    project = project_of(begun(of(table)))
    write_project(tmp_path / "p.unfold", project)
    monkeypatch.setattr(kept_tables, "prepare", None)
    write_project(tmp_path / "p.unfold", project)
    table.write_text("other")
    with pytest.raises(TypeError):
        write_project(tmp_path / "p.unfold", project)


def test_rows_are_written_to_the_bit(tmp_path):
    path = tmp_path / "t.csv"
    numbers = ["-0.0", "1e-310", "0.1", "1.7976931348623157e308", "123456789012345678"]
    lines = [f'{a},{i},"say ""{"n;o" if i % 2 else "yes,"}"""' for i, a in enumerate(numbers * 4)]
    path.write_text("\n".join(['x,"y\n;z","the, class"', *lines]))
    source = {"kind": "csv", "path": str(path), "inputs": ["x", "y\n;z"], "target": "the, class"}
    data = experiment(data={**source, "standardize": False}, features=["tanh(x1/1e300)", "x2"]).data
    with pytest.raises(Exception, match="too large"):
        prepare(data, None, 5)
    path.write_text(path.read_text().replace("e308", "e30"))
    found = prepare(data, None, 5)
    again = prepare(data, None, 5, table=written(found))
    assert same_rows(found, again)


def test_a_table_is_needed_by_a_run(tmp_path, table):
    write_project(tmp_path / "p.unfold", project_of(begun(of(table))))
    with zipfile.ZipFile(tmp_path / "p.unfold") as file:
        found = {name: file.read(name) for name in file.namelist()}
    record = json.loads(found["project.json"])

    def refused(changes, without=()):
        with zipfile.ZipFile(tmp_path / "q.unfold", "w") as file:
            for name, content in {**found, "project.json": json.dumps({**record, **changes})}.items():
                if name not in without:
                    file.writestr(name, content)
        with pytest.raises(ProjectError) as caught:
            read_project(tmp_path / "q.unfold")
        return str(caught.value)

    assert refused({}, ["data.csv"]) == "q.unfold: no readable project: data.csv is missing"
    assert "does not name it" in refused({"table": None})
    assert "data.csv: was changed" in refused({"table_sha256": record["table_sha256"].upper()})
    told = refused({"table": None}, ["data.csv"])
    assert told == "q.unfold: project.json: table_sha256: there is no table"
    assert "data.csv is missing" in refused({"table": None, "table_sha256": None}, ["data.csv"])


def test_a_table_that_was_edited_by_hand_is_refused(tmp_path, table, tables):
    trainer = begun(of(table))
    changed = TEXT.replace("-3e-3", "-4e-3")
    assert changed != TEXT
    problem = (
        "p.unfold: data.csv: was changed after the project was saved (its SHA-256 is not that in "
        "project.json); put the saved table back, or import the changed one as CSV"
    )
    for project in (project_of(trainer), Project(trainer.experiment, None, None)):
        members = members_of(content_of(project))
        (tmp_path / "p.unfold").write_bytes(zipped({**members, "data.csv": changed}))
        with pytest.raises(ProjectError) as caught:
            read_project(tmp_path / "p.unfold")
        assert str(caught.value) == problem
    assert not tables.exists()


def test_the_hash_of_a_table_is_that_of_its_bytes(tmp_path, table):
    record = json.loads(members_of(content_of(project_of(begun(of(table)))))["project.json"])
    assert record["table_sha256"] == hashlib.sha256(table.read_bytes()).hexdigest()
    record = json.loads(members_of(content_of(project_of(begun(experiment()))))["project.json"])
    assert record["table_sha256"] is None


def test_a_project_of_before_the_hash_opens(tmp_path, table):
    trainer = begun(of(table))
    members = members_of(content_of(project_of(trainer)))
    record = json.loads(members["project.json"])
    del record["table_sha256"]
    (tmp_path / "p.unfold").write_bytes(zipped({**members, "project.json": json.dumps(record)}))
    project = read_project(tmp_path / "p.unfold")
    moved = replace(trainer.checkpoint(), experiment=project.experiment)
    assert_same_run(moved, project.checkpoint, seconds=True)
    assert "table_sha256" in json.loads(members_of(content_of(project))["project.json"])


def test_a_folder_that_cannot_be_written_is_named(tmp_path, table, tables):
    write_project(tmp_path / "p.unfold", project_of(begun(of(table))))
    tables.parent.mkdir(parents=True)
    tables.write_text("in the way")
    with pytest.raises(ProjectError) as caught:
        read_project(tmp_path / "p.unfold")
    assert str(tables) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("iris.csv", "iris.csv"),
        ("Iris.CSV", "Iris.csv"),
        ("data.txt", "data.txt.csv"),
        ("../../etc/passwd", "_.._etc_passwd.csv"),
        ("C:\\x\\y.csv", "C__x_y.csv"),
        ("..", "table.csv"),
        (".csv", "csv.csv"),
        ("", "table.csv"),
        ("nul.csv", "table_nul.csv"),
        ("a\nb\0.csv", "a_b_.csv"),
        ("ä" * 200 + ".csv", "ä" * 50 + ".csv"),
        ("\udcff.csv", "_.csv"),
    ],
)
def test_names_stay_within_the_folder(tables, name, safe):
    assert safe_name(name) == safe
    assert safe_name(safe) == safe
    path = keep(b"a", name)
    assert path.parent.parent == tables
    assert path.read_bytes() == b"a"
    assert is_kept(path)


def test_a_kept_table_that_was_damaged_is_made_whole():
    path = keep(b"abc", "t.csv")
    path.write_bytes(b"abd")
    assert keep(b"abc", "t.csv") == path
    assert path.read_bytes() == b"abc"


def test_a_kept_table_is_copied_beside_an_experiment(tmp_path, table, tables):
    write_project(tmp_path / "p.unfold", project_of(begun(of(table))))
    project = read_project(tmp_path / "p.unfold")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "mine.csv").write_text("another table")
    os.symlink("nowhere", folder / "mine-2.csv")
    copy = save_experiment(project.experiment, folder / "mine.json")
    assert copy == folder / "mine-3.csv"
    assert copy.read_bytes() == table.read_bytes()
    assert (folder / "mine.csv").read_text() == "another table"
    assert json.loads((folder / "mine.json").read_text())["data"]["path"] == "mine-3.csv"
    assert Experiment.load(folder / "mine.json").data.path == str(copy)
    assert str(tables) not in (folder / "mine.json").read_text()
    # Saved again, it is the same copy.
    assert save_experiment(project.experiment, folder / "mine.json") == copy
    assert everything_in(folder) == ["mine-3.csv", "mine.csv", "mine.json"]


def test_other_experiments_are_saved_as_they_are(tmp_path, table):
    for document in (of(table), experiment()):
        assert save_experiment(document, tmp_path / "e.json") is None
        assert Experiment.load(tmp_path / "e.json") == document
    assert everything_in(tmp_path) == [table.name, "e.json"]
