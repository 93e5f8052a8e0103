"""The sharpest curvature of the loss: the largest eigenvalue of its Hessian."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.probes.bench import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from engine.probes.bench import Bench, Frozen, Part, State

    Vector = NDArray[np.float64]

# Between the snapshot and the gradients on both sides of it: float32 rounds off more of smaller differences,
# of larger ones the third derivatives tell.  Either leaves three digits or more where the loss is smooth.
DISTANCE = 1e-3


@dataclass(frozen=True)
class Curvature:
    """An eigenvalue of the Hessian H, its ``direction`` v of length 1, and the residual |H v - eigenvalue v|.

    Some eigenvalue is never farther away than the residual.  Gradient descent is stable along v for learning
    rates below 2 / eigenvalue.
    """

    eigenvalue: float
    direction: Frozen
    residual: float


def top_eigenvalue(
    bench: Bench,
    tensors: State,
    iterations: int = 20,
    seed: int = 0,
    part: Part = "train",
    rows: ArrayLike | None = None,
) -> Curvature:
    """Return the largest eigenvalue of the Hessian of the mean loss.

    Products with the Hessian are central differences of ``gradient``.  From a random v, a power iteration
    keeps the last of v, H v, H² v, ... alone; Lanczos' method takes the best of all that they span (Golub and
    Van Loan, 2013), which is the largest eigenvalue also where a negative one has the larger magnitude.  A
    kink, as ReLU has one, has no second derivative: differences across it are as good as their residual.

    Parameters
    ----------
    tensors : sequence of mappings
        A snapshot's.
    iterations : int
        Products with the Hessian, at least 1; no more are made than there are parameters.
    seed : int
        Of the start.
    part, rows
        As in ``gradient``.

    Returns
    -------
    Curvature
        NaN where a gradient is not finite.

    Raises
    ------
    ValueError
        Where tensors or rows do not fit.
    """
    bench.load(tensors)
    chosen, network = bench.batch(part, rows), bench.network
    origin = network.parameters.astype(np.float64)
    free = bench.flat(bench.audible()).astype(np.float64)
    distance = DISTANCE * max(1.0, float(np.sqrt(np.square(origin).sum() / free.sum())))

    def slope(offset: Vector) -> Vector:
        network.parameters[:] = origin + offset
        bench.backward(part, chosen)
        return np.array(bench.learning.gradient, np.float64)

    def product(v: Vector) -> Vector:
        return np.asarray((slope(distance * v) - slope(-distance * v)) / (2 * distance))

    with np.errstate(all="ignore"):
        start = np.random.Generator(np.random.PCG64(seed)).normal(size=origin.size) * free
        eigenvalue, v = lanczos(product, start, min(max(1, iterations), int(free.sum())))
        residual = float(np.linalg.norm(product(v) - eigenvalue * v))
    return Curvature(eigenvalue, frozen(bench.named(v.astype(np.float32))), residual)


def lanczos(product: Callable[[Vector], Vector], start: Vector, iterations: int) -> tuple[float, Vector]:
    """Return the largest eigenvalue of a symmetric matrix within a Krylov space, and its vector.

    Parameters
    ----------
    product : callable
        Returns the matrix times a vector.
    start : float64 (n,)
    iterations : int
        Products to make, up to n.
    """
    basis: list[Vector] = []
    diagonal: list[float] = []
    beside: list[float] = []
    new = start / np.linalg.norm(start)
    while len(basis) < iterations:
        basis.append(new)
        rest = product(new)
        diagonal.append(float(rest @ new))
        for v in basis * 2:  # twice, since rounding mixes some of them in again (Parlett, 1980)
            rest -= (rest @ v) * v
        beside.append(float(np.linalg.norm(rest)))
        if not beside[-1] > 1e-6 * max(map(abs, diagonal)):  # the space is whole, or a number is not finite
            break
        new = rest / beside[-1]
    if not np.isfinite(diagonal).all():
        return np.nan, np.full_like(start, np.nan)
    # Numbers beside the diagonal count in the lower half alone.
    values, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside[:-1], -1))
    vector = np.zeros_like(start)
    for share, v in zip(vectors[:, -1], basis, strict=True):
        vector += share * v
    return float(values[-1]), vector
