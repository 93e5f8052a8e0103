"""Run a consumer of an exported file in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.files.export.format import ExportError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.floats import Floats

PATIENCE = 120.0  # s

_CHILD = """
import importlib.util, sys, numpy
spec = importlib.util.spec_from_file_location("network", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
numpy.save(sys.argv[3], numpy.asarray(module.predict(numpy.load(sys.argv[2])), numpy.float32))
"""


def run_python(
    path: Path, inputs: Floats, requirement: str = "numpy", environment: Mapping[str, str] | None = None
) -> Floats:
    """Import a module in another Python process and call its ``predict``.

    Parameters
    ----------
    path : Path
        The module.
    inputs : float32 array
        (n, inputs).
    requirement : str
        The package it needs besides NumPy, by its import name.
    environment : mapping, optional
        Variables of the process besides those of this one.

    Raises
    ------
    Unavailable
        Where that package, or Python itself, is not installed here.
    ExportError
        Where the module fails.
    """
    if getattr(sys, "frozen", False):
        raise Unavailable("this packaged program brings no Python that could run it")
    import importlib.util

    if importlib.util.find_spec(requirement) is None:
        raise Unavailable(f"the package {requirement} is not installed here")
    with tempfile.TemporaryDirectory(prefix="unfold-") as folder:
        given, found = Path(folder) / "inputs.npy", Path(folder) / "outputs.npy"
        np.save(given, inputs)
        run([sys.executable, "-c", _CHILD, str(path), str(given), str(found)], path.name, environment)
        return np.asarray(np.load(found, allow_pickle=False))


def run(command: Sequence[str], name: str, environment: Mapping[str, str] | None = None) -> str:
    """Run a command and return what it printed.

    Raises
    ------
    ExportError
        Where it fails or takes over two minutes.
    """
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env={**os.environ, **(environment or {})},
        )
    except subprocess.TimeoutExpired as error:
        raise ExportError(f"{name}: not written: running it took over {PATIENCE:.0f} s") from error
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise ExportError(f"{name}: not written: running it failed: {last[:200]}")
    return done.stdout
