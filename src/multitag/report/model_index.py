"""The figures on a model card as the Hugging Face hub reads them: the ``model-index`` of its header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from multitag.report.tables import METRIC_TITLES, format_figure, format_with_interval

# The hub's own names; several figures may be of one type, and their names tell them apart.
_TYPES = {
    "macro_f1": "f1",
    "micro_f1": "f1",
    "weighted_f1": "f1",
    "samples_f1": "f1",
    "macro_roc_auc": "roc_auc",
    "micro_roc_auc": "roc_auc",
    "macro_average_precision": "average_precision",
    "hamming_loss": "hamming_loss",
    "subset_accuracy": "accuracy",
    "label_ranking_average_precision": "label_ranking_average_precision",
}


_OF_PROBABILITIES = ("macro_roc_auc", "micro_roc_auc", "macro_average_precision", "label_ranking_average_precision")


def model_index(figures: Mapping[str, Any], side: str, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give what stands under ``model-index``.

    The format has no place for an interval, so it stands in the name of each figure.

    Parameters
    ----------
    figures : mapping
        What ``metrics.json`` holds of one side at one kind of threshold.
    side : str
        Which side.
    data : mapping
        What the manifest holds under this name.

    Returns
    -------
    list of dict
        One model with one result; what is undefined is left out.

    References
    ----------
    https://github.com/huggingface/hub-docs/blob/main/modelcard.md
    """
    intervals = figures.get("intervals") or {}
    measured = [
        {
            "type": _TYPES[name],
            "value": round(figures["values"][name], 4),
            "name": _name(title, figures["values"][name], intervals.get(name)),
        }
        for name, title in METRIC_TITLES.items()
        if figures["values"].get(name) is not None
    ]
    result = {
        "task": {"type": "text-classification", "name": "Multi-label text classification"},
        "dataset": {"type": data["source"], "name": data["source"], "split": side},
        "metrics": measured,
    }
    return [{"name": f"{data['label_column']} from {data['text_column']}", "results": [result]}]


def without_thresholds(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Leave only the figures that are the same at any threshold."""
    values = {name: value for name, value in figures["values"].items() if name in _OF_PROBABILITIES}
    return {**figures, "values": values}


def _name(title: str, value: float, interval: list[float] | None) -> str:
    """Say what the figure is, and its interval.

    Examples
    --------
    >>> _name("Macro F1", 0.437, [0.396, 0.47])
    'Macro F1, 95% interval [0.40, 0.47]'
    """
    written = format_with_interval(value, interval).removeprefix(format_figure(value)).strip()
    return f"{title}, 95% interval {written}" if written else title
