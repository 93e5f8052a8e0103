"""What this program is."""

from __future__ import annotations

import platform

import numpy
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QFont, QFontInfo
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from engine import __version__
from ui.dialogs.buttons import lead
from ui.widgets.themed import label


class Sheet(QDialog):
    """A headline, content below it, and one button, unless somebody puts others into ``buttons``."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._head = QLabel()
        font = QFont(self._head.font())
        font.setPixelSize(round(QFontInfo(font).pixelSize() * 1.4))
        font.setWeight(QFont.Weight.Bold)
        self._head.setFont(font)
        self.content = QVBoxLayout()
        self.content.setSpacing(8)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 18)
        layout.setSpacing(12)
        layout.addWidget(self._head)
        layout.addLayout(self.content)
        layout.addSpacing(4)
        layout.addWidget(self.buttons)
        lead(self.buttons, self.buttons.button(QDialogButtonBox.StandardButton.Close))

    def show_headline(self, text: str) -> None:
        """Show a headline, also as the window's title."""
        self._head.setText(text)
        self.setWindowTitle(text)


class AboutDialog(Sheet):
    """Name, purpose, version, licence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.show_headline("Unfold")
        self.setWindowTitle(self.tr("About Unfold"))
        purpose = QLabel(
            self.tr(
                "A playground for small neural networks. Crumple a blue and an orange sheet of paper "
                "into one ball: each layer of a network unfolds the ball a little more, until the colours "
                "lie apart."
            )
        )
        purpose.setWordWrap(True)
        purpose.setMinimumWidth(360)
        versions = self.tr("Version {version} · MIT licence").format(version=__version__)
        built_on = f"Python {platform.python_version()} · Qt {qVersion()} · NumPy {numpy.__version__}"
        small = label(f"{versions}\n{built_on}", "caption")
        small.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.content.addWidget(purpose)
        self.content.addWidget(small)
