"""Whether given weights belong to a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.counted import counted
from engine.errors import WeightsError
from engine.floats import as_float32
from engine.tensors import BIAS, VARIANCE, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from engine.floats import Floats
    from engine.tensors import Tensors


def checked_tensors(
    given: Sequence[Any], templates: Tensors | None = None, *, pairs_of: Tensors | None = None
) -> Tensors:
    """Return float32 tensors that fit a network.

    Parameters
    ----------
    given : sequence
        A mapping of names to arrays a layer; or (weight, bias) a layer, where ``pairs_of`` is given.
    templates, pairs_of : list of dict
        The network's own tensors.

    Raises
    ------
    WeightsError
        With a sentence for everything that does not fit.
    """
    needed = templates if templates is not None else pairs_of or []
    if len(given) != len(needed):
        raise WeightsError(f"the weights have {counted(len(given), 'layer')}, the network has {len(needed)}")
    problems: list[str] = []
    checked: Tensors = []
    for i, (layer, template) in enumerate(zip(given, needed, strict=True)):
        arrays = layer
        if pairs_of is not None:
            try:
                arrays = dict(zip((WEIGHT, BIAS), layer, strict=True))
            except (TypeError, ValueError):
                problems.append(f"layers.{i}: must be a weight and a bias, each an array of numbers")
                continue
            template = {name: template[name] for name in (WEIGHT, BIAS)}
        problems += [
            f"layers.{i}.{name}: the network has no such tensor" for name in arrays if name not in template
        ]
        found = {}
        for name in template:
            if name not in arrays:
                problems.append(f"layers.{i}.{name}: is missing")
                continue
            try:
                found[name] = checked_tensor(f"layers.{i}.{name}", arrays[name], template[name].shape)
            except WeightsError as error:
                problems += error.problems
        checked.append(found)
    if problems:
        raise WeightsError(problems)
    return checked


def checked_tensor(name: str, given: ArrayLike, shape: tuple[int, ...]) -> Floats:
    """Return one float32 tensor of a shape.

    Raises
    ------
    WeightsError
        Where it has another one, or holds what is no finite number or no variance.
    """
    try:
        array = np.asarray(given)
    except ValueError:
        raise WeightsError(f"{name}: must be an array of numbers") from None
    if array.dtype.kind not in "fiu":
        raise WeightsError(f"{name}: must hold numbers, not {array.dtype}")
    if array.shape != shape:
        raise WeightsError(f"{name}: must have the shape {shape}, not {array.shape}")
    values = as_float32(array)
    if not np.isfinite(values).all():
        raise WeightsError(f"{name}: holds a value that is not a finite number")
    if name.endswith(VARIANCE) and (values < 0).any():
        raise WeightsError(f"{name}: a variance cannot be negative")
    return values
