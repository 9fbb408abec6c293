from __future__ import annotations

import os
import random
import signal
import time
from itertools import count, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.special import expit

from multitag.errors import BundleError
from multitag.inference.backends.limits import BatchLimits
from multitag.inference.backends.torch import TorchBackend
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


class Recording:
    """A backend that gives each text the sum of its token ids, and notes the batches it got."""

    def __init__(self, batches_at_once: int) -> None:
        self.name, self.device, self.batches_at_once = "recording", "cpu", batches_at_once
        self.limits = BatchLimits()
        self.shapes: list[tuple[int, int, int]] = []  # rows, tokens, shortest row
        self.alones = 0

    def alone(self, input_ids, attention_mask):
        self.alones += 1
        return self(input_ids, attention_mask)

    def __call__(self, input_ids, attention_mask):
        self.shapes.append((*input_ids.shape, int(attention_mask.sum(axis=1).min())))
        time.sleep(random.uniform(0, 0.002))  # so that batches overtake each other
        return np.repeat((input_ids * attention_mask).sum(axis=1, keepdims=True), 20, axis=1) / 1e5


def test_batches_hold_texts_of_similar_length_the_longest_first(encoder, texts):
    backend = Recording(1)
    score_texts(encoder, backend, texts, 20, batch_size=8)
    assert len(backend.shapes) == 8  # 60 texts
    assert all(before[2] >= after[1] for before, after in pairwise(backend.shapes))


def test_batches_of_long_texts_are_smaller(encoder):
    backend = Recording(1)
    score_texts(encoder, backend, ["word " * 400] * 40 + ["word"] * 40, 20)
    assert backend.shapes[0][:2] == (512 // 48, 48)  # the tiny model reads 48 tokens
    assert max(rows * tokens for rows, tokens, _ in backend.shapes) <= 512
    assert max(rows for rows, _, _ in backend.shapes) == 32


def test_batches_that_are_computed_at_once_are_put_in_the_order_of_the_texts(encoder, texts):
    mixed = [*sorted(texts, key=len), *texts] * 3
    one, four = (score_texts(encoder, Recording(at_once), mixed, 20, batch_size=3) for at_once in (1, 4))
    np.testing.assert_array_equal(one, four)


@pytest.mark.parametrize(("n_texts", "at_once", "alone"), [(1, 4, 1), (8, 4, 1), (9, 4, 0), (9, 1, 2)])
def test_a_batch_that_is_the_only_one_has_all_threads(n_texts, at_once, alone, encoder, texts):
    backend = Recording(at_once)
    score_texts(encoder, backend, texts[:n_texts], 20, batch_size=8)
    assert backend.alones == alone


def test_what_a_batch_raises_is_raised(encoder, texts):
    class Broken(Recording):
        def __call__(self, input_ids, attention_mask):
            raise BundleError("cannot run it")

    with pytest.raises(BundleError, match="cannot run it"):
        score_texts(encoder, Broken(3), texts, 20)


def fails_at_third():
    raise BundleError("cannot run it")


def ctrl_c_at_third():
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize(("at_third", "error"), [(fails_at_third, BundleError), (ctrl_c_at_third, KeyboardInterrupt)])
def test_when_a_batch_raises_or_somebody_interrupts_no_further_ones_are_begun(at_third, error, encoder, texts):
    class Stopped(Recording):
        def __call__(self, input_ids, attention_mask):
            logits = super().__call__(input_ids, attention_mask)
            if next(numbers) == 3:
                at_third()
            time.sleep(0.02)
            return logits

    backend, numbers = Stopped(2), count(1)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # pytest's workers ignore it
    try:
        with pytest.raises(error):
            score_texts(encoder, backend, texts, 20, batch_size=1)
    finally:
        signal.signal(signal.SIGINT, before)
    assert 3 <= len(backend.shapes) < len(texts) / 2


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
