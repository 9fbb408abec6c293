"""What tuned thresholds gain over fixed ones, out of fold.

``python -m benchmarks.thresholds RUN/probabilities.parquet`` of a run of IMDB with folds; writes
benchmarks/results/thresholds.json and the table in docs/evaluation.md. The rows of each fold are decided by thresholds
(and, where probabilities are calibrated, a calibration) that were fitted on the other folds' rows. The intervals are of
the paired bootstrap over rows.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.record import EVALUATION, Record
from numpy.typing import NDArray

from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.calibration.fit import fit_calibration
from multitag.evaluation.decision_rules import DecisionRules, apply_nested
from multitag.evaluation.held_out import OUT_OF_FOLD, HeldOut
from multitag.evaluation.intervals.bootstrap import paired_differences
from multitag.evaluation.metrics.decisions import count_decisions
from multitag.evaluation.thresholds.objectives import find_objective
from multitag.evaluation.thresholds.search import (
    SHRINKAGE,
    bag_thresholds,
    rank_rows,
    search_common,
    shrink_thresholds,
)
from multitag.evaluation.thresholds.thresholds import Thresholds, apply_thresholds
from multitag.evaluation.thresholds.tune import tune_thresholds
from multitag.report.retuned import figure_title

RECORD = Record("thresholds", EVALUATION)

FIXED = (0.3, 0.5)
OBJECTIVES = ("f1", "f0.5", "f2", "micro-f1", "hamming", "precision=0.8", "recall=0.8", "cost=1:5")
SHRINKAGES = (1e-9, SHRINKAGE, 3.0, 10.0, 30.0, 100.0, 1e9)  # from none at all to one threshold for all labels
RESAMPLES, SEED = 2000, 0

Probabilities = NDArray[np.float32]  # (n_rows, n_labels)
Decisions = NDArray[np.uint8]  # (n_rows, n_labels)
Tune = Callable[[Decisions, Probabilities], Thresholds]


def tune_for(objective: str, shrinkage: float = SHRINKAGE) -> Tune:
    """Return a function that tunes thresholds."""

    def tune(y_true: Decisions, y_prob: Probabilities) -> Thresholds:
        tuned = tune_thresholds(y_true, y_prob, fixed=FIXED[0], tuned_on="other folds", objective=objective)
        if shrinkage == SHRINKAGE:
            return tuned
        true, prob = y_true.astype(np.int64), y_prob.astype(np.float64)
        aim = find_objective(objective, None, true.shape[1])
        ranked = rank_rows(true, prob)
        common = search_common(*ranked, aim)
        own = bag_thresholds(*ranked, aim, common, seed=0)
        shrunk = shrink_thresholds(own, common, true.sum(axis=0), shrinkage)
        return Thresholds("per_label", FIXED[0], common, tuple(shrunk.tolist()), len(shrunk), objective, "other folds")

    return tune


def decide(rows: HeldOut, method: str, tune: Tune) -> tuple[Probabilities, Decisions]:
    """Decide on each fold by what was fitted on the others."""

    def fit(y_true: Decisions, y_raw: Probabilities) -> DecisionRules:
        n_labels = y_true.shape[1]
        calibration = Calibration.identity(n_labels) if method == "none" else fit_calibration(y_true, y_raw, method)
        return DecisionRules(calibration, tune(y_true, calibration.apply(y_raw)))

    return apply_nested(rows.y_true, rows.y_raw, rows.fold, fit)


def value(objective: str, rows: HeldOut, y_pred: NDArray[np.integer]) -> float:
    """Measure the figure that an objective is for; NaN where undefined."""
    return float(find_objective(objective, None, y_pred.shape[1]).value(count_decisions(rows.y_true, y_pred))[0])


def compare(rows: HeldOut, method: str) -> dict[str, Any]:
    """Measure macro-F1 at tuned and at fixed thresholds, and the differences."""
    y_prob, tuned = decide(rows, method, tune_for("f1"))
    figures: dict[str, Any] = {"tuned": value("f1", rows, tuned), "fixed": {}, "difference": {}}
    for cut in FIXED:
        fixed = apply_thresholds(y_prob, cut)
        figures["fixed"][str(cut)] = value("f1", rows, fixed)
        differences = paired_differences(
            rows.y_true, (y_prob, tuned), (y_prob, fixed), resamples=RESAMPLES, seed=SEED
        )
        figures["difference"][str(cut)] = differences["macro_f1"]
    return figures


def measure(rows: HeldOut) -> dict[str, Any]:
    """Measure all that the page shows."""
    objectives = {}
    for name in OBJECTIVES:
        _, tuned = decide(rows, "none", tune_for(name))
        cuts = {str(cut): value(name, rows, apply_thresholds(rows.y_raw, cut)) for cut in FIXED}
        title = figure_title(find_objective(name, None, len(rows.label_names)).figure)
        objectives[name] = {"figure": title, "tuned": value(name, rows, tuned), "fixed": cuts}
    decided = {shrinkage: decide(rows, "none", tune_for("f1", shrinkage)) for shrinkage in SHRINKAGES}
    unshrunk = paired_differences(
        rows.y_true, decided[SHRINKAGES[0]], decided[SHRINKAGE], resamples=RESAMPLES, seed=SEED
    )
    return {
        "rows": len(rows), "labels": len(rows.label_names), "folds": len(np.unique(rows.fold)), "resamples": RESAMPLES,
        "macro_f1": {method: compare(rows, method) for method in ("none", "platt")},
        "objectives": objectives, "unshrunk_minus_shrunk": unshrunk["macro_f1"],
        "shrinkage": {f"{shrinkage:g}": value("f1", rows, tuned) for shrinkage, (_, tuned) in decided.items()},
    }  # fmt: skip


def as_table(results: Mapping[str, Any]) -> str:
    """Return the figures as Markdown."""
    lines = [
        f"Macro-F1 out of fold on {results['rows']} rows, and its differences with their 95% intervals:",
        "",
        "| Probabilities | tuned | fixed 0.3 | fixed 0.5 | tuned minus 0.3 | tuned minus 0.5 |",
        "| :-- | --: | --: | --: | --: | --: |",
    ]
    titles = {"none": "as the model gives them", "platt": "calibrated by Platt's way"}
    for method, figures in results["macro_f1"].items():
        cells = [_cell(figures["tuned"]), *(_cell(figures["fixed"][str(cut)]) for cut in FIXED)]
        cells += ["{:+.3f} [{:+.3f}, {:+.3f}]".format(*figures["difference"][str(cut)]) for cut in FIXED]
        lines.append(f"| {titles[method]} | {' | '.join(cells)} |")
    lines += [
        "", "Each objective by the figure it is for, out of fold, probabilities as the model gives them:", "",
        "| Objective | figure | tuned | fixed 0.3 | fixed 0.5 |", "| :-- | :-- | --: | --: | --: |",
    ]  # fmt: skip
    for name, figures in results["objectives"].items():
        cells = [_cell(figures["tuned"]), *(_cell(figures["fixed"][str(cut)]) for cut in FIXED)]
        lines.append(f"| `{name}` | {figures['figure']} | {' | '.join(cells)} |")
    shrinkages = {"1e-09": "none", "1e+09": "one threshold for all"}
    said = ", ".join(f"{shrinkages.get(name, name)} {figure:.3f}" for name, figure in results["shrinkage"].items())
    gain = "{:+.3f} [{:+.3f}, {:+.3f}]".format(*results["unshrunk_minus_shrunk"])
    used = f"{SHRINKAGE:g}"
    lines += ["", f"Macro-F1 by how much is shrunk ({used} is what is used): {said}. None minus {used}: {gain}."]
    return "\n".join(lines) + "\n"


def _cell(figure: float | None) -> str:
    return "undefined" if figure is None else f"{figure:.3f}"


def main() -> None:
    """Measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("probabilities", type=Path)
    rows = HeldOut.load(parser.parse_args().probabilities).of_side(OUT_OF_FOLD)
    if not len(rows):
        raise SystemExit("no out-of-fold rows: give the probabilities.parquet of a run with --folds")
    results = measure(rows)
    RECORD.save(results, as_table(results))


if __name__ == "__main__":
    main()
