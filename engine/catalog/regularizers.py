"""Regularizers: a penalty on the weights (never on the biases) added to the mean loss.

``penalty`` is what one weight adds to the objective.  A smooth one acts through ``pull``, added to the
gradient; one with a kink at zero acts through ``shrink``, the proximal step taken after the update, so
that weights become exactly zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from engine.catalog.entry import Entry, Range, Real
from engine.kernels.simd import absolute, maximum, sign


def no_penalty(w: Any, rate: Any) -> Any:
    return w * 0


def keep(w: Any, rate: Any) -> Any:
    return w


def l1_penalty(w: Any, rate: Any) -> Any:
    return rate * absolute(w)


def l1_shrink(w: Any, distance: Any) -> Any:
    return sign(w) * maximum(absolute(w) - distance, 0)


def l2_penalty(w: Any, rate: Any) -> Any:
    return 0.5 * rate * w * w


def l2_pull(w: Any, rate: Any) -> Any:
    return rate * w


Rate = Annotated[Real, Range(0.0, 10.0, "log", 1e-5)]


class Regularizer(Entry):
    """A penalty; ``rate`` 0 switches it off."""

    penalty: ClassVar[Callable[..., Any]]
    pull: ClassVar[Callable[..., Any]] = staticmethod(no_penalty)
    shrink: ClassVar[Callable[..., Any]] = staticmethod(keep)


class NoRegularizer(Regularizer):
    kind: Literal["none"] = "none"
    label = "None"
    formula = "objective = mean loss"
    advice = "The loss alone. Fine while the test loss follows the train loss."
    penalty = staticmethod(no_penalty)


class L1(Regularizer):
    kind: Literal["l1"] = "l1"
    rate: Rate = Field(0.001, description="Weight of the penalty against the loss.")
    label = "L1"
    formula = "objective = mean loss + λ Σ |w|"
    advice = "Drives weights that do not help to exactly zero: shows which inputs matter."
    pitfall = "Too strong a rate switches the whole network off."
    source = "Tibshirani, 1996; proximal step: Parikh and Boyd, 2014"
    penalty = staticmethod(l1_penalty)
    shrink = staticmethod(l1_shrink)


class L2(Regularizer):
    kind: Literal["l2"] = "l2"
    rate: Rate = Field(0.001, description="Weight of the penalty against the loss.")
    label = "L2"
    formula = "objective = mean loss + λ/2 Σ w²"
    advice = "Keeps all weights small and the boundary smooth: the usual remedy for overfitting."
    pitfall = "Too strong a rate flattens the boundary; weights never become exactly zero."
    source = "Krogh and Hertz, 1992"
    penalty = staticmethod(l2_penalty)
    pull = staticmethod(l2_pull)


# A code inside the kernels is a position here.
REGULARIZERS: tuple[type[Regularizer], ...] = (NoRegularizer, L1, L2)
