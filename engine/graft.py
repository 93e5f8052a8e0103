"""Carry weights from one network to another: which still have a place, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.catalog.activations import Activation
from engine.errors import WeightsError
from engine.files.weights import as_float32
from engine.tensors import BIAS, PROJECTION, SLOPE, VARIANCE, WEIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from engine.experiment import Experiment, Layer, Output
    from engine.snapshot import Floats
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
        raise WeightsError(f"the weights have {len(given)} layers, the network has {len(needed)}")
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
                found[name] = _checked(f"layers.{i}.{name}", arrays[name], template[name].shape)
            except WeightsError as error:
                problems += error.problems
        checked.append(found)
    if problems:
        raise WeightsError(problems)
    return checked


def _checked(name: str, given: ArrayLike, shape: tuple[int, ...]) -> Floats:
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


def carry(old: Experiment, new: Experiment, tensors: Tensors, drawn: Tensors) -> None:
    """Copy the old network's tensors to wherever they still have a place in the new one.

    Layers are matched from both ends, units and inputs by position, features by their formula.
    Modified in place: drawn, the new network's initial tensors.
    """
    for new_at, old_at in _matched_layers(old, new):
        pieces = _pieces(new, new_at), _pieces(old, old_at)
        _keep(drawn[new_at], tensors[old_at], pieces, _matched_inputs(old, new, new_at, old_at))


def _pieces(experiment: Experiment, at: int) -> int:
    """Return how many weighted sums a unit of a layer has."""
    layers = experiment.network.layers
    activation = layers[at].activation if at < len(layers) else experiment.network.output.activation
    return activation.sums_per_unit() if isinstance(activation, Activation) else 1


def _matched_layers(old: Experiment, new: Experiment) -> list[tuple[int, int]]:
    """Pair the layers of two networks as (new, old): equal ones from the front, the others from the back.

    A layer whose initializer was edited in place is left out, so that it is drawn anew.
    """
    before, after = old.network.layers, new.network.layers
    front = 0
    while front < min(len(before), len(after)) and before[front] == after[front]:
        front += 1
    pairs = [(i, i) for i in range(front)]
    rest = min(len(before), len(after)) - front
    pairs += [(len(after) - i, len(before) - i) for i in range(rest, 0, -1)]
    kept = [
        (new_at, old_at)
        for new_at, old_at in pairs
        if len(before) != len(after) or _starts_alike(before[old_at], after[new_at])
    ]
    if _starts_alike(old.network.output, new.network.output):
        kept.append((len(after), len(before)))
    return kept


def _starts_alike(old: Layer | Output, new: Layer | Output) -> bool:
    return (old.initializer, old.bias_initializer) == (new.initializer, new.bias_initializer)


def _matched_inputs(
    old: Experiment, new: Experiment, new_at: int, old_at: int
) -> list[tuple[int, int]] | None:
    """Pair the inputs of two first layers by their formula; None pairs them by position."""
    if new_at == 0 and old_at == 0:
        return [(i, old.features.index(text)) for i, text in enumerate(new.features) if text in old.features]
    return [] if new_at == 0 or old_at == 0 else None


def _keep(
    drawn: dict[str, Floats],
    old: dict[str, Floats],
    pieces: tuple[int, int],
    inputs: list[tuple[int, int]] | None,
) -> None:
    """Copy one layer's numbers that still have a place.  Modified in place: drawn."""
    for name in drawn.keys() & old.keys():
        single = name in (SLOPE, PROJECTION)
        new_pieces, old_pieces = (1, 1) if single else pieces
        to, source = (
            array.reshape(count, -1, *array.shape[1:])
            for array, count in ((drawn[name], new_pieces), (old[name], old_pieces))
        )
        both, units = min(new_pieces, old_pieces), min(to.shape[1], source.shape[1])
        if to.ndim == 2:
            to[:both, :units] = source[:both, :units]
            continue
        for new_input, old_input in _by_position(to, source) if inputs is None else inputs:
            to[:both, :units, new_input] = source[:both, :units, old_input]


def _by_position(to: Floats, source: Floats) -> list[tuple[int, int]]:
    return [(i, i) for i in range(min(to.shape[2], source.shape[2]))]
