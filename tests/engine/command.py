"""What the tests of the command line share."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from engine import Experiment, Trainer, cli
from engine.files.imports.weights import read_weights

ROOT = Path(__file__).parents[2]
SMALL: dict[str, Any] = {
    "format": "unfold.experiment",
    "version": 1,
    "seed": 2,
    "data": {"kind": "moons", "samples": 60},
    "network": {"layers": [{"units": 4}]},
}
TABLE = {"kind": "csv", "path": "t.csv", "inputs": ["a", "b"], "target": "c"}
WROTE = re.compile(r"wrote (\S+?)(: checked with .+ at 1,000 points: largest difference from Unfold \d.*)?")
ROWS = "a,b,c\n1,2,x\n2,1,y\n3,4,x\n4,3,y\n5,6,x\n6,5,y\n"


def run(*arguments: str) -> int:
    """Call the command in this process and return its exit status."""
    try:
        return cli.run(list(arguments))
    except SystemExit as end:
        assert isinstance(end.code, int)
        return end.code


def start(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), *arguments],
        stdout=subprocess.PIPE,
        stderr=options.pop("stderr", subprocess.PIPE),
        stdin=options.pop("stdin", subprocess.DEVNULL),
        text=True,
        **options,
    )


def trained(epochs: int, document: dict[str, Any] = SMALL) -> Trainer:
    trainer = Trainer(Experiment.parse(document))
    trainer.advance(epochs=epochs)
    return trainer


def assert_weights(path: Path, trainer: Trainer) -> None:
    for layer, other in zip(read_weights(path), trainer.tensors, strict=True):
        assert layer.keys() == other.keys()
        for name, array in layer.items():
            np.testing.assert_array_equal(array, other[name])


def files_told(lines: list[str]) -> list[str]:
    """Return the files that lines of output say were written; every export tells of its check."""
    found = []
    for line in lines:
        if line.startswith("  "):  # a note
            continue
        match = WROTE.fullmatch(line)
        assert match, line
        assert match[2] or match[1].endswith((".unfold", ".html", "h.csv")), line
        found.append(match[1])
    return found
