"""Which of two recipes to keep, by rows that neither was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.decision_rules import FitRules, apply_nested
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.intervals.bootstrap import paired_differences
from multitag.evaluation.records import Count, Difference, Record

DECIDING = ("macro_average_precision", "macro_f1")
Decided = tuple[NDArray[np.float32], NDArray[np.uint8]]  # y_prob and y_pred, each of shape (n_rows, n_labels)
RESAMPLES = 1000  # whatever the report's intervals take: a choice is made without them too


@dataclass(frozen=True)
class RecipeChoice(Record):
    """How the final model was trained, and why so.

    Parameters
    ----------
    kept : str
        ``"fine-tune"`` or ``"linear"``: what is in the bundle.
    difference : dict of str to tuple of float
        The fine-tuned model's figure minus that of the linear head, out of fold, and the low and the high end of the
        95% interval; empty where one of the two was trained only.
    folds : dict of str to int
        The choice is made anew for each fold, without its rows, and the figures of a fold are of what was chosen: how
        many folds chose each recipe. Empty where one was trained only.
    sentence : str
        Why it was kept; empty where one was trained only.
    """

    kept: str
    difference: dict[str, tuple[Difference, Difference, Difference]] = field(default_factory=dict)
    folds: dict[str, Count] = field(default_factory=dict)
    sentence: str = ""


def choose_recipe(
    recipes: tuple[str, str], simple: HeldOut, costly: HeldOut, fit: FitRules, seed: int
) -> tuple[RecipeChoice, HeldOut]:
    """Keep the costly recipe where it is better beyond doubt, else the simple one.

    It is better where its macro average precision or its macro-F1 is, with a 95% interval above 0, and neither is worse
    with one below 0: of paired bootstrap resamples of the rows, each recipe with rules of its own that were fitted on
    other folds. For the figures, the choice is made again for each fold by the rows of the others: the better of two on
    the rows that it is measured on looks better than it is (Cawley and Talbot 2010, see
    :func:`~multitag.evaluation.decision_rules.apply_nested`).

    Parameters
    ----------
    recipes : tuple of str
        What the simple one and the costly one are called.
    simple, costly : HeldOut
        The same out-of-fold rows, each decided by rules of the other folds.
    fit : callable
        What fitted these rules.
    seed : int
        Of the bootstrap.

    Returns
    -------
    choice : RecipeChoice
        Without a sentence.
    measured : HeldOut
        The rows of each fold as the recipe predicts them that the other folds' rows chose.
    """
    y_true, fold = simple.y_true, simple.fold
    kept, difference = _choose(y_true, (simple.y_prob, simple.y_pred), (costly.y_prob, costly.y_pred), seed)
    of_row = np.zeros(len(fold), dtype=np.int64)  # 0 is the simple one
    folds = dict.fromkeys(recipes, 0)
    for number in np.unique(fold):
        others = fold != number
        first, second = (_decide(y_true[others], rows.y_raw[others], fold[others], fit) for rows in (simple, costly))
        chosen, _ = _choose(y_true[others], first, second, seed)
        of_row[~others] = chosen
        folds[recipes[chosen]] += 1
    mixed = {
        name: np.where(of_row[:, None], getattr(costly, name), getattr(simple, name))
        for name in ("y_raw", "y_prob", "y_pred")
    }
    return RecipeChoice(recipes[kept], difference, folds), replace(simple, **mixed)


def _choose(
    y_true: NDArray[np.int8], simple: Decided, costly: Decided, seed: int
) -> tuple[int, dict[str, tuple[float, float, float]]]:
    """Return 1 where the costly one is better, else 0, and by how much its figures are above the simple one's."""
    all_figures = paired_differences(y_true, costly, simple, resamples=RESAMPLES, seed=seed)
    difference = {name: all_figures[name] for name in DECIDING if name in all_figures}
    better, worse = better_and_worse(difference)
    return int(better and not worse), difference


def better_and_worse(difference: Mapping[str, tuple[float, float, float]]) -> tuple[bool, bool]:
    """Return whether any figure is better beyond doubt, and whether any is worse, by the ends of their intervals."""
    ends = [(low, high) for _, low, high in difference.values()]
    return any(low > 0 for low, _ in ends), any(high < 0 for _, high in ends)


def _decide(y_true: NDArray[np.int8], y_raw: NDArray[np.float32], fold: NDArray[np.int64], fit: FitRules) -> Decided:
    """Predict each fold by rules of the others; a fold that is alone, as one of two is, by its own."""
    if len(np.unique(fold)) == 1:
        return fit(y_true, y_raw).apply(y_raw)
    return apply_nested(y_true, y_raw, fold, fit)
