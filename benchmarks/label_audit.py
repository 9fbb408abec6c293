"""What the label audit finds of labels that were turned on purpose.

Run by ``python -m benchmarks.label_audit``; writes benchmarks/results/label_audit.json and the table in
docs/evaluation.md. Of all pairs of a row of the packaged sample and a label, 5% are drawn and turned: the label is
taken off where it was, and put on where it was not. A model is trained on that with five folds, and the pairs are
ordered by the audit's confidence. Average precision, the area under the precision-recall curve, is what share of turned
labels one meets on the way down that list; in a random order it is their share of all. Beside it stands an order that
reads no text, the rarest first: a rare label that is on a row was mostly put there. Where cleanlab is installed, its
list for the same probabilities is compared.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import textwrap
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.record import EVALUATION, Record
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

import multitag
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.intervals.bootstrap import interval_of
from multitag.evaluation.intervals.resamples import draw_weights
from multitag.evaluation.label_audit.confident_learning import Doubts, find_doubts
from multitag.labels import LabelSet

RECORD = Record("label_audit", EVALUATION)
SHARE, SEED, RESAMPLES = 0.05, 0, 1000
SETTINGS: dict[str, Any] = {
    "base_model": "minilm", "recipe": "fine-tune", "folds": 5, "seed": SEED, "onnx": False, "baselines": False,
    "resamples": 0,
    "teacher": 0.0,
}  # fmt: skip
TITLES = {"all": "all", "wrong": "on the row, so wrong", "missing": "not on the row, so missing"}

Booleans = NDArray[np.bool_]


def draw_turned(n_rows: int, n_labels: int, seed: int) -> Booleans:
    """Draw 5% of the pairs of a row and a label; shape (n_rows, n_labels)."""
    turned = np.zeros(n_rows * n_labels, dtype=bool)
    turned[np.random.default_rng(seed).choice(turned.size, round(SHARE * turned.size), replace=False)] = True
    return turned.reshape(n_rows, n_labels)


def turn_labels(table: multitag.Table, turned: Booleans) -> multitag.Table:
    """Turn these labels; columns are the sorted names."""
    label_set = LabelSet.from_rows(table.labels)
    return replace(table, labels=tuple(label_set.decode(label_set.encode(table.labels, np.uint8) ^ turned)))


def measure(held_out: HeldOut, turned: Booleans, resamples: int = RESAMPLES) -> dict[str, Any]:
    """Measure what is found of the turned labels; both have the rows and labels in the same order."""
    started = time.perf_counter()
    doubts = find_doubts(held_out.y_true, held_out.y_prob)
    seconds = time.perf_counter() - started
    given, listed = held_out.y_true == 1, doubts.wrong | doubts.missing
    rarity = np.where(given, 1 - given.mean(axis=0), given.mean(axis=0))
    order = np.argsort(-doubts.confidence, axis=None, kind="stable")
    return {
        "rows": len(held_out), "labels": len(held_out.label_names), "turned": int(turned.sum()),
        "find_doubts_seconds": round(seconds, 3),
        "orders": {
            name: _order(turned, doubts.confidence, rarity, among, resamples)
            for name, among in (("all", np.ones_like(given)), ("wrong", given), ("missing", ~given))
        },
        "first_20": float(turned.ravel()[order[:20]].mean()), "first_100": float(turned.ravel()[order[:100]].mean()),
        "listed": int(listed.sum()), "listed_turned": float(turned[listed].mean()),
        "turned_listed": float(listed[turned].mean()),
        "cleanlab": _cleanlab(held_out, doubts) if find_spec("cleanlab") else None,
    }  # fmt: skip


def _order(
    turned: Booleans, confidence: NDArray[np.float64], rarity: NDArray[np.float64], among: Booleans, resamples: int
) -> dict[str, Any]:
    found, sure = turned[among], confidence[among]  # (n_pairs,)
    value, row = float(average_precision_score(found, sure)), np.nonzero(among)[0]
    draws = [  # rows are resampled, with all their labels
        average_precision_score(found, sure, sample_weight=weights[0, row])
        for weights in draw_weights(len(turned), resamples, SEED, 1)
    ]
    return {
        "pairs": len(found), "turned": int(found.sum()), "random": float(found.mean()),
        "rarest_first": float(average_precision_score(found, rarity[among])),
        "average_precision": value, "interval": interval_of(np.array(draws), value),
    }  # fmt: skip


def _cleanlab(held_out: HeldOut, doubts: Doubts) -> dict[str, Any]:
    from cleanlab.multilabel_classification.filter import find_multilabel_issues_per_class

    names = [np.flatnonzero(row).tolist() for row in held_out.y_true]
    theirs = find_multilabel_issues_per_class(names, held_out.y_prob.astype(np.float64), n_jobs=1)
    both = theirs & (doubts.wrong | doubts.missing)
    return {"version": version("cleanlab"), "listed": int(theirs.sum()), "both": int(both.sum())}


def as_table(results: Mapping[str, Any]) -> str:
    """Return the figures as Markdown."""
    lines = [
        "| Turned labels | of | average precision | the rarest first | in a random order |",
        "| :-- | --: | --: | --: | --: |",
    ]
    for name, title in TITLES.items():
        each = results["orders"][name]
        low, high = each["interval"]
        lines.append(
            f"| {each['turned']:,} {title} | {each['pairs']:,} | {each['average_precision']:.3f} "
            f"[{low:.3f}, {high:.3f}] | {each['rarest_first']:.3f} | {each['random']:.3f} |"
        )
    said = (
        f"Of the first 20 in order {results['first_20']:.0%} were turned, of the first 100 {results['first_100']:.0%}. "
        f"Of the {results['listed']:,} that the audit lists as likely wrong or missing {results['listed_turned']:.0%} "
        f"were turned, and {results['turned_listed']:.0%} of the turned ones are listed."
    )
    if theirs := results["cleanlab"]:
        said += (
            f" cleanlab {theirs['version']} lists {theirs['listed']:,} for the same probabilities; {theirs['both']:,} "
            "are in both lists."
        )
    return "\n".join([*lines, "", textwrap.fill(said, 120)]) + "\n"


def train_and_measure(table: multitag.Table, **settings: Any) -> dict[str, Any]:
    """Turn labels of a table, train with folds, and measure."""
    turned = draw_turned(len(table), len(LabelSet.from_rows(table.labels)), SEED)
    with tempfile.TemporaryDirectory() as folder:
        run = multitag.train(turn_labels(table, turned), out=Path(folder) / "run", **settings)
        held_out = HeldOut.load(run.folder / "probabilities.parquet")
    assert tuple(held_out.rows.tolist()) == table.rows
    return {
        "data": table.source, "created": datetime.now(UTC).isoformat(timespec="seconds"), "settings": settings,
        "training_seconds": run.metrics.training_seconds, "load": round(os.getloadavg()[2], 1),
        **measure(held_out, turned),
    }  # fmt: skip


def main() -> None:
    """Measure, and write the results."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    results = train_and_measure(multitag.read_table("sample"), **SETTINGS)
    RECORD.save(results, as_table(results))


if __name__ == "__main__":
    main()
