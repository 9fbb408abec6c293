"""A cut that comes with a promise, and what the promise depends on; guarantee.json of a bundle. numpy only."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self, get_args

from multitag.config.guarantee import GuaranteeKind
from multitag.errors import BundleError
from multitag.evaluation.arrays import is_number

MOST_LABELS = 1e9


@dataclass(frozen=True)
class GuaranteedCut:
    """A cut that keeps a share of right labels at a level or above on new rows; found by ``fit_guarantee``.

    Parameters
    ----------
    kind : {"recall", "precision"}
        Share of a row's true labels that are given, or of a row's given labels that are true.
    level : float
        At least so much of it on average, in (0, 1).
    confidence : float or None
        Precision: how sure it is that the cut keeps the level, in (0, 1). Recall has none: the average is over the
        rows that the cut was fitted on, too.
    cut : float
        In [0, 1], of calibrated probabilities, for all labels: every label from there up is given.
    fitted_on : str
        The rows it was fitted on, such as ``"out of fold, 1000 rows"``.
    n_rows : int
        Of these, the rows that count: those with a label (recall), those that are given one (precision).
    realised : float
        The mean share over those rows, in [0, 1].
    labels_per_row : float
        Labels given to a row, at the cut, on average over all rows: what the guarantee costs, or leaves.
    empty_rows : float
        Share of the rows that are given none, in [0, 1].

    Raises
    ------
    BundleError
        If a value is of another type or out of its range.
    """

    kind: GuaranteeKind
    level: float
    confidence: float | None
    cut: float
    fitted_on: str
    n_rows: int
    realised: float
    labels_per_row: float
    empty_rows: float

    def __post_init__(self) -> None:
        """Check what may come from a file."""
        if self.kind not in get_args(GuaranteeKind):
            raise BundleError(f"kind: expected {' or '.join(get_args(GuaranteeKind))}, got {reprlib.repr(self.kind)}")
        for name in ("level", "confidence", "cut", "realised", "empty_rows"):
            value = getattr(self, name)
            if not is_number(value, 0, 1) and not (name == "confidence" and value is None):
                raise BundleError(f"{name}: expected a number from 0 to 1, got {reprlib.repr(value)}")
        if not is_number(self.labels_per_row, 0, MOST_LABELS):
            raise BundleError(f"labels_per_row: expected a number from 0, got {reprlib.repr(self.labels_per_row)}")
        if type(self.n_rows) is not int or self.n_rows < 1:
            raise BundleError(f"n_rows: expected a whole number from 1, got {reprlib.repr(self.n_rows)}")

    @property
    def name(self) -> str:
        """Its name in the options, such as ``"recall=0.9"``."""
        return f"{self.kind}={self.level:g}"


@dataclass(frozen=True)
class Guarantee(GuaranteedCut):
    """A guaranteed cut with the words in which it was promised, which stay as they were: guarantee.json of a bundle.

    Parameters
    ----------
    promise : str
        What holds, in a sentence.
    conditions : tuple of str
        What it depends on, a sentence each.

    Raises
    ------
    BundleError
        If a value is of another type or out of its range.
    """

    promise: str
    conditions: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check what may come from a file."""
        super().__post_init__()
        sentences = self.conditions if isinstance(self.conditions, tuple) else (None,)
        if not all(isinstance(sentence, str) for sentence in (self.promise, self.fitted_on, *sentences)):
            raise BundleError("promise, conditions, fitted_on: expected sentences")

    def to_dict(self) -> dict[str, Any]:
        """Return what guarantee.json holds."""
        return {**asdict(self), "conditions": list(self.conditions)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_dict` returned, as JSON gives it back.

        Raises
        ------
        BundleError
            If a key is missing or unknown, or a value of the wrong type or range.
        """
        keys = {field.name for field in fields(cls)}
        for key in sorted(keys ^ values.keys()):
            raise BundleError(f"guarantee: key {key[:60]!r} is {'missing' if key in keys else 'unknown'}")
        conditions = values["conditions"]
        try:
            return cls(**{**values, "conditions": tuple(conditions) if isinstance(conditions, list) else conditions})
        except BundleError as error:
            raise BundleError(f"guarantee: {error}") from error
