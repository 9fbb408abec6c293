"""Labels on few rows are kept, dropped or merged; nothing crashes for lack of examples."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multitag.config import Config
from multitag.data.read import read_table
from multitag.data.split.rare_labels import RareLabels
from multitag.data.task import Task
from multitag.errors import BundleError, ConfigError, DataError
from multitag.jobs.train.notes import task_notes

ROWS = [("A", "B"), ("A",), ("A", "C"), ("D", "B"), ()]


@pytest.mark.parametrize(
    ("policy", "settled"),
    [
        ("keep", ROWS),
        ("drop", [("A", "B"), ("A",), ("A",), ("B",), ()]),
        ("merge:Other", [("A", "B"), ("A",), ("A", "Other"), ("Other", "B"), ()]),
        ("merge: B", [("A", "B"), ("A",), ("A", "B"), ("B",), ()]),
    ],
)
def test_rare_labels_are_settled(policy: str, settled: list[tuple[str, ...]]) -> None:
    rare = RareLabels.find(ROWS, 2, policy)
    assert rare.counts == {"C": 1, "D": 1}
    assert list(rare.settle(ROWS)) == settled
    assert RareLabels.of_bundle({"rare_labels": rare.facts()}) == rare
    assert RareLabels.of_bundle({}).settle(ROWS) == tuple(ROWS)


@pytest.mark.parametrize("saved", [[], {"policy": "drop"}, {"min_support": "5", "policy": "drop", "labels": {}}])
def test_a_bundle_that_says_something_else_is_refused(saved: object) -> None:
    with pytest.raises(BundleError, match=r"^manifest\.json: data: rare_labels: expected min_support, policy, labels"):
        RareLabels.of_bundle({"rare_labels": saved})


def test_what_was_done_is_said() -> None:
    assert RareLabels.find(ROWS, 1, "drop").note() is None
    assert RareLabels.find(ROWS, 2, "keep").note() == "labels on fewer than 2 rows, kept: 'C' (1) and 'D' (1)"
    note = RareLabels.find([(f"L{row:02}",) for row in range(12)], 2, "merge:Other").note()
    assert note is not None
    assert note.startswith("labels on fewer than 2 rows, merged into 'Other': 'L00' (1), ")
    assert note.endswith("'L09' (1) and 2 more")


def test_too_few_labels_left_is_an_error_that_says_what_to_do() -> None:
    rare = RareLabels.find(ROWS, 3, "drop")
    with pytest.raises(DataError) as caught:
        rare.check(rare.settle(ROWS), "x.csv")
    assert str(caught.value) == (
        "x.csv: --rare drop with --min-support 3 leaves 1 label(s), and at least two are needed; "
        "lower --min-support, or use --rare keep"
    )


labels = st.lists(st.lists(st.sampled_from("ABCDEFGH"), unique=True, max_size=3), min_size=4, max_size=25)


@settings(max_examples=60)
@given(labels, st.integers(1, 6), st.sampled_from(["keep", "drop", "merge:Other", "merge:A"]))
def test_no_table_crashes_for_lack_of_examples(rows: list[list[str]], min_support: int, policy: str) -> None:
    frame = pd.DataFrame({"t": [f"text number {row}" for row in range(len(rows))], "l": rows})
    config = Config().override(min_support=min_support, rare=policy)
    try:
        task = Task.prepare(read_table(frame, "t", "l", allow_unlabelled=True), config)
    except (DataError, ConfigError) as error:
        assert len(str(error).splitlines()) == 1
        return
    counts = Counter(name for names in rows for name in names)
    names = set(task.label_set.names)
    if policy == "keep":
        assert names == set(counts)
    else:
        target = policy.partition(":")[2]
        assert all(counts[name] >= min_support for name in names - {target})
        assert names >= {name for name, count in counts.items() if count >= min_support}
    assert sorted(index for side in task.split.sides().values() for index in side) == list(range(len(rows)))
    task_notes(task)
