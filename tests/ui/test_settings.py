"""Settings are kept, and damaged ones never block the start."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.settings import MOST_RECENT, Settings, Store, load, save

KEPT = Settings(
    theme="dark",
    geometry="AAAA",
    recent=("/a.json", "/b.json"),
    folder="/tmp",
    log_loss=False,
    drawer_page="weights",
    drawer_height=222,
    picture="field",
    picture_colours="white",
    picture_width=333,
    record="loss",
    record_colours="dark",
    record_width=222,
    record_rate=7,
    record_seconds=42,
    record_endless=True,
)


def test_what_is_saved_is_loaded(tmp_path):
    save(KEPT, tmp_path / "new" / "settings.json")
    assert load(tmp_path / "new" / "settings.json") == KEPT


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_a_broken_file_gives_the_defaults(tmp_path, content):
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    assert load(path) == Settings()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("theme", "pink"),
        ("theme", 3),
        ("geometry", 1),
        ("recent", "a"),
        ("recent", [1, "", "a\0b", "\ud800", None, ["/a.json"]]),
        ("folder", "a\0b"),
        ("folder", "\ud800"),
        ("geometry", "\ud800"),
        ("log_loss", "yes"),
        ("drawer_page", 1),
        ("drawer_height", "high"),
        ("drawer_height", -1),
        ("drawer_height", True),
        ("drawer_height", 1.5),
        ("picture_width", -1),
        ("record_width", "wide"),
        ("record_rate", 0),
        ("record_seconds", True),
        ("record_endless", 1),
        ("record_colours", 3),
    ],
)
def test_one_damaged_field_costs_that_field_alone(tmp_path, field, value):
    path = tmp_path / "settings.json"
    save(KEPT, path)
    path.write_text(json.dumps({**json.loads(path.read_text()), field: value, "unknown": 1}))
    found = load(path)
    assert getattr(found, field) == getattr(Settings(), field)
    assert sum(getattr(found, name) == getattr(KEPT, name) for name in vars(KEPT)) == len(vars(KEPT)) - 1


@given(
    st.dictionaries(
        st.sampled_from([*vars(KEPT), "x"]), st.recursive(st.none() | st.text() | st.integers(), st.lists)
    )
)
def test_no_content_is_fatal(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("settings") / "settings.json"
    path.write_text(json.dumps(content))
    assert isinstance(load(path), Settings)


def test_a_damaged_recent_file_costs_itself_alone(tmp_path):
    path = tmp_path / "settings.json"
    save(KEPT, path)
    recent = ["/a.json", 7, "/b.unfold", None, "/a.json", "\0", "/c.json"]
    path.write_text(json.dumps({**json.loads(path.read_text()), "recent": recent}))
    assert load(path).recent == ("/a.json", "/b.unfold", "/c.json")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[1]", b"{}" + b" " * (1 << 20)])
def test_a_file_that_holds_no_settings_is_kept_aside_and_logged(tmp_path, caplog, content):
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    load(path)
    assert (tmp_path / "settings.json.damaged").read_bytes() == content
    assert not path.exists()
    assert "settings.json.damaged" in caplog.text


def test_a_damaged_file_that_cannot_be_kept_aside_does_not_block_the_start(tmp_path, caplog, monkeypatch):
    path = tmp_path / "settings.json"
    path.write_text("{")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("ui.settings.os.replace", refuse)
    assert load(path) == Settings()
    assert "Permission denied" in caplog.text


@pytest.mark.timeout(60)
def test_a_pipe_does_not_block_the_start(tmp_path, caplog):
    os.mkfifo(tmp_path / "settings.json")
    assert load(tmp_path / "settings.json") == Settings()
    assert "this is not a file" in caplog.text


def test_recent_files_can_be_dropped_and_cleared(qapp, tmp_path):
    store = Store(tmp_path / "settings.json")
    for name in ("a.unfold", "b.json", "c.json"):
        store.add_recent(tmp_path / name)
    store.drop_recent(tmp_path / "b.json")
    assert [path.rsplit("/", 1)[-1] for path in load(tmp_path / "settings.json").recent] == [
        "c.json",
        "a.unfold",
    ]
    store.clear_recent()
    assert load(tmp_path / "settings.json").recent == ()


def test_settings_that_cannot_be_written_cost_nothing_else(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    save(KEPT, tmp_path / "file" / "settings.json")
    assert "settings not saved" in caplog.text


def test_every_change_is_kept_and_told(qtbot, tmp_path):
    store = Store(tmp_path / "settings.json")
    with qtbot.waitSignal(store.changed) as changed:
        store.set_theme("dark")
    assert changed.args == [load(tmp_path / "settings.json")]
    with qtbot.assertNotEmitted(store.changed):
        store.set_theme("dark")


def test_recent_files_are_the_newest_first_each_once(qapp, tmp_path):
    store = Store(tmp_path / "settings.json")
    for i in range(MOST_RECENT + 2):
        store.add_recent(tmp_path / f"{i}.json")
    store.add_recent(tmp_path / "5.json")
    names = [path.rsplit("/", 1)[-1] for path in store.settings.recent]
    assert names == ["5.json", "9.json", "8.json", "7.json", "6.json", "4.json", "3.json", "2.json"]
    assert store.settings.folder == str(tmp_path)
