"""The model beside simpler ones, trained and measured on the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from multitag.report.best_measured import HeadlineFigures, side_word
from multitag.report.pieces import Cell, HtmlTable, Paragraph, Plot, Section, as_sentence, figure_cell
from multitag.report.plots.bars import Bars, plot_bars
from multitag.report.tables import METRIC_TITLES

_SHOWN = ("macro_f1", "micro_f1", "macro_roc_auc", "macro_average_precision", "hamming_loss")
_PLOTTED = ("macro_f1", "macro_average_precision")

_Models = Sequence[Mapping[str, Any]]


def baselines_section(baselines: Mapping[str, Any], measured: HeadlineFigures, model: str, seconds: float) -> Section:
    """Give the figures of the model and of each simpler one, and the difference on the same rows.

    Parameters
    ----------
    baselines : mapping
        As in ``metrics.json``.
    measured : HeadlineFigures
        The model's own figures.
    model : str
        What it is called.
    seconds : float
        What training it took.
    """
    models = [{"name": model, **measured.figures, "seconds": seconds}, *baselines["models"]]
    caption = (
        f"All are measured on the {side_word(baselines['side'])} texts, with thresholds tuned the same way. Thin "
        "lines and brackets are 95% intervals; neighbours whose intervals overlap may still differ, which the "
        "differences show."
    )
    values = HtmlTable(
        "baseline-table", caption, ["Model", *_titles(models), "Seconds"], [_value_row(each, models) for each in models]
    )
    svg = plot_bars(
        [each["name"] for each in models],
        [_bars(metric, models) for metric in _PLOTTED],
        prefix="baseline-bars",
        description="Macro F1 and macro average precision of each model; figures in the table above",
    )
    plot = Plot(svg, "Macro F1 and macro average precision of each model. The figures are in the table above.", None)
    return Section(
        "baselines",
        "Beside simpler models",
        [Paragraph(as_sentence(baselines["verdict"])), values, *_differences(baselines["models"], model), plot],
    )


def _shown(models: _Models) -> list[str]:
    return [metric for metric in _SHOWN if all(metric in each["values"] for each in models)]


def _titles(models: _Models) -> list[str]:
    return [METRIC_TITLES[metric] for metric in _shown(models)]


def _value_row(model: Mapping[str, Any], models: _Models) -> list[Cell]:
    intervals = model.get("intervals") or {}
    figures = [figure_cell(model["values"][metric], intervals.get(metric)) for metric in _shown(models)]
    return [Cell(model["name"]), *figures, Cell(f"{model['seconds']:.1f}", model["seconds"])]


def _differences(models: _Models, name: str) -> list[HtmlTable]:
    """Give the table of differences; none where no resamples were asked for."""
    metrics = [metric for metric in _SHOWN if all(metric in each["difference"] for each in models)]
    if not metrics:
        return []
    rows = []
    for model in models:
        differences = [model["difference"][metric] for metric in metrics]
        rows.append([Cell(model["name"]), *(figure_cell(value, interval) for value, *interval in differences)])
    caption = (
        f"{name} minus each simpler model, on the same resampled rows. Where an interval holds 0, the two cannot be "
        "told apart by these rows."
    )
    return [HtmlTable("difference-table", caption, [f"{name} minus", *(METRIC_TITLES[each] for each in metrics)], rows)]


def _bars(metric: str, models: _Models) -> Bars:
    intervals = [(each.get("intervals") or {}).get(metric) for each in models]
    return Bars(METRIC_TITLES[metric], [each["values"][metric] for each in models], intervals)
