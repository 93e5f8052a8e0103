"""Trained networks of every kind, with names that no format may stumble over, for tests of exports."""

from __future__ import annotations

import ast
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import Experiment, Trainer
from engine.catalog.activations import ACTIVATIONS, ELEMENTWISE
from engine.files.export.portable import portable
from engine.files.export.verify import export

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.files.export.verify import Exported

NASTY = (
    "a # b",
    '"""',
    "'; import os #",
    "back\\slash",
    "*/ // --> ]]>",
    "=1+1",
    "Größe ①",
    "lambda",
    "x,y;z",
    "\u202eevil",
)


def small(**changes: Any) -> dict[str, Any]:
    document = {
        "seed": 4,
        "data": {"kind": "moons", "samples": 40},
        "network": {"layers": [{"units": 5}, {"units": 3}]},
    }
    return document | changes


def layered(*layers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return small(network={"layers": list(layers)}, **changes)


KINDS: dict[str, dict[str, Any]] = {
    **{f"{a.key()} hidden": layered({"units": 4, "activation": a.key()}) for a in ACTIVATIONS},
    **{
        f"{a.key()} output": small(
            network={"layers": [{"units": 4}], "output": {"activation": a.key()}}, training={"loss": "mse"}
        )
        for a in ELEMENTWISE
    },
    "no hidden layer": layered(),
    "batch normalization": layered(*[{"units": 4, "normalization": "batch"}] * 2),
    "layer normalization": layered(*[{"units": 4, "normalization": "layer", "activation": "relu"}] * 2),
    "residual": layered({"units": 6, "residual": True}, {"units": 6, "residual": True}, {"units": 2}),
    "maxout": layered(
        {"units": 3, "activation": {"kind": "maxout", "pieces": 4}, "normalization": "batch"},
        {"units": 5, "activation": "maxout", "residual": True, "normalization": "layer"},
    ),
    "muted": layered(
        {"units": 4, "muted_units": [0, 3], "muted_weights": [[1, 1]], "activation": "exponential"},
        {"units": 4, "muted_units": [2], "residual": True},
    ),
    "parameters": layered(
        {"units": 4, "activation": {"kind": "leaky_relu", "negative_slope": 0.3}},
        {"units": 4, "activation": {"kind": "elu", "alpha": 0.7}},
        {"units": 4, "activation": {"kind": "elu", "alpha": 1.7}},
    ),
    "dropout": layered({"units": 8, "dropout": 0.5}, training={"input_noise": 0.1}),
    "classes": small(data={"kind": "blobs", "classes": 5, "samples": 60}),
    "tanh over classes": small(
        data={"kind": "rings", "samples": 60}, training={"loss": "half_squared_error"}
    ),
    "regression": small(data={"kind": "reg_plane", "samples": 40}),
    "one input": small(data={"kind": "sine", "samples": 40}),
    "large layers": layered({"units": 40}, {"units": 30, "activation": "prelu"}),
    "features": small(
        features=[
            "x1", "x2*x1 - x1/(x2 + 30)", "-x1**2", "2**3**2*x1/512", "tan(x1/9)", "sign(x2)", "abs(x1 - 1)",
            "sqrt(x1**2)", "log(1 + x2**2)", "exp(x1/9)", "tanh(x2)", "cos(pi*x1)", "sin(x2)", "2", "-(-x2)",
            "x1 - (x2 - 3)", "(x1 + x2)**3/99", "(-8)**2*x1",
        ]
    ),
}  # fmt: skip


def table(folder: Path, task: str) -> dict[str, Any]:
    """Write a table with nasty names and numbers of many sizes; return its experiment."""
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(40, 6)) * [1e-3, 1, 1e4, 7, 1, 1] + [0, 5, -1e5, 0, 0, 0]
    header = ",".join('"' + name.replace('"', '""') + '"' for name in NASTY[:6])
    lines = [header]
    for i, row in enumerate(rows):
        cells = [repr(float(value)) for value in row]
        if task == "classification":
            cells[5] = '"' + NASTY[6 + i % 3].replace('"', '""') + '"'
        lines.append(",".join(cells))
    path = folder / "nasty.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    target = list(NASTY[4:6]) if task == "regression" else NASTY[5]
    data = {"kind": "csv", "path": str(path), "inputs": list(NASTY[:4]), "target": target, "task": task}
    return small(title=" ".join(NASTY) + "\n\t\0", data=data, features=["x1", "x2*x3", "x4"])


def trained(document: dict[str, Any], epochs: int = 2) -> Trainer:
    trainer = Trainer(Experiment.parse(document))
    trainer.advance(epochs=epochs)
    return trainer


def exported(trainer: Trainer, path: Path) -> Exported:
    return export(path, portable(trainer), trainer.predict)


def assert_header_holds(path: Path, environment: Mapping[str, str] | None = None) -> None:
    """Run what the head of a file named network.<kind>.py says of its use, as it stands there."""
    told = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    lines = [line.strip() for line in told.splitlines() if line.startswith("    ")]
    loads, imports, trains = lines[:-2], lines[-2], lines[-1]
    assert loads[-1].startswith("predict([[") and imports.startswith("from network import")
    (path.parent / "network.py").write_bytes(path.read_bytes())
    for script in ("\n".join([*loads[:-1], f"print({loads[-1]})"]), f"{imports}\nprint({loads[-1]})"):
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=path.parent, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("[[")
    python, *command = shlex.split(trains)
    assert python == "python"
    subprocess.run([sys.executable, *command], cwd=path.parent, env=environment, check=True)
    assert (path.parent / command[-1]).exists()
