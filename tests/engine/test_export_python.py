"""The Python file: what a person reads in it, and how it runs without Unfold."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import warnings

import numpy as np
import pytest

from engine.files.export import python
from engine.files.export.format import UNCHECKED
from engine.files.export.portable import portable
from tests.engine.exported import KINDS, NASTY, exported, layered, small, table, trained


def text_of(document, epochs=2):
    return python.render(portable(trained(document, epochs)), UNCHECKED).decode()


def module(path):
    spec = importlib.util.spec_from_file_location("exported_network", path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.fixture
def written(tmp_path):
    trainer = trained(small())
    exported(trainer, tmp_path / "network.py")
    return trainer, tmp_path / "network.py"


def test_it_runs_in_a_shell_on_one_row_of_inputs(written):
    trainer, path = written
    done = subprocess.run([sys.executable, path, "0.5", "-1.2"], capture_output=True, text=True, check=True)
    assert done.stdout == f"P(class 1) = {trainer.predict([[0.5, -1.2]])[0, 0]:.6g}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [([], "give 2 numbers: x1, x2"), (["1"], "give 2 numbers: x1, x2"), (["1", "x"], "could not convert")],
)
def test_wrong_arguments_are_told_in_one_line(written, arguments, said):
    done = subprocess.run([sys.executable, written[1], *arguments], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


def test_it_takes_lists_and_refuses_another_number_of_inputs(written):
    trainer, path = written
    network = module(path)
    found = network.predict([[0, 1], [2, 3]])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, trainer.predict([[0, 1], [2, 3]]), atol=1e-6)
    assert network.predict(np.zeros((0, 2))).shape == (0, 1)
    with pytest.raises(ValueError, match=r"X must have the shape \(n, 2\), not \(1, 3\)"):
        network.predict([[1, 2, 3]])


def test_it_warns_of_nothing_far_outside(written):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        module(written[1]).predict([[1e300, -1e30]])


def test_it_imports_numpy_and_the_standard_library_alone():
    for document in KINDS.values():
        tree = ast.parse(text_of(document, 0))
        imported = {
            name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
        }
        assert {"numpy"} <= imported <= {"base64", "math", "numpy", "sys"}
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]


def test_few_numbers_are_to_be_read_and_many_in_base64():
    text = text_of(layered({"units": 20}, {"units": 20}))
    assert "weight1 = np.array([\n    [" in text
    assert 'weight2 = floats("""\n' in text
    assert max(map(len, text.splitlines())) <= 110
    assert "base64" not in text_of(small())


def test_a_simple_activation_stands_in_its_line_and_another_has_a_function():
    text = text_of(layered({"units": 4, "activation": "relu"}, {"units": 4, "activation": "linear"}))
    assert "    a = np.maximum(z, 0)\n" in text
    assert "    a = z\n" in text
    assert text.count("def ") == 2  # predict and the output's sigmoid
    text = text_of(KINDS["parameters"])
    assert text.count("def elu(x, alpha):") == 1
    assert "a = elu(z, 0.7)" in text
    assert "a = elu(z, 1.7)" in text


def test_nasty_names_stay_text(tmp_path):
    trainer = trained(table(tmp_path, "classification"))
    exported(trainer, tmp_path / "network.py")
    network = module(tmp_path / "network.py")
    assert NASTY[:4] == network.INPUTS
    assert trainer.data.classes == network.CLASSES
    assert trainer.data.classes == network.OUTPUTS
    assert "\u202e" not in (tmp_path / "network.py").read_text()


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (small(), r"P\(class 1\) = [0-9.e-]+"),
        (KINDS["classes"], "\n".join(rf"P\(class {i}\) = [0-9.e-]+" for i in range(5))),
        (KINDS["regression"], r"\w+ = [0-9.e-]+"),
    ],
    ids=["two classes", "five classes", "regression"],
)
def test_a_shell_prints_probabilities_as_such(tmp_path, document, told):
    path = tmp_path / "network.py"
    path.write_text(text_of(document))
    done = subprocess.run(
        [sys.executable, str(path), "0.5", "1.2"], capture_output=True, text=True, check=True
    )
    assert re.fullmatch(told, done.stdout.strip())


def test_the_head_says_what_it_is_how_to_call_it_and_what_is_left_out():
    document = layered({"units": 8, "dropout": 0.5}, title="Two moons", training={"input_noise": 0.1})
    told = ast.get_docstring(ast.parse(text_of(document)))
    for words in (
        "Two moons: a neural network that was trained with Unfold",
        "from network import predict",
        'Inputs: "x1", "x2"',
        'the probability of the class "1"',
        "Layer 1: 2 to 8, Tanh",
        "Trained for 2 epochs, 4 steps.",
        "Dropout and input noise have no part here",
        UNCHECKED.text,
    ):
        assert words in told
