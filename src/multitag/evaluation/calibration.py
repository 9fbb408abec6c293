"""Calibration: what is done to a label's probabilities before thresholds are applied to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from multitag.errors import BundleError

Method = Literal["identity"]


@dataclass(frozen=True)
class Calibration:
    """How each label's probabilities are calibrated.

    Parameters
    ----------
    methods : tuple of {"identity"}, length n_labels
        ``"identity"`` leaves the sigmoid's probabilities as they are.

    Examples
    --------
    >>> Calibration.identity(2).apply(np.array([[0.25, 0.75]])).tolist()
    [[0.25, 0.75]]
    """

    methods: tuple[Method, ...]

    @classmethod
    def identity(cls, n_labels: int) -> Self:
        """Leave the probabilities of all labels as they are."""
        method: Method = "identity"
        return cls((method,) * n_labels)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], n_labels: int) -> Self:
        """Read what :meth:`to_dict` gave.

        Parameters
        ----------
        values : mapping
            The content of calibration.json.
        n_labels : int
            Labels of the bundle.

        Raises
        ------
        BundleError
            If the values are not one known method a label.
        """
        entries = values.get("per_label")
        if values.keys() != {"per_label"} or not isinstance(entries, list) or len(entries) != n_labels:
            raise BundleError(f"calibration: expected per_label with one entry for each of {n_labels} labels")
        for column, entry in enumerate(entries):
            if (
                not isinstance(entry, dict)
                or entry.keys() != {"method"}
                or entry["method"] not in get_args(Method)
            ):
                raise BundleError(
                    f"calibration: label {column}: expected a known method ({', '.join(get_args(Method))}), "
                    f"got {str(entry)[:60]!r}"
                )
        return cls(tuple(entry["method"] for entry in entries))

    def to_dict(self) -> dict[str, Any]:
        """Give what calibration.json holds."""
        return {"per_label": [{"method": method} for method in self.methods]}

    def apply(self, y_prob: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        """Calibrate probabilities.

        Parameters
        ----------
        y_prob : ndarray of float, shape (n_rows, n_labels), in [0, 1]
            Probabilities of the model.

        Returns
        -------
        ndarray of float, shape (n_rows, n_labels), in [0, 1]
            Of the same type; where all methods are identity, the same array.

        Raises
        ------
        ValueError
            If the array does not have one column a label.
        """
        if y_prob.ndim != 2 or y_prob.shape[1] != len(self.methods):
            raise ValueError(f"expected y_prob of shape (n_rows, {len(self.methods)}), got {y_prob.shape}")
        return y_prob
