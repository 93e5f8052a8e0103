"""Python's cycle collector: what Qt owns is destroyed in the thread that made it, and nothing piles up."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject, Qt, QTimer

from ui import garbage


class _Node:
    """Refers to itself, so that only the collector ends it."""

    def __init__(self):
        self.itself = self


@pytest.fixture
def allocating():
    """Make cycles in another thread until the test ends; return a list of how many were made."""
    made, over = [0], threading.Event()

    def work():
        while not over.wait(0.0005):
            for _ in range(500):
                _Node()
            made[0] += 500

    thread = threading.Thread(target=work, name="allocating")
    thread.start()
    yield made
    over.set()
    thread.join()


def _dropped(told):
    """Make a QObject that only a cycle holds, and note in which thread either ends."""
    node = _Node()
    node.object = QObject()
    node.object.destroyed.connect(
        lambda: told.append(threading.current_thread()), Qt.ConnectionType.DirectConnection
    )
    weakref.finalize(node, lambda: told.append(threading.current_thread()))


def test_what_qt_owns_is_destroyed_in_the_windows_thread(qtbot, allocating):
    told = []
    for _ in range(50):
        _dropped(told)
    qtbot.waitUntil(lambda: len(told) >= 100, timeout=20_000)
    assert set(told) == {threading.main_thread()}
    assert not gc.isenabled()


def test_nothing_piles_up_while_the_window_is_busy(qtbot, allocating):
    busy = QTimer(interval=0)  # always due
    ticks = []
    busy.timeout.connect(lambda: ticks.append(gc.get_count()[0]))
    busy.start()
    qtbot.waitUntil(lambda: allocating[0] > 200_000, timeout=30_000)
    busy.stop()
    alive = sum(type(one) is _Node for one in gc.get_objects())  # isinstance would ask dead proxies
    assert alive < allocating[0] / 4
    assert len(ticks) > 10


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((700, 10, 10), None),
        ((701, 0, 0), 0),
        ((0, 11, 0), 1),
        ((701, 11, 0), 1),
        ((701, 11, 11), 2),
        ((0, 0, 11), 2),
    ],
)
def test_the_oldest_generation_whose_turn_it_is_is_collected(collector, monkeypatch, counts, expected):
    done = []
    monkeypatch.setattr(garbage.gc, "get_count", lambda: counts)
    monkeypatch.setattr(garbage.gc, "get_threshold", lambda: (700, 10, 10))
    monkeypatch.setattr(garbage.gc, "collect", done.append)
    collector.collect()
    assert done == ([] if expected is None else [expected])


def test_looks_through_everything_are_so_far_apart_that_nobody_feels_them(collector, monkeypatch):
    done, now = [], [100.0]

    def collect(generation):
        done.append(generation)
        now[0] += 0.03 if generation == 2 else 0.0

    monkeypatch.setattr(garbage.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(garbage.gc, "get_count", lambda: (701, 11, 11))
    monkeypatch.setattr(garbage.gc, "get_threshold", lambda: (700, 10, 10))
    monkeypatch.setattr(garbage.gc, "collect", collect)
    for _ in range(10):
        collector.collect()
    assert done == [2] + [1] * 9
    now[0] += 3.1
    collector.collect()
    assert done[-1] == 2


def test_an_idle_program_is_woken_seldom(collector, monkeypatch):
    monkeypatch.setattr(garbage.gc, "get_count", lambda: (0, 0, 0))
    for _ in range(20):
        collector.collect()
    assert collector._timer.interval() > 3000
    monkeypatch.setattr(garbage.gc, "get_count", lambda: (10**6, 0, 0))
    collector.collect()
    assert collector._timer.interval() < 100


def test_python_collects_again_once_it_is_stopped(qapp):
    one = garbage.Collector()
    one.start()
    assert not gc.isenabled()
    one.stop()
    assert gc.isenabled()
    assert not one.is_active()
    gc.disable()  # as the collector of all tests has it
