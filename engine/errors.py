"""What can go wrong, each as one sentence that a user can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class UnfoldError(Exception):
    """A problem told to the user.

    Parameters
    ----------
    problems : str or iterable of str
        One sentence a problem; all that were found, not only the first.
    """

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems: tuple[str, ...] = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class ExperimentError(UnfoldError):
    """An experiment that is not valid, or a file that holds none."""


class DataError(UnfoldError):
    """Data that cannot be read or trained on."""


class WeightsError(UnfoldError):
    """Weights that do not belong to this network, or a file that holds none."""


class ProjectError(UnfoldError):
    """A file that is no project, or one that is damaged."""


class LinkError(UnfoldError):
    """A link that cannot be read as an experiment, or an experiment that no link can express."""
