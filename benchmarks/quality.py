"""Quality on IMDB: multitag's recipe beside what people would use instead, on the same rows.

Run by ``make bench-quality``; writes benchmarks/results/quality.json. For each seed, 80% of the movies are
drawn by scikit-learn's ``train_test_split`` to train on; all recipes are measured on the other 20%, at
threshold 0.3.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.record import ROOT, SHARED
from numpy.typing import NDArray

import multitag
from multitag.config import Config
from multitag.data.task import Task
from multitag.evaluation.metrics.compute import compute_metrics

IMDB = SHARED / "IMDB-Movie-Data.csv"
RESULTS = ROOT / "benchmarks" / "results" / "quality.json"
SEEDS = (0, 1, 42)
THRESHOLD = 0.3
FIGURES = ("macro_f1", "micro_f1", "macro_roc_auc", "macro_average_precision", "hamming_loss")
SETTINGS = {
    "base_model": "minilm", "method": "random", "validation_size": 0, "test_size": 0.2, "onnx": False,
    "baselines": False, "resamples": 0,
}  # fmt: skip

Probabilities = NDArray[np.floating[Any]]  # (n_test_rows, n_labels)


def multitag_recipe(task: Task, seed: int) -> tuple[Probabilities, float]:
    """``multitag train`` with its defaults; gives the test rows' probabilities and the training seconds."""
    import pandas as pd

    with tempfile.TemporaryDirectory() as folder:
        run = multitag.train(task.table, out=Path(folder) / "run", seed=seed, **SETTINGS)
        saved = pd.read_parquet(run.folder / "probabilities.parquet")
    assert saved["row"].tolist() == [task.table.rows[index] for index in task.rows("test")]
    return saved.filter(regex="^probability_").to_numpy(), run.metrics.training_seconds


def plain_recipe(task: Task, seed: int) -> tuple[Probabilities, float]:
    """The notebook's recipe: stock class, one rate of 5e-5, batches of 8 padded to 128 tokens, fp32."""
    import torch
    from transformers import DistilBertForSequenceClassification, Trainer, TrainingArguments, set_seed

    from multitag.model.base import resolve_base_model
    from multitag.model.build import load_tokenizer
    from multitag.model.minilm import distilbert_config, distilbert_weights
    from multitag.quiet import quiet_transformers

    base = resolve_base_model("minilm")
    set_seed(seed)
    config = distilbert_config(base.folder)
    config.update({"num_labels": len(task.label_set), "problem_type": "multi_label_classification"})
    model = DistilBertForSequenceClassification(config)
    model.distilbert.load_state_dict(distilbert_weights(base.folder))
    tokenizer = load_tokenizer(base, 128)

    def dataset(side: str) -> list[dict[str, Any]]:
        batch = tokenizer(
            task.texts(side),
            truncation=True,
            max_length=128,
            padding="max_length",
            return_token_type_ids=False,
        )
        labels = task.y_true(side).astype(np.float32)
        return [
            {"input_ids": ids, "attention_mask": mask, "labels": row}
            for ids, mask, row in zip(batch["input_ids"], batch["attention_mask"], labels, strict=True)
        ]

    with tempfile.TemporaryDirectory() as folder, quiet_transformers():
        arguments = TrainingArguments(
            output_dir=folder,
            num_train_epochs=5,
            per_device_train_batch_size=8,
            learning_rate=5e-5,
            seed=seed,
            save_strategy="no",
            logging_strategy="no",
            report_to=[],
            disable_tqdm=True,
            use_cpu=not torch.accelerator.is_available(),
            dataloader_pin_memory=False,
        )
        trainer = Trainer(model=model, args=arguments, train_dataset=dataset("train"))
        started = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - started
        logits = trainer.predict(dataset("test")).predictions
    return 1 / (1 + np.exp(-logits.astype(np.float64))), seconds


def _one_pair(task: Task) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    return [(task.rows("train"), task.rows("test"))]


def tfidf_recipe(task: Task, seed: int) -> tuple[Probabilities, float]:
    """TF-IDF and logistic regression, as each training fits it beside the model."""
    from multitag.evaluation.baselines.models import score_tfidf

    started = time.perf_counter()
    y_prob = score_tfidf(task.table.texts, task.y, _one_pair(task))
    return y_prob[task.rows("test")], time.perf_counter() - started


