"""``multitag tune``: other thresholds for a bundle, without training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from multitag.cli.data_options import (
    AllowUnlabelled,
    Delimiter,
    Encoding,
    LabelColumns,
    LabelKey,
    LabelNames,
    Labels,
    LabelSeparator,
    LabelShape,
    NoHeader,
    Quarantine,
    Strict,
    TextColumns,
    TextPair,
    UnlabelledRows,
    data_settings,
    table_source,
)
from multitag.config import BackendName
from multitag.config.objective import SPELLINGS


def tune(
    bundle: Annotated[Path, typer.Argument(help="Folder of the bundle; or a zip, with --out.", show_default=False)],
    data: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="DATA...", show_default=False,
            help="Labelled rows that it was not trained on, as for evaluate; by default those that its run held out.",
        ),
    ] = None,
    objective: Annotated[str, typer.Option("--objective", help=f"What to tune for: {SPELLINGS}.")] = "f1",
    costs: Annotated[
        Path | None,
        typer.Option(
            "--costs", help="With --objective cost: CSV of label,false_positive,false_negative.", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write a new bundle here; by default BUNDLE is changed.", show_default=False),
    ] = None,
    backend: Annotated[
        BackendName, typer.Option("--backend", help="auto is onnx, or torch where the bundle has no graph.")
    ] = "auto",
    text: TextColumns = None,
    text_pair: TextPair = None,
    labels: Labels = None,
    label_columns: LabelColumns = None,
    label_shape: LabelShape = None,
    label_separator: LabelSeparator = None,
    label_key: LabelKey = None,
    label_names: LabelNames = None,
    allow_unlabelled: AllowUnlabelled = None,
    unlabelled: UnlabelledRows = None,
    strict: Strict = None,
    quarantine: Quarantine = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    no_header: NoHeader = False,
) -> None:
    """Tune a bundle's thresholds again, for another objective or on other rows; the model stays as it is."""
    from multitag.cli.show import print_table
    from multitag.jobs.tune import tune_bundle
    from multitag.report.retuned import retuned_rows

    reading = data_settings(
        text=text, text_pair=text_pair, labels=labels, label_columns=label_columns, label_shape=label_shape,
        label_separator=label_separator, label_key=label_key, label_names=label_names,
        allow_unlabelled=allow_unlabelled, unlabelled=unlabelled, strict=strict, delimiter=delimiter,
        encoding=encoding, no_header=no_header,
    )  # fmt: skip
    retuned, notes = tune_bundle(
        bundle, table_source(data) if data else None, objective=objective, costs=costs, out=out, backend=backend,
        quarantine=quarantine, **reading,
    )  # fmt: skip
    for note in notes:
        typer.echo(f"note: {note}")
    print_table(*retuned_rows(retuned))
    typer.echo("tuned: each fifth of the rows decided by thresholds that were tuned on the other four")
    typer.echo(f"bundle: {out or bundle}")
