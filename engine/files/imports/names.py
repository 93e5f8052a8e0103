"""Arrays by name as other programs save them: which is what of which dense layer.

PyTorch    "0.weight", "fc1.bias", "net.2.running_mean"; weights (out, in)
Keras      "dense/kernel:0", "dense_1/bias", "layers/dense/vars/0"; kernels (in, out)
bare       "arr_0", "W1", "coefs_0", ...: matrices and vectors in turn, in natural order
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.errors import WeightsError
from engine.files.imports.chaining import chained, dense, natural, without_bias
from engine.files.imports.torch_names import network_of_modules
from engine.sentences import shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    from engine.files.imports.imported import Imported

    Arrays = Mapping[str, NDArray[Any]]

MOST_ARRAYS = 1000
KERAS = ("kernel", "bias")
NORMALIZATIONS = ("gamma", "beta", "moving_mean", "moving_variance", "scale", "mean", "var")
_VARS = re.compile(r"(?P<module>.*)\.vars\.(?P<index>\d{1,4})")


def network_of(name: str, arrays: Arrays) -> Imported:
    """Return the network that arrays of these names are.

    Raises
    ------
    WeightsError
        Where they are not those of a plain dense network, with one sentence.
    """
    arrays = {key: array for key, array in arrays.items() if not key.endswith("num_batches_tracked")}
    if not arrays:
        raise WeightsError(f"{name}: there is no array in it")
    if len(arrays) > MOST_ARRAYS:
        raise WeightsError(f"{name}: {len(arrays):,} arrays are too many for a network of dense layers")
    for key, array in arrays.items():
        if array.ndim > 2:
            raise WeightsError(
                f"{name}: {shown(key)} has {array.ndim} dimensions: only dense layers can be imported"
            )
        if array.ndim == 0 or 0 in array.shape:
            what = "a single number" if array.ndim == 0 else f"empty, of shape {array.shape}"
            raise WeightsError(f"{name}: {shown(key)} is {what}: only dense layers can be imported")
    modules = _modules(name, arrays)
    leaves = {leaf for module in modules.values() for leaf in module}
    if "kernel" in leaves:
        return _keras(name, modules)
    if "weight" in leaves:
        return network_of_modules(name, modules)
    return _bare(name, arrays)


def _modules(name: str, arrays: Arrays) -> dict[str, dict[str, NDArray[Any]]]:
    """Return the arrays by module and leaf, the modules in natural order."""
    found: dict[str, dict[str, NDArray[Any]]] = {}
    for key in sorted(arrays):
        path = key.removesuffix(":0").replace("/", ".")
        match = _VARS.fullmatch(path)
        if match:  # Keras 3 numbers the variables of a layer: the kernel, then the bias
            index = int(match["index"])
            leaf = KERAS[index] if index < 2 else f"vars.{index}"
            if (leaf, arrays[key].ndim) not in (("kernel", 2), ("bias", 1)):
                leaf = "gamma"
            module = match["module"]
        else:
            module, _, leaf = path.rpartition(".")
        if leaf in found.setdefault(module, {}):
            raise WeightsError(f"{name}: {shown(module)} has a {shown(leaf)} twice")
        found[module][leaf] = arrays[key]
    return dict(sorted(found.items(), key=lambda item: natural(item[0])))


def _keras(name: str, modules: Mapping[str, dict[str, NDArray[Any]]]) -> Imported:
    layers: dict[str, dict[str, NDArray[Any]]] = {}
    for module, arrays in modules.items():
        for leaf in arrays:
            if leaf in NORMALIZATIONS:
                raise WeightsError(
                    f"{name}: {shown(module)} is a normalization, and the file does not tell whether it "
                    "comes before or after the activation"
                )
            if leaf not in KERAS:
                raise WeightsError(f"{name}: {shown(f'{module}/{leaf}')} is no tensor of a dense layer")
        if "kernel" not in arrays:
            raise WeightsError(f"{name}: {shown(module)} has a bias but no kernel")
        layers[module] = dense(name, module, arrays["kernel"].T, arrays.get("bias"))
    return chained(name, layers, without_bias(modules))


def _bare(name: str, arrays: Arrays) -> Imported:
    """Return the network of matrices and vectors in natural order, whichever way round they fit."""
    order = sorted(arrays, key=natural)
    matrices = [key for key in order if arrays[key].ndim == 2]
    vectors = [key for key in order if arrays[key].ndim == 1]
    if not matrices or len(vectors) not in (0, len(matrices)):
        some = ", ".join(shown(key) for key in order[:3]) + (", ..." if len(order) > 3 else "")
        raise WeightsError(
            f"{name}: {len(matrices)} matrices and {len(vectors)} vectors ({some}) are no dense layers, "
            "which have one of each"
        )
    biases: list[NDArray[Any] | None] = [arrays[key] for key in vectors] or [None] * len(matrices)
    ways = []
    for turned in (False, True):
        weights = [arrays[key].T if turned else arrays[key] for key in matrices]
        if _fit(weights, biases):
            ways.append((turned, weights))
    if len(ways) != 1:
        problem = "fit neither as (out, in) nor as (in, out)"
        if ways:
            problem = "fit both as (out, in) and as (in, out); name them as PyTorch or Keras does"
        raise WeightsError(f"{name}: the arrays {', '.join(map(shown, order[:4]))} {problem}")
    turned, weights = ways[0]
    layers = {
        key: dense(name, key, weight, bias)
        for key, weight, bias in zip(matrices, weights, biases, strict=True)
    }
    side = "(in, out)" if turned else "(out, in)"
    notes = [f"The matrices were taken as {side}, in the order of their names."]
    return chained(name, layers, notes + ([] if vectors else ["There are no biases; they start at 0."]))


def _fit(weights: list[NDArray[Any]], biases: list[NDArray[Any] | None]) -> bool:
    widths = [weight.shape[0] for weight in weights]
    return all(
        bias is None or bias.shape == (width,) for width, bias in zip(widths, biases, strict=True)
    ) and all(weight.shape[1] == width for weight, width in zip(weights[1:], widths, strict=False))
