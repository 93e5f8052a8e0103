"""How C writes formulas and numbers, in float and, where that has too few digits, in double."""

from __future__ import annotations

import re

import numpy as np

from engine.files.export.expression import Notation

_FUNCTIONS = {
    "absolute": "fabs",
    "square_root": "sqrt",
    "exp": "exp",
    "expm1": "expm1",
    "log": "log",
    "log1p": "log1p",
    "tanh": "tanh",
    "sine": "sin",
    "cosine": "cos",
    "tan": "tan",
    "erf": "erf",
}


def literal(value: float) -> str:
    """Return a float constant in the fewest digits that read back exactly."""
    with np.errstate(over="ignore"):
        number = np.float32(value)
    if not np.isfinite(number):
        return "NAN" if np.isnan(number) else "INFINITY" if number > 0 else "-INFINITY"
    return f"{number!s}f"


def double_literal(value: float) -> str:
    """Return a double constant in the fewest digits that read back exactly."""
    return repr(float(value))


def notation(prefix: str) -> Notation:
    """Return C in float; ``prefix`` begins the names of the helpers."""
    own = ("sign", "softplus", "sigmoid", "normal_cdf")
    return Notation(
        {
            **{name: f"{function}f({{0}})" for name, function in _FUNCTIONS.items()},
            **{name: f"{prefix}_{name}({{0}})" for name in own},
            "maximum": f"{prefix}_max({{0}}, {{1}})",
            "minimum": f"{prefix}_min({{0}}, {{1}})",
            "pow": "powf({0}, {1})",
            "power": f"{prefix}_power({{0}}, {{1}})",
            "where": "({0} ? {1} : {2})",
        },
        literal,
    )


# For features alone, so without what only activations use.
DOUBLE = Notation(
    {
        **{name: f"{function}({{0}})" for name, function in _FUNCTIONS.items()},
        "sign": "(({0}) > 0.0 ? 1.0 : ({0}) < 0.0 ? -1.0 : ({0}))",
        "pow": "pow({0}, {1})",
    },
    double_literal,
)

# In the order of their definition; each is written where something below calls it.
_HELPERS = {
    # Written with a comparison and not with fmaxf, which would hide a NaN.
    "max": """
static inline float PREFIX_max(float a, float b) { return a < b ? b : a; }""",
    "min": """
static inline float PREFIX_min(float a, float b) { return b < a ? b : a; }""",
    "sign": """
static inline float PREFIX_sign(float x) { return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : x; }""",
    "sigmoid": """
static inline float PREFIX_sigmoid(float x)
{
    const float e = expf(-fabsf(x)); /* never overflows */
    return (x >= 0.0f ? 1.0f : e) / (1.0f + e);
}""",
    "softplus": """
static inline float PREFIX_softplus(float x)
{
    return PREFIX_max(x, 0.0f) + log1pf(expf(-fabsf(x)));
}""",
    "power": """
static inline float PREFIX_power(float x, float exponent)
{
    return x >= 0.0f ? powf(x, exponent) : NAN;
}""",
    "normal_cdf": """
/* The share of a standard normal distribution below x. */
static inline float PREFIX_normal_cdf(float x) { return 0.5f * erfcf(-0.70710678f * x); }""",
    "dense": """
/* z = W a + b, W one row after the other. */
static inline void PREFIX_dense(
    const float *W, const float *b, const float *a, int inputs, float *z, int sums)
{
    for (int i = 0; i < sums; i++) {
        float sum = b[i];
        for (int j = 0; j < inputs; j++) sum += W[i * inputs + j] * a[j];
        z[i] = sum;
    }
}""",
    "layer_norm": """
/* Gives the sums the mean 0 and the variance 1, then scale and shift. */
static inline void PREFIX_layer_norm(
    float *z, int sums, const float *scale, const float *shift)
{
    float mean = 0.0f, variance = 0.0f;
    for (int i = 0; i < sums; i++) mean += z[i];
    mean /= (float)sums;
    for (int i = 0; i < sums; i++) variance += (z[i] - mean) * (z[i] - mean);
    const float factor = 1.0f / sqrtf(variance / (float)sums + EPSILON);
    for (int i = 0; i < sums; i++) z[i] = scale[i] * ((z[i] - mean) * factor) + shift[i];
}""",
    "softmax": """
static inline void PREFIX_softmax(float *z, int units)
{
    float largest = z[0], sum = 0.0f;
    for (int i = 1; i < units; i++) largest = PREFIX_max(largest, z[i]);
    for (int i = 0; i < units; i++) sum += z[i] = expf(z[i] - largest);
    for (int i = 0; i < units; i++) z[i] /= sum;
}""",
}


def used_helpers(prefix: str, used: str, epsilon: float) -> list[str]:
    """Return the helpers that some code calls, in the order of their definition."""
    found: list[str] = []
    for name, helper in reversed(_HELPERS.items()):
        if any(f"{prefix}_{name}(" in text for text in (used, *found)):
            text = helper.strip().replace("PREFIX", prefix).replace("EPSILON", literal(epsilon))
            found.insert(0, text)
    return found


def comment(text: str) -> str:
    """Return text that ends no comment, begins none and holds no trigraph."""
    text = re.sub(r"\?(?=\?)", "? ", text)
    return re.sub(r"/(?=\*)|\*(?=/)", lambda sign: f"{sign[0]} ", text)