def balanced_tfidf_recipe(task: Task, seed: int) -> tuple[Probabilities, float]:
    """The same with balanced classes, as scikit-learn's users put it together."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline

    started = time.perf_counter()
    y = task.y_true("train")
    seen = y.any(axis=0)  # scikit-learn warns of a label without a training row; its probability is 0
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, stop_words="english"),
        OneVsRestClassifier(LogisticRegression(max_iter=2000, class_weight="balanced")),
    ).fit(task.texts("train"), y[:, seen])
    y_prob = np.zeros((len(task.rows("test")), y.shape[1]))
    y_prob[:, seen] = model.predict_proba(task.texts("test"))
    return y_prob, time.perf_counter() - started


def frozen_recipe(task: Task, seed: int) -> tuple[Probabilities, float]:
    """MiniLM's own sentence features and logistic regression, as each training fits it beside the model."""
    from multitag.evaluation.baselines.models import score_features
    from multitag.model.base import resolve_base_model
    from multitag.model.build import load_tokenizer
    from multitag.model.features import frozen_features
    from multitag.training.trainer.arguments import use_bf16

    base = resolve_base_model("minilm")
    started = time.perf_counter()
    features = frozen_features(base, load_tokenizer(base, 256), task.table.texts, 256, bf16=use_bf16("auto"))
    y_prob = score_features(features, task.y, _one_pair(task))
    return y_prob[task.rows("test")], time.perf_counter() - started


RECIPES: dict[str, Callable[[Task, int], tuple[Probabilities, float]]] = {
    "multitag": multitag_recipe,
    "plain": plain_recipe,
    "tfidf_logistic_regression": tfidf_recipe,
    "tfidf_logistic_regression_balanced": balanced_tfidf_recipe,
    "frozen_features_logistic_regression": frozen_recipe,
}


def measure(task: Task, y_prob: Probabilities, seconds: float) -> dict[str, float | None]:
    """Measure the test rows at the fixed threshold."""
    y_true, y_pred = task.y_true("test"), (y_prob >= THRESHOLD).astype(int)
    names = task.label_set.names
    metrics = compute_metrics(y_true, y_prob, y_pred, names, np.full(len(names), THRESHOLD))
    # As scikit-learn's default has it: a label that is on no test row and never predicted counts as F1 0.
    strict = sum(label.f1 or 0.0 for label in metrics.per_label) / len(names)
    figures = {name: metrics.values[name] for name in FIGURES}
    return {**figures, "macro_f1_absent_as_0": strict, "seconds": seconds}


def main() -> None:
    """Run every recipe on every seed and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--recipes", nargs="*", default=list(RECIPES), choices=list(RECIPES), help="measure only these again"
    )
    parser.add_argument("--seeds", nargs="*", type=int, default=list(SEEDS))
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    if options.seeds != list(SEEDS) and options.output == RESULTS:
        parser.error("other seeds need another --output: one file holds one set of seeds")
    if not IMDB.is_file():
        raise SystemExit(f"{IMDB} is not there: the figures are of that file")
    table = multitag.read_table(IMDB, text="Description", labels="Genre")
    recipes: dict[str, Any] = {}
    if options.output.is_file():  # what is not measured again stays
        recipes = json.loads(options.output.read_text(encoding="utf-8"))["recipes"]
    for name in options.recipes:
        runs = []
        for seed in options.seeds:
            task = Task.prepare(table, Config().override(seed=seed, **SETTINGS))
            y_prob, seconds = RECIPES[name](task, seed)
            # With the load, since seconds of a machine that was busy with other things say little.
            load = round(os.getloadavg()[1], 1)
            runs.append({"seed": seed, **measure(task, y_prob, round(seconds, 1)), "load": load})
            print(name, {key: round(value, 4) for key, value in runs[-1].items()}, flush=True)
        mean = {key: float(np.mean([run[key] for run in runs])) for key in runs[0] if key != "seed"}
        recipes[name] = {"runs": runs, "mean": mean}
        print(name, "mean", {key: round(value, 4) for key, value in mean.items()}, flush=True)
    options.output.parent.mkdir(exist_ok=True)
    result: dict[str, Any] = {
        "data": IMDB.name,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"processor": _processor(), "cores": os.cpu_count(), "python": platform.python_version()},
        "threshold": THRESHOLD,
        "settings": SETTINGS,
        "seeds": options.seeds,
        "recipes": {name: recipes[name] for name in RECIPES if name in recipes},
    }
    options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {options.output}")


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


if __name__ == "__main__":
    main()
