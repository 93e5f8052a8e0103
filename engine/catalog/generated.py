"""What the generated data sets have in common: their parameters, and how they are drawn from a seed."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from engine.catalog.entry import Entry, Integer, Range, Real

if TYPE_CHECKING:
    from typing import TypeAlias

    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Points: TypeAlias = tuple[Floats, Floats]

EXTENT = 6.0  # half-width of the square (or interval) that is shown

Task = Literal["classification", "regression"]

TestFraction = Annotated[
    Real,
    Range(0, 0.9),
    Field(title="Test fraction", description="Part of the points held back to test on; 0 trains on all."),
]


class Dataset(Entry):
    """A data set that is drawn anew from a seed.

    ``task`` is what can be learned from it, ``inputs`` the number of its columns, ``extent`` the
    half-width of the square (or interval) to show; ``classes`` is 0 for regression.
    """

    task: ClassVar[Task]
    inputs: ClassVar[int] = 2
    extent: ClassVar[float] = EXTENT

    samples: Annotated[Integer, Range(10, 1_000_000, "log")] = Field(
        default=500, title="Samples", description="Number of points, training and test together."
    )
    noise: Annotated[Real, Range(0, 1)] = Field(
        default=0.0, title="Noise", description="How far chance blurs the pattern: 0 is clean, 1 is hopeless."
    )
    test_fraction: TestFraction = 0.5

    if TYPE_CHECKING:
        # Declared for type checkers alone: blobs has a field of this name, which would clash here.
        @property
        def classes(self) -> int:
            """Number of classes; 0 for regression."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of the inputs: x1, x2."""
        return tuple(f"x{i + 1}" for i in range(self.inputs))

    @property
    def target_names(self) -> tuple[str, ...]:
        """The names of what is to be predicted."""
        return ("class",) if self.task == "classification" else ("y",)

    @abstractmethod
    def _draw(self, rng: np.random.Generator) -> Points:
        """Return the points in the order in which they are made."""

    def generate(self, rng: np.random.Generator) -> Points:
        """Draw the data set, its rows in random order (as TensorFlow Playground shuffles them once).

        Parameters
        ----------
        rng : numpy.random.Generator
            The only source of chance; equally seeded generators give equal data.

        Returns
        -------
        X : numpy.ndarray
            float64 (samples, inputs).
        y : numpy.ndarray
            float64 (samples,): class index from 0, or value.
        """
        X, y = self._draw(rng)
        order = rng.permutation(self.samples)
        return X[order], y[order]


class TwoClasses(Dataset):
    """A data set of two classes."""

    task: ClassVar[Task] = "classification"

    @property
    def classes(self) -> int:
        """Two."""
        return 2


class Regression(Dataset):
    """A data set with a value to predict."""

    task: ClassVar[Task] = "regression"

    samples: Annotated[Integer, Range(10, 1_000_000, "log")] = Field(
        default=1200, title="Samples", description="Number of points, training and test together."
    )

    @property
    def classes(self) -> int:
        """None: a value is predicted."""
        return 0
