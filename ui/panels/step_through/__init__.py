"""One sample, step by step: forward, loss, backward and update."""

from __future__ import annotations

from ui.panels.step_through.panel import StepThrough

__all__ = ["StepThrough"]
