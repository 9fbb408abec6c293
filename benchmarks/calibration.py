"""What calibration does to out-of-fold probabilities.

``python -m benchmarks.calibration RUN/probabilities.parquet`` of a run of IMDB with folds; writes
benchmarks/results/calibration.json and the table in docs/evaluation.md. The rows of each fold are calibrated by what
was fitted on the rows of the others.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import numpy as np
from benchmarks.record import EVALUATION, Record
from numpy.typing import NDArray

from multitag.evaluation.calibration.fit import Fitted, fit_calibration
from multitag.evaluation.calibration.reliability import measure_reliability
from multitag.evaluation.decision_rules import DecisionRules, apply_nested
from multitag.evaluation.held_out import OUT_OF_FOLD, HeldOut
from multitag.evaluation.thresholds.thresholds import Thresholds

RECORD = Record("calibration", EVALUATION)
TITLES = {"none": "as the model gives them", "platt": "Platt", "isotonic": "isotonic"}


def load_out_of_fold(description: str | None) -> HeldOut:
    """Read the rows of the file that the command line names."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("probabilities", type=Path)
    rows = HeldOut.load(parser.parse_args().probabilities).of_side(OUT_OF_FOLD)
    if not len(rows):
        raise SystemExit("no out-of-fold rows: give the probabilities.parquet of a run with --folds")
    return rows


def calibrate(rows: HeldOut, method: Fitted) -> NDArray[np.float32]:
    """Calibrate each fold by what is fitted on the others; gives (n_rows, n_labels)."""
    thresholds = Thresholds.fixed_only(0.5, len(rows.label_names))

    def fit(y_true: NDArray[np.uint8], y_raw: NDArray[np.float32]) -> DecisionRules:
        return DecisionRules(fit_calibration(y_true, y_raw, method), thresholds)

    return apply_nested(rows.y_true, rows.y_raw, rows.fold, fit)[0]


def measure(rows: HeldOut) -> dict[str, Any]:
    """Measure the figures of each method, and on how many labels it was fitted with all rows."""
    methods = {}
    for method in get_args(Fitted):
        fitted = fit_calibration(rows.y_true, rows.y_raw, method).to_dict()["per_label"]
        methods[method] = {
            "labels": sum(each["method"] != "identity" for each in fitted),
            **measure_reliability(rows.y_true, calibrate(rows, method)).to_dict(),
        }
    return {"rows": len(rows), "labels": len(rows.label_names), "methods": methods}


def as_table(results: Mapping[str, Any]) -> str:
    """Return the figures as Markdown."""
    lines = [
        f"Out of fold, {results['rows']} rows; lower is better:",
        "",
        "| Probabilities | labels calibrated | Brier score | calibration error, pooled | mean of the labels' own |",
        "| :-- | --: | --: | --: | --: |",
    ]
    for method, figures in results["methods"].items():
        values = " | ".join(f"{figures[key]:.4f}" for key in ("brier", "ece", "label_ece"))
        lines.append(f"| {TITLES[method]} | {figures['labels']} of {results['labels']} | {values} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and write the results."""
    results = measure(load_out_of_fold(__doc__))
    RECORD.save(results, as_table(results))


if __name__ == "__main__":
    main()
