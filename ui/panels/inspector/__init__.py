"""The page that shows and changes everything about one layer or several."""

from ui.panels.inspector.panel import Inspector

__all__ = ["Inspector"]
