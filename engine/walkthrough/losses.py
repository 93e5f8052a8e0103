"""How the losses' formulas are written: for one output, as text with places for y, z, p, t.

A loss that is missing here is shown by its catalog text, with its numbers and its result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog import class_losses, value_losses

if TYPE_CHECKING:
    from engine.catalog.losses import LossRule


@dataclass(frozen=True)
class Written:
    """The loss of one output and its slope; the places are named as in the catalog's formulas."""

    value: str
    slope: str


WRITTEN: dict[LossRule, Written] = {
    value_losses.MSE_RULE: Written("({y} − {t})²", "2 · ({y} − {t})"),
    value_losses.HALF_SQUARED_RULE: Written("½ · ({y} − {t})²", "{y} − {t}"),
    value_losses.MAE_RULE: Written("|{y} − {t}|", "sign({y} − {t})"),
    value_losses.HUBER_RULE: Written(
        "½ e² if |e| ≤ {δ}, else {δ} · (|e| − {δ} / 2), with e = {y} − {t}",
        "{y} − {t}, cut off at ±{δ}",
    ),
    value_losses.LOG_COSH_RULE: Written("log cosh({y} − {t})", "tanh({y} − {t})"),
    value_losses.POISSON_RULE: Written("exp({z}) − {t} · {z}", "{y} − {t}"),
    class_losses.BINARY_RULE: Written("max({z}, 0) − {z} · {t} + log(1 + exp(−|{z}|))", "{p} − {t}"),
    class_losses.BINARY_KL_RULE: Written(
        "{t} · (log {t} − log {p}) + (1 − {t}) · (log(1 − {t}) − log {q}), with 0 log 0 = 0", "{p} − {t}"
    ),
    class_losses.BINARY_FOCAL_RULE: Written(
        "−{t} · {q}^{{{γ}}} · log {p} − (1 − {t}) · {p}^{{{γ}}} · log {q}",
        "(1 − {t}) · {p}^{{{γ}}} · ({p} − {γ} · {q} · log {q})"
        " − {t} · {q}^{{{γ}}} · ({q} − {γ} · {p} · log {p})",
    ),
    class_losses.SOFTMAX_RULE: Written("−{t} · {logp}", "−{t}"),
    class_losses.SOFTMAX_KL_RULE: Written("{t} · (log {t} − {logp}), with 0 log 0 = 0", "−{t}"),
    class_losses.SOFTMAX_FOCAL_RULE: Written(
        "−{t} · (1 − {p})^{{{γ}}} · {logp}",
        "−{t} · (1 − {p})^{{{γ}}} · (1 − {γ} · {p} · {logp} / (1 − {p}))",
    ),
    class_losses.HINGE_RULE: Written("max(0, 1 − {t} · {y})", "−{t} if {t} · {y} < 1, else 0"),
    class_losses.SQUARED_HINGE_RULE: Written("max(0, 1 − {t} · {y})²", "−2 · {t} · max(0, 1 − {t} · {y})"),
}
