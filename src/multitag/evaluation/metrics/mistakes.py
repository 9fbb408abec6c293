"""The rows that the model is furthest from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.arrays import judged_cells
from multitag.evaluation.held_out import HeldOut


@dataclass(frozen=True)
class Mistake:
    """A row that was held out, and what went wrong on it.

    Parameters
    ----------
    row : int
        Its number in the source.
    text : str
    true : tuple of str
        Its labels.
    missed, wrong : tuple of (str, float)
        Labels that it has and that were not predicted; labels that it lacks and that were. With their probabilities.
    distance : float
        As :func:`distances`.
    """

    row: int
    text: str
    true: tuple[str, ...]
    missed: tuple[tuple[str, float], ...]
    wrong: tuple[tuple[str, float], ...]
    distance: float


def distances(y_true: NDArray[np.integer], y_prob: NDArray[np.floating]) -> NDArray[np.float64]:
    """Sum each row's squared differences between probabilities and true labels: its part of the Brier score.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged: such cells add nothing.
    y_prob : ndarray of float, shape (n_rows, n_labels)
        In [0, 1].

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        In [0, n_labels].

    References
    ----------
    Brier (1950), "Verification of forecasts expressed in terms of probability".
    """
    squares = (y_prob.astype(np.float64) - y_true) ** 2
    return np.asarray((squares * judged_cells(y_true)).sum(axis=1))


def most_wrong(held_out: HeldOut, limit: int = 20) -> list[Mistake]:
    """Return the rows with the largest distance, the largest first; of equal ones the first in the source.

    Rows on which every label was predicted right are not among them, however unsure the model was.

    Parameters
    ----------
    held_out : HeldOut
    limit : int
        Rows at most.

    Returns
    -------
    list of Mistake
    """
    distance = distances(held_out.y_true, held_out.y_prob)
    order = np.argsort(-distance, kind="stable")
    wrong = (held_out.y_true != held_out.y_pred) & judged_cells(held_out.y_true)
    with_errors = wrong.any(axis=1)[order]
    return [_mistake(held_out, int(index), float(distance[index])) for index in order[with_errors][:limit]]


def _mistake(held_out: HeldOut, index: int, distance: float) -> Mistake:
    true, pred, prob = held_out.y_true[index], held_out.y_pred[index], held_out.y_prob[index]

    def named(chosen: NDArray[np.bool_]) -> tuple[tuple[str, float], ...]:
        return tuple((held_out.label_names[column], float(prob[column])) for column in np.flatnonzero(chosen))

    return Mistake(
        row=int(held_out.rows[index]),
        text=held_out.texts[index],
        true=tuple(held_out.label_names[column] for column in np.flatnonzero(true == 1)),
        missed=named((true == 1) & (pred == 0)),
        wrong=named((true == 0) & (pred == 1)),
        distance=distance,
    )
