"""``multitag search``: settings tried on inner folds, the best written for ``train --config``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from multitag.cli.commands.train import read_sides
from multitag.cli.options import SETTINGS, TABLE_SETTINGS, DataFile, QuarantineFile, pop_settings, takes_options
from multitag.cli.show import print_lines
from multitag.config.search import SearchConfig


@takes_options(section=SearchConfig)
@takes_options(*(name for name in SETTINGS if name != "minutes"))  # of one training
def search(
    *data: DataFile,
    out: Path,
    config: Path | None = None,
    resume: Annotated[bool, Parameter(negative=())] = False,
    quarantine: QuarantineFile = None,
    **settings: Any,
) -> None:
    """Search settings of fine-tuning: each is tried on inner folds, the best is compared on rows that no trial saw.

    Settings that are given are held. --folds are the inner ones, 3 if omitted, and --test-size what no trial sees.

    Parameters
    ----------
    out
        Folder of the search; gets settings.yaml, for multitag train --config, and search.html.
    config
        YAML file of settings that are held; options take precedence.
    resume
        Continue the search in --out.
    """
    from multitag.config import Config
    from multitag.jobs.search import search as search_settings
    from multitag.jobs.search.folder import SearchFolder
    from multitag.paths import as_path
    from multitag.report.comparison import comparison_rows
    from multitag.report.console.tables import print_table
    from multitag.report.search.words import outcome_sentence
    from multitag.threads import import_torch

    out = as_path(out, "out")
    limits = pop_settings(settings, "trials", "minutes")
    SearchConfig(**limits)
    SearchFolder(out).check(resume)  # before the minutes that the rest may take
    import_torch()
    from multitag.training.trainer.trainer_args import parse_trainer_args

    chosen = Config.from_yaml(config) if config else Config()
    if pairs := settings.get("trainer_args"):
        settings["trainer_args"] = {**chosen.training.trainer_args, **parse_trainer_args(pairs)}
    given = {**settings, **limits, **({"config": config} if config else {})}
    chosen = chosen.override(**pop_settings(settings, *(name for key in TABLE_SETTINGS for name in _names(key))))
    sides = chosen.override(**settings)
    table, held_out = read_sides("search", data, sides, given=given, out=out, quarantine=quarantine)
    test = held_out.get("test")
    finished = search_settings(table, out=out, config=chosen, resume=resume, test=test, **limits, **settings)
    print_table(*comparison_rows(finished.result.comparison))
    print_lines(
        outcome_sentence(finished.result),
        f"report: {finished.report}",
        f"settings: {finished.settings}, for multitag train --config",
    )


def _names(key: str) -> tuple[str, ...]:
    """Return every name by which a command gets a setting: its own, and its switch."""
    shorthand = SETTINGS[key].option.shorthand
    return (key, shorthand[0]) if shorthand else (key,)
