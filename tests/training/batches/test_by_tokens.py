from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitag.training.batches.by_tokens import TokenBudgetBatches

LENGTHS = st.lists(st.integers(2, 256), min_size=1, max_size=200)


def epoch(batches: TokenBudgetBatches, number: int) -> list[list[int]]:
    batches.set_epoch(number)
    return list(batches)


def tokens(lengths: list[int], batch: list[int]) -> int:
    return len(batch) * max(lengths[row] for row in batch)


@given(LENGTHS, st.integers(1, 40), st.integers(0, 5))
def test_an_epoch_has_every_row_once_in_the_announced_number_of_batches(lengths, batch_size, number):
    batches = TokenBudgetBatches(lengths, batch_size, seed=0)
    rows = epoch(batches, number)
    assert sorted(row for batch in rows for row in batch) == list(range(len(lengths)))
    assert len(rows) == len(batches) <= -(-len(lengths) // batch_size)
    assert all(rows)


@given(LENGTHS, st.integers(1, 40))
def test_no_batch_is_larger_than_the_longest_texts_would_make_it(lengths, batch_size):
    batches = TokenBudgetBatches(lengths, batch_size, seed=0)
    ascending = sorted(lengths)
    for part in np.split(np.arange(len(lengths)), batches.cuts):
        assert tokens(ascending, part.tolist()) <= max(lengths) * batch_size


@given(LENGTHS, st.integers(1, 10), st.integers(1, 4))
def test_processes_share_the_rows_and_none_goes_without(lengths, batch_size, n_shares):
    lengths = lengths + [256] * n_shares  # as many rows as processes, at least
    shares = [
        epoch(TokenBudgetBatches(lengths, batch_size * n_shares, 0, (share, n_shares)), 1) for share in range(n_shares)
    ]
    assert sorted(row for share in shares for batch in share for row in batch) == list(range(len(lengths)))
    assert all(batch for share in shares for batch in share)
    assert len({len(share) for share in shares}) == 1


def test_a_batch_of_long_texts_has_fewer_of_them():
    lengths = [20] * 90 + [200] * 10
    sizes = {max(lengths[row] for row in batch): len(batch) for batch in epoch(TokenBudgetBatches(lengths, 16, 0), 0)}
    assert sizes[200] < 10 < sizes[20]


def test_texts_of_one_length_make_batches_of_one_size():
    sizes = [len(batch) for batch in epoch(TokenBudgetBatches([7] * 64, 16, 0), 0)]
    assert sizes == [16, 16, 16, 16]


def test_the_order_depends_on_seed_and_epoch_only():
    rng = np.random.default_rng(0)
    lengths = rng.integers(5, 80, 300)
    first = epoch(TokenBudgetBatches(lengths, 16, seed=3), 2)
    batches = TokenBudgetBatches(lengths, 16, seed=3)
    assert epoch(batches, 0) != epoch(batches, 1)
    assert epoch(batches, 2) == first
    assert epoch(TokenBudgetBatches(lengths, 16, seed=4), 2) != first


def test_little_is_padding():
    lengths = np.random.default_rng(1).normal(40, 12, 800).clip(5, 120).astype(int)
    rows = epoch(TokenBudgetBatches(lengths, 16, seed=0), 0)
    padded = sum(tokens(lengths.tolist(), batch) for batch in rows)
    assert padded / lengths.sum() == pytest.approx(1.04, abs=0.03)
