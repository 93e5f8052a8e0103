"""The report of a run: one page that loads and runs nothing, its numbers those of the trainer."""

from __future__ import annotations

import base64
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from engine import Experiment, Trainer
from engine.catalog.metrics import confusion, metrics_for
from engine.colours import CLASSES
from engine.files.report import report_html, write_report
from engine.files.report.colours import class_table, signed_table
from engine.snapshot import History
from tests.engine.small import HISTORY, experiment
from ui.looks.theme import LIGHT

EVIL = "<script>alert('x')</script> & \"quoted\" </svg></style>"
VOID = {"meta", "br"}
DATE = "2026-11-21 09:00"


class Page(HTMLParser):
    """A page taken apart: elements with their attributes, and the words in each."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.open = []
        self.elements = []
        self.words = []
        self.feed(source)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def tags(self):
        return {tag for tag, _ in self.elements}

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self):
        return "".join(self.words)


def _trained(document, epochs=3):
    trainer = Trainer(document)
    rows = [trainer.snapshot()]
    for _ in range(epochs):
        trainer.advance(epochs=1)
        rows.append(trainer.snapshot())
    epochs, train, test = (
        np.array([one.losses.get(part, np.nan) if part else one.epoch for one in rows], float)
        for part in ("", "train", "test")
    )
    return trainer, History(epochs, train, test)


def _page(document, epochs=3, **options):
    trainer, history = _trained(document, epochs)
    return trainer, Page(report_html(trainer, history, date=DATE, **options))


@pytest.fixture
def table(tmp_path):
    """A table whose names are as nasty as names can be."""
    names = ["<b>a</b>", "c&d", '"e"', "<script>t</script>"]
    rng = np.random.default_rng(1)
    lines = [",".join(name.replace('"', '""').join('""') for name in names)]
    for i in range(40):
        kind = ("<i>yes</i>", "no & no", "</table>")[i % 3]
        lines.append(",".join([*(f"{x:.4f}" for x in rng.normal(size=3)), kind]))
    path = tmp_path / "my <table>.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    data = {"kind": "csv", "path": str(path), "inputs": names[:3], "target": names[3]}
    return experiment(data=data, title=EVIL)


def test_texts_of_the_user_are_escaped_everywhere(table):
    trainer, page = _page(table)
    assert "script" not in page.tags()
    assert not page.tags() & {"b", "i", "iframe", "link", "object", "embed", "form", "base"}
    assert page.all("title")[0] == {}
    text = page.text()
    for name in (EVIL, *trainer.data.input_names, *trainer.data.classes):
        assert name in text, name
    assert not [name for _, found in page.elements for name in found if name.startswith("on")]


def test_nothing_is_loaded_from_elsewhere(table):
    source = report_html(*_trained(table), date=DATE)
    for _, attributes in Page(source).elements:
        for name in ("src", "href", "xlink:href", "action", "data", "poster", "srcset"):
            assert attributes.get(name, "data:").startswith("data:"), attributes
    assert "@import" not in source
    assert re.findall(r"url\(([^)]*)\)", source) in ([], ["#values"])
    outside = set(re.findall(r"https?://[^\s\"'<]+", source)) - {"http://www.w3.org/2000/svg"}
    assert not outside


def _numbers(page):
    return [float(found["value"]) for found in page.all("data")]


@pytest.mark.parametrize("data", ["moons", "rings", "sine", "reg_gauss"])
def test_losses_and_metrics_are_the_trainers(data):
    trainer, page = _page(experiment(data={"kind": data, "samples": 60}, training={}))
    snapshot = trainer.snapshot()
    expected = [snapshot.losses["train"], snapshot.losses["test"]]
    assert ("Top-k accuracy" in page.text()) == (data == "rings")  # of two classes it is always 100 %
    for metric in metrics_for(trainer.data.task, len(trainer.data.classes)):
        expected += [snapshot.metrics[part][metric.key()] for part in ("train", "test")]
    known = [value for value in expected if np.isfinite(value)]
    # The first number is the learning rate, those behind are of the data.
    assert _numbers(page)[: len(known) + 1] == [snapshot.learning_rate, *known]


def test_the_confusion_matrices_are_the_trainers():
    trainer, history = _trained(experiment(data={"kind": "rings", "samples": 90}))
    source = report_html(trainer, history, date=DATE)
    tables = re.findall(
        r'<table class="confusion[^"]*"><caption>(Confusion[^<]*).*?<tbody>(.*?)</tbody>', source, re.S
    )
    assert [caption.split()[4] for caption, _ in tables] == ["train", "test"]
    data = trainer.data
    parts = ((data.train_inputs, data.train_targets), (data.test_inputs, data.test_targets))
    for (_, body), (inputs, targets) in zip(tables, parts, strict=True):
        counts = confusion(trainer.predict(inputs), targets, 3)
        rows = [re.findall(r">(\d+)<", row) for row in body.split("</tr>") if "<td" in row]
        assert [[int(cell) for cell in row] for row in rows] == [[*row, sum(row)] for row in counts.tolist()]


def test_a_regression_has_no_confusion_matrix():
    _, page = _page(experiment(data={"kind": "reg_plane", "samples": 40}, training={}))
    assert "Confusion" not in page.text()


def test_all_settings_are_named():
    document = experiment(
        training={
            "optimizer": {"kind": "sgd", "learning_rate": 0.125, "momentum": 0.75},
            "schedule": {"kind": "cosine"},
            "regularizer": {"kind": "l2", "rate": 0.0625},
            "batch_size": 17,
            "gradient_clip": 3.5,
            "stop": {"epochs": 77},
        },
        network={"layers": [{"units": 5, "dropout": 0.25, "normalization": "batch", "residual": True}]},
        seed=4242,
    )
    _, page = _page(document)
    text = page.text()
    for word in (
        DATE, "4242", "0.125", "Momentum", "0.75", "Cosine", "L2", "0.0625", "17", "3.5", "77", "Moons",
        "dropout 25 %", "batch normalization", "residual connection", "Batch size", "Gradient clip",
    ):  # fmt: skip
        assert word in text, word


def test_the_end_of_a_run_is_told():
    _, page = _page(experiment(training={"stop": {"epochs": 2}}), 3)
    assert "stopped after 2 epochs, as asked for" in page.text()
    training = {"loss": "mse", "optimizer": {"kind": "sgd", "learning_rate": 100.0}}
    network = {"layers": [{"units": 8, "activation": "relu"}] * 3}
    trainer, page = _page(experiment(data="reg_gauss", training=training, network=network), 3)
    assert trainer.diverged is not None
    assert trainer.diverged.reason[1:] in page.text()
    _, page = _page(experiment(), 0)
    assert "has not been trained" in page.text()


def test_the_experiment_can_be_opened_again(tmp_path):
    document = experiment(title=EVIL)
    trainer, history = _trained(document)
    source = report_html(trainer, history, date=DATE)
    page = Page(source)
    [address] = [found["href"] for found in page.all("a")]
    kind, _, packed = address.partition(",")
    assert kind == "data:application/json;base64"
    path = tmp_path / "experiment.json"
    path.write_bytes(base64.b64decode(packed))
    assert Experiment.load(path) == document
    shown = next(words for words in page.words if words.startswith("{"))
    assert json.loads(shown) == document.document()


def test_a_tables_place_on_this_machine_stays_here(table, tmp_path):
    trainer, history = _trained(table)
    write_report(tmp_path / "report.html", trainer, history, date=DATE)
    source = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert str(tmp_path) not in source
    assert "my &lt;table&gt;.csv" in source


def test_pictures_are_images_of_the_network():
    trainer, page = _page(experiment(data={"kind": "rings", "samples": 60}))
    images = [found["href"] for found in page.all("image")]
    units = sum([2, 5, 4, 3])
    assert len(images) == 1 + units
    opened = [Image.open(io.BytesIO(base64.b64decode(one.partition(",")[2]))) for one in images]
    assert opened[0].size == (240, 240)
    middle = np.asarray(opened[0].convert("RGB"), np.int64)[120, 120]
    low, high = trainer.data.extent[0]
    centre = low + 120.5 / 240 * (high - low)
    likeliest = int(trainer.predict([[centre, -centre]])[0].argmax())
    away = [np.abs(middle - _rgb(colour)).sum() for colour in CLASSES[:3]]
    assert int(np.argmin(away)) == likeliest
    assert all(image.size == (32, 32) for image in opened[1:])


def _rgb(colour):
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])


def test_pictures_have_words_for_those_who_cannot_see_them():
    _, page = _page(experiment())
    drawings = page.all("svg")
    assert len(drawings) == 3
    for found in drawings:
        assert found["role"] == "img"
        assert len(found["aria-label"]) > 20
    headings = [tag for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == "h1"
    assert set(headings[1:]) == {"h2"}
    labels = [found["aria-labelledby"] for found in page.all("section")]
    assert labels == [found["id"] for found in page.all("h2")]
    assert all("scope" in found for found in page.all("th"))
    assert dict(page.elements)["html"] == {"lang": "en"}


def test_dark_screens_and_paper_are_thought_of():
    source = report_html(*_trained(experiment()), date=DATE)
    assert "prefers-color-scheme: dark" in source
    assert "@media print" in source
    assert "size: A4" in source


@pytest.mark.parametrize("log", [True, False])
def test_the_loss_axis_is_logarithmic_or_not(log):
    _, page = _page(experiment(), log=log)
    assert ("loss (logarithmic)" in page.text()) is log


def test_many_epochs_make_no_larger_page():
    trainer, history = _trained(experiment(), 1)
    epochs = np.arange(4000.0)
    noise = np.random.default_rng(0).random(4000)
    few = len(report_html(trainer, history, date=DATE))
    many = len(report_html(trainer, type(history)(epochs, noise, noise), date=DATE))
    assert many - few < 40_000


def test_a_run_without_curves_says_so():
    trainer = Trainer(experiment())
    page = Page(report_html(trainer, HISTORY, date=DATE))
    assert "no curves" in page.text()


@pytest.mark.parametrize(
    "changes",
    [
        {"data": {"kind": "sine", "samples": 30}, "training": {}},
        {"data": {"kind": "blobs", "classes": 10, "samples": 60}},
        {"data": {"kind": "moons", "samples": 30, "test_fraction": 0.0}},
        {"network": {"layers": []}},
        {"network": {"layers": [{"units": 40, "activation": "maxout"}] * 3}},
        {"data": {"kind": "points", "points": [[0, 0, 0], [1, 1, 1], [2, 0, 0]], "test_fraction": 0.0}},
    ],
    ids=["one input", "ten classes", "no test rows", "no layers", "maxout", "painted"],
)
def test_every_kind_of_run_has_a_report(changes):
    _, page = _page(experiment(**changes), 2)
    assert len(page.all("svg")) == 3
    assert "nan" not in "".join(found.get("d", "") for found in page.all("path"))


def test_an_old_report_survives_a_failure(tmp_path):
    trainer, history = _trained(experiment(), 1)
    with pytest.raises(OSError, match="missing"):
        write_report(tmp_path / "missing" / "r.html", trainer, history, date=DATE)
    (tmp_path / "r.html").mkdir()
    with pytest.raises(OSError, match=r"r\.html"):
        write_report(tmp_path / "r.html", trainer, history, date=DATE)
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]


def test_the_report_leaves_the_run_as_it_was():
    trainer, history = _trained(experiment(), 2)
    other = Trainer(experiment())
    other.advance(epochs=2)
    report_html(trainer, history, date=DATE)
    trainer.advance(epochs=1)
    other.advance(epochs=1)
    for one, two in zip(trainer.parameters, other.parameters, strict=True):
        np.testing.assert_array_equal(one[0], two[0])


def test_the_colours_are_the_windows():
    from ui.looks.theme import class_table as window_classes
    from ui.looks.theme import field_table

    assert LIGHT.classes == CLASSES
    for strength in (0.85, 1.0):
        _assert_colours(signed_table(strength), field_table(LIGHT, strength))
    _assert_colours(class_table(3), window_classes(LIGHT, 3))


def _assert_colours(table, packed):
    expected = [[one >> shift & 255 for shift in (16, 8, 0)] for one in packed]
    assert np.abs(table.astype(int) - expected).max() <= 1
