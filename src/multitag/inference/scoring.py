"""Texts to probabilities: encode, sort by length, score in batches, put back in order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from multitag.errors import BundleError
from multitag.inference.backends import Backend
from multitag.inference.encoding import TextEncoder, pad_batch

DEFAULT_BATCH_SIZE = 32


def sigmoid(logits: NDArray[np.floating]) -> NDArray[np.float32]:
    """Turn logits into probabilities, without overflow at either end."""
    values = np.asarray(logits, dtype=np.float64)
    small = np.exp(-np.abs(values))  # in (0, 1]
    return (np.where(values >= 0, 1.0, small) / (1.0 + small)).astype(np.float32)


def score_texts(
    encoder: TextEncoder,
    backend: Backend,
    texts: Sequence[str],
    n_labels: int,
    batch_size: int = DEFAULT_BATCH_SIZE,
) -> NDArray[np.float32]:
    """Score texts in batches of similar length, so that little is computed on padding.

    Parameters
    ----------
    encoder : TextEncoder
    backend : Backend
    texts : sequence of str, length n_texts
        May be empty.
    n_labels : int
    batch_size : int

    Returns
    -------
    ndarray of float32, shape (n_texts, n_labels)
        Uncalibrated probabilities in [0, 1], in the order of the texts.

    Raises
    ------
    DataError
        If a text is not text.
    BundleError
        If the tokenizer or the model cannot take a text, or gives no finite number a label.
    """
    rows = encoder.encode(texts)
    order = sorted(
        range(len(rows)), key=lambda index: -len(rows[index])
    )  # longest first: memory peaks at once
    probabilities = np.zeros((len(rows), n_labels), dtype=np.float32)
    for start in range(0, len(order), batch_size):
        indices = order[start : start + batch_size]
        ids, mask = pad_batch([rows[index] for index in indices], encoder.pad_id)
        logits = backend(ids, mask)
        if logits.shape != (len(indices), n_labels) or not np.isfinite(logits).all():
            raise BundleError(
                f"the model ({backend.name}) gave logits of shape {logits.shape}, or some that are no finite numbers; "
                f"expected {(len(indices), n_labels)}: get or make the bundle again"
            )
        probabilities[indices] = sigmoid(logits)
    return probabilities
