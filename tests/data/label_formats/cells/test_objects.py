"""Objects give the labels that are on: by a flag, or as keys with 0 or 1 under them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from data.label_formats.rows import NAMES, ROWS, frame, read, refused, same_labels
from multitag.data.read import read_table

Switches = dict[str, int]


def switches(row: Sequence[str]) -> Switches:
    return {name: int(name in row) for name in NAMES}


@pytest.mark.parametrize(
    "write",
    [
        dict,
        json.dumps,
        lambda row: str({name: bool(value) for name, value in row.items()}),
        lambda row: {name: float(value) for name, value in row.items()},
        lambda row: {name: np.bool_(value) for name, value in row.items()},
        lambda row: {name: value or None for name, value in row.items()},
        lambda row: {name: "yes" if value else "no" for name, value in row.items()},
        lambda row: {name: 1 for name, value in row.items() if value},
        lambda row: [dict(row)],
        lambda row: [{name: value} for name, value in row.items()],
    ],
    ids=["0 and 1", "JSON", "Python", "floats", "numpy", "null", "yes", "on only", "a list of one", "one each"],
)
def test_the_keys_of_switches_are_the_labels(write: Callable[[Switches], object]) -> None:
    table = read(lambda row: write(switches(row)))
    assert same_labels(table)
    assert table.shape.describe().endswith(", a dictionary of label to 0 or 1")


def test_a_label_key_for_switches_is_refused_with_what_to_do() -> None:
    said = refused(switches, label_key="Comedy")
    assert said == "holds dictionaries whose keys are the labels, with 0 or 1 under 'Comedy'; leave out --label-key"


def test_numbers_other_than_0_and_1_are_refused() -> None:
    said = refused(lambda row: {name: 0.9 if name in row else 0.1 for name in NAMES})
    assert said.startswith("holds dictionaries of numbers such as {'Comedy': ")
    assert "--label-key" not in said


@pytest.mark.parametrize("flag", ["score", "value", "selected", "probability", "is_present"])
@pytest.mark.parametrize("kind", [int, float, bool, str])
def test_a_flag_says_which_labels_are_on(flag: str, kind: type) -> None:
    table = read(lambda row: [{"label": name, flag: kind(value)} for name, value in switches(row).items()])
    assert same_labels(table)
    assert table.shape.describe() == f"column 'labels', lists of objects, named by 'label', on where {flag!r} is 1"


def test_every_label_with_a_probability_is_refused() -> None:
    said = refused(lambda row: [{"label": name, "score": 0.9 if name in row else 0.1} for name in NAMES])
    assert said.startswith("holds every label on every row, with a 'score' such as 0.")


def test_labels_with_a_confidence_or_another_fact_are_on() -> None:
    assert same_labels(read(lambda row: [{"label": name, "score": 0.7} for name in row]))
    assert same_labels(read(lambda row: [{"label": name, "adult": name == "War"} for name in row]))


def test_a_null_flag_is_no_flag() -> None:
    cells = [[{"label": name, "value": None} for name in row] for row in ROWS]
    assert same_labels(read_table(frame(cells), "text", "labels"))
