"""The network as JSON: what stands in it, and what is refused when it is read."""

from __future__ import annotations

import json
import math
from copy import deepcopy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import WeightsError
from engine.files.export import network_json
from engine.files.export.format import UNCHECKED
from engine.files.export.network_json import read_portable
from engine.files.export.network_reader import from_document
from engine.files.export.portable import portable
from engine.schema import network_schema
from tests.engine.exported import KINDS, exported, layered, small, table, trained
from tests.engine.json_schema import accepts

SCHEMA = json.loads(network_schema())


def document_of(document):
    return json.loads(network_json.render(portable(trained(document)), UNCHECKED))


@pytest.mark.parametrize("kind", ["prelu hidden", "maxout", "muted", "classes", "regression", "features"])
def test_schema_accepts_what_is_written(kind):
    assert accepts(SCHEMA, document_of(KINDS[kind]))


def test_every_number_reads_back_and_is_as_short_as_it_can_be():
    trainer = trained(KINDS["large layers"])
    text = network_json.render(portable(trainer), UNCHECKED).decode()
    for layer, tensors in zip(json.loads(text)["layers"], trainer.tensors, strict=True):
        for name, tensor in tensors.items():
            np.testing.assert_array_equal(np.array(layer["tensors"][name], np.float32), tensor)
    assert str(trainer.tensors[0]["weight"][0, 0]) in text


def test_it_says_all_of_the_network(tmp_path):
    trainer = trained(table(tmp_path, "classification"))
    found = document_of(table(tmp_path, "classification"))
    assert [given["name"] for given in found["inputs"]] == list(trainer.data.input_names)
    assert [given["mean"] for given in found["inputs"]] == trainer.data.mean.tolist()
    assert [given["scale"] for given in found["inputs"]] == trainer.data.scale.tolist()
    assert found["features"][1]["formula"] == "x2*x3"
    assert found["features"][1]["program"] == [["input", 1], ["input", 2], ["multiply"]]
    assert [output["name"] for output in found["outputs"]] == list(trainer.data.classes)
    assert {output["meaning"] for output in found["outputs"]} == {"probability"}
    assert found["rescale"] is None
    assert found["experiment"]["data"]["path"] == "nasty.csv"
    assert (found["epochs"], found["steps"]) == (2, trainer.step)


def test_a_rescaled_output_says_its_bounds():
    found = document_of(KINDS["tanh output"])
    assert found["rescale"] == {"low": -1.0, "high": 1.0}


def test_what_is_read_is_written_again_to_the_byte(tmp_path):
    path = tmp_path / "n.json"
    exported(trained(KINDS["muted"]), path)
    text = network_json.render(read_portable(path), UNCHECKED)
    again = json.loads(text) | {"check": json.loads(path.read_text())["check"]}
    assert again == json.loads(path.read_text())


def _without(document, *path):
    for key in path[:-1]:
        document = document[key]
    del document[path[-1]]


