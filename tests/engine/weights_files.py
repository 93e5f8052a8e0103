"""Files of weights, good and bad, for tests."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import save

from engine import Experiment, WeightsError
from engine.files.imports.weights import read_weights
from engine.files.weights import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SUFFIXES = [".npz", ".safetensors"]
EXPERIMENT = Experiment.parse(
    {
        "title": "Zwei Spiralen ①",
        "data": {"kind": "spiral", "samples": 20},
        "network": {"layers": [{"units": 5}, {"units": 3}]},
    }
)
NORMALIZED = EXPERIMENT.edited(
    network={
        "layers": [
            {"units": 5, "normalization": "batch"},
            {"units": 3, "normalization": "layer", "residual": True},
        ]
    }
)
SHAPES = [((5, 2), (5,)), ((3, 5), (3,)), ((1, 3), (1,))]
NAMES = [f"layers.{i}.{part}" for i in range(3) for part in ("weight", "bias")]


# What a layer may have besides: batch normalization, a trained slope, a projection around it, three pieces.
WHOLE_SHAPES = [
    {
        "weight": (6, 2),
        "bias": (6,),
        "normalization.weight": (6,),
        "normalization.bias": (6,),
        "normalization.running_mean": (6,),
        "normalization.running_var": (6,),
        "activation.weight": (6,),
        "projection.weight": (6, 2),
    },
    {"weight": (12, 6), "bias": (12,), "projection.weight": (4, 6)},
    {"weight": (1, 4), "bias": (1,)},
]


def parameters() -> list[dict[str, np.ndarray]]:
    rng = np.random.default_rng(0)
    return [
        {"weight": rng.normal(size=w).astype(np.float32), "bias": rng.normal(size=b).astype(np.float32)}
        for w, b in SHAPES
    ]


def tensors() -> list[dict[str, np.ndarray]]:
    rng = np.random.default_rng(1)
    return [
        {name: rng.uniform(size=shape).astype(np.float32) for name, shape in layer.items()}
        for layer in WHOLE_SHAPES
    ]


def assert_same(found: list[dict[str, np.ndarray]], expected: list[dict[str, np.ndarray]]) -> None:
    assert [list(layer) for layer in found] == [list(layer) for layer in expected]
    for layer, other in zip(found, expected, strict=True):
        for name, array in layer.items():
            np.testing.assert_array_equal(array, other[name])
            assert array.dtype == np.float32


def problem(path: Path) -> str:
    """Return the one sentence a file is refused with."""
    with pytest.raises(WeightsError) as caught:
        read_weights(path)
    (sentence,) = caught.value.problems
    assert sentence
    assert sentence.isprintable()
    assert len(sentence) < 300
    return sentence


def npz(arrays: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def content(suffix: str, arrays: dict[str, Any]) -> bytes:
    return npz(arrays) if suffix == ".npz" else save(arrays)


def save_weights(path: Path, layers: Sequence[Mapping[str, np.ndarray]]) -> None:
    """Write the layers of a network as NumPy or safetensors would."""
    path.write_bytes(content(path.suffix.lower(), named(layers)))


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def npy(array: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def npy_that_claims(shape: tuple[int, ...], data: bytes = b"", descr: str = "<f4") -> bytes:
    header = repr({"descr": descr, "fortran_order": False, "shape": shape}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def safetensors(header: dict[str, Any], data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data
