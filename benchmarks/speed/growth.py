"""How cost grows with rows, with tokens a row and with labels: of predicting and of an epoch of training."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.speed.figures import rates, spread
from benchmarks.speed.plan import RANDOM_BUNDLE, Growth
from benchmarks.speed.prepare import SEED, Bundle, Data, Rows, draw, make_bundle, token_lengths, write_csv
from benchmarks.speed.rounds import all_ready, run_rounds
from benchmarks.speed.worker import Worker

Say = Callable[[str], None]
Point = dict[str, Any]  # what, by, series, value, milliseconds_a_row


def measure_growth(growth: Growth, base: Path, bundle: Bundle, data: Data, say: Say) -> list[Point]:
    """Measure every point; those of a line differ in one thing only."""
    return [
        *_predict_rows_and_lengths(growth, bundle, data, say),
        *_predict_labels(growth, base, data, say),
        *_train(growth, base, data, say),
    ]


def texts_of_length(model_folder: Path, texts: Sequence[str], tokens: int, n_rows: int) -> list[str]:
    """Cut running text into pieces of about so many tokens, special ones counted."""
    lengths = token_lengths(model_folder, texts)
    words = " ".join(texts).split()
    a_word = sum(lengths) / len(words)
    size = max(1, round((tokens - 2) / a_word))
    starts = [row * size % (len(words) - size) for row in range(n_rows)]
    return [" ".join(words[start : start + size]) for start in starts]


def label_rows(texts: Sequence[str], n_labels: int) -> Rows:
    """Return every text a third of so many labels, drawn at random; every label and every text has one at least."""
    rng = random.Random(SEED)
    rows = []
    for row, text in enumerate(texts):
        sure = {label for label in range(n_labels) if label % len(texts) == row % n_labels}
        chosen = [label for label in range(n_labels) if label in sure or rng.random() < 1 / 3]
        rows.append((text, [f"label {label:04}" for label in chosen or [row % n_labels]]))
    return rows


def _predict_rows_and_lengths(growth: Growth, bundle: Bundle, data: Data, say: Say) -> list[Point]:
    pool = [text for text, _ in draw(data.netflix, len(data.netflix))]
    lists = {f"rows {n}": pool[:n] for n in growth.predict_rows}
    values: dict[str, tuple[str, float]] = {f"rows {n}": ("rows", n) for n in growth.predict_rows}
    for tokens in growth.predict_lengths:
        name = f"length {tokens}"
        lists[name] = texts_of_length(bundle.model, pool, tokens, growth.rows)
        lengths = token_lengths(bundle.model, lists[name])
        values[name] = ("length", sum(lengths) / len(lengths))
    path = data.texts_json("growth", warm=pool[:32], **lists)
    backends = [backend for backend in ("onnx", "onnx-int8") if bundle.has(backend)]
    points = []
    with all_ready([partial(_predictor, backend, bundle, path, data.folder) for backend in backends], say) as workers:
        for worker in workers:
            worker.round(texts="warm")
        for name, (by, value) in values.items():
            say(f"predicting, {name}")
            reports = run_rounds(workers, growth.rounds, say, order={"texts": name})
            points += [_point("predict", by, backend, value, reports[backend]) for backend in backends]
    return points


def _predict_labels(growth: Growth, base: Path, data: Data, say: Say) -> list[Point]:
    texts = [text for text, _ in draw(data.imdb, growth.rows)]
    path = data.texts_json("growth-labels", warm=texts)
    settings = {name: value for name, value in RANDOM_BUNDLE.items() if name != "rows"}
    points = []
    for n_labels in growth.predict_labels:
        rows = write_csv(data.folder / f"labels-{n_labels}.csv", label_rows(texts, n_labels))
        bundle = make_bundle(f"labels-{n_labels}", base, rows, settings, data.folder, say)
        backends = [backend for backend in ("onnx", "onnx-int8") if bundle.has(backend)]
        start = [partial(_predictor, backend, bundle, path, data.folder) for backend in backends]
        with all_ready(start, say) as workers:
            reports = run_rounds(workers, growth.rounds, say, order={"texts": "warm"}, warm_up={"texts": "warm"})
        points += [_point("predict", "labels", backend, n_labels, reports[backend]) for backend in backends]
    return points


def _train(growth: Growth, base: Path, data: Data, say: Say) -> list[Point]:
    texts = [text for text, _ in draw(data.imdb, len(data.imdb))]
    cases: list[tuple[str, float, Rows]] = [("rows", n, draw(data.imdb, n)) for n in growth.train_rows]
    for tokens in growth.train_lengths:
        rows = list(zip(texts_of_length(base, texts, tokens, growth.rows), (row[1] for row in data.imdb), strict=False))
        lengths = token_lengths(base, [text for text, _ in rows])
        cases.append(("length", sum(lengths) / len(lengths), rows))
    cases += [("labels", n, label_rows(texts[: growth.rows], n)) for n in growth.train_labels]
    points = []
    for by, value, rows in cases:
        scratch = data.folder / f"growth-{by}-{value:.0f}"
        scratch.mkdir()
        spec = {"rows": str(write_csv(scratch / "rows.csv", rows)), "base": str(base), "scratch": str(scratch)}
        start = partial(Worker, "multitag", f"training, {value:.0f} {by}", "training:multitag_train", spec, scratch)
        with all_ready([start], say) as workers:
            reports = run_rounds(workers, growth.rounds, say, warm_up={})
        points.append(_point("train", by, workers[0].facts["arithmetic"], value, reports["multitag"]))
    return points


def _predictor(backend: str, bundle: Bundle, texts: Path, folder: Path) -> Worker:
    spec = {"texts": str(texts), "bundle": str(bundle.path), "backend": backend}
    return Worker(backend, f"multitag, {backend}", "predicting:multitag_bundle", spec, folder)


def _point(what: str, by: str, series: str, value: float, reports: Sequence[dict[str, Any]]) -> Point:
    a_row = spread([1000 / rate for rate in rates(reports)])
    return {"what": what, "by": by, "series": series, "value": value, "milliseconds_a_row": a_row}
