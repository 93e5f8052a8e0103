"""The style sheet: edges, radii and padding that a palette cannot say.

Widgets ask for a look by the dynamic property ``look``:  QPushButton ``primary``, ``accent`` (outlined),
``flat``; QToolButton ``round``; QLabel ``title``, ``caption``, ``muted``, ``number``, ``danger``,
``key``, ``outcome``; QLineEdit ``cell`` and QTableView ``matrix``; QListWidget ``choice``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import resources

if TYPE_CHECKING:
    from ui.looks.theme import Theme

_TEMPLATE = """
* {{ outline: none; }}
QMainWindow, QDialog {{ background: {window}; }}
QToolTip {{ background: {panel}; color: {text}; border: 1px solid {border}; padding: 6px 8px; }}

QLabel[look="title"] {{ color: {muted}; font-size: {caption}px; font-weight: 700; letter-spacing: 0.6px; }}
QLabel[look="note"] {{ color: {muted}; font-size: {caption}px; font-weight: 600; }}
QLabel[look="caption"] {{ color: {muted}; font-size: {caption}px; }}
QLabel[look="muted"] {{ color: {muted}; }}
QLabel[look="number"] {{ color: {text}; font-weight: 600; }}
QLabel[look="danger"] {{ color: {danger}; font-size: {caption}px; }}
QLabel[look="key"] {{ color: {muted}; background: {track}; border: 1px solid {border}; border-radius: 4px;
  padding: 0 5px; font-size: {small}px; }}
QLabel[look="outcome"] {{ color: {text}; font-size: {caption}px; }}

QPushButton {{ background: {panel}; color: {text}; border: 1px solid {border}; border-radius: 6px;
  padding: 0 10px; min-height: 30px; }}
QPushButton:hover {{ background: {hover}; }}
QPushButton:pressed {{ background: {pressed}; }}
QPushButton:focus {{ border-color: {accent}; }}
QPushButton:disabled {{ color: {faint}; background: {panel}; }}
QPushButton[look="primary"], QPushButton:default {{ background: {accent}; color: {accent_text};
  border-color: {accent};
  font-weight: 500; }}
QPushButton[look="primary"]:hover, QPushButton:default:hover {{ background: {accent_hover};
  border-color: {accent_hover}; }}
QPushButton[look="primary"]:focus, QPushButton:default:focus {{ border: 2px solid {text};
  padding: 0 9px; min-height: 28px; }}
QPushButton[look="primary"]:disabled, QPushButton:default:disabled {{ background: {pressed};
  border-color: {pressed}; color: {faint}; }}
QPushButton[look="accent"] {{ color: {accent}; border-color: {accent}; }}
QPushButton[look="accent"]:hover {{ background: {accent_soft}; }}
QPushButton[look="accent"]:focus {{ border-width: 2px; padding: 0 9px; min-height: 28px; }}
QPushButton[look="accent"]:disabled {{ color: {faint}; border-color: {border}; }}
QPushButton[look="flat"] {{ border-color: transparent; background: transparent; color: {muted}; }}
QPushButton[look="flat"]:hover {{ background: {hover}; color: {text}; }}
QPushButton[look="flat"]:focus {{ border-color: {accent}; }}

QToolButton {{ background: {panel}; color: {text}; border: 1px solid {border}; border-radius: 6px;
  padding: 0; }}
QToolButton:hover {{ background: {hover}; }}
QToolButton:pressed {{ background: {pressed}; }}
QToolButton:focus {{ border-color: {accent}; }}
QToolButton:checked {{ background: {accent_soft}; border-color: {accent_soft}; }}
QToolButton:checked:focus {{ border-color: {accent}; }}
QToolButton:disabled {{ color: {faint}; }}
QToolButton[look="round"] {{ border-radius: 9px; min-width: 16px; max-width: 16px; min-height: 16px;
  max-height: 16px; }}
QToolButton[look="flat"] {{ border-color: transparent; background: transparent; }}
QToolButton[look="flat"]:hover {{ background: {hover}; }}
QToolButton[look="flat"]:focus {{ border-color: {accent}; }}

QComboBox, QLineEdit, QSpinBox, QDoubleSpinBox {{ background: {control}; color: {text};
  border: 1px solid {control_border}; border-radius: 6px; padding: 0 8px; min-height: 26px;
  selection-background-color: {accent}; selection-color: {accent_text}; }}
QComboBox:hover, QSpinBox:hover, QLineEdit:hover {{ border-color: {faint}; }}
QComboBox:focus, QComboBox:on, QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus {{
  border-color: {accent}; }}
QComboBox:disabled, QLineEdit:disabled, QSpinBox:disabled {{ color: {faint}; }}
QComboBox {{ padding-right: 0; }}
QLineEdit, QSpinBox {{ padding: 0 6px; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: url("{icons}/arrow-down-grey.svg"); width: 12px; height: 12px; }}
QComboBox[look="small"] {{ background: {panel}; min-height: 20px; max-height: 20px;
  padding: 0 18px 0 8px; border-radius: 5px; }}
QComboBox QAbstractItemView {{ background: {panel}; color: {text}; border: 1px solid {border};
  padding: 3px; }}
QComboBox QAbstractItemView::item {{ min-height: 26px; padding: 0 6px; border-radius: 4px; color: {text}; }}
QComboBox QAbstractItemView::item:selected, QComboBox QAbstractItemView::item:hover {{
  background: {accent_soft}; color: {text}; }}
QComboBox QAbstractItemView::item:disabled {{ color: {faint}; }}
QSpinBox::up-button, QSpinBox::down-button {{ width: 0; border: none; }}
QLineEdit[look="value"] {{ background: transparent; border: 1px solid transparent; border-radius: 4px;
  padding: 0; min-height: 20px; }}
