"""Targets that were encoded already are read with the names of their places, or refused: never as labels 0 and 1."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from data.label_formats.rows import NAMES, frame, read, refused, same_labels
from multitag.config import Config
from multitag.data.label_formats.vectors import read_vector
from multitag.data.read import load_tables, read_table, settings_of_bundle
from multitag.data.task import Task
from multitag.jobs.train.facts import data_facts

WAYS: dict[str, Callable[[list[int]], object]] = {
    "list in text": str,
    "tuple in text": lambda vector: str(tuple(vector)),
    "spaces": lambda vector: " ".join(map(str, vector)),
    "commas": lambda vector: ",".join(map(str, vector)),
    "floats": lambda vector: str([float(value) for value in vector]),
    "numpy": lambda vector: str(np.array(vector)),
    "numpy floats": lambda vector: str(np.array(vector, dtype=float)),
    "array()": lambda vector: repr(np.array(vector, dtype=np.int8)),
    "JSON booleans": lambda vector: json.dumps(list(map(bool, vector))),
    "Python booleans": lambda vector: str(list(map(bool, vector))),
    "texts in a list": lambda vector: json.dumps(list(map(str, vector))),
    "-1 and 1": lambda vector: str([value or -1 for value in vector]),
    "bits": lambda vector: "".join(map(str, vector)),
    "lists": list,
    "tuples": tuple,
    "arrays": np.array,
    "lists of booleans": lambda vector: list(map(bool, vector)),
}


@pytest.fixture
def names(tmp_path: Path) -> Path:
    path = tmp_path / "names.txt"
    path.write_text("\n".join(NAMES))
    return path


def vector(row: Sequence[str]) -> list[int]:
    return [int(name in row) for name in NAMES]


@pytest.mark.parametrize("way", WAYS)
def test_vectors_are_read_with_the_names_of_their_places(way: str, names: Path) -> None:
    table = read(lambda row: WAYS[way](vector(row)), label_names=str(names))
    assert same_labels(table)
    assert table.shape.describe() == "column 'labels', vectors of 0 and 1, named by names.txt"
    assert table.shape.label_names == NAMES


@pytest.mark.parametrize("way", WAYS)
def test_vectors_without_names_are_refused_with_what_names_them(way: str) -> None:
    said = refused(lambda row: WAYS[way](vector(row)))
    assert said.startswith("holds vectors of 4 places such as ")
    assert "name the labels with a --label-names file that has one name per line" in said


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda row: [0.9 if name in row else 0.2 for name in NAMES], "holds vectors of 4 places with probabilities"),
    ],
    ids=["probabilities"],
)
def test_other_numbers_are_refused(write: Callable[[Sequence[str]], object], message: str) -> None:
    assert message in refused(write)


def test_a_file_with_another_number_of_names_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "three.txt"
    path.write_text("a\nb\nc\n")
    assert "but three.txt names 3 labels" in refused(vector, label_names=str(path))


def test_lists_of_ids_are_no_vectors(names: Path) -> None:
    rows = [[0, 2], [1, 3], [0, 1], [2, 3], [1, 0]]
    table = read_table(frame(rows), "text", "labels", label_names=str(names))
    assert table.labels[0] == ("Comedy", "Space")
    table = read_table(frame(["0 1", "2", "1 3"]), "text", "labels", label_names=str(names))
    assert table.labels[0] == ("Comedy", "Crime")


@pytest.mark.parametrize("cell", ["War, 1", "2014-01-02", "", "1 two", b"01", {"a": 1}, None, ["War"], 7], ids=repr)
def test_names_are_no_vectors(cell: object) -> None:
    assert not read_vector(cell)


def test_a_bundle_remembers_what_the_places_are(names: Path) -> None:
    table = read(vector, label_names=str(names))
    config = Config().override(min_support=1)
    settings = settings_of_bundle(data_facts(Task.prepare(table, config), config))
    again = load_tables({"test": frame([[0, 0, 1, 0], [1, 0, 0, 0]])}, settings)["test"]
    assert again.labels == (("Space",), ("Comedy",))
