"""The figures of a multi-label classifier; what is undefined is None, left out of averages and counted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

from multitag.evaluation.intervals.bootstrap import Intervals
from multitag.evaluation.records import OMIT_NONE, Count, Record, Share, record_error

ShareInterval = tuple[Share, Share]  # low and high

FIGURES = (
    "macro_f1", "micro_f1", "weighted_f1", "samples_f1", "macro_roc_auc", "micro_roc_auc", "macro_average_precision",
    "hamming_loss", "subset_accuracy", "label_ranking_average_precision",
)  # fmt: skip


@dataclass(frozen=True)
class LabelMetrics(Record):
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
    judged : int or None
        Rows on which somebody judged whether they have the label, which the figures are of; None, and no key in JSON,
        where that is all rows.
    """

    label: str
    support: Count
    threshold: Share
    precision: Share | None
    recall: Share | None
    f1: Share | None
    roc_auc: Share | None
    average_precision: Share | None
    intervals: dict[str, ShareInterval | None] = field(default_factory=dict)
    judged: Count | None = field(default=None, metadata=OMIT_NONE)

    def figure(self, name: str) -> float | None:
        """Return one of the five figures by its name."""
        value: float | None = getattr(self, name)
        return value


@dataclass(frozen=True)
class Metrics(Record):
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
        The figures of each label, in the order of the model's outputs.
    intervals : dict of str to (tuple of float or None)
        95% interval of each of ``values``, None where there is none; empty where none were asked for.
    unknown_cells : int or None
        Cells, of rows times labels, that nobody judged: they are left out of every figure. None, and no key in JSON,
        where there are none.
    """

    n_rows: Count
    values: dict[str, Share | None]
    undefined: dict[str, Count]
    per_label: tuple[LabelMetrics, ...]
    intervals: dict[str, ShareInterval | None] = field(default_factory=dict)
    unknown_cells: Count | None = field(default=None, metadata=OMIT_NONE)

    @property
    def unknown_share(self) -> float:
        """Share of the cells, of rows times labels, that nobody judged, in [0, 1]."""
        return (self.unknown_cells or 0) / max(self.n_rows * len(self.per_label), 1)

    @classmethod
    def from_dict(cls, values: object, where: str = "") -> Self:
        """Read what :meth:`to_dict` returned; BundleError if a figure is missing or anything is of another type."""
        metrics = super().from_dict(values, where)
        for name in FIGURES:
            if name not in metrics.values:
                raise record_error(where, f"values: key {name!r} is missing")
        if not metrics.per_label:
            raise record_error(where, "per_label: expected the figures of each label, got none")
        return metrics

    def with_intervals(self, intervals: Intervals) -> Self:
        """Return a copy with the intervals of the same figures."""
        per_label = zip(self.per_label, intervals.per_label, strict=True)
        labels = tuple(replace(label, intervals=of_label) for label, of_label in per_label)
        return replace(self, per_label=labels, intervals=intervals.overall)


@dataclass(frozen=True)
class SideMetrics(Record):
    """The figures of the rows of one side at the fixed threshold and, where some were tuned, at those.

    Parameters
    ----------
    fixed : Metrics
        At the fixed threshold, the same for all labels.
    tuned : Metrics or None
        At the tuned thresholds, one for each label; None, and no key in JSON, where none were tuned.
    """

    fixed: Metrics
    tuned: Metrics | None = field(default=None, metadata=OMIT_NONE)

    @property
    def best(self) -> Metrics:
        """The figures at the tuned thresholds, or at the fixed one where none were tuned."""
        return self.fixed if self.tuned is None else self.tuned

    def kinds(self) -> dict[str, Metrics]:
        """Return the figures by kind of threshold: ``"fixed"``, and ``"tuned"`` where some were tuned."""
        return {"fixed": self.fixed} | ({} if self.tuned is None else {"tuned": self.tuned})
