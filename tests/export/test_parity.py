from __future__ import annotations

import json

import numpy as np
import pytest

from multitag.evaluation.thresholds.thresholds import Thresholds
from multitag.export.parity import check_parity
from multitag.labels import LabelSet

LABELS = LabelSet(("a", "b"))
THRESHOLDS = Thresholds.fixed_only(0.5, 2)
Y_TRUE = np.array([[1, 0], [0, 1]] * 100)
MODEL = np.where(Y_TRUE == 1, 0.9, 0.1)


def parity(graph, graph_prob):
    return check_parity(graph, Y_TRUE, MODEL, graph_prob, LABELS, THRESHOLDS)


def test_equal_probabilities_pass_with_no_difference():
    for graph in ("onnx", "onnx-int8"):
        result = parity(graph, MODEL.copy())
        assert result.passed
        assert (result.max_difference, result.flipped, result.n_rows) == (0, 0, 200)
        assert result.macro_f1_model == result.macro_f1_graph == 1
        assert json.loads(json.dumps(result.to_dict()))["graph"] == graph


@pytest.mark.parametrize(("shift", "passes"), [(0.9e-4, True), (1.1e-4, False)])
def test_fp32_may_move_a_probability_by_at_most_a_ten_thousandth(shift, passes):
    moved = MODEL.copy()
    moved[7, 1] += shift
    assert parity("onnx", moved).passed is passes


@pytest.mark.parametrize(("n_flipped", "passes"), [(1, True), (2, False)])
def test_int8_may_lose_half_a_percent_of_macro_f1(n_flipped, passes):
    # Of 100 positives of a label, n lost: F1 falls from 1 to 2(100 - n) / (200 - n), macro-F1 by half of that.
    moved = MODEL.copy()
    moved[np.flatnonzero(Y_TRUE[:, 0])[:n_flipped], 0] = 0.4
    result = parity("onnx-int8", moved)
    assert result.flipped == pytest.approx(n_flipped / 400)
    lost = (1 - 2 * (100 - n_flipped) / (200 - n_flipped)) / 2
    assert result.macro_f1_model - result.macro_f1_graph == pytest.approx(lost)
    assert result.passed is passes


def test_int8_may_flip_one_decision_in_a_hundred_though_macro_f1_gains():
    wrong = np.where(Y_TRUE == 1, 0.1, 0.9)  # a model that is always wrong: any flip is a gain
    for n_flipped, passes in ((4, True), (5, False)):
        moved = wrong.copy()
        moved.flat[:n_flipped] = 1 - moved.flat[:n_flipped]
        result = check_parity("onnx-int8", Y_TRUE, wrong, moved, LABELS, THRESHOLDS)
        assert result.flipped == pytest.approx(n_flipped / 400)
        assert result.passed is passes


def test_large_moves_that_cross_no_threshold_pass_int8_and_fail_fp32():
    moved = np.where(MODEL > 0.5, 0.7, 0.3)
    assert parity("onnx-int8", moved).passed
    assert not parity("onnx", moved).passed
