"""What people run exported files with: one process a kind for many files, apart from ``Format.run``."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from tests.exports import latex
from tests.exports.exact import exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from engine.files.export.portable import Portable
    from engine.floats import Floats
    from engine.tensors import Tensors

    Consumer = Callable[["Sequence[Job]"], list[Floats]]


class Job(NamedTuple):
    """An exported file, what to ask it, and the network it was made of."""

    path: Path
    inputs: Floats
    network: Portable


WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wdouble-promotion", "-Wshadow", "-Werror"]
PATIENCE = 400  # s


def run(*command: object, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def needs(*programs: str) -> str:
    """Return the path of the first program that is installed; skip the test where none is."""
    for program in programs:
        if path := shutil.which(program):
            return path
    pytest.skip(f"{' or '.join(programs)} is not installed here")


_NODE = """
const fs = require("fs");
const jobs = JSON.parse(fs.readFileSync(process.argv[2]));
const results = jobs.map(([path, inputs]) => {
  const { predict } = require(path);
  const alone = predict(inputs[0]);
  const all = predict(inputs);
  if (JSON.stringify(alone) !== JSON.stringify(all[0])) throw new Error("one sample differs from many");
  return all;
});
fs.writeFileSync(process.argv[3], JSON.stringify(results));
"""


def javascript(jobs: Sequence[Job]) -> list[Floats]:
    """Require the scripts and call ``predict``."""
    node, folder = needs("node"), jobs[0].path.parent
    driver, given, found = folder / "driver.cjs", folder / "given.json", folder / "found.json"
    driver.write_text(_NODE)
    given.write_text(json.dumps([(str(path), inputs.tolist()) for path, inputs, _ in jobs]))
    run(node, driver, given, found)
    return [np.array(outputs) for outputs in json.loads(found.read_text())]


_MAIN = """
#include <stdio.h>
#include "{header}"
#include "{header}"

int main(void)
{{
    float x[{MACRO}_INPUTS], y[{MACRO}_OUTPUTS];
    for (;;) {{
        for (int i = 0; i < {MACRO}_INPUTS; i++) {{
            if (scanf("%f", &x[i]) != 1) return 0;
        }}
        {name}_predict(x, y);
        for (int i = 0; i < {MACRO}_OUTPUTS; i++) printf("%a ", (double)y[i]);
        printf("\\n");
    }}
}}
"""


def c(jobs: Sequence[Job]) -> list[Floats]:
    """Compile each header with all warnings, as C and as C++, and run it."""
    compiler, results = needs("gcc", "cc", "clang"), []
    for path, inputs, _ in jobs:
        found = re.search(r"#ifndef (\w+)_H", path.read_text("utf-8"))
        assert found
        source, program = path.with_suffix(".c"), path.with_suffix(".exe")
        source.write_text(_MAIN.format(header=path.name, MACRO=found[1], name=found[1].lower()))
        run(compiler, "-std=c99", *WARNINGS, "-o", program, source, "-lm")
        if cpp := shutil.which("g++") or shutil.which("clang++"):
            run(cpp, "-x", "c++", "-std=c++11", *WARNINGS, "-fsyntax-only", source)
        lines = "\n".join(" ".join(f"{x:.9g}" for x in row) for row in inputs)
        text = subprocess.run(
            [program], input=lines, capture_output=True, text=True, timeout=PATIENCE, check=True
        ).stdout
        results.append(np.array([[float.fromhex(y) for y in line.split()] for line in text.splitlines()]))
    return results


_PYTHON = """
import importlib.util, json, sys, numpy
for i, (path, given, found) in enumerate(json.load(open(sys.argv[1], encoding="utf-8"))):
    spec = importlib.util.spec_from_file_location(f"network{i}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    numpy.save(found, numpy.asarray(module.predict(numpy.load(given)), numpy.float32))
"""


def python(jobs: Sequence[Job], **environment: str) -> list[Floats]:
    """Import the modules in another Python process and call ``predict``."""
    folder, table = jobs[0].path.parent, []
    for i, (path, inputs, _) in enumerate(jobs):
        given, found = folder / f"given{i}.npy", folder / f"found{i}.npy"
        np.save(given, inputs)
        table.append([str(path), str(given), str(found)])
    (folder / "jobs.json").write_text(json.dumps(table))
    run(sys.executable, "-c", _PYTHON, folder / "jobs.json", **environment)
    return [np.load(found) for _, _, found in table]


def importing(package: str, **environment: str) -> Consumer:
    """Return a consumer for modules that need a package, and variables of its process."""

    def consumer(jobs: Sequence[Job]) -> list[Floats]:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"the package {package} is not installed here")
        return python(jobs, **environment)

    return consumer


def onnx(jobs: Sequence[Job]) -> list[Floats]:
    """Run graphs with ONNX Runtime."""
    runtime = pytest.importorskip("onnxruntime")
    results = []
    for path, inputs, _ in jobs:
        session = runtime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
        (given,) = session.get_inputs()
        results.append(session.run(None, {given.name: inputs})[0])
    return results


def weights_alone(read: Callable[[Path, Tensors], Tensors]) -> Consumer:
    """Return a consumer for files of weights: it reads them and computes in float64."""

    def consumer(jobs: Sequence[Job]) -> list[Floats]:
        results = []
        for path, inputs, network in jobs:
            like = [dict(layer.tensors) for layer in network.layers]
            results.append(exactly(network.with_tensors(read(path, like)), inputs))
        return results

    return consumer


def npz(path: Path, like: Tensors) -> Tensors:
    with np.load(path, allow_pickle=False) as file:
        return _layers(dict(file), like)


def safetensors(path: Path, like: Tensors) -> Tensors:
    from safetensors.numpy import load_file

    return _layers(load_file(path), like)


def _layers(arrays: dict[str, Floats], like: Tensors) -> Tensors:
    assert len(arrays) == sum(map(len, like))
    return [{name: arrays[f"layers.{i}.{name}"] for name in layer} for i, layer in enumerate(like)]


def table(path: Path, like: Tensors) -> Tensors:
    found = [{name: np.full_like(array, np.nan) for name, array in layer.items()} for layer in like]
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            place = int(row["row"]), *([int(row["column"])] if row["column"] else [])
            found[int(row["layer"])][row["tensor"]][place] = float(row["value"])
    return found


def document(path: Path, like: Tensors) -> Tensors:
    layers = json.loads(path.read_text("utf-8"))["layers"]
    return [
        {name: np.array(layer["tensors"][name], np.float32) for name in wanted}
        for layer, wanted in zip(layers, like, strict=True)
    ]


def tex(jobs: Sequence[Job]) -> list[Floats]:
    """Compute the equations, and typeset the documents where LaTeX is installed."""
    results = []
    for path, inputs, _ in jobs:
        results.append(latex.computed(path.read_text("utf-8"), inputs))
        if pdflatex := shutil.which("pdflatex"):
            run(
                pdflatex,
                "-interaction=nonstopmode",
                "-halt-on-error",
                f"-output-directory={path.parent}",
                path,
            )
    return results


CONSUMERS: dict[str, Consumer] = {
    ".js": javascript,
    ".h": c,
    ".py": python,
    ".torch.py": importing("torch"),
    ".keras.py": importing("keras", KERAS_BACKEND="torch"),
    ".onnx": onnx,
    ".npz": weights_alone(npz),
    ".safetensors": weights_alone(safetensors),
    ".csv": weights_alone(table),
    ".json": weights_alone(document),
    ".tex": tex,
}
