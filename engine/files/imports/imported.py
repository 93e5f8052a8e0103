"""What is known of a network in a file, and the document that it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.catalog.activations import Activation
from engine.errors import WeightsError
from engine.experiment import MAX_LAYERS, MAX_UNITS
from engine.files.weights import NAMES
from engine.floats import as_float32
from engine.tensors import VARIANCE, WEIGHT, dense_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from numpy.typing import NDArray

    from engine.catalog.entry import Entry
    from engine.experiment import Experiment
    from engine.floats import Floats


@dataclass(frozen=True)
class ImportedLayer:
    """A dense layer of a file.

    Parameters
    ----------
    units : int
        How many values it hands on.
    activation : Entry or None
        The catalog's, of the last layer a softmax too; None where the file does not tell.
    normalization : {"none", "batch", "layer"}
        What is done with its weighted sums.
    residual : bool
        Whether its input is added to its output.
    """

    units: int
    activation: Entry | None = None
    normalization: Literal["none", "batch", "layer"] = "none"
    residual: bool = False

    @property
    def pieces(self) -> int:
        """How many weighted sums a unit takes the largest of."""
        return self.activation.sums_per_unit() if isinstance(self.activation, Activation) else 1

    def shapes(self, inputs: int) -> dict[str, tuple[int, ...]]:
        """Return the names and shapes of its tensors behind so many inputs."""
        return dense_shapes(self.units, inputs, self.activation, self.normalization, self.residual)


@dataclass(frozen=True, eq=False)
class Imported:
    """A network of a file; its parts fit together, all numbers are finite.

    Parameters
    ----------
    layers : tuple of ImportedLayer
        Input to output, the output layer last.
    tensors : tuple of dict
        The float32 arrays of every layer by the names of ``engine.tensors``, as ``Trainer.set_tensors``
        takes them.
    experiment : Experiment or None
        The document that a file of our own carries.
    notes : tuple of str
        One sentence for everything that was assumed or left out.
    """

    layers: tuple[ImportedLayer, ...]
    tensors: tuple[dict[str, Floats], ...]
    experiment: Experiment | None = None
    notes: tuple[str, ...] = ()

    @property
    def inputs(self) -> int:
        """How many values the first layer takes."""
        return int(self.tensors[0][WEIGHT].shape[1])

    @property
    def outputs(self) -> int:
        """How many values the last layer gives."""
        return self.layers[-1].units

    @property
    def is_complete(self) -> bool:
        """Whether the file tells the activation of every hidden layer."""
        return all(layer.activation is not None for layer in self.layers[:-1])


def imported(
    name: str,
    layers: Sequence[ImportedLayer],
    tensors: Sequence[Mapping[str, NDArray[Any]]],
    experiment: Experiment | None = None,
    notes: Sequence[str] = (),
) -> Imported:
    """Put a network together, and check that it is one that can be here.

    Parameters
    ----------
    name : str
        The file's, for the sentences.
    layers, tensors, experiment, notes
        As of `Imported`; numbers of any kind.

    Raises
    ------
    WeightsError
        Where the parts do not fit together, a number is not finite, or there is too much of something.
    """
    if not layers:
        raise WeightsError(f"{name}: there is no dense layer in it")
    if len(layers) - 1 > MAX_LAYERS:
        raise WeightsError(
            f"{name}: it has {len(layers) - 1} hidden layers, but at most {MAX_LAYERS} are possible"
        )
    inputs = tensors[0][WEIGHT].shape[1] if tensors[0][WEIGHT].ndim == 2 else 0
    for i, (layer, arrays) in enumerate(zip(layers, tensors, strict=True)):
        place = f"{name}: layer {i + 1}"
        if layer.units > MAX_UNITS:
            raise WeightsError(f"{place} has {layer.units} units, but at most {MAX_UNITS} are possible")
        shapes = layer.shapes(inputs)
        if {key: array.shape for key, array in arrays.items()} != shapes or not inputs or not layer.units:
            given = ", ".join(f"{key} {array.shape}" for key, array in sorted(arrays.items(), key=_place))
            wanted = ", ".join(f"{key} {shape}" for key, shape in shapes.items())
            raise WeightsError(f"{place} holds {given}, but {wanted} is needed there")
        inputs = layer.units
    problems: list[str] = []
    found = []
    for i, arrays in enumerate(tensors):
        values = {key: as_float32(arrays[key]) for key in NAMES if key in arrays}
        place = f"{name}: layer {i + 1}"
        problems += [
            f"{place}: {key} holds a value that is not a finite number"
            for key, array in values.items()
            if not np.isfinite(array).all()
        ]
        if VARIANCE in values and (values[VARIANCE] < 0).any():
            problems.append(f"{place}: a variance cannot be negative")
        found.append(values)
    if problems:
        raise WeightsError(problems)
    return Imported(tuple(layers), tuple(found), experiment, tuple(notes))


def _place(item: tuple[str, object]) -> int:
    return NAMES.index(item[0])
