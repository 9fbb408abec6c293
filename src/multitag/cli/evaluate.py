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
    QuarantineFile,
    pop_settings,
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
    per_label: Annotated[bool, Parameter(negative=())] = False,
    json: AsJson = False,
    **settings: Any,
) -> None:
    """Measure a bundle on labelled rows that it has not seen; columns are by default those it was trained on.

    Parameters
    ----------
    bundle
        Folder or zip of the bundle.
    per_label
        Show the metrics of each label too.
    json
        Print every metric as JSON.
    """
    from json import dumps

    from multitag.data.read import load_tables, settings_of_bundle
    from multitag.inference.classifier import load
    from multitag.jobs.evaluate import evaluate as evaluate_classifier
    from multitag.report.console.tables import print_table
    from multitag.report.tables import headline_rows, label_rows

    windows, drawn = pop_settings(settings, "long", "pool"), pop_settings(settings, "resamples", "seed")
    with load(bundle, backend=backend, **windows) as classifier:
        config = settings_of_bundle(classifier.bundle.manifest.data, **settings)
        table = load_tables({"test": table_source(data)}, config, quarantine)["test"]
        figures = evaluate_classifier(classifier, table, **drawn)
    print_beside((*(f"note: {note}" for note in table.notes), table.lines()[-1]))
    if json:
        print_lines(dumps(figures, indent=2))
        return
    print_table(*headline_rows({"splits": {"test": figures}}))
    if per_label:
        print_table(*label_rows(figures.get("tuned", figures["fixed"])))
