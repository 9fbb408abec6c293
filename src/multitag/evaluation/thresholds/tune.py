"""The thresholds that are best by an objective. numpy only."""

from __future__ import annotations

from numpy.typing import ArrayLike

from multitag.errors import DataError
from multitag.evaluation.arrays import as_labels, as_probabilities, check_same_shape, count_labels
from multitag.evaluation.thresholds.costs import Costs
from multitag.evaluation.thresholds.objectives import find_objective
from multitag.evaluation.thresholds.search import bag_thresholds, rank_rows, search_common, shrink_thresholds
from multitag.evaluation.thresholds.thresholds import Thresholds


def tune_thresholds(
    y_true: ArrayLike, y_prob: ArrayLike, *,
    fixed: float, tuned_on: str, objective: str = "f1", costs: Costs | None = None, seed: int = 0,
) -> Thresholds:  # fmt: skip
    """Find the threshold of each label, and the one for all, that are best by an objective.

    A label's own threshold is the mean over those that are best on resamples of the rows, shrunk towards the one for
    all where it has few positives (see ``multitag.evaluation.thresholds.search``); without any it takes that one. So a
    precision or recall is aimed at, not promised.

    Parameters
    ----------
    y_true : array_like, shape (n_rows, n_labels)
        1 where the row has the label, 0 where it has not, UNKNOWN where nobody judged: a label's threshold is tuned on
        the rows on which it was.
    y_prob : array_like, shape (n_rows, n_labels)
        Calibrated probabilities in [0, 1], of rows that the model was not trained on.
    fixed : float
        The fixed threshold to carry along, in [0, 1].
    tuned_on : str
        What the rows are, such as ``"validation, 100 rows"``.
    objective : str, default "f1"
        ``"f1"`` or ``"macro-f1"``, ``"f0.5"`` or any other F-beta, ``"micro-f1"``, ``"hamming"``, ``"precision=0.8"``,
        ``"recall=0.9"``, ``"cost=5:1"`` (of a false positive and of a miss) or ``"cost"``: see docs/evaluation.md.
    costs : Costs, optional
        Of each label, with the objective ``"cost"``.
    seed : int, default 0
        Random seed of the resamples.

    Returns
    -------
    Thresholds
        Policy ``"per_label"``; policy ``"fixed"`` with nothing tuned where no label has a positive.

    Raises
    ------
    DataError
        If there are no rows, the shapes differ or a value is out of range.
    ConfigError
        If ``fixed`` is outside [0, 1], there is no such objective, or the costs do not go with it.

    References
    ----------
    Fan and Lin (2007), "A study on threshold selection for multi-label classification".

    Examples
    --------
    >>> y_true, y_prob = [[1], [1], [0]], [[0.9], [0.6], [0.2]]
    >>> tuned = tune_thresholds(y_true, y_prob, fixed=0.3, tuned_on="validation, 3 rows")
    >>> round(tuned.global_threshold, 6)
    0.4
    """
    true, prob = as_labels(y_true, "y_true"), as_probabilities(y_prob, "y_prob")
    check_same_shape(y_true=true, y_prob=prob)
    n_rows, n_labels = true.shape
    aim = find_objective(objective, costs, n_labels)
    if n_rows == 0:
        raise DataError("no rows to tune thresholds on; expected at least one")
    support, _ = count_labels(true)  # (n_labels,)
    if not support.any():
        return Thresholds.fixed_only(fixed, n_labels)
    ranked = rank_rows(true, prob)
    common = search_common(*ranked, aim)
    per_label = shrink_thresholds(bag_thresholds(*ranked, aim, common, seed), common, support)
    return Thresholds("per_label", fixed, common, tuple(per_label.tolist()), n_labels, objective, tuned_on)
