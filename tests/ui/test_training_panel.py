"""TRAINING: what its rows ask for, what they fold away, and what is never folded."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from editor import WIDTH, Editor, frame
from PySide6.QtCore import Qt

from engine.catalog.datasets import Circle, RegPlane
from engine.catalog.entry import Range, Real, by_key
from engine.catalog.losses import LOSSES, CrossEntropy, HalfSquaredError
from engine.catalog.optimizers import OPTIMIZERS, Adam, Sgd
from engine.catalog.regularizers import L1, L2, REGULARIZERS, NoRegularizer
from engine.catalog.schedules import SCHEDULES, Constant, Schedule
from engine.experiment import Experiment, Network, Output, Stopping, Training
from ui.panels.training_panel import TrainingPanel
from ui.panels.training_sections.optimizer import OptimizerRows
from ui.widgets.column import Column
from ui.widgets.row import RowLabel

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def training_editor(qtbot):
    def build(experiment=None):
        intents = {
            "trainingEdited": lambda e, training: e.edited(training=training),
            "seedEdited": lambda e, seed: e.edited(seed=seed),
        }
        return Editor(qtbot, TrainingPanel(), experiment or Experiment(), intents)

    return build


def test_only_losses_of_the_task_are_offered(training_editor):
    editor = training_editor(Experiment(data=RegPlane()))
    box = editor.panel.loss.box
    for experiment in (Experiment(data=RegPlane()), Experiment()):
        editor.show(experiment)
        offered = [box.itemData(i) for i in range(box.count())]
        assert offered == [loss.key() for loss in LOSSES if experiment.data.task in loss.tasks]
        assert box.current() == experiment.training.loss.kind


def test_a_loss_the_output_excludes_is_greyed_with_the_reason(training_editor):
    network = Network(output=Output(activation="tanh"))
    editor = training_editor(Experiment(network=network, training=Training(loss=HalfSquaredError())))
    box = editor.panel.loss.box
    for i in range(box.count()):
        loss = by_key(LOSSES)[box.itemData(i)]
        refused = loss.fixed_output and "tanh" not in {loss().output(classes) for classes in (2, 3)}
        assert box.model().item(i).isEnabled() is not refused, loss.key()
    tip = box.itemData(box.findData("cross_entropy"), Qt.ItemDataRole.ToolTipRole)
    assert "needs sigmoid or softmax, not tanh" in tip


def test_another_optimizer_keeps_the_learning_rate(training_editor):
    editor = training_editor(Experiment(training=Training(optimizer=Adam(learning_rate=0.3, beta1=0.5))))
    editor.key(editor.panel.optimizer.box, Qt.Key.Key_Home)
    assert editor.experiment.training.optimizer == Sgd(learning_rate=0.3)
    assert editor.panel.optimizer.form.row("momentum").isVisible()


def test_the_learning_rate_is_dragged_and_typed(training_editor):
    editor = training_editor(Experiment(training=Training(optimizer=Adam(learning_rate=0.01))))
    row = editor.panel.optimizer.form.row("learning_rate")
    editor.key(row.slider, Qt.Key.Key_PageUp)
    assert editor.experiment.training.optimizer.learning_rate == 0.1
    editor.type(row.edit, "1e-3")
    assert editor.experiment.training.optimizer.learning_rate == 0.001
    assert {text for _, text in editor.asked} == {"Learning rate"}


class Varying(Schedule):
    kind: Literal["varying"] = "varying"
    label = "Varying"

    def shape(self, t):
        return t * 0 + 1


def test_rare_settings_unfold(training_editor):
    editor = training_editor()
    rows = editor.panel.optimizer
    assert not rows.form.row("beta1").isVisible()
    editor.click(rows.more)
    assert rows.form.row("beta1").isVisible()
    editor.click(rows.more)
    editor.show(editor.experiment.edited(training=Training(optimizer=Adam(beta1=0.5))))
    assert rows.form.row("beta1").isVisible(), "what is not as usual is never hidden"
    assert not rows.form.row("beta2").isVisible()


@pytest.mark.parametrize(
    ("field", "table"), [("loss", LOSSES), ("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)]
)
def test_a_choice_with_rare_settings_has_a_button_that_shows_them(training_editor, field, table):
    editor = training_editor()
    rows = getattr(editor.panel, field)
    for kind in table:
        task = getattr(kind, "tasks", ("classification",))[0]
        experiment = Experiment(data=Circle() if task == "classification" else RegPlane())
        editor.show(
            experiment.edited(training=experiment.training.edited(**{field: kind.model_validate({})}))
        )
        hidden = [row for row in rows.form.rows() if not row.isVisible()]
        assert rows.more.isVisible() == bool(hidden), kind.key()
        if hidden:
            editor.click(rows.more)
            assert all(row.isVisible() for row in hidden), kind.key()
            editor.click(rows.more)


def test_the_learning_rate_is_always_in_sight_and_first(training_editor):
    editor = training_editor()
    for kind in OPTIMIZERS:
        editor.show(Experiment(training=Training(optimizer=kind.model_validate({}))))
        first = editor.panel.optimizer.form.rows()[0]
        assert first.isVisible()
        assert first.objectName() == "learning_rate"


def test_an_optimizer_that_sizes_its_own_steps_neither_takes_nor_leaves_a_learning_rate(qtbot):
    class Own(Adam):
        kind: Literal["own"] = "own"
        learning_rate: Real = 1.0

    rows = OptimizerRows()
    qtbot.addWidget(rows)
    rows.show_training(Training(optimizer=Adam(learning_rate=0.3)))
    assert rows.successor(Own) == Own(learning_rate=1.0)
    rows.show_training(Training.model_construct(optimizer=Own(), schedule=Constant()))
    assert rows.successor(Sgd) == Sgd(learning_rate=0.3), "the last that meant a length"


def test_the_present_learning_rate_stands_below_the_one_that_is_set_where_it_varies(training_editor):
    editor = training_editor()
    optimizer = editor.panel.optimizer
    assert not optimizer.now.isVisible()
    editor.panel.show_frame(frame(editor.experiment, learning_rate=0.01))
    assert not optimizer.now.isVisible()
    before = optimizer.height()
    varying = editor.experiment.training.model_copy(update={"schedule": Varying()})
    editor.show(editor.experiment.model_copy(update={"training": varying}))
    assert optimizer.now.isVisible()
    assert optimizer.now.text() == "", "of another run nothing is said"
    editor.panel.show_frame(frame(editor.experiment, learning_rate=0.0031234))
    assert optimizer.now.text() == "now 0.00312"
    editor.panel.show_frame(frame(Experiment(), learning_rate=0.5))
    assert optimizer.now.text() == "now 0.00312", "a frame of before the edit"
    editor.panel.layout().activate()
    rate, now = optimizer.form.row("learning_rate"), optimizer.now
    assert now.mapTo(optimizer, now.rect().topLeft()).y() >= rate.geometry().bottom()
    editor.show(Experiment())
    editor.panel.layout().activate()
    assert not now.isVisible()
    assert optimizer.height() == before


def test_a_full_batch_optimizer_shows_full_and_says_why(training_editor, monkeypatch):
    monkeypatch.setattr(Sgd, "full_batch", True)
    editor = training_editor(Experiment(training=Training(optimizer=Sgd(), batch_size=50)))
    size = editor.panel.batches.batch_size
    assert size.edit.text() == "full"
    assert not size.isEnabled()
    assert "SGD" in size.toolTip()
    assert "all training points" in size.toolTip()
    assert not editor.panel.batches.shuffle.isEnabled()
    editor.show(Experiment(training=Training(optimizer=Adam(), batch_size=50)))
    assert size.edit.text() == "50"
    assert size.isEnabled()
    assert editor.asked == []


def test_batch_sizes_end_at_full(training_editor):
    editor = training_editor(Experiment(data=Circle(samples=500, test_fraction=0.5)))
    row = editor.panel.batches.batch_size
    editor.key(row.slider, Qt.Key.Key_End)
    assert editor.experiment.training.batch_size == "full"
    editor.key(row.slider, Qt.Key.Key_Left)
    assert editor.experiment.training.batch_size == 200
    editor.type(row.edit, "33")
    assert editor.experiment.training.batch_size == 33
    editor.type(row.edit, "full")
    assert editor.experiment.training.batch_size == "full"


def test_shuffle_regularizer_and_clip(training_editor):
    editor = training_editor()
    panel = editor.panel
    editor.click(panel.batches.fold.header)
    editor.click(panel.batches.shuffle)
    assert editor.experiment.training.shuffle is False
    editor.key(panel.regularizer.box, Qt.Key.Key_Down)
    editor.type(panel.regularizer.form.row("rate").edit, "0.02")
    assert editor.experiment.training.regularizer == L1(rate=0.02)
    editor.key(panel.regularizer.box, Qt.Key.Key_Down)
    assert editor.experiment.training.regularizer == L2(rate=0.02)
    assert panel.batches.clip_norm.edit.text() == "off"
    editor.type(panel.batches.clip_norm.edit, "2.5")
    assert editor.experiment.training.gradient_clip == 2.5
    editor.key(panel.batches.clip_norm.slider, Qt.Key.Key_Home)
    assert editor.experiment.training.gradient_clip is None
    assert editor.experiment.training.loss == CrossEntropy()


def test_the_seed_is_typed_and_counted_on(training_editor):
    editor = training_editor()
    editor.type(editor.panel.seed.edit, "4294967295")
    editor.click(editor.panel.seed.next)
    editor.type(editor.panel.seed.edit, "9999999999")
    assert [seed for (seed,) in editor.asked] == [4294967295, 0, 4294967295]
    editor.qtbot.keyClicks(editor.panel.seed.edit, "x-")
    assert editor.panel.seed.edit.text() == "4294967295"


NOISE_AND_CLIPS = [
    ("noise", "input_noise", 0.25, 0.0),
    ("clip_norm", "gradient_clip", 2.5, None),
    ("clip_value", "gradient_clip_value", 0.5, None),
]


@pytest.mark.parametrize(("row", "field", "value", "off"), NOISE_AND_CLIPS)
def test_noise_and_limits_are_off_until_they_are_given_a_number(training_editor, row, field, value, off):
    editor = training_editor()
    batches = editor.panel.batches
    slider = getattr(batches, row)
    assert not slider.isVisible()
    editor.click(batches.fold.header)
    assert slider.isVisible()
    assert slider.edit.text() == "off"
    editor.type(slider.edit, str(value))
    assert getattr(editor.experiment.training, field) == value
    editor.click(batches.fold.header)
    assert slider.isVisible(), "what is not as usual is never hidden"
    assert not batches.shuffle.isVisible()
    for typed in ("0", "off", "0.0"):
        editor.show(editor.experiment.edited(training=Training(**{field: value})))
        editor.type(slider.edit, typed)
        assert getattr(editor.experiment.training, field) == off, typed
    assert not slider.isVisible()
    editor.key(slider.slider, Qt.Key.Key_Right)
    assert getattr(editor.experiment.training, field) == 0.01


STOP_RULES = [
    ("epochs", "250", 250, 10),
    ("seconds", "1.5", 1.5, 1.0),
    ("loss", "0.02", 0.02, 0.0001),
    ("patience", "30", 30, 1),
]


@pytest.mark.parametrize(("field", "typed", "value", "first"), STOP_RULES)
def test_stop_rules_are_off_until_they_are_given_a_number(training_editor, field, typed, value, first):
    editor = training_editor()
    stop = editor.panel.stop
    row = stop.rules[field]
    assert stop.header.summary() == "never"
    assert not row.isVisible()
    editor.click(stop.header)
    assert row.edit.text() == "off"
    editor.type(row.edit, typed)
    found = editor.experiment.training.stop
    assert found == Stopping(**{field: value})
    assert type(getattr(found, field)) is type(value)
    assert stop.header.summary() == ""
    editor.click(stop.header)
    assert [name for name, one in stop.rules.items() if one.isVisible()] == [field]
    editor.type(row.edit, "off")
    assert editor.experiment.training.stop == Stopping()
    assert stop.header.summary() == "never"
    editor.key(row.slider, Qt.Key.Key_Right)
    assert getattr(editor.experiment.training.stop, field) == first


def test_a_rule_of_loss_zero_is_not_off(training_editor):
    editor = training_editor(Experiment(training=Training(stop=Stopping(loss=0.0))))
    row = editor.panel.stop.rules["loss"]
    assert row.isVisible()
    assert row.edit.text() == "0"
    assert editor.asked == []


def test_the_best_weights_are_restored_by_early_stopping_alone(training_editor):
    editor = training_editor()
    stop = editor.panel.stop
    editor.click(stop.header)
    assert not stop.restore.isEnabled()
    editor.type(stop.rules["patience"].edit, "20")
    assert stop.restore.isEnabled()
    assert stop.restore.isChecked()
    editor.click(stop.restore)
    assert editor.experiment.training.stop == Stopping(patience=20, restore_best=False)
    editor.click(stop.header)
    assert stop.restore.isVisible()


def test_folded_rows_open_by_key_and_are_reached_by_it(training_editor, qtbot):
    editor = training_editor()
    header = editor.panel.stop.header
    editor.key(header, Qt.Key.Key_Space)
    assert header.isChecked()
    qtbot.keyClick(header, Qt.Key.Key_Tab)
    assert editor.panel.focusWidget() is editor.panel.stop.rules["epochs"].slider
    editor.key(header, Qt.Key.Key_Left)
    assert not header.isChecked()
    qtbot.keyClick(header, Qt.Key.Key_Tab)
    assert editor.panel.focusWidget() is editor.panel.seed.edit
    editor.key(header, Qt.Key.Key_Return)
    assert header.isChecked()
    assert editor.asked == []


def test_opening_the_last_rows_scrolls_to_them(qtbot):
    column = Column()
    panel = TrainingPanel()
    column.add(panel)
    qtbot.addWidget(column)
    panel.show_experiment(Experiment())
    column.resize(WIDTH, 300)
    column.show()
    qtbot.waitExposed(column)
    column.ensureWidgetVisible(panel.stop.header)
    qtbot.mouseClick(panel.stop.header, Qt.MouseButton.LeftButton)
    last = panel.stop.restore
    qtbot.waitUntil(lambda: last.visibleRegion().boundingRect() == last.rect(), timeout=2000)


def test_a_regularizer_names_its_numbers(training_editor):
    editor = training_editor()
    labels = {}
    for kind in REGULARIZERS:
        editor.show(Experiment(training=Training(regularizer=kind.model_validate({}))))
        for row in editor.panel.regularizer.form.rows():
            labels[row.objectName()] = row.findChild(RowLabel).text()
    assert labels.pop("rate") == "Penalty rate"
    fields = {p.name: p.label for kind in REGULARIZERS for p in kind.parameters()}
    assert labels == {name: fields[name] for name in labels}


def test_another_choice_takes_over_what_it_shares_with_the_one_before(training_editor):
    class Gentle(L2):
        kind: Literal["gentle"] = "gentle"

    class Narrow(Gentle):
        rate: Annotated[Real, Range(0.0, 0.001)] = 0.0005

    editor = training_editor(Experiment(training=Training(regularizer=L1(rate=0.02))))
    assert editor.panel.regularizer.successor(Gentle) == Gentle(rate=0.02)
    assert editor.panel.regularizer.successor(Narrow) == Narrow(), "its range is another"
    assert editor.panel.regularizer.successor(NoRegularizer) == NoRegularizer()
