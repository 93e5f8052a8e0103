"""The command line with TensorFlow Playground links."""

from __future__ import annotations

import json

import pytest

from engine import Experiment
from engine.files.playground.link import read_link, write_link
from tests.engine.command import run

LINK = (
    "https://playground.tensorflow.org/#activation=tanh&batchSize=10&dataset=spiral&networkShape=4,2&seed=0.5"
)


def test_a_link_is_printed_as_an_experiment(folder, capsys):
    assert run("link", LINK) == 0
    found = Experiment.parse(json.loads(capsys.readouterr().out))
    assert found == read_link(LINK).experiment
    assert [layer.units for layer in found.network.layers] == [4, 2]


def test_a_link_is_written_to_a_file_that_opens(folder, capsys):
    assert run("link", LINK, "--out", "x.json") == 0
    assert capsys.readouterr().out == "wrote x.json\n"
    assert Experiment.load("x.json") == read_link(LINK).experiment
    assert run("train", "x.json", "--epochs", "1", "--quiet") == 0


def test_the_part_after_the_hash_is_enough(folder, capsys):
    assert run("link", LINK.split("#")[1]) == 0
    assert Experiment.parse(json.loads(capsys.readouterr().out)) == read_link(LINK).experiment


def test_the_link_of_an_experiment_and_of_a_project_is_printed(folder, capsys):
    url = write_link(read_link(LINK).experiment).url
    read_link(LINK).experiment.save("e.json")
    assert run("train", "e.json", "--epochs", "0", "--export", "p.unfold", "--quiet") == 0
    for file in ("e.json", "p.unfold"):
        assert run("link", file, "--quiet") == 0
        assert capsys.readouterr().out == url + "\n"


def test_what_a_link_cannot_say_is_noted_beside_the_result(folder, capsys):
    experiment = read_link(LINK).experiment.edited(title="Two spirals")
    experiment.save("e.json")
    notes = write_link(experiment).notes
    assert "The title “Two spirals” is lost." in notes
    assert run("link", "e.json") == 0
    assert capsys.readouterr().err.splitlines() == [f"unfold: note: {note}" for note in notes]
    assert run("link", "e.json", "--quiet") == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("https://")


def test_both_ways_say_all_in_one_object(folder, capsys):
    assert run("link", LINK, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert Experiment.parse(found["experiment"]) == read_link(LINK).experiment
    assert found["notes"] == list(read_link(LINK).notes)
    read_link(LINK).experiment.save("e.json")
    assert run("link", "e.json", "--json") == 0
    assert json.loads(capsys.readouterr().out)["url"].startswith("https://")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["https://example.org/foo"], "this is no link of TensorFlow Playground: nothing of it stands after"),
        (["no.json"], "no.json: cannot be read: no such file or directory"),
        ([LINK, "--out", "x.txt"], "x.txt: the experiment is JSON; name a .json file"),
        ([LINK, "--out", "no/x.json"], "no/x.json: the folder no does not exist"),
        (
            ["e.json", "--out", "x.json"],
            "--out is for the experiment of a link; the link of an experiment is",
        ),
    ],
)
def test_a_bad_link_command_is_one_line(folder, capsys, arguments, problem):
    assert run("link", *arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"unfold: {problem}")
    assert err.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == ["e.json"]


def test_an_experiment_that_no_link_can_say_is_refused(folder, capsys):
    assert run("link", "e.json") == 2  # moons
    out, err = capsys.readouterr()
    assert out == ""
    assert all(line.startswith("unfold: e.json: no link can say it: ") for line in err.splitlines())
