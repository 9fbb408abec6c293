"""An epoch by shards and buffers has every row once, the same for a seed, and reads the file piece by piece."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multitag.training.batches import shards
from multitag.training.batches.by_tokens import TokenBudgetBatches
from multitag.training.batches.shards import ShardedBatches, choose_batches

LENGTHS = st.lists(st.integers(2, 256), min_size=1, max_size=300)


def epoch(batches: ShardedBatches, number: int) -> list[list[int]]:
    batches.set_epoch(number)
    return list(batches)


@given(LENGTHS, st.integers(1, 20), st.integers(1, 40), st.integers(0, 5), st.integers(1, 4))
def test_processes_share_every_row_once_in_the_announced_number_of_batches(lengths, size, rows, number, n_shares):
    lengths = lengths + [256] * n_shares  # as many rows as processes, at least
    parts = [
        ShardedBatches(lengths, size * n_shares, 0, (share, n_shares), shard_rows=rows) for share in range(n_shares)
    ]
    shared = [epoch(part, number) for part in parts]
    assert sorted(row for batches in shared for batch in batches for row in batch) == list(range(len(lengths)))
    assert {len(batches) for batches in shared} == {len(part) for part in parts}
    assert all(batch for batches in shared for batch in batches)


@given(LENGTHS, st.integers(1, 20), st.integers(1, 40))
def test_no_batch_is_larger_than_the_longest_texts_would_make_it(lengths, size, rows):
    batches = ShardedBatches(lengths, size, 0, shard_rows=rows)
    for buffered in batches._buffers(np.arange(batches.n_shards)):
        ascending = np.sort(np.array(lengths)[buffered])
        for part in np.split(ascending, batches._cuts(ascending)):
            assert len(part) * part[-1] <= ascending[-1] * size


def test_an_epoch_follows_from_the_seed_and_another_one_has_another_order():
    batches, again = (ShardedBatches([7] * 500, 4, 3, shard_rows=10) for _ in range(2))
    assert epoch(batches, 1) == epoch(again, 1) != epoch(batches, 2)
    assert epoch(ShardedBatches([7] * 500, 4, 4, shard_rows=10), 1) != epoch(batches, 1)


def test_a_buffer_is_read_before_the_next_and_its_shards_come_from_anywhere():
    order = [row for batch in epoch(ShardedBatches([7] * 1600, 5, 0, shard_rows=10), 0) for row in batch]
    pieces = [{row // 10 for row in order[start : start + 160]} for start in range(0, 1600, 160)]
    assert [len(piece) for piece in pieces] == [shards.SHARDS_AT_ONCE] * 10  # 16 of 160 shards, whole
    assert max(max(piece) - min(piece) for piece in pieces) > 100
    assert order[:160] != sorted(order[:160])


def test_only_many_tokens_are_read_by_shards(monkeypatch):
    lengths = np.full(1000, 8)
    assert isinstance(choose_batches(lengths, 4, 0), TokenBudgetBatches)
    monkeypatch.setattr(shards, "SHARDED_FROM", 8000)
    monkeypatch.setattr(shards, "SHARD", 80)
    batches = choose_batches(lengths, 4, 0)
    assert isinstance(batches, ShardedBatches)
    assert batches.shard_rows == 10


@pytest.mark.slow
def test_a_training_that_is_interrupted_within_an_epoch_goes_on_bit_for_bit(tune, interrupt, monkeypatch, tmp_path):
    for name, value in (("SHARDED_FROM", 0), ("SHARD", 1), ("SHARDS_AT_ONCE", 2)):
        monkeypatch.setattr(shards, name, value)
    monkeypatch.setattr("multitag.training.token_cache.CACHED_FROM", 1)
    settings: dict[str, Any] = {"epochs": 2, "save_steps": 3, "save_total_limit": 10}
    whole = tune(tmp_path / "whole", **settings).fit.model.state_dict()
    interrupt(7)  # of 8 steps; the checkpoint of the sixth is within the second epoch
    with pytest.raises(KeyboardInterrupt):
        tune(tmp_path / "resumed", **settings)
    resumed = tune(tmp_path / "resumed", resume=True, **settings).fit.model.state_dict()
    assert all(torch.equal(whole[name], tensor) for name, tensor in resumed.items())
