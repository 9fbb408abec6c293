"""The order of an epoch for tokens that memory may not hold: by shards of the file, and shuffled within a buffer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

from multitag.training.batches.by_tokens import TokenBudgetBatches, cut, draw_batches, with_enough_rows

# Tokens. Fewer than a gigabyte of them stay in memory once they are read. A disk that seeks reads a shard in one go;
# a buffer, a quarter of a gigabyte, is as far as rows meet others within an epoch.
SHARDED_FROM, SHARD, SHARDS_AT_ONCE = 2**28, 2**22, 16

Share = tuple[int, int]


def choose_batches(
    lengths: NDArray[np.int64], batch_size: int, seed: int, share: Share = (0, 1)
) -> TokenBudgetBatches | ShardedBatches:
    """Shuffle all rows of an epoch, or from 268 million tokens on shards and buffers.

    Parameters are those of :class:`~multitag.training.batches.by_tokens.TokenBudgetBatches`.
    """
    n_tokens = int(lengths.sum())
    if n_tokens < SHARDED_FROM:
        return TokenBudgetBatches(lengths, batch_size, seed, share)
    return ShardedBatches(lengths, batch_size, seed, share, shard_rows=SHARD * len(lengths) // n_tokens)


class ShardedBatches(Sampler[list[int]]):
    """Batches of neighbours in length within a buffer of shards, other ones in each epoch, and the same number of them.

    Rows that stand together are a shard. In each epoch the shards are shuffled, but for the last, which takes the rows
    that are left over and stays last; every sixteen of them are a buffer, whose rows are put into batches as
    :class:`~multitag.training.batches.by_tokens.TokenBudgetBatches` does with all rows. So a file that does not fit in
    memory is read in long pieces, each once an epoch. The order depends on ``seed`` and the epoch only.

    Parameters
    ----------
    lengths, batch_size, seed, share
        As in :class:`~multitag.training.batches.by_tokens.TokenBudgetBatches`.
    shard_rows : int
        Rows of a shard; at least those of a batch are taken.
    """

    def __init__(
        self, lengths: Sequence[int] | NDArray[np.integer], batch_size: int, seed: int, share: Share = (0, 1), *,
        shard_rows: int,
    ) -> None:  # fmt: skip
        self.lengths = np.asarray(lengths)  # (n_rows,)
        self.batch_size, self.seed, self.epoch = batch_size, seed, 0
        self.share, self.n_shares = share
        self.shard_rows = max(shard_rows, batch_size)
        self.n_shards = max(1, len(self.lengths) // self.shard_rows)

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of an epoch, counted from 0; the Trainer calls it."""
        self.epoch = epoch

    def __len__(self) -> int:
        """Count the batches of an epoch."""
        return sum(self._n_batches(len(rows)) for rows in self._buffers(np.arange(self.n_shards)))

    def __iter__(self) -> Iterator[list[int]]:
        """Yield the row numbers of each batch."""
        rng = np.random.default_rng((self.seed, self.epoch))
        for rows in self._buffers(np.append(rng.permutation(self.n_shards - 1), self.n_shards - 1)):
            lengths = self.lengths[rows]
            for batch in draw_batches(lengths, self._cuts(np.sort(lengths)), rng):
                yield rows[batch][self.share :: self.n_shares].tolist()

    def _buffers(self, shards: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
        """Yield the rows of each buffer of these shards; as many, however they are shuffled."""
        starts = np.append(np.arange(self.n_shards) * self.shard_rows, len(self.lengths))
        for first in range(0, self.n_shards, SHARDS_AT_ONCE):
            buffered = shards[first : first + SHARDS_AT_ONCE]
            yield np.concatenate([np.arange(starts[shard], starts[shard + 1]) for shard in buffered])

    def _n_batches(self, n_rows: int) -> int:
        return min(-(-n_rows // self.batch_size), max(1, n_rows // self.n_shares))

    def _cuts(self, ascending: NDArray[np.integer]) -> list[int]:
        """Cut into the number of batches that was announced; those that lengths save are made of the largest ones."""
        edges = [0, *cut(ascending, self.batch_size), len(ascending)]
        for _ in range(self._n_batches(len(ascending)) - len(edges) + 1):
            largest = int(np.argmax(np.diff(edges)))
            edges.insert(largest + 1, (edges[largest] + edges[largest + 1]) // 2)
        return with_enough_rows(edges[1:-1], len(ascending), self.n_shares)
