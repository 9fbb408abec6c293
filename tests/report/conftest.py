"""A run as the report gets it: 20 movie genres, figures measured on made-up probabilities."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from multitag.config import Config
from multitag.data.split.folds import NO_FOLD
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.metrics.compute import compute_metrics
from multitag.evaluation.run_metrics import RunMetrics
from multitag.evaluation.thresholds.thresholds import Thresholds, apply_thresholds
from multitag.evaluation.thresholds.tune import tune_thresholds
from multitag.report.provenance import Provenance

DENSITY = {
    "Action": 0.3, "Adventure": 0.26, "Animation": 0.05, "Biography": 0.08, "Comedy": 0.28, "Crime": 0.15,
    "Drama": 0.51, "Family": 0.05, "Fantasy": 0.1, "History": 0.03, "Horror": 0.12, "Music": 0.02,
    "Musical": 0.0, "Mystery": 0.1, "Romance": 0.14, "Sci-Fi": 0.12, "Sport": 0.02, "Thriller": 0.19,
    "War": 0.015, "Western": 0.007,
}  # fmt: skip
GENRES = tuple(DENSITY)
FACTS = ("base_model", "data", "split")
SIZES = {"train": 560, "validation": 80, "test": 160}


@pytest.fixture
def run_example() -> Callable[..., dict[str, Any]]:
    """Give a function that makes plain values of a run: metrics.json, parts of the manifest and the rest."""
    return make_example


@pytest.fixture
def full_example() -> dict[str, Any]:
    """Give the plain values of a run with everything that can be on the page."""
    return {**add_all(make_example()), "held_out": make_held_out()}


@pytest.fixture
def typed() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Give a function that makes the arguments of ``build_report`` of plain values."""
    return make_typed


def make_typed(example: dict[str, Any]) -> dict[str, Any]:
    facts = {key: example[key] for key in FACTS}
    metrics = json.loads(json.dumps(example["metrics"]))  # as a file has them
    return {
        **{key: value for key, value in example.items() if key not in FACTS},
        "metrics": RunMetrics.from_dict(metrics),
        "provenance": Provenance.from_manifest(**facts),
    }


def make_example(
    names: Sequence[str] = GENRES,
    *,
    tuned: bool = True,
    sides: Sequence[str] = ("validation", "test"),
) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    density = np.resize(list(DENSITY.values()), len(names))
    true = {side: (rng.random((rows, len(names))) < density).astype(int) for side, rows in SIZES.items()}
    logits = {side: 2 * rows - 1.6 + rng.normal(size=rows.shape) for side, rows in true.items()}
    prob = {side: 1 / (1 + np.exp(-rows)) for side, rows in logits.items()}
    thresholds = Thresholds.fixed_only(0.3, len(names))
    if tuned:
        thresholds = tune_thresholds(
            true["validation"], prob["validation"], fixed=0.3, tuned_on="validation, 80 rows"
        )

    def measure(side: str, cuts: np.ndarray) -> dict[str, Any]:
        pred = apply_thresholds(prob[side], cuts)
        return compute_metrics(true[side], prob[side], pred, names, cuts).to_dict()

    splits = {side: {"fixed": measure(side, np.full(len(names), 0.3))} for side in sides}
    if tuned:
        for side in sides:
            splits[side]["tuned"] = measure(side, thresholds.values())
    steps = np.arange(7, 176, 7)
    history: list[dict[str, Any]] = [
        {"epoch": step / 35, "step": int(step), "loss": 0.2 + 0.35 * np.exp(-step / 50)} for step in steps
    ]
    for entry in history[4::5]:
        entry["validation_loss"] = entry["loss"] + 0.03
        entry["validation_macro_average_precision"] = 0.5 - 0.3 * np.exp(-entry["step"] / 50)
    return {
        "title": "Movie genres from plots",
        "metrics": {
            "label_names": list(names),
            "splits": splits,
            "label_counts": {
                name: {side: int(rows[:, column].sum()) for side, rows in true.items()}
                for column, name in enumerate(names)
            },
            "history": history,
            "notes": [
                "label 'Musical' is on no row at all",
                "MiniLM was used, because distilbert-base-uncased could not be had",
            ],
            "training_seconds": 41.3,
        },
        "thresholds": thresholds,
        "settings": Config().to_dict(),
        "base_model": {
            "name": "minilm",
            "asked_for": "auto",
            "weights_sha256": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "reason": "distilbert-base-uncased is not in the local cache and the hub did not answer",
            "architecture": "DistilBertForSequenceClassification",
        },
        "data": {
            "source": "sample",
            "fingerprint": "0123456789abcdef" * 4,
            "text_column": "Description",
            "label_column": "Genre",
            "label_separator": ",",
            "rows": 801,
            "rows_used": 800,
            "left_out": [[17, "empty text in column 'Description'"]],
        },
        "split": {"method": "stratified", **SIZES},
        "created": "2025-11-22 14:05 UTC",
    }


