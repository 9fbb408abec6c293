"""A logistic regression a label, as one linear layer."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.arrays import judged_cells
from multitag.evaluation.log_odds import sigmoid
from multitag.extras import import_extra

Clock = float  # seconds of time.perf_counter at which to give up
MAX_ITERATIONS = 200


@dataclass(frozen=True, eq=False)
class Regressions:
    """What was fitted.

    Parameters
    ----------
    weight : ndarray of float64, shape (n_labels, dim)
    bias : ndarray of float64, shape (n_labels,)
        Minus or plus infinity, with weights of 0, for a label that no row has, or all have.
    """

    weight: NDArray[np.float64]
    bias: NDArray[np.float64]

    def predict(self, features: Any) -> NDArray[np.float32]:
        """Compute probabilities.

        Parameters
        ----------
        features : ndarray or sparse matrix of float, shape (n_rows, dim)

        Returns
        -------
        ndarray of float32, shape (n_rows, n_labels)
        """
        return sigmoid(np.asarray(features @ self.weight.T) + self.bias).astype(np.float32)


def fit_regressions(
    features: Any, y: NDArray[Any], settings: Mapping[str, Any], clock: Clock = float("inf")
) -> Regressions | None:
    """Fit label by label.

    Parameters
    ----------
    features : ndarray of float, shape (n_rows, dim)
        Or a sparse matrix, where no label is soft.
    y : ndarray of int or float, shape (n_rows, n_labels)
        As in :func:`~multitag.evaluation.arrays.judged_cells`. A label is fitted on the rows on which somebody judged
        it; one that was judged on none has weights and a bias of 0. A soft label of 0.7 counts as 0.7 of a row that has
        it and 0.3 of one that has not.
    settings : mapping
        scikit-learn's, of ``LogisticRegression``.
    clock : float, optional
        Seconds of ``time.perf_counter`` at which to give up.

    Returns
    -------
    Regressions, or None if there was no time for it
    """
    pools: Any = import_extra("threadpoolctl", "train")
    not_converged: Any = import_extra("sklearn.exceptions", "train").ConvergenceWarning
    weight, bias = np.zeros((y.shape[1], features.shape[1])), np.zeros(y.shape[1])
    with warnings.catch_warnings(), pools.threadpool_limits(1):  # threads wait for each other on so little work
        warnings.simplefilter("ignore", not_converged)  # what is near the optimum is as good
        for label, judged in enumerate(judged_cells(y).T):
            if time.perf_counter() > clock:
                return None
            share, rows = y[judged, label], features if judged.all() else features[judged]
            if len(share):
                weight[label], bias[label] = _fit(rows, share, settings)
    return Regressions(weight, bias)


def _fit(rows: Any, share: NDArray[Any], settings: Mapping[str, Any]) -> tuple[NDArray[np.float64] | float, float]:
    """Fit one label; return its weights, shape (dim,), and its bias."""
    lowest, highest = share.min(), share.max()
    if lowest == highest and lowest in (0, 1):
        return 0.0, np.inf if lowest else -np.inf
    linear: Any = import_extra("sklearn.linear_model", "train")
    model = linear.LogisticRegression(max_iter=MAX_ITERATIONS, **settings)
    if np.isin(share, (0, 1)).all():
        model.fit(rows, share)
    else:
        model.fit(np.vstack([rows, rows]), np.repeat([1, 0], len(share)), np.append(share, 1 - share))
    return model.coef_[0], float(model.intercept_[0])
