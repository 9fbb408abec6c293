"""What the losses of ``--loss`` give on IMDB, out of fold.

``python -m benchmarks.losses RUNS`` trains minilm with five folds for each loss in RUNS/LOSS, or goes on with what is
there, and writes benchmarks/results/losses.json and the table in docs/evaluation.md. The rows of each fold are decided
by a calibration and thresholds that were fitted on the other folds' rows. The intervals are of the paired bootstrap
over rows.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import numpy as np
from benchmarks.record import EVALUATION, SHARED, Record
from benchmarks.thresholds import decide, tune_for

import multitag
from multitag.config import LossName
from multitag.evaluation.calibration.reliability import measure_reliability
from multitag.evaluation.held_out import OUT_OF_FOLD, HeldOut
from multitag.evaluation.intervals.bootstrap import paired_differences
from multitag.evaluation.metrics.compute import compute_metrics

IMDB = SHARED / "IMDB-Movie-Data.csv"
RECORD = Record("losses", EVALUATION)

LOSSES: tuple[str, ...] = get_args(LossName)
DEFAULT = LOSSES[0]
FIGURES = ("macro_f1", "macro_roc_auc", "macro_average_precision")
RESAMPLES, SEED = 2000, 0


def out_of_fold(runs: Path, loss: str) -> HeldOut:
    """Return the rows of IMDB with what models trained by a loss say of them; trains these where they are not there."""
    folder = runs / loss
    if not (folder / "bundle").is_dir():
        table = multitag.read_table(IMDB, text="Description", labels="Genre")
        multitag.train(
            table, out=folder, resume=folder.is_dir(), base_model="minilm", recipe="fine-tune", folds=5, loss=loss,
            onnx=False, teacher=0.0, baselines=False, resamples=0,
        )  # fmt: skip
    return HeldOut.load(folder / "probabilities.parquet").of_side(OUT_OF_FOLD)


def measure(rows: Mapping[str, HeldOut]) -> dict[str, Any]:
    """Measure each loss, and how far its macro-F1 is from the default's."""
    calibrated = {loss: decide(each, "platt", tune_for("f1")) for loss, each in rows.items()}
    figures = {}
    for loss, each in rows.items():
        y_prob, y_pred = calibrated[loss]
        unused = np.zeros(len(each.label_names))  # thresholds, which are other ones in each fold
        _, as_given = decide(each, "none", tune_for("f1"))
        raw = compute_metrics(each.y_true, each.y_raw, as_given, each.label_names, unused).values
        values = compute_metrics(each.y_true, y_prob, y_pred, each.label_names, unused).values
        before, after = measure_reliability(each.y_true, each.y_raw), measure_reliability(each.y_true, y_prob)
        figures[loss] = {
            "macro_f1_uncalibrated": raw["macro_f1"],
            **{name: values[name] for name in FIGURES},
            "brier": [before.brier, after.brier],
            "ece": [before.ece, after.ece],
            "difference": paired_differences(
                each.y_true, calibrated[loss], calibrated[DEFAULT], resamples=RESAMPLES, seed=SEED
            )["macro_f1"],
        }
    first = rows[DEFAULT]
    return {
        "rows": len(first), "labels": len(first.label_names), "folds": len(np.unique(first.fold)),
        "resamples": RESAMPLES, "losses": figures,
    }  # fmt: skip


def as_table(results: Mapping[str, Any]) -> str:
    """Return the figures as Markdown, and what they say of the default."""
    lines = [
        f"Out of fold on {results['rows']} rows, thresholds tuned; Brier score and expected calibration error (ECE) "
        "before and after calibration by Platt's way, the others after it:",
        "",
        f"| `--loss` | macro-F1 | minus that of `{DEFAULT}` | macro ROC-AUC | macro AP | Brier | ECE |",
        "| :-- | --: | --: | --: | --: | --: | --: |",
    ]
    better = []
    for loss, each in results["losses"].items():
        value, low, high = each["difference"]
        apart = "" if loss == DEFAULT else f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"
        shifts = [f"{each[name][0]:.3f} to {each[name][1]:.3f}" for name in ("brier", "ece")]
        shown = [f"{each[name]:.3f}" for name in FIGURES]
        lines.append(f"| `{loss}` | {shown[0]} | {apart} | {shown[1]} | {shown[2]} | {shifts[0]} | {shifts[1]} |")
        if low > 0:
            better.append(f"`{loss}`")
    said = f"{' and '.join(better)} did better" if better else "none of the others did better by more than chance"
    lines += ["", f"On these rows {said}."]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Train what is missing, measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path, help="folder of the runs, one a loss")
    runs = parser.parse_args().runs
    results = measure({loss: out_of_fold(runs, loss) for loss in LOSSES})
    RECORD.save(results, as_table(results))


if __name__ == "__main__":
    main()
