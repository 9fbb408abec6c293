"""The main job on one screen: split, train, measure what was held out, bundle."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multitag.atomic import system_errors_as_output_errors
from multitag.bundle.layout import REPORT
from multitag.config import Config
from multitag.data.task import Task
from multitag.errors import ConfigError
from multitag.evaluation.costs import read_costs
from multitag.extras import import_extra
from multitag.threads import import_torch
from multitag.training.run_folder import RunFolder

if TYPE_CHECKING:
    from multitag.data.table import Table


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
    import_torch()
    for module in ("transformers", "accelerate", "sklearn", "iterstrat", "yaml", "filelock"):
        import_extra(module, "train")
    from multitag.run.bundling import export_graphs, write_run_bundle
    from multitag.run.figures import collect_metrics
    from multitag.run.folds import cross_validate
    from multitag.run.guarantees import check_guarantee, find_guarantee
    from multitag.run.measured import train_and_hold_out

    config = (config or Config()).override(**settings)
    folder = RunFolder(Path(out))
    for name, given in (("validation_file", validation), ("test_file", test)):
        if getattr(config.data, name) is not None and given is None:
            raise ConfigError(f"{name}: read it with read_table and pass it as {name.removesuffix('_file')}=")
    with folder.claimed(resume):
        task = Task.prepare(table, config, validation=validation, test=test)
        check_guarantee(task, config)
        costs_file = config.evaluation.costs
        costs = None if costs_file is None else read_costs(costs_file, task.label_set.names)  # missed before training
        with (
            system_errors_as_output_errors(folder.root),
            tempfile.TemporaryDirectory(dir=folder.root, prefix=".model.", suffix=".partial") as name,
        ):
            scratch = Path(name)
            measure = cross_validate if config.split.folds else train_and_hold_out
            measured = measure(task, config, folder, scratch / "model", costs)
            exported = export_graphs(task, config, measured, scratch) if config.export.onnx else []
            guarantee, unkept = find_guarantee(config, measured)
            metrics = collect_metrics(task, config, measured, guarantee, [*exported, *unkept])
            if len(measured.held_out):
                measured.held_out.save(folder.probabilities)
            write_run_bundle(folder.bundle, task, measured, guarantee, metrics, scratch)  # last: it ends the run
    return Run(folder.root, folder.bundle, folder.bundle / REPORT, metrics)
