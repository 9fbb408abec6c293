"""What the labels' names give by the number of training rows, for a linear head on frozen minilm.

``python -m benchmarks.label_names WORK [TABLE ...]`` measures the tables, or some of them, keeps each in WORK, and
writes those that are there into benchmarks/results/label_names.json, docs/label_names.md and docs/label_names.svg.

Each draw holds one of five stratified folds out and trains on so many of the other rows, drawn at random. Calibration
and thresholds are fitted on these rows alone, out of folds of their own, as ``multitag train --folds`` does; without
rows they are those of ``multitag start``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.leaderboard.tables import TABLES
from benchmarks.record import ROOT, Record
from numpy.typing import NDArray

from multitag.config import Config, EvaluationConfig
from multitag.data.split.folds import fold_rows
from multitag.data.task import Task
from multitag.evaluation.baselines.regression import Regressions, fit_regressions
from multitag.evaluation.decision_rules import DecisionRules, fit_rules
from multitag.evaluation.metrics.decisions import count_decisions
from multitag.evaluation.thresholds.objectives import find_objective
from multitag.evaluation.thresholds.thresholds import apply_thresholds
from multitag.model.base import resolve_base_model
from multitag.model.build import log_odds
from multitag.training.linear import FrozenEncoder
from multitag.training.name_prior import THRESHOLD_ALONE, NamePrior
from multitag.training.teacher import REGRESSION

PAGE = ROOT / "docs" / "label_names.md"
PLOT = ROOT / "docs" / "label_names.svg"
RECORD = Record("label_names", PAGE)
CONTENDERS = {"with": "with names", "without": "without"}
NAMES = ("sample", "tmdb", "netflix-1000", "sdg", "imdb")  # those of the SDG mean nothing
SIZES, DRAWS, OUTER, INNER = (0, 25, 50, 100, 200, 400, 800), 3, 5, 3
Fit = Callable[[NDArray[np.float32], NDArray[np.int8]], Regressions]


def encode(name: str, work: Path) -> dict[str, NDArray[Any]]:
    """Encode the rows and the labels' names of a table once: x, y, e, and the groups of duplicates."""
    kept = work / f"{name}.npz"
    if not kept.exists():
        config = Config().override(base_model="minilm", name_prior=False)
        task = Task.prepare(TABLES[name].read(), config)
        encoder, rows = FrozenEncoder(task, resolve_base_model("minilm"), config), np.arange(len(task.y))
        np.savez(
            kept, x=encoder.features(rows), y=task.y, e=encoder.encode(list(task.label_set.names)),
            dup=task.duplicates_among(rows),
        )  # fmt: skip
    return dict(np.load(kept))


def fit_without(x: NDArray[np.float32], y: NDArray[np.int8]) -> Regressions:
    """Fit the head as it is without names."""
    head = fit_regressions(x, y, REGRESSION)
    assert head is not None
    return Regressions(head.weight, np.where(np.isfinite(head.bias), head.bias, log_odds(y)))


def tune(x: NDArray[np.float32], y: NDArray[np.int8], fit: Fit, seed: int) -> DecisionRules:
    """Fit calibration and thresholds on rows, each scored by a head that did not see it."""
    fold = np.random.default_rng(seed).permutation(len(x)) % INNER
    y_raw = np.zeros(y.shape, dtype=np.float32)
    for number in range(INNER):
        inside = fold == number
        y_raw[inside] = fit(x[~inside], y[~inside]).predict(x[inside])
    return fit_rules(y, y_raw, EvaluationConfig(), tuned_on="out of fold", calibrate=True)


def macro_f1(y_true: NDArray[np.int8], y_pred: NDArray[np.uint8]) -> float:
    """Compute macro-F1 over the labels that a held-out row has."""
    judged = (y_true == 1).any(axis=0)
    objective = find_objective("f1", None, int(judged.sum()))
    return float(objective.value(count_decisions(y_true[:, judged], y_pred[:, judged]))[0])


