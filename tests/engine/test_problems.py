"""What is said about a document that is no experiment."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Experiment, ExperimentError
from tests.engine.bad_documents import BAD
from tests.engine.strategies import documents


def problems(document: Any) -> list[str]:
    with pytest.raises(ExperimentError) as caught:
        Experiment.parse(document)
    assert all(problem and "\n" not in problem for problem in caught.value.problems)
    return list(caught.value.problems)


def _paths(here: Any, start: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all keys of a document."""
    items: Any = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
    found = []
    for key, value in items:
        found += [(*start, key), *_paths(value, (*start, key))]
    return found


@pytest.mark.parametrize(("document", "sentences"), BAD, ids=[" ".join(s)[:70] for _, s in BAD])
def test_bad_documents_are_told_by_path(document, sentences):
    assert problems(document) == sentences


@pytest.mark.parametrize("where", ["data", "activation", "initializer", "loss", "optimizer", "regularizer"])
def test_an_unknown_kind_is_told_with_all_known_ones(where):
    path = {"data": "data", "activation": "network.output.activation"}.get(where, f"training.{where}")
    path = "network.output.initializer" if where == "initializer" else path
    document: dict[str, Any] = {}
    here = document
    *parents, last = path.split(".")
    for key in parents:
        here = here.setdefault(key, {})
    for wrong in ("nothing", {"kind": "nothing"}):
        here[last] = wrong
        (sentence,) = problems(document)
        assert sentence.startswith(f"{path}: unknown kind 'nothing'; known: ")


MORE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300)
@given(documents(), st.data())
def test_a_mutated_document_is_an_experiment_or_named_by_path(document, draw):
    for _ in range(draw.draw(st.integers(1, 3))):
        *parents, last = draw.draw(st.sampled_from(_paths(document)))
        here = document
        for key in parents:
            here = here[key]
        match draw.draw(st.sampled_from(["replace", "delete", "add"])):
            case "replace":
                here[last] = draw.draw(MORE)
            case "delete":
                del here[last]
            case "add" if isinstance(here, dict):
                here[draw.draw(st.text(max_size=5))] = draw.draw(MORE)
        if not document:
            break
    try:
        experiment = Experiment.parse(document)
    except ExperimentError as error:
        assert error.problems
        for problem in error.problems:
            _path, _, sentence = problem.partition(": ")
            assert sentence
            assert "\n" not in problem
    else:
        assert Experiment.parse(experiment.document()) == experiment
