"""Contenders that predict: all are given the same texts, and give a probability a label.

``spec`` of each: ``texts`` (a JSON file of lists of texts by name) and what it loads. An order names the list to score;
with ``want`` the report brings the probabilities, to see that all compute the same.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.speed.worker import Link

Score = Callable[[Sequence[str]], np.ndarray]  # (n_texts, n_labels)


def pipeline(link: Link, spec: Mapping[str, Any]) -> None:
    """Predict by transformers' pipeline; ``batch_size`` None is its default, one text at a time."""
    import transformers

    options = {} if spec["batch_size"] is None else {"batch_size": spec["batch_size"]}
    pipe = transformers.pipeline(
        "text-classification", model=spec["model"], top_k=None, function_to_apply="sigmoid", device=-1, **options
    )
    column = pipe.model.config.label2id

    def score(texts: Sequence[str]) -> np.ndarray:
        probabilities = np.zeros((len(texts), len(column)), dtype=np.float32)
        for row, found in enumerate(pipe(list(texts), truncation=True)):  # sorted by probability
            for each in found:
                probabilities[row, column[each["label"]]] = each["score"]
        return probabilities

    _serve(link, spec, score)


def torch_sorted(link: Link, spec: Mapping[str, Any]) -> None:
    """What sentence-transformers does: texts sorted by characters, batches of 32, each padded to its longest."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(spec["model"])
    model = AutoModelForSequenceClassification.from_pretrained(spec["model"]).eval()

    @torch.inference_mode()
    def score(texts: Sequence[str]) -> np.ndarray:
        order = np.argsort([-len(text) for text in texts])
        probabilities = np.zeros((len(texts), model.config.num_labels), dtype=np.float32)
        for start in range(0, len(order), 32):
            rows = order[start : start + 32]
            batch = tokenizer([texts[row] for row in rows], padding=True, truncation=True, return_tensors="pt")
            logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
            probabilities[rows] = torch.sigmoid(logits).numpy()
        return probabilities

    _serve(link, spec, score)


def multitag_bundle(link: Link, spec: Mapping[str, Any]) -> None:
    """Predict by multitag with one of its backends; ``threads`` None leaves them to it."""
    import multitag

    classifier = multitag.load(spec["bundle"], backend=spec["backend"], threads=spec.get("threads"))
    _serve(link, spec, classifier.predict_proba)


def tfidf(link: Link, spec: Mapping[str, Any]) -> None:
    """TF-IDF and a logistic regression a label; ``train`` is a JSON file of texts and their labels."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MultiLabelBinarizer

    train = json.loads(Path(spec["train"]).read_text(encoding="utf-8"))
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, stop_words="english"),
        OneVsRestClassifier(LogisticRegression(solver="liblinear")),
    )
    started = time.perf_counter()
    model.fit(train["texts"], MultiLabelBinarizer().fit_transform(train["labels"]))
    _serve(link, spec, model.predict_proba, fit_rows=len(train["texts"]), fit_seconds=time.perf_counter() - started)


def _serve(link: Link, spec: Mapping[str, Any], score: Score, **facts: Any) -> None:
    texts = json.loads(Path(spec["texts"]).read_text(encoding="utf-8"))
    link.ready(**facts)
    while (order := link.next_order()) is not None:
        chosen = texts[order["texts"]]
        started = time.perf_counter()
        probabilities = score(chosen)
        seconds = time.perf_counter() - started
        if len(probabilities) != len(chosen):
            raise ValueError(f"{len(chosen)} texts were given, {len(probabilities)} came back")
        report = {"probabilities": probabilities.tolist()} if order.get("want") else {}
        link.report(rows=len(chosen), seconds=seconds, **report)
