"""Schedules: how the learning rate changes as training goes on.

A schedule is a factor of the learning rate that depends on nothing but the epoch, counted from 0 in
whole epochs: ``factor`` adds the warm-up, which all have, to the ``shape`` of each.  Only ``plateau``
follows the loss; what it must remember is a `PlateauState`.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from engine.catalog.entry import Entry, Integer, Range, Real

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

Epochs = Annotated[Integer, Range(1, 1_000_000, "log")]
Share = Annotated[Real, Range(0.0, 1.0)]
SmallShare = Annotated[Real, Range(0.0, 1.0, "log", 1e-6)]
END = "What is left of the learning rate at the end, as a share of it."


def half_wave(start: float, end: float, share: Floats) -> Floats:
    """Return the way from start to end along half a cosine wave, of which a share is done."""
    return np.asarray(end + (start - end) * 0.5 * (1 + np.cos(np.pi * share)))


class Schedule(Entry):
    """A factor of the learning rate."""

    warmup: Annotated[Integer, Range(0, 10_000, "log", 1)] = Field(
        0,
        title="Warm-up",
        description="Epochs in which the learning rate first rises, in equal steps, to where it begins.",
    )

    def factor(self, epochs: ArrayLike) -> Floats:
        """Return the factor of the learning rate in each of some epochs.

        Parameters
        ----------
        epochs : array_like
            Whole epochs, counted from 0.

        Returns
        -------
        float64 array
            Between 0 and 1.  An epoch e of the warm-up has (e + 1) / (warmup + 1) times what the schedule
            begins with; after it the schedule starts at its own epoch 0.
        """
        given = np.asarray(epochs, np.float64)
        # NumPy raises a single number to a power by another routine, which differs in the last digit.
        e = given.reshape(-1)
        rising = np.minimum((e + 1) / (self.warmup + 1), 1)
        return (rising * self.shape(np.maximum(e - self.warmup, 0))).reshape(given.shape)

    @abstractmethod
    def shape(self, t: Floats) -> Floats:
        """Return the factor t epochs after the warm-up."""


class Constant(Schedule):
    kind: Literal["constant"] = "constant"
    label = "Constant"
    formula = "ηₜ = η"
    advice = "The learning rate stays as it is set. Begin with this."
    pitfall = "Near a minimum a constant step keeps the loss jittering."

    def shape(self, t: Floats) -> Floats:
        """Return 1."""
        return np.ones_like(t)


class Step(Schedule):
    kind: Literal["step"] = "step"
    every: Epochs = Field(100, description="Epochs from one drop to the next.")
    gamma: Share = Field(0.5, title="Factor", description="What each drop multiplies the learning rate by.")
    label = "Step"
    formula = "ηₜ = η γ^⌊t / T⌋"
    advice = "Drops at fixed epochs: the jumps in the loss show what a smaller learning rate does."
    pitfall = "A drop that comes too early freezes the weights before they are good."
    source = "He et al., 2016; as in PyTorch's StepLR"

    def shape(self, t: Floats) -> Floats:
        """Return a power of the factor that rises by one at each drop."""
        return np.asarray(self.gamma ** np.floor(t / self.every))


class Exponential(Schedule):
    kind: Literal["exponential"] = "exponential"
    gamma: Annotated[Real, Range(0.5, 1.0)] = Field(
        0.99, title="Factor", description="What every epoch multiplies the learning rate by."
    )
    label = "Exponential"
    formula = "ηₜ = η γᵗ"
    advice = "A smooth decay that halves the learning rate again and again: with 0.99 every 69 epochs."
    pitfall = "Falls fast: 0.9 leaves less than a hundredth after 50 epochs, and learning ends there."
    source = "As in PyTorch's ExponentialLR"

    def shape(self, t: Floats) -> Floats:
        """Return a power of the factor."""
        return np.asarray(self.gamma**t)


class InverseTime(Schedule):
    kind: Literal["inverse_time"] = "inverse_time"
    decay: Annotated[Real, Range(0.0, 10.0, "log", 1e-5)] = Field(
        0.01, description="How fast: after 1 / decay epochs half of the learning rate is left."
    )
    label = "Inverse time"
    formula = "ηₜ = η / (1 + k t)"
    advice = "The decay of the convergence proofs: slow enough to go any distance, yet it goes to zero."
    pitfall = "Its tail is long: going from a tenth to a hundredth takes ten times as long."
    source = "Robbins and Monro, 1951"

    def shape(self, t: Floats) -> Floats:
        """Return the reciprocal of a line."""
        return np.asarray(1 / (1 + self.decay * t))


class Polynomial(Schedule):
    kind: Literal["polynomial"] = "polynomial"
    epochs: Epochs = Field(1000, description="Epochs until the end is reached; it stays there.")
    power: Annotated[Real, Range(0.1, 10.0, "log")] = Field(
        1.0, description="1 is a straight line; larger falls faster at first and ends gently."
    )
    end: SmallShare = Field(0.0, description=END)
    label = "Polynomial"
    formula = "ηₜ = η (end + (1 - end) (1 - t / T)^p)"
    advice = "A decay over a planned number of epochs; linear is a strong and simple choice."
    pitfall = "The length must be known beforehand: after it nothing more is learned if the end is 0."
    source = "Chen et al. (DeepLab), 2018; as in PyTorch's PolynomialLR"

    def shape(self, t: Floats) -> Floats:
        """Return a power of the share of epochs still to come."""
        left = 1 - np.minimum(t, self.epochs) / self.epochs
        return np.asarray(self.end + (1 - self.end) * left**self.power)


class Cosine(Schedule):
    kind: Literal["cosine"] = "cosine"
    epochs: Epochs = Field(1000, description="Epochs until the end is reached; it stays there.")
    end: SmallShare = Field(0.0, description=END)
    label = "Cosine"
    formula = "ηₜ = η (end + (1 - end) ½ (1 + cos(π t / T)))"
    advice = "Stays high, falls, and lands gently: the usual schedule of deep networks."
    pitfall = "The length must be known beforehand: a run stopped early has never had its small steps."
    source = "Loshchilov and Hutter, 2017; as in PyTorch's CosineAnnealingLR"

    def shape(self, t: Floats) -> Floats:
        """Return half a wave."""
        return half_wave(1.0, self.end, np.minimum(t, self.epochs) / self.epochs)


class CosineRestarts(Schedule):
    kind: Literal["cosine_restarts"] = "cosine_restarts"
    epochs: Epochs = Field(100, description="Epochs of the first cycle.")
    growth: Annotated[Integer, Range(1, 10)] = Field(
        2, description="How many times longer each cycle is than the one before; 1: all are equal."
    )
    end: SmallShare = Field(0.0, description=END)
    label = "Cosine with restarts"
    formula = (
        "ηₜ = η (end + (1 - end) ½ (1 + cos(π tᵢ / Tᵢ))), with tᵢ the epochs since restart i and Tᵢ = T gⁱ"
    )
    advice = "Each restart shakes the weights out of a sharp minimum: good weights are at the cycles' ends."
    pitfall = "The loss jumps up at every restart: stop at the end of a cycle, not in the middle."
    source = "Loshchilov and Hutter, 2017; as in PyTorch's CosineAnnealingWarmRestarts"

    def shape(self, t: Floats) -> Floats:
        """Return the wave of the cycle that t lies in."""
        if self.growth == 1:
            return half_wave(1.0, self.end, t % self.epochs / self.epochs)
        lengths = self.epochs * float(self.growth) ** np.arange(64)  # more cycles than anybody can train
        starts = np.concatenate([[0.0], np.cumsum(lengths)])
        cycle = np.searchsorted(starts, t, side="right") - 1
        return half_wave(1.0, self.end, (t - starts[cycle]) / lengths[cycle])


class OneCycle(Schedule):
    kind: Literal["one_cycle"] = "one_cycle"
    epochs: Annotated[Integer, Range(2, 1_000_000, "log")] = Field(
        1000, description="Epochs of the whole cycle; after it the learning rate stays at its end."
    )
    start: SmallShare = Field(0.04, description="Where the learning rate begins, as a share of its peak.")
    end: SmallShare = Field(4e-6, description="Where it ends, as a share of its peak.")
    rise: Share = Field(0.3, description="Share of the epochs in which the learning rate rises.")
    label = "One cycle"
    formula = "half a cosine wave up from start to η, then half a wave down to end"
    advice = "The learning rate set is the peak: it may be several times larger than one that is constant."
    pitfall = "Made for a planned number of epochs; too high a peak diverges in the middle of the cycle."
    source = "Smith and Topin, 2018; as in PyTorch's OneCycleLR, epoch by epoch, without cycling momentum"

    def shape(self, t: Floats) -> Floats:
        """Return the wave up or down that t lies in."""
        last = self.epochs - 1
        peak = self.rise * self.epochs - 1  # as PyTorch counts, below 0 for a short rise
        t = np.minimum(t, last)
        up = half_wave(self.start, 1.0, t / peak if peak > 0 else np.ones_like(t))
        down = half_wave(1.0, self.end, (t - peak) / (last - peak) if peak < last else np.zeros_like(t))
        return np.where(t <= peak, up, down)


class Plateau(Schedule):
    kind: Literal["plateau"] = "plateau"
    gamma: Annotated[Real, Range(0.01, 0.99)] = Field(
        0.1, title="Factor", description="What each drop multiplies the learning rate by."
    )
    patience: Annotated[Integer, Range(0, 10_000, "log", 1)] = Field(
        10, description="Epochs without a better loss that are borne; the next one is a drop."
    )
    threshold: Annotated[Real, Range(0.0, 0.5, "log", 1e-6)] = Field(
        1e-4, description="By what share of the best loss a loss must lie below it to count as better."
    )
    label = "Plateau"
    formula = "η ← γ η once the loss has not been better for more than a number of epochs"
    advice = "Drops when training stalls: no length has to be planned."
    pitfall = "The noise of small batches can pass for a plateau, or hide one: choose the patience by it."
    source = "As in PyTorch's ReduceLROnPlateau"

    def shape(self, t: Floats) -> Floats:
        """Return 1: what the losses add to it is in a `PlateauState`."""
        return np.ones_like(t)


@dataclass
class PlateauState:
    """What `Plateau` remembers of a run; three numbers, so ``dataclasses.replace`` copies it.

    Parameters
    ----------
    best : float
        The lowest loss that counted as better.
    bad_epochs : int
        Epochs since then, or since the last drop.
    factor : float
        All drops so far, multiplied.
    """

    best: float = math.inf
    bad_epochs: int = 0
    factor: float = 1.0

    def update(self, schedule: Plateau, loss: float) -> float:
        """Take note of one more epoch's loss and return the factor from now on.

        A loss that is NaN is not better.  Modified in place: self.
        """
        # Of a negative best loss, too, the threshold lies below.
        if loss < self.best * (1 - math.copysign(schedule.threshold, self.best)):
            self.best = loss
            self.bad_epochs = 0
        else:
            self.bad_epochs += 1
        if self.bad_epochs > schedule.patience:
            self.factor *= schedule.gamma
            self.bad_epochs = 0
        return self.factor


SCHEDULES: tuple[type[Schedule], ...] = (
    Constant,
    Step,
    Exponential,
    InverseTime,
    Polynomial,
    Cosine,
    CosineRestarts,
    OneCycle,
    Plateau,
)
