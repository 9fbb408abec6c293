"""Which rows go into a step: batches of texts of one length, of about the same number of tokens each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

# Lengths are blurred by up to this share before rows are sorted, so that a row meets others in each epoch.
BLUR = 0.05


class TokenBudgetBatches(Sampler[list[int]]):
    """Batches of neighbours in length, other ones in each epoch, and the same number of them.

    The rows are sorted by length and cut into batches of about the same number of tokens, padding counted: a batch
    of long texts has fewer of them, so that a step takes the same time and memory as any other. There are as many
    batches as there would be of ``batch_size`` rows each. The cuts are made once. In each epoch the lengths are
    blurred a little, the rows sorted by them and cut at the same places, and the batches shuffled. The order depends
    on ``seed`` and the epoch only, so that a run which resumes in the middle of an epoch draws it again.

    Parameters
    ----------
    lengths : sequence of int, length n_rows
        Tokens of each row, at least 1.
    batch_size : int
        Mean number of rows of a batch.
    seed : int
    share : (int, int)
        Which share of each batch to yield, counted from 0, of how many: one for each process that trains.
    """

    def __init__(
        self, lengths: Sequence[int] | NDArray[np.integer], batch_size: int, seed: int, share: tuple[int, int] = (0, 1)
    ) -> None:
        self.lengths = np.asarray(lengths)  # (n_rows,)
        self.seed, self.epoch = seed, 0
        self.share, self.n_shares = share
        cuts = cut(np.sort(self.lengths), batch_size)
        self.cuts = with_enough_rows(cuts, len(self.lengths), self.n_shares)  # one for each process

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of an epoch, counted from 0; the Trainer calls it."""
        self.epoch = epoch

    def __len__(self) -> int:
        """Count the batches of an epoch."""
        return len(self.cuts) + 1

    def __iter__(self) -> Iterator[list[int]]:
        """Yield the row numbers of each batch."""
        rng = np.random.default_rng((self.seed, self.epoch))
        for batch in draw_batches(self.lengths, self.cuts, rng):
            yield batch[self.share :: self.n_shares].tolist()


def draw_batches(
    lengths: NDArray[np.integer], cuts: Sequence[int], rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Sort rows by their lengths, blurred a little, cut them, and yield the batches shuffled: places among the rows."""
    blurred = lengths * rng.uniform(1 - BLUR, 1 + BLUR, len(lengths))
    batches = np.split(np.argsort(blurred, kind="stable"), cuts)
    return (batches[index] for index in rng.permutation(len(batches)))


def cut(ascending: NDArray[np.integer], batch_size: int) -> list[int]:
    """Find where to cut sorted lengths so that the largest batch, rows times its longest, is as small as it can be."""
    n_batches = -(-len(ascending) // batch_size)
    longest = int(ascending[-1])
    low, high = longest, longest * batch_size  # with the larger there are never more batches than that
    while low < high:
        budget = (low + high) // 2
        low, high = (low, budget) if len(_cut_by(ascending, budget)) < n_batches else (budget + 1, high)
    return _cut_by(ascending, high)


def _cut_by(ascending: NDArray[np.integer], budget: int) -> list[int]:
    """Cut so that rows times the longest of a batch is at most ``budget`` tokens."""
    cuts: list[int] = []
    end = len(ascending)
    while end > 0:  # from the longest down: it decides how many rows a batch can have
        end = max(0, end - budget // int(ascending[end - 1]))
        cuts.append(end)
    return cuts[-2::-1]  # without the cut at 0


def with_enough_rows(cuts: list[int], n_rows: int, fewest: int) -> list[int]:
    """Move cuts as little as it takes for each batch to have ``fewest`` rows; one too many is dropped."""
    moved: list[int] = []
    end = n_rows
    for cut in reversed(cuts):
        end = min(cut, end - fewest)
        moved.append(end)
    start = 0
    for index, cut in enumerate(reversed(moved)):
        start = max(cut, start + fewest)
        moved[-1 - index] = start
    return [cut for cut in reversed(moved) if cut <= n_rows - fewest]
