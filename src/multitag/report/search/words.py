"""The names of what is searched, and what came of a search, in words."""

from __future__ import annotations

from multitag.evaluation.search_result import FIGURE, SearchResult, Value
from multitag.report.comparison import comparison_sentence

SETTING_TITLES = {
    "learning_rate": "Learning rate",
    "head_learning_rate": "Learning rate of the head",
    "epochs": "Epochs",
    "head_dropout": "Dropout before the head",
    "teacher": "Weight of the teacher",
    "r_drop": "Weight of R-Drop",
    "loss": "Loss",
    "max_length": "Longest text, in tokens",
}
STATE_TITLES = {"complete": "complete", "pruned": "pruned", "failed": "diverged"}


def format_value(value: Value) -> str:
    """Write a value of a setting.

    Examples
    --------
    >>> format_value(0.000123456), format_value(0.30000000000000004), format_value(256), format_value("bce")
    ('0.000123', '0.3', '256', 'bce')
    """
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def outcome_sentence(result: SearchResult) -> str:
    """Say what the search gained, by rows that no trial saw, and whether the defaults would do."""
    if result.best == result.defaults:
        return f"the defaults were the best of {len(result.trials)} trials on the inner folds"
    said = comparison_sentence(result.comparison)
    if FIGURE not in result.comparison.differences:
        return said
    value, low, high = result.comparison.differences[FIGURE]
    advice = "" if low > 0 else ": keep the defaults" if high < 0 else ": the defaults would do"
    return f"{said}; macro average precision differs by {value:+.3f} [{low:+.3f}, {high:+.3f}]{advice}"
