"""What to tell of an exception: a sentence where the user can act on it, else where the program is wrong."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from engine.errors import UnfoldError
from engine.sentences import reason_of

if TYPE_CHECKING:
    from pathlib import Path


def file_problem(error: OSError, path: Path | None = None) -> str:
    """Return what is wrong with a file, by its name, in one sentence."""
    return f"{path or error.filename or 'the file'}: {reason_of(error)}"


def told(error: Exception) -> UnfoldError | str:
    """Return a problem as the UnfoldError that it is or becomes, a fault of the program as its traceback."""
    if isinstance(error, UnfoldError):
        return error
    if isinstance(error, OSError):
        return UnfoldError(file_problem(error))
    return "".join(traceback.format_exception(error))
