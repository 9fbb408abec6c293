"""Calibration: what is done to each label's probabilities before thresholds are applied to them. numpy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from multitag.errors import BundleError
from multitag.evaluation.calibration.methods import Calibrator, Identity, read_calibrator


@dataclass(frozen=True)
class Calibration:
    """How each label's probabilities are calibrated; fitted by
    :func:`~multitag.evaluation.calibration.fit.fit_calibration`.

    Parameters
    ----------
    methods : tuple of Calibrator, length n_labels
        ``Identity``, ``Platt`` or ``Isotonic`` of :mod:`multitag.evaluation.calibration.methods`.

    Examples
    --------
    >>> Calibration.identity(2).apply(np.array([[0.25, 0.75]])).tolist()
    [[0.25, 0.75]]
    """

    methods: tuple[Calibrator, ...]

    @classmethod
    def identity(cls, n_labels: int) -> Self:
        """Return a calibration that leaves all probabilities as they are."""
        return cls((Identity(),) * n_labels)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], n_labels: int) -> Self:
        """Read what :meth:`to_dict` returned.

        Parameters
        ----------
        values : mapping
            The content of calibration.json.
        n_labels : int
            Labels of the bundle.

        Raises
        ------
        BundleError
            If the values are not one method for each label, with numbers in their ranges.
        """
        entries = values.get("per_label")
        if values.keys() != {"per_label"} or not isinstance(entries, list) or len(entries) != n_labels:
            raise BundleError(f"calibration: expected per_label with one entry for each of {n_labels} labels")
        methods = []
        for column, entry in enumerate(entries):
            try:
                methods.append(read_calibrator(entry))
            except BundleError as error:
                raise BundleError(f"calibration: label {column}: {error}") from error
        return cls(tuple(methods))

    def to_dict(self) -> dict[str, Any]:
        """Return what calibration.json holds."""
        return {"per_label": [method.to_dict() for method in self.methods]}

    @property
    def is_identity(self) -> bool:
        """Whether all probabilities stay as they are."""
        return all(isinstance(method, Identity) for method in self.methods)

    def apply(self, y_raw: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        """Calibrate probabilities.

        Parameters
        ----------
        y_raw : ndarray of float, shape (n_rows, n_labels)
            Probabilities of the model, in [0, 1].

        Returns
        -------
        y_prob : ndarray of float, shape (n_rows, n_labels)
            Calibrated probabilities in [0, 1], of the same type; where all methods are identity, the same array.

        Raises
        ------
        ValueError
            If the array does not have one column a label.
        """
        if y_raw.ndim != 2 or y_raw.shape[1] != len(self.methods):
            raise ValueError(f"expected y_raw of shape (n_rows, {len(self.methods)}), got {y_raw.shape}")
        if self.is_identity:
            return y_raw
        y_prob = np.empty_like(y_raw)
        for label, method in enumerate(self.methods):
            y_prob[:, label] = method.apply(y_raw[:, label].astype(np.float64))
        return y_prob
