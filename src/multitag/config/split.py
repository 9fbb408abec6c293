"""Settings of how rows are divided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from multitag.config.setting import Option, Range, Section, require

SplitMethod = Literal["stratified", "random"]
NearDuplicatesRule = Literal["together", "ignore"]


@dataclass(frozen=True)
class SplitConfig(Section):
    """How rows are divided.

    Parameters
    ----------
    method : {"stratified", "random"}
        How rows are divided: iterative stratification, or scikit-learn's train_test_split.
    validation_size : float or int
        Validation rows: a share below 1, or a number of rows; 0 for none.
    test_size : float or int
        Test rows: a share below 1, or a number of rows; 0 for none. Not used with folds.
    near_duplicates : {"together", "ignore"}
        Near-duplicate texts: keep them together on one side, or ignore them; equal texts always stay together.
    folds : int or None
        Cross-validate with this many models, so that every row is held out once; then train on all rows.
    refit : bool or None
        Train the final model on all rows once the metrics are measured; by default only with folds.
    """

    method: Annotated[SplitMethod, Option(alias="split")] = "stratified"
    validation_size: float | int = 0.1
    test_size: float | int = 0.2
    near_duplicates: NearDuplicatesRule = "together"
    folds: Annotated[int | None, Range(at_least=2), Option(main=True)] = None
    refit: bool | None = None

    def __post_init__(self) -> None:
        """Check that something is left to train on."""
        super().__post_init__()
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
        require(self.folds is None or self.refit is not False, "refit: --no-refit cannot be combined with --folds")

    @property
    def refits(self) -> bool:
        """Whether the final model is trained on all rows."""
        return self.folds is not None if self.refit is None else self.refit
