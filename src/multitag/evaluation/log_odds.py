"""Probabilities to log-odds and back. numpy only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

EDGE = 1e-7  # the logits of 0 and 1 are infinite; float32 probabilities are no finer than this near 1
_FLAT = 700.0  # a sigmoid is 0 or 1 beyond, and exp() overflows not much further out


def logit(probability: NDArray[np.floating[Any]], edge: float = EDGE) -> NDArray[np.float64]:
    """Return the log-odds of probabilities, finite also for 0 and 1.

    Parameters
    ----------
    probability : ndarray of float, any shape
        In [0, 1].
    edge : float
        Probabilities nearer to 0 or 1 than this count as this near.

    Returns
    -------
    ndarray of float64, of the same shape

    Examples
    --------
    >>> logit(np.array([0.5, 0.75])).round(4).tolist()
    [0.0, 1.0986]
    """
    clipped = np.clip(np.asarray(probability, dtype=np.float64), edge, 1 - edge)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))


def sigmoid(log_odds: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Return the probabilities of log-odds, in [0, 1]; shapes are the same.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0])).round(6).tolist()
    [0.0, 0.5]
    """
    values = np.asarray(log_odds, dtype=np.float64)
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -_FLAT, _FLAT))))
