"""Settings searched: trials on inner folds, then the best and the defaults on rows that none of them saw."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multitag.atomic import system_errors_as_output_errors
from multitag.config import Config, TableConfig
from multitag.config.search import SearchConfig
from multitag.config.setting import settings_of, takes_settings
from multitag.data.table import Table, check_table
from multitag.data.task import Task
from multitag.errors import ConfigError
from multitag.evaluation.search_result import SearchResult
from multitag.extras import import_extra
from multitag.jobs.search.folder import PAGE, RESULT, SETTINGS, SearchFolder
from multitag.jobs.train.reading import settle_config
from multitag.paths import as_path
from multitag.threads import import_torch

if TYPE_CHECKING:
    from multitag.model.base import BaseModel

INNER_FOLDS = 3


@dataclass(frozen=True)
class FinishedSearch:
    """A finished search.

    Parameters
    ----------
    folder : Path
        Holds the trials, and can be resumed for more.
    settings : Path
        The best settings as YAML: :meth:`multitag.Config.from_yaml` reads it, ``multitag train --config`` takes it.
    report : Path
        An HTML page to look at.
    result : SearchResult
        All that was tried, and the comparison with the defaults; the same as in search.json.
    """

    folder: Path
    settings: Path
    report: Path
    result: SearchResult = field(repr=False)


@takes_settings(Config, without=(*settings_of(TableConfig), "minutes"))
def search(
    table: Table,
    *,
    out: str | Path,
    trials: int | None = None,
    minutes: float | None = None,
    config: Config | None = None,
    resume: bool = False,
    test: Table | None = None,
    **settings: Any,
) -> FinishedSearch:
    """Search settings of fine-tuning for a table, and measure the best beside the defaults on rows that no trial saw.

    Learning rates, epochs, dropout before the head, the weights of the teacher and of R-Drop, the loss and the longest
    text are searched, but for those that are given. The first trial is the defaults. Each is tried on inner folds
    (``folds``, 3 if omitted) by macro average precision, and given up where it is below the median of those before.

    Parameters
    ----------
    table : Table
        From :func:`multitag.read_table`.
    out : str or Path
        Folder of the search; must not exist, unless ``resume``.
    trials : int, optional
        Settings to try, the defaults among them; those of a search that is resumed count.
    minutes : float, optional
        Time for the search, the measurement at its end included; whichever of the two comes first.
    config : Config, optional
        Settings that are held; the defaults where it is left out.
    resume : bool, default False
        Go on with the search in ``out``, finished or not.
    test : Table, optional
        Rows that no trial sees, instead of some of ``table``.
    **settings
        Any setting of :class:`multitag.Config`; it is held at what is given.

    Returns
    -------
    FinishedSearch

    Raises
    ------
    ConfigError
        If neither trials nor minutes are given, the time is too short for the defaults, a setting is unknown or out of
        its range, nothing is left to search, or a resumed search was started with others.
    DataError
        If what is given is not a table, or its rows cannot be divided as asked.
    BaseModelError
        If the pretrained weights cannot be had.
    OutputError
        If ``out`` exists, another search is at work there, or it cannot be written.
    MissingExtraError
        If what searching needs is not installed.
    """
    limits = SearchConfig(trials, minutes)
    folder = SearchFolder(as_path(out, "out"))
    check_table(table, "table")
    if test is not None:
        check_table(test, "test")
    chosen = _with_folds(settle_config(table, config, settings))
    if chosen.data.test_file is not None and test is None:
        raise ConfigError("test_file: read it with read_table and pass it as test=")
    import_torch()
    for module in ("transformers", "accelerate", "sklearn", "iterstrat", "yaml", "filelock", "jinja2", "matplotlib"):
        import_extra(module, "train")
    import_extra("optuna", "search")
    if chosen.training.lora:
        import_extra("peft", "lora")
    from multitag.jobs.search.clock import Clock

    clock = Clock(minutes)
    with folder.claimed(resume), system_errors_as_output_errors(folder.root):
        result, best = _search(table, chosen, tuple(settings), limits, folder, clock, test)
        _write(folder, result, best)
    return FinishedSearch(folder.root, folder.root / SETTINGS, folder.root / PAGE, result)


def _with_folds(config: Config) -> Config:
    """Return the settings with the inner folds, after a check of what cannot go with them."""
    if config.model.recipe == "linear":
        raise ConfigError("recipe: linear has no settings to search; leave it out, or train with it")
    if config.training.minutes is not None:
        raise ConfigError("minutes: the settings name those of a training; leave them out, and say how long to search")
    if config.split.refit is not None:
        raise ConfigError("refit: trials are measured on inner folds, without a training on all rows; leave it out")
    if config.data.validation_file is not None:
        raise ConfigError("validation_file: trials are measured on inner folds; leave it out")
    return config if config.split.folds else config.override(folds=INNER_FOLDS)


def _search(
    table: Table, config: Config, given: tuple[str, ...], limits: SearchConfig, folder: SearchFolder, clock: Any,
    test: Table | None,
) -> tuple[SearchResult, Config]:  # fmt: skip
    """Try settings and compare the best with the defaults; returns what came of it, and the best settings."""
    from multitag.evaluation.thresholds.costs import read_costs
    from multitag.jobs.search.fits import Fits
    from multitag.jobs.search.outer import OuterRows, divide
    from multitag.jobs.search.space import find_space
    from multitag.jobs.search.study import finished_trials, importances, open_study
    from multitag.jobs.search.trials import Trials
    from multitag.model.base import resolve_base_model

    task = Task.prepare(table, config.override(folds=None, validation_size=0, refit=None), test=test)
    parts = divide(task, config)
    costs = None if config.evaluation.costs is None else read_costs(config.evaluation.costs, task.label_set.names)
    base = resolve_base_model(config.model.base_model)
    space = find_space(parts[0], base, config, given)
    if not space.dimensions:
        raise ConfigError("search: every setting that could be searched is given; leave some out")
    folder.open(_facts(table, test, config, space.default_values(), base))
    fits = Fits(folder.fits, base, clock)
    n_rows = len(task.rows("train"))
    with open_study(folder.study, config.seed) as study:
        stopped = Trials(study, space, parts, fits, clock, n_rows).run(limits.trials)
        finished = finished_trials(study)
        complete = [(trial.value, -told.number, told) for trial, told in finished if told.state == "complete"]
        best = max(complete, key=lambda entry: entry[:2])[2]
        default = next(told for _, told in finished if told.values == space.default_values())
        mattered = importances(study, config.seed)
    outer = OuterRows(task, parts, fits, costs)
    comparison = outer.compare(space.settings(best.values), space.settings(default.values), config.seed)
    result = SearchResult(
        table.source, n_rows, len(task.rows("test")), len(parts), tuple(told for _, told in finished),
        default.number, best.number, mattered, comparison, round(clock.seconds, 1), stopped,
    )  # fmt: skip
    return result, space.settings(best.values)


def _facts(
    table: Table, test: Table | None, config: Config, defaults: Mapping[str, Any], base: BaseModel
) -> dict[str, dict[str, Any]]:
    """Return what a search that is resumed must have been started with."""
    sections = config.to_dict()
    flat = {
        f"{section}.{key}" if isinstance(values, dict) else section: value
        for section, values in sections.items()
        for key, value in (values.items() if isinstance(values, dict) else [("", values)])
    }
    rows = {"table": table.fingerprint(), "test": None if test is None else test.fingerprint()}
    return {"settings": flat, "defaults": dict(defaults), "rows": rows, "weights": {"sha256": base.weights_sha256}}


def _write(folder: SearchFolder, result: SearchResult, best: Config) -> None:
    from multitag.report.search.page import build_search_page

    folder.write(SETTINGS, best.to_yaml())
    folder.write(RESULT, json.dumps(result.to_dict(), ensure_ascii=False, indent=1) + "\n")
    folder.write(PAGE, build_search_page(result))
