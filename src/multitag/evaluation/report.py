"""The report of a run: one HTML file that needs nothing else, for a person who was not there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from multitag.evaluation.plots import MAX_BARS, plot_label_bars, plot_learning_curve
from multitag.evaluation.summary import format_figure, headline_rows
from multitag.evaluation.thresholds import Thresholds
from multitag.extras import import_extra

_Facts = list[tuple[str, str]]
_MAX_LEFT_OUT = 20  # rows named one by one
_FIGURES = {
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "roc_auc": "ROC-AUC",
    "average_precision": "Average precision",
}


@dataclass(frozen=True)
class _Cell:
    text: str
    key: float | None  # what the column is sorted by; None goes last


@dataclass(frozen=True)
class _LabelTable:
    """The figures of each label on one side, test where there is one."""

    side: str | None
    kind: str | None
    header: list[str]
    rows: list[tuple[str, list[_Cell]]]
    measured: list[Mapping[str, Any]]


def build_report(
    *,
    title: str,
    metrics: Mapping[str, Any],
    thresholds: Thresholds,
    settings: Mapping[str, Any],
    base_model: Mapping[str, Any],
    data: Mapping[str, Any],
    split: Mapping[str, Any],
    created: str,
) -> str:
    """Write the report of a run as one self-contained HTML page.

    Equal arguments give equal text. The page loads nothing, prints, follows light and dark mode, and works
    without JavaScript, which only sorts the table of labels.

    Parameters
    ----------
    title : str
        Heading of the page.
    metrics : mapping
        What ``metrics.json`` holds.
    thresholds : Thresholds
        Those of the bundle.
    settings : mapping
        All settings of the run, in sections, as ``Config.to_dict`` gives them.
    base_model, data, split : mapping
        The parts of the manifest of those names.
    created : str
        Date and time of the run.

    Returns
    -------
    str
        HTML, to be saved as UTF-8.

    Raises
    ------
    MissingExtraError
        If jinja2 or matplotlib is not installed.
    """
    jinja2, markup = import_extra("jinja2", "train"), import_extra("markupsafe", "train").Markup
    source = resources.files("multitag.evaluation").joinpath("report.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    header, rows = headline_rows(metrics)
    labels = _label_table(metrics)
    history = [
        each
        for each in metrics["history"]
        if each.get("loss") is not None or each.get("validation_loss") is not None
    ]
    page: str = environment.from_string(source).render(
        title=title,
        summary=_learnt(metrics, data, split, base_model) + _measured(metrics, split),
        notes=metrics["notes"],
        header=header,
        rows=rows,
        labels=labels,
        bars=markup(_plot_labels(labels)) if labels.measured else None,
        max_bars=MAX_BARS,
        curve=markup(plot_learning_curve(history)) if history else None,
        history=_history_table(history),
        facts={
            "Data and split": _data_facts(data, split),
            "Base model": _model_facts(base_model),
            "Thresholds": _threshold_facts(thresholds),
            "Run": [("Made", created), ("Training took", f"{metrics['training_seconds']:.1f} seconds")],
            "Settings": _flatten(settings),
        },
    )
    return page


def _learnt(
    metrics: Mapping[str, Any], data: Mapping[str, Any], split: Mapping[str, Any], base: Mapping[str, Any]
) -> str:
    labels, texts = len(metrics["label_names"]), f"{split['train']} of {data['rows_used']} texts"
    return f"{labels} labels learnt from {texts} ({data['source']}), starting from {base['name']}. "


def _measured(metrics: Mapping[str, Any], split: Mapping[str, Any]) -> str:
    side, kind = _best_measured(metrics)
    if side is None:
        return "No texts were held out to measure it."
    values = metrics["splits"][side][kind]["values"]
    f1, auc = format_figure(values["macro_f1"]), format_figure(values["macro_roc_auc"])
    return f"On {split[side]} {side} texts: macro F1 {f1} ({kind} thresholds), macro ROC-AUC {auc}."


def _best_measured(metrics: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Side and kind of threshold to show where there is room for one: test before validation, tuned first."""
    for side in ("test", "validation"):
        for kind in ("tuned", "fixed"):
            if kind in metrics["splits"].get(side, {}):
                return side, kind
    return None, None


