"""``multitag train``: a table in, a bundle out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from multitag.cli.options import SETTINGS, DataFile, QuarantineFile, table_source, takes_options
from multitag.cli.show import print_lines, print_notes
from multitag.errors import ConfigError, DataError

if TYPE_CHECKING:
    from multitag.config import Config
    from multitag.data.table import Table
    from multitag.jobs.train import Run


@takes_options(*SETTINGS)
def train(
    *data: DataFile,
    out: Path,
    config: Path | None = None,
    resume: Annotated[bool, Parameter(negative=())] = False,
    quarantine: QuarantineFile = None,
    **settings: Any,
) -> None:
    """Train a classifier on a table of texts and labels.

    Parameters
    ----------
    out
        Folder of the run; must not exist.
    config
        YAML file of settings; options take precedence.
    resume
        Continue the unfinished run in --out.
    """
    for side in ("validation", "test"):
        if f"{side}_file" in settings and f"{side}_size" in settings:
            raise ConfigError(f"--{side} gives the {side} rows, --{side}-size draws them from DATA; choose one")
    if "folds" in settings and "test_size" in settings:
        raise ConfigError("--folds holds every row out once, --test-size some rows only; choose one")
    from multitag.paths import as_path
    from multitag.processes import follows
    from multitag.report.console.tables import print_table
    from multitag.report.tables import headline_rows, headline_side
    from multitag.stages import watching

    if follows():
        _follow()
        return
    with watching() as watch:
        run = _train(data, as_path(out, "out"), config, settings, resume=resume, quarantine=quarantine)
    metrics = run.metrics
    print_table(*headline_rows(metrics.sides, headline_side(metrics.sides)))
    if metrics.recipe_sentence:
        print_lines(metrics.recipe_sentence)
    if metrics.baselines is not None:
        print_lines(metrics.baselines.verdict)
    print_notes(metrics.notes)
    print_lines(watch.summary(), f"report: {run.report}", f"bundle: {run.bundle}")


def _follow() -> None:
    from multitag.threads import import_torch
    from multitag.training.team import LeaderError, follow

    import_torch()
    from multitag.training.fine_tune import fine_tune

    with suppress(LeaderError):  # the leader has told why
        follow(fine_tune)


def _train(
    data: Sequence[str], out: Path, config: Path | None, settings: dict[str, Any], *, resume: bool, quarantine: Any
) -> Run:
    from multitag.config import Config
    from multitag.extras import require_extra
    from multitag.jobs.run_folder import RunFolder
    from multitag.jobs.train.job import import_all
    from multitag.jobs.train.job import train as train_bundle

    RunFolder(out).check(resume)  # before the minutes that the rest may take
    require_extra("torch", "train")
    chosen = Config.from_yaml(config) if config else Config()
    if pairs := settings.get("trainer_args"):
        import_all()
        from multitag.training.trainer.trainer_args import parse_trainer_args

        settings["trainer_args"] = {**chosen.training.trainer_args, **parse_trainer_args(pairs)}
    chosen = chosen.override(**settings)
    given = {**settings, **({"config": config} if config else {})}
    table, held_out = read_sides("train", data, chosen, given=given, out=out, quarantine=quarantine)
    return train_bundle(table, out=out, config=chosen, resume=resume, **held_out)


def read_sides(
    command: str, data: Sequence[str], config: Config, *, given: Mapping[str, Any], out: Path, quarantine: Path | None
) -> tuple[Table, dict[str, Table]]:
    """Read DATA and the separate tables that the settings name, and print what is in them.

    Parameters
    ----------
    command : str
        That they are read for.
    data : sequence of str
        Files, or the name of a packaged table.
    config : Config
    given : mapping of str to object
        The options as they were typed.
    out : Path
    quarantine : Path or None
        Gets the rows that cannot be used.

    Returns
    -------
    table : Table
    held_out : dict of str to Table
        By the names of the sides.

    Raises
    ------
    DataError
        If a table cannot be read; or its columns are not named: then with the command that is likely meant.
    """
    from multitag.data.first_look.command import train_command
    from multitag.data.first_look.unnamed import UnnamedColumnsError, settings_to_type
    from multitag.data.read import load_tables
    from multitag.stages import stage

    sides = {"train": table_source(data), "validation": config.data.validation_file, "test": config.data.test_file}
    files = {side: file for side, file in sides.items() if file is not None}
    try:
        with stage("reading"):
            held_out = load_tables(files, config.data, quarantine)
    except UnnamedColumnsError as error:
        typed = settings_to_type(config.data, error.suggestion, given)
        raise DataError(error.message(train_command(data, typed, error.columns, str(out), command))) from None
    table = held_out.pop("train")
    print_lines(*table.lines())
    print_notes(table.notes)
    for side, rows in held_out.items():
        print_lines(f"{side}: {rows.source}, {rows.summary}")
    return table, held_out
