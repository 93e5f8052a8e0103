"""The data sets that can be chosen: how each is drawn, and what it teaches.

Six of them have exactly the geometry of TensorFlow Playground (``src/dataset.ts``, 2016); class 1 is
its label +1, class 0 its label -1.  Every generator draws all it could need whatever the noise is, so
that changing nothing but the noise keeps the points beneath it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from engine.catalog.entry import Integer, Range
from engine.catalog.generated import Dataset as Dataset
from engine.catalog.generated import Regression, Task, TwoClasses

if TYPE_CHECKING:
    from engine.catalog.generated import Floats, Points

_BUMPS = ((-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1))


def _polar(radius: Floats, angle: Floats) -> Floats:
    """Return points (n, 2) by TensorFlow Playground's convention: the angle runs from the x2 axis."""
    return np.column_stack((radius * np.sin(angle), radius * np.cos(angle)))


def circle(rng: np.random.Generator, samples: int, noise: float) -> Points:
    """Draw a disc (class 1) inside a ring (class 0).

    Parameters
    ----------
    rng : numpy.random.Generator
        The only source of chance.
    samples : int
        Number of points; the disc has the odd one.
    noise : float
        0 to 1; the point that is labelled lies up to 5 * noise away, along each axis, from the one shown.

    Returns
    -------
    X : numpy.ndarray
        float64 (samples, 2).
    y : numpy.ndarray
        float64 (samples,), class 0 or 1.
    """
    uniform = rng.random((samples, 4))
    inside = np.arange(samples) < (samples + 1) // 2
    radius = np.where(inside, 2.5 * uniform[:, 0], 3.5 + 1.5 * uniform[:, 0])
    X = _polar(radius, 2 * np.pi * uniform[:, 1])
    labelled = X + (10 * uniform[:, 2:] - 5) * noise
    return X, (np.hypot(labelled[:, 0], labelled[:, 1]) < 2.5).astype(np.float64)


def xor(rng: np.random.Generator, samples: int, noise: float) -> Points:
    """Draw four quadrants: class 1 where x1 and x2 have the same sign.

    Parameters and results as for `circle`; nothing lies within 0.3 of an axis.
    """
    uniform = rng.random((samples, 4))
    X = 10 * uniform[:, :2] - 5
    X += np.where(X > 0, 0.3, -0.3)
    labelled = X + (10 * uniform[:, 2:] - 5) * noise
    return X, (labelled[:, 0] * labelled[:, 1] >= 0).astype(np.float64)


def gauss(rng: np.random.Generator, samples: int, noise: float) -> Points:
    """Draw two round clouds, class 1 about (2, 2) and class 0 about (-2, -2).

    Parameters and results as for `circle`; each coordinate has the variance 0.5 + 7 * noise.
    """
    first = np.arange(samples) < (samples + 1) // 2
    spread = np.sqrt(0.5 + 7 * noise)
    X = np.where(first, 2.0, -2.0)[:, None] + spread * rng.standard_normal((samples, 2))
    return X, first.astype(np.float64)


def spiral(rng: np.random.Generator, samples: int, noise: float) -> Points:
    """Draw two arms of 1.75 turns wound into each other.

    Parameters and results as for `circle`, but noise moves the points themselves, by up to ``noise``
    along each axis.
    """
    arm_length = samples / 2
    first = (samples + 1) // 2
    along = np.concatenate((np.arange(first), np.arange(samples - first))) / arm_length
    on_first = np.arange(samples) < first
    X = _polar(5 * along, 1.75 * along * 2 * np.pi + np.where(on_first, 0.0, np.pi))
    X += (2 * rng.random((samples, 2)) - 1) * noise
    return X, on_first.astype(np.float64)


