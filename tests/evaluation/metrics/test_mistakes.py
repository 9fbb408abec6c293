from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from multitag.data.split.folds import NO_FOLD
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.metrics.mistakes import Mistake, distances, most_wrong


@pytest.fixture
def held_out():
    y_prob = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.2, 0.8]], dtype=np.float32)
    return HeldOut(
        label_names=("Drama", "War"), rows=np.array([5, 7, 9, 11]), texts=("a", "b", "c", "d"), side=("test",) * 4,
        fold=np.full(4, NO_FOLD), y_true=np.array([[1, 0], [1, 0], [1, 0], [1, 0]], dtype=np.uint8), y_raw=y_prob,
        y_prob=y_prob, y_pred=(y_prob >= 0.5).astype(np.uint8),
    )  # fmt: skip


def test_the_furthest_come_first_and_what_is_right_is_no_mistake(held_out):
    found = most_wrong(held_out)
    assert [each.row for each in found] == [7, 11]
    assert [each.row for each in most_wrong(held_out, limit=1)] == [7]
    (label, probability), (other, wrong) = found[0].missed[0], found[0].wrong[0]
    assert found[0] == Mistake(
        7, "b", ("Drama",), (("Drama", probability),), (("War", wrong),), pytest.approx(1.28, abs=1e-6)
    )
    assert (label, other) == ("Drama", "War") and (probability, wrong) == pytest.approx((0.2, 0.8))


def test_distances_add_up_to_the_brier_score(held_out):
    expected = sum(
        brier_score_loss(held_out.y_true[:, index], held_out.y_prob[:, index], pos_label=1) for index in range(2)
    )
    assert distances(held_out.y_true, held_out.y_prob).mean() == pytest.approx(expected, abs=1e-6)
