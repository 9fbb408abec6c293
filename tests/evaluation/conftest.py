"""A run as the report gets it: 20 movie genres, figures measured on made-up probabilities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from multitag.config import Config
from multitag.evaluation.metrics import compute_metrics
from multitag.evaluation.thresholds import Thresholds, apply_thresholds, tune_thresholds

DENSITY = {
    "Action": 0.3, "Adventure": 0.26, "Animation": 0.05, "Biography": 0.08, "Comedy": 0.28, "Crime": 0.15,
    "Drama": 0.51, "Family": 0.05, "Fantasy": 0.1, "History": 0.03, "Horror": 0.12, "Music": 0.02,
    "Musical": 0.0, "Mystery": 0.1, "Romance": 0.14, "Sci-Fi": 0.12, "Sport": 0.02, "Thriller": 0.19,
    "War": 0.015, "Western": 0.007,
}  # fmt: skip
GENRES = tuple(DENSITY)
SIZES = {"train": 560, "validation": 80, "test": 160}


@pytest.fixture
def run_example() -> Callable[..., dict[str, Any]]:
    """Give a function that makes the arguments of ``build_report``."""
    return make_example


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
