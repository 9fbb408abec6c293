"""All figures of a run, measured and put together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from multitag.config import Config
from multitag.data.duplicates.groups import DuplicateGroups
from multitag.data.split.sides import label_counts
from multitag.data.task import Task
from multitag.evaluation.arrays import judged_cells
from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.calibration.reliability import CalibrationComparison, compare_calibration
from multitag.evaluation.guarantees.guarantee import Guarantee
from multitag.evaluation.held_out import OUT_OF_FOLD, HeldOut
from multitag.evaluation.label_audit.audit import audit_held_out
from multitag.evaluation.metrics.measure import measure
from multitag.evaluation.run_metrics import SIDES, HistoryEntry, LabelCounts, Refit, RunMetrics
from multitag.evaluation.threshold_curves import ThresholdCurve, measure_curves
from multitag.jobs.train.baselines import compare_simpler
from multitag.jobs.train.measured import MeasuredModel
from multitag.jobs.train.notes import run_notes, unknown_notes
from multitag.jobs.train.recipes.resolve import LINEAR


def collect_metrics(
    task: Task, config: Config, measured: MeasuredModel, guarantee: Guarantee | None, more_notes: list[str]
) -> RunMetrics:
    """Measure the rows that were held out, and note what a reader must know.

    Parameters
    ----------
    task : Task
    config : Config
    measured : MeasuredModel
    guarantee : Guarantee or None
    more_notes : list of str
        What to know besides: about the texts, the ONNX graphs and the guarantee.

    Returns
    -------
    RunMetrics
    """
    held_out = measured.held_out
    sides = {}
    for side in SIDES:
        rows = held_out.of_side(side)
        if len(rows):
            nested = rows.y_pred if side == OUT_OF_FOLD else None  # by thresholds that the row had no say in
            sides[side] = measure(
                rows.y_true, rows.y_prob, task.label_set, measured.rules.thresholds, nested,
                resamples=config.evaluation.resamples, seed=config.seed,
            )  # fmt: skip
    judged = judged_cells(task.y)
    judged_counts = label_counts(judged.astype(np.uint8), task.split, task.label_set.names)
    baselines, left_out = compare_simpler(task, config, measured) if config.evaluation.baselines else (None, [])
    return RunMetrics(
        label_names=task.label_set.names,
        sides=sides,
        label_counts=_by_label(task.label_counts()),
        judged_counts=None if judged.all() else _by_label(judged_counts),
        history=tuple(HistoryEntry.from_dict(entry) for entry in measured.final.fit.history),
        notes=(
            *run_notes(task, measured, started=config.model.start is not None and measured.choice.kept == LINEAR),
            *unknown_notes(sides),
            *left_out, *more_notes,
        ),
        training_seconds=round(measured.seconds, 3),
        calibration=_calibration(held_out.headline(), measured.rules.calibration),
        guarantee=guarantee,
        audit=audit_held_out(held_out, _duplicates(task, held_out)).summary() if len(held_out) else None,
        baselines=baselines,
        refit=None if measured.refit is None else Refit.from_dict(measured.refit),
        recipe=measured.choice,
        curves=_curves(held_out.headline()) if len(held_out) else None,
    )


def _curves(rows: HeldOut) -> dict[str, ThresholdCurve]:
    return measure_curves(rows.y_true, rows.y_prob, rows.label_names)


def _duplicates(task: Task, held_out: HeldOut) -> DuplicateGroups | None:
    """Return the duplicates among held-out rows, where the run has looked for all of them."""
    if task.duplicates.near is None or held_out.index is None:
        return None
    return task.duplicates.of_rows(held_out.index)


def _by_label(counts: Mapping[str, Mapping[str, int]]) -> dict[str, LabelCounts]:
    return {name: LabelCounts.from_dict(of_sides) for name, of_sides in counts.items()}


def _calibration(rows: HeldOut, calibration: Calibration) -> CalibrationComparison | None:
    if not judged_cells(rows.y_true).any():
        return None
    methods = sorted({entry["method"] for entry in calibration.to_dict()["per_label"]} - {"identity"}) or ["none"]
    return compare_calibration(rows.y_true, rows.y_raw, rows.y_prob, side=rows.side[0], method=", ".join(methods))
