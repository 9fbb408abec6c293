"""Quality on IMDB out of fold: every row measured by a model that did not see it, simpler models beside.

``python -m benchmarks.out_of_fold RUN`` is ``multitag train imdb --folds 5 --base-model minilm`` into RUN, or takes the
run that is there, and writes benchmarks/results/out_of_fold.json and the table in docs/evaluation.md. Other benchmarks
(thresholds, calibration, guarantees) take RUN/probabilities.parquet.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.leaderboard.figures import FIGURES
from benchmarks.record import EVALUATION, SHARED, Record

import multitag
from multitag.bundle.layout import METRICS
from multitag.evaluation.held_out import OUT_OF_FOLD, HeldOut
from multitag.evaluation.metrics.compute import compute_metrics

IMDB = SHARED / "IMDB-Movie-Data.csv"
RECORD = Record("out_of_fold", EVALUATION)
OURS = "fine-tuned minilm"


def train(folder: Path) -> None:
    """Train with five folds, or go on, unless it is done."""
    if not (folder / "bundle").is_dir():
        table = multitag.read_table(IMDB, text="Description", labels="Genre")
        multitag.train(table, out=folder, resume=folder.is_dir(), base_model="minilm", recipe="fine-tune", folds=5)


def measure(folder: Path) -> dict[str, Any]:
    """Take the figures of the run, and the mean over its folds of those that depend on how many rows are measured."""
    metrics = json.loads((folder / "bundle" / METRICS).read_text(encoding="utf-8"))
    tuned = metrics["splits"][OUT_OF_FOLD]["tuned"]
    ours = {name: tuned[name] for name in ("values", "intervals")}
    baselines = metrics["baselines"]
    return {
        "rows": tuned["n_rows"], "labels": len(metrics["label_names"]), "verdict": baselines["verdict"],
        "models": {OURS: ours, **{each["name"]: each for each in baselines["models"]}},
        "fold_means": _fold_means(HeldOut.load(folder / "probabilities.parquet").of_side(OUT_OF_FOLD)),
        "training_seconds": metrics["training_seconds"],
    }  # fmt: skip


def _fold_means(rows: HeldOut) -> dict[str, float]:
    """Measure each fold by itself and take the mean, as papers often do."""
    unused = np.zeros(len(rows.label_names))  # thresholds, which are other ones in each fold
    by_fold = []
    for number in np.unique(rows.fold):
        fold = rows.taken(np.flatnonzero(rows.fold == number))
        by_fold.append(compute_metrics(fold.y_true, fold.y_prob, fold.y_pred, fold.label_names, unused).values)
    return {name: float(np.mean([each[name] for each in by_fold])) for name in FIGURES}


def as_table(results: Mapping[str, Any]) -> str:
    """Return the figures as Markdown."""
    lines = [f"| Model | {' | '.join(FIGURES.values())} |", f"| :-- |{' --: |' * len(FIGURES)}"]
    for name, each in results["models"].items():
        cells = []
        for figure in FIGURES:
            low, high = each["intervals"].get(figure) or (None, None)
            value = each["values"][figure]
            cells.append(f"{value:.3f}" if low is None else f"{value:.3f} [{low:.3f}, {high:.3f}]")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    means = ", ".join(f"{title} {results['fold_means'][name]:.3f}" for name, title in FIGURES.items())
    lines += [
        "",
        f"{results['rows']} rows, {results['labels']} labels, tuned thresholds, 95% intervals. In one sentence: "
        f"{results['verdict']}",
        "",
        f"The mean of the five folds, each measured by itself, is for {OURS}: {means}.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Train if need be, measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of the run")
    folder = parser.parse_args().run
    train(folder)
    results = measure(folder)
    RECORD.save(results, as_table(results))


if __name__ == "__main__":
    main()
