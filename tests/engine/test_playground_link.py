"""Links of TensorFlow Playground open as the same experiment, and are made from one that they can say."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given

from engine import Experiment
from engine.errors import LinkError
from engine.files.playground.link import read_link, write_link
from tests.engine.playground_links import FRESH, HOME, LINKS, REFUSED
from tests.engine.strategies import experiments
from tests.fuzz import fuzz_count

DEFAULTS: dict[str, Any] = {
    "data": "circle",
    "samples": 500,
    "noise": 0.0,
    "test": 0.5,
    "features": ("x1", "x2"),
    "layers": (4, 2),
    "activation": "tanh",
    "zero": False,
    "rate": 0.03,
    "regularizer": ("none", None),
    "batch": 10,
    "seed": 0,
    "hidden": (),
    "show_test": False,
    "discretize": False,
    "kept": None,
}


def summary(experiment: Experiment) -> dict[str, Any]:
    """Return what a link can say, and check what is the same for all of them."""
    data, network, training = experiment.data, experiment.network, experiment.training
    starts = {layer.initializer for layer in (*network.layers, network.output)}
    activations = {layer.activation.kind for layer in network.layers}
    kept = experiment.view.link
    assert len(starts) == 1
    start = starts.pop()
    assert (start.kind, start.bias) in {("uniform", 0.1), ("zeros", 0.0)}
    assert getattr(start, "limit", 0.5) == 0.5
    assert network.output.activation.kind == "auto"
    assert training.optimizer.kind == "sgd"
    assert training.optimizer.momentum == 0
    assert training.loss.kind == "half_squared_error"
    assert not training.shuffle
    return {
        "data": data.kind,
        "samples": data.samples,
        "noise": data.noise,
        "test": data.test_fraction,
        "features": experiment.features,
        "layers": tuple(layer.units for layer in network.layers),
        "activation": activations.pop() if activations else "tanh",
        "zero": start.kind == "zeros",
        "rate": training.optimizer.learning_rate,
        "regularizer": (training.regularizer.kind, getattr(training.regularizer, "rate", None)),
        "batch": training.batch_size,
        "seed": experiment.seed,
        "hidden": experiment.view.hidden,
        "show_test": experiment.view.show_test,
        "discretize": experiment.view.discretize,
        "kept": kept and (kept.seed, kept.tutorial, kept.hide_text, kept.collect_stats),
    }


@pytest.mark.parametrize(("text", "said"), LINKS, ids=[text.strip()[-50:] for text, _ in LINKS])
def test_link_opens_as_the_same_experiment(text, said):
    experiment = read_link(text).experiment
    expected = {**DEFAULTS, **said}
    if "0." in text and "kept" not in said and said.get("seed"):
        expected["kept"] = (f"0.{said['seed']:05}" if "0.25" not in text else "0.25", "", False, False)
    found = summary(experiment)
    if expected["seed"] is None:  # any, but always the same
        assert found["seed"] == read_link(text).experiment.seed > 0
        expected["seed"] = found["seed"]
    assert found == expected


def test_there_are_forty_links_at_least():
    assert len({text for text, _ in LINKS}) >= 40


@pytest.mark.parametrize("text", [text for text, _ in LINKS])
def test_link_to_experiment_to_link_is_stable(text):
    experiment = read_link(text).experiment
    url = write_link(experiment).url
    assert read_link(url).experiment == experiment
    assert write_link(read_link(url).experiment).url == url
    assert Experiment.parse(experiment.document()) == experiment


def test_link_as_the_playground_writes_it_comes_back_to_the_letter():
    assert write_link(read_link(FRESH).experiment).url == f"{HOME}#{FRESH}"


@pytest.mark.parametrize(("text", "sentences"), REFUSED, ids=[" ".join(s)[:70] for _, s in REFUSED])
def test_what_makes_no_sense_is_refused_by_key_and_value(text, sentences):
    with pytest.raises(LinkError) as found:
        read_link(text)
    assert list(found.value.problems) == sentences


NUMBERS = "TensorFlow Playground draws other random numbers from a seed: points and weights are not the same."
NOTES = [
    ("seed=1", []),
    ("", ["The address says nothing more: these are TensorFlow Playground's defaults."]),
    ("seed=0.5", ["Seeds are whole numbers here: 0.5 becomes 5."]),
    ("noise=90", ["noise=90: beyond 80 % it is 50 %, there too."]),
    ("activation=swish", ["activation=swish is unknown, there too: tanh is taken."]),
    ("cosX=true&cosY=true", [
        "cosX and cosY: an input here; TensorFlow Playground knows the key but has no such input."
    ]),
    ("regularizationRate=0.1", [
        "regularizationRate has no effect without a regularization, and is left out."
    ]),
    ("regularization=L1&regularizationRate=0.1", [
        "L1: a weight that reaches zero stays zero there; here it can come back."
    ]),
    ("regularization=L2&regularizationRate=0.1", []),
    ("batchSize=30", [
        "The last 10 of 250 training points are a smaller batch here; there they wait for the first batch of "
        "the next epoch."
    ]),
    ("batchSize=25", []),
    ("batchSize=251", [
        "A batch of 251 is larger than the 250 training points: TensorFlow Playground would never train; "
        "here it is a full batch."
    ]),
    ("a=1&noise=5&b=2&c=3&d=4&e=5&f=6", ["Unknown keys are left out: a, b, c, d, e, ...."]),
    ("problem=regression&discretize=true", ["Discretize acts on classes alone here."]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "notes"), NOTES)
def test_notes_say_what_is_not_the_same(text, notes):
    assert list(read_link("#" + text).notes) == [*notes, NUMBERS]


PIECES = (
    *("", "&", "=", "#", ",", "-", ".", "%", "%ff", "%00", "e", "\0", "\ud800", "é", " ", "\n", "://"),
    *("9" * 30, "1e308", "1e-400", "NaN", "Infinity", "0x10", "_hide=true", "x=false&"),
)


def _mutated(rng: random.Random, text: str) -> str:
    """Damage a link as mail programs, people and attackers do."""
    for _ in range(rng.randint(1, 4)):
        at, to = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
        piece = rng.choice((*PIECES, text[at:to]))
        match rng.randint(0, 3):
            case 0:
                text = text[:at] + piece + text[at:]
            case 1:
                text = text[:at] + piece + text[to:]
            case 2:
                text = text[:at] + text[to:] + text[at : min(to, at + 50)]
            case _:
                text = text.replace(rng.choice(text or " "), piece, rng.randint(1, 3))
    return text


def test_damaged_links_open_rightly_or_are_refused_in_one_line_each():
    rng = random.Random(5)
    opened = 0
    for _ in range(fuzz_count(500)):
        text = _mutated(rng, rng.choice(LINKS)[0])
        try:
            experiment = read_link(text).experiment
        except LinkError as error:
            assert error.problems
            for problem in error.problems:
                assert "\n" not in problem and len(problem) < 300, problem
            continue
        opened += 1
        url = write_link(experiment).url
        assert read_link(url).experiment == experiment
        assert Experiment.parse(experiment.document()) == experiment
    assert opened > 50


@given(experiments())
def test_any_experiment_has_a_stable_link_or_reasons_why_not(experiment):
    try:
        made = write_link(experiment)
    except LinkError as error:
        assert error.problems
        return
    again = write_link(read_link(made.url).experiment)
    assert again.url == made.url
