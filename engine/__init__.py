"""The engine of Unfold: experiments, training, files.  It knows nothing of the window.

Examples
--------
>>> from engine import Experiment, Trainer
>>> trainer = Trainer(Experiment(title="Two spirals", data="spiral"))
>>> trainer.advance(epochs=10)
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "DataError",
    "Experiment",
    "ExperimentError",
    "ProjectError",
    "Trainer",
    "UnfoldError",
    "WeightsError",
]

if TYPE_CHECKING:
    from engine.errors import DataError, ExperimentError, ProjectError, UnfoldError, WeightsError
    from engine.experiment import Experiment
    from engine.trainer import Trainer


def __getattr__(name: str) -> Any:
    """Import on first use: the trainer brings Numba along, which a window can do without at first."""
    if name == "Trainer":
        from engine.trainer import Trainer

        return Trainer
    if name == "Experiment":
        from engine.experiment import Experiment

        return Experiment
    if name in __all__:
        from engine import errors

        return getattr(errors, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
