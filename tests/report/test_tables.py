from __future__ import annotations

from multitag.evaluation.metrics.metrics import FIGURES
from multitag.report.tables import METRIC_TITLES, headline_rows, headline_side, label_rows


def test_a_column_for_each_side_and_kind_that_was_measured(run_example, typed):
    sides = typed(run_example())["metrics"].sides
    header, rows = headline_rows(sides)
    assert header == ["Metric", "validation at 0.3", "validation, tuned", "test at 0.3", "test, tuned"]
    assert [row[0] for row in rows] == ["Rows", *METRIC_TITLES.values()]
    assert rows[0][1:] == ["80", "80", "160", "160"]
    values = sides["test"].tuned.values
    assert tuple(METRIC_TITLES) == tuple(values) == FIGURES
    for row, value in zip(rows[1:], values.values(), strict=True):
        assert row[4].split()[0] == f"{value:.3f}"


def test_only_what_was_measured_is_shown(run_example, typed):
    header, rows = headline_rows(typed(run_example(tuned=False, sides=["test"]))["metrics"].sides)
    assert header == ["Metric", "test at 0.3"]
    assert {len(row) for row in rows} == {2}
    assert headline_rows({}) == (["Metric"], [])


def test_undefined_figures_are_said_and_counted(run_example, typed):
    example = run_example()
    measured = example["metrics"]["splits"]["test"]["tuned"]
    measured["undefined"]["macro_f1"] = 3
    measured["values"] |= {"macro_f1": 0.41234, "micro_roc_auc": None}
    shown = {row[0]: row[4] for row in headline_rows(typed(example)["metrics"].sides)[1]}
    assert shown["Macro F1"] == "0.412 (3 undefined)"
    assert shown["Micro ROC-AUC"] == "undefined"


def test_intervals_stand_behind_their_figures(run_example, typed):
    example = run_example()
    measured = example["metrics"]["splits"]["test"]["tuned"]
    measured["values"] |= {"macro_f1": 0.4123, "hamming_loss": 0.1062, "micro_f1": 0.6}
    measured["intervals"] = {"macro_f1": [0.3712, 0.4498], "hamming_loss": [0.0981, 0.1143], "micro_f1": None}
    measured["undefined"]["macro_f1"] = 1
    measured["per_label"][0]["intervals"] = {"recall": [0.2, 0.4]}
    sides = typed(example)["metrics"].sides
    shown = {row[0]: row[-1] for row in headline_rows(sides, "test")[1]}
    assert shown["Macro F1"] == "0.412 [0.37, 0.45] (1 undefined)"
    assert shown["Hamming loss (lower is better)"] == "0.106 [0.098, 0.114]"
    assert shown["Micro F1"] == "0.600"
    header, rows = label_rows(sides["test"].tuned)
    assert header == ["Label", "Rows", "Precision", "Recall", "F1", "ROC-AUC", "Average precision"]
    assert rows[0][:2] == ["Action", str(measured["per_label"][0]["support"])]
    assert rows[0][3].endswith(" [0.20, 0.40]")
    assert rows[0][4] == f"{measured['per_label'][0]['f1']:.3f}"


def test_one_side_alone_and_the_side_of_the_headline(run_example, typed):
    sides = typed(run_example())["metrics"].sides
    assert headline_side(sides) == "test"
    assert headline_rows(sides, "test")[0] == ["Metric", "test at 0.3", "test, tuned"]
    folded = {"out_of_fold": sides["validation"], "test": sides["test"]}
    assert headline_side(folded) == "out_of_fold"
    assert headline_rows(folded)[0][1:3] == ["out of fold at 0.3", "out of fold, tuned"]
    assert headline_side({}) is None
