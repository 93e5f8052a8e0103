"""Project files that are refused: bombs, paths that lead elsewhere, absurd sizes, and what cannot be."""

from __future__ import annotations

import json
import os
import time
import zipfile
from io import BytesIO

import numpy as np
import pytest
from safetensors.numpy import load, save

from engine import ProjectError
from engine.files.projects import members
from engine.files.projects.project import content_of, read_project
from engine.history import CAPACITY, Recorder
from tests.engine.mutated_projects import members_of, with_hash, zipped
from tests.engine.projects import MOMENTUM, begun, everything, project_of, recorded
from tests.engine.small import experiment
from tests.fuzz import peak

MOST_MEMORY = 500 << 10  # kB
LARGE = {"units": 1024}


@pytest.fixture(scope="module")
def sound():
    """Return the members of a project that is sound."""
    trainer, recorder = begun(everything(optimizer=MOMENTUM)), Recorder()
    recorded(trainer, recorder)
    return members_of(content_of(project_of(trainer, recorder.state())))


@pytest.fixture
def refused(tmp_path, monkeypatch):
    """Write a file, and return what it is refused with: at once, in little memory, nothing written."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def read(content):
        path = tmp_path / "p.unfold"
        path.write_bytes(content if isinstance(content, bytes) else zipped(content))
        names = sorted(os.listdir(tmp_path))
        memory, begin = peak(), time.process_time()
        with pytest.raises(ProjectError) as caught:
            read_project(path)
        assert time.process_time() - begin < 2
        assert peak() - memory < MOST_MEMORY
        assert sorted(os.listdir(tmp_path)) == names
        assert all(problem.isprintable() and len(problem) < 400 for problem in caught.value.problems)
        return "\n".join(problem.removeprefix("p.unfold: ") for problem in caught.value.problems)

    return read


def edited(members, name, **changes):
    """Return members with some keys of a JSON member replaced; a__b names the key b of a."""
    document = json.loads(members[name])
    for place, value in changes.items():
        *path, last = place.split("__")
        holder = document
        for key in path:
            holder = holder[key]
        holder[last] = value
    return {**members, name: json.dumps(document).encode()}


def with_arrays(members, changes, name="state.safetensors"):
    arrays = load(members[name])
    arrays.update({key: change(arrays[key].copy()) for key, change in changes.items()})
    return {**members, name: save(arrays)}


def put(*at_and_value):
    *at, value = at_and_value

    def change(array):
        array[tuple(at)] = value
        return array

    return change


def test_a_bomb(refused, sound):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("project.json", "w", force_zip64=False) as file:
            for _ in range(300):
                file.write(bytes(1 << 20))
        for name in ("experiment.json", "weights.safetensors"):
            archive.writestr(name, sound[name])
    assert len(buffer.getvalue()) < 2 << 20
    assert refused(buffer.getvalue()) == (
        "no readable project: project.json: 314572800 bytes, at most 1048576 can be right"
    )


@pytest.mark.parametrize("name", ["weights.safetensors", "state.safetensors", "history.csv"])
def test_a_member_that_is_far_too_large(refused, sound, name):
    assert "can be right" in refused({**sound, name: bytes(80 << 20)})


@pytest.mark.parametrize("name", ["../evil.csv", "/tmp/evil.csv", "data.csv/../../evil", "__MACOSX/x"])
def test_paths_that_lead_elsewhere(refused, sound, name):
    assert "does not belong in it" in refused({**sound, name: b"x"})


def test_a_name_of_a_table_that_leads_elsewhere_stays_within_the_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    table = tmp_path / "t.csv"
    table.write_text("a,b,c\n" + "".join(f"{i},{i * i % 7},{'yes' if i % 2 else 'no'}\n" for i in range(20)))
    data = {"kind": "csv", "path": str(table), "inputs": ["a", "b"], "target": "c"}
    members = members_of(content_of(project_of(begun(experiment(data=data)))))
    path = tmp_path / "p.unfold"
    for name in ("../../../evil", "/etc/evil", "..", "\\\\host\\share", "a/../../b\n"):
        path.write_bytes(zipped(edited(members, "project.json", table=name)))
        found = tmp_path / "data" / "unfold" / "tables"
        assert found in (tmp_path / read_project(path).experiment.data.path).resolve().parents
    assert {p.name for p in tmp_path.iterdir()} == {"data", "p.unfold", "t.csv"}


@pytest.mark.parametrize("piece", ['{"":0},', "[],", "9,", '"",'])
@pytest.mark.parametrize("name", ["project.json", "experiment.json"])
def test_text_that_is_small_until_it_is_parsed(refused, sound, name, piece):
    room = members.MAX_RECORD if name == "project.json" else members.MAX_EXPERIMENT
    pieces = piece * ((room - 100) // len(piece))
    text = f'{{"format": "unfold.experiment", "version": 1, "window": [{pieces}0]}}'
    assert refused({**sound, name: text}).startswith(name)
    assert "can be right" in refused({**sound, name: text + " " * 100})


@pytest.mark.parametrize("piece", ["0,", "1E9,", '"",'])
def test_what_the_window_may_keep_is_kept_again(refused, sound, piece, tmp_path):
    """Numbers and spaces are written otherwise than they were read, which takes more room."""
    for rooms, opens in ((8, True), (2, piece != "1E9,"), (1, False)):
        pieces = piece * (members.MAX_RECORD // rooms // len(piece))
        record = json.loads(sound["project.json"]) | {"window": {"a": json.loads(f"[{pieces}0]")}}
        text = json.dumps(record | {"window": "@"}, separators=(",", ":"))
        text = text.replace('"@"', f'{{"a":[{pieces}0]}}')
        content = {**sound, "project.json": text}
        if opens:
            (tmp_path / "p.unfold").write_bytes(zipped(content))
            again = members_of(content_of(read_project(tmp_path / "p.unfold")))
            assert json.loads(again["project.json"]) == record
            assert len(again["project.json"]) <= members.MAX_RECORD
        elif rooms > 1:
            assert refused(content) == "project.json: window: longer than 960 kB"
        else:
            assert "can be right" in refused(content)


@pytest.mark.parametrize("table", [b"\n" * (30 << 20), b"a,b,c\n" + b"1,2,x\n" * (5 << 20), bytes(60 << 20)])
def test_a_table_that_unpacks_to_far_more_than_the_run_has_seen(refused, tmp_path, table):
    path = tmp_path / "t.csv"
    path.write_text("a,b,c\n" + "".join(f"{i},{i * i % 7},{'yes' if i % 2 else 'no'}\n" for i in range(20)))
    data = {"kind": "csv", "path": str(path), "inputs": ["a", "b"], "target": "c"}
    members = members_of(content_of(project_of(begun(experiment(data=data)))))
    assert "data.csv: " in refused(with_hash({**members, "data.csv": table}))


@pytest.mark.parametrize("name", ["weights.safetensors", "state.safetensors"])
def test_far_too_many_arrays(refused, sound, name):
    tensors = (f'"{i:x}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}' for i in range(600_000))
    header = f"{{{','.join(tensors)}}}".encode()
    content = len(header).to_bytes(8, "little") + header
    archive = zipped(list({**sound, name: content}.items()), zipfile.ZIP_STORED)
    assert refused(archive) == f"{name}: describes more than 10,000 arrays, which no network here needs"


def test_too_many_members(refused, sound):
    many = zipped({**sound, **{str(i): b"" for i in range(60_000)}})
    assert refused(many) == "no readable project: it has too many members"


def test_a_layout_that_its_weights_do_not_fill(refused, sound):
    for changes in (
        {"network__layers": [LARGE] * 12},
        {"network__layers": [{**LARGE, "activation": {"kind": "maxout", "pieces": 8}}] * 16},
        {"features": [f"x1*{i}" for i in range(1000)], "network__layers": [LARGE]},
    ):
        problem = refused(edited(sound, "experiment.json", **changes))
        assert problem.startswith("weights.safetensors: too short for this experiment")
    problem = refused(edited(sound, "experiment.json", data__samples=1_000_000))
    assert problem.startswith("state.safetensors: too short for this experiment")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"version": 2},
            "project.json: version: the file is of version 2, this Unfold reads up to 1; update Unfold",
        ),
        ({"version": True}, "project.json: version: must be a whole number from 1 on"),
        ({"format": "zip"}, 'project.json: format: must be "unfold.project"'),
        ({"extra": 1}, "project.json: extra: unknown key; remove it or correct its spelling"),
        ({"window": []}, "project.json: window: must be an object, not []"),
        ({"window": {"a": float("nan")}}, "project.json: window: holds what is not plain JSON"),
        ({"window": {"a": "\ud800"}}, "project.json: window: holds what is not plain JSON"),
        ({"taken_back": 1.5}, "project.json: taken_back: must be a whole number, not 1.5"),
        ({"table": "t.csv"}, "project.json: table: the experiment has no table"),
        ({"run": None}, "weights.safetensors is there, but project.json does not tell of a run"),
        ({"curves": None}, "history.csv is there, but project.json does not tell of it"),
        ({"curves__stride": 3}, "history.csv: its points are thinned in a way that cannot be"),
        ({"curves__since_kept": 2}, "history.csv: its points are thinned in a way that cannot be"),
        ({"run__flat": ["parameters"]}, "project.json: run.flat: names what there is not: 'parameters'"),
        ({"run__state__shares_order": True}, "project.json: run.state.shares_order: must be false"),
        (
            {"run__earlier__plateau": {"best": 1, "bad_epochs": 0, "factor": 1.0}},
            "project.json: run.earlier.plateau: does not fit the schedule constant",
        ),
        (
            {"run__finished": {"rule": "x", "epoch": 1, "step": 1, "reason": "a\nb", "restored": None}},
            "project.json: run.finished.rule: must be 'epochs', 'seconds', 'loss' or 'patience', not 'x'\n"
            "project.json: run.finished.reason: must be one line of text",
        ),
    ],
)
def test_what_project_json_may_say(refused, sound, changes, problem):
    assert refused(edited(sound, "project.json", **changes)) == problem


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"counters": put(0, -1)}, "counters: a step or an epoch that cannot be"),
        ({"counters": put(1, 2**60)}, "counters: a step or an epoch that cannot be"),
        ({"counters": put(2, 30)}, "counters: 30 rows of the epoch, of 30"),
        ({"earlier.counters": put(2, -7)}, "earlier.counters: -7 rows of the epoch, of 30"),
        ({"counters": put(3, 8)}, "counters: must name the batch size 7, not 8"),
        ({"order": put(0, 30)}, "order: must name each of the 30 training rows once"),
        ({"order": put(0, -1)}, "order: must name each of the 30 training rows once"),
        ({"best.order": lambda a: a * 0}, "best.order: must name each of the 30 training rows once"),
        ({"noise_state": lambda a: a * 0}, "noise_state: a random stream cannot be zero"),
        (
            {"earlier.layers.0.weight": put(1, 1, np.inf)},
            "earlier.layers.0.weight: holds a value that is not a finite number",
        ),
        (
            {"optimizer.velocity.layers.1.bias": put(1, np.nan)},
            "optimizer.velocity.layers.1.bias: holds a value that is not a finite number",
        ),
        (
            {"best.layers.0.normalization.running_var": put(2, -1)},
            "best.layers.0.normalization.running_var: a variance cannot be negative",
        ),
        (
            {"muted.layers.0.weight": lambda a: a[:1]},
            "state.safetensors: muted.layers.0.weight: must be float32 (2, 1), not float32 (1, 1)",
        ),
        (
            {"order": lambda a: a.astype(np.int32)},
            "state.safetensors: order: must be int64 (30,), not int32 (30,)",
        ),
        ({"earlier.layers.0.weight": put(0, 1, 1)}, "weights.safetensors: a muted weight is not zero"),
    ],
)
def test_what_arrays_may_hold(refused, sound, changes, problem):
    if "best.order" in changes and "best.order" not in load(sound["state.safetensors"]):
        sound = edited(sound, "project.json", run__best__shares_order=False)
        arrays = load(sound["state.safetensors"])
        sound = {**sound, "state.safetensors": save({**arrays, "best.order": arrays["order"]})}
    assert refused(with_arrays(sound, changes)) == problem


def test_missing_and_unknown_arrays(refused, sound):
    arrays = load(sound["state.safetensors"])
    arrays["layers.0.weight"] = arrays.pop("noise_state")
    assert refused({**sound, "state.safetensors": save(arrays)}) == (
        "state.safetensors: noise_state is missing\nstate.safetensors: 'layers.0.weight' is not known here"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"", "must begin with the line epoch,train_loss,test_loss"),
        (b"epoch,train_loss,test_loss\n1,2\n", "line 2: must be three numbers"),
        (b"epoch,train_loss,test_loss\n1\n", "line 2: must be three numbers"),
        (b"epoch,train_loss,test_loss\n1,2,3\n0,1,x\n", "line 3: must be three numbers"),
        (b"epoch,train_loss,test_loss\n1,2,3\n1,2,3\n", "the epochs must rise from line to line"),
        (b"epoch,train_loss,test_loss\n-1,2,3\n", "the epochs must rise from line to line"),
        (
            b"epoch,train_loss,test_loss\n" + b"".join(b"%d,0,0\n" % i for i in range(CAPACITY + 1)),
            "has 4097 points, at most 4096 are kept",
        ),
    ],
)
def test_curves_that_cannot_be(refused, sound, text, problem):
    assert refused({**sound, "history.csv": text}) == f"history.csv: {problem}"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty"),
        (b"PK", "too short to be one"),
        (b"PK\x03\x04" + b"{}" * 100, "its end is missing or is not that of a zip archive"),
        (b"PK\x05\x06" + bytes(18), "project.json is missing"),
    ],
)
def test_what_is_no_archive(refused, content, problem):
    assert refused(content) == f"no readable project: {problem}"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{}" * 100, "it holds text"),
        (b"hello", "it holds text"),
        ("ä".encode() * 600, "it holds text"),
        ("xä".encode() * 600, "it holds text"),
        (bytes(100), "it begins as something else"),
        (b"\x89PNG\r\n\x1a\n" * 20, "it begins as something else"),
    ],
)
def test_what_was_never_a_project_is_told_as_such(refused, content, why):
    assert refused(content) == f"this is no Unfold project: {why}, where a project is a zip archive"


def test_an_encrypted_member(refused, sound):
    content = bytearray(zipped(sound))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert refused(bytes(content)) == "no readable project: project.json is encrypted"


def test_endless_files(tmp_path):
    pipe, link, sparse = (tmp_path / name for name in ("pipe.unfold", "zero.unfold", "sparse.unfold"))
    os.mkfifo(pipe)
    link.symlink_to("/dev/zero")
    with sparse.open("wb") as file:
        file.truncate(1 << 40)
    for path, problem in (
        (pipe, "no readable project: this is not a file"),
        (link, "no readable project: this is not a file"),
        (sparse, "this is no Unfold project: it begins as something else, where a project is a zip archive"),
    ):
        with pytest.raises(ProjectError) as caught:
            read_project(path)
        assert str(caught.value) == f"{path.name}: {problem}"
