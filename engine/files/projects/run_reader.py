"""The run of a project: read from its members, and checked against what its experiment needs."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.catalog.entry import MOST_COUNTED
from engine.catalog.optimizers import Lbfgs
from engine.catalog.schedules import Plateau
from engine.catalog.sources import CsvData
from engine.data import prepare
from engine.errors import ProjectError, WeightsError
from engine.files.arrays import arrays_of
from engine.files.projects.kept_tables import has_many_lines
from engine.files.projects.members import STATE, TABLE, WEIGHTS
from engine.files.projects.run_form import Form
from engine.files.projects.run_state import unpack
from engine.kernels import layout
from engine.tensors import VARIANCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.checkpoint import Checkpoint
    from engine.experiment import Experiment
    from engine.files.archive import Archive
    from engine.files.projects.record import RunRecord
    from engine.files.projects.run_form import Arrays, Specs

HEADER = 65 << 20  # at most, with the experiment in it
ROWS_PER_TRAINED = 10  # of a table at most: no more than nine tenths are for testing
SHOWN = 5


def read_run(members: Archive, experiment: Experiment, record: RunRecord, table: bytes | None) -> Checkpoint:
    """Return the checkpoint that a project holds.

    Parameters
    ----------
    members : Archive
        The project.
    experiment : Experiment
        Its experiment.
    record : RunRecord
        What ``project.json`` says of the run.
    table : bytes or None
        Its table.

    Raises
    ------
    ArchiveError, ProjectError, ExperimentError, DataError
        Where something is missing, damaged, or does not fit the experiment.
    """
    for name in (WEIGHTS, STATE):
        if name not in members:
            raise ProjectError(f"{name} is missing")
    _check_record(experiment, record)
    _check_room(members, experiment)
    if isinstance(experiment.data, CsvData):
        if table is None:
            raise ProjectError(f"{TABLE} is missing, the table that the run has been trained on")
        if has_many_lines(table, ROWS_PER_TRAINED * members.size(STATE) // 8):
            raise ProjectError(f"{TABLE}: has far more lines than the run has rows")
    data = prepare(experiment.data, experiment.features, experiment.seed, table=table)
    form = Form(experiment, data)
    unknown = set(record.flat) - form.vector_names(record)
    if unknown:
        raise ProjectError(f"project.json: run.flat: names what there is not: {sorted(unknown)[0][:40]!r}")
    arrays = _arrays(members, WEIGHTS, form.weights()) | _arrays(members, STATE, form.state(record))
    problems = list(_problems(form, record, arrays))
    if problems:
        raise ProjectError(problems[:SHOWN])
    checkpoint = unpack(form, data, arrays, record)
    if any(weights.any() for weights in form.muted_weights(checkpoint)):
        raise ProjectError(f"{WEIGHTS}: a muted weight is not zero")
    return checkpoint


def _check_record(experiment: Experiment, record: RunRecord) -> None:
    """Check what of a run is no array."""
    training = experiment.training
    history = training.optimizer.history_size if isinstance(training.optimizer, Lbfgs) else None
    for name, state in (("state", record.state), ("earlier", record.earlier), ("best", record.best)):
        if state is None:
            continue
        where = f"project.json: run.{name}"
        if (state.plateau is not None) != isinstance(training.schedule, Plateau):
            raise ProjectError(f"{where}.plateau: does not fit the schedule {training.schedule.kind}")
        if (state.lbfgs is not None) != (history is not None):
            raise ProjectError(f"{where}.lbfgs: does not fit the optimizer {training.optimizer.kind}")
        if state.lbfgs is not None and history is not None and state.lbfgs.pairs > history:
            raise ProjectError(f"{where}.lbfgs.pairs: more than the {history} that are remembered")
    if record.state.shares_order:
        raise ProjectError("project.json: run.state.shares_order: must be false")


def _check_room(members: Archive, experiment: Experiment) -> None:
    """Refuse files that are too short, before anything as large as they should be is made."""
    widths = [len(experiment.features), *(layer.units for layer in experiment.network.layers)]
    weights = 4 * sum(a * b for a, b in itertools.pairwise(widths))
    samples = getattr(experiment.data, "samples", 0)
    rows = 8 * (samples - round(samples * experiment.data.test_fraction))
    for name, needed in ((WEIGHTS, weights), (STATE, rows)):
        if members.size(name) < needed:
            raise ProjectError(f"{name}: too short for this experiment, which needs {needed} bytes and more")


def _arrays(members: Archive, name: str, specs: Specs) -> Arrays:
    """Read one member of arrays that must be these."""
    most = HEADER + sum(np.dtype(dtype).itemsize * int(np.prod(shape)) for dtype, shape in specs.values())
    content = members.read(name, most)
    try:
        found: Arrays = arrays_of(name, ".safetensors", content, len(content))
    except WeightsError as error:
        raise ProjectError(error.problems) from error
    problems = [f"{name}: {key} is missing" for key in specs if key not in found]
    problems += [f"{name}: {key[:60]!r} is not known here" for key in found if key not in specs]
    for key, (dtype, shape) in specs.items():
        if key in found and (found[key].dtype.name != dtype or found[key].shape != shape):
            has = f"{found[key].dtype.name} {found[key].shape}"
            problems.append(f"{name}: {key}: must be {dtype} {shape}, not {has}")
    if problems:
        raise ProjectError(problems[:SHOWN])
    return found


def _problems(form: Form, record: RunRecord, arrays: Arrays) -> Iterator[str]:
    """Say of every array what cannot be."""
    for name, array in arrays.items():
        # What a step has left behind; a step after which they were not finite has been taken back.
        may_be_anything = name.endswith("losses") or name.startswith("gradient.")
        if array.dtype.kind == "f" and not may_be_anything and not np.isfinite(array).all():
            yield f"{name}: holds a value that is not a finite number"
        elif name.endswith(VARIANCE) and (array < 0).any():
            yield f"{name}: a variance cannot be negative"
    for prefix, state in form.states(record):
        yield from _counter_problems(form, f"{prefix}counters", arrays[f"{prefix}counters"])
        for name in ("order_state", "dropout_state", "noise_state"):
            if not arrays[prefix + name].any():
                yield f"{prefix}{name}: a random stream cannot be zero"
        if not state.shares_order:
            order = arrays[f"{prefix}order"]
            if not np.array_equal(np.sort(order), np.arange(form.rows)):
                yield f"{prefix}order: must name each of the {form.rows} training rows once"


def _counter_problems(form: Form, name: str, counters: NDArray[Any]) -> Iterator[str]:
    step, epoch, position, batch = (
        int(counters[at]) for at in (layout.STEP, layout.EPOCH, layout.POSITION, layout.BATCH)
    )
    if not (0 <= step <= MOST_COUNTED and 0 <= epoch <= MOST_COUNTED):
        yield f"{name}: a step or an epoch that cannot be"
    if not 0 <= position < form.rows:
        yield f"{name}: {position} rows of the epoch, of {form.rows}"
    if batch != form.batch:
        yield f"{name}: must name the batch size {form.batch}, not {batch}"