def measure(name: str, work: Path) -> dict[str, dict[str, list[float]]]:
    """Measure a table: macro-F1 of each contender by the number of rows, a figure a draw."""
    rows = encode(name, work)
    x, y = rows["x"], rows["y"]
    prior = NamePrior.of_names(rows["e"])
    fits: dict[str, Fit] = {"with": partial(prior.fit, strength=REGRESSION["C"]), "without": fit_without}
    figures: dict[str, dict[str, list[float]]] = {key: {} for key in CONTENDERS}
    for draw in range(DRAWS):
        inside = fold_rows(rows["dup"], y, OUTER, "stratified", draw) == 0
        others = np.random.default_rng(draw).permutation(np.flatnonzero(~inside))
        for size in SIZES:
            if size > len(others) + OUTER:
                continue
            drawn = others[:size]
            for key, fit in fits.items():
                if size:
                    rules = tune(x[drawn], y[drawn], fit, draw)
                    _, y_pred = rules.apply(fit(x[drawn], y[drawn]).predict(x[inside]))
                elif key == "with":
                    y_pred = apply_thresholds(prior.alone().predict(x[inside]), THRESHOLD_ALONE)
                else:
                    continue  # without names and rows there is no model
                figures[key].setdefault(str(size), []).append(macro_f1(y[inside], y_pred))
    return figures


def as_table(results: Mapping[str, Any]) -> str:
    """Return the figures as Markdown."""
    tables = results["tables"]
    lines = [
        f"Macro-F1 on held-out rows, mean of {results['draws']} draws, with names / without:", "",
        "| Training rows |" + "".join(f" {name} |" for name in tables), "| --: |" + " --: |" * len(tables),
    ]  # fmt: skip
    measured = {size for figures in tables.values() for size in figures["with"]}
    for size in (str(size) for size in SIZES if str(size) in measured):
        cells = []
        for figures in tables.values():
            both = [figures[key].get(size) for key in CONTENDERS]
            cells.append(" / ".join("-" if values is None else f"{np.mean(values):.3f}" for values in both))
        lines.append(f"| {size} | " + " | ".join("" if cell == "- / -" else cell for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def draw_plot(results: Mapping[str, Any]) -> None:
    """Draw macro-F1 against the number of rows, as an SVG that is the same for the same figures."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "multitag"
    from matplotlib import pyplot

    tables = results["tables"]
    figure, axes = pyplot.subplots(1, len(tables), figsize=(3.4 * len(tables), 3), layout="constrained", squeeze=False)
    for axis, (name, figures) in zip(axes[0], tables.items(), strict=True):
        for key, title in CONTENDERS.items():
            sizes = list(map(int, figures[key]))
            values = np.array(list(figures[key].values()))  # (n_sizes, n_draws)
            axis.plot(sizes, values.mean(axis=1), marker="o", label=title)
            axis.fill_between(sizes, values.min(axis=1), values.max(axis=1), alpha=0.2)
        axis.set(title=name, xlabel="training rows", ylim=(0, None))
        axis.set_xscale("symlog", linthresh=25)
        axis.set_xlim(-10, 1000)
        axis.set_xticks(SIZES, map(str, SIZES), rotation=60)
        axis.grid(alpha=0.3)
    axes[0, 0].set_ylabel("macro-F1")
    axes[0, 0].legend()
    figure.savefig(PLOT, format="svg", metadata={"Date": None})
    pyplot.close(figure)


def main() -> None:
    """Measure what is not there yet, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder for what is measured; a table that is there is not done again")
    parser.add_argument("tables", nargs="*", choices=[*NAMES, []], help="all if omitted")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    kept = {name: arguments.work / f"{name}.json" for name in NAMES}
    for name in arguments.tables or NAMES:
        if not kept[name].exists():
            kept[name].write_text(json.dumps(measure(name, arguments.work)), encoding="utf-8")
    tables = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in kept.items() if path.exists()}
    results = {"draws": DRAWS, "tables": tables}
    draw_plot(results)
    RECORD.save(results, as_table(results))


if __name__ == "__main__":
    main()
