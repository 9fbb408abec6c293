"""``multitag compare``: which of two runs is better, and whether that could be chance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from multitag.cli.options import AsJson, takes_options
from multitag.cli.show import print_lines


@takes_options("resamples", "seed")
def compare(run_a: Path, run_b: Path, /, *, json: AsJson = False, **settings: Any) -> None:
    """Compare two runs on the same held-out rows: metrics, differences and their 95% intervals.

    Parameters
    ----------
    run_a
        Folder of a finished run; its probabilities.parquet is read.
    run_b
        Folder of another.
    json
        Print every metric as JSON.
    """
    from json import dumps

    from multitag.jobs.compare import compare_runs
    from multitag.report.comparison import comparison_rows, comparison_sentence
    from multitag.report.console.tables import print_table

    comparison = compare_runs(run_a, run_b, **settings)
    if json:
        print_lines(dumps({**comparison.to_dict(), "verdict": comparison_sentence(comparison)}, indent=2))
        return
    print_table(*comparison_rows(comparison))
    print_lines(comparison_sentence(comparison))
