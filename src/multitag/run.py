"""The main job on one screen: split, train, score what was held out, tune, measure, bundle."""

from __future__ import annotations

import platform
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from multitag.atomic import new_file, system_errors_as_output_errors
from multitag.bundle.card import build_card
from multitag.bundle.contents import write_contents
from multitag.bundle.layout import CARD, METRICS, REPORT
from multitag.bundle.manifest import utc_now
from multitag.bundle.strict_json import dump_json
from multitag.bundle.write import write_bundle
from multitag.config import Config, Pool
from multitag.data.task import Task
from multitag.errors import ConfigError, ExportError
from multitag.evaluation.calibration import Calibration
from multitag.evaluation.report import build_report
from multitag.evaluation.thresholds import Thresholds, tune_thresholds
from multitag.extras import import_extra
from multitag.inference.backends import TorchBackend
from multitag.inference.encoding import TextEncoder
from multitag.inference.evaluate import measure
from multitag.inference.files import probability_column
from multitag.inference.gate import export_checked, parity_notes
from multitag.inference.scoring import score_texts
from multitag.training.run_folder import RunFolder

if TYPE_CHECKING:
    from multitag.data.table import Table
    from multitag.training.fine_tune import FineTuned

Probabilities = dict[str, NDArray[np.float32]]  # side -> (n_side_rows, n_labels)

MIN_ROWS_TO_TUNE = 20  # on fewer validation rows tuned thresholds are noise, and the fixed one is used
VERSIONS_OF = ("multitag", "torch", "transformers", "tokenizers", "onnxruntime", "numpy", "scikit-learn")


@dataclass(frozen=True)
class Run:
    """A finished run.

    Parameters
    ----------
    folder : Path
        Holds settings.yaml, split.json, checkpoints and the bundle.
    bundle : Path
        The bundle; :func:`multitag.load` takes it.
    report : Path
        An HTML page to look at.
    metrics : dict
        What the bundle's metrics.json holds.
    """

    folder: Path
    bundle: Path
    report: Path
    metrics: dict[str, Any]


def train(
    table: Table,
    *,
    out: str | Path,
    config: Config | None = None,
    resume: bool = False,
    validation: Table | None = None,
    test: Table | None = None,
    **settings: Any,
) -> Run:
    """Train a classifier on a table and write its bundle.

    Parameters
    ----------
    table : Table
        From :func:`multitag.read_table`.
    out : str or Path
        Folder of the run; must not exist, unless ``resume``.
    config : Config, optional
        Settings; the defaults where it is left out.
    resume : bool, default False
        Go on with the unfinished run in ``out``, from its newest whole checkpoint.
    validation, test : Table, optional
        Rows to validate and to test on, instead of some of ``table``.
    **settings
        Single settings by their names in :class:`multitag.Config`, such as ``epochs=3`` or
        ``base_model="minilm"``; they win over ``config``.

    Returns
    -------
    Run

    Raises
    ------
    ConfigError
        If a setting is unknown or out of its range, or a resumed run was started with others.
    DataError
        If the rows cannot be divided as asked.
    BaseModelError
        If the pretrained weights cannot be had.
    OutputError
        If ``out`` exists, another run is writing there, or it cannot be written.
    MissingExtraError
        If what training needs is not installed.
    """
    for module in ("torch", "transformers", "accelerate", "sklearn", "iterstrat", "yaml", "filelock"):
        import_extra(module, "train")
    from multitag.training.fine_tune import fine_tune

    config = (config or Config()).override(**settings)
    folder = RunFolder(Path(out))
    for name, given in (("validation_file", validation), ("test_file", test)):
        if getattr(config.data, name) is not None and given is None:
            raise ConfigError(f"{name}: read it with read_table and pass it as {name.removesuffix('_file')}=")
    with folder.claimed(resume):
        task = Task.prepare(table, config, validation=validation, test=test)
        tuned = fine_tune(task, config, folder)
        with (
            system_errors_as_output_errors(folder.root),
            tempfile.TemporaryDirectory(dir=folder.root, prefix=".model.", suffix=".partial") as name,
        ):
            scratch = Path(name)
            tuned.save(scratch / "model")
            # By the files that leave, not by what is in memory.
            y_prob = _score_held_out(task, scratch / "model", config.model.window_pool)
            thresholds = _tune(task, y_prob, config.evaluation.threshold)
            exported = _export(task, config, thresholds, y_prob, scratch) if config.export.onnx else []
            metrics = _measure(task, tuned, thresholds, y_prob, exported)
            _save_probabilities(folder.probabilities, task, y_prob)
            _write_bundle(folder.bundle, task, tuned, thresholds, metrics, scratch)  # last: it ends the run
    return Run(folder.root, folder.bundle, folder.bundle / REPORT, metrics)


