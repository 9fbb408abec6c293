"""Held-out rows looked over: doubted labels, texts that come twice, their order, and the files that tell of them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from multitag.data.duplicates import groups as groups_module
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.label_audit.audit import COLUMNS, FIRST, KINDS, LONGEST, LabelFinding, audit_held_out

NAMES = ("Drama", "War")
A = "A retired hitman is pulled back in for one last job in the city of his childhood."
ALMOST_A = A.replace("retired", "tired")


def held_out(
    labels: list[tuple[str, ...]], texts: dict[int, str] | None = None, *, doubted: dict[int, str] | None = None,
    **changed: Any,
) -> HeldOut:
    """Make rows numbered from 1, each with a text of its own but for ``texts``, and a model that is sure and right.

    Of the rows ``doubted`` it is sure of the opposite, the surer the earlier.
    """
    y_true = np.array([[name in row for name in NAMES] for row in labels], dtype=np.uint8)
    y_prob = np.where(y_true == 1, 0.9, 0.1).astype(np.float32)
    for place, (row, name) in enumerate((doubted or {}).items()):
        against = 0.99 - 0.001 * place
        column = NAMES.index(name)
        y_prob[row - 1, column] = 1 - against if y_true[row - 1, column] else against
    rows = np.arange(1, len(labels) + 1)
    given = tuple((texts or {}).get(row, f"{row * 7919} things happen {row * 104729} times") for row in rows.tolist())
    values = {
        "label_names": NAMES, "rows": rows, "texts": given, "side": ("test",) * len(rows),
        "fold": np.full(len(rows), -1), "y_true": y_true, "y_raw": y_prob, "y_prob": y_prob, "y_pred": y_true,
    }  # fmt: skip
    return HeldOut(**{**values, **changed})


def brief(findings: tuple[LabelFinding, ...]) -> list[tuple[str, int, str, tuple[int, ...]]]:
    return [(each.kind, each.row, each.label, each.other_rows) for each in findings]


MANY: list[tuple[str, ...]] = [("Drama",), ("War",), ("Drama", "War"), ()] * 10


def test_labels_that_a_model_doubts_come_by_their_confidence() -> None:
    audit = audit_held_out(held_out(MANY, doubted={4: "War", 2: "War", 1: "War"}))
    assert brief(audit.findings) == [
        ("likely_missing", 4, "War", ()), ("likely_wrong", 2, "War", ()), ("likely_missing", 1, "War", ()),
    ]  # fmt: skip
    assert [round(each.confidence, 4) for each in audit.findings] == [0.99, 0.989, 0.988]
    assert audit.findings[1].labels == ("War",)
    assert audit.findings[2].labels == ("Drama",)
    assert audit.counts() == dict(zip(KINDS, (0, 1, 2, 0), strict=True))
    assert (audit.n_rows, audit.notes) == (40, ())


def test_equal_and_nearly_equal_texts_with_different_labels() -> None:
    labels = [("Drama",), ("Drama", "War"), *MANY, ("War",)]
    audit = audit_held_out(held_out(labels, {1: A, 2: A.upper(), 43: ALMOST_A}))
    near = audit.findings[1].confidence
    assert [(each.confidence, *brief((each,))[0]) for each in audit.findings] == [
        (1.0, "conflicting_duplicates", 2, "War", (1,)),  # the nearly equal text has it too
        (near, "conflicting_duplicates", 1, "Drama", (43,)),
    ]
    assert 0.7 <= near < 1
    same = audit_held_out(held_out([("Drama",), *MANY, ("Drama",)], {1: A, 42: ALMOST_A}))
    assert same.findings == ()


def test_texts_on_two_sides_or_folds() -> None:
    texts = {1: A, 5: A, 9: ALMOST_A}
    sides = {"side": ("validation",) * 6 + ("test",) * 34}
    (found,) = audit_held_out(held_out(MANY, texts, **sides)).findings
    assert brief((found,)) == [("duplicates_across_splits", 1, "", (9,))]
    assert found.side == "validation" and 0.7 <= found.confidence < 1
    folds = {"side": ("out_of_fold",) * 40, "fold": np.arange(40) % 3}
    (found,) = audit_held_out(held_out(MANY, texts, **folds)).findings
    assert brief((found,)) == [("duplicates_across_splits", 1, "", (5, 9))]
    assert found.fold == 0
    (equal,) = audit_held_out(held_out(MANY, {1: A, 5: A}, **folds)).findings
    assert equal.confidence == 1


def test_a_form_that_most_rows_follow_is_no_duplicate() -> None:
    form = {row: f"Dear customer, your order {row} has been shipped and will arrive soon." for row in range(1, 31)}
    folds = {"side": ("out_of_fold",) * 40, "fold": np.arange(40) % 3}
    assert audit_held_out(held_out(MANY, form, **folds)).findings == ()


def test_what_was_not_looked_at_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups_module, "MOST_CHARACTERS", 100)
    audit = audit_held_out(held_out([("Drama", "War"), *[("Drama",), ()] * 10], doubted={2: "War"}))
    assert audit.findings == ()
    assert audit.notes[0] == "not checked, as fewer than 5 rows have or lack them: 'War'"
    assert audit.notes[1].startswith("nearly equal texts were not looked for among more than ")


def test_no_rows() -> None:
    audit = audit_held_out(held_out([], y_true=np.zeros((0, 2), np.uint8), y_prob=np.zeros((0, 2), np.float32)))
    assert (audit.n_rows, audit.findings) == (0, ())
    assert audit.summary().first == ()


def test_plain_values_hold_the_labels_that_are_doubted_most() -> None:
    doubted = dict.fromkeys(range(1, 31), "War")
    long = {1: "x " * LONGEST}
    values = audit_held_out(held_out(MANY * 10, long, doubted=doubted)).summary().to_dict()
    assert values["counts"] == dict(zip(KINDS, (0, 15, 15, 0), strict=True))
    assert [each["row"] for each in values["first"]] == list(range(1, FIRST + 1))
    first = values["first"][0]
    assert first | {"confidence": round(first["confidence"], 4)} == {
        "row": 1, "text": ("x " * LONGEST)[: LONGEST - 1] + "…", "label": "War", "kind": "likely_missing",
        "confidence": 0.99,
    }  # fmt: skip
    conflict = audit_held_out(held_out([("Drama",), *MANY, ("War",)], {1: A, 42: A})).summary().to_dict()
    assert conflict["counts"]["conflicting_duplicates"] == 2
    assert conflict["first"] == []


def test_the_file_holds_all_of_it(tmp_path: Path) -> None:
    odd = 'A "quoted",\rand broken\nline'
    rows = held_out([("Drama",), *MANY, ("War",)], {1: odd, 42: odd}, doubted={5: "War"})
    audit = audit_held_out(rows)
    path = tmp_path / "audit.csv"
    path.write_text("before", encoding="utf-8")
    audit.save(path)
    with path.open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    assert list(read[0]) == list(COLUMNS)
    assert [(each["kind"], int(each["row"]), each["label"]) for each in read] == [
        (each.kind, each.row, each.label) for each in audit.findings
    ]
    assert [float(each["confidence"]) for each in read] == sorted(
        (round(each.confidence, 4) for each in audit.findings), reverse=True
    )
    assert read[0] == {
        "confidence": "1.0", "kind": "conflicting_duplicates", "row": "1", "label": "Drama", "other_rows": "42",
        "side": "test", "fold": "", "labels": "Drama", "text": odd,
    }  # fmt: skip


def test_label_names_with_a_bar_are_kept_apart(tmp_path: Path) -> None:
    rows = held_out([("Drama", "War"), *MANY], doubted={1: "War"}, label_names=("a|b", "c"))
    audit_held_out(rows).save(tmp_path / "audit.csv")
    with (tmp_path / "audit.csv").open(encoding="utf-8", newline="") as file:
        (only,) = csv.DictReader(file)
    assert only["labels"] == '["a|b", "c"]'
