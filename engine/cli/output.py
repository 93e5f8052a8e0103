"""What a command says: lines for a person, or one JSON object for a program."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine.files.export.format import Check


def json_text(document: Any) -> str:
    """Return JSON for stdout; in ASCII where that is not UTF-8, which JSON is."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("_", "-")
    is_unicode = encoding in ("utf-8", "utf8")
    return json.dumps(document, ensure_ascii=not is_unicode, allow_nan=False, indent=2)


@dataclass(frozen=True)
class Written:
    """A file that was written; ``check`` is None for what is no export."""

    path: Path
    check: Check | None = None
    notes: tuple[str, ...] = ()


class Output:
    """Where a command's words go.

    Parameters
    ----------
    command : str
        Its name.
    as_json : bool
        Say everything in one JSON object on stdout, at the end.
    quiet : bool
        Say only what is wrong, and the result that was asked for.
    """

    def __init__(self, command: str, as_json: bool, quiet: bool) -> None:
        self.as_json, self.quiet = as_json, quiet
        self.written: list[Written] = []
        self._fields: dict[str, Any] = {"command": command}
        self._problems: list[str] = []

    @property
    def shows_progress(self) -> bool:
        """Whether a bar may be drawn."""
        return not (self.as_json or self.quiet)

    def put(self, **fields: Any) -> None:
        """Add fields to the JSON object."""
        self._fields |= fields

    def say(self, line: str) -> None:
        """Tell a person what was done."""
        if not (self.as_json or self.quiet):
            print(line)

    def note(self, line: str) -> None:
        """Tell a person something beside the result."""
        if not (self.as_json or self.quiet):
            print(f"unfold: note: {line}", file=sys.stderr)

    def result(self, text: str) -> None:
        """Print what was asked for, which is all of stdout."""
        if not self.as_json:
            print(text, end="")

    def problems(self, sentences: Iterable[str]) -> None:
        """Tell what is wrong, a line each."""
        for sentence in sentences:
            self._problems.append(sentence)
            if not self.as_json:
                print(f"unfold: {sentence}", file=sys.stderr)

    def wrote(self, written: Written) -> None:
        """Tell of a file."""
        self.written.append(written)
        check = written.check
        self.say(f"wrote {written.path}" + (f": {check.text[:1].lower()}{check.text[1:]}" if check else ""))
        known = {note for done in self.written[:-1] for note in done.notes}
        for note in written.notes:
            if note not in known:
                self.say(f"  {note}")

    def end(self, status: int) -> int:
        """Say what is left to say, and return the exit status."""
        if self.as_json:
            files = [_file(written) for written in self.written]
            fields = self._fields | {"status": status, "files": files, "problems": self._problems}
            print(json_text(_plain(fields)))
        return status


def _file(written: Written) -> dict[str, Any]:
    check = written.check
    return {
        "path": str(written.path),
        "check": check and check.document(),
        "notes": list(written.notes),
    }


def _plain(value: Any) -> Any:
    """Return JSON's own values; what is not finite becomes null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
