"""``multitag train``: a table in, a bundle out."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from multitag.cli.options import SETTINGS, DataFile, QuarantineFile, table_source, takes_options
from multitag.cli.show import print_lines, print_notes
from multitag.errors import ConfigError, DataError


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
    from multitag.config import Config
    from multitag.data.first_look.command import train_command
    from multitag.data.first_look.unnamed import UnnamedColumnsError, settings_to_type
    from multitag.data.read import load_tables
    from multitag.jobs.run_folder import RunFolder
    from multitag.jobs.train import train as train_bundle
    from multitag.paths import as_path
    from multitag.report.console.tables import print_table
    from multitag.report.tables import headline_rows, headline_side
    from multitag.threads import import_torch
    from multitag.training.team import LeaderError, follow, follows

    if follows():
        import_torch()
        from multitag.training.fine_tune import fine_tune

        with suppress(LeaderError):  # the leader has told why
            follow(fine_tune)
        return
    out = as_path(out, "out")
    RunFolder(out).check(resume)  # before the minutes that the rest may take
    import_torch()
    from multitag.training.trainer_args import parse_trainer_args

    chosen = Config.from_yaml(config) if config else Config()
    if pairs := settings.get("trainer_args"):
        settings["trainer_args"] = {**chosen.training.trainer_args, **parse_trainer_args(pairs)}
    chosen = chosen.override(**settings)
    sides = {"train": table_source(data), "validation": chosen.data.validation_file, "test": chosen.data.test_file}
    files = {side: file for side, file in sides.items() if file is not None}
    try:
        held_out = load_tables(files, chosen.data, quarantine)
    except UnnamedColumnsError as error:
        given = {**settings, **({"config": config} if config else {})}
        typed = settings_to_type(chosen.data, error.suggestion, given)
        command = train_command(data, typed, error.columns, str(out))
        raise DataError(error.message(command)) from None
    table = held_out.pop("train")
    print_lines(*table.lines())
    print_notes(table.notes)
    for side, rows in held_out.items():
        print_lines(f"{side}: {rows.source}, {rows.summary}")
    run = train_bundle(table, out=out, config=chosen, resume=resume, **held_out)
    metrics = run.metrics
    print_table(*headline_rows(metrics.sides, headline_side(metrics.sides)))
    if metrics.recipe_sentence:
        print_lines(metrics.recipe_sentence)
    if metrics.baselines is not None:
        print_lines(metrics.baselines.verdict)
    print_notes(metrics.notes)
    print_lines(f"trained in {metrics.training_seconds:.0f} s", f"report: {run.report}", f"bundle: {run.bundle}")
