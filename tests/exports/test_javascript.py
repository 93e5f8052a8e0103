"""The exported script: wherever it is loaded, whatever it is given."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from engine.files.export.js_notation import used_helpers
from tests.exports.consumers import needs, run
from tests.exports.networks import NAMES
from tests.exports.small import exported, table, trained


@pytest.fixture
def script(tmp_path):
    trainer = trained(tmp_path)
    exported(trainer, tmp_path / "n.js")
    return trainer


def node(folder, code, name="test.cjs"):
    (folder / name).write_text(code, encoding="utf-8")
    return json.loads(run(needs("node"), folder / name))


EXPECTED = [[0.5, -1.25], [3, 2]]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a.cjs", 'const { predict } = require("./n.js");'),
        ("a.mjs", 'import { predict } from "./n.js";'),
        (
            "page.cjs",
            'const page = {}; const code = require("fs").readFileSync(__dirname + "/n.js", "utf8");\n'
            'require("vm").runInNewContext(code, Object.assign(page, { Float32Array }));\n'
            "const { predict } = page;",
        ),
    ],
)
def test_it_loads_as_it_says(script, tmp_path, name, code):
    found = node(tmp_path, f"{code}\nconsole.log(JSON.stringify(predict({EXPECTED})));", name)
    np.testing.assert_allclose(found, script.predict(EXPECTED), rtol=1e-6)


def test_where_packages_are_modules_it_defines_a_global_function(script, tmp_path):
    (tmp_path / "package.json").write_text('{"type": "module"}')
    found = node(tmp_path, 'import "./n.js";\nconsole.log(JSON.stringify(predict([[1, 2]])));', "a.mjs")
    np.testing.assert_allclose(found, script.predict([[1, 2]]), rtol=1e-6)


def test_one_sample_many_none_and_typed_arrays(script, tmp_path):
    code = """
const { predict } = require("./n.js");
let error = "";
try { predict([1, 2, 3]); } catch (found) { error = `${found}`; }
const samples = [[0.5, -1.25], [3, 2]];
const typed = samples.map((sample) => new Float32Array(sample));
console.log(JSON.stringify([predict(samples), samples.map((s) => predict(s)), predict(typed),
    typed.map((s) => predict(s)), predict([]), error]));
"""
    *same, none, error = node(tmp_path, code)
    for found in same:
        np.testing.assert_allclose(found, script.predict(EXPECTED), rtol=1e-6)
    assert none == []
    assert error == "RangeError: predict: 2 inputs a sample, please"


def test_names_come_back_and_a_page_could_hold_the_script(tmp_path):
    inputs = {name: np.linspace(0, 1, 20) for name in NAMES[2:]}
    trainer = trained(
        tmp_path, title="</script><!-- */ \u2028", data=table(tmp_path, inputs, (NAMES[0], NAMES[1]))
    )
    exported(trainer, tmp_path / "n.js")
    text = (tmp_path / "n.js").read_text("utf-8")
    assert not any(sign in text for sign in ("</", "<!", "-->", "\u2028", "\u202e"))
    found = node(
        tmp_path,
        'const { predict } = require("./n.js");\n'
        "console.log(JSON.stringify([predict.inputs, predict.outputs, predict.classes]));",
    )
    assert found == [list(NAMES[2:]), [NAMES[0]], [NAMES[1], NAMES[0]]]  # classes by name


def test_many_weights_are_packed_and_none_is_changed(tmp_path):
    trainer = trained(tmp_path, network={"layers": [{"units": 60}, {"units": 50}]})
    exported(trainer, tmp_path / "n.js")
    text = (tmp_path / "n.js").read_text("utf-8").replace("})();", "console.log(JSON.stringify(ALL));\n})();")
    names = [(k, name) for k in (1, 2, 3) for name in ("weight", "bias")]
    arrays = ", ".join(f"Array.from({name}{k})" for k, name in names)
    found = node(tmp_path, text.replace("ALL", f"[{arrays}]"))
    assert "const weight2 = unpacked(`" in text and "const weight1 = new Float32Array([" in text
    for (k, name), numbers in zip(names, found, strict=True):
        np.testing.assert_array_equal(np.float32(numbers), trainer.tensors[k - 1][name].ravel())


def test_the_error_function_is_right_to_the_last_digits(tmp_path):
    x = np.linspace(-7, 7, 2001)
    helpers = "\n".join(used_helpers(" erf( normalCdf("))
    code = f"{helpers}\nconsole.log(JSON.stringify({x.tolist()}.map((x) => [erf(x), normalCdf(x)])));"
    erf, share = np.array(node(tmp_path, code)).T
    np.testing.assert_allclose(erf, [math.erf(v) for v in x], atol=1e-15)
    np.testing.assert_allclose(share, [math.erfc(-v / math.sqrt(2)) / 2 for v in x], rtol=1e-12)


def test_only_what_is_needed_is_defined(script, tmp_path):
    text = (tmp_path / "n.js").read_text("utf-8")
    assert "function sigmoid" in text and "function dense" in text
    assert not any(name in text for name in ("erf", "softmax", "average", "unpacked", "normalCdf"))
