"""The header of a model card as the Hugging Face hub reads it, with the figures in its ``model-index``."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from multitag.evaluation.metrics.metrics import Metrics
from multitag.extras import import_extra
from multitag.report.provenance import DataFacts
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

_LIBRARY, _TASK, _TAGS = "transformers", "text-classification", ["multi-label", "multitag"]


def can_write_model_index() -> bool:
    """Return whether huggingface_hub, which writes the ``model-index``, is installed, with PyYAML beneath it."""
    return all(find_spec(module) is not None for module in ("huggingface_hub", "yaml"))


def write_header(base_model: str | None, data: DataFacts, side: str | None, figures: Metrics | None) -> str:
    """Return the YAML header of a card, with a ``model-index`` of the figures.

    The format has no place for an interval, so it is in the name of each figure; undefined figures are left out.

    Parameters
    ----------
    base_model : str or None
        Its name on the hub.
    data : DataFacts
    side : str or None
        The side that was measured; None where none was.
    figures : Metrics or None
        Of that side.

    Raises
    ------
    MissingExtraError
        If huggingface_hub is not installed.

    References
    ----------
    https://github.com/huggingface/hub-docs/blob/main/modelcard.md
    """
    hub: Any = import_extra("huggingface_hub", "train")
    results = []
    for name, title in METRIC_TITLES.items():
        value = None if figures is None else figures.values.get(name)
        if figures is not None and value is not None:
            results.append(
                hub.EvalResult(
                    task_type=_TASK, task_name="Multi-label text classification", dataset_type=data.source,
                    dataset_name=data.source, dataset_split=side, metric_type=_TYPES[name],
                    metric_value=round(value, 4), metric_name=_name(title, value, figures.intervals.get(name)),
                )
            )  # fmt: skip
    card_data = hub.ModelCardData(
        library_name=_LIBRARY, pipeline_tag=_TASK, tags=_TAGS, base_model=base_model,
        metrics=["f1", "roc_auc"] if side else None, eval_results=results or None,
        model_name=f"{data.label_column} from {data.text_column}" if results else None,
    )  # fmt: skip
    return str(card_data.to_yaml())


def write_plain_header(base_model: str | None) -> str:
    """Return the YAML header of a card without figures; for that, nothing needs to be installed."""
    lines = [f"library_name: {_LIBRARY}", f"pipeline_tag: {_TASK}", "tags:", *(f"- {tag}" for tag in _TAGS)]
    if base_model is not None:
        lines.append(f"base_model: {json.dumps(base_model)}")  # quoted: a name such as "null" is text
    return "\n".join(lines)


def without_thresholds(figures: Metrics) -> Metrics:
    """Return only the figures that are the same at any threshold."""
    return replace(figures, values={name: figures.values[name] for name in _OF_PROBABILITIES})


def _name(title: str, value: float, interval: tuple[float, float] | None) -> str:
    """Return the name of a figure with its interval.

    Examples
    --------
    >>> _name("Macro F1", 0.437, (0.396, 0.47))
    'Macro F1, 95% interval [0.40, 0.47]'
    """
    written = format_with_interval(value, interval).removeprefix(format_figure(value)).strip()
    return f"{title}, 95% interval {written}" if written else title
