"""Methods of calibrating one label's probabilities: identity, Platt's sigmoid and isotonic steps. numpy only.

All keep the order of probabilities, though different ones may become equal, and stay in [0, 1].
"""

from __future__ import annotations

import reprlib
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multitag.errors import BundleError
from multitag.evaluation.arrays import is_number
from multitag.evaluation.log_odds import logit, sigmoid

LARGEST = 1e9  # of a slope or intercept: far above what any fit gives, and nothing overflows

Column = NDArray[np.float64]  # (n_rows,), in [0, 1]


class Calibrator(Protocol):
    """Maps probabilities of one label."""

    def apply(self, column: Column) -> Column:
        """Return the calibrated probabilities; both of shape (n_rows,), in [0, 1]."""

    def to_dict(self) -> dict[str, Any]:
        """Return what calibration.json holds of the label."""


@dataclass(frozen=True)
class Identity:
    """Leaves probabilities as they are."""

    def apply(self, column: Column) -> Column:
        """Return the same array."""
        return column

    def to_dict(self) -> dict[str, Any]:
        """Return the method's name."""
        return {"method": "identity"}


@dataclass(frozen=True)
class Platt:
    """``sigmoid(slope * logit(p) + intercept)``.

    Parameters
    ----------
    slope : float
        At least 0; 1 with an intercept of 0 changes nothing.
    intercept : float

    Raises
    ------
    BundleError
        If a number is out of its range.

    References
    ----------
    Platt (1999), "Probabilistic outputs for support vector machines and comparisons to regularized likelihood methods".

    Examples
    --------
    >>> Platt(1.0, float(np.log(3))).apply(np.array([0.25, 0.5])).round(6).tolist()
    [0.5, 0.75]
    """

    slope: float
    intercept: float

    def __post_init__(self) -> None:
        """Check the numbers, so that :meth:`apply` cannot fail."""
        for name, value, lowest in (("slope", self.slope, 0.0), ("intercept", self.intercept, -LARGEST)):
            if not is_number(value, lowest, LARGEST):
                expected = f"a number from {lowest:g} to {LARGEST:g}"
                raise BundleError(f"{name}: expected {expected}, got {reprlib.repr(value)}")

    def apply(self, column: Column) -> Column:
        """Return the calibrated probabilities, shape (n_rows,)."""
        return sigmoid(self.slope * logit(column) + self.intercept)

    def to_dict(self) -> dict[str, Any]:
        """Return the method's name, slope and intercept."""
        return {"method": "platt", "slope": float(self.slope), "intercept": float(self.intercept)}


@dataclass(frozen=True)
class Isotonic:
    """Straight lines between knots, flat outside of them.

    Parameters
    ----------
    knots : tuple of float, length n_knots
        Probabilities of the model, rising, in [0, 1]; at least one.
    values : tuple of float, length n_knots
        What they become, never falling, in [0, 1].

    Raises
    ------
    BundleError
        If the numbers are out of their ranges or orders.

    References
    ----------
    Zadrozny and Elkan (2002), "Transforming classifier scores into accurate multiclass probability estimates".

    Examples
    --------
    >>> Isotonic((0.2, 0.6), (0.0, 1.0)).apply(np.array([0.1, 0.4, 0.7])).round(6).tolist()
    [0.0, 0.5, 1.0]
    """

    knots: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check the numbers, so that :meth:`apply` cannot fail."""
        for name, numbers in (("knots", self.knots), ("values", self.values)):
            if not isinstance(numbers, tuple) or not all(is_number(number, 0, 1) for number in numbers):
                raise BundleError(f"{name}: expected numbers from 0 to 1, got {reprlib.repr(numbers)}")
        if not self.knots or len(self.knots) != len(self.values):
            got = f"{len(self.knots)} and {len(self.values)}"
            raise BundleError(f"knots, values: expected as many of both, at least one, got {got}")
        if not (np.diff(self.knots) > 0).all() or not (np.diff(self.values) >= 0).all():
            raise BundleError("knots, values: expected rising knots and values that never fall")

    def apply(self, column: Column) -> Column:
        """Return the calibrated probabilities, shape (n_rows,)."""
        knots, values = np.array(self.knots), np.array(self.values)
        if len(knots) == 1:
            return np.full_like(column, values[0])
        left = np.clip(np.searchsorted(knots, column, side="right") - 1, 0, len(knots) - 2)  # (n_rows,)
        low, high = values[left], values[left + 1]
        share = np.clip((column - knots[left]) / (knots[left + 1] - knots[left]), 0, 1)
        # Not np.interp: what it gives may fall, or leave [0, 1], by a rounding error.
        return np.asarray(np.clip(low + share * (high - low), low, high))

    def to_dict(self) -> dict[str, Any]:
        """Return the method's name, the knots and their values."""
        return {"method": "isotonic", "knots": [*map(float, self.knots)], "values": [*map(float, self.values)]}


METHODS: dict[str, tuple[type[Identity] | type[Platt] | type[Isotonic], frozenset[str]]] = {
    "identity": (Identity, frozenset()),
    "platt": (Platt, frozenset({"slope", "intercept"})),
    "isotonic": (Isotonic, frozenset({"knots", "values"})),
}


def read_calibrator(entry: object) -> Calibrator:
    """Read what ``to_dict`` of one of the three returned, as JSON gives it back.

    Raises
    ------
    BundleError
        If there is no such method, a key is missing or unknown, or a number out of its range.
    """
    method = entry.get("method") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(method, str) or method not in METHODS:
        raise BundleError(f"expected a known method ({', '.join(METHODS)}), got {str(entry)[:60]!r}")
    kind, keys = METHODS[method]
    if entry.keys() != {"method", *keys}:
        got = reprlib.repr(sorted(entry))
        raise BundleError(f"{method}: expected the keys {', '.join(['method', *sorted(keys)])}, got {got}")
    numbers: dict[str, Any] = {key: tuple(entry[key]) if isinstance(entry[key], list) else entry[key] for key in keys}
    try:
        return kind(**numbers)
    except BundleError as error:
        raise BundleError(f"{method}: {error}") from error
