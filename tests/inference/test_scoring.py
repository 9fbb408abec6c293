from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.special import expit

from multitag.inference.backends import TorchBackend
from multitag.inference.encoding import TextEncoder
from multitag.inference.scoring import score_texts, sigmoid

LOGITS = st.floats(allow_nan=False, allow_infinity=True, width=32)


@pytest.fixture(scope="module")
def encoder(finished_run) -> TextEncoder:
    return TextEncoder(finished_run.bundle / "model")


@pytest.fixture(scope="module")
def backend(finished_run) -> TorchBackend:
    return TorchBackend(finished_run.bundle / "model")


def test_scores_come_in_the_order_of_the_texts(encoder, backend, texts):
    mixed = [*sorted(texts, key=len), *texts, "", "a"]  # short, long and equal ones
    together = score_texts(encoder, backend, mixed, 20)
    alone = np.concatenate([score_texts(encoder, backend, [text], 20) for text in mixed])
    assert together.shape == (len(mixed), 20)
    assert together.dtype == np.float32
    assert np.abs(together - alone).max() < 1e-6
    assert np.ptp(alone, axis=0).max() > 1e-4  # texts in another order would show


@pytest.mark.parametrize("batch_size", [1, 2, 7, 1000])
def test_the_batch_size_changes_nothing(encoder, backend, texts, batch_size):
    expected = score_texts(encoder, backend, texts, 20)
    assert np.abs(score_texts(encoder, backend, texts, 20, batch_size) - expected).max() < 1e-6


def test_no_text_gives_no_row(encoder, backend):
    assert score_texts(encoder, backend, [], 20).shape == (0, 20)


def test_batches_hold_texts_of_similar_length_the_longest_first(encoder, texts):
    shapes = []

    def backend(ids, mask):
        shapes.append((ids.shape[1], int(mask.sum(axis=1).min())))
        return np.zeros((len(ids), 20), dtype=np.float32)

    score_texts(encoder, backend, texts, 20, batch_size=8)
    assert len(shapes) == 8  # 60 texts
    assert all(before[1] >= after[0] for before, after in pairwise(shapes))


@given(arrays(np.float32, array_shapes(max_dims=2), elements=LOGITS))
def test_the_sigmoid_is_exact_to_float32_and_never_overflows(logits):
    with np.errstate(all="raise", under="ignore"):  # exp(-1000) is 0
        probabilities = sigmoid(logits)
    assert probabilities.dtype == np.float32
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert np.abs(probabilities - expit(logits.astype(np.float64))).max() < 1e-7


def test_the_sigmoid_at_its_ends_and_middle():
    logits = np.array([-np.inf, -1e30, -100, 0, 100, 1e30, np.inf, np.nan], dtype=np.float32)
    low = np.float32(np.exp(-100.0))
    np.testing.assert_array_equal(sigmoid(logits), np.array([0, 0, low, 0.5, 1, 1, 1, np.nan], np.float32))
