"""The model beside simpler ones, trained and measured on the same rows."""

from __future__ import annotations

from collections.abc import Sequence

from multitag.evaluation.baselines.comparison import BaselineComparison, BaselineFigures
from multitag.report.best_measured import HeadlineFigures, side_word
from multitag.report.pieces import Cell, HtmlTable, Paragraph, Plot, Section, as_sentence, figure_cell
from multitag.report.plots.bars import Bars, plot_bars
from multitag.report.tables import METRIC_TITLES

_SHOWN = ("macro_f1", "micro_f1", "macro_roc_auc", "macro_average_precision", "hamming_loss")
_PLOTTED = ("macro_f1", "macro_average_precision")

_Models = Sequence[BaselineFigures]


def baselines_section(
    baselines: BaselineComparison, measured: HeadlineFigures, model: str, seconds: float
) -> Section:
    """Return the figures of the model and of each simpler one, and the difference on the same rows.

    Parameters
    ----------
    baselines : BaselineComparison
    measured : HeadlineFigures
        The model's own figures.
    model : str
        What it is called.
    seconds : float
        How long its training took.
    """
    figures = measured.figures
    models = [BaselineFigures(model, seconds, figures.values, figures.intervals, {}), *baselines.models]
    caption = (
        f"All are measured on the {side_word(baselines.side)} texts, with thresholds tuned the same way. Thin "
        "lines and brackets are 95% intervals; neighbours whose intervals overlap may still differ, which the "
        "differences show."
    )
    values = HtmlTable(
        "baseline-table", caption, ["Model", *_titles(models), "Seconds"], [_value_row(row, models) for row in models]
    )
    svg = plot_bars(
        [row.name for row in models],
        [_bars(metric, models) for metric in _PLOTTED],
        prefix="baseline-bars",
        description="Macro F1 and macro average precision of each model; figures in the table above",
    )
    plot = Plot(svg, "Macro F1 and macro average precision of each model. The figures are in the table above.", None)
    return Section(
        "baselines",
        "Compared with simpler models",
        [Paragraph(as_sentence(baselines.verdict)), values, *_differences(baselines.models, model), plot],
    )


def _shown(models: _Models) -> list[str]:
    return [metric for metric in _SHOWN if all(metric in model.values for model in models)]


def _titles(models: _Models) -> list[str]:
    return [METRIC_TITLES[metric] for metric in _shown(models)]


def _value_row(model: BaselineFigures, models: _Models) -> list[Cell]:
    figures = [figure_cell(model.values[metric], model.intervals.get(metric)) for metric in _shown(models)]
    return [Cell(model.name), *figures, Cell(f"{model.seconds:.1f}", model.seconds)]


def _differences(models: _Models, name: str) -> list[HtmlTable]:
    """Return the table of differences; none where no resamples were asked for."""
    metrics = [metric for metric in _SHOWN if all(metric in model.difference for model in models)]
    if not metrics:
        return []
    rows = []
    for model in models:
        differences = [model.difference[metric] for metric in metrics]
        rows.append([Cell(model.name), *(figure_cell(value, interval) for value, *interval in differences)])
    caption = (
        f"{name} minus each simpler model, on the same resampled rows. Where an interval holds 0, the two cannot be "
        "told apart by these rows."
    )
    header = [f"{name} minus", *(METRIC_TITLES[metric] for metric in metrics)]
    return [HtmlTable("difference-table", caption, header, rows)]


def _bars(metric: str, models: _Models) -> Bars:
    intervals = [model.intervals.get(metric) for model in models]
    return Bars(METRIC_TITLES[metric], [model.values.get(metric) for model in models], intervals)
