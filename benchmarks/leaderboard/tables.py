"""The tables of the leaderboard, how each is read, and what recipes may be chosen by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from benchmarks.record import SHARED

import multitag
from multitag import Table

DRAW_SEED = 0  # of the rows of a part of a table; the draws of the folds have their own


@dataclass(frozen=True)
class Entry:
    """A table of the leaderboard.

    Parameters
    ----------
    title : str
        What it holds, for the page.
    read : callable
        Returns the table.
    chosen_by : bool
        Whether settings may be chosen by it; the others are only reported.
    part_of : str
        The table that its rows are of; its own name where it is whole.
    by_default : bool, default True
        Whether it is run where no tables are named.
    """

    title: str
    read: Callable[[], Table]
    chosen_by: bool
    part_of: str
    by_default: bool = True


def take_rows(table: Table, n_rows: int, seed: int = DRAW_SEED) -> Table:
    """Draw rows of a table, without replacement and in their order."""
    drawn = np.sort(np.random.default_rng(seed).choice(len(table), n_rows, replace=False))
    texts, labels, rows = (tuple(cells[row] for row in drawn) for cells in (table.texts, table.labels, table.rows))
    return replace(table, texts=texts, labels=labels, rows=rows, n_rows_source=n_rows, left_out=())


def _netflix(n_rows: int | None = None) -> Table:
    table = multitag.read_table(SHARED / "netflix_titles.csv", text="description", labels="listed_in")
    return table if n_rows is None else take_rows(table, n_rows)


def _file(name: str, text: str, labels: str) -> Callable[[], Table]:
    return partial(multitag.read_table, SHARED / name, text=text, labels=labels)


TABLES = {
    "sample": Entry("the packaged sample of invented films", partial(multitag.read_table, "sample"), True, "sample"),
    "tmdb": Entry("films of TMDB, genres", _file("tmdb_500.csv", "overview", "genres"), True, "tmdb"),
    "sdg": Entry(
        "articles, 377 words on average, goals of the UN",
        partial(multitag.read_table, SHARED / "sdg_articles.csv", text="text", label_columns="SDG1..SDG17"),
        True, "sdg",
    ),
    "netflix-500": Entry(  # for encoders of width 768, which take four times as long a row
        "500 titles of Netflix, categories", partial(_netflix, 500), True, "netflix", by_default=False
    ),
    "netflix-1000": Entry("1,000 titles of Netflix, categories", partial(_netflix, 1000), True, "netflix"),
    "netflix-2000": Entry("2,000 titles of Netflix, categories", partial(_netflix, 2000), True, "netflix"),
    "netflix": Entry(  # takes hours
        "all titles of Netflix, categories", _netflix, True, "netflix", by_default=False
    ),
    "imdb": Entry("films of IMDB, genres", _file("IMDB-Movie-Data.csv", "Description", "Genre"), False, "imdb"),
}  # fmt: skip
