"""Read the weights of a network whose layers are known, from a file that this program wrote or could have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import WeightsError
from engine.files.weights import SUFFIXES, read_layers

if TYPE_CHECKING:
    from engine.floats import Floats

TEXTS = (".json", ".csv")  # written as exports, and read as well


def read_weights(path: str | Path) -> list[dict[str, Floats]]:
    """Read weights written by this program or by one that uses the same names.

    Returns
    -------
    list of dict
        The arrays of every layer by name, input to output, as ``Trainer.set_tensors`` takes them.

    Raises
    ------
    WeightsError
        With one sentence for what is wrong.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in TEXTS:
        return _read_text(path)
    if suffix not in SUFFIXES:
        kept = ".npz, .safetensors, .json or .csv"
        raise WeightsError(f"{path.name}: weights are kept in {kept} files; use one of these suffixes")
    return read_layers(path)


def _read_text(path: Path) -> list[dict[str, Floats]]:
    from engine.files.export.network_json import read_portable
    from engine.files.export.weights_table import read_table

    if path.suffix.lower() == ".csv":
        return read_table(path)
    return [dict(layer.tensors) for layer in read_portable(path).layers]
