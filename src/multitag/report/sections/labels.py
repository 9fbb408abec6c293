"""The figures of each label."""

from __future__ import annotations

from multitag.evaluation.run_metrics import LabelCounts, RunMetrics
from multitag.report.best_measured import HeadlineFigures, side_word
from multitag.report.pieces import Cell, HtmlTable, Paragraph, Plot, Section, figure_cell
from multitag.report.plots.bars import MAX_BARS, Bars, plot_bars
from multitag.report.tables import LABEL_TITLES, format_count

_NOTHING = "No texts were held out, so there are no figures for single labels, only how often each occurs."


def labels_section(metrics: RunMetrics, measured: HeadlineFigures | None) -> Section:
    """Return a table of the labels, sorted by a click, and their F1 and average precision as bars."""
    table = _label_table(metrics, measured)
    if measured is None:
        return Section("labels", "Label by label", [Paragraph(_NOTHING), table])
    return Section("labels", "Label by label", [table, _label_plot(measured)])


def _label_table(metrics: RunMetrics, measured: HeadlineFigures | None) -> HtmlTable:
    counts = metrics.label_counts
    held_out = (side for side in ("validation", "test") if any(getattr(count, side) for count in counts.values()))
    sides = ["train", *held_out]
    if measured and measured.side in sides:
        sides.remove(measured.side)  # its numbers stand beside the figures
    by_name = {figures.label: figures for figures in measured.figures.per_label} if measured else {}
    rows = []
    for name in metrics.label_names:
        judged = (metrics.judged_counts or {}).get(name)
        cells = [Cell(name), *(_counts(counts[name], judged, side) for side in sides)]
        if figures := by_name.get(name):
            cells += [_count(figures.support, figures.judged), figure_cell(figures.threshold)]
            cells += [figure_cell(figures.figure(key), figures.intervals.get(key)) for key in LABEL_TITLES]
        rows.append(cells)
    header = ["Label", *(f"In {side}" for side in sides)]
    of_judged = ", of those on which somebody judged it" if metrics.judged_counts else ""
    caption = f"Texts that have each label{of_judged}."
    if measured:
        measured_on = "Out of fold" if measured.side == "out_of_fold" else f"In {measured.side}"
        header += [measured_on, "Threshold", *LABEL_TITLES.values()]
        caption = (
            f"Texts that have each label{of_judged}; the figures are of the {side_word(measured.side)} texts, at "
            f"{measured.thresholds()}: the fewer of those have a label, the less its figures say. “Undefined”: there "
            "is nothing to measure, such as recall without a text that has the label."
        )
    return HtmlTable("label-table", caption, header, rows)


def _counts(counts: LabelCounts, judged: LabelCounts | None, side: str) -> Cell:
    return _count(getattr(counts, side), None if judged is None else getattr(judged, side))


def _count(rows: int, judged: int | None) -> Cell:
    return Cell(format_count(rows, judged), rows)


def _label_plot(measured: HeadlineFigures) -> Plot:
    entries = sorted(measured.figures.per_label, key=lambda label: -label.support)
    most = entries[:MAX_BARS]

    def bars(name: str, key: str) -> Bars:
        return Bars(name, [label.figure(key) for label in most], [label.intervals.get(key) for label in most])

    svg = plot_bars(
        [label.label for label in most],
        [bars("F1", "f1"), bars("average precision", "average_precision")],
        prefix="label-bars",
        description="F1 and average precision by label; figures in the table above",
    )
    only = f"; only the {MAX_BARS} most frequent" if len(entries) > MAX_BARS else ""
    thin = " Thin lines are 95% intervals." if any(label.intervals.get("f1") for label in most) else ""
    caption = (
        f"F1 and average precision of each label, most frequent first{only}.{thin} The figures are in the table above."
    )
    return Plot(svg, caption, None)
