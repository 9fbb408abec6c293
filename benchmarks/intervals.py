"""How often a 95% interval holds the figure it is of, and how long intervals take.

Run by ``python -m benchmarks.intervals``, some ten minutes; writes benchmarks/results/intervals.json and the tables in
docs/evaluation.md. Rows are drawn from a made-up world with the label frequencies of IMDB, where the figures of two
classifiers on 200,000 rows are as good as the truth; test sets of the usual sizes are drawn from it again and again.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from benchmarks.record import EVALUATION, Record
from numpy.typing import NDArray

from multitag.evaluation.intervals.bootstrap import bootstrap_intervals, paired_differences
from multitag.evaluation.metrics.compute import compute_metrics
from multitag.evaluation.metrics.metrics import Metrics
from multitag.report.tables import LABEL_TITLES, METRIC_TITLES

RECORD = Record("intervals", EVALUATION)

SEED, POPULATION, SIZES, TEST_SETS, RESAMPLES = 0, 200_000, (200, 1000), 400, 500
BANDS = {"5 to 9": (5, 9), "10 to 19": (10, 19), "20 to 49": (20, 49), "50 and more": (50, 10**6)}
TIMED_ROWS, TIMED_RESAMPLES, ROUNDS = (1000, 10_000), 2000, 3
# Shares of rows with each of IMDB's 20 genres, the rarest on 5 of 1000 rows.
FREQUENCIES = np.array([
    0.513, 0.303, 0.279, 0.259, 0.195, 0.150, 0.141, 0.120, 0.119, 0.106,
    0.101, 0.081, 0.051, 0.049, 0.029, 0.018, 0.016, 0.013, 0.007, 0.005,
])  # fmt: skip

WIDE = (5000, 2000, 3)  # rows, labels, and labels a row: what a catalogue of tags looks like

Rows = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]


def draw_rows(rng: np.random.Generator, n_rows: int) -> Rows:
    """Draw true labels, and the probabilities of two classifiers that err together more often than not."""
    y_true = (rng.random((n_rows, len(FREQUENCIES))) < FREQUENCIES).astype(np.int64)
    shared, own = rng.normal(size=(2, *y_true.shape))
    start = np.log(FREQUENCIES / (1 - FREQUENCIES)) / 2 - 2.2
    good, worse = start + 2.2 * y_true + shared, start + 2.0 * y_true + 0.8 * shared + 0.6 * own
    return y_true, 1 / (1 + np.exp(-good)), 1 / (1 + np.exp(-worse))


def figures(y_true: NDArray[np.int64], y_prob: NDArray[np.float64]) -> Metrics:
    """Measure at 0.3."""
    names, cuts = [str(each) for each in range(y_true.shape[1])], np.full(y_true.shape[1], 0.3)
    return compute_metrics(y_true, y_prob, y_prob >= 0.3, names, cuts)


def coverage(truth: Rows, n_rows: int, test_sets: int, resamples: int) -> dict[str, dict[str, float]]:
    """Draw test sets; give for each figure its mean over them, and how often its two intervals hold the truth."""
    y_true, good, worse = truth
    value, other = figures(y_true, good).values, figures(y_true, worse).values
    means, held, of_difference = (dict.fromkeys(METRIC_TITLES, 0.0) for _ in range(3))
    for test_set in range(test_sets):
        y_true, good, worse = draw_rows(np.random.default_rng([SEED, n_rows, test_set]), n_rows)
        measured = figures(y_true, good).values
        (intervals,) = bootstrap_intervals(y_true, good, [good >= 0.3], resamples=resamples, seed=test_set)
        differences = paired_differences(
            y_true, (good, good >= 0.3), (worse, worse >= 0.3), resamples=resamples, seed=test_set
        )
        for name in METRIC_TITLES:
            means[name] += measured[name] / test_sets
            low, high = intervals.overall[name] or (measured[name], measured[name])
            held[name] += (low <= value[name] <= high) / test_sets
            _, low, high = differences[name]
            of_difference[name] += (low <= value[name] - other[name] <= high) / test_sets
    found = {"mean": means, "held": held, "difference_held": of_difference}
    return {name: {key: round(each[name], 4) for key, each in found.items()} for name in METRIC_TITLES}


def label_coverage(truth: Rows, n_rows: int, test_sets: int, resamples: int) -> dict[str, dict[str, float]]:
    """Draw test sets; give how often the intervals of single labels hold the truth, by the rows that have the label."""
    of_all = figures(truth[0], truth[1]).per_label
    held: dict[str, dict[str, list[bool]]] = {band: {name: [] for name in LABEL_TITLES} for band in BANDS}
    for test_set in range(test_sets):
        y_true, good, _ = draw_rows(np.random.default_rng([SEED, n_rows, test_set]), n_rows)
        (intervals,) = bootstrap_intervals(y_true, good, [good >= 0.3], resamples=resamples, seed=test_set)
        for label, support in enumerate(y_true.sum(axis=0)):
            band = next((name for name, (least, most) in BANDS.items() if least <= support <= most), None)
            for name, ends in intervals.per_label[label].items():
                if band and ends:
                    held[band][name].append(ends[0] <= getattr(of_all[label], name) <= ends[1])
    return {
        band: {name: round(float(np.mean(each)), 4) for name, each in of_band.items() if each}
        for band, of_band in held.items()
    }


def seconds(n_rows: int) -> dict[str, float]:
    """Time all intervals, overall and for each label, and all paired differences: the fastest of three, on one core."""
    y_true, good, worse = draw_rows(np.random.default_rng(SEED), n_rows)
    a, b = (good, good >= 0.3), (worse, worse >= 0.3)
    times: dict[str, list[float]] = {"intervals": [], "differences": []}
    for _ in range(ROUNDS):
        started = time.process_time()
        bootstrap_intervals(y_true, a[0], [a[1]], resamples=TIMED_RESAMPLES, seed=SEED)
        between = time.process_time()
        paired_differences(y_true, a, b, resamples=TIMED_RESAMPLES, seed=SEED)
        times["intervals"].append(between - started)
        times["differences"].append(time.process_time() - between)
    return {name: round(min(each), 2) for name, each in times.items()}


def wide(n_rows: int, n_labels: int, cardinality: int) -> dict[str, float]:
    """Time the paired differences of many labels, most of them rare, and give the most memory that it took."""
    rng = np.random.default_rng(SEED)
    shares = rng.pareto(1.2, n_labels)
    shares = np.minimum(cardinality * shares / shares.sum(), 0.5)
    y_true = (rng.random((n_rows, n_labels), dtype=np.float32) < shares).astype(np.int8)
    probs = []
    for _ in range(2):
        logits = rng.standard_normal((n_rows, n_labels), dtype=np.float32) + 3 * y_true - 1
        logits += np.log(shares, dtype=np.float32) / 2
        probs.append(1 / (1 + np.exp(-logits)))
    a, b = ((prob, (prob >= 0.3).astype(np.uint8)) for prob in probs)
    started = time.process_time()
    paired_differences(y_true, a, b, resamples=TIMED_RESAMPLES, seed=SEED)
    of_process = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"differences": round(time.process_time() - started, 1), "megabytes": of_process}


def tables(results: Mapping[str, Any]) -> str:
    """Return the figures as Markdown."""
    sizes = list(results["test_sets"])
    columns = [f"{what}, {size} rows" for size in sizes for what in ("mean", "held", "difference held")]
    head = ["Figure", "all rows", *columns]
    lines = ["| " + " | ".join(head) + " |", "| :-- |" + " --: |" * (len(head) - 1)]
    for name, title in METRIC_TITLES.items():
        cells = [title, f"{results['truth'][name]:.3f}"]
        for size in sizes:
            of_size = results["test_sets"][size][name]
            cells += [f"{of_size['mean']:.3f}", f"{of_size['held']:.1%}", f"{of_size['difference_held']:.1%}"]
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "| Rows with the label, of 200 | " + " | ".join(LABEL_TITLES.values()) + " |"]
    lines.append("| :-- |" + " --: |" * len(LABEL_TITLES))
    for band, of_band in results["labels"].items():
        lines.append(f"| {band} | " + " | ".join(f"{of_band[name]:.1%}" for name in LABEL_TITLES) + " |")
    lines += ["", "| Rows of 20 labels | All intervals, s | All paired differences, s |", "| --: | --: | --: |"]
    lines += [f"| {rows} | {each['intervals']} | {each['differences']} |" for rows, each in results["seconds"].items()]
    n_rows, n_labels, cardinality = WIDE
    lines += ["", f"| {n_rows} rows of {n_labels} labels, {cardinality} a row | |", "| :-- | --: |"]
    lines.append(f"| All paired differences, s | {results['wide']['differences']} |")
    lines.append(f"| Memory of the process, the probabilities included, MB | {results['wide']['megabytes']} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and write the results."""
    of_wide = wide(*WIDE)  # first: it is the memory of the whole process
    truth = draw_rows(np.random.default_rng(SEED), POPULATION)
    results = {
        "wide": of_wide,
        "seconds": {str(n_rows): seconds(n_rows) for n_rows in TIMED_ROWS},
        "truth": figures(truth[0], truth[1]).values,
        "test_sets": {str(size): coverage(truth, size, TEST_SETS, RESAMPLES) for size in SIZES},
        "labels": label_coverage(truth, SIZES[0], TEST_SETS, RESAMPLES),
    }
    RECORD.save(results, tables(results))


if __name__ == "__main__":
    main()
