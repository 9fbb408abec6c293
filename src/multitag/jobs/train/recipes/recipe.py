"""What every recipe does, and what it leaves of rows that take turns to be held out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from multitag.data.task import Task
from multitag.evaluation.held_out import HeldOut
from multitag.training.fine_tune import FineTuned


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Every row, scored by a model of one recipe that did not see it.

    Parameters
    ----------
    held_out : HeldOut
        In the order of the table, with decisions at the fixed threshold.
    epochs : float
        After which the models were what they are; 0 of those that are not trained in epochs.
    seconds : float
        Of all trainings.
    """

    held_out: HeldOut
    epochs: float
    seconds: float


class Recipe(Protocol):
    """A way to train the models of one run."""

    @property
    def name(self) -> str:
        """What ``--recipe`` calls it."""

    def train(self) -> FineTuned:
        """Train on the training side."""

    def hold_out(self) -> OutOfFold:
        """Train without each fold and score it; what was done before is not done again."""

    def train_again(self, task: Task, epochs: float) -> FineTuned:
        """Train on the training side of a task of all rows, as long as the models that were measured."""
