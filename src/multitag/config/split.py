"""Settings of how rows are divided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from multitag.config.require import require

SplitMethod = Literal["stratified", "random"]
NearDuplicatesRule = Literal["together", "ignore"]


@dataclass(frozen=True)
class SplitConfig:
    """How rows are divided.

    Parameters
    ----------
    method : {"stratified", "random"}
        Iterative stratification, or scikit-learn's ``train_test_split``.
    validation_size, test_size : float or int
        Below 1 a share of all rows, from 1 a number of rows; 0 leaves that side out.
    near_duplicates : {"together", "ignore"}
        Look for texts that are nearly the same and keep them on one side, or only those that are equal.
    folds : int or None
        Cross-validation: every row is held out once, by one of so many models. ``test_size`` is not used then, and
        ``validation_size`` only by early stopping, as a share of the rows that a fold trains on.
    refit : bool or None
        Train the model that leaves on all rows, after the measurement; None does so with folds.
    """

    method: SplitMethod = "stratified"
    validation_size: float | int = 0.1
    test_size: float | int = 0.2
    near_duplicates: NearDuplicatesRule = "together"
    folds: int | None = None
    refit: bool | None = None

    def __post_init__(self) -> None:
        """Check that something is left to train on."""
        for name in ("validation_size", "test_size"):
            size = getattr(self, name)
            require(
                0 <= size < 1 or (size >= 1 and float(size).is_integer()),
                f"{name}: expected a share in [0, 1) or a whole number of rows, got {size!r}",
            )
        shares = [size for size in (self.validation_size, self.test_size) if size < 1]
        total = f"{sum(shares):g}"
        require(
            sum(shares) < 1,
            f"validation_size + test_size: expected less than 1, got {total}; nothing is left to train on",
        )
        require(self.folds is None or self.folds >= 2, f"folds: expected at least 2, got {self.folds}")
        require(
            self.folds is None or self.refit is not False,
            "refit: folds leave no model that could be kept; the one that leaves is trained on all rows",
        )

    @property
    def refits(self) -> bool:
        """Whether the model that leaves is trained on all rows."""
        return self.folds is not None if self.refit is None else self.refit
