"""``multitag train``: a table in, a bundle out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from multitag.cli.options import SETTINGS, DataFile, QuarantineFile, takes_options
from multitag.cli.show import print_lines, print_notes
from multitag.errors import ConfigError


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
    from multitag.cli.tables import read_sides
    from multitag.config import Config
    from multitag.jobs.run_folder import RunFolder
    from multitag.jobs.train import train as train_bundle
    from multitag.paths import as_path
    from multitag.report.console.tables import print_table
    from multitag.report.tables import headline_rows, headline_side
    from multitag.threads import import_torch

    out = as_path(out, "out")
    RunFolder(out).check(resume)  # before the minutes that the rest may take
    import_torch()
    from multitag.training.trainer_args import parse_trainer_args

    chosen = Config.from_yaml(config) if config else Config()
    if pairs := settings.get("trainer_args"):
        settings["trainer_args"] = {**chosen.training.trainer_args, **parse_trainer_args(pairs)}
    chosen = chosen.override(**settings)
    given = {**settings, **({"config": config} if config else {})}
    table, held_out = read_sides("train", data, chosen, given=given, out=out, quarantine=quarantine)
    run = train_bundle(table, out=out, config=chosen, resume=resume, **held_out)
    metrics = run.metrics
    print_table(*headline_rows(metrics.sides, headline_side(metrics.sides)))
    if metrics.recipe_sentence:
        print_lines(metrics.recipe_sentence)
    if metrics.baselines is not None:
        print_lines(metrics.baselines.verdict)
    print_notes(metrics.notes)
    print_lines(f"trained in {metrics.training_seconds:.0f} s", f"report: {run.report}", f"bundle: {run.bundle}")
