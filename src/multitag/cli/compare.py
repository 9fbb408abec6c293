"""``multitag compare``: which of two runs is better, and whether that could be chance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from multitag.config import Config, EvaluationConfig

_RUN = "Folder of a finished run; its probabilities.parquet is read."


def compare(
    run_a: Annotated[Path, typer.Argument(help=_RUN, show_default=False)],
    run_b: Annotated[Path, typer.Argument(help=_RUN, show_default=False)],
    resamples: Annotated[int, typer.Option("--resamples", help="Of the bootstrap.")] = EvaluationConfig.resamples,
    seed: Annotated[int, typer.Option("--seed", help="Of the resamples.")] = Config.seed,
    json_output: Annotated[bool, typer.Option("--json", help="Print every figure as JSON.")] = False,
) -> None:
    """Compare two runs on the same held-out rows: figures, differences and their 95% intervals."""
    import json

    from multitag.cli.show import print_table
    from multitag.jobs.compare import compare_runs

    found = compare_runs(run_a, run_b, resamples=resamples, seed=seed)
    if json_output:
        typer.echo(json.dumps(found.to_dict(), indent=2))
        return
    print_table(*found.rows())
    typer.echo(found.sentence())
