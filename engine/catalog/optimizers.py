"""Optimizers: how a gradient becomes a step.

A rule is a pair of plain functions.  ``constants(step, *numbers)`` gives the scalars of one step
(``step`` counts from 1); ``update(w, g, *slots, *constants)`` returns the new parameter and the new
slots, element by element.  Slots start at zero.  Formulas and defaults are PyTorch's.

The formulas, each with its entry, stand in ``descent``, ``adaptive`` and ``adam``; the steps of L-BFGS,
which needs more than one gradient, in ``engine.lbfgs``.
"""

from __future__ import annotations

from engine.catalog.adam import Adam, Adamax, AdamW, AmsGrad, NAdam, RAdam
from engine.catalog.adaptive import Adadelta, Adagrad, RmsProp
from engine.catalog.descent import Lbfgs, Lion, Rprop, Sgd
from engine.catalog.optimizer import Optimizer, Rule

OPTIMIZERS: tuple[type[Optimizer], ...] = (
    Sgd,
    Adagrad,
    Adadelta,
    RmsProp,
    Adam,
    AdamW,
    AmsGrad,
    NAdam,
    RAdam,
    Adamax,
    Lion,
    Rprop,
    Lbfgs,
)

# A code inside the kernels is a position here.
RULES: tuple[Rule, ...] = tuple(rule for optimizer in OPTIMIZERS for rule in optimizer.rules)

__all__ = [
    "OPTIMIZERS",
    "RULES",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "AmsGrad",
    "Lbfgs",
    "Lion",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RmsProp",
    "Rprop",
    "Rule",
    "Sgd",
]
