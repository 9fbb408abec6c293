"""Texts to probabilities: encoded, sorted by length, scored in batches, put back in order."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from itertools import chain, islice
from threading import Event, Lock

import numpy as np
from numpy.typing import NDArray

from multitag.config import Pool
from multitag.data.texts import Text
from multitag.data.unknown_tokens import UnknownTally
from multitag.errors import BundleError
from multitag.evaluation import log_odds
from multitag.inference.backends.backend import Backend
from multitag.inference.backends.limits import BatchLimits
from multitag.inference.encoding import TextEncoder, pad_batch
from multitag.inference.options import DEFAULT_BATCH_SIZE

MAX_WINDOWS = 16  # of one text: 3,120 tokens at a max_length of 256


def sigmoid(logits: NDArray[np.floating]) -> NDArray[np.float32]:
    """Turn logits into probabilities, without overflow at either end."""
    return log_odds.sigmoid(logits).astype(np.float32)


def token_batches(
    rows: Sequence[Sequence[int]], pad_id: int, batch_size: int = DEFAULT_BATCH_SIZE,
    limits: BatchLimits | None = None,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Yield tokenised texts in padded batches of similar length and bounded size.

    Parameters
    ----------
    rows : sequence of sequence of int, length n_texts
        Token ids of each text.
    pad_id : int
    batch_size : int
        Texts in a batch at most; fewer where they would make more tokens than the limits allow, padding included.
    limits : BatchLimits, optional
        Asked anew for each batch, as a GPU lowers them where its memory runs out; by default those of a CPU.

    Yields
    ------
    indices : ndarray of int64, shape (batch,)
        Positions of its texts.
    input_ids, attention_mask : ndarray of int64, shape (batch, tokens)
    """
    limits = limits or BatchLimits()
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    limits.expect(int(lengths.sum()))
    order = np.argsort(-lengths, kind="stable")  # longest first: memory peaks at once
    start = 0
    while start < len(order):
        size = limits.texts_of(batch_size, int(lengths[order[start]]))
        indices = order[start : start + size]
        yield indices, *pad_batch([rows[index] for index in indices], pad_id)
        start += size


def score_texts(
    encoder: TextEncoder,
    backend: Backend,
    texts: Sequence[Text],
    n_labels: int,
    batch_size: int = DEFAULT_BATCH_SIZE,
    pool: Pool | None = None,
    tally: UnknownTally | None = None,
) -> NDArray[np.float32]:
    """Return the probabilities of texts, scored in batches of similar length so that little is spent on padding.

    Parameters
    ----------
    encoder : TextEncoder
    backend : Backend
    texts : sequence of str or of (str, str), length n_texts
        May be empty.
    n_labels : int
    batch_size : int
        Texts in a batch at most.
    pool : {"mean", "max"}, optional
        Read a text of more than max_length tokens in overlapping windows, at most 16, and take the mean or the largest
        probability of each label over them. Labels are pooled separately: a text may be about one thing at its start
        and another at its end. By default only the start is read.
    tally : UnknownTally, optional
        Gets the unknown tokens of these texts added.

    Returns
    -------
    ndarray of float32, shape (n_texts, n_labels)
        Uncalibrated probabilities in [0, 1], in the order of the texts.

    Raises
    ------
    DataError
        If a text is not a string.
    BundleError
        If the tokenizer or the model fails at a text, or the model returns anything but one finite number per label.
    """
    windows = encoder.encode_windows(texts, 1 if pool is None else MAX_WINDOWS)
    if tally is not None:
        tally.add(encoder.count_unknown(windows))
    rows = list(chain.from_iterable(windows))
    return _pool_windows(windows, _score_rows(rows, backend, encoder.pad_id, n_labels, batch_size), pool)


def score_encoded(
    windows: Sequence[Sequence[Sequence[int]]],
    backend: Backend,
    pad_id: int,
    n_labels: int,
    pool: Pool | None = None,
    *,
    alone: bool,
) -> NDArray[np.float32]:
    """Return the probabilities of texts that are tokenised already, computed in the calling thread.

    Parameters
    ----------
    windows : sequence of sequence of sequence of int, length n_texts
        The windows of each text, at least one.
    backend : Backend
    pad_id : int
    n_labels : int
    pool : {"mean", "max"}, optional
        As in :func:`score_texts`.
    alone : bool
        Whether no other thread scores meanwhile, so that a batch may take all the backend's threads.

    Returns
    -------
    ndarray of float32, shape (n_texts, n_labels)
        Uncalibrated probabilities in [0, 1].

    Raises
    ------
    BundleError
        As :func:`score_texts`.
    """
    rows = list(chain.from_iterable(windows))
    score = backend.alone if alone else backend
    probabilities = np.zeros((len(rows), n_labels), dtype=np.float32)
    for indices, ids, mask in token_batches(rows, pad_id, limits=backend.limits):
        probabilities[indices] = sigmoid(_checked(score(ids, mask), (len(indices), n_labels), backend.name))
    return _pool_windows(windows, probabilities, pool)


def _pool_windows(
    windows: Sequence[Sequence[Sequence[int]]], probabilities: NDArray[np.float32], pool: Pool | None
) -> NDArray[np.float32]:
    """Turn the probabilities of windows into those of their texts."""
    if len(probabilities) == len(windows):
        return probabilities
    counts = np.fromiter(map(len, windows), np.int64, len(windows))
    starts = np.cumsum(counts) - counts
    if pool == "max":
        return np.maximum.reduceat(probabilities, starts, axis=0)
    mean = np.add.reduceat(probabilities, starts, axis=0) / counts[:, None]  # (n_texts, n_labels)
    return np.minimum(mean, 1).astype(np.float32)  # a mean of ones may be rounded above 1


def _score_rows(
    rows: Sequence[Sequence[int]], backend: Backend, pad_id: int, n_labels: int, batch_size: int
) -> NDArray[np.float32]:
    """Return the probabilities of tokenised rows, in their order."""
    probabilities = np.zeros((len(rows), n_labels), dtype=np.float32)
    batches, lock = token_batches(rows, pad_id, batch_size, backend.limits), Lock()
    first_two = list(islice(batches, 2))
    alone = backend.batches_at_once == 1 or len(first_two) < 2
    score, batches = backend.alone if alone else backend, chain(first_two, batches)

    stopped = Event()

    def score_batches() -> None:
        while not stopped.is_set():
            with lock:  # a generator cannot be asked by two threads at once
                batch = next(batches, None)
            if batch is None:
                return
            indices, ids, mask = batch
            started = time.perf_counter()
            logits = score(ids, mask)
            backend.limits.measured(ids.size, time.perf_counter() - started)
            probabilities[indices] = sigmoid(_checked(logits, (len(indices), n_labels), backend.name))

    if alone:
        score_batches()
    else:
        with ThreadPoolExecutor(backend.batches_at_once) as workers:
            futures = [workers.submit(score_batches) for _ in range(backend.batches_at_once)]
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
            finally:
                stopped.set()  # by Ctrl-C too: the batches under way are the last
            for future in futures:
                future.result()  # raises what a batch raised
    return probabilities


def _checked(logits: NDArray[np.float32], shape: tuple[int, int], name: str) -> NDArray[np.float32]:
    if logits.shape != shape or not np.isfinite(logits).all():
        raise BundleError(
            f"the model ({name}) returned logits of shape {logits.shape}, or some that are not finite; "
            f"expected finite ones of shape {shape}; get or make the bundle again"
        )
    return logits
