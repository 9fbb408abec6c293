"""The first words of the page, and the figures over all labels."""

from __future__ import annotations

from multitag.evaluation.metrics.metrics import Metrics
from multitag.evaluation.run_metrics import RunMetrics
from multitag.report.best_measured import HeadlineFigures
from multitag.report.pieces import Cell, HtmlTable, Paragraph, Section, as_sentence
from multitag.report.provenance import Provenance
from multitag.report.tables import format_with_interval, headline_rows

_CAPTION = (
    "From 0 to 1; higher is better unless stated. “at”: one fixed threshold for all labels; “tuned”: thresholds "
    "chosen on held-out texts, so the figures on those validation texts are too good. “Undefined” counts the labels "
    "(for samples F1, the texts) that a figure leaves out because it has no value there."
)
_INTERVALS = " In brackets: 95% bootstrap intervals, resampling texts."


def summary(metrics: RunMetrics, measured: HeadlineFigures | None, provenance: Provenance) -> list[str]:
    """Return a few sentences: what the model was trained on, how good it is, and whether simpler ones do as well."""
    data = provenance.data
    n_rows = provenance.split.train if metrics.refit is None else metrics.refit.rows
    trained = (
        f"{len(metrics.label_names)} labels, learned from {n_rows} of {data.rows_used} texts ({data.source}), starting "
        f"from {provenance.base_model.name}."
    )
    sentences = [f"{trained} {_quality(measured)}"]
    if not data.rows:
        sentences = [f"{len(metrics.label_names)} labels ({data.source}), on {provenance.base_model.name}."]
    if metrics.recipe_sentence:
        sentences.append(as_sentence(metrics.recipe_sentence))
    if metrics.baselines is not None:
        sentences.append(as_sentence(metrics.baselines.verdict))
    return sentences


def _quality(measured: HeadlineFigures | None) -> str:
    if measured is None:
        return "No texts were held out to measure it."
    f1, auc = (_with_interval(measured.figures, name) for name in ("macro_f1", "macro_roc_auc"))
    brackets = ", with 95% intervals" if measured.figures.intervals else ""
    return f"On {measured.rows()}{brackets}: macro F1 {f1} ({measured.kind} thresholds), macro ROC-AUC {auc}."


def _with_interval(figures: Metrics, name: str) -> str:
    return format_with_interval(figures.values[name], figures.intervals.get(name))


def headline_section(metrics: RunMetrics, measured: HeadlineFigures | None) -> Section:
    """Return the figures over all labels, a column for each side and kind of threshold."""
    heading = "Over all labels"
    if measured is None:
        return Section("headline", heading, [Paragraph("Nothing was measured: no texts were held out.")])
    header, rows = headline_rows(metrics.sides)
    caption = _CAPTION + (_INTERVALS if measured.figures.intervals else "")
    cells = [[Cell(row[0]), *map(_cell, row[1:])] for row in rows]
    return Section("headline", heading, [HtmlTable("headline-table", caption, header, cells, sortable=False)])


def _cell(written: str) -> Cell:
    """Put the interval or the count after a figure under it."""
    figure, _, rest = written.partition(" ")
    return Cell(figure, small=rest.replace(" (", "\n("), undefined=figure == "undefined")
