"""The weights alone, as NumPy and as safetensors have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import __version__
from engine.counted import counted
from engine.files.export.format import Format
from engine.files.export.words import layer_told, listed, outputs_told, plain
from engine.files.weights import named, npz_of, read_layers, safetensors_of

if TYPE_CHECKING:
    from engine.experiment import Experiment
    from engine.files.export.format import Check
    from engine.files.export.portable import Portable

_ADVICE = "Arrays named as in a PyTorch state dict, to load here again or into a network built elsewhere: "
ALONE = "Weights alone: what is done with them, preprocessing and activations included, must be built anew."


def render_npz(network: Portable, check: Check) -> bytes:
    """Return a ``.npz`` with what is to know in the zip's comment."""
    return npz_of([layer.tensors for layer in network.layers], told(network, check))


def render_safetensors(network: Portable, check: Check) -> bytes:
    """Return a ``.safetensors`` with what is to know in its metadata."""
    arrays = named([layer.tensors for layer in network.layers])
    return safetensors_of(arrays, portable_experiment(network), told(network, check))


def portable_experiment(network: Portable) -> Experiment:
    """Return the experiment without the folders of this computer: of a table's path the name alone."""
    experiment = network.experiment
    path = getattr(experiment.data, "path", None)
    if path is None:
        return experiment
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    return experiment.edited(data=experiment.data.edited(path=name))


def told(network: Portable, check: Check) -> dict[str, str]:
    """Return what a person should know of a file of weights, each in one line."""
    notes = {
        "program": f"Unfold {__version__}",
        "title": plain(network.title),
        "inputs": listed(network.input_names),
        "outputs": outputs_told(network),
        "features": listed(feature.text for feature in network.data.features),
        "layers": "; ".join(layer_told(network, i) for i in range(len(network.layers))),
        "trained": f"{counted(network.epoch, 'epoch')}, {counted(network.step, 'step')}",
        "check": check.text,
    }
    if check.difference is not None:
        notes["difference"] = repr(check.difference)
    return notes


NPZ = Format(
    ".npz",
    "NumPy weights",
    f"{_ADVICE}numpy.load.",
    render_npz,
    None,
    notes=lambda network: (ALONE,),
    binary=True,
    read=read_layers,
)
SAFETENSORS = Format(
    ".safetensors",
    "Safetensors",
    f"{_ADVICE}safetensors.torch.load_file; the experiment stands in its metadata.",
    render_safetensors,
    None,
    notes=lambda network: (ALONE,),
    binary=True,
    read=read_layers,
)
