"""Activations that multiply x by a gate between 0 and 1 that x itself opens."""

from __future__ import annotations

import math
from typing import Any, Literal

from engine.catalog.activation import Activation
from engine.kernels.simd import absolute, exp, fma, maximum, minimum, normal_cdf, sigmoid, where

# The density of the normal distribution at 0.
PEAK = 1 / math.sqrt(2 * math.pi)
# GELU's approximation by tanh: Φ(x) ≈ (1 + tanh(u)) / 2 with u = √(2/π) (x + 0.044715 x³).  That is
# sigmoid(2u), which does not cancel below zero; 2u = LINEAR x + CUBIC x³.
LINEAR = 2 * math.sqrt(2 / math.pi)
CUBIC = 0.044715 * LINEAR
# Where the gates are long open or shut: a square, a cube or an exponential of more could overflow.
FAR = 40.0
OPEN = 30.0


def silu(x: Any) -> Any:
    return x * sigmoid(x)


def silu_slope(x: Any, y: Any) -> Any:
    # The gate s and 1 - s, both times 1 + e: where s is all but 1, the difference would have no digits.
    e = exp(-absolute(x))
    gate, rest = where(x >= 0, 1, e), where(x >= 0, e, 1)
    return (gate + y * rest) / (1 + e)


def gelu(x: Any) -> Any:
    return x * normal_cdf(x)


def gelu_slope(x: Any, y: Any) -> Any:
    near = minimum(absolute(x), FAR)
    return normal_cdf(x) + PEAK * (x * exp(-0.5 * (near * near)))


def gelu_tanh(x: Any) -> Any:
    near = minimum(maximum(x, -FAR), FAR)
    return x * sigmoid(near * (LINEAR + CUBIC * (near * near)))


def gelu_tanh_slope(x: Any, y: Any) -> Any:
    near = minimum(maximum(x, -FAR), FAR)
    square = near * near
    e = exp(-absolute(near * (LINEAR + CUBIC * square)))
    gate, rest = where(x >= 0, 1, e), where(x >= 0, e, 1)
    return (gate + y * rest * (LINEAR + 3 * CUBIC * square)) / (1 + e)


# With w = eˣ, tanh(log(1 + w)) = n / (n + 2) where n = w² + 2w.


def mish(x: Any) -> Any:
    w = exp(minimum(x, OPEN))
    n = fma(w, w, 2 * w)
    return x * (n / (n + 2))


def mish_slope(x: Any, y: Any) -> Any:
    near = minimum(x, OPEN)
    w = exp(near)
    n = fma(w, w, 2 * w)
    share = 1 / (n + 2)  # twice in the derivative of the gate, 4 w (w + 1) / (n + 2)²
    return n * share + near * (4 * (w * share) * ((w + 1) * share))


class Gelu(Activation):
    kind: Literal["gelu"] = "gelu"
    label = "GELU"
    formula = "f(x) = x Φ(x), Φ(x) = (1 + erf(x/√2)) / 2"
    derivative = "f'(x) = Φ(x) + x e^(-x²/2) / √(2π)"
    advice = "ReLU with a smooth gate, the chance that a normal number lies below x: common in transformers."
    pitfall = "Costs an error function. Saturates at 0 far below zero; not monotonic: it dips to -0.17."
    source = "Hendrycks and Gimpel, 2016"
    low, high = -0.169972, math.inf
    value, slope = staticmethod(gelu), staticmethod(gelu_slope)


class GeluTanh(Activation):
    kind: Literal["gelu_tanh"] = "gelu_tanh"
    label = "GELU (tanh)"
    formula = "f(x) = x (1 + tanh(u)) / 2,  u = √(2/π) (x + 0.044715 x³)"
    derivative = "f'(x) = s + x s (1 - s) 2u',  s = (1 + tanh(u)) / 2"
    advice = "GELU without the error function, within 0.0005 of it: the form of BERT and GPT-2."
    pitfall = "Not the same numbers as GELU: a network trained with one should be run with that one."
    source = "Hendrycks and Gimpel, 2016"
    low, high = -0.170041, math.inf
    value, slope = staticmethod(gelu_tanh), staticmethod(gelu_tanh_slope)


class Silu(Activation):
    kind: Literal["silu"] = "silu"
    label = "SiLU (Swish)"
    formula = "f(x) = x s(x),  s(x) = 1 / (1 + e⁻ˣ)"
    derivative = "f'(x) = s(x) + f(x) (1 - s(x))"
    advice = "ReLU with a sigmoid as its gate: smooth, and a unit just below zero still learns."
    pitfall = "Costs an exponential. Saturates at 0 far below zero; not monotonic: it dips to -0.28."
    source = "Elfwing, Uchibe and Doya, 2018; Ramachandran, Zoph and Le, 2017"
    low, high = -0.278465, math.inf
    value, slope = staticmethod(silu), staticmethod(silu_slope)


class Mish(Activation):
    kind: Literal["mish"] = "mish"
    label = "Mish"
    formula = "f(x) = x tanh(log(1 + eˣ))"
    derivative = "f'(x) = t + x (1 - t²) / (1 + e⁻ˣ),  t = tanh(log(1 + eˣ))"
    advice = "Close to SiLU, with a slightly deeper dip: smooth, and a unit just below zero still learns."
    pitfall = "Costs an exponential. Saturates at 0 far below zero; what it gains over SiLU is small."
    source = "Misra, 2019"
    low, high = -0.308844, math.inf
    value, slope = staticmethod(mish), staticmethod(mish_slope)
