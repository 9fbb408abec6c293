"""README.md of a bundle: a model card that people and the Hugging Face hub can read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multitag.config.objective import objective_title
from multitag.evaluation.thresholds.thresholds import Thresholds
from multitag.extras import import_extra
from multitag.labels import LabelSet
from multitag.report.model_index import model_index, without_thresholds
from multitag.report.tables import METRIC_TITLES, format_with_interval, headline_side

if TYPE_CHECKING:
    import jinja2

MINILM_ON_HUB = "sentence-transformers/all-MiniLM-L6-v2"

_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?", re.ASCII)
_MIN_ROWS = 10  # measured rows below which a label's figures say next to nothing
_POOR_F1 = 0.3
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~#&$])")


def build_card(
    *,
    label_set: LabelSet,
    metrics: Mapping[str, Any],
    thresholds: Thresholds,
    base_model: Mapping[str, Any],
    data: Mapping[str, Any],
    split: Mapping[str, Any],
) -> str:
    """Write the model card of a bundle.

    Parameters
    ----------
    label_set : LabelSet
    metrics : mapping
        What the bundle's metrics.json holds.
    thresholds : Thresholds
    base_model, data, split : mapping
        What the bundle's manifest holds under these names.

    Returns
    -------
    str
        Markdown after a YAML header in the Hugging Face format. It names no licence: that depends on the
        data, which only its owner knows.
    """
    yaml = import_extra("yaml", "train")
    header: dict[str, Any] = {
        "library_name": "transformers",
        "pipeline_tag": "text-classification",
        "tags": ["multi-label", "multitag"],
    }
    hub_name = name_on_hub(base_model)
    if hub_name is not None:
        header["base_model"] = hub_name
    side = headline_side(metrics)
    figures = metrics["splits"][side] if side else {}
    # At the thresholds that predict; a bundle that was tuned again has no figures of these.
    used = figures.get("fixed" if thresholds.policy == "fixed" else "tuned", {})
    if side:
        header["metrics"] = ["f1", "roc_auc"]
        header["model-index"] = model_index(used or without_thresholds(figures["fixed"]), side, data)
    body = _template().render(
        base_model=base_model,
        data=data,
        split=split,
        side=side,
        n_rows=figures["fixed"]["n_rows"] if side else 0,
        summary=_summary_rows(figures),
        with_intervals=bool(side and figures["fixed"].get("intervals")),
        labels=_label_rows(label_set, metrics["label_counts"], used, thresholds),
        weak=_weak_labels(used),
        baselines=metrics.get("baselines"),
        calibration=metrics.get("calibration"),
        guarantee=metrics.get("guarantee"),
        thresholds=thresholds,
        objective=objective_title(thresholds.objective),
        notes=metrics["notes"],
    )
    return f"---\n{yaml.safe_dump(header, sort_keys=False)}---\n{body}\n"


def name_on_hub(base_model: Mapping[str, Any]) -> str | None:
    """Give the base model's name on the Hugging Face hub; None for a local folder."""
    name = str(base_model["name"])
    if name == "minilm":
        return MINILM_ON_HUB
    return name if _HUB_NAME.fullmatch(name) and not Path(name).exists() else None


def escape_markdown(value: object) -> str:
    r"""Make text stand in Markdown, and in a table's cell, as it is: no markup, no HTML, no line breaks.

    Examples
    --------
    >>> print(escape_markdown("a|b <i>*c*"))
    a\|b \<i\>\*c\*
    """
    return _MARKDOWN.sub(r"\\\1", " ".join(str(value).split()))


def _template() -> jinja2.Template:
    engine = import_extra("jinja2", "train")
    environment: jinja2.Environment = engine.Environment(
        loader=engine.FileSystemLoader(Path(__file__).parent),
        finalize=escape_markdown,  # every value: labels, columns and notes come from the table
        undefined=engine.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("card.md.j2")


def _number(figures: Mapping[str, Any], name: str, absent: str) -> str:
    """Write one of the figures over all labels, or of one, with its interval."""
    values = figures.get("values", figures)
    return format_with_interval(values[name], (figures.get("intervals") or {}).get(name)) if name in values else absent


def _summary_rows(figures: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Give title, figure at the fixed threshold and figure at the tuned ones, a row a metric."""
    fixed, tuned = (figures.get(kind, {}) for kind in ("fixed", "tuned"))
    return [
        (title, _number(fixed, name, "not measured"), _number(tuned, name, "not tuned"))
        for name, title in METRIC_TITLES.items()
    ]


def _label_rows(
    label_set: LabelSet, counts: Mapping[str, Any], figures: Mapping[str, Any], thresholds: Thresholds
) -> list[tuple[str, ...]]:
    """Give name, training rows, threshold, rows measured, precision, recall and F1, a row a label."""
    measured = {row["label"]: row for row in figures.get("per_label", [])}
    rows = []
    for name, threshold in zip(label_set.names, thresholds.values().tolist(), strict=True):
        row = measured.get(name, {})
        figure = (_number(row, each, "not measured") for each in ("precision", "recall", "f1"))
        train, support = counts.get(name, {}).get("train", 0), row.get("support", "not measured")
        rows.append((name, str(train), f"{threshold:.3f}", str(support), *figure))
    return rows


def _weak_labels(figures: Mapping[str, Any]) -> dict[str, str]:
    """Name the labels that are hardly measured, and of the others those with a low F1."""
    entries = figures.get("per_label", [])
    rare = [each["label"] for each in entries if each["support"] < _MIN_ROWS]
    poor = [each["label"] for each in entries if each["support"] >= _MIN_ROWS and (each["f1"] or 0) < _POOR_F1]
    return {
        f"on fewer than {_MIN_ROWS} measured rows, so that their figures say next to nothing": ", ".join(rare),
        f"with an F1 below {_POOR_F1:g}": ", ".join(poor),
    }
