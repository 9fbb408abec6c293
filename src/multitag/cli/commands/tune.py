"""``multitag tune``: other thresholds for a bundle, without training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from multitag.cli.options import (
    TABLE_SETTINGS,
    Backend,
    OptionalDataFile,
    QuarantineFile,
    table_source,
    takes_options,
)
from multitag.cli.show import print_lines, print_notes


@takes_options("objective", "costs")
@takes_options(*TABLE_SETTINGS, defaults=False)
def tune(
    bundle: Path,
    /,
    *data: OptionalDataFile,
    out: Path | None = None,
    backend: Backend = "auto",
    quarantine: QuarantineFile = None,
    **settings: Any,
) -> None:
    """Tune a bundle's thresholds again, for another objective or on other rows; the model stays as it is.

    Parameters
    ----------
    bundle
        Folder of the bundle; or a zip or hf://user/name, with --out.
    data
        Labelled rows that it was not trained on, as for evaluate; by default those that its run held out.
    out
        Write a new bundle here; by default BUNDLE is changed.
    """
    from multitag.jobs.tune import tune_bundle
    from multitag.report.console.tables import print_table
    from multitag.report.retuned import how_measured, retuned_rows

    retuned, notes = tune_bundle(
        bundle, table_source(data) if data else None, out=out, backend=backend, quarantine=quarantine, **settings
    )
    print_notes(notes)
    print_table(*retuned_rows(retuned))
    print_lines(how_measured(retuned), f"bundle: {out or bundle}")
