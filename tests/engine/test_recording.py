"""Recordings: what the child process writes plays as it was sent, and a failure leaves nothing behind."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import threading
import time

import numpy as np
import pytest
from PIL import Image

from engine.child import ENCODE_RECORDING, command
from engine.files.recordings import encoder, moving
from engine.files.recordings.recording import (
    END,
    FRAME,
    MESSAGE,
    Broken,
    Cancelled,
    Encoder,
    Plan,
    Progress,
    Recorded,
    can_write_video,
)
from engine.files.recordings.reel import Reel

WIDTH, HEIGHT = 64, 48
GROUND = (246, 247, 249)


def _pixels(i, width=WIDTH, height=HEIGHT):
    """Return a frame as it is sent: a ground, and a bar that moves along."""
    image = np.empty((height, width, 4), np.uint8)
    image[..., :3] = GROUND[::-1]
    image[10:20, 4 * i : 4 * i + 8, :3] = (209, 123, 43)
    image[..., 3] = 255
    return image.tobytes()


class Reports:
    """What an encoder tells, from its thread."""

    def __init__(self):
        self.all = []
        self.ended = threading.Event()

    def __call__(self, report):
        self.all.append(report)
        if not isinstance(report, Progress):
            self.ended.set()

    def last(self, seconds=60):
        assert self.ended.wait(seconds), "it never ended"
        return self.all[-1]


def _record(path, frames, rate=10, last=1):
    """Record frames, each with the ticks since the one before; return the last report."""
    reports = Reports()
    made = Encoder(Plan(path, WIDTH, HEIGHT, rate), reports)
    for pixels, ticks in frames:
        while not made.put(pixels, ticks):
            time.sleep(0.01)
    made.finish(last)
    report = reports.last()
    assert made.wait(10)
    return report, reports.all


def _files(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_frames_and_times_are_those_that_were_sent(tmp_path, suffix):
    path = tmp_path / f"r{suffix}"
    frames = [(_pixels(0), 0), (_pixels(1), 1), (_pixels(2), 5), (_pixels(3), 2)]
    report, reports = _record(path, frames, last=3)
    assert report == Recorded(path, 4, 1.1)
    assert _files(tmp_path) == [path.name]
    with Image.open(path) as image:
        assert (image.n_frames, image.size, image.info["loop"]) == (4, (WIDTH, HEIGHT), 0)
        times = []
        for i in range(4):
            image.seek(i)
            image.load()
            times.append(image.info["duration"])
            shown = np.asarray(image.convert("RGB"), int)
            assert np.abs(shown[15, 4 * i + 4] - (43, 123, 209)).max() <= 24
            assert np.abs(shown[40, 30] - GROUND).max() <= 4
    assert times == [100, 500, 200, 300]
    shares = [one.share for one in reports[:-1]]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_gif_keeps_grounds_exactly_and_what_stands_still_to_the_pixel(tmp_path):
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 255, (HEIGHT // 2, WIDTH, 4), np.uint8)
    frames = []
    for i in range(6):
        image = np.frombuffer(_pixels(i), np.uint8).reshape(HEIGHT, WIDTH, 4).copy()
        image[HEIGHT // 2 :] = noise
        frames.append((image.tobytes(), 1))
    path = tmp_path / "r.gif"
    _record(path, frames)
    below = []
    with Image.open(path) as image:
        for i in range(image.n_frames):
            image.seek(i)
            shown = np.asarray(image.convert("RGB"))
            assert (shown[:9] == GROUND).all()
            below.append(shown[HEIGHT // 2 :])
    assert all((one == below[0]).all() for one in below)


def test_the_same_frame_again_makes_a_gif_no_larger(tmp_path):
    path = tmp_path / "r.gif"
    report, _ = _record(path, [(_pixels(0), 0), *[(_pixels(0), 1)] * 20])
    assert report == Recorded(path, 21, 2.1)
    with Image.open(path) as image:
        assert image.n_frames == 1
    assert path.stat().st_size < 2000


def test_times_are_rounded_without_adding_up(tmp_path):
    path = tmp_path / "r.gif"
    _record(path, [(_pixels(i % 12), 1) for i in range(30)], rate=30)
    with Image.open(path) as image:
        total = 0
        for i in range(image.n_frames):
            image.seek(i)
            total += image.info["duration"]
    assert total == 1000


@pytest.mark.skipif(not can_write_video(), reason="needs the package av")
def test_video_has_a_steady_rate(tmp_path):
    import av

    path = tmp_path / "r.mp4"
    report, _ = _record(path, [(_pixels(0), 0), (_pixels(1), 1), (_pixels(2), 5), (_pixels(3), 2)], last=3)
    assert report == Recorded(path, 4, 1.1)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == 10
        shown = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
    assert len(shown) == 11
    blue = [one[15, :, 2].astype(int) - one[15, :, 0] > 60 for one in shown]
    bars = [round(np.flatnonzero(one).mean() / 4 - 0.9) for one in blue]
    assert bars == [0, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3]
    assert _files(tmp_path) == ["r.mp4"]


def test_a_cancelled_recording_leaves_the_old_file(tmp_path):
    path = tmp_path / "r.gif"
    path.write_bytes(b"old")
    reports = Reports()
    made = Encoder(Plan(path, WIDTH, HEIGHT, 10), reports)
    made.put(_pixels(0), 0)
    made.cancel()
    assert reports.last() == Cancelled()
    assert made.wait(10)
    assert path.read_bytes() == b"old"
    assert _files(tmp_path) == ["r.gif"]


@pytest.mark.parametrize("moment", ["recording", "writing"])
def test_a_child_that_is_killed_leaves_nothing(tmp_path, moment, caplog):
    path = tmp_path / "r.webp"
    path.write_bytes(b"old")
    reports = Reports()
    made = Encoder(Plan(path, WIDTH, HEIGHT, 10), reports)
    for i in range(5):
        made.put(_pixels(i), 1)
    if moment == "writing":
        made.finish()
    made._child.kill()
    if moment == "recording":
        made._child.wait()
        made.put(_pixels(0), 1)
        made.finish()
    report = reports.last()
    assert isinstance(report, Broken), report
    assert "has ended" in report.reason
    assert made.wait(10)
    assert path.read_bytes() == b"old"
    assert _files(tmp_path) == ["r.webp"]


def test_a_folder_that_cannot_be_written_is_told_at_once(tmp_path):
    with pytest.raises(OSError, match=r"r\.gif"):
        Encoder(Plan(tmp_path / "missing" / "r.gif", WIDTH, HEIGHT, 10), print)
    (tmp_path / "r.gif").mkdir()
    with pytest.raises(OSError, match=r"r\.gif"):
        Encoder(Plan(tmp_path / "r.gif", WIDTH, HEIGHT, 10), print)
    assert _files(tmp_path) == ["r.gif"]


def test_a_child_that_cannot_be_started_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.child.command", lambda name: [str(tmp_path / "no-such-program")])
    with pytest.raises(OSError):
        Encoder(Plan(tmp_path / "r.gif", WIDTH, HEIGHT, 10), print)
    assert _files(tmp_path) == []


def test_frames_beyond_what_may_wait_are_dropped(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.child.command", lambda name: ["sleep", "60"])
    reports = Reports()
    made = Encoder(Plan(tmp_path / "r.gif", 1024, 1024, 10), reports)
    pixels = bytes(4 << 20)
    taken = [made.put(pixels, 1) for _ in range(40)]
    assert 10 < sum(taken) < 24
    assert not taken[-1]
    made.cancel()
    assert reports.last() == Cancelled()
    assert made.wait(10)


# The child itself


def _child(spec, messages, folder, **more):
    given = json.dumps(spec).encode() + b"\n" + b"".join(messages)
    return subprocess.run(
        command(ENCODE_RECORDING),
        input=given,
        capture_output=True,
        cwd=folder,
        timeout=60,
        check=False,
        **more,
    )


def _spec(path, kind=".gif"):
    return {"format": kind, "width": WIDTH, "height": HEIGHT, "rate": 10, "out": str(path)}


def test_without_an_end_nothing_is_written(tmp_path):
    out = tmp_path / "out"
    out.touch()  # as whoever recorded has left it
    done = _child(_spec(out), [MESSAGE.pack(FRAME, 0), _pixels(0), MESSAGE.pack(FRAME, 1)], tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")
    assert _files(tmp_path) == []


def test_nothing_stays_where_nobody_waits_for_it_any_more(tmp_path):
    out = tmp_path / "out"
    out.touch()
    sent = [part for i in range(40) for part in (MESSAGE.pack(FRAME, 1), _pixels(i % 12))]
    with subprocess.Popen(
        command(ENCODE_RECORDING),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        child.stdout.close()
        child.communicate(json.dumps(_spec(out)).encode() + b"\n" + b"".join(sent) + MESSAGE.pack(END, 1))
        assert child.returncode == 1
    assert _files(tmp_path) == []


def test_no_frame_at_all_is_told(tmp_path):
    done = _child(_spec(tmp_path / "out"), [MESSAGE.pack(END, 1)], tmp_path)
    assert json.loads(done.stdout)["error"] == "there was no frame to record"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
@pytest.mark.parametrize("kind", [".gif", ".webp"])
def test_a_full_disk_is_one_sentence(tmp_path, kind, capsys):
    writer = moving.write_gif if kind == ".gif" else moving.write_webp
    with Reel(WIDTH, HEIGHT, 10, tmp_path) as reel:
        reel.add(_pixels(0), 0)
        reel.end(1)
        with pytest.raises(OSError, match="No space left"), open("/dev/full", "wb") as full:
            writer(reel, full, lambda _share: None)


def test_a_full_disk_is_told_to_whoever_records(tmp_path, monkeypatch, capsys):
    class Full(io.BytesIO):
        def write(self, content):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", lambda dir: Full())
    sent = json.dumps(_spec(tmp_path / "out")).encode() + b"\n" + MESSAGE.pack(FRAME, 0) + _pixels(0)
    monkeypatch.setattr(encoder.sys, "stdin", io.TextIOWrapper(io.BytesIO(sent)))
    assert encoder.main() == 1
    assert json.loads(capsys.readouterr().out) == {"error": "No space left on device"}


def test_what_a_child_says_of_its_faults_is_logged(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("engine.child.command", lambda name: ["sh", "-c", "echo oh dear >&2; exit 3"])
    with caplog.at_level(logging.ERROR):
        report, _ = _record(tmp_path / "r.gif", [(_pixels(0), 0)])
    assert isinstance(report, Broken)
    assert "oh dear" in caplog.text
    assert _files(tmp_path) == []
