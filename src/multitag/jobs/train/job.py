"""The main job on one screen: split, train, measure what was held out, bundle."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from multitag.atomic import system_errors_as_output_errors
from multitag.bundle.layout import REPORT
from multitag.bundle.started import read_start
from multitag.config import Config, TableConfig
from multitag.config.setting import settings_of, takes_settings
from multitag.data.table import Table, check_table
from multitag.data.task import Task
from multitag.errors import ConfigError
from multitag.evaluation.run_metrics import RunMetrics
from multitag.extras import import_extra, uncollected
from multitag.jobs.run_folder import RunFolder
from multitag.jobs.train.reading import settle_config
from multitag.paths import as_path
from multitag.stages import stage, watching
from multitag.threads import import_torch


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
    metrics : RunMetrics
        All figures, the same as in the bundle's metrics.json.
    """

    folder: Path
    bundle: Path
    report: Path
    metrics: RunMetrics = field(repr=False)


@takes_settings(Config, without=tuple(settings_of(TableConfig)))
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
        Any setting of :class:`multitag.Config`, such as ``epochs=3`` or ``base_model="minilm"``; they win over
        ``config``. Those of how a table is read are settings of :func:`multitag.read_table`.

    Returns
    -------
    Run

    Raises
    ------
    ConfigError
        If a setting is unknown, of another type or out of its range, or is one of reading the table; if a Trainer
        argument fails or would change nothing; or a resumed run was started with others.
    DataError
        If what is given is not a table, or its rows cannot be divided as asked.
    BaseModelError
        If the pretrained weights cannot be had.
    OutputError
        If ``out`` exists, another run is writing there, or it cannot be written.
    MissingExtraError
        If what training needs is not installed.
    """
    started, root = time.perf_counter(), as_path(out, "out")
    check_table(table, "table")
    for side, rows in (("validation", validation), ("test", test)):
        if rows is not None:
            check_table(rows, side)
    config = settle_config(table, config, settings)
    import_all()
    if config.training.lora:
        import_extra("peft", "lora")
    from multitag.processes import follows
    from multitag.training.fine_tune import fine_tune
    from multitag.training.team import follow, leading

    if follows():
        run: Run = follow(fine_tune)
        return run
    with watching(), leading() as hand_over:
        sides = {"validation": validation, "test": test}
        run = _lead(table, RunFolder(root), config, resume, sides, started)
        hand_over(run)
    return run


def import_all() -> None:
    """Import what a training takes, which is seconds.

    Raises
    ------
    MissingExtraError
        If a part of it is not installed.
    """
    with stage("imports"), uncollected():
        import_torch()
        for module in ("transformers", "accelerate", "sklearn", "iterstrat", "yaml", "filelock"):
            import_extra(module, "train")
        for module in ("training.fine_tune", "jobs.train.bundling", "jobs.train.effort.fit", "jobs.train.folds"):
            import_module(f"multitag.{module}")


def _lead(
    table: Table, folder: RunFolder, config: Config, resume: bool, sides: Mapping[str, Table | None], started: float
) -> Run:
    from multitag.jobs.train.bundling import export_graphs, write_run_bundle
    from multitag.jobs.train.effort.fit import prepare_in_time
    from multitag.jobs.train.figures import collect_metrics
    from multitag.jobs.train.folds import cross_validate
    from multitag.jobs.train.guarantees import find_guarantee
    from multitag.jobs.train.one_split import train_and_hold_out
    from multitag.jobs.train.setup import set_up_run
    from multitag.jobs.train.unlabelled import with_unlabelled

    for side, rows in sides.items():
        if getattr(config.data, f"{side}_file") is not None and rows is None:
            raise ConfigError(f"{side}_file: read it with read_table and pass it as {side}=")
    config, start = _start(config)
    with folder.claimed(resume):
        prepare = partial(Task.prepare, table, start=start, validation=sides["validation"], test=sides["test"])
        with stage("split"):
            task, effort = prepare_in_time(with_unlabelled(prepare), config, folder, started)
        config = effort.settings(config)
        with stage("base model"):
            setup = set_up_run(task, config, folder, effort)  # from here on there is a run to resume
        with (
            system_errors_as_output_errors(folder.root),
            tempfile.TemporaryDirectory(dir=folder.root, prefix=".model.", suffix=".partial") as name,
        ):
            scratch = Path(name)
            measure = cross_validate if config.split.folds else train_and_hold_out
            measured = measure(setup, scratch / "model")
            exported = export_graphs(task, config, measured, scratch) if config.export.onnx else []
            with stage("figures"):
                guarantee, unkept = find_guarantee(config, measured)
                metrics = collect_metrics(task, config, measured, guarantee, [*setup.notes, *exported, *unkept])
                if len(measured.held_out):
                    measured.held_out.save(folder.probabilities)
            with stage("report"):
                write_run_bundle(setup, measured, guarantee, metrics, scratch)  # last: it ends the run
    return Run(folder.root, folder.bundle, folder.bundle / REPORT, metrics)


def _start(config: Config) -> tuple[Config, dict[str, str] | None]:
    """Take the base model of the bundle to start from, and its labels with their descriptions; None without one."""
    if config.model.start is None:
        return config, None
    labels, base_model = read_start(config.model.start)
    if config.model.base_model not in ("auto", base_model):
        raise ConfigError(
            f"start: the bundle {config.model.start} is of the base model {base_model!r}, which cannot be "
            f"{config.model.base_model!r} too; leave --base-model out"
        )
    return config.override(base_model=base_model), labels
