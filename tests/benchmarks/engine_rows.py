"""The engine's figures, without a window: on one core, one thread each, in turns."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.benchmarks.machine import ROOT, environment
from tests.benchmarks.peers import contenders, missing
from tests.benchmarks.report import Table, microseconds, milliseconds, times
from tests.benchmarks.timing import QUICK, in_turns, ratio
from tests.benchmarks.work import NETWORKS, OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.timing import Effort

SMALL = NETWORKS[1]
# How many times as fast as a peer, at least.
PROMISED = {SMALL.name: {"PyTorch": 200.0, "JAX": 6.0}, **{work.name: {"JAX": 1.0} for work in NETWORKS[4:]}}
PROMISED_OPTIMIZER = 100.0
PROMISED_FIELD = 0.003  # s
PROMISED_COMPILING = 15.0  # s

# Trained once by a process of its own, which prints what it took to import and to train.
FIRST_STEP = """
import time
start = time.perf_counter()
from engine import Experiment, Trainer
Trainer
imported = time.perf_counter()
Trainer(Experiment(data="spiral")).advance(batches=1)
print(imported - start, time.perf_counter() - imported)
"""


def networks(effort: Effort) -> Table:
    """Compare plain SGD on every network with everyone who is installed."""
    absent = missing()
    peers = [name for name in ("PyTorch", "JAX") if name not in absent]
    table = Table(
        "Training, plain SGD, microseconds per epoch",
        (
            "network, samples, batch",
            "Unfold",
            "GFLOP/s",
            *peers,
            *(f"against {name}" for name in peers),
            "promised",
        ),
    )
    if absent:
        table.notes.append(f"Left out, since not installed: {', '.join(absent)}.")
    for work in NETWORKS:
        acts = {name: contender.train for name, contender in contenders(work).items()}
        seconds = in_turns(acts, effort)
        typical = {name: statistics.median(values) for name, values in seconds.items()}
        ratios = {name: ratio(seconds[name], seconds["Unfold"]) for name in peers}
        promised = {name: least for name, least in PROMISED.get(work.name, {}).items() if name in peers}
        table.add(
            work.name,
            microseconds(typical["Unfold"]),
            f"{work.operations / typical['Unfold'] / 1e9:.0f}",
            *(microseconds(typical[name]) for name in peers),
            *(times(ratios[name]) for name in peers),
            ", ".join(f"{times(least)} {name}" for name, least in promised.items()),
            kept=all(ratios[name] >= least for name, least in promised.items()) if promised else None,
        )
    return table


def optimizers(effort: Effort) -> Table:
    """Compare every other optimizer with the same one in PyTorch."""
    table = Table(
        f"Other optimizers, {SMALL.name}, microseconds per epoch",
        ("optimizer", "Unfold", "PyTorch", "against PyTorch", "promised"),
    )
    if "PyTorch" in missing():
        table.notes.append("Left out, since PyTorch is not installed.")
        return table
    for name, optimizer in OPTIMIZERS.items():
        found = contenders(replace(SMALL, optimizer=optimizer), ("Unfold", "PyTorch"))
        seconds = in_turns({peer: contender.train for peer, contender in found.items()}, effort)
        times_as_fast = ratio(seconds["PyTorch"], seconds["Unfold"])
        table.add(
            name,
            *(microseconds(statistics.median(seconds[peer])) for peer in ("Unfold", "PyTorch")),
            times(times_as_fast),
            times(PROMISED_OPTIMIZER),
            kept=times_as_fast >= PROMISED_OPTIMIZER,
        )
    return table


def pictures(effort: Effort) -> Table:
    """Measure the fields of all neurons, and a whole frame for the window."""
    table = Table("Pictures", ("what", "measured", "promised"))
    for name, values in in_turns(picture_acts(256), effort).items():
        taken = statistics.median(values)
        promised = name.startswith("field")
        table.add(
            name,
            milliseconds(taken),
            f"< {milliseconds(PROMISED_FIELD)}" if promised else "",
            kept=taken < PROMISED_FIELD if promised else None,
        )
    return table


def starts(effort: Effort) -> Table:
    """Measure compiling, importing and the first step, each in processes of its own."""
    table = Table("The engine's start", ("what", "measured", "promised"))
    compiling = statistics.median(cold_seconds() for _ in range(1 if effort == QUICK else 3))
    table.add(
        "kernels compiled on a cold cache: `main.py warm`, from its start to its end",
        milliseconds(compiling),
        f"< {milliseconds(PROMISED_COMPILING)}",
        kept=compiling < PROMISED_COMPILING,
    )
    firsts = [first_step() for _ in range(effort.rounds)]
    imports, steps = (statistics.median(column) for column in zip(*firsts, strict=True))
    table.add("import of the engine with its kernels, warm", milliseconds(imports), "")
    table.add("data, trainer and first step after it, warm", milliseconds(steps), "")
    return table


def picture_acts(side: int) -> dict[str, Callable[[int], object]]:
    """Return what draws 2-8-8-1: one large field of every neuron, and a frame as the window asks for it."""
    from engine import Experiment, Trainer
    from engine.data import prepare
    from engine.history import Recorder
    from engine.machine import Machine
    from engine.probes import Fields
    from engine.snapshot import FrameRequest

    layers = [{"units": units} for units in SMALL.widths[1:-1]]
    experiment = Experiment.parse({"data": "spiral", "network": {"layers": layers}})
    data = prepare(experiment.data, experiment.features, experiment.seed)
    machine = Machine(experiment, data)
    fields = Fields(machine.network, data, machine.plan)
    trainer = Trainer(experiment, data=data)
    history = Recorder().view()

    def frame() -> object:
        return trainer.frame(
            FrameRequest(),
            generation=0,
            history=history,
            running=True,
            samples_per_second=0.0,
            epochs_per_second=0.0,
        )

    return {
        f"field of every neuron of {SMALL.network}, {side} x {side} points": lambda n: [
            fields.grid(side, (0, 1)) for _ in range(n)
        ],
        "a frame of it: losses, metrics, thumbnails, big field": lambda n: [frame() for _ in range(n)],
    }


def cold_seconds() -> float:
    """Return how long the program's own command takes to compile all kernels into an empty cache."""
    with tempfile.TemporaryDirectory() as cache:
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, str(ROOT / "main.py"), "warm"],
            env=environment(XDG_CACHE_HOME=cache),
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return time.perf_counter() - start


def first_step() -> tuple[float, float]:
    """Return the seconds that a new process needs to import the engine, and for one step after it."""
    command = [sys.executable, "-c", FIRST_STEP]
    printed = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
    ).stdout
    imported, stepped = map(float, printed.split())
    return imported, stepped
