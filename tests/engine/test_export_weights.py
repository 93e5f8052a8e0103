"""Weights alone: what .npz, .safetensors and the table say of themselves, and what the table refuses."""

from __future__ import annotations

import csv
import json
import zipfile

import numpy as np
import pytest
from safetensors import safe_open

from engine import Experiment, WeightsError
from engine.files.export import weights_table
from engine.files.imports.weights import read_weights
from tests.engine.exported import KINDS, NASTY, exported, small, trained


def test_safetensors_metadata_tell_a_person_and_hold_the_experiment(tmp_path):
    trainer = trained(small(title="Two moons"))
    done = exported(trainer, tmp_path / "n.safetensors")
    with safe_open(tmp_path / "n.safetensors", "numpy") as found:
        metadata = found.metadata()
    assert metadata["check"] == done.check.text
    assert float(metadata["difference"]) == done.check.difference
    assert metadata["title"] == "Two moons"
    assert metadata["inputs"] == '"x1", "x2"'
    assert metadata["format"] == "pt"
    assert Experiment.parse(json.loads(metadata["experiment"])) == trainer.experiment


def test_npz_says_the_same_in_the_comment_of_the_zip_and_holds_arrays_alone(tmp_path):
    trainer = trained(small(title="Two moons"))
    done = exported(trainer, tmp_path / "n.npz")
    with zipfile.ZipFile(tmp_path / "n.npz") as archive:
        notes = json.loads(archive.comment)
    assert notes["check"] == done.check.text
    assert float(notes["difference"]) == done.check.difference
    assert notes["title"] == "Two moons"
    with np.load(tmp_path / "n.npz", allow_pickle=False) as found:
        assert {found[name].dtype for name in found.files} == {np.dtype(np.float32)}
        assert "layers.2.weight" in found.files


def test_npz_holds_names_of_any_length(tmp_path):
    names = [str(i) + "ß" * 9000 for i in range(8)]
    rows = [",".join(map(str, (*range(7), i % 2))) for i in range(10)]
    (tmp_path / "t.csv").write_text("\n".join([",".join(names), *rows]), encoding="utf-8")
    data = {"kind": "csv", "path": str(tmp_path / "t.csv"), "inputs": names[:7], "target": names[7]}
    exported(trained(small(data=data)), tmp_path / "n.npz")
    assert read_weights(tmp_path / "n.npz")


def read_rows(path):
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def test_the_table_has_a_line_a_number_with_names(tmp_path):
    trainer = trained(KINDS["features"])
    done = exported(trainer, tmp_path / "n.csv")
    assert f"# check: {done.check.text}\n" in (tmp_path / "n.csv").read_text()
    rows = read_rows(tmp_path / "n.csv")
    tensors = trainer.tensors
    assert len(rows) == sum(tensor.size for layer in tensors for tensor in layer.values())
    assert rows[1] == {
        "layer": "0",
        "tensor": "weight",
        "row": "0",
        "column": "1",
        "neuron": "layer 1, neuron 1",
        "input": trainer.data.feature_labels[1],
        "value": str(tensors[0]["weight"][0, 1]),
    }
    assert (rows[-1]["tensor"], rows[-1]["column"], rows[-1]["input"]) == ("bias", "", "")
    assert rows[-1]["neuron"] == "1"
    for row in rows:
        tensor = tensors[int(row["layer"])][row["tensor"]]
        place = tuple(int(row[axis]) for axis in ("row", "column") if row[axis])
        assert np.float32(row["value"]) == tensor[place]


def test_no_name_in_the_table_is_a_formula_or_a_comment(tmp_path):
    names = ("=1+1", "+x", "-y", "@z", "#c", NASTY[1])
    lines = [",".join('"' + name.replace('"', '""') + '"' for name in names)]
    lines += [",".join(map(str, (*np.arange(5) * i, i % 2))) for i in range(10)]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    data = {"kind": "csv", "path": str(tmp_path / "t.csv"), "inputs": list(names[:5]), "target": names[5]}
    trainer = trained(small(data=data))
    exported(trainer, tmp_path / "n.csv")
    text = (tmp_path / "n.csv").read_text(encoding="utf-8")
    shown = {row["input"] for row in read_rows(tmp_path / "n.csv") if row["layer"] == "0"}
    assert {"'=1+1", "'+x", "'-y", "'@z", "#c"} <= shown
    assert ',"#c",' in text


