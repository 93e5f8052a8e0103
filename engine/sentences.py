"""Parts of the sentences that tell a user what is wrong."""

from __future__ import annotations


def one_line(text: str) -> str:
    """Escape what would break a line or hide in it, as texts from files may hold it."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def shown(text: str, most: int = 40) -> str:
    """Return a text from a file in one line of at most so many characters."""
    line = one_line(text[: most + 1])
    return line if len(line) <= most else line[: most - 3] + "..."


def reason_of(error: OSError) -> str:
    """Return in a few words what the system says of a failure: "no space left on device"."""
    reason = error.strerror or str(error)
    return reason[:1].lower() + reason[1:]
