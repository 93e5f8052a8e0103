"""The document on its way to disk and back: nothing is lost, and bad files are refused by name."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from engine import Experiment, ExperimentError
from engine.files import json_document
from tests.engine.bad_documents import CSV, HEAD
from tests.engine.design_document import DESIGN
from tests.engine.strategies import experiments


@pytest.fixture
def file(tmp_path):
    def write(content: Any) -> Path:
        path = tmp_path / "experiment.json"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def load_problems(path: Path) -> list[str]:
    with pytest.raises(ExperimentError) as caught:
        Experiment.load(path)
    assert all(problem and "\n" not in problem for problem in caught.value.problems)
    return list(caught.value.problems)


def test_save_and_load(tmp_path):
    experiment = Experiment.parse({**DESIGN, "title": "Zwei Spiralen ①"})
    path = tmp_path / "e.json"
    experiment.save(path)
    assert Experiment.load(path) == experiment
    assert Experiment.load(str(path)) == experiment
    text = path.read_text(encoding="utf-8")
    assert "①" in text
    assert text.endswith("}\n")
    assert [p.name for p in tmp_path.iterdir()] == ["e.json"]


@settings(max_examples=25)
@given(experiments())
def test_any_experiment_survives_the_disk(tmp_path_factory, experiment):
    folder = tmp_path_factory.mktemp("disk")
    experiment.save(folder / "e.json")
    loaded = Experiment.load(folder / "e.json")
    if experiment.data.kind == "csv":
        path = os.path.abspath(experiment.data.path)
        experiment = experiment.edited(data=experiment.data.edited(path=path))
    assert loaded == experiment


def test_path_of_a_table_is_relative_in_the_file_and_absolute_in_memory(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    source = tmp_path / "a" / "e.json"
    source.write_text(json.dumps(HEAD | {"data": {**CSV, "path": "b/t.csv"}}))
    experiment = Experiment.load(source)
    assert experiment.data.path == str(tmp_path / "a" / "b" / "t.csv")
    for folder, path in (("a", "b/t.csv"), ("a/b", "t.csv"), (".", "a/b/t.csv")):
        moved = tmp_path / folder / "moved.json"
        experiment.save(moved)
        assert json.loads(moved.read_text())["data"]["path"] == path
        assert Experiment.load(moved) == experiment


@pytest.mark.parametrize("function", ["replace", "fsync", "chmod"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, function):
    path = tmp_path / "e.json"
    Experiment(title="Old").save(path)

    def fail(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(OSError, match="No space left on device") as caught:
        Experiment(title="New").save(path)
    monkeypatch.undo()
    assert caught.value.filename == str(path)
    assert Experiment.load(path).title == "Old"
    assert [p.name for p in tmp_path.iterdir()] == ["e.json"]


def test_saving_where_no_folder_is_names_the_file(tmp_path):
    with pytest.raises(OSError, match=r"the folder .* does not exist") as caught:
        Experiment().save(tmp_path / "no" / "e.json")
    assert caught.value.filename == str(tmp_path / "no" / "e.json")


def test_saving_through_a_link_keeps_the_link(tmp_path):
    (tmp_path / "far").mkdir()
    link, file = tmp_path / "e.json", tmp_path / "far" / "real.json"
    link.symlink_to(file)
    for title in ("First", "Second"):
        Experiment(title=title).save(link)
        assert link.is_symlink()
        assert Experiment.load(file).title == title


def test_saving_over_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder.json").mkdir()
    for name, problem in (("pipe.json", "Not a regular file"), ("folder.json", "Is a directory")):
        with pytest.raises(OSError, match=problem) as caught:
            Experiment().save(tmp_path / name)
        assert caught.value.filename == str(tmp_path / name)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder.json", "pipe.json"]


def test_saving_keeps_the_rights_of_the_file(tmp_path):
    path = tmp_path / "e.json"
    Experiment().save(path)
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask
    path.chmod(0o640)
    Experiment().save(path)
    assert path.stat().st_mode & 0o777 == 0o640


BAD_FILES: dict[str, tuple[Any, list[str]]] = {
    "empty": ("", ["experiment.json: the file is empty"]),
    "blank": (" \n\t", ["experiment.json: the file is empty"]),
    "cut off": ('{"format": ', ["experiment.json: not valid JSON at line 1, column 12: expecting value"]),
    "a comma too many": (
        '{\n  "format": 1,\n}',
        [
            "experiment.json: not valid JSON at line 3, column 1: "
            "expecting property name enclosed in double quotes"
        ],
    ),
    "a list": ("[]", ['experiment.json: must be a JSON object with "format": "unfold.experiment"']),
    "a number": ("3", ['experiment.json: must be a JSON object with "format": "unfold.experiment"']),
    "no format": (
        {"version": 1},
        ['experiment.json: format: must be "unfold.experiment"; this file is not an Unfold experiment'],
    ),
    "another format": (
        {"format": "x", "version": 1},
        ['experiment.json: format: must be "unfold.experiment"; this file is not an Unfold experiment'],
    ),
    "no version": (
        {"format": "unfold.experiment"},
        ["experiment.json: version: must be a whole number from 1 on"],
    ),
    "version as text": (
        {"format": "unfold.experiment", "version": "1"},
        ["experiment.json: version: must be a whole number from 1 on"],
    ),
    "version true": (
        {"format": "unfold.experiment", "version": True},
        ["experiment.json: version: must be a whole number from 1 on"],
    ),
    "newer": (
        {"format": "unfold.experiment", "version": 2, "anything": 1},
        [
            "experiment.json: version: the file is of version 2, this Unfold reads up to 1; update Unfold",
        ],
    ),
    "twice": (
        '{"format": "unfold.experiment", "version": 1, "data": {"kind": "xor", "kind": "circle"}}',
        ["experiment.json: the key 'kind' stands twice in one object; keep one of them"],
    ),
    "nested": ("[" * 200_000, ["experiment.json: not an experiment: nested too deeply"]),
    "nested objects": (
        '{"a":' * 200_000 + "1" + "}" * 200_000,
        ["experiment.json: not an experiment: nested too deeply"],
    ),
    "binary": (
        b"\x00\xff\xfe",
        ["experiment.json: not UTF-8 text, so it is no experiment (byte 1)"],
    ),
    "NaN": (
        '{"format": "unfold.experiment", "version": 1, "data": {"kind": "xor", "noise": NaN}}',
        ["experiment.json: data.noise: must be a finite number"],
    ),
    "Infinity": (
        '{"format": "unfold.experiment", "version": 1, "training": {"gradient_clip": -Infinity}}',
        ["experiment.json: training.gradient_clip: must be a finite number"],
    ),
    "two problems": (
        HEAD | {"seed": "x", "network": {"layers": [{"units": 0}]}},
        [
            "experiment.json: seed: must be a whole number, not 'x'",
            "experiment.json: network.layers.0.units: must be between 1 and 1024",
        ],
    ),
}


@pytest.mark.parametrize(("content", "sentences"), BAD_FILES.values(), ids=BAD_FILES)
def test_bad_files_are_told_by_name_and_place(file, content, sentences):
    assert load_problems(file(content)) == sentences


@pytest.mark.parametrize("depth", [10, 300, 900, 950, 980, 990, 5000])
def test_nesting_of_any_depth_is_refused(file, depth):
    text = '{"format": "unfold.experiment", "version": 1, "data": ' + "[" * depth + "]" * depth + "}"
    (sentence,) = load_problems(file(text))
    assert sentence.startswith("experiment.json: ")


@pytest.mark.parametrize("piece", ["[],", "{},"])
def test_text_that_is_small_until_it_is_parsed_is_refused(file, piece):
    text = f'{{"format": "unfold.experiment", "version": 1, "data": [{piece * 5_000_000}0]}}'
    begin = time.process_time()
    (sentence,) = load_problems(file(text))
    assert sentence == "experiment.json: holds more than 500000 lists and objects"
    assert time.process_time() - begin < 2


def test_numbers_of_thousands_of_digits_are_refused(file):
    text = '{"format": "unfold.experiment", "version": 1, "seed": ' + "9" * 5000 + "}"
    (sentence,) = load_problems(file(text))
    assert sentence.startswith("experiment.json: not valid JSON: ")


def test_a_byte_order_mark_does_no_harm(file):
    assert Experiment.load(file(b"\xef\xbb\xbf" + json.dumps(DESIGN).encode())) == Experiment.parse(DESIGN)


def test_missing_files_and_folders_are_told(tmp_path):
    assert load_problems(tmp_path / "no.json") == [
        f"{tmp_path / 'no.json'}: cannot be read: no such file or directory"
    ]
    assert load_problems(tmp_path) == [f"{tmp_path}: cannot be read: is a directory"]


def test_files_without_an_end_are_refused():
    if not Path("/dev/zero").exists():
        pytest.skip("no such device")
    (sentence,) = load_problems(Path("/dev/zero"))
    assert sentence == "/dev/zero: cannot be read: this is not a file; save what it gives to one first"


def test_files_that_are_too_large_are_refused(tmp_path):
    with (tmp_path / "e.json").open("wb") as sparse:
        sparse.truncate(json_document.MAX_BYTES + 1)
    assert load_problems(tmp_path / "e.json") == ["e.json: larger than 16 MB, so it is no experiment"]


def test_older_versions_are_brought_up_to_date(file, monkeypatch):
    """There is none yet: a made-up one shows that the steps are taken in order."""
    monkeypatch.setattr(json_document, "VERSION", 3)
    steps = {
        1: lambda d: {**d, "version": 2, "title": d["name"]},
        2: lambda d: {k: v for k, v in d.items() if k != "name"} | {"version": 3},
    }
    monkeypatch.setattr(json_document, "MIGRATIONS", steps)
    document = json_document.read_document(file({**HEAD, "name": "Old"}))
    assert document == {"format": "unfold.experiment", "version": 3, "title": "Old"}
