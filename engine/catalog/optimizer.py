"""What every optimizer has in common: the form of its rules, and its place in the document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from engine.catalog.entry import Entry, Range, Real

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Rule:
    """One update rule: the scalars of a step, the element-wise update, and what it remembers.

    ``slots`` names the numbers kept for every parameter, at most three, as a learner would; two rules
    with the same names keep the same.
    """

    constants: Callable[..., tuple[Any, ...]]
    update: Callable[..., tuple[Any, ...]]
    slots: tuple[str, ...] = ()


LearningRate = Annotated[Real, Range(0.0, 100.0, "log", 1e-5)]
Decay = Annotated[Real, Range(0.0, 0.999999)]
WeightDecay = Annotated[Real, Range(0.0, 10.0, "log", 1e-5)]
# Not 0: a parameter that never had a gradient would become 0 / 0.
Epsilon = Annotated[Real, Range(1e-12, 1.0, "log")]
RATE = "How far one step goes. Too small crawls, too large oscillates or diverges."
EPSILON = "Added to the denominator, so that a tiny gradient history cannot make a huge step."
BETA1 = "How slowly the mean gradient forgets."
BETA2 = "How slowly the mean squared gradient forgets."


class Optimizer(Entry):
    """A choice of update rule and its hyper-parameters; the first number is the learning rate.

    ``full_batch`` is True for one that has no rule for a single parameter and needs the loss of all rows.
    """

    learning_rate: Real

    rules: ClassVar[tuple[Rule, ...]]
    full_batch: ClassVar[bool] = False

    @property
    def rule(self) -> Rule:
        """Return the rule that these hyper-parameters ask for; not to be asked with ``full_batch``."""
        return self.rules[0]
