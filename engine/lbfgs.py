"""L-BFGS: quasi-Newton steps from the last few changes of the parameters and of the gradient.

The direction comes from the two-loop recursion (Nocedal and Wright, *Numerical Optimization*, 2006,
algorithm 7.4), the step length from a line search for the strong Wolfe conditions (algorithms 3.5 and
3.6) by cubic interpolation.  Where the book leaves a choice, it is that of
``torch.optim.LBFGS(max_iter=1, line_search_fn="strong_wolfe")``.

Everything is float64, and no number that an objective returns makes a step fail: what is not finite
counts as infinitely high.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Objective = Callable[[Floats], tuple[float, Floats]]

SUFFICIENT_DECREASE = 1e-4  # c1 of the Wolfe conditions
CURVATURE = 0.9  # c2
TRIALS = 25  # of a line search, after its first
LEAST_CURVATURE = 1e-10  # of a pair of changes that is kept


class Outcome(Enum):
    """How a step ended."""

    MOVED = "The step lowered the loss."
    OPTIMUM = "The gradient is zero, as far as can be told."
    STUCK = "No lower loss can be reached, not even along the steepest descent."
    NOT_FINITE = "The loss or its gradient is not a finite number."


class Trial(NamedTuple):
    """A point of a line search: its distance in units of the direction, its loss, and the slope there."""

    step: float
    loss: float
    slope: float


@dataclass(eq=False)
class Lbfgs:
    """The memory of a run, and the acts that use it.

    Parameters
    ----------
    learning_rate : float
        The first step length that a line search tries.
    history_size : int
        How many pairs of changes are kept.
    tolerance_gradient : float
        The largest slope of a parameter that counts as zero.
    tolerance_change : float
        The smallest slope along the direction that is followed, and the smallest change of a parameter.

    Attributes
    ----------
    s, y : list of float64 array
        The last changes of the parameters and of the gradient, oldest first.
    rho : list of float
        1 / (s · y) of each pair.
    previous : tuple of float64 array, or None
        Parameters and gradient at the begin of the last step.
    outcome : Outcome
        How the last step ended.
    evaluations : int
        How often the objective has been asked so far.
    """

    learning_rate: float = 1.0
    history_size: int = 10
    tolerance_gradient: float = 1e-7
    tolerance_change: float = 1e-9
    s: list[Floats] = field(default_factory=list)
    y: list[Floats] = field(default_factory=list)
    rho: list[float] = field(default_factory=list)
    previous: tuple[Floats, Floats] | None = None
    outcome: Outcome = Outcome.MOVED
    evaluations: int = 0

    def copy(self) -> Lbfgs:
        """Return an equal state that shares nothing with this one."""
        return copy.deepcopy(self)

    def step(self, parameters: ArrayLike, objective: Objective) -> tuple[Floats, float]:
        """Take one step.

        Parameters
        ----------
        parameters : array_like
            The present ones (n,).  They need not be those of the last step: what changed is measured.
        objective : callable
            From parameters (n,) to the loss and its gradient (n,).

        Returns
        -------
        parameters : float64 array
            The new ones; the same where the outcome is not ``MOVED``.
        loss : float
            The loss there, never above the loss at the start.
        """
        start = np.array(parameters, np.float64)
        with np.errstate(all="ignore"):
            loss, gradient = self._evaluate(objective, start)
            if not np.isfinite(loss):
                self.outcome = Outcome.NOT_FINITE
                return start, loss
            if np.abs(gradient).max(initial=0.0) <= self.tolerance_gradient:
                self.outcome = Outcome.OPTIMUM
                return start, loss
            self._remember(start, gradient)
            found = self._search(start, loss, gradient, objective)
            if self.outcome is Outcome.STUCK and self.s and self.learning_rate > 0:
                self.forget()  # the memory may mislead
                found = self._search(start, loss, gradient, objective)
        return found

    def forget(self) -> None:
        """Drop the memory, so that the next direction is the steepest descent."""
        self.s.clear()
        self.y.clear()
        self.rho.clear()

    def direction(self, gradient: Floats) -> Floats:
        """Return minus the inverse Hessian, as far as the pairs tell it, times a gradient."""
        q = -gradient
        shares = []
        for s, y, rho in zip(reversed(self.s), reversed(self.y), reversed(self.rho), strict=True):
            shares.append(rho * (s @ q))
            q = q - shares[-1] * y
        if self.s:
            q = q * (self.s[-1] @ self.y[-1] / (self.y[-1] @ self.y[-1]))
        for s, y, rho, share in zip(self.s, self.y, self.rho, reversed(shares), strict=True):
            q = q + (share - rho * (y @ q)) * s
        return q

    def _evaluate(self, objective: Objective, parameters: Floats) -> tuple[float, Floats]:
        """Return loss and gradient; an infinite loss where not all of it is finite."""
        self.evaluations += 1
        loss, gradient = objective(parameters)
        gradient = np.array(gradient, np.float64)
        finite = np.isfinite(loss) and np.isfinite(gradient).all()
        return (float(loss) if finite else np.inf), gradient

    def _remember(self, parameters: Floats, gradient: Floats) -> None:
        """Keep the changes since the last step, if the curvature along them is positive."""
        if self.previous is not None:
            s, y = parameters - self.previous[0], gradient - self.previous[1]
            if s @ y > LEAST_CURVATURE:
                self.s.append(s)
                self.y.append(y)
                self.rho.append(float(1 / (s @ y)))
        for kept in (self.s, self.y, self.rho):
            del kept[: -self.history_size]
        self.previous = parameters, gradient

    def _search(
        self, start: Floats, loss: float, gradient: Floats, objective: Objective
    ) -> tuple[Floats, float]:
        """Return the end of a line search and note its outcome.  Modified in place: self."""
        direction = self.direction(gradient)
        slope = float(gradient @ direction)
        self.outcome = Outcome.STUCK
        if not slope < 0 or not self.learning_rate > 0:
            return start, loss
        if slope > -self.tolerance_change:
            self.outcome = Outcome.OPTIMUM
            return start, loss
        # The steepest descent says nothing about a length, so the first step has at most the length 1.
        first = self.learning_rate * (1.0 if self.s else min(1.0, 1 / float(np.abs(gradient).sum())))

        def evaluate(step: float) -> Trial:
            loss, gradient = self._evaluate(objective, start + step * direction)
            return Trial(step, loss, float(gradient @ direction))

        smallest = self.tolerance_change / float(np.abs(direction).max())
        found = strong_wolfe(evaluate, Trial(0.0, loss, slope), first, smallest)
        if found.loss < loss:
            self.outcome = Outcome.MOVED
            return start + found.step * direction, found.loss
        return start, loss


def strong_wolfe(evaluate: Callable[[float], Trial], start: Trial, first: float, smallest: float) -> Trial:
    """Return a step that lowers the loss enough and where the slope is flat enough, or the lowest found.

    Parameters
    ----------
    evaluate : callable
        From a step to the `Trial` there.
    start : Trial
        That of step 0, with a negative slope.
    first : float
        The step to try first.
    smallest : float
        The width of an interval that is not divided further.
    """
    previous, trial = start, evaluate(first)
    trials = 1
    # Go on until an interval is certain to hold a good step.
    while trials <= TRIALS:
        if too_high(trial, start) or (trials > 2 and trial.loss >= previous.loss):
            break
        if flat_enough(trial, start):
            return trial
        if trial.slope >= 0:
            break
        bounds = trial.step + 0.01 * (trial.step - previous.step), 10 * trial.step
        previous, trial = trial, evaluate(cubic_minimum(previous, trial, *bounds))
        trials += 1
    low, high = (previous, trial) if previous.loss <= trial.loss else (trial, previous)
    # Divide it.
    hesitant = False
    while trials <= TRIALS:
        left, right = sorted((low.step, high.step))
        width = right - left
        if width < smallest:
            break
        step = cubic_minimum(low, high, left, right)
        # Close to an end is allowed once; then a tenth must be left, or the interval would not shrink.
        near_end = min(right - step, step - left) < 0.1 * width
        if near_end and (hesitant or not left < step < right):
            step = right - 0.1 * width if right - step < step - left else left + 0.1 * width
            hesitant = False
        else:
            hesitant = near_end
        trial = evaluate(step)
        trials += 1
        if too_high(trial, start) or trial.loss >= low.loss:
            low, high = (low, trial) if low.loss <= trial.loss else (trial, low)
        elif flat_enough(trial, start):
            return trial
        else:
            low, high = trial, low if trial.slope * (high.step - low.step) >= 0 else high
    return low


def too_high(trial: Trial, start: Trial) -> bool:
    """Tell whether a trial lowers the loss by less than the slope at the start promises."""
    return trial.loss > start.loss + SUFFICIENT_DECREASE * trial.step * start.slope


def flat_enough(trial: Trial, start: Trial) -> bool:
    """Tell whether the slope has become flat compared with that at the start."""
    return abs(trial.slope) <= -CURVATURE * start.slope


def cubic_minimum(a: Trial, b: Trial, lowest: float, highest: float) -> float:
    """Return where the cubic through two losses with their slopes is least, within bounds.

    Where it has no minimum, or a loss is infinite, it is the middle of the bounds.
    """
    a, b = (a, b) if a.step <= b.step else (b, a)
    with np.errstate(all="ignore"):
        d1 = a.slope + b.slope - 3 * np.float64(a.loss - b.loss) / (a.step - b.step)
        d2 = np.sqrt(d1 * d1 - a.slope * b.slope)
        found = b.step - (b.step - a.step) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    if np.isnan(found):
        return (lowest + highest) / 2
    return float(min(max(found, lowest), highest))
