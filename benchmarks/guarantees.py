"""Whether guarantees keep what they promise, on rows that they were not fitted on.

``python -m benchmarks.guarantees RUN/probabilities.parquet`` of a run of IMDB with folds; writes
benchmarks/results/guarantees.json and the tables in docs/evaluation.md. The out-of-fold rows are divided at random into
two halves, 200 times: a cut is fitted on one half and judged on the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from benchmarks.calibration import calibrate, load_out_of_fold
from benchmarks.record import EVALUATION, Record
from numpy.typing import NDArray

from multitag.config.guarantee import GuaranteeKind
from multitag.errors import DataError
from multitag.evaluation.guarantees.fit import fit_guarantee
from multitag.evaluation.held_out import HeldOut

RECORD = Record("guarantees", EVALUATION)

LEVELS: dict[GuaranteeKind, tuple[float, ...]] = {"recall": (0.7, 0.8, 0.9, 0.95), "precision": (0.4, 0.5, 0.6, 0.7)}
SPLITS, SEED = 200, 0


def row_shares(y_true: NDArray[np.bool_], y_pred: NDArray[np.bool_]) -> dict[GuaranteeKind, float]:
    """Return the mean recall of rows with a label and the mean precision of rows predicted one; NaN without any."""
    hits = (y_true & y_pred).sum(axis=1)
    found: dict[GuaranteeKind, float] = {}
    over: tuple[tuple[GuaranteeKind, NDArray[np.bool_]], ...] = (("recall", y_true), ("precision", y_pred))
    for kind, labels in over:
        count = labels.sum(axis=1)
        found[kind] = float((hits[count > 0] / count[count > 0]).mean()) if count.any() else float("nan")
    return found


def judge(kind: GuaranteeKind, level: float, y_true: NDArray[np.uint8], y_prob: NDArray[np.float32]) -> dict[str, Any]:
    """Fit on one half and judge on the other, by each of the random divisions."""
    draw = np.random.default_rng(SEED)
    kept: list[tuple[float, float, float, float]] = []  # the share, the other share, labels a row, rows without
    for _ in range(SPLITS):
        order = draw.permutation(len(y_true))
        fitted, judged = order[: len(order) // 2], order[len(order) // 2 :]
        try:
            cut = fit_guarantee(kind, level, y_true[fitted], y_prob[fitted], fitted_on="half of the rows").cut
        except DataError:  # the level cannot be guaranteed on these rows
            continue
        y_pred = y_prob[judged].astype(np.float64) >= cut
        shares = row_shares(y_true[judged] == 1, y_pred)
        other = shares["precision" if kind == "recall" else "recall"]
        kept.append((shares[kind], other, float(y_pred.sum(axis=1).mean()), float((~y_pred.any(axis=1)).mean())))
    if not kept:
        return {"splits": 0}
    values = np.array(kept)  # (n_kept, 4)
    low, high = np.quantile(values[:, 0], [0.05, 0.95])
    return {
        "splits": len(kept), "mean": float(values[:, 0].mean()), "range": [float(low), float(high)],
        "below": float((values[:, 0] < level).mean()), "other": float(np.nanmean(values[:, 1])),
        "labels_per_row": float(values[:, 2].mean()), "empty_rows": float(values[:, 3].mean()),
    }  # fmt: skip


def measure(rows: HeldOut) -> dict[str, Any]:
    """Judge each level of each kind, on probabilities calibrated by Platt's way."""
    y_prob = calibrate(rows, "platt")
    levels = {
        kind: {f"{level:g}": judge(kind, level, rows.y_true, y_prob) for level in each} for kind, each in LEVELS.items()
    }
    true_labels = float(rows.y_true.sum(axis=1).mean())
    return {"rows": len(rows), "splits": SPLITS, "true_labels_per_row": true_labels, "levels": levels}


def as_tables(results: Mapping[str, Any]) -> str:
    """Return the figures as Markdown."""
    half = results["rows"] // 2
    lines = [
        f"{results['splits']} divisions of {results['rows']} rows into two halves: fitted on {half}, judged on the "
        f"others. A row has {results['true_labels_per_row']:.2f} true labels.",
    ]
    for kind, other in (("recall", "precision"), ("precision", "recall")):
        lines += [
            "",
            f"| Asked for | granted | realised {kind}: mean | 5% to 95% of divisions | divisions below | {other} | "
            "labels a row | rows without |",
            "| :-- | --: | --: | :-- | --: | --: | --: | --: |",
        ]
        lines += [_line(kind, level, results["splits"], each) for level, each in results["levels"][kind].items()]
    return "\n".join(lines) + "\n"


def _line(kind: str, level: str, splits: int, found: Mapping[str, Any]) -> str:
    share = f"{found['splits'] / splits:.0%}"
    if not found["splits"]:
        return f"| {kind}={level} | {share} | | | | | | |"
    low, high = found["range"]
    cells = [
        share, f"{found['mean']:.3f}", f"{low:.3f} to {high:.3f}", f"{found['below']:.0%}", f"{found['other']:.3f}",
        f"{found['labels_per_row']:.1f}", f"{found['empty_rows']:.0%}",
    ]  # fmt: skip
    return f"| {kind}={level} | {' | '.join(cells)} |"


def main() -> None:
    """Measure, and write the results."""
    results = measure(load_out_of_fold(__doc__))
    RECORD.save(results, as_tables(results))


if __name__ == "__main__":
    main()
