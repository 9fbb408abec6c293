"""What people read of cells that nobody judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from multitag.evaluation.metrics.compute import compute_metrics
from multitag.evaluation.metrics.metrics import SideMetrics
from multitag.evaluation.run_metrics import LabelCounts
from multitag.labels import UNKNOWN, LabelSet
from multitag.report.best_measured import best_measured
from multitag.report.card import build_card
from multitag.report.page import build_report
from multitag.report.sections.cooccurrence import together_section
from multitag.report.sections.curves import curves_section
from multitag.report.sections.labels import labels_section
from multitag.report.sections.scores import scores_section
from multitag.report.tables import label_rows, unknown_cells_line

COLUMN = 4  # Comedy


@pytest.fixture
def masked(held_out_example):
    """Held-out rows without four cells of ten, and without any of the last label."""
    rows = held_out_example()
    hidden = np.random.default_rng(3).random(rows.y_true.shape) < 0.4
    hidden[:, -1] = True
    return replace(rows, y_true=np.where(hidden, UNKNOWN, rows.y_true).astype(np.int8))


@pytest.fixture
def judged(masked):
    return masked.y_true != UNKNOWN


@pytest.fixture
def run(full_example, typed, masked, judged):
    """Arguments of a page whose figures are of these rows."""
    arguments, cuts = typed(full_example), np.full(20, 0.4)
    measured = compute_metrics(masked.y_true, masked.y_prob, masked.y_pred, masked.label_names, cuts)
    counts = {
        name: LabelCounts(300, 50, int(of)) for name, of in zip(masked.label_names, judged.sum(axis=0), strict=True)
    }
    metrics = replace(arguments["metrics"], sides={"test": SideMetrics(measured, measured)}, judged_counts=counts)
    return {**arguments, "metrics": metrics, "held_out": masked}


def cells(section, name, row):
    found = next(
        part for part in (getattr(part, "table", part) for part in section.parts) if getattr(part, "name", None) == name
    )
    values = next(values for values in found.rows if values[0].text == row)
    return dict(zip(found.header, values, strict=True))


def test_the_rows_of_a_label_are_of_those_that_were_judged(run, masked, judged):
    support, of = (masked.y_true[:, COLUMN] == 1).sum(), judged[:, COLUMN].sum()
    (row,) = [row for row in label_rows(run["metrics"].sides["test"].fixed)[1] if row[0] == "Comedy"]
    assert row[1] == f"{support} of {of}"
    section = labels_section(run["metrics"], best_measured(run["metrics"].sides))
    cell = cells(section, "label-table", "Comedy")
    assert (cell["In test"].text, cell["In test"].key) == (f"{support} of {of}", support)
    assert cell["In train"].text == f"{run['metrics'].label_counts['Comedy'].train} of 300"
    assert cells(section, "label-table", "Western")["F1"].undefined
    card = build_card(
        label_set=LabelSet(masked.label_names), metrics=run["metrics"], thresholds=run["thresholds"],
        provenance=run["provenance"], with_model_index=False,
    )  # fmt: skip
    assert f"| {support} of {of} |" in card
    assert f"{run['metrics'].label_counts['Comedy'].train} of 300 |" in card


def test_unknown_cells_are_counted_in_one_line(run, judged):
    measured = run["metrics"].sides["test"].fixed
    share = f"{(~judged).mean():.0%}"
    line = f"{share} of the cells of the test side are unknown (nobody judged them): left out of every figure"
    assert unknown_cells_line(measured, "test") == line
    assert unknown_cells_line(replace(measured, unknown_cells=None), "test") is None


def test_sections_of_rows_are_of_judged_cells(masked, judged):
    rows, of = judged[:, COLUMN], masked.y_prob[:, COLUMN]
    true, pred = masked.y_true[rows, COLUMN], masked.y_pred[rows, COLUMN]
    curve = cells(curves_section(masked), "curve-table", "Comedy")
    assert curve["Texts"].key == true.sum()
    assert curve["Recall chosen"].key == pytest.approx((true & pred).sum() / true.sum())
    assert curve["Precision chosen"].key == pytest.approx((true & pred).sum() / pred.sum())
    spread = cells(scores_section(masked, [0.4] * 20), "score-table", "Comedy")
    assert spread["Without, 50%"].key == pytest.approx(np.median(of[rows][true == 0]))
    both = judged[:, 0] & judged[:, COLUMN]
    pair = cells(together_section(masked), "together-table", "Action and Comedy")
    assert pair["Texts with both"].key == (masked.y_true[both][:, [0, COLUMN]] == 1).all(axis=1).sum()
    assert pair["Predicted both"].key == (masked.y_pred[both][:, [0, COLUMN]] == 1).all(axis=1).sum()


def test_the_whole_page_is_written(run):
    assert "of those on which somebody judged it" in build_report(**run)
