"""Each section says what its part of the figures, or its rows, hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from multitag.evaluation.label_audit.audit import AuditSummary
from multitag.evaluation.metrics.compute import compute_metrics
from multitag.report.best_measured import best_measured
from multitag.report.pieces import MAX_TEXT, HtmlTable, Plot, figure_cell, text_cell
from multitag.report.sections.audit import audit_section
from multitag.report.sections.baselines import baselines_section
from multitag.report.sections.calibration import calibration_section
from multitag.report.sections.cooccurrence import together_section
from multitag.report.sections.curves import curves_section
from multitag.report.sections.guarantee import guarantee_section
from multitag.report.sections.headline import headline_section, summary
from multitag.report.sections.labels import labels_section
from multitag.report.sections.mistakes import mistakes_section
from multitag.report.sections.scores import scores_section


def table(section, name):
    """Give a table's rows as text, by their first cells."""
    tables = [part.table if isinstance(part, Plot) else part for part in section.parts]
    (found,) = (each for each in tables if isinstance(each, HtmlTable) and each.name == name)
    return {row[0].text: dict(zip(found.header, row, strict=True)) for row in found.rows}


def words(section):
    return " ".join(getattr(part, "text", "") for part in section.parts)


def test_out_of_fold_comes_before_test_and_tuned_before_fixed(run_example, typed):
    sides = typed(run_example())["metrics"].sides
    assert (best_measured(sides).side, best_measured(sides).kind) == ("test", "tuned")
    measured = best_measured({**sides, "out_of_fold": replace(sides["test"], tuned=None)})
    assert (measured.side, measured.kind, measured.rows()) == ("out_of_fold", "fixed", "160 out-of-fold texts")
    assert best_measured({}) is None


def test_intervals_stand_under_their_figures(full_example, typed):
    metrics, provenance = figures(typed(full_example))
    measured = best_measured(metrics.sides)
    entry = metrics.sides["test"].tuned.per_label[0]
    cell = table(labels_section(metrics, measured), "label-table")["Action"]["F1"]
    low, high = entry.intervals["f1"]
    assert (cell.text, cell.small) == (f"{entry.f1:.3f}", f"[{low:.2f}, {high:.2f}]")
    assert figure_cell(None, [0.1, 0.2]).small == ""
    assert "95% intervals" in " ".join(summary(metrics, measured, provenance))
    assert "95% bootstrap intervals" in headline_section(metrics, measured).parts[0].caption


def figures(arguments):
    return arguments["metrics"], arguments["provenance"]


def test_without_intervals_none_are_spoken_of(run_example, typed):
    metrics, provenance = figures(typed(run_example()))
    measured = best_measured(metrics.sides)
    assert "interval" not in " ".join(summary(metrics, measured, provenance))
    assert "interval" not in headline_section(metrics, measured).parts[0].caption
    assert "interval" not in labels_section(metrics, measured).parts[1].caption


def test_baselines_stand_beside_the_model_with_the_difference(full_example, typed):
    metrics = typed(full_example)["metrics"]
    section = baselines_section(metrics.baselines, best_measured(metrics.sides), "fine-tuned minilm", 41.3)
    values, differences = table(section, "baseline-table"), table(section, "difference-table")
    assert next(iter(values)) == "fine-tuned minilm" and len(values) == 4 and len(differences) == 3
    assert values["fine-tuned minilm"]["Seconds"].text == "41.3"
    own = metrics.sides["test"].tuned.values["macro_f1"]
    assert values["fine-tuned minilm"]["Macro F1"].key == own
    cell = differences["label prevalence"]["Micro F1"]
    assert (cell.text, cell.small) == ("0.010", "[-0.03, 0.04]")
    assert metrics.baselines.verdict in words(section)


def test_calibration_shows_both_and_every_bin(full_example, typed):
    section = calibration_section(typed(full_example)["metrics"].calibration)
    figures = table(section, "calibration-table")
    assert figures["before calibration"]["Brier score"].text == "0.121"
    assert figures["after calibration"]["Expected calibration error"].text == "0.021"
    assert len(section.parts[1].table.rows) == 8


def test_probabilities_that_were_not_calibrated_are_shown_once(full_example, typed):
    section = calibration_section(replace(typed(full_example)["metrics"].calibration, method="none"))
    assert list(table(section, "calibration-table")) == ["not calibrated"]
    assert len(section.parts[1].table.rows) == 4


