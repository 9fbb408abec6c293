from __future__ import annotations

import numpy as np
import pytest
from benchmarks.leaderboard.figures import FIGURES, decide, measure
from sklearn.metrics import average_precision_score, f1_score, hamming_loss, roc_auc_score


def fold_mean(scored, score) -> float:
    """Average over the labels that a fold has, then over the folds."""
    of_folds = []
    for number in range(5):
        y, p = (values[scored.fold == number].T for values in (scored.y_true, scored.y_raw))
        of_folds.append(np.mean([score(y[label], p[label]) for label in range(len(y)) if y[label].any()]))
    return float(np.mean(of_folds))


def test_figures_are_those_of_scikit_learn(make_scored):
    scored = make_scored()
    scored.y_true[:, 3] = 0  # absent: it counts as 0 in macro-F1
    y_pred = decide(scored)
    points = {name: values[0] for name, values in measure({0: scored}, resamples=2).by_draw.items()}
    assert points == pytest.approx({
        "macro_f1": f1_score(scored.y_true, y_pred, average="macro", zero_division=0),
        "micro_f1": f1_score(scored.y_true, y_pred, average="micro"),
        "macro_roc_auc": fold_mean(scored, roc_auc_score),
        "macro_average_precision": fold_mean(scored, average_precision_score),
        "hamming_loss": hamming_loss(scored.y_true, y_pred),
    })  # fmt: skip
    assert list(points) == list(FIGURES)


def test_no_row_decides_over_itself(make_scored):
    scored = make_scored()
    before = decide(scored)
    inside = scored.fold == 2
    scored.y_true[inside] = 1 - scored.y_true[inside]
    np.testing.assert_array_equal(decide(scored)[inside], before[inside])


def test_a_contender_does_not_differ_from_itself_and_a_better_one_does(make_scored):
    weak, strong = (measure({seed: make_scored(seed, signal) for seed in range(3)}) for signal in (0.5, 2.0))
    for figure in FIGURES:
        assert weak.difference(weak, figure).interval() == (0.0, 0.0)
    low, high = strong.difference(weak, "macro_roc_auc").interval()
    assert 0 < low < strong.by_draw["macro_roc_auc"].mean() - weak.by_draw["macro_roc_auc"].mean() < high


def test_differences_are_of_the_draws_that_both_have(make_scored):
    three, one = (measure({seed: make_scored(seed) for seed in seeds}, 10) for seeds in ((0, 1, 2), (1,)))
    difference = one.difference(three, "macro_f1")
    assert difference.by_draw == {1: 0.0}


def test_other_rows_are_refused(make_scored):
    other = make_scored(1)
    other.y_true[0] = 1 - other.y_true[0]
    with pytest.raises(ValueError, match="not of the same rows"):
        measure({0: make_scored(0), 1: other}, 2)
