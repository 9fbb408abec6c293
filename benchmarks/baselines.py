"""How the simpler models that stand beside each training were set: what was tried on IMDB, out of fold.

``python -m benchmarks.baselines`` writes benchmarks/results/baselines.json and the table in docs/evaluation.md.
Thresholds of a fold are tuned on the other folds' rows. Seconds are of one core, all folds together, without the
features' own.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from benchmarks.record import EVALUATION, SHARED, Record
from benchmarks.thresholds import tune_for
from numpy.typing import NDArray

import multitag
from multitag.config import Config
from multitag.data.task import Task
from multitag.evaluation.baselines import models as baselines
from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.decision_rules import DecisionRules, apply_nested
from multitag.evaluation.metrics.compute import compute_metrics

IMDB = SHARED / "IMDB-Movie-Data.csv"
RECORD = Record("baselines", EVALUATION)

FIGURES = ("macro_f1", "macro_roc_auc", "macro_average_precision")
BALANCED = (None, "balanced")
C = (0.3, 1.0, 3.0, 10.0)
KEPT = {baselines.TFIDF: baselines.FOR_WORDS, baselines.FROZEN: baselines.FOR_FEATURES}

Probabilities = NDArray[np.float32]  # (n_rows, n_labels)


def features(task: Task) -> NDArray[np.float32]:
    """What minilm makes of the texts before it is trained."""
    from multitag.model.base import resolve_base_model
    from multitag.model.build import load_tokenizer
    from multitag.model.features import frozen_features

    base = resolve_base_model("minilm")
    return frozen_features(base, load_tokenizer(base, 256), task.table.texts, 256, bf16=False)


def measure(task: Task, found: NDArray[np.float32]) -> list[dict[str, Any]]:
    """Measure every setting of both models, and label prevalence."""
    assert task.fold is not None
    pairs = [(np.flatnonzero(task.fold != each), np.flatnonzero(task.fold == each)) for each in range(task.n_folds)]
    recipes: dict[str, Callable[..., Probabilities]] = {
        baselines.TFIDF: partial(baselines.score_tfidf, task.table.texts, task.y, pairs),
        baselines.FROZEN: partial(baselines.score_features, found, task.y, pairs),
    }
    rows = [_figures(task, baselines.PREVALENCE, lambda: baselines.score_prevalence(task.y, pairs))]
    for name, recipe in recipes.items():
        for balanced, c in product(BALANCED, C):
            settings = {**KEPT[name], "class_weight": balanced, "C": c}
            figures = _figures(task, name, partial(recipe, settings=settings))
            rows.append({**figures, "settings": settings, "kept": settings == KEPT[name]})
    return rows


def _figures(task: Task, name: str, score: Callable[[], Probabilities]) -> dict[str, Any]:
    assert task.fold is not None
    started = time.process_time()
    y_raw = score()
    seconds = time.process_time() - started
    n_labels = len(task.label_set)
    tune = tune_for("f1")
    y_prob, y_pred = apply_nested(
        task.y, y_raw, task.fold, lambda y, given: DecisionRules(Calibration.identity(n_labels), tune(y, given))
    )
    values = compute_metrics(task.y, y_prob, y_pred, task.label_set.names, np.zeros(n_labels)).values
    return {"name": name, "seconds": round(seconds, 2), **{each: values[each] for each in FIGURES}}


def as_table(rows: list[dict[str, Any]]) -> str:
    """Return the figures as Markdown; what is used is in bold."""
    lines = [
        "| Model | C | classes | macro-F1 | macro ROC-AUC | macro AP | seconds |",
        "| :-- | --: | :-- | --: | --: | --: | --: |",
    ]
    for each in rows:
        settings: Mapping[str, Any] = each.get("settings", {})
        name = f"**{each['name']}**" if each.get("kept") else each["name"]
        c = f"{settings['C']:g}" if settings else ""
        classes = settings["class_weight"] or "as they are" if settings else ""
        shown = " | ".join(f"{each[figure]:.3f}" for figure in FIGURES)
        lines.append(f"| {name} | {c} | {classes} | {shown} | {each['seconds']:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and write the results."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    task = Task.prepare(multitag.read_table(IMDB, text="Description", labels="Genre"), Config().override(folds=5))
    rows = measure(task, features(task))
    RECORD.save(rows, as_table(rows))


if __name__ == "__main__":
    main()
