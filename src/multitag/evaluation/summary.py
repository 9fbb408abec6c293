"""The headline table, the same on the console, in the report and on the model card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SIDES = ("validation", "test")

METRIC_TITLES = {
    "macro_f1": "Macro F1",
    "micro_f1": "Micro F1",
    "weighted_f1": "Weighted F1",
    "samples_f1": "Samples F1",
    "macro_roc_auc": "Macro ROC-AUC",
    "micro_roc_auc": "Micro ROC-AUC",
    "macro_average_precision": "Macro average precision",
    "hamming_loss": "Hamming loss (lower is better)",
    "subset_accuracy": "Subset accuracy",
    "label_ranking_average_precision": "Label ranking average precision",
}


def headline_rows(metrics: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Format the figures over all labels as a table.

    Parameters
    ----------
    metrics : mapping
        What ``metrics.json`` holds.

    Returns
    -------
    header : list of str
        ``"Metric"``, then a column for each side and kind of threshold that was measured.
    rows : list of list of str
        The number of rows, then a row for each metric; what is undefined is said in words. Empty where
        nothing was measured.

    Examples
    --------
    >>> from multitag.evaluation.metrics import compute_metrics
    >>> y_true, y_prob = [[1, 0], [0, 0]], [[0.9, 0.2], [0.1, 0.4]]
    >>> measured = compute_metrics(y_true, y_prob, [[1, 0], [0, 0]], ["Drama", "War"], [0.5, 0.5]).to_dict()
    >>> header, rows = headline_rows({"splits": {"test": {"fixed": measured}}})
    >>> header
    ['Metric', 'test at 0.5']
    >>> rows[:2]
    [['Rows', '2'], ['Macro F1', '1.000 (1 undefined)']]
    """
    columns = {
        _title(side, kind, metrics["splits"][side][kind]): metrics["splits"][side][kind]
        for side in SIDES
        for kind in ("fixed", "tuned")
        if kind in metrics["splits"].get(side, {})
    }
    if not columns:
        return ["Metric"], []
    rows = [["Rows", *(str(measured["n_rows"]) for measured in columns.values())]]
    for name, title in METRIC_TITLES.items():
        rows.append([title, *(_cell(measured, name) for measured in columns.values())])
    return ["Metric", *columns], rows


def format_figure(value: float | None) -> str:
    """Write a figure with three decimals, or ``"undefined"``.

    Examples
    --------
    >>> format_figure(0.43912), format_figure(None)
    ('0.439', 'undefined')
    """
    return "undefined" if value is None else f"{value:.3f}"


def _title(side: str, kind: str, measured: Mapping[str, Any]) -> str:
    if kind == "tuned":
        return f"{side}, tuned"
    return f"{side} at {measured['per_label'][0]['threshold']:g}"


def _cell(measured: Mapping[str, Any], name: str) -> str:
    value, left_out = measured["values"][name], measured["undefined"].get(name, 0)
    text = format_figure(value)
    return f"{text} ({left_out} undefined)" if left_out and value is not None else text
