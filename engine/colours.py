"""The colours of fields and classes: the window's and the report's."""

from __future__ import annotations

NEGATIVE, POSITIVE = "#e9843b", "#2b7bd1"
ZERO = "#e9ecf0"  # on a light ground
# Told apart by people who see few colours too, as far as ten can be: they differ in lightness as well.
CLASSES = (
    NEGATIVE, POSITIVE, "#2fa36b", "#8b62d4", "#d94f8a",
    "#17a2b8", "#c9a20c", "#8d6346", "#7d8694", "#7fae2a",
)  # fmt: skip
