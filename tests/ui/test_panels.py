"""The panels: what clicking and typing asks for, and that showing an experiment asks for nothing."""

from __future__ import annotations

import math

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
from engine.snapshot import Divergence
from engine.stopping import Finish
from ui import theme
from ui.names import loss_text
from ui.panels.data_panel import DataPanel
from ui.panels.features_panel import FeaturesPanel
from ui.panels.training_panel import TrainingPanel
from ui.panels.transport import TransportBar
from ui.speed import DEFAULT_SPEED, SPEEDS, Speed
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


# -- the bar above


@pytest.fixture
def bar(qtbot):
    result = TransportBar()
    qtbot.addWidget(result)
    result.set_theme(theme.LIGHT)
    result.show_experiment(Experiment())
    result.resize(1440, 53)
    result.show()
    result.activateWindow()
    qtbot.waitUntil(result.isActiveWindow)
    return result


@pytest.mark.parametrize(
    ("button", "signal"),
    [
        ("play", "playToggled"),
        ("step_batch", "stepBatchRequested"),
        ("step_epoch", "stepEpochRequested"),
        ("reset", "resetRequested"),
        ("export", "exportRequested"),
    ],
)
def test_buttons_ask(qtbot, bar, button, signal):
    with qtbot.waitSignal(getattr(bar, signal), timeout=1000):
        qtbot.mouseClick(getattr(bar, button), LEFT)


def test_counters_show_a_frame(bar):
    bar.show_frame(frame(Experiment()))
    assert bar.epoch.value() == "1,284"
    assert bar.step.value() == "32,100"
    assert bar.train_loss.value() == "0.0213"
    assert bar.test_loss.value() == "0.0391"
    assert bar.score.value() == "98.8 %"


def test_without_test_points_there_is_no_test_number(bar):
    bar.show_frame(frame(Experiment(), losses={"train": 0.5}, metrics={"train": {"accuracy": 0.9}}))
    assert bar.test_loss.value() == bar.score.value() == "—"


def test_a_regression_is_scored_by_r_squared(bar):
    experiment = Experiment(data=RegPlane())
    bar.show_experiment(experiment)
    bar.show_frame(frame(experiment, metrics={"train": {"r2": 1.0}, "test": {"r2": -0.1234}}))
    assert bar.score.caption() == "Test R²"
    assert bar.score.value() == "−0.123"


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (0.02134, "0.0213"),
        (12.0, "12.0000"),
        (1234.5, "1234.50"),
        (0.0, "0.0000"),
        (1.234e-7, "1.23e−7"),
        (1.26e-12, "1.3e−12"),
        (123456.0, "1.23e5"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
    ],
)
def test_losses_are_written_to_be_read(loss, text):
    assert loss_text(loss) == text


def test_numbers_keep_their_places_while_they_count(qtbot, bar):
    bar.show_frame(frame(Experiment()))
    before = [(c.x(), c.width()) for c in (bar.epoch, bar.step, bar.train_loss, bar.test_loss, bar.score)]
    bar.show_frame(frame(Experiment(), epoch=8, step=88, losses={"train": 1.5e-9, "test": 9.5e-9}))
    bar.layout().activate()
    after = [(c.x(), c.width()) for c in (bar.epoch, bar.step, bar.train_loss, bar.test_loss, bar.score)]
    assert before == after


def test_divergence_is_shown_until_it_is_gone(bar):
    bar.show_frame(frame(Experiment(), diverged=Divergence(3, 70, "The learning rate is too large.")))
    assert bar.diverged.isVisible()
    assert "learning rate" in bar.diverged.toolTip()
    bar.layout().activate()
    assert bar.diverged.width() >= bar.diverged.sizeHint().width(), "a wide bar has room for the text"
    bar.show_frame(frame(Experiment()))
    assert not bar.diverged.isVisible()


FINISH = Finish("patience", 130, 3250, "stopped in epoch 130: no lower test loss", restored=80)


def test_a_stop_rule_is_told_until_training_goes_on(bar):
    bar.show_frame(frame(Experiment(), finished=FINISH))
    assert bar.finished.isVisible()
    assert not bar.diverged.isVisible()
    assert bar.finished.accessibleName() == "Finished"
    assert "no lower test loss" in bar.finished.toolTip()
    bar.show_frame(frame(Experiment()))
    assert not bar.finished.isVisible()


@pytest.mark.parametrize(
    "ending", [{"diverged": Divergence(102, 70, "x")}, {"finished": Finish("epochs", 102, 70, "x")}]
)
def test_how_training_ended_is_written_out_in_a_bar_of_common_width(bar, ending):
    bar.resize(1280, 53)
    bar.show_frame(frame(Experiment(), **ending))
    bar.layout().activate()
    notice = bar.diverged if "diverged" in ending else bar.finished
    assert notice.width() >= notice.sizeHint().width()
    assert bar.speed.width() >= 70


@pytest.mark.parametrize("ending", [{"diverged": Divergence(10**6, 70, "x")}, {"finished": FINISH}])
def test_the_bar_fits_a_small_window_whatever_it_tells(bar, ending):
    bar.show_frame(frame(Experiment(), epoch=9_999_999, step=10**9, **ending))
    assert bar.minimumSizeHint().width() <= 1100


def test_a_wide_bar_shows_the_whole_caption_of_the_speed(bar):
    bar.show_speed(SPEEDS[-2])
    caption = bar.speed_caption
    assert caption.text() == "Speed · 1000 epochs per frame"
    assert caption.width() >= caption.fontMetrics().horizontalAdvance(caption.text())


def test_play_becomes_pause(bar):
    assert bar.play.text() == "Play"
    bar.show_running(True)
    assert bar.play.text() == "Pause"


def test_nothing_runs_while_the_engine_is_prepared(bar):
    bar.show_shortcuts({"play": "Ctrl+P"})
    bar.show_preparing(True, "Compiling")
    assert not bar.play.isEnabled()
    assert "Compiling" in bar.play.toolTip()
    bar.show_preparing(False, "")
    assert bar.play.isEnabled()
    assert "Ctrl+P" in bar.play.toolTip()


def test_the_speed_runs_from_one_step_a_second_to_full_speed(qtbot, bar):
    asked = []
    bar.speedChanged.connect(asked.append)
    assert bar.speed_caption.text() == "Speed · 1 epoch per frame"
    bar.speed.setFocus()
    qtbot.keyClick(bar.speed, Qt.Key.Key_Home)
    assert bar.speed_caption.text() == "Speed · 1 step per second"
    qtbot.keyClick(bar.speed, Qt.Key.Key_End)
    assert bar.speed_caption.text() == "Speed · full speed"
    assert asked == [Speed(steps_per_second=1.0), Speed()]
    bar.show_speed(DEFAULT_SPEED)
    assert len(asked) == 2
    assert DEFAULT_SPEED in SPEEDS
