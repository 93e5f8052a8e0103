"""Edits of a running network's numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SetNumber:
    """One number of a tensor of a layer, the output after the last hidden one."""

    layer: int
    name: str
    index: tuple[int, ...]
    value: float


@dataclass(frozen=True)
class SetTensor:
    """A whole tensor of a layer, the output after the last hidden one."""

    layer: int
    name: str
    values: tuple[tuple[float, ...], ...] | tuple[float, ...]