def test_the_guarantee_is_shown_with_its_conditions(full_example, typed):
    guarantee = typed(full_example)["metrics"].guarantee
    section = guarantee_section(guarantee)
    assert section.heading == "Guarantee: recall of 0.9" and "--policy guarantee" in words(section)
    entries = section.parts[1].entries
    assert [value for name, value in entries if name == "Condition"] == list(guarantee.conditions)
    assert {("Labels a row there", "4.2"), ("Rows given no label there", "1%"), ("Cut", "0.123")} <= set(entries)


def test_the_audit_says_how_much_it_found(full_example, typed):
    audit = typed(full_example)["metrics"].audit
    section = audit_section(audit)
    assert "2 likely wrong, 1 likely missing" in words(section) and "near duplicate" not in words(section)
    row = table(section, "audit-table")["12"]
    assert [row[name].text for name in ("Label", "Finding", "Confidence")] == ["War", "likely wrong", "0.97"]
    assert "Nothing" in words(audit_section(AuditSummary({"likely_wrong": 0}, (), ())))


def test_chosen_recall_and_precision_are_those_of_the_predictions(held_out_example):
    held_out = held_out_example()
    rows = table(curves_section(held_out), "curve-table")
    measured = compute_metrics(
        held_out.y_true, held_out.y_prob, held_out.y_pred, held_out.label_names, np.full(20, 0.4)
    )
    seen = [each for each in measured.per_label if each.support]
    assert list(rows) == [each.label for each in sorted(seen, key=lambda each: -each.support)]
    for each in seen:
        assert rows[each.label]["Recall chosen"].key == pytest.approx(each.recall)
        assert rows[each.label]["Precision chosen"].key == pytest.approx(each.precision)
        levels = [cell.key for name, cell in rows[each.label].items() if name.startswith("At recall")]
        assert levels == sorted(levels, reverse=True) and len(levels) == 9
    nothing = replace(held_out, y_true=np.zeros_like(held_out.y_true))
    assert "No held-out text has a label" in words(curves_section(nothing))


def test_percentiles_are_of_the_rows_with_and_without_the_label(held_out_example):
    held_out = held_out_example()
    rows = table(scores_section(held_out, [0.4] * 20), "score-table")
    has = held_out.y_true[:, 0] == 1
    assert rows["Action"]["With it, 50%"].key == pytest.approx(np.median(held_out.y_prob[has, 0]))
    assert rows["Action"]["Without, 95%"].key == pytest.approx(np.quantile(held_out.y_prob[~has, 0], 0.95))
    assert rows["Musical"]["With it, 50%"].undefined
    support = [int(held_out.y_true[:, held_out.label_names.index(name)].sum()) for name in rows]
    assert support == sorted(support, reverse=True)


def test_pairs_are_counted_and_the_worst_come_first(held_out_example):
    held_out = held_out_example()
    rows = table(together_section(held_out), "together-table")
    both = held_out.y_true[:, 0] & held_out.y_true[:, 1]
    cell = rows["Action and Adventure"]
    assert cell["Texts with both"].key == both.sum()
    assert cell["Difference"].key == pytest.approx(cell["Share predicted"].key - cell["Share"].key)
    gaps = [abs(row["Difference"].key) for row in rows.values()]
    assert gaps == sorted(gaps, reverse=True)


def test_mistakes_are_shown_with_what_was_missed(held_out_example):
    held_out = held_out_example(n_rows=3, text="long " * 200)
    rows = table(mistakes_section(held_out), "mistake-table")
    wrong = (held_out.y_true != held_out.y_pred).any(axis=1)
    assert set(rows) == set(map(str, held_out.rows[wrong])) != set()
    assert all(len(row["Text"].text) == MAX_TEXT for row in rows.values())
    right = replace(held_out, y_pred=held_out.y_true)
    assert "predicted right" in words(mistakes_section(right))


def test_a_text_is_cut_only_where_it_is_too_long():
    assert text_cell("a\n\n b").text == "a b"
    assert text_cell("a" * MAX_TEXT).text == "a" * MAX_TEXT
    assert text_cell("a" * (MAX_TEXT + 1)).text == "a" * (MAX_TEXT - 1) + "…"