def moons(rng: np.random.Generator, samples: int, noise: float) -> Points:
    """Draw two half circles that reach into each other, scaled to fill the field.

    Parameters and results as for `circle`, but noise moves the points: it is the standard deviation in
    units of a half circle's radius (3.2 here), as in scikit-learn's ``make_moons``.
    """
    upper = samples // 2
    angle = np.pi * np.concatenate((np.linspace(0, 1, upper), np.linspace(0, 1, samples - upper)))
    is_lower = np.arange(samples) >= upper
    base = np.column_stack(
        (
            np.where(is_lower, 1 - np.cos(angle), np.cos(angle)),
            np.where(is_lower, 0.5 - np.sin(angle), np.sin(angle)),
        )
    )
    X = 3.2 * (base - (0.5, 0.25) + noise * rng.standard_normal((samples, 2)))
    return X, is_lower.astype(np.float64)


def rings(rng: np.random.Generator, samples: int, noise: float) -> Points:
    """Draw a disc and two rings about it: classes 0, 1 and 2 from the middle outwards.

    Parameters and results as for `circle`, whose noise this shares.
    """
    uniform = rng.random((samples, 4))
    ring = np.arange(samples) % 3
    X = _polar(1.9 * ring + 1.2 * uniform[:, 0], 2 * np.pi * uniform[:, 1])
    labelled = X + (10 * uniform[:, 2:] - 5) * noise
    distance = np.hypot(labelled[:, 0], labelled[:, 1])
    # the borders run through the middle of the gaps between 1.2 and 1.9, and between 3.1 and 3.8
    return X, np.digitize(distance, (1.55, 3.45)).astype(np.float64)


def blobs(rng: np.random.Generator, samples: int, noise: float, classes: int) -> Points:
    """Draw round clouds, one a class, evenly spaced on a circle of radius 4.

    Parameters and results as for `circle`; each coordinate has the standard deviation
    0.5 + 2 * noise, and class 0 is at the top with the others following clockwise.
    """
    label = np.arange(samples) % classes
    centre = _polar(np.full(samples, 4.0), 2 * np.pi * label / classes)
    return centre + (0.5 + 2 * noise) * rng.standard_normal((samples, 2)), label.astype(np.float64)


def _square(rng: np.random.Generator, samples: int, noise: float) -> tuple[Floats, Floats]:
    """Draw points of the square and, displaced by noise, the points whose value they are given."""
    uniform = 12 * rng.random((samples, 4)) - 6
    return uniform[:, :2].copy(), uniform[:, :2] + uniform[:, 2:] * noise


def reg_plane(rng: np.random.Generator, samples: int, noise: float) -> Points:
    """Draw a tilted plane, (x1 + x2) / 10 over the square.

    Parameters as for `circle`; y is a value (-1.2 to 1.2 without noise), taken up to 6 * noise away,
    along each axis, from the point shown.
    """
    X, measured = _square(rng, samples, noise)
    return X, (measured[:, 0] + measured[:, 1]) / 10


def reg_gauss(rng: np.random.Generator, samples: int, noise: float) -> Points:
    """Draw six cones of alternating sign, each falling from 1 to 0 within a distance of 2.

    Parameters as for `reg_plane`; y is a value between -1 and 1.
    """
    X, measured = _square(rng, samples, noise)
    y = np.zeros(samples)
    for x1, x2, sign in _BUMPS:
        height = sign * np.maximum(0.0, 1 - np.hypot(measured[:, 0] - x1, measured[:, 1] - x2) / 2)
        y = np.where(np.abs(height) > np.abs(y), height, y)
    return X, y


def sine(rng: np.random.Generator, samples: int, noise: float) -> Points:
    """Draw sin(x1) for x1 between -6 and 6.

    Parameters as for `circle`; noise is the standard deviation of what is added to y.  X has one column.
    """
    X = 12 * rng.random((samples, 1)) - 6
    return X, np.sin(X[:, 0]) + noise * rng.standard_normal(samples)


_PLAYGROUND = "TensorFlow Playground, dataset.ts (2016)"


