"""The parity of a graph: whether it predicts what the trained model predicts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.metrics.compute import compute_metrics
from multitag.evaluation.thresholds.thresholds import Thresholds, apply_thresholds
from multitag.inference.backends.compared import MAX_FLIPPED
from multitag.labels import LabelSet

MAX_DIFFERENCE_FP32 = 1e-4  # largest change of any probability
MAX_FLIPPED_ROUNDED = MAX_FLIPPED  # share of (row, label) decisions that may change
MAX_F1_LOSS_ROUNDED = 0.005  # macro-F1 that may be lost


@dataclass(frozen=True)
class Parity:
    """How much a graph differs from the trained model on the same rows.

    Parameters
    ----------
    graph : str
        ``"onnx"`` or ``"onnx-int8"``; ``"openvino"`` is the first in bf16, and no file of its own.
    n_rows : int
        Rows compared.
    max_difference, mean_difference : float
        Of the probabilities, in [0, 1].
    flipped : float
        Share of (row, label) decisions that differ at the bundle's thresholds, in [0, 1].
    macro_f1_model, macro_f1_graph : float or None
        At the bundle's thresholds.
    fp32_layers : int
        How many of the first layers of an int8 graph stayed in fp32 so that it passes.
    """

    graph: str
    n_rows: int
    max_difference: float
    mean_difference: float
    flipped: float
    macro_f1_model: float | None
    macro_f1_graph: float | None
    fp32_layers: int = 0

    @property
    def failure(self) -> str | None:
        """Why the graph may not be in the bundle; None if it may."""
        if self.graph == "onnx":
            differs = self.max_difference > MAX_DIFFERENCE_FP32
            return f"a probability differs by more than {MAX_DIFFERENCE_FP32:g}" if differs else None
        if self.flipped > MAX_FLIPPED_ROUNDED:
            return f"more than {MAX_FLIPPED_ROUNDED:.0%} of the decisions change"
        lost = (self.macro_f1_model or 0.0) - (self.macro_f1_graph or 0.0)
        if lost > MAX_F1_LOSS_ROUNDED:
            return f"macro-F1 falls by {lost:.3f}, more than {MAX_F1_LOSS_ROUNDED}"
        return None

    @property
    def passed(self) -> bool:
        """Whether the graph may be in the bundle."""
        return self.failure is None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that fit JSON."""
        return {**asdict(self), "passed": self.passed, "failure": self.failure}


def check_parity(
    graph: str,
    y_true: NDArray[np.integer],
    model_prob: NDArray[np.floating],
    graph_prob: NDArray[np.floating],
    label_set: LabelSet,
    thresholds: Thresholds,
) -> Parity:
    """Compare a graph's probabilities with the trained model's.

    fp32 passes if no probability differs by more than 1e-4. int8 and bf16 pass if at most 1% of the (row, label)
    decisions change and macro-F1 does not fall by more than 0.005.

    Parameters
    ----------
    graph : {"onnx", "onnx-int8", "openvino"}
    y_true : ndarray of int, shape (n_rows, n_labels)
    model_prob, graph_prob : ndarray of float, shape (n_rows, n_labels)
        In [0, 1]; calibrated alike.
    label_set : LabelSet
    thresholds : Thresholds

    Returns
    -------
    Parity
    """
    cut = thresholds.values()
    decisions = [apply_thresholds(prob, cut) for prob in (model_prob, graph_prob)]
    model_f1, graph_f1 = (
        compute_metrics(y_true, prob, y_pred, label_set.names, cut).values["macro_f1"]
        for prob, y_pred in zip((model_prob, graph_prob), decisions, strict=True)
    )
    difference = np.abs(np.asarray(model_prob, dtype=np.float64) - graph_prob)
    return Parity(
        graph,
        n_rows=len(y_true),
        max_difference=float(difference.max()),
        mean_difference=float(difference.mean()),
        flipped=float(np.mean(decisions[0] != decisions[1])),
        macro_f1_model=model_f1,
        macro_f1_graph=graph_f1,
    )
