"""Which rows of a table have the same text, or nearly, and so belong on one side of a split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multitag.data.duplicates.equal import group_texts
from multitag.data.duplicates.named_groups import join_groups
from multitag.data.duplicates.near import HEAD, NearDuplicates, find_near_duplicates
from multitag.data.stored.views import taken
from multitag.data.texts import Text, join_text

MOST_CHARACTERS = 40_000_000  # 280,000 plot descriptions: half a minute and half a gigabyte
LARGE_GROUP = 10  # a group of more than a tenth of the rows is a form that was filled in, not a copy
PAIR = 2  # different texts; they are copies of each other, however small the table

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class DuplicateGroups:
    """Rows with equal texts, and different texts that are nearly equal.

    Parameters
    ----------
    equal : ndarray of int64, shape (n_rows,)
        Number of each row's text, as :func:`~multitag.data.duplicates.equal.group_texts` returns it.
    near : NearDuplicates or None
        Pairs of those numbers; None where they were not looked for.
    too_large : bool
        Whether they were not because of the number of characters.
    named : ndarray of int64, shape (n_rows,), or None
        Number of what each row belongs to, such as its film, from 0 without gaps; rows of one belong together too.
    """

    equal: Ints
    near: NearDuplicates | None
    too_large: bool = False
    named: Ints | None = None

    @classmethod
    def find(cls, texts: Sequence[Text], *, near: bool = True) -> DuplicateGroups:
        """Compare the texts of a table.

        Parameters
        ----------
        texts : sequence of str or of (str, str), length n_rows
            Pairs are compared as one text each. Those on disk stay there where there are too many characters.
        near : bool, default True
            Look for near-duplicates too, unless the different texts have more than 40 million characters.
        """
        equal = group_texts(map(join_text, texts))
        if not near:
            return cls(equal, None)
        _, first = np.unique(equal, return_index=True)
        different = taken(texts, first)
        if sum(min(len(join_text(text)), HEAD) for text in different) > MOST_CHARACTERS:
            return cls(equal, None, too_large=True)
        return cls(equal, find_near_duplicates(list(map(join_text, different))))

    def groups(self) -> Ints:
        """Return the number of each row's group, by first appearance; shape (n_rows,).

        Near-duplicates hang together in chains. Where a chain takes in more than a tenth of the rows, its texts
        follow one pattern, and holding none or all of them out would measure less than dividing them: then only
        equal texts among them stay together. Two different texts are never such a pattern. What belongs together by
        name does so however large it is.
        """
        return self._alike() if self.named is None else join_groups(self._alike(), self.named)

    def _alike(self) -> Ints:
        if self.near is None:
            return self.equal
        groups = self.near.groups[self.equal]
        rows = np.bincount(groups, minlength=len(groups))
        texts = np.bincount(self.near.groups, minlength=len(groups))
        large = (rows[groups] > len(groups) // LARGE_GROUP) & (texts[groups] > PAIR)
        _, first, numbers = np.unique(
            np.where(large, len(groups) + self.equal, groups), return_index=True, return_inverse=True
        )
        by_appearance = np.argsort(np.argsort(first))
        result: Ints = by_appearance[numbers]
        return result

    def of_rows(self, rows: Ints) -> DuplicateGroups:
        """Return the groups among some of the rows, without comparing texts again.

        Parameters
        ----------
        rows : ndarray of int64, shape (n_chosen,)
            Indices, each at most once.
        """
        numbers, first, inverse = np.unique(self.equal[rows], return_index=True, return_inverse=True)
        rank = np.argsort(np.argsort(first))  # (n_chosen_texts,) by first appearance
        named = None if self.named is None else np.unique(self.named[rows], return_inverse=True)[1]
        if self.near is None:
            return DuplicateGroups(rank[inverse], None, self.too_large, named)
        renumbered = np.full(self.near.n_texts, -1)
        renumbered[numbers] = rank
        pairs = np.sort(renumbered[self.near.pairs], axis=1)
        inside = pairs[:, 0] >= 0
        pairs, similarity = pairs[inside], self.near.similarity[inside]
        order = np.lexsort(pairs.T[::-1])
        near = NearDuplicates(len(numbers), pairs[order], similarity[order])
        return DuplicateGroups(rank[inverse], near, named=named)

    def count_overlap(self, train: Ints, held_out: Ints) -> int:
        """Count the held-out rows whose text, or nearly, is on a training row."""
        in_train = np.zeros(int(self.equal.max(initial=-1)) + 1, dtype=bool)
        in_train[self.equal[train]] = True
        almost = in_train.copy()
        if self.near is not None:
            one, other = self.near.pairs.T
            almost[one[in_train[other]]] = True
            almost[other[in_train[one]]] = True
        return int(almost[self.equal[held_out]].sum())
