"""The labels' names as a prior: where a label has few rows, its weights stay near what its name says.

A text is the likelier to have a label the nearer it is to the label's name, or to a description of it, in the space of
the frozen encoder. As features have length 1, that similarity is linear in them, so that it fits a linear head: the
weights of a label are drawn not to zero but to ``slope * direction``, its direction being the features of its name less
their mean over all labels. It is the same as similarity as one more feature whose weight all labels share and which is
not shrunk to zero. With no row at all, that is the head; the more rows have a label, the less its name counts.

The slope is one number for all labels, so that few rows suffice to see whether the names mean anything: names such as
``SDG1`` get one near 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.arrays import judged_cells
from multitag.evaluation.baselines.regression import Regressions
from multitag.evaluation.log_odds import logit, sigmoid
from multitag.extras import import_extra
from multitag.model.build import log_odds

# How these were chosen, and on what: docs/label_names.md.
SLOPE, SPREAD = 8.0, 4.0  # of the labels' names alone, and how far the slope of a table may be from that
FADES_AT = 20.0  # rows with a label by which its name counts half
SHARE_ALONE, THRESHOLD_ALONE = 0.1, 0.15  # without rows: the probability at no similarity, and that which predicts
MAX_ITERATIONS = 100

Objective = Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]


@dataclass(frozen=True, eq=False)
class NamePrior:
    """Where the weights of labels are drawn to.

    Parameters
    ----------
    directions : ndarray of float64, shape (n_labels, dim)
        Features of the labels' names or descriptions, less their mean over the labels.
    """

    directions: NDArray[np.float64]

    def alone(self) -> Regressions:
        """Return the head of no rows: similarity to probability by a map that is the same for all labels.

        The probability is ``sigmoid(8 * similarity + logit(0.1))``; it was measured on nothing of the task.
        """
        n_labels = len(self.directions)
        return Regressions(SLOPE * self.directions, np.full(n_labels, logit(np.array(SHARE_ALONE))))

    @classmethod
    def of_names(cls, features: NDArray[np.floating[Any]]) -> NamePrior:
        """Make it of the features of the labels' names, shape (n_labels, dim), each of length 1."""
        values = features.astype(np.float64)
        return cls(values - values.mean(axis=0))

    def fit(self, features: NDArray[np.floating[Any]], y: NDArray[Any], strength: float) -> Regressions:
        """Fit a regularised logistic regression a label, with weights near the prior.

        Parameters
        ----------
        features : ndarray of float, shape (n_rows, dim)
            Of length 1.
        y : ndarray of int or float, shape (n_rows, n_labels)
            As in :func:`~multitag.evaluation.arrays.judged_cells`; soft labels count as shares.
        strength : float
            ``C`` of scikit-learn's ``LogisticRegression``: the penalty is the squared distance from the prior over 2 C.

        Returns
        -------
        Regressions
            A label that no row has, or all have, keeps the weights of the prior, and a bias that gives it its share,
            smoothed by a row of each.
        """
        rows, judged = features.astype(np.float64), judged_cells(y)
        similarity = rows @ self.directions.T  # (n_rows, n_labels)
        start = log_odds(y)
        fading = FADES_AT / (FADES_AT + np.where(judged, y, 0).sum(axis=0))  # (n_labels,)
        slope = min(SLOPE, fit_slope(similarity, y, start)) * fading
        means = slope[:, None] * self.directions
        bias = start - slope * _mean_judged(similarity, judged)
        weight = means.copy()
        for label, known in enumerate(judged.T):
            share = y[known, label]
            if len(share) and not (share.min() == share.max() and share.min() in (0, 1)):
                offset = slope[label] * similarity[known, label]
                inside = rows if known.all() else rows[known]
                moved, bias[label] = _fit_label(inside, share, offset, bias[label], strength)
                weight[label] += moved
        return Regressions(weight, bias)


def fit_slope(similarity: NDArray[np.float64], y: NDArray[Any], start: NDArray[np.float64]) -> float:
    """Fit the one slope of all labels, beside a bias each; drawn to :data:`SLOPE` as far as rows leave it open.

    Parameters
    ----------
    similarity : ndarray of float64, shape (n_rows, n_labels)
        Of each text to each label.
    y : ndarray of int or float, shape (n_rows, n_labels)
    start : ndarray of float64, shape (n_labels,)
        Biases to begin at.

    Returns
    -------
    float
        At least 0.
    """
    judged = judged_cells(y)
    shares = np.where(judged, y, 0.0)
    centred = np.where(judged, similarity - _mean_judged(similarity, judged), 0.0)

    def cost(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Return the negative log posterior and its gradient; one row of each kind smooths the biases."""
        logits = values[0] * centred + values[1:]
        error = np.where(judged, sigmoid(logits) - shares, 0.0)
        loss = np.where(judged, np.logaddexp(0, logits) - shares * logits, 0.0).sum()
        smoothing = (2 * np.logaddexp(0, values[1:]) - values[1:]).sum()
        far = (values[0] - SLOPE) / SPREAD
        biases = error.sum(axis=0) + 2 * sigmoid(values[1:]) - 1
        return loss + smoothing + far**2 / 2, np.append((error * centred).sum() + far / SPREAD, biases)

    return max(0.0, float(_minimise(cost, np.append(SLOPE, start))[0]))


def _fit_label(
    rows: NDArray[np.float64], share: NDArray[Any], offset: NDArray[np.float64], bias: float, strength: float
) -> tuple[NDArray[np.float64], float]:
    """Fit how far a label's weights, shape (dim,), move from the prior, whose logits are the offset; and its bias."""

    def cost(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        moved = values[:-1]
        logits = rows @ moved + offset + values[-1]
        error = sigmoid(logits) - share
        loss = float((np.logaddexp(0, logits) - share * logits).sum() + moved @ moved / (2 * strength))
        return loss, np.append(error @ rows + moved / strength, error.sum())

    values = _minimise(cost, np.append(np.zeros(rows.shape[1]), bias))
    return values[:-1], float(values[-1])


def _mean_judged(similarity: NDArray[np.float64], judged: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Average over the rows on which a label was judged, shape (n_labels,); 0 where it was on none."""
    mean: NDArray[np.float64] = np.where(judged, similarity, 0.0).sum(axis=0) / np.maximum(judged.sum(axis=0), 1)
    return mean


def _minimise(cost: Objective, start: NDArray[np.float64]) -> NDArray[np.float64]:
    """Minimise a smooth convex function with its gradient; what is near the optimum is as good."""
    optimize: Any = import_extra("scipy.optimize", "train")
    found: NDArray[np.float64] = optimize.minimize(
        cost, start, jac=True, method="L-BFGS-B", options={"maxiter": MAX_ITERATIONS}
    ).x
    return found
