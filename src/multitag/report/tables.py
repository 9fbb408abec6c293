"""The headline table, the same on the console, in the report and on the model card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from multitag.evaluation.metrics.metrics import Metrics, SideMetrics

SIDE_TITLES = {"out_of_fold": "out of fold", "validation": "validation", "test": "test"}

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

LABEL_TITLES = {
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "roc_auc": "ROC-AUC",
    "average_precision": "Average precision",
}

LOWER_IS_BETTER = frozenset({"hamming_loss"})


def headline_side(sides: Mapping[str, SideMetrics]) -> str | None:
    """Return the side of the headline: out of fold, else test, else validation; None if nothing was measured."""
    return next((side for side in ("out_of_fold", "test", "validation") if side in sides), None)


def headline_rows(sides: Mapping[str, SideMetrics], only: str | None = None) -> tuple[list[str], list[list[str]]]:
    """Format the figures over all labels as a table.

    Parameters
    ----------
    sides : mapping of str to SideMetrics
        Figures by side.
    only : str, optional
        The one side to show; by default all that were measured.

    Returns
    -------
    header : list of str
        ``"Metric"``, then a column for each side and kind of threshold that was measured.
    rows : list of list of str
        The number of rows, then a row for each metric with its 95% interval; what is undefined is said in words.
        Empty where nothing was measured.

    Examples
    --------
    >>> from multitag.evaluation.metrics.compute import compute_metrics
    >>> y_true, y_prob = [[1, 0], [0, 0]], [[0.9, 0.2], [0.1, 0.4]]
    >>> measured = compute_metrics(y_true, y_prob, [[1, 0], [0, 0]], ["Drama", "War"], [0.5, 0.5])
    >>> header, rows = headline_rows({"test": SideMetrics(measured)})
    >>> header
    ['Metric', 'test at 0.5']
    >>> rows[:2]
    [['Rows', '2'], ['Macro F1', '1.000 (1 undefined)']]
    """
    columns = {
        _title(side, kind, figures): figures
        for side in ((only,) if only else SIDE_TITLES)
        if side in sides
        for kind, figures in sides[side].kinds().items()
    }
    if not columns:
        return ["Metric"], []
    rows = [["Rows", *(str(measured.n_rows) for measured in columns.values())]]
    for name, title in METRIC_TITLES.items():
        rows.append([title, *(_cell(measured, name) for measured in columns.values())])
    return ["Metric", *columns], rows


def unknown_cells_line(measured: Metrics, side: str) -> str | None:
    """Count the cells that are in no figure, as nobody judged them; None where all were judged.

    Examples
    --------
    >>> from multitag.evaluation.metrics.compute import compute_metrics
    >>> measured = compute_metrics([[1, -1], [0, 0]], [[0.9, 0.2], [0.1, 0.4]], [[1, 0], [0, 0]], ["A", "B"], [0.5] * 2)
    >>> unknown_cells_line(measured, "test")
    '25% of the cells of the test side are unknown (nobody judged them): left out of every figure'
    """
    if measured.unknown_cells is None:
        return None
    return f"{describe_unknown(measured.unknown_share, side)}: left out of every figure"


def describe_unknown(share: float, side: str) -> str:
    """Write what share of the cells of a side nobody judged, in (0, 1].

    Examples
    --------
    >>> describe_unknown(0.12, "test")
    '12% of the cells of the test side are unknown (nobody judged them)'
    >>> describe_unknown(0.001, "training")
    'less than 1% of the cells of the training side are unknown (nobody judged them)'
    """
    percent = "less than 1%" if share < 0.01 else f"{share:.0%}"
    return f"{percent} of the cells of the {side} side are unknown (nobody judged them)"


def format_count(rows: int, judged: int | None) -> str:
    """Write on how many rows a label is, and of how many that were judged where these are not all.

    Examples
    --------
    >>> format_count(12, None), format_count(12, 40)
    ('12', '12 of 40')
    """
    return str(rows) if judged is None else f"{rows} of {judged}"


def format_figure(value: float | None) -> str:
    """Write a figure with three decimals, or ``"undefined"``.

    Examples
    --------
    >>> format_figure(0.43912), format_figure(None)
    ('0.439', 'undefined')
    """
    return "undefined" if value is None else f"{value:.3f}"


def label_rows(measured: Metrics) -> tuple[list[str], list[list[str]]]:
    """Format the figures of each label as a table.

    Parameters
    ----------
    measured : Metrics

    Returns
    -------
    header : list of str
    rows : list of list of str
        A row for each label: its name, on how many rows it is (of how many, where not all were judged), and each
        figure with its 95% interval.
    """
    rows = []
    for label in measured.per_label:
        figures = [format_with_interval(label.figure(name), label.intervals.get(name)) for name in LABEL_TITLES]
        rows.append([label.label, format_count(label.support, label.judged), *figures])
    return ["Label", "Rows", *LABEL_TITLES.values()], rows


def format_with_interval(value: float | None, interval: Sequence[float] | None) -> str:
    """Write a figure and its interval, with as many decimals as tell the two ends apart.

    Examples
    --------
    >>> format_with_interval(0.43712, (0.3961, 0.4702)), format_with_interval(0.1, None)
    ('0.437 [0.40, 0.47]', '0.100')
    >>> format_with_interval(0.1062, (0.0981, 0.1143))
    '0.106 [0.098, 0.114]'
    """
    if interval is None:
        return format_figure(value)
    low, high = interval
    decimals = 2 if high - low >= 0.05 else 3
    return f"{format_figure(value)} [{low:.{decimals}f}, {high:.{decimals}f}]"


def _title(side: str, kind: str, measured: Metrics) -> str:
    if kind == "tuned":
        return f"{SIDE_TITLES[side]}, tuned"
    return f"{SIDE_TITLES[side]} at {measured.per_label[0].threshold:g}"


def _cell(measured: Metrics, name: str) -> str:
    value, left_out = measured.values[name], measured.undefined.get(name, 0)
    text = format_with_interval(value, measured.intervals.get(name))
    return f"{text} ({left_out} undefined)" if left_out and value is not None else text