@pytest.fixture
def held_out_example() -> Callable[..., HeldOut]:
    """Give a function that makes the rows behind :func:`make_example`."""
    return make_held_out


def make_held_out(names: Sequence[str] = GENRES, *, side: str = "test", n_rows: int = 160, text: str = "") -> HeldOut:
    rng = np.random.default_rng(1)
    y_true = (rng.random((n_rows, len(names))) < np.resize(list(DENSITY.values()), len(names))).astype(np.uint8)
    y_prob = (1 / (1 + np.exp(1.6 - 2.0 * y_true - rng.normal(size=y_true.shape)))).astype(np.float32)
    return HeldOut(
        label_names=tuple(names),
        rows=np.arange(1, n_rows + 1),
        texts=tuple(text or f"Film {index}: a hitman comes out of retirement. " * 12 for index in range(n_rows)),
        side=(side,) * n_rows,
        fold=np.full(n_rows, NO_FOLD),
        y_true=y_true,
        y_raw=y_prob,
        y_prob=y_prob,
        y_pred=(y_prob >= 0.4).astype(np.uint8),
    )


def add_all(example: dict[str, Any]) -> dict[str, Any]:
    """Add to the example what a run with folds, baselines, calibration and a guarantee brings."""
    metrics = example["metrics"]
    for figures in (each for kinds in metrics["splits"].values() for each in kinds.values()):
        figures["intervals"] = {name: _around(value) for name, value in figures["values"].items()}
        for entry in figures["per_label"]:
            keys = ("precision", "recall", "f1", "roc_auc", "average_precision")
            entry["intervals"] = {key: _around(entry[key]) for key in keys}
    values = {"macro_f1": 0.31, "micro_f1": 0.42, "macro_roc_auc": 0.78, "macro_average_precision": 0.36}
    intervals = {name: _around(value) for name, value in values.items()}
    differences = {name: [0.12, 0.05, 0.18] for name in values} | {"micro_f1": [0.01, -0.03, 0.04]}
    entry = {"values": values, "intervals": intervals, "difference": differences, "seconds": 1.5}
    names = ("label prevalence", "TF-IDF + logistic regression", "frozen features + logistic regression")
    metrics["baselines"] = {
        "side": "test",
        "models": [{"name": name, **entry} for name in names],
        "verdict": "Fine-tuned minilm beats TF-IDF + logistic regression by 0.12 macro-F1 [0.05, 0.18].",
    }
    bins = [[0.05, 0.02, 160], [0.2, 0.15, 160], [0.45, 0.6, 160], [0.8, 0.95, 160]]
    metrics["calibration"] = {
        "side": "test",
        "method": "platt",
        "before": {"brier": 0.121, "ece": 0.083, "label_ece": 0.1, "reliability": bins},
        "after": {
            "brier": 0.104, "ece": 0.021, "label_ece": None,
            "reliability": [[share, share, rows] for _, share, rows in bins],
        },
    }  # fmt: skip
    metrics["guarantee"] = {
        "kind": "recall", "level": 0.9, "confidence": None, "cut": 0.1234, "fitted_on": "validation, 80 rows",
        "promise": "on average nine in ten of the labels of a text are given", "n_rows": 80, "realised": 0.91,
        "conditions": ["texts that have at least one label", "texts like those it was fitted on"],
        "labels_per_row": 4.2, "empty_rows": 0.01,
    }  # fmt: skip
    metrics["audit"] = {
        "notes": ["not checked, as fewer than 5 rows have or lack them: 'Musical'"],
        "counts": {"likely_wrong": 2, "likely_missing": 1, "duplicates_across_splits": 0},
        "first": [
            {"row": 12, "text": "A plot.", "label": "War", "kind": "likely_wrong", "confidence": 0.97},
            {"row": 40, "text": "Another.", "label": "Drama", "kind": "likely_missing", "confidence": 0.93},
            {"row": 7, "text": "A third.", "label": "Music", "kind": "likely_wrong", "confidence": 0.71},
        ],
    }
    return example


def _around(value: float | None) -> list[float] | None:
    return None if value is None else [max(0.0, value - 0.06), min(1.0, value + 0.05)]
