"""Regularizers: what holds the weights (never the biases) down, apart from the loss.

Each is a few plain numbers, its `Rates`, which act at four places of a step:

    w ← w (1 - η decay)              decoupled decay, before the step
    g ← g + pull w                   the gradient of a smooth penalty
    w ← the optimizer's step along g
    w ← sign(w) max(0, |w| - η shrink)   the proximal step of a penalty with a kink, so that weights become
                                     exactly zero
    w ← w min(1, limit / ‖w‖)        for the incoming weights w of every unit; a limit of 0 is none
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from engine.catalog.entry import Entry, Range, Real


@dataclass(frozen=True)
class Rates:
    """How strongly each kind of regularization acts; 0 switches it off.

    Parameters
    ----------
    pull : float
        Times the weight, added to the gradient: the slope of ``pull / 2 w²``.
    shrink : float
        Distance towards zero, per unit of the learning rate, after the step: from ``shrink |w|``.
    decay : float
        Share of the weight, per unit of the learning rate, taken off before the step.
    limit : float
        Largest Euclidean norm of a unit's incoming weights after the step.
    """

    pull: float = 0.0
    shrink: float = 0.0
    decay: float = 0.0
    limit: float = 0.0


Rate = Annotated[Real, Range(0.0, 10.0, "log", 1e-5)]
RATE = "Weight of the penalty against the loss."


class Regularizer(Entry):
    """A way to hold weights down; a rate of 0 switches it off."""

    def rates(self) -> Rates:
        """Return the numbers that a step works with."""
        return Rates()

    def penalty(self, w: Any) -> Any:
        """Return what each weight adds to the objective; nothing for what acts on the weights alone."""
        rates = self.rates()
        return rates.shrink * np.abs(w) + 0.5 * rates.pull * np.square(w)


class NoRegularizer(Regularizer):
    kind: Literal["none"] = "none"
    label = "None"
    formula = "objective = mean loss"
    advice = "The loss alone. Fine while the test loss follows the train loss."


class L1(Regularizer):
    kind: Literal["l1"] = "l1"
    rate: Rate = Field(0.001, description=RATE)
    label = "L1"
    formula = "objective = mean loss + λ Σ |w|"
    advice = "Drives weights that do not help to exactly zero: shows which inputs matter."
    pitfall = "Too strong a rate switches the whole network off."
    source = "Tibshirani, 1996; proximal step: Parikh and Boyd, 2014"

    def rates(self) -> Rates:
        """Return a distance towards zero: the same for every weight, so that small ones arrive there."""
        return Rates(shrink=self.rate)


class L2(Regularizer):
    kind: Literal["l2"] = "l2"
    rate: Rate = Field(0.001, description=RATE)
    label = "L2"
    formula = "objective = mean loss + λ/2 Σ w²"
    advice = "Keeps all weights small and the boundary smooth: the usual remedy for overfitting."
    pitfall = "Too strong a rate flattens the boundary; adaptive optimizers scale it along with the gradient."
    source = "Krogh and Hertz, 1992"

    def rates(self) -> Rates:
        """Return a pull in proportion to the weight."""
        return Rates(pull=self.rate)


class ElasticNet(Regularizer):
    kind: Literal["elastic_net"] = "elastic_net"
    rate: Rate = Field(0.001, description=RATE)
    l1_share: Annotated[Real, Range(0.0, 1.0)] = Field(
        0.5,
        title="L1 share",
        description="Part of the rate that goes to L1; the rest goes to L2.",
    )
    label = "Elastic net"
    formula = "objective = mean loss + λ (ρ Σ |w| + (1 - ρ)/2 Σ w²)"
    advice = "Zeroes useless weights as L1 does, but keeps inputs that say the same together, as L2 does."
    pitfall = "Two numbers to choose; what L1 zeroes depends on the product of both."
    source = "Zou and Hastie, 2005"

    def rates(self) -> Rates:
        """Return both, in their shares."""
        return Rates(pull=self.rate * (1 - self.l1_share), shrink=self.rate * self.l1_share)


class WeightDecay(Regularizer):
    kind: Literal["weight_decay"] = "weight_decay"
    rate: Rate = Field(0.01, description="Share of each weight, times the learning rate, lost in every step.")
    label = "Weight decay"
    formula = "w ← (1 - η λ) w before every step; the objective stays the mean loss"
    advice = (
        "All weights shrink at one rate, whatever the optimizer: with plain SGD that is L2, with Adam AdamW."
    )
    pitfall = "Works in addition to the decay of AdamW and Lion, which unlike it also shrinks biases."
    source = "Hanson and Pratt, 1989; decoupled: Loshchilov and Hutter, 2019"

    def rates(self) -> Rates:
        """Return the decay."""
        return Rates(decay=self.rate)


class MaxNorm(Regularizer):
    kind: Literal["max_norm"] = "max_norm"
    limit: Annotated[Real, Range(0.01, 100.0, "log")] = Field(
        3.0, description="Largest Euclidean length of the weights into one unit."
    )
    label = "Max norm"
    formula = "after every step, for each unit: w ← w min(1, c / ‖w‖)"
    advice = "A bound instead of a penalty: weights below it are free. Goes well with dropout and high rates."
    pitfall = "Does nothing until a unit reaches the limit; other layers can make up for one that is held."
    source = "Srebro and Shraibman, 2005; Srivastava et al., 2014"

    def rates(self) -> Rates:
        """Return the limit."""
        return Rates(limit=self.limit)


REGULARIZERS: tuple[type[Regularizer], ...] = (NoRegularizer, L1, L2, ElasticNet, WeightDecay, MaxNorm)