class Circle(TwoClasses):
    """A disc inside a ring."""

    label: ClassVar[str] = "Circle"
    formula: ClassVar[str] = "class 1: r in U(0, 2.5); class 0: r in U(3.5, 5)"
    advice: ClassVar[str] = (
        "The gentlest problem that no straight line can solve: three hidden units are enough to close a "
        "border around the disc, and the features x1² and x2² solve it without any."
    )
    pitfall: ClassVar[str] = (
        "Noise flips labels near the border and leaves the points where they are, so even the best network "
        "must get some of them wrong."
    )
    source: ClassVar[str] = _PLAYGROUND

    kind: Literal["circle"] = "circle"

    def _draw(self, rng: np.random.Generator) -> Points:
        return circle(rng, self.samples, self.noise)


class Xor(TwoClasses):
    """Four quadrants, opposite ones alike."""

    label: ClassVar[str] = "XOR"
    formula: ClassVar[str] = "class 1 where x1·x2 ≥ 0; x1, x2 in U(-5, 5), pushed 0.3 away from the axes"
    advice: ClassVar[str] = (
        "The classic that a single unit cannot learn (Minsky and Papert, 1969): it needs a hidden layer, or "
        "the feature x1·x2."
    )
    pitfall: ClassVar[str] = (
        "Two hidden units can represent it but often get stuck; give it four, or try another seed."
    )
    source: ClassVar[str] = _PLAYGROUND

    kind: Literal["xor"] = "xor"

    def _draw(self, rng: np.random.Generator) -> Points:
        return xor(rng, self.samples, self.noise)


class Gauss(TwoClasses):
    """Two round clouds."""

    label: ClassVar[str] = "Gauss"
    formula: ClassVar[str] = "N((2, 2), v) and N((-2, -2), v) with variance v = 0.5 + 7·noise"
    advice: ClassVar[str] = (
        "The easiest start: one straight line separates the clouds, so a network without hidden layers "
        "(logistic regression) already does the best that can be done."
    )
    pitfall: ClassVar[str] = (
        "With noise the clouds overlap; a large network that gets every training point right has "
        "memorized chance and does worse on the test points."
    )
    source: ClassVar[str] = _PLAYGROUND

    kind: Literal["gauss"] = "gauss"

    def _draw(self, rng: np.random.Generator) -> Points:
        return gauss(rng, self.samples, self.noise)


class Spiral(TwoClasses):
    """Two arms wound into each other."""

    label: ClassVar[str] = "Spiral"
    formula: ClassVar[str] = "r = 5·i/n, angle = 1.75·2π·i/n (+ π for class 0), plus U(-1, 1)·noise"
    advice: ClassVar[str] = (
        "The hard one: it takes two hidden layers of about eight units, an optimizer such as Adam, and "
        "some patience."
    )
    pitfall: ClassVar[str] = (
        "A small network stays near 50 % to 60 % for long, as if nothing happened: add units or layers "
        "before you wait longer."
    )
    source: ClassVar[str] = _PLAYGROUND

    kind: Literal["spiral"] = "spiral"

    def _draw(self, rng: np.random.Generator) -> Points:
        return spiral(rng, self.samples, self.noise)


class Moons(TwoClasses):
    """Two half circles that reach into each other."""

    label: ClassVar[str] = "Moons"
    formula: ClassVar[str] = "(cos t, sin t) and (1 - cos t, 0.5 - sin t), t from 0 to π, plus N(0, noise²)"
    advice: ClassVar[str] = (
        "A border with two bends: a straight line gets almost nine of ten points right, a few hidden units "
        "get the rest."
    )
    pitfall: ClassVar[str] = (
        "A high accuracy early on is the straight line's; look at the border, not only at the number."
    )
    source: ClassVar[str] = "scikit-learn, make_moons; scaled by 3.2 and centred here"

    kind: Literal["moons"] = "moons"

    def _draw(self, rng: np.random.Generator) -> Points:
        return moons(rng, self.samples, self.noise)


