"""Walks asked for before an edit: what is no longer there is said, what is wrong is not hushed up."""

from __future__ import annotations

import pytest

from engine.catalog.datasets import Circle, RegPlane
from engine.errors import DataError
from engine.experiment import Experiment, Layer, Network
from engine.trainer import Trainer
from engine.walkthrough import Request, walk
from ui.training.mailbox import Walked
from ui.training.run import Run

SMALL = Network(layers=(Layer(units=2),))
CIRCLE = Experiment(data=Circle(samples=24), network=SMALL)
PLANE = Experiment(network=SMALL).with_data(RegPlane(samples=24))


def run_of(experiment):
    run = Run(Trainer)
    run.load(experiment, 0)
    return run


FOUND = {
    "a row": (CIRCLE, Request("test", 0)),
    "a point of a class": (CIRCLE, Request(row=None, inputs=(0.5, 1.0), target=1)),
    "a point with a value": (PLANE, Request(row=None, inputs=(0.5, 1.0), target=(0.25,))),
}


@pytest.mark.parametrize(("experiment", "request_"), FOUND.values(), ids=FOUND)
def test_what_is_there_is_walked_through(experiment, request_):
    walked = run_of(experiment).walk(request_)
    assert isinstance(walked, Walked)
    assert walked.walkthrough.request == request_


GONE = {
    "a row too far": (CIRCLE, Request("train", 24), "row 24"),
    "a row of no test part": (
        CIRCLE.edited(data=CIRCLE.data.edited(test_fraction=0.0)),
        Request("test", 0),
        "row 0",
    ),
    "other inputs": (CIRCLE, Request(row=None, inputs=(0.5,), target=1), "number of inputs"),
    "another class": (CIRCLE, Request(row=None, inputs=(0.5, 1.0), target=2), "class"),
    "other targets": (
        PLANE,
        Request(row=None, inputs=(0.5, 1.0), target=(0.1, 0.2)),
        "number of targets",
    ),
}


@pytest.mark.parametrize(("experiment", "request_", "why"), GONE.values(), ids=GONE)
def test_what_is_gone_is_said(experiment, request_, why):
    with pytest.raises(DataError, match=f"no such sample: .*{why}"):
        run_of(experiment).walk(request_)


def test_a_fault_of_a_walk_is_no_missing_sample(monkeypatch):
    def broken(trainer, request):
        raise ValueError("a fault of the program")

    monkeypatch.setattr(walk, "walk_of", broken)
    with pytest.raises(ValueError, match="a fault of the program"):
        run_of(CIRCLE).walk(Request())
