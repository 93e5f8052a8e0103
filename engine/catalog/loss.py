"""What every loss has in common: the form of its formulas, and its place in the document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from engine.catalog.entry import Entry, Range, Real

if TYPE_CHECKING:
    from collections.abc import Callable

ActsOn = Literal["output", "logit", "log_probability"]


@dataclass(frozen=True)
class LossRule:
    """One formula of a loss.

    ``value(y, target, *numbers)`` and ``slope(y, target, *numbers)`` receive ``arity`` numbers, those of
    ``Loss.numbers``; ``mean_over_outputs`` divides by the number of outputs as well.
    """

    value: Callable[..., Any]
    slope: Callable[..., Any]
    acts_on: ActsOn
    mean_over_outputs: bool = False
    arity: int = 0


class Loss(Entry):
    """A loss, the tasks it is defined for, and the output layer that belongs to it.

    ``fixed_output`` is True where no other output activation makes sense, ``lowest_target`` the smallest
    value a regression may ask for.
    """

    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    rules: ClassVar[tuple[LossRule, ...]]
    fixed_output: ClassVar[bool] = False
    lowest_target: ClassVar[float | None] = None

    def rule(self, classes: int) -> LossRule:
        """Return the formula for a problem with so many classes (0: a regression)."""
        return self.rules[0]

    def output(self, classes: int) -> str:
        """Return the key of the output activation that "auto" stands for (0 classes: a regression)."""
        if not classes:
            return "linear"
        return "tanh" if classes == 2 else "softmax"

    def soften(self, targets: Any, classes: int) -> Any:
        """Return the targets in [0, 1] as the loss compares them: here as they are."""
        return targets


class ClassLoss(Loss):
    """A loss that can be told how much each class counts."""

    class_weights: Annotated[
        tuple[Annotated[Real, Range(0.001, 1000.0, "log")], ...], Field(max_length=64)
    ] = Field(
        (),
        description=(
            "One a class, in the order of the classes; empty: all equal. A sample counts as much as its "
            "class's weight, and the batch's mean divides by the sum of the weights."
        ),
    )
