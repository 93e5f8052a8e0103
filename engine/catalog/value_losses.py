"""Losses of values: of a regression, and of classes whose targets are numbers; e is y - t."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from engine.catalog.entry import Range, Real
from engine.catalog.loss import ClassLoss, Loss, LossRule
from engine.kernels.simd import absolute, exp, log1p, maximum, minimum, sign, tanh, where

LOG_2 = 0.6931471805599453


def squared_error(y: Any, target: Any) -> Any:
    return (y - target) * (y - target)


def squared_error_slope(y: Any, target: Any) -> Any:
    return 2 * (y - target)


def half_squared_error(y: Any, target: Any) -> Any:
    return 0.5 * (y - target) * (y - target)


def half_squared_error_slope(y: Any, target: Any) -> Any:
    return y - target


def absolute_error(y: Any, target: Any) -> Any:
    return absolute(y - target)


def absolute_error_slope(y: Any, target: Any) -> Any:
    return sign(y - target)


def huber(y: Any, target: Any, delta: Any) -> Any:
    size = absolute(y - target)
    near = minimum(size, delta)  # both pieces in one: near (size - near / 2)
    return near * (size - 0.5 * near)


def huber_slope(y: Any, target: Any, delta: Any) -> Any:
    return minimum(maximum(y - target, -delta), delta)


def log_cosh(y: Any, target: Any) -> Any:
    size = absolute(y - target)
    # Near zero |e| - log 2 + ... would cancel; there log cosh e = log(1 + sinh² e) / 2.
    square = tanh(minimum(size, 1)) * tanh(minimum(size, 1))
    near = 0.5 * log1p(square / (1 - square))
    return where(size < 1, near, size + log1p(exp(-2 * size)) - LOG_2)


def log_cosh_slope(y: Any, target: Any) -> Any:
    return tanh(y - target)


def poisson(z: Any, target: Any) -> Any:
    return exp(z) - target * z


def poisson_slope(z: Any, target: Any) -> Any:
    return exp(z) - target


MSE_RULE = LossRule(squared_error, squared_error_slope, "output", mean_over_outputs=True)
HALF_SQUARED_RULE = LossRule(half_squared_error, half_squared_error_slope, "output")
MAE_RULE = LossRule(absolute_error, absolute_error_slope, "output", mean_over_outputs=True)
HUBER_RULE = LossRule(huber, huber_slope, "output", mean_over_outputs=True, arity=1)
LOG_COSH_RULE = LossRule(log_cosh, log_cosh_slope, "output", mean_over_outputs=True)
POISSON_RULE = LossRule(poisson, poisson_slope, "logit", mean_over_outputs=True)


class Mse(ClassLoss):
    kind: Literal["mse"] = "mse"
    label = "MSE"
    formula = "mean squared error: L = mean over samples and outputs of (y - t)²"
    advice = "The loss of regression: the most likely fit when the noise is Gaussian."
    pitfall = "Squares make single outliers dominate; on a saturated sigmoid or tanh its gradient vanishes."
    source = "Gauss, 1809; as in PyTorch's MSELoss"
    rules = (MSE_RULE,)


class HalfSquaredError(ClassLoss):
    kind: Literal["half_squared_error"] = "half_squared_error"
    label = "½ squared error"
    formula = "L = mean over samples of ½ Σ (y - t)²"
    advice = "The textbook form, used by TensorFlow Playground: the ½ cancels in the derivative."
    pitfall = "As for the mean squared error; with several outputs it is larger by their number."
    source = "Rumelhart, Hinton and Williams, 1986"
    rules = (HALF_SQUARED_RULE,)


class Mae(ClassLoss):
    kind: Literal["mae"] = "mae"
    label = "MAE"
    formula = "mean absolute error: L = mean over samples and outputs of |y - t|"
    advice = "Fits the median instead of the mean, so that single outliers hardly move it."
    pitfall = "Its slope is as large for a tiny error as for a big one: let the learning rate fall to settle."
    source = "Boscovich, 1757, and Laplace, 1774; as in PyTorch's L1Loss"
    rules = (MAE_RULE,)


class Huber(ClassLoss):
    kind: Literal["huber"] = "huber"
    delta: Annotated[Real, Range(0.001, 1000.0, "log")] = Field(
        1.0, description="The error from which on the loss grows in proportion instead of as the square."
    )
    label = "Huber"
    formula = "L = mean over samples and outputs of ½ e² if |e| ≤ δ, else δ (|e| - δ / 2), with e = y - t"
    advice = "Squares for small errors, absolute values for large ones: regression that bears outliers."
    pitfall = "δ is in the units of the targets: too large, all is squared; too small, all is absolute."
    source = "Huber, 1964; as in PyTorch's HuberLoss"
    rules = (HUBER_RULE,)


class LogCosh(ClassLoss):
    kind: Literal["log_cosh"] = "log_cosh"
    label = "Log-cosh"
    formula = "L = mean over samples and outputs of log cosh(y - t)"
    advice = "Like Huber with δ = 1 but smooth everywhere: e² / 2 near zero, |e| - log 2 far away."
    pitfall = "Where it bends cannot be chosen: scale the targets so that usual errors are about 1."
    source = "Green, 1990; Saleh and Saleh, 2022"
    rules = (LOG_COSH_RULE,)


class Poisson(Loss):
    kind: Literal["poisson"] = "poisson"
    label = "Poisson"
    formula = "L = mean over samples and outputs of y - t log y, with the rate y = e^z"
    advice = "For counts: targets that are 0, 1, 2, ... and scatter more where they are larger."
    pitfall = "Targets must not be negative; the loss itself may be, and e^z makes large steps dangerous."
    source = "Nelder and Wedderburn, 1972; as in PyTorch's PoissonNLLLoss"
    tasks = ("regression",)
    rules = (POISSON_RULE,)
    fixed_output = True
    lowest_target = 0.0

    def output(self, classes: int) -> str:
        """Return the exponential, which makes any weighted sum a rate."""
        return "exponential"
