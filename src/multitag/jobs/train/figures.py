"""All figures of a run: what metrics.json of its bundle holds."""

from __future__ import annotations

from typing import Any

from multitag.config import Config
from multitag.data.duplicates.groups import DuplicateGroups
from multitag.data.task import Task
from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.calibration.reliability import compare_calibration
from multitag.evaluation.guarantees.guarantee import Guarantee
from multitag.evaluation.held_out import OUT_OF_FOLD, HeldOut
from multitag.evaluation.label_audit.audit import audit_held_out
from multitag.evaluation.metrics.measure import measure
from multitag.jobs.train.baselines import compare_simpler
from multitag.jobs.train.measured import MeasuredModel
from multitag.jobs.train.notes import run_notes

SIDES = ("validation", "test", OUT_OF_FOLD)


def collect_metrics(
    task: Task, config: Config, measured: MeasuredModel, guarantee: Guarantee | None, more_notes: list[str]
) -> dict[str, Any]:
    """Measure the rows that were held out, and note what a reader must know.

    Parameters
    ----------
    task : Task
    config : Config
    measured : MeasuredModel
    guarantee : Guarantee or None
    more_notes : list of str
        What is to be known besides: of the ONNX graphs and the guarantee.

    Returns
    -------
    dict
        JSON-safe; docs/evaluation.md has its keys.
    """
    held_out = measured.held_out
    splits = {}
    for side in SIDES:
        rows = held_out.of_side(side)
        if len(rows):
            nested = rows.y_pred if side == OUT_OF_FOLD else None  # by thresholds that the row had no say in
            splits[side] = measure(
                rows.y_true, rows.y_prob, task.label_set, measured.rules.thresholds, nested,
                resamples=config.evaluation.resamples, seed=config.seed,
            )  # fmt: skip
    baselines, left_out = compare_simpler(task, config, measured) if config.evaluation.baselines else (None, [])
    return {
        "label_names": list(task.label_set.names),
        "splits": splits,
        "label_counts": task.label_counts(),
        "calibration": _calibration(held_out.headline(), measured.rules.calibration) if len(held_out) else None,
        "guarantee": None if guarantee is None else guarantee.to_dict(),
        "audit": audit_held_out(held_out, _duplicates(task, held_out)).to_dict() if len(held_out) else None,
        "baselines": baselines,
        "refit": measured.refit,
        "history": measured.final.fit.history,
        "notes": [*run_notes(task, measured), *left_out, *more_notes],
        "training_seconds": round(measured.seconds, 3),
    }


def _duplicates(task: Task, held_out: HeldOut) -> DuplicateGroups | None:
    """Return the duplicates among held-out rows, where the run has looked for all of them."""
    if task.duplicates.near is None or held_out.index is None:
        return None
    return task.duplicates.of_rows(held_out.index)


def _calibration(rows: HeldOut, calibration: Calibration) -> dict[str, Any]:
    methods = sorted({each["method"] for each in calibration.to_dict()["per_label"]} - {"identity"}) or ["none"]
    return compare_calibration(rows.y_true, rows.y_raw, rows.y_prob, side=rows.side[0], method=", ".join(methods))
