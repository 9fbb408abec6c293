"""From a measured model to its bundle: graphs, report, card, and the folder of it all."""

from __future__ import annotations

import platform
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

from multitag.bundle.contents import write_contents
from multitag.bundle.layout import CARD, METRICS, REPORT
from multitag.bundle.manifest import utc_now
from multitag.bundle.strict_json import dump_json
from multitag.bundle.write import write_bundle
from multitag.config import Config
from multitag.data.task import Task
from multitag.errors import ExportError
from multitag.evaluation.guarantees.guarantee import Guarantee
from multitag.evaluation.run_metrics import RunMetrics
from multitag.export.gate import GateRows, export_checked, parity_notes
from multitag.jobs.train.facts import split_facts
from multitag.jobs.train.measured import MeasuredModel
from multitag.jobs.train.setup import RunSetup
from multitag.report.card import build_card
from multitag.report.page import build_report
from multitag.report.provenance import Provenance

VERSIONS_OF = ("multitag", "torch", "transformers", "tokenizers", "onnxruntime", "numpy", "scikit-learn")


def export_graphs(task: Task, config: Config, measured: MeasuredModel, scratch: Path) -> list[str]:
    """Write the ONNX graphs that pass the gate on the validation rows, or on training rows where there are none.

    Returns what a reader must know of it. A model that cannot be exported is served by torch: no reason to lose a run.
    """
    side = "validation" if len(task.rows("validation")) else "train"
    scored = measured.held_out.of_side(side).y_raw if side == "validation" and measured.refit is None else None
    try:
        parities = export_checked(
            scratch, GateRows(task.texts(side), task.y_true(side), scored), task.label_set, measured.rules,
            sample=task.texts("train"), pool=config.model.window_pool,
        )  # fmt: skip
    except ExportError as error:
        return [f"no ONNX graph is in the bundle: {error}"]
    return parity_notes(parities)


def write_run_bundle(
    setup: RunSetup,
    measured: MeasuredModel,
    guarantee: Guarantee | None,
    metrics: RunMetrics,
    scratch: Path,
) -> None:
    """Write the bundle, whole or not at all.

    Parameters
    ----------
    setup : RunSetup
    measured : MeasuredModel
    guarantee : Guarantee or None
    metrics : RunMetrics
    scratch : Path
        Holds ``model``, and ``onnx`` where it was asked for; they are moved.
    """
    task, rules = setup.task, measured.rules
    facts: dict[str, Any] = {
        "base_model": measured.final.base_facts(), "data": setup.data, "split": split_facts(task, setup.settings),
    }  # fmt: skip
    settings = setup.settings.to_dict()
    headline = {
        side: {kind: figures.values for kind, figures in measured_side.kinds().items()}
        for side, measured_side in metrics.sides.items()
    }
    versions = {"python": platform.python_version(), **{name: version(name) for name in VERSIONS_OF}}
    provenance = Provenance.from_manifest(**facts)
    card = build_card(
        label_set=task.label_set, metrics=metrics, thresholds=rules.thresholds, provenance=provenance
    )
    report = build_report(
        title=f"{task.table.source}: {task.table.label_column} from {task.table.text_column}",
        metrics=metrics, thresholds=rules.thresholds, settings=settings, provenance=provenance,
        created=utc_now(), held_out=measured.held_out,
        final_settings=measured.final.settings.to_dict() if measured.refit else None,
    )  # fmt: skip
    with write_bundle(
        setup.folder.bundle, versions=versions, seed=setup.settings.seed, settings=settings, metrics=headline, **facts
    ) as folder:
        for part in scratch.iterdir():  # model, and onnx where it was asked for
            shutil.move(part, folder / part.name)
        write_contents(folder, task.label_set, rules.thresholds, rules.calibration, guarantee)
        (folder / METRICS).write_bytes(dump_json(metrics.to_dict()))
        (folder / CARD).write_text(card, encoding="utf-8")
        (folder / REPORT).write_text(report, encoding="utf-8")