REFUSED = {
    "another format": (lambda d: d.update(format="x"), 'format: must be "unfold.network"'),
    "no version": (lambda d: d.pop("version"), "version: must be a whole number from 1 on"),
    "newer": (lambda d: d.update(version=2), "version: the file is of version 2, this Unfold reads up to 1"),
    "no layers": (lambda d: d.update(layers=[]), "layers: must have at least 1 entries"),
    "unknown key": (lambda d: d.update(more=1), "more: unknown key"),
    "tensor missing": (
        lambda d: _without(d["layers"][0], "tensors", "bias"),
        "layers.0.tensors.bias: is required",
    ),
    "slope missing": (
        lambda d: _without(d["layers"][1], "tensors", "activation.weight"),
        "layers.1.tensors.activation.weight: is missing",
    ),
    "strange tensor": (
        lambda d: d["layers"][0]["tensors"].update({"activation.weight": [1, 2, 3]}),
        "layers.0.tensors.activation.weight: has no place in this layer",
    ),
    "ragged": (
        lambda d: d["layers"][0]["tensors"]["weight"][0].append(1),
        "layers.0.tensors.weight: must have rows of equal length",
    ),
    "misfit": (
        lambda d: d["layers"][0]["tensors"]["bias"].append(1),
        "layers.0.tensors.bias: must have the shape (3,), not (4,)",
    ),
    "too large": (
        lambda d: d["layers"][0]["tensors"]["bias"].__setitem__(0, 1e300),
        "layers.0.tensors.bias: holds a number that is too large for float32",
    ),
    "text for a number": (
        lambda d: d["layers"][0]["tensors"]["bias"].__setitem__(0, "1"),
        "layers.0.tensors.bias.0: must be a number",
    ),
    "another program": (
        lambda d: d["features"][0].update(program=[["input", 1]]),
        "features.0.program: is not that of the formula x1",
    ),
    "no formula": (lambda d: d["features"][0].update(formula="y"), "feature 'y': 'y' at position 1 is unkno"),
    "muted beyond": (lambda d: d["layers"][0].update(muted=[3]), "layers.0.muted.0: there is no unit 3"),
    "another epsilon": (
        lambda d: d["layers"][0].update(normalization="layer", epsilon=1e-3),
        "layers.0.epsilon: must be 1e-05",
    ),
    "scale of nothing": (lambda d: d["inputs"][0].update(scale=0), "inputs.0.scale: must not be 0"),
    "outputs": (lambda d: d["outputs"].append(d["outputs"][0]), "outputs: the last layer has 1 unit, not 2"),
    "classes": (lambda d: d["classes"].append("x"), "classes: 3 do not fit 1 output"),
    "no classes": (lambda d: d.update(classes=[]), "classes: do not fit the experiment's task"),
    "rescaled": (lambda d: d.update(rescale={"low": 0, "high": 1}), "rescale: must be null with this output"),
}  # fmt: skip
GOOD = document_of(layered({"units": 3}, {"units": 2, "activation": "prelu"}))


@pytest.mark.parametrize(("change", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_told_with_its_place(tmp_path, change, said):
    document = deepcopy(GOOD)
    change(document)
    path = tmp_path / "n.json"
    path.write_text(json.dumps(document))
    with pytest.raises(WeightsError) as caught:
        read_portable(path)
    assert any(problem.startswith(f"n.json: {said}") for problem in caught.value.problems), caught.value


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"a": 1, "a": 2}', b"[" * 100_000, b"NaN"])
def test_what_is_no_document_is_told_in_one_line(tmp_path, content):
    path = tmp_path / "n.json"
    path.write_bytes(content)
    with pytest.raises(WeightsError) as caught:
        read_portable(path)
    (problem,) = caught.value.problems
    assert problem.startswith("n.json: ")
    assert problem.isprintable()


def _places(value, place=()):
    yield place
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _places(part, (*place, key))
    elif isinstance(value, list):
        for i, part in enumerate(value):
            yield from _places(part, (*place, i))


PLACES = [place for place in _places(GOOD) if place]
JUNK = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        2**70,
        1e300,
        math.inf,
        math.nan,
        "",
        "\0",
        [],
        [[]],
        {},
        [1, "2"],
        {"kind": "softmax"},
    ]
)


@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=3))
def test_any_damage_is_refused_in_sentences_or_leaves_a_network(damages):
    document = deepcopy(GOOD)
    for place, junk in damages:
        here = document
        for key in place[:-1]:
            if not isinstance(here, dict | list) or (isinstance(here, dict) and key not in here):
                break
            if isinstance(here, list) and not (isinstance(key, int) and key < len(here)):
                break
            here = here[key]
        else:
            if isinstance(here, dict) or (isinstance(here, list) and place[-1] in range(len(here))):
                here[place[-1]] = junk
    try:
        network = from_document(document)
    except WeightsError as error:
        assert all(problem and "\n" not in problem for problem in error.problems)
    else:
        assert network.layers


def test_a_trained_network_and_the_untrained_one_differ_in_what_is_read(tmp_path):
    for epochs in (0, 5):
        exported(trained(small(), epochs), tmp_path / f"{epochs}.json")
    first, last = (read_portable(tmp_path / f"{epochs}.json") for epochs in (0, 5))
    assert not np.array_equal(first.layers[0].tensors["weight"], last.layers[0].tensors["weight"])


def test_more_values_than_a_network_has_are_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(network_json, "MOST_VALUES", 10)
    (tmp_path / "n.json").write_text(json.dumps(GOOD))
    with pytest.raises(WeightsError, match=r"n.json: holds over 10 values"):
        read_portable(tmp_path / "n.json")
