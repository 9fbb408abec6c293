from __future__ import annotations

from dataclasses import asdict

import pytest

from multitag.evaluation.guarantees.guarantee import GuaranteedCut
from multitag.report.guarantee import guarantee_lines, word_guarantee

RECALL = GuaranteedCut(
    kind="recall", level=0.9, confidence=None, cut=0.125, fitted_on="test, 300 rows", n_rows=290, realised=0.91,
    labels_per_row=4.25, empty_rows=0.01,
)  # fmt: skip
PRECISION = GuaranteedCut(
    kind="precision", level=0.4, confidence=0.9, cut=0.5, fitted_on="test, 300 rows", n_rows=120, realised=0.5,
    labels_per_row=1.25, empty_rows=0.2,
)  # fmt: skip


def test_the_conditions_say_what_is_not_covered():
    plain, folds = word_guarantee(RECALL), word_guarantee(RECALL, refitted=True)
    assert plain.conditions[0] == "of rows with at least one true label"
    assert "exchangeable" in " ".join(plain.conditions)
    assert len(folds.conditions) == len(plain.conditions) + 1
    assert plain.promise == "on average at least 0.9 of a row's true labels are given"
    assert word_guarantee(PRECISION).promise.endswith(
        "0.4 of the labels given to a row are true, with 90% confidence"
    )


@pytest.mark.parametrize("cut", [RECALL, PRECISION])
def test_the_figures_stay_as_they_are(cut):
    assert asdict(cut).items() <= word_guarantee(cut).to_dict().items()


def test_lines_say_what_is_promised_at_what_cost_and_on_what_conditions():
    assert guarantee_lines(word_guarantee(RECALL))[:3] == [
        "guarantee recall=0.9: on average at least 0.9 of a row's true labels are given",
        "fitted on test, 300 rows: every label with a probability from 0.125 up; on those rows 4.2 labels per row, "
        "and none for 1% of the rows",
        "condition: of rows with at least one true label",
    ]
