"""The panels: what clicking and typing asks for, and that showing an experiment asks for nothing."""

from __future__ import annotations

import pytest
from editor import WIDTH, Editor, frame
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

from engine.catalog.datasets import Blobs, Circle, RegGauss, RegPlane, Sine, Spiral
from engine.catalog.losses import HalfSquaredError
from engine.catalog.optimizers import Sgd
from engine.catalog.regularizers import L1, L2
from engine.catalog.sources import CsvData, PointsData
from engine.experiment import Experiment, Training
from ui.panels.data_panel import DataPanel
from ui.panels.features_panel import FeaturesPanel
from ui.panels.training_panel import TrainingPanel
from ui.widgets.column import Column

LEFT = Qt.MouseButton.LeftButton


pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def data_editor(qtbot):
    def build(experiment=None):
        intents = {"dataEdited": lambda e, data: e.with_data(data)}
        return Editor(qtbot, DataPanel(), experiment or Experiment(), intents)

    return build


@pytest.fixture
def features_editor(qtbot):
    def build(experiment=None):
        intents = {"featuresEdited": lambda e, features: e.edited(features=features)}
        return Editor(qtbot, FeaturesPanel(), experiment or Experiment(), intents)

    return build


@pytest.fixture
def training_editor(qtbot):
    def build(experiment=None):
        intents = {
            "trainingEdited": lambda e, training: e.edited(training=training),
            "seedEdited": lambda e, seed: e.edited(seed=seed),
        }
        return Editor(qtbot, TrainingPanel(), experiment or Experiment(), intents)

    return build


def table(folder, rows=30):
    path = folder / "flowers.csv"
    lines = [f"{i},{i % 7},{'ab'[i % 2]}" for i in range(rows)]
    path.write_text("\n".join(["width,height,species", *lines]), encoding="utf-8")
    return CsvData(path=str(path), inputs=("width", "height"), target="species")


EXPERIMENTS = [
    Experiment(),
    Experiment(data=Spiral(noise=0.2, samples=1000), seed=9, training=Training(optimizer=Sgd(momentum=0.9))),
    Experiment(
        data=RegGauss(), training=Training(loss=HalfSquaredError(), regularizer=L2(), batch_size="full")
    ),
    Experiment(
        data=Sine(), features=("x1", "sin(x1)"), training=Training(loss=HalfSquaredError(), gradient_clip=2.5)
    ),
    Experiment(
        data=Blobs(classes=7), features=("x1**2 + x2**2",), training=Training(regularizer=L1(rate=0.0123))
    ),
    Experiment(data=PointsData(points=((0.0, 1.0, 0.0), (1.0, 0.0, 1.0)))),
    Experiment(data=CsvData(path="a.csv", inputs=("u", "v", "w"), target="y", task="regression")),
]


def test_showing_any_experiment_asks_for_nothing(data_editor, features_editor, training_editor):
    for editor in (data_editor(), features_editor(), training_editor()):
        for experiment in (*EXPERIMENTS, *EXPERIMENTS[::-1]):
            editor.show(experiment)
        assert editor.asked == []


def test_no_panel_is_wider_than_its_column(data_editor, features_editor, training_editor):
    for editor in (data_editor(), features_editor(), training_editor()):
        for experiment in EXPERIMENTS:
            editor.show(experiment)
            assert editor.panel.minimumSizeHint().width() <= WIDTH


def test_every_control_has_a_name_for_a_screen_reader(data_editor, features_editor, training_editor):
    for editor in (data_editor(), features_editor(), training_editor()):
        for control in editor.panel.findChildren(QWidget):
            if control.focusPolicy() & Qt.FocusPolicy.TabFocus and control.isVisible():
                text = getattr(control, "text", lambda: "")()
                assert control.accessibleName() or text, (type(control).__name__, control.objectName())


