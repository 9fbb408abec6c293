"""Words and table of a comparison of two runs."""

from __future__ import annotations

from multitag.data.phrases import join_phrase
from multitag.evaluation.compare import Comparison
from multitag.report.tables import LOWER_IS_BETTER, METRIC_TITLES, SIDE_TITLES, format_figure

_ROUNDING = 1e-12  # differences this small are of rounding


def comparison_rows(comparison: Comparison) -> tuple[list[str], list[list[str]]]:
    """Format both runs' figures as a table.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    header : list of str
    rows : list of list of str
        A row for each metric: both figures, their difference and its 95% interval.
    """
    first, second = comparison.values
    rows = []
    for name, title in METRIC_TITLES.items():
        difference = "undefined" if None in (first[name], second[name]) else "no interval"
        if name in comparison.differences:
            value, low, high = comparison.differences[name]
            difference = f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"
        rows.append([title, format_figure(first[name]), format_figure(second[name]), difference])
    return ["Metric", *comparison.names, "difference"], rows


def comparison_sentence(comparison: Comparison) -> str:
    """Describe in which figures one run is better by more than chance: those whose interval is on one side of zero.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
    """
    better: tuple[list[str], list[str]] = ([], [])
    indistinguishable = []
    for name, title in METRIC_TITLES.items():
        if name not in comparison.differences:
            continue
        _, low, high = comparison.differences[name]
        title = title.partition(" (")[0]
        if low <= _ROUNDING and high >= -_ROUNDING:
            indistinguishable.append(title)
        else:
            better[(low > 0) == (name in LOWER_IS_BETTER)].append(title)
    first, second = comparison.names
    on = f"on {comparison.n_rows} {SIDE_TITLES[comparison.side]} rows"
    if not any(better):
        return f"{on}, {first} and {second} are not distinguishable in any figure"
    parts = [
        f"{run} is better in {join_phrase(titles)}"
        for run, titles in zip(comparison.names, better, strict=True)
        if titles
    ]
    if indistinguishable:
        parts.append(f"they are not distinguishable in {join_phrase(indistinguishable)}")
    return f"{on}, {'; '.join(parts)}"