class Rings(Dataset):
    """A disc and two rings around it."""

    task: ClassVar[Task] = "classification"
    label: ClassVar[str] = "Rings"
    formula: ClassVar[str] = "class k: r in U(1.9·k, 1.9·k + 1.2), k = 0, 1, 2"
    advice: ClassVar[str] = (
        "Three classes, hence three outputs with softmax; the middle ring needs a border on both sides."
    )
    pitfall: ClassVar[str] = (
        "With few units the middle ring is the last to be found: look for it in the field, since two "
        "classes of three already give an accuracy of 67 %."
    )
    source: ClassVar[str] = "The circle of TensorFlow Playground, continued outwards"

    kind: Literal["rings"] = "rings"

    @property
    def classes(self) -> int:
        """Three."""
        return 3

    def _draw(self, rng: np.random.Generator) -> Points:
        return rings(rng, self.samples, self.noise)


class Blobs(Dataset):
    """Round clouds, one a class."""

    task: ClassVar[Task] = "classification"
    label: ClassVar[str] = "Blobs"
    formula: ClassVar[str] = "N(centre of class k, s²), s = 0.5 + 2·noise, centres on a circle of radius 4"
    advice: ClassVar[str] = (
        "As many classes as you like, up to ten: shows how softmax divides the plane. Without hidden layers "
        "each class gets a wedge, which is all that clean blobs need."
    )
    pitfall: ClassVar[str] = (
        "The more classes, the lower the accuracy of guessing (10 % with ten): judge the number by that."
    )
    source: ClassVar[str] = "After scikit-learn, make_blobs, with fixed centres"

    kind: Literal["blobs"] = "blobs"
    classes: Annotated[Integer, Range(2, 10)] = Field(
        default=3, title="Classes", description="Number of clouds, each a class of its own."
    )

    def _draw(self, rng: np.random.Generator) -> Points:
        return blobs(rng, self.samples, self.noise, self.classes)


class RegPlane(Regression):
    """A tilted plane."""

    label: ClassVar[str] = "Plane"
    formula: ClassVar[str] = "y = (x1 + x2) / 10"
    advice: ClassVar[str] = (
        "Linear regression: a network without hidden layers finds it exactly, with equal weights of 0.1 and "
        "a bias of 0."
    )
    pitfall: ClassVar[str] = "Hidden tanh units can only come close: more network is not always better."
    source: ClassVar[str] = _PLAYGROUND

    kind: Literal["reg_plane"] = "reg_plane"

    def _draw(self, rng: np.random.Generator) -> Points:
        return reg_plane(rng, self.samples, self.noise)


class RegGauss(Regression):
    """Six cones of alternating sign."""

    label: ClassVar[str] = "Hills"
    formula: ClassVar[str] = "y = ±max(0, 1 - d/2), d = distance to the nearest of six centres"
    advice: ClassVar[str] = "Local shapes on a flat ground: needs a wide first layer, or several layers."
    pitfall: ClassVar[str] = (
        "Most of the square is flat at 0, so a network that always answers 0 has a small loss already: "
        "judge it by R², not by the loss."
    )
    source: ClassVar[str] = _PLAYGROUND

    kind: Literal["reg_gauss"] = "reg_gauss"

    def _draw(self, rng: np.random.Generator) -> Points:
        return reg_gauss(rng, self.samples, self.noise)


class Sine(Regression):
    """A wave over one input."""

    inputs: ClassVar[int] = 1
    label: ClassVar[str] = "Sine"
    formula: ClassVar[str] = "y = sin(x1) + N(0, noise²), x1 in U(-6, 6)"
    advice: ClassVar[str] = (
        "One input, one output: the network's answer is a curve, and each ReLU unit adds one kink to it. "
        "The feature sin(x1) solves it at once."
    )
    pitfall: ClassVar[str] = (
        "Outside of the points the curve runs on as the activation does and never waves again: networks "
        "interpolate, they do not continue patterns."
    )
    source: ClassVar[str] = "The usual first example of function approximation"

    kind: Literal["sine"] = "sine"

    def _draw(self, rng: np.random.Generator) -> Points:
        return sine(rng, self.samples, self.noise)


DATASETS: tuple[type[Dataset], ...] = (
    Circle, Xor, Gauss, Spiral, Moons, Rings, Blobs, RegPlane, RegGauss, Sine,
)  # fmt: skip
