"""``multitag evaluate``: the figures of a bundle on labelled rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from multitag.cli.options import (
    TABLE_SETTINGS,
    AsJson,
    Backend,
    DataFile,
    Device,
    Fast,
    QuarantineFile,
    choose_backend,
    table_source,
    takes_options,
)
from multitag.cli.show import print_beside, print_lines


@takes_options("resamples", "seed")
@takes_options(*TABLE_SETTINGS, "long", "pool", defaults=False)
def evaluate(
    bundle: Path,
    /,
    *data: DataFile,
    quarantine: QuarantineFile = None,
    backend: Backend = "auto",
    fast: Fast = False,
    device: Device = "auto",
    per_label: Annotated[bool, Parameter(negative=())] = False,
    ignore_unknown_labels: Annotated[bool, Parameter(negative=())] = False,
    json: AsJson = False,
    **settings: Any,
) -> None:
    """Measure a bundle on labelled rows that it has not seen; columns are by default those it was trained on.

    Parameters
    ----------
    bundle
        Folder or zip of the bundle, or hf://user/name.
    per_label
        Show the metrics of each label too.
    ignore_unknown_labels
        Take labels that the bundle does not have off the rows, instead of refusing the table.
    json
        Print every metric as JSON.
    """
    from json import dumps

    from multitag.jobs.evaluate import evaluate_bundle
    from multitag.report.console.tables import print_table
    from multitag.report.tables import headline_rows, label_rows

    evaluation = evaluate_bundle(
        bundle, table_source(data), backend=choose_backend(backend, fast), device=device, quarantine=quarantine,
        ignore_unknown_labels=ignore_unknown_labels, **settings,
    )  # fmt: skip
    figures = evaluation.figures
    *notes, summary = evaluation.notes
    print_beside((*(f"note: {note}" for note in notes), summary))
    if json:
        print_lines(dumps(figures.to_dict(), indent=2))
        return
    print_table(*headline_rows({"test": figures}))
    if per_label:
        print_table(*label_rows(figures.best))
