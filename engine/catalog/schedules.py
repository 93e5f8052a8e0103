"""Schedules: how the learning rate changes as training goes on."""

from __future__ import annotations

from typing import Literal

from engine.catalog.entry import Entry


class Schedule(Entry):
    """A factor of the learning rate."""


class Constant(Schedule):
    kind: Literal["constant"] = "constant"
    label = "Constant"
    formula = "ηₜ = η"
    advice = "The learning rate stays as it is set. Begin with this."
    pitfall = "Near a minimum a constant step keeps the loss jittering."


SCHEDULES: tuple[type[Schedule], ...] = (Constant,)
