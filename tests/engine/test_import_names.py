"""Arrays by the names of PyTorch, Keras and none become the layers they are, or are refused in one line."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import save

from engine.catalog.activations import Prelu
from engine.files.imports.chaining import natural
from engine.files.imports.reader import read_network
from tests.engine.imported_files import array, refusal, saved

W0, B0, W1, B1 = array(8, 2), array(8), array(1, 8), array(1)


def assert_dense(found, *pairs):
    assert len(found.tensors) == len(pairs)
    for tensors, (weight, bias) in zip(found.tensors, pairs, strict=True):
        assert tensors["weight"].dtype == tensors["bias"].dtype == np.float32
        np.testing.assert_array_equal(tensors["weight"], weight)
        np.testing.assert_array_equal(tensors["bias"], bias)


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
@pytest.mark.parametrize(
    "names",
    [
        ("0", "2"),
        ("fc1", "fc2"),
        ("fc2", "fc10"),
        ("net.0", "net.2"),
        ("layers.0", "layers.1"),
        ("layers.0", "layers.2"),
        ("model.hidden", "model.out"),
        ("9", "10"),
    ],
)
def test_linear_layers_of_pytorch(names, suffix, tmp_path):
    first, second = names
    arrays = {f"{second}.bias": B1, f"{first}.weight": W0, f"{second}.weight": W1, f"{first}.bias": B0}
    found = read_network(saved(tmp_path, arrays, suffix))
    assert_dense(found, (W0, B0), (W1, B1))
    assert [layer.units for layer in found.layers] == [8, 1]
    assert [layer.activation for layer in found.layers] == [None, None]
    assert not found.notes


def test_one_linear_layer(tmp_path):
    assert_dense(read_network(saved(tmp_path, {"weight": W0, "bias": B0})), (W0, B0))


def test_layers_without_biases_start_at_zero_and_that_is_said(tmp_path):
    found = read_network(saved(tmp_path, {"a.weight": W0, "b.weight": W1, "b.bias": B1}))
    assert_dense(found, (W0, np.zeros(8)), (W1, B1))
    assert found.notes == ("a has no bias; it starts at 0",)


def test_the_only_order_that_fits(tmp_path):
    arrays = {"input.weight": W0, "input.bias": B0, "hidden.weight": array(4, 8), "hidden.bias": array(4)}
    arrays |= {"exit.weight": array(3, 4), "exit.bias": array(3)}
    found = read_network(saved(tmp_path, arrays))
    assert [layer.units for layer in found.layers] == [8, 4, 3]
    assert found.notes == ("The layers were put in the only order that fits: input, hidden, exit.",)


def test_orders_that_fit_in_two_ways_are_refused(tmp_path):
    arrays = {"c.weight": array(8, 2), "c.bias": array(8)}
    for name in "ab":
        arrays |= {f"{name}.weight": array(8, 8), f"{name}.bias": array(8)}
    assert refusal(saved(tmp_path, arrays)) == "c takes 2 values, but b before it gives 8"
    many = {f"a{i}.weight": array(4, 4) for i in range(15)} | {"b.weight": array(4, 2)}
    assert refusal(saved(tmp_path, many)) == "b takes 2 values, but a14 before it gives 4"


def batch(units, **more):
    known = {"weight": array(units), "bias": array(units, seed=1), "running_mean": array(units, seed=2)}
    return known | {"running_var": array(units, seed=3) ** 2, **more}


def under(name, arrays):
    return {f"{name}.{leaf}": values for leaf, values in arrays.items()}


def test_a_batch_normalization_right_behind_its_layer(tmp_path):
    known = batch(8, num_batches_tracked=np.array(7))
    arrays = {"0.weight": W0, "0.bias": B0, **under("1", known), "3.weight": W1, "3.bias": B1}
    found = read_network(saved(tmp_path, arrays))
    assert [layer.normalization for layer in found.layers] == ["batch", "none"]
    for name in ("weight", "bias", "running_mean", "running_var"):
        np.testing.assert_array_equal(found.tensors[0][f"normalization.{name}"], known[name])


def test_a_batch_normalization_that_is_not_trained(tmp_path):
    known = {name: values for name, values in batch(8).items() if name.startswith("running")}
    found = read_network(saved(tmp_path, {"0.weight": W0, **under("1", known), "3.weight": W1}))
    np.testing.assert_array_equal(found.tensors[0]["normalization.weight"], np.ones(8))
    np.testing.assert_array_equal(found.tensors[0]["normalization.bias"], np.zeros(8))


def test_a_layer_normalization_and_a_prelu_behind_it(tmp_path):
    norm = {"weight": array(8), "bias": array(8, seed=1)}
    arrays = {"m.0.weight": W0, **under("m.1", norm), "m.2.weight": np.array([0.3], np.float32)}
    found = read_network(saved(tmp_path, {**arrays, "m.3.weight": W1}))
    assert (found.layers[0].normalization, found.layers[0].activation) == ("layer", Prelu())
    np.testing.assert_array_equal(found.tensors[0]["activation.weight"], np.full(8, 0.3, np.float32))
    assert "m.1 was taken as a layer normalization." in found.notes
    assert "The one slope of m.2 became one for each of the 8 units." in found.notes


UNPLACED = "is no dense layer, and the file does not tell whether it comes before or after an activation"


@pytest.mark.parametrize(
    ("arrays", "problem"),
    [
        (
            {"conv1.weight": array(3, 1, 5, 5)},
            "conv1.weight has 4 dimensions: only dense layers can be imported",
        ),
        ({"a.weight": array(3, 2), "scale": np.array(2.0)}, "scale is a single number: only dense layers"),
        ({"a.weight": np.zeros((0, 2), np.float32)}, "a.weight is empty"),
        ({"0.weight": W0, **under("2", batch(8))}, f"2 {UNPLACED}"),
        ({"fc1.weight": W0, **under("norm1", batch(8))}, f"norm1 {UNPLACED}"),
        ({"a.0.weight": W0, **under("b.1", batch(8))}, f"b.1 {UNPLACED}"),
        (under("0", batch(8)), f"0 {UNPLACED}"),
        (
            {"0.weight": W0, **under("1", batch(7))},
            "1 (bias (7,), running_mean (7,), running_var (7,), weight (7,)) does not fit the 8",
        ),
        ({"0.weight": W0, "1.weight": array(8)}, "1 may be a PReLU or a normalization"),
        (
            {"0.weight": W0, **under("1", batch(8)), **under("2", batch(8))},
            "2 is a second normalization of 0",
        ),
        ({"0.weight": W0, "1.weight": array(1), **under("2", batch(8))}, "2 comes after an activation"),
        (
            {"0.weight": W0, "0.bias": array(7)},
            "0: a weight of 8 outputs and 2 inputs and a bias of shape (7,)",
        ),
        ({"a.weight": W0, "b.weight": array(1, 7)}, "b takes 7 values, but a before it gives 8"),
        ({"rnn.weight_ih_l0": W0, "rnn.weight": W0}, "rnn.weight_ih_l0 is no tensor of a dense layer"),
        ({"a.weight": W0 * np.nan}, "layer 1: weight holds a value that is not a finite number"),
        ({"a.weight": array(1025, 2)}, "layer 1 has 1025 units, but at most 1024 are possible"),
        ({f"{i}.weight": array(2, 2) for i in range(18)}, "it has 17 hidden layers, but at most 16"),
        ({"d/kernel:0": array(2, 8), "d/kernel": array(2, 8)}, "d has a kernel twice"),
        ({"d/kernel": array(2, 8), "n/gamma": array(8)}, "n is a normalization, and the file does not tell"),
        ({"d/kernel": array(2, 8), "n/alpha": array(8)}, "n/alpha is no tensor of a dense layer"),
        ({"d/kernel": array(2, 8), "n/bias": array(8)}, "n has a bias but no kernel"),
        ({"d/kernel": array(2)}, "d has a vector where a dense layer has a matrix"),
        ({"w0": array(2, 8), "b0": array(8), "b1": array(1)}, "1 matrices and 2 vectors (b0, b1, w0)"),
        ({"w0": array(8, 8), "b0": array(8)}, "the arrays b0, w0 fit both as (out, in) and as (in, out)"),
        ({"w0": array(3, 8), "b0": array(4)}, "the arrays b0, w0 fit neither as (out, in) nor as (in, out)"),
        ({f"a{i}": array(1) for i in range(1001)}, "1,001 arrays are too many"),
    ],
    ids=range(26),
)
def test_what_is_no_plain_dense_network_is_refused(arrays, problem, tmp_path):
    assert problem in refusal(saved(tmp_path, arrays))


@pytest.mark.parametrize(
    "names",
    [
        ("dense/kernel:0", "dense/bias:0", "dense_1/kernel:0", "dense_1/bias:0"),
        ("model/dense_9/kernel", "model/dense_9/bias", "model/dense_10/kernel", "model/dense_10/bias"),
        ("layers/dense/vars/0", "layers/dense/vars/1", "layers/dense_1/vars/0", "layers/dense_1/vars/1"),
        ("params.Dense_0.kernel", "params.Dense_0.bias", "params.Dense_1.kernel", "params.Dense_1.bias"),
        ("arr_0", "arr_1", "arr_2", "arr_3"),
        ("W1", "b1", "W2", "b2"),
        ("coefs_0", "intercepts_0", "coefs_1", "intercepts_1"),
    ],
)
def test_kernels_of_keras_and_matrices_without_names_are_turned(names, tmp_path):
    arrays = dict(zip(names, (W0.T, B0, W1.T, B1), strict=True))
    found = read_network(saved(tmp_path, arrays, ".npz"))
    assert_dense(found, (W0, B0), (W1, B1))


def test_of_matrices_without_names_the_shapes_tell_which_way_round(tmp_path):
    found = read_network(saved(tmp_path, {"arr_0": W0, "arr_1": B0, "arr_2": W1, "arr_3": B1}, ".npz"))
    assert_dense(found, (W0, B0), (W1, B1))
    assert found.notes == ("The matrices were taken as (out, in), in the order of their names.",)


def test_keras_layers_without_biases(tmp_path):
    found = read_network(saved(tmp_path, {"dense/kernel:0": W0.T, "dense_1/kernel:0": W1.T}, ".npz"))
    assert_dense(found, (W0, np.zeros(8)), (W1, np.zeros(1)))


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int8, np.int64])
@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_other_types_of_numbers(dtype, suffix, tmp_path):
    weight, bias = (W0 * 3).astype(dtype), (B0 * 3).astype(dtype)
    found = read_network(saved(tmp_path, {"0.weight": weight, "0.bias": bias}, suffix))
    assert_dense(found, (weight.astype(np.float32), bias.astype(np.float32)))


def test_bfloat16(tmp_path):
    import json
    import struct

    bits = W0.view(np.uint32) >> 16
    header = json.dumps({"0.weight": {"dtype": "BF16", "shape": [8, 2], "data_offsets": [0, 32]}}).encode()
    path = tmp_path / "w.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header + bits.astype("<u2").tobytes())
    found = read_network(path)
    np.testing.assert_allclose(found.tensors[0]["weight"], W0, rtol=2**-7)
    assert (found.tensors[0]["weight"].view(np.uint32) << 16 == 0).all()


def test_types_without_a_float_are_refused(tmp_path):
    path = tmp_path / "w.safetensors"
    path.write_bytes(save({"0.weight": np.ones((2, 2), bool)}))
    assert refusal(path) == "0.weight: must hold numbers, not bool"


def test_names_are_sorted_as_people_count():
    names = ["fc10", "fc2", "fc", "fc1.b", "a", "x" + "9" * 5000, "x1", "fc02a"]
    assert sorted(names, key=natural) == ["a", "fc", "fc1.b", "fc2", "fc02a", "fc10", "x1", "x" + "9" * 5000]


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".bin", ".ckpt", ".pkl", ".joblib"])
def test_pickled_weights_are_not_opened(suffix, tmp_path):
    assert "save the weights as safetensors" in refusal(tmp_path / f"w{suffix}")


def test_other_files_are_refused(tmp_path):
    assert "numpy.savez(path, *model.get_weights())" in refusal(tmp_path / "w.keras")
    assert refusal(tmp_path / "w.txt").startswith("networks are imported from .safetensors, .npz, .onnx")
