"""The page of the walk: choosing a sample, going through its steps, old numbers, and the update."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit

from engine import Experiment
from engine.walkthrough import PHASES, Request, drawn_row
from engine.weight_edits import TakeStep
from tests.ui.walker import SMALL, Walker
from ui.editing.step import Kind, Step
from ui.looks import theme
from ui.panels.step_through import StepThrough
from ui.session import Session
from ui.training.speed import Speed

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def walker(qtbot):
    return Walker(qtbot)


# Choosing a sample


def test_nothing_is_walked_before_it_is_asked_for(walker):
    panel = walker.panel
    assert not walker.asked and panel.invitation.isVisible()
    assert not panel.page.isVisible() and not panel.controls.next.isEnabled()
    assert walker.counter == ""


def test_a_draw_follows_from_the_seed_and_pauses_first(walker):
    walker.draw()
    walker.click(walker.panel.sample.draw)
    assert walker.asked == [Request("train", drawn_row(4, 20, 0)), Request("train", drawn_row(4, 20, 1))]
    assert walker.events == ["pause", "walk"] * 2
    assert walker.panel.sample.row.value() == drawn_row(4, 20, 1) + 1
    assert not walker.panel.invitation.isVisible()


def test_another_seed_begins_its_own_draws(walker):
    walker.draw()
    walker.panel.show_experiment(walker.experiment.edited(seed=9))
    walker.draw()
    assert walker.asked[-1].row == drawn_row(9, 20, 0)


def test_a_row_is_typed_counted_and_followed_by_the_next(walker):
    sample = walker.panel.sample
    sample.row.setFocus()
    sample.row.selectAll()
    walker.qtbot.keyClicks(sample.row, "7")
    walker.qtbot.keyClick(sample.row, Qt.Key.Key_Return)
    walker.qtbot.keyClick(sample.row, Qt.Key.Key_Up)
    walker.click(sample.next_row)
    sample.row.setFocus()
    sample.row.selectAll()
    walker.qtbot.keyClicks(sample.row, "999")
    walker.qtbot.keyClick(sample.row, Qt.Key.Key_Return)
    walker.click(sample.next_row)  # after the last the first
    assert [request.row for request in walker.asked] == [6, 7, 8, 19, 0]


def test_test_points_can_be_walked_with(walker):
    walker.click(walker.panel.sample.part.button("test"))
    assert walker.asked == [Request("test", 0)]
    assert "test data" in walker.panel.heading.title.text()


def test_without_test_points_there_is_no_choice_of_them(qtbot):
    walker = Walker(qtbot, SMALL | {"data": {"kind": "moons", "samples": 40, "test_fraction": 0.0}})
    assert not walker.panel.sample.part.button("test").isEnabled()


def test_a_point_picked_in_the_field_is_walked_with(walker):
    walker.panel.show_picked("test", 11)
    assert walker.asked == [Request("test", 11)]
    assert walker.panel.sample.row.value() == 12
    assert walker.panel.sample.part.current() == "test"


# Going through the steps


def test_buttons_go_through_the_steps(walker):
    controls = walker.draw().controls
    count = len(walker.walk.steps)
    seen = [walker.counter]
    for button in (controls.next, controls.next, controls.previous, controls.last, controls.first):
        walker.click(button)
        seen.append(walker.counter)
    assert seen == [f"{step} of {count}" for step in (1, 2, 3, 2, count, 1)]
    assert not controls.first.isEnabled() and not controls.previous.isEnabled()
    walker.click(controls.last)
    assert not controls.next.isEnabled() and not controls.play.isEnabled()


@pytest.mark.parametrize("place", ["page", "button"])
def test_keys_go_through_the_steps(walker, place):
    panel = walker.draw()
    count = len(walker.walk.steps)
    at = panel.page if place == "page" else panel.controls.copy
    seen = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_End, Qt.Key.Key_Home):
        walker.key(key, at)
        seen.append(walker.counter)
    assert seen == [f"{step} of {count}" for step in (2, 3, 2, count, 1)]


def test_arrow_keys_stay_in_a_number_that_is_typed(walker):
    walker.draw()
    before = walker.counter
    walker.key(Qt.Key.Key_Left, walker.panel.sample.row)
    walker.key(Qt.Key.Key_Home, walker.panel.sample.row)
    assert walker.counter == before


def test_segments_are_switched_by_the_arrow_keys(walker):
    panel = walker.draw()
    phases, part = panel.controls.phases, panel.sample.part
    walker.key(Qt.Key.Key_Right, phases.button("forward"))
    assert panel.step.phase == phases.current() == "loss"
    walker.key(Qt.Key.Key_Left, QApplication.focusWidget())
    assert panel.step.phase == "forward"
    walker.key(Qt.Key.Key_Right, part.button("train"))
    assert part.current() == walker.asked[-1].part == "test"


@pytest.mark.parametrize("key", [Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End])
def test_keys_that_a_control_uses_itself_make_no_step(walker, key):
    panel = walker.draw()
    walker.click(panel.controls.next)
    before = walker.counter
    used = [panel.sample.row, panel.sample.digits]
    if key in (Qt.Key.Key_Home, Qt.Key.Key_End):  # the others switch segments
        used += [panel.sample.part.button("train"), panel.controls.phases.button("forward")]
    for widget in used:
        walker.key(key, widget)
        assert walker.counter == before


def test_phases_are_a_way_to_their_first_step_and_show_where_it_is(walker):
    controls = walker.draw().controls
    for phase in reversed(PHASES):
        walker.click(controls.phases.button(phase))
        assert walker.panel.step.phase == phase
        assert walker.walk.steps.index(walker.panel.step) == walker.walk.first(phase)
    for _ in range(walker.walk.first("loss")):
        walker.click(controls.next)
    assert controls.phases.current() == "loss"


def test_space_on_the_text_plays_and_pauses(walker, monkeypatch):
    panel = walker.draw()
    panel.player.timer.setInterval(5)
    walker.key(Qt.Key.Key_Space)
    assert panel.player.playing and walker.counter.startswith("2 ")
    assert panel.controls.play.accessibleName() == "Pause the steps"
    walker.key(Qt.Key.Key_Space)
    assert not panel.player.playing
    walker.key(Qt.Key.Key_Space)
    count = len(walker.walk.steps)
    walker.qtbot.waitUntil(lambda: walker.counter == f"{count} of {count}", timeout=10_000)
    assert not panel.player.playing


def test_going_by_hand_ends_playing(walker):
    panel = walker.draw()
    panel.player.toggle()
    walker.click(panel.controls.next)
    assert not panel.player.playing and walker.counter.startswith("3 ")


# Numbers that are old


def test_numbers_are_old_as_soon_as_training_goes_on(walker):
    panel = walker.draw()
    walker.show_frame()
    assert not panel.is_stale and not panel.refresh.isVisible()
    walker.trainer.advance(batches=1)
    walker.show_frame()
    assert panel.is_stale and panel.refresh.isVisible()
    assert "step 6" in panel.notice.accessibleName()
    assert walker.focus[-1] == ((), (), None)
    assert theme.LIGHT.muted in panel.heading.result.text()
    index = walker.counter
    walker.click(panel.refresh)
    assert not panel.is_stale and walker.counter == index
    assert walker.asked[-1] == walker.asked[0]


def test_numbers_are_old_after_a_weight_was_edited_at_the_same_step(walker):
    panel = walker.draw()
    tensors = walker.trainer.tensors
    tensors[0]["weight"][0, 0] += 1e-3
    walker.trainer.set_tensors(tensors)
    walker.show_frame()
    assert panel.is_stale


@pytest.mark.parametrize(
    "change",
    [
        {"training": {"optimizer": {"kind": "adam", "learning_rate": 0.06}}},
        {"network": {"layers": [{"units": 3, "activation": "relu"}]}},
        {"seed": 5},
    ],
    ids=lambda change: next(iter(change)),
)
def test_numbers_are_old_after_an_edit_and_current_again_after_its_undo(walker, change):
    panel = walker.draw()
    panel.show_experiment(Experiment.parse(SMALL | change))
    assert panel.is_stale and panel.refresh.isVisible()
    panel.show_experiment(Experiment.parse(SMALL | {"title": "Another name"}))
    assert not panel.is_stale and not panel.refresh.isVisible()


def test_playing_stops_at_old_numbers(walker):
    panel = walker.draw()
    panel.player.toggle()
    panel.show_experiment(Experiment.parse(SMALL | {"seed": 5}))
    assert not panel.player.playing


# Applying the update


def test_the_last_step_offers_the_update(walker):
    panel = walker.draw()
    assert not panel.apply.isVisible()
    walker.click(panel.controls.last)
    assert panel.apply.isVisible()
    walker.click(panel.apply)
    ((edit, text),) = walker.edits
    assert isinstance(edit, TakeStep) and text == "Apply update"
    walker.trainer.edit_weights(edit)
    for ours, shown in zip(walker.trainer.tensors, walker.walk.after, strict=True):
        np.testing.assert_array_equal(ours["weight"], shown["weight"].astype(np.float32))
    walker.show_frame()
    assert panel.is_stale and not panel.apply.isEnabled()


def test_lbfgs_offers_none(qtbot):
    walker = Walker(qtbot, SMALL | {"training": {"optimizer": "lbfgs"}})
    panel = walker.draw()
    walker.click(panel.controls.last)
    assert not panel.apply.isVisible()
    assert "whole data set" in walker.text()


# Everybody


def test_every_control_is_named_explained_and_reached_by_tab(walker):
    panel = walker.draw()
    walker.click(panel.controls.last)
    controls = panel.controls
    buttons = [controls.first, controls.previous, controls.play, controls.next, controls.last, controls.copy]
    buttons += [panel.refresh, panel.apply, panel.sample.draw, panel.sample.next_row]
    for one in [*buttons, panel.sample.row, panel.sample.digits]:
        assert one.accessibleName() or (isinstance(one, QAbstractButton) and one.text())
        assert one.focusPolicy() & Qt.FocusPolicy.TabFocus
        holder = one.parentWidget() if isinstance(one, QLineEdit) else one
        assert len(holder.toolTip()) > 20
    assert panel.page.focusPolicy() & Qt.FocusPolicy.TabFocus


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_nothing_is_cut_off_at_the_size_of_the_drawer(walker, colours):
    panel = walker.draw()
    panel.set_theme(colours)
    for _ in walker.walk.steps[1:]:
        assert panel.minimumSizeHint().width() <= 640 and panel.minimumSizeHint().height() <= 220
        assert panel.heading.title.shown() == panel.heading.title.text()
        walker.click(panel.controls.next)
    for segment in PHASES:
        button = panel.controls.phases.button(segment)
        assert button.width() >= button.sizeHint().width()


# Through the session


def test_a_walk_crosses_the_thread_and_its_step_can_be_taken_and_undone(qtbot):
    session = Session(Speed())
    experiment = Experiment.parse(SMALL)
    walks, problems, frames = [], [], []
    session.walked.connect(walks.append)
    session.problemFound.connect(problems.append)
    session.frameReady.connect(frames.append)
    try:
        session.start()
        session.load(experiment)
        session.step_batch()
        session.walk(Request(row=3))
        qtbot.waitUntil(lambda: bool(walks), timeout=60_000)
        assert walks[0].memory.step == 1 and walks[0].experiment == experiment
        session.walk(Request(row=5000))
        qtbot.waitUntil(lambda: bool(problems), timeout=30_000)
        assert "no row 5000 among 20 train rows" in str(problems[0])
        qtbot.waitUntil(lambda: bool(frames) and frames[-1].snapshot.step == 1, timeout=30_000)
        panel = StepThrough()
        qtbot.addWidget(panel)
        panel.show_experiment(experiment)
        panel.show_walk(walks[0])
        panel.show_frame(frames[-1])
        assert not panel.is_stale
        for kind, step in ((Kind.DO, 2), (Kind.UNDO, 1), (Kind.REDO, 2)):
            session.edit_weights(walks[0].edit(), Step(1, kind))
            qtbot.waitUntil(lambda step=step: frames[-1].snapshot.step == step, timeout=30_000)
            wanted = walks[0].after if step == 2 else walks[0].tensors
            for ours, layer in zip(frames[-1].snapshot.tensors, wanted, strict=True):
                np.testing.assert_array_equal(ours["weight"], layer["weight"].astype(np.float32))
            panel.show_frame(frames[-1])
            assert panel.is_stale == (step == 2)
    finally:
        session.stop()
