from __future__ import annotations

from multitag.evaluation.summary import METRIC_TITLES, headline_rows


def test_a_column_for_each_side_and_kind_that_was_measured(run_example):
    metrics = run_example()["metrics"]
    header, rows = headline_rows(metrics)
    assert header == ["Metric", "validation at 0.3", "validation, tuned", "test at 0.3", "test, tuned"]
    assert [row[0] for row in rows] == ["Rows", *METRIC_TITLES.values()]
    assert rows[0][1:] == ["80", "80", "160", "160"]
    values = metrics["splits"]["test"]["tuned"]["values"]
    assert list(METRIC_TITLES) == list(values)
    for row, value in zip(rows[1:], values.values(), strict=True):
        assert row[4].split()[0] == f"{value:.3f}"


def test_only_what_was_measured_is_shown(run_example):
    header, rows = headline_rows(run_example(tuned=False, sides=["test"])["metrics"])
    assert header == ["Metric", "test at 0.3"]
    assert {len(row) for row in rows} == {2}
    assert headline_rows({"splits": {}}) == (["Metric"], [])


def test_undefined_figures_are_said_and_counted(run_example):
    metrics = run_example()["metrics"]
    measured = metrics["splits"]["test"]["tuned"]
    measured["undefined"]["macro_f1"] = 3
    measured["values"] |= {"macro_f1": 0.41234, "micro_roc_auc": None}
    shown = {row[0]: row[4] for row in headline_rows(metrics)[1]}
    assert shown["Macro F1"] == "0.412 (3 undefined)"
    assert shown["Micro ROC-AUC"] == "undefined"