QLineEdit[look="value"]:hover {{ background: {hover}; }}
QLineEdit[look="value"]:focus {{ background: {control}; border-color: {accent}; }}
QLineEdit[wrong="true"], QLineEdit[wrong="true"]:focus {{ border-color: {danger}; }}

QCheckBox, QRadioButton {{ color: {text}; spacing: 6px; }}
QCheckBox[look="muted"] {{ color: {muted}; font-size: {small}px; }}
QCheckBox:disabled {{ color: {faint}; }}
QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {faint}; border-radius: 4px;
  background: {panel}; }}
QCheckBox::indicator:hover {{ border-color: {accent}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent};
  image: url("{icons}/check-white.svg"); }}
QCheckBox::indicator:indeterminate {{ background: {accent}; border-color: {accent};
  image: url("{icons}/dash-white.svg"); }}
QCheckBox::indicator:focus {{ border: 2px solid {accent}; width: 12px; height: 12px; }}
QCheckBox::indicator:checked:focus, QCheckBox::indicator:indeterminate:focus {{ border-color: {text}; }}
QRadioButton::indicator {{ width: 14px; height: 14px; border: 1px solid {faint}; border-radius: 8px;
  background: {panel}; }}
QRadioButton::indicator:hover {{ border-color: {accent}; }}
QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 5px solid {accent}; }}
QRadioButton:focus {{ color: {accent}; }}
QCheckBox::indicator:disabled {{ border-color: {border}; background: {track}; }}

QDialogButtonBox, QMessageBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QLineEdit[look="cell"] {{ border: 2px solid {accent}; border-radius: 0; padding: 0 2px; min-height: 0; }}
QTableView[look="matrix"], QUndoView {{ background: {panel}; border: none; }}
QTableView[look="matrix"] QHeaderView, QTableView[look="matrix"] QHeaderView::section {{
  background: {panel}; color: {muted}; padding: 0 6px; }}
QTableView[look="matrix"] QHeaderView::section:horizontal {{ padding: 0 2px; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QTableView[look="matrix"] QTableCornerButton::section {{ background: {panel}; border: none; }}
QFileDialog QTreeView, QFileDialog QListView, QListWidget, QTableWidget, QPlainTextEdit {{
  background: {control}; color: {text}; border: 1px solid {border}; border-radius: 6px;
  gridline-color: {border}; selection-background-color: {accent_soft}; selection-color: {text}; }}
QListWidget, QPlainTextEdit {{ padding: 4px; }}
QListWidget:focus, QPlainTextEdit:focus {{ border-color: {accent}; }}
QListWidget::item {{ padding: 3px 2px; border-radius: 4px; color: {text}; }}
QLabel#qt_msgbox_label {{ font-weight: 600; }}
QListWidget::item:hover {{ background: {hover}; }}
QListWidget[look="choice"]::item:selected {{ background: {accent_soft}; color: {text}; }}
QListWidget::item:disabled {{ color: {faint}; background: transparent; }}
QListWidget::indicator {{ width: 14px; height: 14px; border: 1px solid {faint}; border-radius: 4px;
  background: {panel}; }}
QListWidget::indicator:checked {{ background: {accent}; border-color: {accent};
  image: url("{icons}/check-white.svg"); }}
QListWidget::indicator:disabled {{ border-color: {border}; background: {track}; }}
QTableWidget::item {{ padding: 0 8px; }}
QHeaderView {{ background: {track}; border: none; }}
QHeaderView::section {{ background: {track}; color: {muted}; border: none; padding: 5px 8px; }}

QMenuBar {{ background: {panel}; color: {muted}; padding: 0; }}
QMenuBar::item {{ background: transparent; padding: 5px 9px; border-radius: 5px; }}
QMenuBar::item:selected, QMenuBar::item:pressed {{ background: {hover}; color: {text}; }}
QMenu {{ background: {panel}; color: {text}; border: 1px solid {border}; padding: 5px; }}
QMenu::item {{ padding: 6px 28px 6px 26px; border-radius: 4px; }}
QMenu::item:selected {{ background: {accent_soft}; }}
QMenu::item:disabled {{ color: {faint}; }}
QMenu::separator {{ height: 1px; background: {border}; margin: 5px 8px; }}
QMenu::icon {{ padding-left: 6px; }}

QScrollArea, QScrollArea > QWidget > QWidget[look="column"] {{ background: {panel}; border: none; }}
QScrollArea[look="texts"] {{ border: 1px solid transparent; border-radius: 4px; }}
QScrollArea[look="texts"]:focus {{ border-color: {accent}; }}
QScrollBar:vertical {{ background: transparent; width: 8px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 8px; margin: 0; }}
QScrollBar::handle {{ background: {pressed}; border-radius: 3px; margin: 1px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: {faint}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
  background: transparent; border: none; width: 0; height: 0; }}

QStatusBar {{ background: {panel}; color: {muted}; border-top: 1px solid {border}; }}
QStatusBar::item {{ border: none; }}
QSplitter::handle {{ background: {border}; }}
QProgressBar {{ background: {track}; border: none; border-radius: 3px; max-height: 6px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
QFrame[look="line"] {{ background: {border}; border: none; }}
QGraphicsView {{ border: none; background: {canvas}; }}
"""


def style_sheet(theme: Theme, body: int) -> str:
    """Return the application's style sheet.

    Parameters
    ----------
    theme : Theme
        The colours.
    body : int
        The body font's size in pixels; captions follow it.
    """
    icons = resources.path("icons").as_posix()
    return _TEMPLATE.format(
        **{name: value for name, value in vars(theme).items() if isinstance(value, str)},
        caption=max(10, round(body * 11 / 13)),
        small=max(11, round(body * 12 / 13)),
        icons=icons,
    )
