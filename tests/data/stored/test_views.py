"""A table whose texts are on disk is the same table: its rows, its split, its notes."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

from multitag import read_table
from multitag.config import Config
from multitag.data.stored import column
from multitag.data.stored.views import StoredTexts, chained, taken
from multitag.data.table import join_tables
from multitag.data.task import Task
from multitag.jobs.train.facts import saved_split
from multitag.jobs.train.notes import task_notes

N_ROWS = 300


@pytest.fixture(scope="module")
def rows() -> list[dict[str, object]]:
    """Rows with repeated texts, a missing one, and one whose labels cannot be read."""
    sample = read_table("sample")
    texts = [*sample.texts[: N_ROWS - 20], *sample.texts[:20]]
    labels = [list(names) for names in (*sample.labels[: N_ROWS - 20], *sample.labels[20:40])]
    rows: list[dict[str, object]] = [
        {"text": text, "title": f"Film {number}", "genres": names, "user": f"u{number % 50}"}
        for number, (text, names) in enumerate(zip(texts, labels, strict=True))
    ]
    rows[7]["text"], rows[8]["genres"] = None, 7.5
    return rows


@pytest.fixture(params=["jsonl", "parquet", "csv"])
def source(request, rows, tmp_path):
    path = tmp_path / f"rows.{request.param}"
    if request.param == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path
    import pandas as pd

    frame = pd.DataFrame(rows).drop(index=8)
    if request.param == "parquet":
        frame.to_parquet(path)
    else:
        frame.assign(genres=frame.genres.map(",".join)).to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    "settings",
    [{}, {"merge_rows": True}, {"group": "user"}, {"text": ("title", "text"), "text_pair": True}],
    ids=str,
)
def test_it_is_the_table_that_it_is_in_memory(source, settings, monkeypatch):
    settings = {"text": "text", "labels": "genres", **settings}
    in_memory = read_table(source, **settings)
    monkeypatch.setattr(column, "STORED_FROM", 1000)
    stored = read_table(source, **settings)
    assert isinstance(stored.texts, StoredTexts)
    assert isinstance(in_memory.texts, tuple)
    assert (tuple(stored.texts), tuple(stored.rows)) == (in_memory.texts, in_memory.rows)
    for name in ("labels", "left_out", "notes", "groups", "judged", "summary"):
        assert getattr(stored, name) == getattr(in_memory, name), name
    assert stored.fingerprint() == in_memory.fingerprint()
    for changes in ({}, {"folds": 3, "rare": "drop", "min_support": 20}):
        one, other = (Task.prepare(table, Config().override(**changes)) for table in (in_memory, stored))
        assert np.array_equal(one.y, other.y)
        assert saved_split(one) == saved_split(other)
        assert task_notes(one) == task_notes(other)
        assert list(other.texts("test")) == one.texts("test")


def test_a_table_joins_another(source, monkeypatch):
    in_memory = read_table(source, text="text", labels="genres")
    monkeypatch.setattr(column, "STORED_FROM", 1000)
    stored = read_table(source, text="text", labels="genres")
    for parts in ([stored, in_memory], [in_memory, stored], [stored, stored]):
        joined, expected = join_tables(parts), join_tables([in_memory, in_memory])
        assert isinstance(joined.texts, StoredTexts)
        assert joined.fingerprint() == expected.fingerprint()
        assert tuple(joined.rows) == expected.rows
        assert joined.texts[-1] == expected.texts[-1]


def test_views_read_slices_places_and_across_processes(source, monkeypatch):
    in_memory = read_table(source, text="text", labels="genres").texts
    monkeypatch.setattr(column, "STORED_FROM", 1000)
    texts = read_table(source, text="text", labels="genres").texts
    some = taken(texts, [5, 1])
    assert some[:] == [in_memory[5], in_memory[1]] == list(some) == list(pickle.loads(pickle.dumps(some)))
    both = chained(some, ["new"])
    assert (len(both), both[-1], both[1]) == (3, "new", in_memory[1])
    assert chained(in_memory[:1], ["new"]) == [in_memory[0], "new"]
    with pytest.raises(IndexError):
        both[3]
