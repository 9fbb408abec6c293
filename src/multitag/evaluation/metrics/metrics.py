"""The figures of a multi-label classifier; what is undefined is None, left out of averages and counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from multitag.evaluation.intervals.bootstrap import Interval, Intervals


@dataclass(frozen=True)
class LabelMetrics:
    """The figures of one label; None where a figure is undefined.

    Parameters
    ----------
    label : str
        Its name.
    support : int
        Rows that have the label.
    threshold : float
        The probability from which it was predicted, in [0, 1].
    precision : float or None
        In [0, 1]; undefined where the label is predicted on no row.
    recall : float or None
        In [0, 1]; undefined where no row has the label.
    f1 : float or None
        In [0, 1]; undefined where no row has the label and none is predicted to.
    roc_auc : float or None
        In [0, 1], of the probabilities; undefined where no row or every row has the label.
    average_precision : float or None
        In [0, 1], of the probabilities; undefined where no row has the label.
    intervals : dict of str to (tuple of float or None)
        95% interval of each of the five, None where there is none; empty where none were asked for.
    """

    label: str
    support: int
    threshold: float
    precision: float | None
    recall: float | None
    f1: float | None
    roc_auc: float | None
    average_precision: float | None
    intervals: dict[str, Interval | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Metrics:
    """The figures of a classifier on some rows.

    Parameters
    ----------
    n_rows : int
        Rows measured.
    values : dict of str to (float or None)
        ``macro_f1``, ``micro_f1``, ``weighted_f1``, ``samples_f1``, ``macro_roc_auc``, ``micro_roc_auc``,
        ``macro_average_precision``, ``hamming_loss``, ``subset_accuracy`` and
        ``label_ranking_average_precision``, each in [0, 1]; None where undefined.
    undefined : dict of str to int
        How many labels ``macro_f1``, ``macro_roc_auc`` and ``macro_average_precision`` leave out, and how
        many rows ``samples_f1`` does, because the figure is undefined there.
    per_label : tuple of LabelMetrics, length n_labels
    intervals : dict of str to (tuple of float or None)
        95% interval of each of ``values``, None where there is none; empty where none were asked for.
    """

    n_rows: int
    values: dict[str, float | None]
    undefined: dict[str, int]
    per_label: tuple[LabelMetrics, ...]
    intervals: dict[str, Interval | None] = field(default_factory=dict)

    def with_intervals(self, intervals: Intervals) -> Self:
        """Give a copy with the intervals of the same figures."""
        per_label = zip(self.per_label, intervals.per_label, strict=True)
        labels = tuple(replace(each, intervals=of_label) for each, of_label in per_label)
        return replace(self, per_label=labels, intervals=intervals.overall)

    def to_dict(self) -> dict[str, Any]:
        """Give plain dictionaries and lists that fit JSON (None, never NaN)."""
        per_label = [{**asdict(each), "intervals": _listed(each.intervals)} for each in self.per_label]
        return {**asdict(self), "per_label": per_label, "intervals": _listed(self.intervals)}


def _listed(intervals: Mapping[str, Interval | None]) -> dict[str, list[float] | None]:
    return {name: None if ends is None else list(ends) for name, ends in intervals.items()}
