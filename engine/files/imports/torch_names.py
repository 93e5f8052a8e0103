"""A PyTorch state dict: linear layers, and what of the others its names and shapes make certain."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from engine.catalog.activations import Prelu
from engine.counted import counted
from engine.errors import WeightsError
from engine.files.imports.chaining import chained, dense, without_bias
from engine.files.imports.imported import Imported, ImportedLayer
from engine.sentences import shown
from engine.tensors import MEAN, SCALE, SHIFT, SLOPE, VARIANCE, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    Tensors = dict[str, NDArray[Any]]


LEAVES = ("weight", "bias", "running_mean", "running_var")


def network_of_modules(name: str, modules: Mapping[str, Tensors]) -> Imported:
    """Return the network of a state dict.

    A normalization or PReLU is taken where it follows its layer directly in a ``Sequential``: of other
    modules the names do not tell in which order they are computed.

    Parameters
    ----------
    name : str
        The file's.
    modules : mapping
        Arrays by leaf, by module in natural order.

    Raises
    ------
    WeightsError
        Where there is more than dense layers, or it cannot be told.
    """
    layers: dict[str, Tensors] = {}
    known: dict[str, ImportedLayer] = {}
    notes: list[str] = []
    last = last_part = ""  # the dense layer, and the module that is computed right before
    for module, arrays in modules.items():
        for leaf in arrays:
            if leaf not in LEAVES:
                raise WeightsError(
                    f"{name}: {shown(f'{module}.{leaf}')} is no tensor of a dense layer: only dense layers "
                    "can be imported"
                )
        weight = arrays.get("weight")
        if weight is not None and weight.ndim == 2:
            if "running_mean" in arrays or "running_var" in arrays:
                raise WeightsError(f"{name}: {shown(module)} is neither a dense layer nor a normalization")
            last = last_part = module
            layers[module] = dense(name, module, weight, arrays.get("bias"))
            known[module] = ImportedLayer(len(weight))
            notes += without_bias({module: arrays})
            continue
        _check_place(name, module, last_part)
        units = len(layers[last][WEIGHT])
        more, change, note = _more(name, module, arrays, units)
        if known[last].normalization != "none" and "normalization" in change:
            raise WeightsError(f"{name}: {shown(module)} is a second normalization of {shown(last)}")
        if known[last].activation is not None:
            raise WeightsError(f"{name}: {shown(module)} comes after an activation; that cannot be imported")
        layers[last] |= more
        known[last] = replace(known[last], **change)
        notes += note
        last_part = module
    return chained(name, layers, notes, known)


def _check_place(name: str, module: str, before: str) -> None:
    """Refuse a module that does not come right behind the one before in a Sequential."""
    parent, _, index = module.rpartition(".")
    parent_before, _, index_before = before.rpartition(".")
    numbers = index.isdecimal() and index_before.isdecimal() and len(index) < 5 and len(index_before) < 5
    if not before or not numbers or parent != parent_before or int(index) != int(index_before) + 1:
        raise WeightsError(
            f"{name}: {shown(module)} is no dense layer, and the file does not tell whether it comes before "
            "or after an activation"
        )


def _more(name: str, module: str, arrays: Tensors, units: int) -> tuple[Tensors, dict[str, Any], list[str]]:
    """Return the tensors of a module behind a layer, what the layer becomes, and what was assumed."""
    if any(array.shape not in ((units,), (1,)) for array in arrays.values()):
        shapes = ", ".join(f"{leaf} {array.shape}" for leaf, array in arrays.items())
        raise WeightsError(
            f"{name}: {shown(module)} ({shapes}) does not fit the {counted(units, 'unit')} before it"
        )
    if arrays.keys() == {"weight"}:
        slope = arrays["weight"]
        if slope.shape != (1,) or units == 1:
            raise WeightsError(
                f"{name}: {shown(module)} may be a PReLU or a normalization; the file does not tell which"
            )
        return (
            {SLOPE: np.repeat(slope, units)},
            {"activation": Prelu()},
            [f"The one slope of {shown(module)} became one for each of the {units} units."],
        )
    if any(array.shape != (units,) for array in arrays.values()):
        raise WeightsError(f"{name}: {shown(module)} does not fit the {counted(units, 'unit')} before it")
    ones, zeros = np.ones(units, np.float32), np.zeros(units, np.float32)
    tensors = {SCALE: arrays.get("weight", ones), SHIFT: arrays.get("bias", zeros)}
    if arrays.keys() >= {"running_mean", "running_var"}:
        tensors |= {MEAN: arrays["running_mean"], VARIANCE: arrays["running_var"]}
        return tensors, {"normalization": "batch"}, []
    if arrays.keys() != {"weight", "bias"}:
        raise WeightsError(f"{name}: {shown(module)} is no normalization that is known here")
    return tensors, {"normalization": "layer"}, [f"{shown(module)} was taken as a layer normalization."]
