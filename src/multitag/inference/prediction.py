"""Prediction: the labels of one text with all probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Prediction:
    """The labels of one text.

    Parameters
    ----------
    labels : tuple of str
        Names of the predicted labels, the most probable first.
    probabilities : dict of str to float
        Calibrated probability in [0, 1] of every label, in the bundle's order.
    """

    labels: tuple[str, ...]
    probabilities: dict[str, float]


def build_predictions(
    label_names: Sequence[str], y_prob: NDArray[np.floating], y_pred: NDArray[np.integer]
) -> list[Prediction]:
    """Return the predictions of texts from arrays of shape (n_texts, n_labels)."""
    return [
        Prediction(
            labels=ranked_labels(label_names, probabilities, predicted),
            probabilities=dict(zip(label_names, map(float, probabilities), strict=True)),
        )
        for probabilities, predicted in zip(y_prob, y_pred, strict=True)
    ]


def ranked_labels(
    label_names: Sequence[str], probabilities: NDArray[np.floating], predicted: NDArray[np.integer]
) -> tuple[str, ...]:
    """Return the predicted labels of one text, the most probable first, from arrays of shape (n_labels,)."""
    order = np.argsort(-probabilities, kind="stable")
    return tuple(label_names[column] for column in order if predicted[column])