def test_the_table_is_read_in_any_order(tmp_path):
    trainer = trained(KINDS["maxout"])
    path = tmp_path / "n.csv"
    exported(trainer, path)
    lines = path.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("layer,"))
    path.write_text("\n".join([lines[at], *reversed(lines[at + 1 :])]))
    for layer, expected in zip(read_weights(path), trainer.tensors, strict=True):
        for name, tensor in layer.items():
            np.testing.assert_array_equal(tensor, expected[name])


HEAD = "layer,tensor,row,column,neuron,input,value\n"
GOOD = HEAD + "0,weight,0,0,a,b,1\n0,weight,0,1,a,b,2\n0,bias,0,,a,,3\n"
DAMAGED = {
    "": "n.csv: this is no table of weights: the columns must be layer, tensor, row",
    "# a\n": "n.csv: this is no table of weights: the columns must be layer, tensor, row",
    HEAD: "arrays must be named layers.0.weight",
    HEAD + "0,weight,0\n": "row 1 of the table: 3 cells, but the header has 7",
    HEAD + "0,weight,,0,a,b,1\n": "row 1 of the table: layer, row and column must be whole numbers",
    HEAD + "0,weight,-1,0,a,b,1\n": "row 1 of the table: layer, row and column must be whole numbers",
    HEAD + "0,weight,9999999,0,a,b,1\n": "row 1 of the table: layer, row and column must be whole numbers",
    HEAD + "0,weight,99999,99999,a,b,1\n": "layers.0.weight: not all of its numbers are in the table",
    HEAD + "0,weight,0,0,a,b,1\n0,weight,1,,a,b,1\n": "layers.0.weight: not all of its numbers",
    GOOD + "0,bias,0,,a,,4\n": "n.csv: layers.0.bias: a number stands twice in the table",
    GOOD.replace(",3\n", ",x\n"): "row 3 of the table: 'x' is not a finite number",
    GOOD.replace(",3\n", ",nan\n"): "row 3 of the table: 'nan' is not a finite number",
    GOOD.replace(",3\n", ",1e300\n"): "layers.0.bias holds a value that is not a finite number",
    GOOD.replace("0,bias,0,,a,,3\n", ""): "layers.0.bias is missing",
    GOOD + "0,\x1b,0,,a,,3\n": "arrays must be named layers.0.weight",
    GOOD + '0,bias,0,,"a': "not a readable table",
}


@pytest.mark.parametrize(("text", "said"), DAMAGED.items(), ids=DAMAGED.values())
def test_a_damaged_table_is_refused_in_one_line(tmp_path, text, said):
    path = tmp_path / "n.csv"
    path.write_text(text)
    with pytest.raises(WeightsError) as caught:
        read_weights(path)
    (problem,) = caught.value.problems
    assert problem.startswith("n.csv")
    assert said in problem
    assert problem.isprintable()


def test_what_is_not_text_is_told(tmp_path):
    (tmp_path / "n.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(WeightsError, match=r"n.csv: not UTF-8 text \(byte 0\)"):
        read_weights(tmp_path / "n.csv")
    with pytest.raises(WeightsError, match=r"no.csv: cannot be read: no such file"):
        read_weights(tmp_path / "no.csv")


def test_a_table_of_more_lines_than_are_ever_written_is_refused(tmp_path, monkeypatch):
    (tmp_path / "n.csv").write_text(GOOD)
    assert read_weights(tmp_path / "n.csv")
    monkeypatch.setattr(weights_table, "MOST_NUMBERS", 2)
    with pytest.raises(WeightsError, match=r"n.csv: has over 2 lines, more than are ever written"):
        read_weights(tmp_path / "n.csv")