def _score_held_out(task: Task, model_folder: Path, pool: Pool | None) -> Probabilities:
    encoder, backend = TextEncoder(model_folder), TorchBackend(model_folder)
    return {
        side: score_texts(encoder, backend, task.texts(side), len(task.label_set), pool=pool)
        for side in ("validation", "test")
        if len(task.rows(side))
    }


def _tune(task: Task, y_prob: Probabilities, fixed: float) -> Thresholds:
    n_rows = len(task.rows("validation"))
    if n_rows < MIN_ROWS_TO_TUNE:
        return Thresholds.fixed_only(fixed, len(task.label_set))
    tuned_on = f"validation, {n_rows} rows"
    return tune_thresholds(task.y_true("validation"), y_prob["validation"], fixed=fixed, tuned_on=tuned_on)


def _export(
    task: Task, config: Config, thresholds: Thresholds, y_prob: Probabilities, scratch: Path
) -> list[str]:
    """Write the ONNX graphs that pass the gate on the validation rows, or on training rows where there are none.

    Gives what a reader must know of it. A model that cannot be exported is served by torch: no reason to lose a run.
    """
    side = "validation" if len(task.rows("validation")) else "train"
    try:
        parities = export_checked(
            scratch, task.texts(side), task.y_true(side), task.label_set, thresholds,
            Calibration.identity(len(task.label_set)), sample=task.texts("train"),
            pool=config.model.window_pool, model_prob=y_prob.get(side),
        )  # fmt: skip
    except ExportError as error:
        return [f"no ONNX graph is in the bundle: {error}"]
    return parity_notes(parities)


def _measure(
    task: Task, tuned: FineTuned, thresholds: Thresholds, y_prob: Probabilities, exported: list[str]
) -> dict[str, Any]:
    notes = [*task.notes(), *tuned.notes, *exported]
    if len(task.rows("validation")) and thresholds.per_label is None:
        notes.append(
            f"thresholds are not tuned: that takes at least {MIN_ROWS_TO_TUNE} validation rows, some with labels"
        )
    return {
        "label_names": list(task.label_set.names),
        "splits": {
            side: measure(task.y_true(side), probabilities, task.label_set, thresholds)
            for side, probabilities in y_prob.items()
        },
        "label_counts": task.label_counts(),
        "history": tuned.fit.history,
        "notes": notes,
        "training_seconds": round(tuned.fit.seconds, 3),
    }


def _write_bundle(
    target: Path,
    task: Task,
    tuned: FineTuned,
    thresholds: Thresholds,
    metrics: dict[str, Any],
    scratch: Path,
) -> None:
    facts = {"base_model": tuned.base_facts(), "data": task.data_facts(), "split": task.split_facts()}
    settings = tuned.config.to_dict()
    headline = {
        side: {kind: figures["values"] for kind, figures in kinds.items()}
        for side, kinds in metrics["splits"].items()
    }
    versions = {"python": platform.python_version(), **{name: version(name) for name in VERSIONS_OF}}
    card = build_card(label_set=task.label_set, metrics=metrics, thresholds=thresholds, **facts)
    report = build_report(
        title=f"{task.table.source}: {task.table.label_column} from {task.table.text_column}",
        metrics=metrics, thresholds=thresholds, settings=settings, created=utc_now(), **facts,
    )  # fmt: skip
    with write_bundle(
        target, versions=versions, seed=tuned.config.seed, settings=settings, metrics=headline, **facts
    ) as folder:
        for part in scratch.iterdir():  # model, and onnx where it was asked for
            shutil.move(part, folder / part.name)
        write_contents(folder, task.label_set, thresholds, Calibration.identity(len(task.label_set)))
        (folder / METRICS).write_bytes(dump_json(metrics))
        (folder / CARD).write_text(card, encoding="utf-8")
        (folder / REPORT).write_text(report, encoding="utf-8")


def _save_probabilities(path: Path, task: Task, y_prob: Probabilities) -> None:
    """Write the held-out rows' probabilities: their row in the source, their side, one column a label."""
    import pandas as pd

    columns = pd.Index([probability_column(name) for name in task.label_set.names])  # a label may be "row"
    frames = []
    for side, probabilities in y_prob.items():
        frame = pd.DataFrame(probabilities, columns=columns)
        frame.insert(0, "side", side)
        frame.insert(0, "row", [task.table.rows[index] for index in task.rows(side)])
        frames.append(frame)
    if frames:
        with new_file(path, replace=True) as file:
            pd.concat(frames, ignore_index=True).to_parquet(file)
