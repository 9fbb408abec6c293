"""Words and table of thresholds that were tuned again."""

from __future__ import annotations

from multitag.evaluation.thresholds.retune import Retuned
from multitag.report.tables import format_figure

_TITLES = {
    "micro_f1": "Micro F1",
    "micro_precision": "Micro precision",
    "micro_recall": "Micro recall",
    "hamming_loss": "Hamming loss",
    "cost_per_row": "Cost a row",
}


def figure_title(name: str) -> str:
    """Return the title of a figure that thresholds are tuned for.

    Examples
    --------
    >>> figure_title("macro_f0.5"), figure_title("cost_per_row")
    ('Macro F0.5', 'Cost a row')
    """
    return _TITLES.get(name, name.replace("macro_f", "Macro F"))


def retuned_rows(retuned: Retuned) -> tuple[list[str], list[list[str]]]:
    """Format what new thresholds change as a table.

    Parameters
    ----------
    retuned : Retuned

    Returns
    -------
    header : list of str
    rows : list of list of str
        A row for each figure: before, after, and the 95% interval of the difference.
    """
    rows = []
    for name, after in retuned.after.items():
        before, ends = retuned.before[name], retuned.difference[name]
        interval = "undefined" if ends is None else "[{:+.3f}, {:+.3f}]".format(*ends)
        if ends is None and before is not None and before == after:
            interval = "none"  # no resample moves it: the same decisions
        rows.append([figure_title(name), format_figure(before), format_figure(after), interval])
    return [f"On {retuned.n_rows} rows", "before", "tuned", "difference, 95%"], rows


def how_measured(retuned: Retuned) -> str:
    """Return one line about which rows had a say in the thresholds that decide them."""
    if not retuned.fair:
        return '"tuned" is cross-validated (5 folds); "before" is not, and looks better than it is'
    return '"tuned" is cross-validated (5 folds), and so is "before" where its thresholds were tuned on these rows'


def retuned_note(retuned: Retuned) -> str:
    """Describe for the model card what new thresholds change.

    Parameters
    ----------
    retuned : Retuned

    Returns
    -------
    str
    """
    name = retuned.objective_figure
    measured = "measured on rows not used for tuning" + ("" if retuned.fair else ", that before on those that were")
    before, after = (format_figure(figures[name]) for figures in (retuned.before, retuned.after))
    return (
        f"thresholds were tuned again on {retuned.thresholds.tuned_on}: {figure_title(name)} {before} before, {after} "
        f"after, {measured}; report.html still shows the previous thresholds, and so do the "
        "tuned figures under splits in metrics.json"
    )
