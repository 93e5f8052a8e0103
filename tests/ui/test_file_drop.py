"""Files and links that are dropped onto the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QGraphicsView

from engine import Experiment, Trainer
from engine.files.export.portable import portable
from engine.files.export.verify import export
from ui.dialogs.csv_import import CsvImportDialog
from ui.dialogs.network_import import NetworkImportDialog
from ui.dialogs.open_link import OpenLinkDialog


def _drop(window, *paths, text="", url=""):
    mime = QMimeData()
    if paths or url:
        mime.setUrls([QUrl(url)] if url else [QUrl.fromLocalFile(str(path)) for path in paths])
    else:
        mime.setText(text)
    actions, buttons, keys = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    enter = QDragEnterEvent(window.rect().center(), actions, mime, buttons, keys)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(
            window, QDropEvent(QPointF(window.rect().center()), actions, mime, buttons, keys)
        )
    return enter.isAccepted()


def test_a_file_that_is_dropped_is_opened(window, qtbot, tmp_path):
    Experiment(title="Dropped").save(tmp_path / "a.json")
    assert _drop(window, tmp_path / "a.json")
    qtbot.waitUntil(lambda: window.document.experiment.title == "Dropped")
    assert not _drop(window, tmp_path / "a.json", tmp_path / "a.json")
    assert not _drop(window, tmp_path / "a.txt")


def test_what_cannot_be_dropped_is_told_in_one_line(window, tmp_path):
    for paths in (["a.txt"], ["a.csv", "b.csv"], ["folder"], ["a.unfold", "a.onnx"]):
        window.status.show_message("")
        assert not _drop(window, *(tmp_path / name for name in paths))
        told = window.status.message.full_text()
        assert ".unfold" in told and ".csv" in told and ".onnx" in told and "\n" not in told
    window.status.show_message("")
    assert not _drop(window, text="Hello world")
    assert "link of TensorFlow Playground" in window.status.message.full_text()


def test_a_table_that_is_dropped_is_imported(window, qtbot, answer, tmp_path):
    table = tmp_path / "houses.CSV"
    table.write_text("area,age,price\n" + "".join(f"{50 + i},{i},{100 * i}.5\n" for i in range(30)))

    def act(dialog):
        assert isinstance(dialog, CsvImportDialog)
        dialog.accept_button.click()

    answer(act)
    assert _drop(window, table)
    qtbot.waitUntil(lambda: getattr(window.document.experiment.data, "target", "") == "price")


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".onnx"])
def test_a_network_that_is_dropped_is_imported(window, qtbot, answer, tmp_path, suffix):
    trainer = Trainer(Experiment.parse({"network": {"layers": [{"units": 5, "activation": "relu"}]}}))
    path = tmp_path / f"five{suffix}"
    export(path, portable(trainer), trainer.predict)

    def act(dialog):
        assert isinstance(dialog, NetworkImportDialog)
        dialog.into.setChecked(True)
        dialog.accept_button.click()

    answer(act)
    assert _drop(window, path)
    qtbot.waitUntil(lambda: [layer.units for layer in window.document.experiment.network.layers] == [5])


@pytest.mark.parametrize("as_address", [False, True])
def test_a_link_that_is_dropped_is_shown_before_it_is_opened(window, qtbot, answer, as_address):
    link = "https://playground.tensorflow.org/#activation=relu&batchSize=17&networkShape=5,3"

    def act(dialog):
        assert isinstance(dialog, OpenLinkDialog)
        assert dialog.field.toPlainText() == link
        dialog.open_button.click()

    answer(act)
    assert _drop(window, url=link) if as_address else _drop(window, text=link)
    qtbot.waitUntil(lambda: window.document.experiment.training.batch_size == 17)


def test_no_plot_keeps_a_dropped_file_from_the_window(window, qtbot):
    qtbot.waitUntil(lambda: window.chart._plot is not None)
    assert not [view for view in window.findChildren(QGraphicsView) if view.acceptDrops()]
