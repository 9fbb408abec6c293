"""The sections of the page of a search."""

from __future__ import annotations

from multitag.evaluation.search_result import SearchResult, TriedSettings
from multitag.report.comparison import comparison_rows
from multitag.report.pieces import Cell, Facts, HtmlTable, Paragraph, Plot, Section, count_cell, figure_cell
from multitag.report.plots.bars import Bars, plot_bars
from multitag.report.plots.trials import TriedValue, plot_trials, plot_values
from multitag.report.search.words import SETTING_TITLES, STATE_TITLES, format_value

_MEAN = "Macro average precision"
_FEW = (
    "Fewer than ten trials were complete, or all came out alike: too few to tell which settings mattered. "
    "multitag search --resume with more --trials goes on."
)


def outcome_section(result: SearchResult) -> Section:
    """Compare the best settings with the defaults on rows that no trial saw."""
    _, rows = comparison_rows(result.comparison)
    cells = [[Cell(row[0]), Cell(row[1]), Cell(row[2]), _difference(row[3])] for row in rows]
    caption = (
        f"Both trained on all {result.n_rows} rows of the search, with thresholds from its inner folds, and measured "
        f"on the {result.n_outer_rows} rows that no trial saw. In brackets: 95% interval of the difference, resampling "
        "texts; it does not hold how much another seed would change."
    )
    table = HtmlTable("outcome-table", caption, ["Metric", "Best", "Defaults", "Difference"], cells, sortable=False)
    return Section("outcome", "Whether it helped", [table])


def settings_section(result: SearchResult) -> Section:
    """Put the best settings beside the defaults."""
    best, defaults = result.trial(result.best), result.trial(result.defaults)
    rows = [
        [Cell(_title(name)), Cell(format_value(best.values[name])), Cell(format_value(defaults.values[name]))]
        for name in defaults.values
    ]
    rows.append([Cell(f"{_MEAN}, inner folds"), figure_cell(best.mean), figure_cell(defaults.mean)])
    caption = (
        "The best figure of many trials is too good an estimate of what they would do on other rows, that of the "
        "defaults is not; the section before has a fair one of both."
    )
    table = HtmlTable("settings-table", caption, ["Setting", "Best", "Defaults"], rows, sortable=False)
    return Section("settings", "The best settings", [table])


def importances_section(result: SearchResult) -> Section:
    """Draw which settings mattered."""
    heading = "What mattered"
    if not result.importances:
        return Section("importances", heading, [Paragraph(_FEW)])
    names, shares = [_title(name) for name in result.importances], list(result.importances.values())
    svg = plot_bars(
        names, [Bars("share of the differences", shares)], prefix="importances",
        description="Share of each setting in how the trials differ",
    )  # fmt: skip
    caption = (
        "Share of each setting in how far the complete trials differ, within the ranges that were searched (functional "
        "ANOVA on a random forest). Of few trials it is rough."
    )
    rows = [[Cell(name), figure_cell(share)] for name, share in zip(names, shares, strict=True)]
    table = HtmlTable("importances-table", "Shares sum to 1.", ["Setting", "Share"], rows)
    return Section("importances", heading, [Plot(svg, caption, table)])


def trials_section(result: SearchResult) -> Section:
    """Draw the trials in their order, and list them."""
    caption = (
        f"{_MEAN} of each trial, the mean over the inner folds that it was trained on; the line is the best so far. "
        "A pruned trial was given up after a fold on which most of those before were better."
    )
    names = list(result.trial(result.defaults).values)
    rows = [
        [
            count_cell(trial.number),
            figure_cell(trial.mean),
            count_cell(len(trial.folds)),
            Cell(STATE_TITLES[trial.state] + _remark(result, trial.number), words=True),
            *(_value_cell(trial, name) for name in names),
        ]
        for trial in result.trials
    ]
    header = ["Trial", _MEAN, "Folds", "End", *map(_title, names)]
    table = HtmlTable("trials-table", "Every trial that ended.", header, rows)
    return Section("trials", "Trials over time", [Plot(plot_trials(result.trials), caption, None), table])


def values_section(result: SearchResult) -> Section:
    """Draw the figure of each trial over the values of each setting."""
    names = list(result.trial(result.defaults).values)
    tried = {
        _title(name): [
            TriedValue(trial.values[name], trial.mean, trial.state == "complete", trial.number == result.best)
            for trial in result.trials
            if trial.mean is not None
        ]
        for name in names
    }
    caption = f"{_MEAN} of each trial over the value of each setting; blue: complete, orange: pruned, ring: the best."
    logarithmic = [_title(name) for name in names if name.endswith("learning_rate")]
    return Section("values", "Values tried", [Plot(plot_values(tried, logarithmic), caption, None)])


def facts_section(result: SearchResult) -> Section:
    """List how the search was made."""
    pruned = sum(trial.state == "pruned" for trial in result.trials)
    diverged = sum(trial.state == "failed" for trial in result.trials)
    entries = [
        ("Table", result.source),
        ("Rows of the search", f"{result.n_rows}, in {result.n_folds} inner folds"),
        ("Rows that no trial saw", str(result.n_outer_rows)),
        ("Trials", f"{len(result.trials)}, {pruned} of them pruned, {diverged} diverged"),
        ("Ended because", result.stopped),
        ("Training", f"{result.seconds / 60:.1f} minutes"),
    ]
    return Section("facts", "How it was searched", [Facts(entries)])


def _title(name: str) -> str:
    return SETTING_TITLES.get(name, name)


def _remark(result: SearchResult, number: int) -> str:
    remarks = {result.best: ", best", result.defaults: ", defaults"}
    if result.best == result.defaults:
        remarks = {result.best: ", best, defaults"}
    return remarks.get(number, "")


def _value_cell(trial: TriedSettings, name: str) -> Cell:
    value = trial.values.get(name)
    if value is None:
        return Cell("-", undefined=True)
    return Cell(format_value(value), words=True) if isinstance(value, str) else Cell(format_value(value), float(value))


def _difference(written: str) -> Cell:
    value, _, interval = written.partition(" [")
    return Cell(value, small=f"[{interval}") if interval else Cell(written, undefined=True)