def test_tab_goes_through_the_column_in_reading_order(qtbot):
    column = Column()
    panels = (DataPanel(), FeaturesPanel(), TrainingPanel())
    for panel in panels:
        column.add(panel)
        panel.show_experiment(Experiment(data=Spiral()))
    panels[2].show_experiment(
        Experiment(data=RegPlane(), training=Training(optimizer=Sgd(), loss=HalfSquaredError()))
    )
    panels[1].show_experiment(Experiment(data=Spiral(), features=("x1", "x1 + x2")))
    qtbot.addWidget(column)
    column.resize(WIDTH, 900)
    column.show()
    column.activateWindow()
    qtbot.waitUntil(column.isActiveWindow)
    panels[0].pages.button("classification").setFocus()
    places = []
    while (now := column.focusWidget()) not in [widget for widget, _, _ in places]:
        at = now.mapTo(column.widget(), QPoint(0, now.height() // 2))
        places.append((now, at.y(), at.x()))
        qtbot.keyClick(now, Qt.Key.Key_Tab)
    assert len(places) > 25
    order = [(round(y / 12), x) for _, y, x in places]
    assert order == sorted(order)


# -- DATA


def test_a_tile_chooses_a_data_set_and_keeps_noise_and_test_share(data_editor):
    editor = data_editor(Experiment(data=Circle(noise=0.2, test_fraction=0.3)))
    editor.click(editor.panel.tiles["spiral"])
    assert editor.asked == [(Spiral(noise=0.2, test_fraction=0.3), "Data set")]
    assert editor.panel.tiles["spiral"].isChecked()
    assert not editor.panel.tiles["circle"].isChecked()


def test_regress_goes_to_a_regression_and_back_to_the_data_set_before(data_editor):
    editor = data_editor(Experiment(data=Spiral(noise=0.1)))
    editor.click(editor.panel.pages.button("regression"))
    assert editor.experiment.data == RegPlane(noise=0.1)
    assert editor.experiment.data.samples == 1200
    assert editor.panel.tiles["reg_plane"].isVisible()
    assert not editor.panel.tiles["spiral"].isVisible()
    editor.click(editor.panel.pages.button("classification"))
    assert editor.experiment.data == Spiral(noise=0.1)


def test_a_number_of_points_the_user_chose_is_kept(data_editor):
    editor = data_editor(Experiment(data=Spiral(samples=800)))
    editor.click(editor.panel.pages.button("regression"))
    assert editor.experiment.data.samples == 800


def test_sliders_edit_noise_share_points_and_classes(data_editor):
    editor = data_editor(Experiment(data=Blobs()))
    form = editor.panel.form
    editor.type(form.row("noise").edit, "25")
    editor.type(form.row("test_fraction").edit, "40 %")
    editor.type(form.row("samples").edit, "1,000")
    editor.key(form.row("classes").slider, Qt.Key.Key_End)
    assert editor.experiment.data == Blobs(noise=0.25, test_fraction=0.4, samples=1000, classes=10)
    assert [text for _, text in editor.asked] == ["Noise", "Test share", "Points", "Classes"]
    assert editor.panel.title.note.text() == "1,000 points"


def test_thumbnails_follow_noise_seed_and_theme(data_editor):
    editor = data_editor(Experiment(data=Circle()))
    tile = editor.panel.tiles["circle"]

    def picture():
        return bytes(tile.picture().toImage().constBits())

    seen = [picture()]
    editor.show(editor.experiment.edited(data=Circle(noise=0.5)))
    seen.append(picture())
    editor.show(editor.experiment.edited(seed=1))
    seen.append(picture())
    editor.show(Experiment(data=Circle()))
    assert picture() == seen[0]
    assert len(set(seen)) == 3


def test_my_data_invites_to_import_and_leaves_the_data_alone(data_editor):
    editor = data_editor()
    asked = []
    editor.panel.csvRequested.connect(lambda: asked.append(True))
    editor.click(editor.panel.pages.button("own"))
    assert editor.panel.import_csv.isVisible()
    assert editor.asked == []
    editor.click(editor.panel.import_csv)
    assert asked == [True]
    editor.show(editor.experiment.edited(seed=5))
    assert editor.panel.pages.current() == "own", "an edit elsewhere must not turn the page"


def test_a_table_shows_its_facts_and_counts_its_rows(data_editor, tmp_path):
    editor = data_editor(Experiment(data=table(tmp_path)))
    editor.panel.show_frame(frame(editor.experiment))
    assert editor.panel.pages.current() == "own"
    texts = editor.panel.facts.texts()
    assert texts[0] == "flowers.csv"
    assert {"width, height", "species", "classification", "30"} <= set(texts)
    assert editor.panel.title.note.text() == "30 points"
    box = editor.panel.form.row("standardize").findChildren(QAbstractButton)[0]
    editor.click(box)
    assert editor.experiment.data.standardize is False


def test_a_table_can_be_left_and_come_back_to(data_editor, tmp_path):
    data = table(tmp_path)
    editor = data_editor(Experiment(data=data))
    editor.click(editor.panel.pages.button("classification"))
    assert editor.experiment.data.kind == "circle"
    editor.click(editor.panel.pages.button("own"))
    assert editor.experiment.data == data


# -- INPUTS


def test_chips_switch_features_on_and_off_in_the_order_shown(features_editor):
    editor = features_editor()
    editor.click(editor.panel.chips["sin(x1)"])
    editor.click(editor.panel.chips["x1**2"])
    editor.click(editor.panel.chips["x2"])
    assert editor.experiment.features == ("x1", "x1**2", "sin(x1)")


def test_the_last_feature_stays_on_and_the_tooltip_says_why(features_editor):
    editor = features_editor(Experiment(features=("x1",)))
    chip = editor.panel.chips["x1"]
    editor.click(chip)
    assert editor.asked == []
    assert chip.isChecked()
    assert "at least one input" in chip.toolTip()
    editor.click(editor.panel.chips["x2"])
    assert "at least one input" not in chip.toolTip()
    editor.click(chip)
    assert editor.experiment.features == ("x2",)


def test_a_formula_becomes_a_chip_that_stays_when_it_is_off(features_editor):
    editor = features_editor()
    editor.click(editor.panel.add)
    editor.type(editor.panel.formula, "x1**2 + x2**2")
    assert editor.experiment.features == ("x1", "x2", "x1**2 + x2**2")
    assert not editor.panel.formula.isVisible()
    chip = editor.panel.chips["x1**2 + x2**2"]
    assert chip.text() == "x₁² + x₂²"
    editor.click(chip)
    assert editor.experiment.features == ("x1", "x2")
    editor.click(editor.panel.chips["x1**2 + x2**2"])
    assert editor.experiment.features == ("x1", "x2", "x1**2 + x2**2")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("x1 +", "missing"),
        ("x3", "no input x3"),
        ("import os", "unknown"),
        ("x1", "already"),
        ("log(x1)", "no finite value"),
    ],
)
def test_a_wrong_formula_is_told_while_typing_and_not_accepted(features_editor, typed, said):
    editor = features_editor()
    editor.panel.show_frame(frame(editor.experiment))
    editor.click(editor.panel.add)
    editor.qtbot.keyClicks(editor.panel.formula, typed)
    assert editor.panel.problem.isVisible()
    assert said in editor.panel.problem.text()
    editor.key(editor.panel.formula, Qt.Key.Key_Return)
    assert editor.asked == []
    assert editor.panel.formula.text() == typed
    editor.key(editor.panel.formula, Qt.Key.Key_Escape)
    assert not editor.panel.problem.isVisible()
    assert editor.panel.add.isVisible()


def test_one_input_offers_no_feature_of_a_second(features_editor):
    editor = features_editor(Experiment(data=Sine()))
    assert list(editor.panel.chips) == ["x1", "x1**2", "sin(x1)", "cos(x1)"]


def test_a_table_offers_its_columns_by_name(features_editor, tmp_path):
    editor = features_editor(Experiment(data=table(tmp_path)))
    assert {text: chip.text() for text, chip in editor.panel.chips.items()} == {"x1": "width", "x2": "height"}
