"""The first words of the page, and the figures over all labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from multitag.report.best_measured import HeadlineFigures
from multitag.report.pieces import Cell, HtmlTable, Paragraph, Section, as_sentence
from multitag.report.tables import format_with_interval, headline_rows

_CAPTION = (
    "From 0 to 1; higher is better unless said otherwise. “at” is one fixed threshold for all labels; “tuned” are "
    "thresholds chosen on held-out texts. On the validation texts they were chosen on, they flatter. “Undefined” "
    "counts the labels (for samples F1, the texts) that a figure leaves out because it has no value there."
)
_INTERVALS = " In brackets: 95% intervals of the bootstrap over texts."


def summary(
    metrics: Mapping[str, Any],
    measured: HeadlineFigures | None,
    base_model: Mapping[str, Any],
    data: Mapping[str, Any],
    split: Mapping[str, Any],
) -> list[str]:
    """Say in a few sentences what was learnt, how good it is, and whether simpler models do as well."""
    n_rows = (metrics.get("refit") or {}).get("rows", split["train"])
    learnt = (
        f"{len(metrics['label_names'])} labels learnt from {n_rows} of {data['rows_used']} texts ({data['source']})"
    )
    sentences = [f"{learnt}, starting from {base_model['name']}. {_quality(measured)}"]
    if baselines := metrics.get("baselines"):
        sentences.append(as_sentence(baselines["verdict"]))
    return sentences


def _quality(measured: HeadlineFigures | None) -> str:
    if measured is None:
        return "No texts were held out to measure it."
    f1, auc = (_with_interval(measured.figures, name) for name in ("macro_f1", "macro_roc_auc"))
    brackets = ", with 95% intervals" if measured.figures.get("intervals") else ""
    return f"On {measured.rows()}{brackets}: macro F1 {f1} ({measured.kind} thresholds), macro ROC-AUC {auc}."


def _with_interval(figures: Mapping[str, Any], name: str) -> str:
    return format_with_interval(figures["values"][name], figures.get("intervals", {}).get(name))


def headline_section(metrics: Mapping[str, Any], measured: HeadlineFigures | None) -> Section:
    """Give the figures over all labels, a column for each side and kind of threshold."""
    heading = "Over all labels"
    if measured is None:
        return Section("headline", heading, [Paragraph("Nothing was measured: no texts were held out.")])
    header, rows = headline_rows(metrics)
    caption = _CAPTION + (_INTERVALS if measured.figures.get("intervals") else "")
    cells = [[Cell(row[0]), *map(_cell, row[1:])] for row in rows]
    return Section("headline", heading, [HtmlTable("headline-table", caption, header, cells, sortable=False)])


def _cell(written: str) -> Cell:
    """Put the interval or the count after a figure under it."""
    figure, _, rest = written.partition(" ")
    return Cell(figure, small=rest.replace(" (", "\n("), undefined=figure == "undefined")
