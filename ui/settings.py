"""What the program remembers between two starts; never a reason not to start."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from platformdirs import user_config_path
from PySide6.QtCore import QObject, Signal

from engine.files.atomic import write_atomically
from engine.files.bounded import read_bounded

if TYPE_CHECKING:
    from pathlib import Path

THEMES = ("system", "light", "dark")
MOST_RECENT = 8
MOST_PIXELS = 10_000
MOST_SECONDS = 24 * 3600  # of a recording; what its dialog does not take it brings within its own bounds
MOST_BYTES = 1 << 20


@dataclass(frozen=True)
class Settings:
    """The remembered choices.

    Parameters
    ----------
    theme : {"system", "light", "dark"}
        The colours.
    geometry : str
        The window's place and size as Qt saves them, in base 64; "" at first.
    recent : tuple of str
        Paths of the files opened or saved last, the newest first.
    folder : str
        Where the last file dialog was.
    log_loss : bool
        Whether the loss chart has a logarithmic axis.
    drawer_page : str
        The page open below the canvas, "" while there is none.
    drawer_height : int
        Its height in pixels, 0 before a hand has chosen one.
    export_suffix : str
        The format exported last.
    picture, picture_colours, picture_width
        What was saved last as a picture: its key, its colours, its width in pixels; "" and 0 at first.
    record, record_colours, record_width
        The same of what was recorded last.
    record_rate, record_seconds : int
        Its frames a second, and its length.
    record_endless : bool
        Whether it went on until it was stopped.
    """

    theme: str = "system"
    geometry: str = ""
    recent: tuple[str, ...] = ()
    folder: str = ""
    log_loss: bool = True
    drawer_page: str = ""
    drawer_height: int = 0
    export_suffix: str = ".onnx"
    picture: str = ""
    picture_colours: str = ""
    picture_width: int = 0
    record: str = ""
    record_colours: str = ""
    record_width: int = 0
    record_rate: int = 15
    record_seconds: int = 10
    record_endless: bool = False


class Store(QObject):
    """The settings and the file in which every change of them is kept.

    Parameters
    ----------
    path : Path
        The file; it need not exist.
    parent : QObject, optional
        The owner.
    """

    changed = Signal(object)
    """The Settings as they are now."""

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self.settings = load(path)

    def update(self, **changes: Any) -> None:
        """Replace some fields and write the file."""
        new = replace(self.settings, **changes)
        if new != self.settings:
            self.settings = new
            save(new, self._path)
            self.changed.emit(new)

    def set_theme(self, choice: str) -> None:
        """Remember the theme: "light", "dark" or "system"."""
        self.update(theme=choice)

    def set_log_loss(self, on: bool) -> None:
        """Remember whether the loss has a logarithmic axis."""
        self.update(log_loss=on)

    def set_drawer_page(self, key: str) -> None:
        """Remember which page is open below the canvas; "" for none."""
        self.update(drawer_page=key)

    def set_drawer_height(self, height: int) -> None:
        """Remember how high the pages below the canvas are."""
        self.update(drawer_height=height)

    def add_recent(self, path: Path) -> None:
        """Put a file at the head of the recent ones, and remember its folder."""
        text = str(path.absolute())
        recent = (text, *(other for other in self.settings.recent if other != text))[:MOST_RECENT]
        self.update(recent=recent, folder=str(path.absolute().parent))

    def remember_folder(self, path: Path) -> None:
        """Remember the folder of a file that is not one of the recent ones."""
        self.update(folder=str(path.absolute().parent))

    def drop_recent(self, path: Path) -> None:
        """Take a file off the recent ones."""
        text = str(path.absolute())
        self.update(recent=tuple(other for other in self.settings.recent if other != text))

    def clear_recent(self) -> None:
        """Forget all recent files."""
        self.update(recent=())


def default_path() -> Path:
    """Return where the settings are kept."""
    return user_config_path("unfold", appauthor=False) / "settings.json"


def load(path: Path) -> Settings:
    """Read the settings; every field that is missing or damaged has its default.

    A file that holds no settings at all is kept beside the new one, for whoever wrote it.
    """
    try:
        content = read_bounded(path, MOST_BYTES)
        found = None if content is None else json.loads(content.decode("utf-8"))
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        logging.getLogger(__name__).warning("settings not read: %s", error)
        return Settings()
    except (ValueError, RecursionError) as error:
        _keep_aside(path, str(error))
        return Settings()
    if not isinstance(found, dict):
        _keep_aside(path, "it holds no settings")
        return Settings()
    kept = {field.name: found[field.name] for field in fields(Settings) if field.name in found}
    if isinstance(kept.get("recent"), list):
        good = dict.fromkeys(entry for entry in kept["recent"] if _is_path(entry))
        kept["recent"] = tuple(good)[:MOST_RECENT]
    return Settings(**{name: value for name, value in kept.items() if _is_valid(name, value)})


def _keep_aside(path: Path, why: str) -> None:
    aside = path.with_name(path.name + ".damaged")
    log = logging.getLogger(__name__)
    try:
        os.replace(path, aside)
    except OSError as error:
        log.warning("settings not read: %s; they stay in %s: %s", why, path, error)
    else:
        log.warning("settings not read: %s; they are kept in %s", why, aside)


def _is_path(value: Any) -> bool:
    return bool(value) and _is_text(value)


def _is_text(value: Any) -> bool:
    """Tell whether it is a text that the system takes for a path too."""
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        os.fsencode(value)
    except UnicodeError:
        return False
    return True


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_valid(name: str, value: Any) -> bool:
    match name:
        case "theme":
            return value in THEMES
        case "recent":
            return isinstance(value, tuple)
        case "log_loss" | "record_endless":
            return isinstance(value, bool)
        case "drawer_height" | "picture_width" | "record_width":
            return _is_whole(value) and 0 <= value <= MOST_PIXELS
        case "record_rate" | "record_seconds":
            return _is_whole(value) and 0 < value <= MOST_SECONDS
        case _:
            return _is_text(value)


def save(settings: Settings, path: Path) -> None:
    """Write the settings; a failure is logged and costs nothing but the memory of them."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(asdict(settings), indent=2).encode())
    except OSError as error:
        logging.getLogger(__name__).warning("settings not saved: %s", error)
