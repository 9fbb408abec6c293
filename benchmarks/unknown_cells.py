"""What it gains to leave unknown cells out instead of taking them as no, out of fold.

``python -m benchmarks.unknown_cells RUNS`` hides 40% of the cells of a table at random, as if nobody had judged them,
and trains two runs with five folds, or goes on with those that are there: RUNS/masked, where hidden cells are unknown,
and RUNS/no, where they are taken as no. Both are measured against all labels, those that were hidden included, on the
same rows out of fold, at thresholds tuned on what each run was shown; the interval of the difference is of the paired
bootstrap over rows. Writes benchmarks/results/unknown_cells.json and the table in docs/evaluation.md, and shows it.
``--data imdb`` takes all 1000 films instead of the packaged sample; ``--quick`` takes 60 rows and trains one epoch with
two folds; it writes nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.record import EVALUATION, SHARED, Record
from numpy.typing import NDArray

import multitag
from multitag.config import Config
from multitag.data.task import Task
from multitag.evaluation.held_out import OUT_OF_FOLD, HeldOut
from multitag.evaluation.intervals.bootstrap import paired_differences
from multitag.evaluation.metrics.compute import compute_metrics
from multitag.labels import UNKNOWN

RECORD = Record("unknown_cells", EVALUATION)

HIDDEN, SEED, RESAMPLES = 0.4, 0, 2000
TITLES = {"masked": "left out (`--unknown mask`)", "no": "taken as no (`--unknown no`)"}
WAYS = tuple(TITLES)
FIGURES = {
    "macro_f1": "macro-F1", "micro_f1": "micro-F1", "macro_roc_auc": "macro ROC-AUC",
    "macro_average_precision": "macro AP",
}  # fmt: skip
SETTINGS: dict[str, Any] = {
    "base_model": "minilm", "recipe": "fine-tune", "folds": 5, "onnx": False, "baselines": False, "resamples": 0,
    "rare": "keep",
}  # fmt: skip
QUICK: dict[str, Any] = {"folds": 2, "epochs": 1, "max_length": 32}
QUICK_ROWS = 60


def read(data: str, *, quick: bool) -> multitag.Table:
    """Read the packaged sample, or all of IMDB."""
    if data == "sample":
        table = multitag.read_table("sample")
    else:
        table = multitag.read_table(SHARED / "IMDB-Movie-Data.csv", text="Description", labels="Genre")
    end = QUICK_ROWS if quick else len(table)
    return replace(table, texts=table.texts[:end], labels=table.labels[:end], rows=table.rows[:end])


def hide(y: NDArray[np.int8], way: str) -> NDArray[np.int8]:
    """Return labels with the same cells hidden at random, as unknown or as no."""
    hidden = np.random.default_rng(SEED).random(y.shape) < HIDDEN
    return np.where(hidden, UNKNOWN if way == "masked" else 0, y).astype(np.int8)


def out_of_fold(folder: Path, task: Task, config: Config) -> HeldOut:
    """Train each fold unless that is done, and return its rows as models say that did not see them."""
    from multitag.jobs.run_folder import RunFolder
    from multitag.jobs.train.folds import cross_validate
    from multitag.jobs.train.setup import set_up_run

    run = RunFolder(folder)
    if not run.probabilities.is_file():
        with run.claimed(folder.is_dir()):
            cross_validate(set_up_run(task, config, run), folder / "model").held_out.save(run.probabilities)
    rows = HeldOut.load(run.probabilities).of_side(OUT_OF_FOLD)
    np.testing.assert_array_equal(rows.y_true, task.y[rows.index])  # what is there was trained on these labels
    return rows


def measure(runs: Mapping[str, HeldOut], y: NDArray[np.int8]) -> dict[str, Any]:
    """Measure both ways against all labels of the table, and by how much leaving out is above taking as no."""
    first = runs[WAYS[0]]
    names, y_true = first.label_names, y[first.index]
    unused = np.zeros(len(names))  # thresholds, which are other ones in each fold
    values = {
        way: compute_metrics(y_true, rows.y_prob, rows.y_pred, names, unused).values for way, rows in runs.items()
    }
    a, b = ((runs[way].y_prob, runs[way].y_pred) for way in WAYS)
    difference = paired_differences(y_true, a, b, resamples=RESAMPLES, seed=SEED)
    return {
        "rows": len(y_true), "labels": len(names), "hidden": HIDDEN, "resamples": RESAMPLES,
        "values": {way: {name: values[way][name] for name in FIGURES} for way in WAYS},
        "difference": {name: difference[name] for name in FIGURES if name in difference},
    }  # fmt: skip


def as_table(results: Mapping[str, Any]) -> str:
    """Return the figures as Markdown."""
    lines = [
        f"{results['hidden']:.0%} of the cells of {results['rows']} rows and {results['labels']} labels hidden at "
        "random; out of fold, measured against all labels, thresholds tuned on what was not hidden:",
        "",
        f"| Hidden cells | {' | '.join(FIGURES.values())} |",
        f"| :-- |{' --: |' * len(FIGURES)}",
    ]
    for way, title in TITLES.items():
        shown = [f"{results['values'][way][name]:.3f}" for name in FIGURES]
        lines.append(f"| {title} | {' | '.join(shown)} |")
    lines.append(f"| difference | {' | '.join(_difference(results, name) for name in FIGURES)} |")
    return "\n".join(lines) + "\n"


def _difference(results: Mapping[str, Any], name: str) -> str:
    if name not in results["difference"]:
        return "undefined"
    value, low, high = results["difference"][name]
    return f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"


def main(arguments: list[str] | None = None) -> None:
    """Train what is missing, measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, help="folder of the two runs")
    parser.add_argument("--data", choices=("sample", "imdb"), default="sample")
    parser.add_argument("--quick", action="store_true", help="two folds of one epoch; shows its table, writes nothing")
    chosen = parser.parse_args(arguments)
    config = Config().override(**SETTINGS | (QUICK if chosen.quick else {}))
    # Folds are drawn by all labels, so that both hold out the same rows.
    task = Task.prepare(read(chosen.data, quick=chosen.quick), config)
    chosen.runs.mkdir(parents=True, exist_ok=True)
    runs = {way: out_of_fold(chosen.runs / way, replace(task, y=hide(task.y, way)), config) for way in WAYS}
    results = measure(runs, task.y)
    if chosen.quick:
        print(as_table(results))
    else:
        RECORD.save(results, as_table(results))


if __name__ == "__main__":
    main()
