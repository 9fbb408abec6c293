"""The page of a search, as one HTML file."""

from __future__ import annotations

from multitag.evaluation.search_result import SearchResult
from multitag.report.html import render_page
from multitag.report.pieces import as_sentence
from multitag.report.search.sections import (
    facts_section,
    importances_section,
    outcome_section,
    settings_section,
    trials_section,
    values_section,
)
from multitag.report.search.words import outcome_sentence


def build_search_page(result: SearchResult) -> str:
    """Write the page of a search: self-contained, like the report of a run.

    Parameters
    ----------
    result : SearchResult

    Returns
    -------
    str
        HTML, to be saved as UTF-8.

    Raises
    ------
    MissingExtraError
        If jinja2 or matplotlib is not installed.
    """
    n_trials = len(result.trials)
    tried = (
        f"{n_trials} set{'s' * (n_trials != 1)} of settings tried on {result.n_folds} inner folds of {result.n_rows} "
        f"rows ({result.source}); trial {result.best} was the best."
    )
    sections = [outcome_section(result), settings_section(result), importances_section(result)]
    if n_trials > 1:
        sections += [trials_section(result), values_section(result)]
    return render_page(
        title=f"Search of settings: {result.source}",
        summary=[tried, as_sentence(outcome_sentence(result))],
        notes=[],
        sections=[*sections, facts_section(result)],
    )