def _label_table(metrics: Mapping[str, Any]) -> _LabelTable:
    side, kind = _best_measured(metrics)
    measured = metrics["splits"][side][kind]["per_label"] if side else []
    by_name = {each["label"]: each for each in measured}
    rows = []
    for name in metrics["label_names"]:
        counts = metrics["label_counts"][name]
        cells = [_Cell(str(counts[each]), counts[each]) for each in ("train", "validation", "test")]
        if figures := by_name.get(name):
            cells.append(_Cell(format_figure(figures["threshold"]), figures["threshold"]))
            cells += [_Cell(format_figure(figures[key]), figures[key]) for key in _FIGURES]
        rows.append((name, cells))
    header = ["Label", "In train", "In validation", "In test"]
    if kind:
        header += ["Threshold", *_FIGURES.values()]
    return _LabelTable(side, kind, header, rows, measured)


def _plot_labels(labels: _LabelTable) -> str:
    most = sorted(labels.measured, key=lambda each: -each["support"])[:MAX_BARS]
    return plot_label_bars(
        [each["label"] for each in most],
        [each["f1"] for each in most],
        [each["average_precision"] for each in most],
    )


def _history_table(history: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    keys = ("loss", "validation_loss", "validation_macro_average_precision")
    return [
        [
            f"{each['epoch']:.2f}",
            str(each["step"]),
            *("-" if each.get(key) is None else f"{each[key]:.4f}" for key in keys),
        ]
        for each in history
    ]


def _data_facts(data: Mapping[str, Any], split: Mapping[str, Any]) -> _Facts:
    left_out = [f"row {row}: {reason}" for row, reason in data["left_out"]]
    if len(left_out) > _MAX_LEFT_OUT:
        left_out[_MAX_LEFT_OUT:] = [f"and {len(left_out) - _MAX_LEFT_OUT} more rows"]
    sides = ", ".join(f"{split[side]} {side}" for side in ("train", "validation", "test"))
    return [
        ("Source", data["source"]),
        ("Rows", f"{data['rows']} read, {data['rows_used']} used"),
        ("Rows left out", "; ".join(left_out) or "none"),
        ("Columns", f"texts from {data['text_column']}, labels from {data['label_column']}"),
        ("Label separator", data["label_separator"] or "none"),
        ("Split", f"{split['method']}: {sides}"),
        ("Fingerprint (SHA-256)", data["fingerprint"]),
    ]


def _model_facts(base_model: Mapping[str, Any]) -> _Facts:
    return [
        ("Name", base_model["name"]),
        ("Asked for", base_model["asked_for"]),
        ("Why this one", base_model["reason"]),
        ("Architecture", base_model["architecture"]),
        ("Weights (SHA-256)", base_model["weights_sha256"]),
    ]


def _threshold_facts(thresholds: Thresholds) -> _Facts:
    tuned: _Facts = [("Tuned", "no")]
    if thresholds.per_label is not None and thresholds.global_threshold is not None:
        lowest, highest = min(thresholds.per_label), max(thresholds.per_label)
        tuned = [
            ("One a label", f"from {lowest:.3f} to {highest:.3f}"),
            ("One for all labels", f"{thresholds.global_threshold:.3f}"),
            ("Tuned", f"for {thresholds.objective} on {thresholds.tuned_on}"),
        ]
    used = {"per_label": "one a label", "global": "one for all labels", "fixed": "the fixed one"}
    return [("Used to predict", used[thresholds.policy]), ("Fixed", f"{thresholds.fixed:g}"), *tuned]


def _flatten(settings: Mapping[str, Any], prefix: str = "") -> _Facts:
    facts: _Facts = []
    for key, value in settings.items():
        if isinstance(value, Mapping) and value:
            facts += _flatten(value, f"{prefix}{key}.")
        else:
            facts.append((f"{prefix}{key}", _setting(value)))
    return facts


def _setting(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "not set" if value is None or value == {} else json.dumps(value, default=str)
