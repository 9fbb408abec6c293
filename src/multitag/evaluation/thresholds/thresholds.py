"""From probabilities to labels: one threshold a label, one for all, or a fixed one. numpy only."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multitag.errors import BundleError, ConfigError
from multitag.evaluation.arrays import as_probabilities

Policy = Literal["per_label", "global", "fixed"]


@dataclass(frozen=True)
class Thresholds:
    """The probabilities from which labels are predicted; what ``thresholds.json`` of a bundle holds.

    Parameters
    ----------
    policy : {"per_label", "global", "fixed"}
        Which of the three below :meth:`values` returns; ``dataclasses.replace`` changes it.
    fixed : float
        Set by hand, in [0, 1].
    global_threshold : float or None
        Tuned for all labels together, in [0, 1]; None where nothing was tuned.
    per_label : tuple of float, length n_labels, or None
        Tuned for each label, in [0, 1]; None where nothing was tuned.
    n_labels : int
    objective : str or None
        What was tuned for, such as ``"f1"``; see
        :func:`~multitag.evaluation.thresholds.tune.tune_thresholds`.
    tuned_on : str or None
        The rows it was tuned on, such as ``"validation, 100 rows"``.

    Raises
    ------
    ConfigError
        If a value is out of its range or the policy's own thresholds are None.
    """

    policy: Policy
    fixed: float
    global_threshold: float | None
    per_label: tuple[float, ...] | None
    n_labels: int
    objective: str | None
    tuned_on: str | None

    def __post_init__(self) -> None:
        """Check ranges, so that :meth:`values` cannot fail."""
        if self.policy not in get_args(Policy):
            raise ConfigError(f"policy: expected {get_args(Policy)}, got {reprlib.repr(self.policy)}")
        if type(self.n_labels) is not int or self.n_labels < 1:
            raise ConfigError(f"n_labels: expected at least 1, got {reprlib.repr(self.n_labels)}")
        _check_share("fixed", self.fixed)
        if self.global_threshold is not None:
            _check_share("global_threshold", self.global_threshold)
        if self.per_label is not None:
            if not isinstance(self.per_label, tuple) or len(self.per_label) != self.n_labels:
                got = reprlib.repr(self.per_label)
                raise ConfigError(f"per_label: expected {self.n_labels} numbers, got {got}")
            for index, value in enumerate(self.per_label):
                _check_share(f"per_label[{index}]", value)
        tuned = {"per_label": self.per_label, "global": self.global_threshold}
        if tuned.get(self.policy, self.fixed) is None:
            raise ConfigError(f"policy: {self.policy!r} has no thresholds, nothing was tuned; use 'fixed'")
        for text in (self.objective, self.tuned_on):
            if not isinstance(text, (str, type(None))):
                raise ConfigError(f"objective, tuned_on: expected text or nothing, got {reprlib.repr(text)}")

    @classmethod
    def fixed_only(cls, fixed: float, n_labels: int) -> Self:
        """Return one threshold for all labels, nothing tuned; a ConfigError if it is outside [0, 1]."""
        return cls("fixed", fixed, None, None, n_labels, None, None)

    def values(self) -> NDArray[np.float64]:
        """Return the threshold of each label under the policy.

        Returns
        -------
        ndarray of float64, shape (n_labels,)
            In [0, 1].
        """
        if self.policy == "per_label":
            return np.asarray(self.per_label, dtype=np.float64)
        one = self.global_threshold if self.policy == "global" else self.fixed
        return np.full(self.n_labels, one, dtype=np.float64)

    def of_labels(self, kept: Sequence[int]) -> Self:
        """Return the thresholds of some of the labels, by their columns."""
        per_label = None if self.per_label is None else tuple(self.per_label[index] for index in kept)
        return replace(self, per_label=per_label, n_labels=len(kept))

    def to_dict(self) -> dict[str, Any]:
        """Return plain text, floats and lists that fit JSON."""
        values = asdict(self) | {"fixed": float(self.fixed)}
        if self.global_threshold is not None:
            values["global_threshold"] = float(self.global_threshold)
        if self.per_label is not None:
            values["per_label"] = [float(threshold) for threshold in self.per_label]
        return values

    @classmethod
    def from_dict(cls, values: Any, n_labels: int) -> Self:
        """Read what :meth:`to_dict` returned, as JSON gives it back, for ``n_labels`` labels.

        Raises
        ------
        BundleError
            If a key is missing or unknown, or a value of the wrong type, length or range.
        """
        keys = [field.name for field in fields(cls)]
        try:
            if not isinstance(values, Mapping) or set(values) != set(keys):
                got = list(values) if isinstance(values, Mapping) else values
                raise ConfigError(f"expected the keys {', '.join(keys)}, got {reprlib.repr(got)}")
            if values["n_labels"] != n_labels:
                got = reprlib.repr(values["n_labels"])
                raise ConfigError(f"n_labels: expected {n_labels} as in labels.json, got {got}")
            per_label = values["per_label"]
            return cls(**{**values, "per_label": tuple(per_label) if isinstance(per_label, list) else per_label})
        except ConfigError as error:
            raise BundleError(f"thresholds: {error}") from error


def apply_thresholds(
    y_prob: ArrayLike,
    thresholds: ArrayLike,
    *,
    top_k: int | None = None,
    at_least_one: bool = False,
) -> NDArray[np.int64]:
    """Turn probabilities into predictions: a label is predicted where its probability reaches its threshold.

    Parameters
    ----------
    y_prob : array_like, shape (n_rows, n_labels)
        Probabilities in [0, 1]; there may be no rows.
    thresholds : array_like, shape (n_labels,), or float
        In [0, 1]; one for each label, or one for all.
    top_k : int, optional
        Predict exactly this many labels a row, the most probable, whatever the thresholds; of equal
        probabilities the first in label order. In [1, n_labels].
    at_least_one : bool, default False
        Predict the most probable label of a row where none reaches its threshold.

    Returns
    -------
    ndarray of int64, shape (n_rows, n_labels)
        1 where the label is predicted, 0 elsewhere.

    Raises
    ------
    DataError
        If the probabilities are not rows of numbers in [0, 1].
    ConfigError
        If a threshold or ``top_k`` is out of its range, or there is not one threshold a label.

    Examples
    --------
    >>> apply_thresholds([[0.6, 0.3, 0.1], [0.2, 0.1, 0.1]], 0.3).tolist()
    [[1, 1, 0], [0, 0, 0]]
    >>> apply_thresholds([[0.6, 0.3, 0.1], [0.2, 0.1, 0.1]], 0.3, at_least_one=True).tolist()
    [[1, 1, 0], [1, 0, 0]]
    """
    prob = as_probabilities(y_prob, "y_prob")
    # As a float64 array: against a bare Python float, numpy would compare float32 probabilities in float32.
    try:
        cuts = np.asarray(thresholds, dtype=np.float64)
    except (TypeError, ValueError) as error:
        got = reprlib.repr(thresholds)
        raise ConfigError(f"thresholds: expected a number, or one for each label in a list, got {got}") from error
    n_labels = prob.shape[1]
    if cuts.shape not in ((), (n_labels,)):
        raise ConfigError(f"thresholds: expected one, or {n_labels} (one per label), got shape {cuts.shape}")
    if not ((cuts >= 0) & (cuts <= 1)).all():
        raise ConfigError(f"thresholds: expected numbers from 0 to 1, got {reprlib.repr(cuts.tolist())}")
    if top_k is not None:
        return _predict_top(prob, top_k)
    pred = (prob >= cuts).astype(np.int64)
    if at_least_one and len(pred):
        none = np.flatnonzero(~pred.any(axis=1))
        pred[none, prob[none].argmax(axis=1)] = 1
    return pred


def _predict_top(prob: NDArray[np.float64], top_k: int) -> NDArray[np.int64]:
    if not isinstance(top_k, int) or isinstance(top_k, bool) or not 1 <= top_k <= prob.shape[1]:
        raise ConfigError(f"top_k: expected a whole number from 1 to {prob.shape[1]} (labels), got {top_k!r}")
    pred = np.zeros(prob.shape, dtype=np.int64)
    best = np.argsort(-prob, axis=1, kind="stable")[:, :top_k]  # (n_rows, top_k)
    np.put_along_axis(pred, best, 1, axis=1)
    return pred


def _check_share(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ConfigError(f"{name}: expected a number from 0 to 1, got {reprlib.repr(value)}")
