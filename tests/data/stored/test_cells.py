"""Cells on disk are those that were put there, and nothing is left of the file."""

from __future__ import annotations

import gc
import math
import pickle
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitag.data.stored.cells import StoredCells
from multitag.errors import OutputError

FULL = Path("/dev/full")  # a device that is always full
PLAIN = st.text() | st.text(st.characters(categories=["Cs"])) | st.integers() | st.booleans() | st.none() | st.floats()


@given(st.lists(PLAIN | st.lists(PLAIN) | st.decimals(allow_nan=False)), st.lists(PLAIN))
def test_they_come_back_as_they_were(cells, more):
    stored = StoredCells(cells)
    assert [*map(repr, stored)] == [*map(repr, cells)]
    stored.extend(more)  # after they were read
    whole = [*cells, *more]
    assert len(stored) == len(whole)
    assert [*map(repr, stored)] == [*map(repr, whole)]
    assert [*map(repr, stored[1::2])] == [*map(repr, whole[1::2])]


def test_any_is_read_from_both_ends():
    stored = StoredCells(["a", None, "ü"])
    assert (stored[0], stored[-1], stored[1]) == ("a", "ü", None)
    with pytest.raises(IndexError):
        stored[3]


def test_they_travel_to_another_process():
    stored = StoredCells(["a", 1, math.inf, Decimal("0.1")])
    assert list(pickle.loads(pickle.dumps(stored))) == list(stored)


def test_a_folder_that_takes_no_file_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "none"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(OutputError, match=r"none: the texts of a large table cannot be written there: .*; set TMPDIR"):
        StoredCells(["a"])


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full: not Linux")
def test_a_full_disk_is_one_line_and_no_more_when_they_go(monkeypatch):
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **options: FULL.open("w+b"))
    stored = StoredCells()
    with pytest.raises(OutputError, match="No space left on device; set TMPDIR"):
        stored.extend(["a" * 1000] * 100)
    del stored  # pytest fails where an exception is ignored then
    gc.collect()


def test_they_have_no_name_in_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    stored = StoredCells(["a" * 100_000])
    assert not list(tmp_path.iterdir())  # so a process that is killed leaves none
    assert len(stored[0]) == 100_000
