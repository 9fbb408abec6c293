"""Long texts: their start, or all of them in windows, by the same model on the same rows.

Run by ``python -m benchmarks.long_texts``; writes benchmarks/results/long_texts.json and the table in
docs/performance.md. The 300 articles of sdg_articles.csv have 17 labels and 377 words on average, more than the 256
tokens that a model reads by default. For each seed a model is trained on the starts of 60% of them; thresholds are
tuned on 10%, and the other 30% scored, in each of the three ways.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.record import PERFORMANCE, SHARED, Record

import multitag
from multitag.config import Config
from multitag.data.task import Task
from multitag.evaluation.metrics.compute import compute_metrics
from multitag.evaluation.thresholds.thresholds import apply_thresholds
from multitag.evaluation.thresholds.tune import tune_thresholds
from multitag.report.tables import METRIC_TITLES

ARTICLES = SHARED / "sdg_articles.csv"
RECORD = Record("long_texts", PERFORMANCE)
WAYS: dict[str, dict[str, Any]] = {
    "truncate": {"long": "truncate"},
    "windows, mean": {"long": "windows", "pool": "mean"},
    "windows, max": {"long": "windows", "pool": "max"},
}
FIGURES = ("macro_f1", "micro_f1", "macro_roc_auc", "macro_average_precision", "hamming_loss")
SETTINGS = {
    "base_model": "minilm", "validation_size": 0.1, "test_size": 0.3, "onnx": False,
    "baselines": False, "resamples": 0,
}  # fmt: skip


def measure_seed(table: multitag.Table, seed: int) -> dict[str, dict[str, float | None]]:
    """Train once; give the test figures of each way, each with thresholds tuned for it."""
    task = Task.prepare(table, Config().override(seed=seed, **SETTINGS))
    figures: dict[str, dict[str, float | None]] = {}
    with tempfile.TemporaryDirectory() as folder:
        run = multitag.train(table, out=Path(folder) / "run", seed=seed, **SETTINGS)
        for way, options in WAYS.items():
            with multitag.load(run.bundle, **options) as classifier:
                y_prob = {side: classifier.predict_proba(task.texts(side)) for side in ("validation", "test")}
            y_true = {side: task.y_true(side) for side in y_prob}
            cut = tune_thresholds(y_true["validation"], y_prob["validation"], fixed=0.3, tuned_on="validation").values()
            y_pred = apply_thresholds(y_prob["test"], cut)
            names = task.label_set.names
            values = compute_metrics(y_true["test"], y_prob["test"], y_pred, names, cut).values
            figures[way] = {name: values[name] for name in FIGURES}
            print(seed, way, {name: round(value or 0, 4) for name, value in figures[way].items()}, flush=True)
    return figures


def main() -> None:
    """Measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", nargs="*", type=int, default=[0, 1, 2])
    seeds = parser.parse_args().seeds
    if not ARTICLES.is_file():
        raise SystemExit(f"{ARTICLES} is not there: this benchmark needs the shared data")
    table = multitag.read_table(ARTICLES, text="text", label_columns="SDG*")
    by_seed = {seed: measure_seed(table, seed) for seed in seeds}
    mean = {
        way: {name: float(np.mean([by_seed[seed][way][name] for seed in seeds])) for name in FIGURES} for way in WAYS
    }
    RECORD.save({"seeds": by_seed, "mean": mean}, as_markdown(mean, seeds))


def as_markdown(mean: dict[str, dict[str, float]], seeds: list[int]) -> str:
    """Return the figures as Markdown."""
    titles = [METRIC_TITLES[name] for name in FIGURES]
    lines = [f"| Long texts | {' | '.join(titles)} |", "| :-- |" + " --: |" * len(FIGURES)]
    for way, values in mean.items():
        lines.append(f"| {way} | {' | '.join(f'{values[name]:.3f}' for name in FIGURES)} |")
    return "\n".join([*lines, "", f"Seeds {', '.join(map(str, seeds))}; thresholds tuned for each way."]) + "\n"


if __name__ == "__main__":
    main()
