"""Rows to predictions: one that breaks a batch is found by bisection and set aside, and the others are scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from multitag.data.texts import Text, TextColumns
from multitag.errors import DataError, describe_error
from multitag.inference.backends.limits import DeviceMemoryError
from multitag.inference.files.rows import read_text
from multitag.inference.options import PredictOptions
from multitag.scale.formats.part import Row


class BadRowsError(DataError):
    """More rows that cannot be scored than may be set aside; names the last one and its reason."""


class Predictor(Protocol):
    """What predicts: a :class:`~multitag.inference.classifier.Classifier`, as far as it is needed here."""

    @property
    def label_names(self) -> tuple[str, ...]:
        """Names of the labels, in the order of the probability columns."""

    def predict_arrays(
        self, texts: Sequence[Text], options: PredictOptions
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return probabilities and decisions, both of shape (n_texts, n_labels)."""


@dataclass(frozen=True)
class ScoredRows:
    """The predictions of a block of rows.

    Parameters
    ----------
    with_text : list of int, length n_scored
        Positions in the block of the rows that were scored.
    y_prob : ndarray of float32, shape (n_scored, n_labels)
        Calibrated probabilities in [0, 1].
    y_pred : ndarray of int64, shape (n_scored, n_labels)
        1 where the label is predicted, 0 elsewhere.
    errors : dict of int to str
        Positions of the rows that cannot be scored, with the reason. A row that is neither here nor in ``with_text``
        has no text.
    """

    with_text: list[int]
    y_prob: NDArray[np.float32]
    y_pred: NDArray[np.int64]
    errors: dict[int, str]


def score_rows(
    predictor: Predictor, rows: Sequence[Row], columns: TextColumns, options: PredictOptions, most_bad: int
) -> ScoredRows:
    """Score a block of rows.

    Parameters
    ----------
    predictor : Predictor
    rows : sequence of Row
    columns : TextColumns
    options : PredictOptions
    most_bad : int
        The search for bad rows ends where there are more: a model that fails at every row is not tried a row at a time.

    Raises
    ------
    BadRowsError
        If more than ``most_bad`` rows cannot be scored.
    """
    errors: dict[int, str] = {}
    texts: dict[int, Text] = {}
    for index, row in enumerate(rows):
        try:
            text = None if row.error else read_text(row.record, columns)
        except DataError as error:
            errors[index] = str(error).lstrip(":, ")
            continue
        if row.error:
            errors[index] = row.error
        elif text is not None:
            texts[index] = text
    _refuse_more(errors, rows, most_bad)
    shape = (0, len(predictor.label_names))
    scored: list[tuple[list[int], NDArray[np.float32], NDArray[np.int64]]] = [
        ([], np.zeros(shape, np.float32), np.zeros(shape, np.int64))
    ]
    waiting = [list(texts)] if texts else []
    while waiting:
        indices = waiting.pop()
        try:
            scored.append((indices, *predictor.predict_arrays([texts[index] for index in indices], options)))
        except DeviceMemoryError:  # no fault of the text
            raise
        except Exception as error:  # whatever a text can make a tokenizer or a model raise
            if len(indices) == 1:
                errors[indices[0]] = describe_error(error)
                _refuse_more(errors, rows, most_bad)
            else:  # the first half is next
                half = len(indices) // 2
                waiting += [indices[half:], indices[:half]]
    with_text, y_prob, y_pred = zip(*scored, strict=True)
    return ScoredRows(list(chain(*with_text)), np.concatenate(y_prob), np.concatenate(y_pred), errors)


def _refuse_more(errors: dict[int, str], rows: Sequence[Row], most_bad: int) -> None:
    if len(errors) > most_bad:
        index, error = list(errors.items())[-1]
        raise BadRowsError(f"at {rows[index].position}: {error}")
